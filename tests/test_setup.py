"""The set-up, and the remedies of the doctor: things are broken for real in a small environment."""

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from utils import HERE

PYTHON = getattr(sys, "_base_executable", sys.executable)
BIN, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
KERNEL = """import json, os, sys
folder = os.path.join(os.environ["JUPYTER_DATA_DIR"], "kernels", sys.argv[-1])
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "kernel.json"), "w") as file:
    json.dump({"argv": [sys.executable]}, file)
"""
posix = pytest.mark.skipif(os.name == "nt", reason="links and shell scripts are for POSIX systems")


def make_wheel(folder):
    """Write a package that stands in for all of requirements.txt; it can register a kernel."""
    info = "ipykernel-1.0.dist-info/"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / "ipykernel-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("ipykernel/__main__.py", KERNEL)
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: ipykernel\nVersion: 1.0\n")
        wheel.writestr(info + "WHEEL", kind)
        wheel.writestr(info + "RECORD", "")


class Labs:
    """A small checkout of the labs."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.venv = folder, environment, folder / ".venv"
        shutil.copytree(HERE / "scripts", folder / "scripts", ignore=lambda *_: ["__pycache__"])
        (folder / "requirements.txt").write_text("ipykernel==1.0\n")
        (folder / "constraints.txt").write_text("colorama==1 ; sys_platform == 'nowhere'\n")
        (folder / "utils.py").write_text("print('The data was looked for.')\n")

    def run(self, *command, **environment):
        """Run Python; return its exit status and all that it prints."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
        environment = {**self.environment, **environment}
        done = subprocess.run([PYTHON, *command], cwd=self.folder, env=environment, **streams)
        return done.returncode, done.stdout

    def set_up(self, *arguments, **environment):
        return self.run("scripts/setup.py", *arguments, **environment)

    def doctor(self, **environment):
        """Return the doctor's lines by their name."""
        lines = self.run("scripts/doctor.py", **environment)[1].splitlines()
        return {line.split()[1]: line for line in lines}

    def type_remedy(self, line, **environment):
        """Type the command that the doctor gives."""
        return self.set_up(*line.rstrip(")").split("scripts/setup.py")[1].split(), **environment)


def set_up_by(labs, version):
    """Run the set-up by this Python that takes itself for another version."""
    pretend = f"import runpy, sys; sys.version_info = {version}; sys.argv = ['setup']; "
    return labs.run("-c", pretend + "runpy.run_path('scripts/setup.py', run_name='__main__')")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def environment(home):
    make_wheel(home)
    ours = ("PIP_", "UV_", "LABS_", "VIRTUAL_ENV", "CONDA_", "PYTHON", "JUPYTER", "XDG_", "SPAM_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    settings = {"HOME": home, "USERPROFILE": home, "JUPYTER_DATA_DIR": home / "jupyter"}
    settings |= {"PIP_FIND_LINKS": home, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    settings |= {"PYTHONIOENCODING": "utf-8"}
    return kept | {name: str(value) for name, value in settings.items()}


@pytest.fixture(scope="module")
def labs(home, environment):
    """Return a checkout after its set-up, in a folder whose name is not easy.

    It begins with an environment that is moved there and then loses its interpreter.
    """
    labs = Labs(home / "labs ☃ 1", environment)
    venv.create(home / "old")
    (home / "old" / BIN / f"pip{EXE}").write_text(f"#!{home / 'old' / BIN / 'python'}")
    shutil.move(home / "old", labs.venv)
    labs.when_moved = labs.doctor()
    interpreter = labs.venv / BIN / f"python{EXE}"
    interpreter.unlink()
    interpreter.write_text("no program")
    labs.when_broken = labs.doctor()
    labs.set_up_again = labs.type_remedy(labs.when_broken["environment"], PYTHONIOENCODING="cp1252")
    return labs


@pytest.fixture
def checkout(tmp_path, environment):
    """Return a checkout without an environment, such as a student's on a shared server."""
    return Labs(tmp_path / "labs", environment)


def test_the_doctor_names_a_moved_and_a_broken_environment(labs):
    moved, broken = labs.when_moved["environment"], labs.when_broken["environment"]
    assert moved.startswith("FAIL") and "moved or copied" in moved and "scripts/setup.py" in moved
    assert broken.startswith("FAIL") and "does not start" in broken
    assert "not checked" in labs.when_broken["packages"]


def test_the_remedy_makes_it_anew_and_does_every_step(labs, home):
    status, output = labs.set_up_again
    assert status == 0 and "The data was looked for." in output and "The set-up is done" in output
    assert subprocess.run([labs.venv / BIN / "pip", "--version"], capture_output=True).stdout
    kernel = json.loads((home / "jupyter/kernels/data_labeling_env/kernel.json").read_text())
    assert Path(kernel["argv"][0]).parent == labs.venv / BIN
    settings = labs.venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    cells = json.loads(settings.read_text())["@jupyterlab/notebook-extension:tracker"]
    assert cells == {"codeCellConfig": {"lineWrap": True}}
    lines = labs.doctor()
    assert all(lines[name].startswith("OK") for name in ("environment", "packages", "kernel"))


def test_a_second_set_up_has_nothing_to_do(labs):
    assert labs.set_up() == (0, "")


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "scripts/setup.py"])
def test_what_decides_about_the_environment_is_noticed(labs, name):
    with open(labs.folder / name, "a") as file:
        file.write("# a change\n")
    assert "Installing" in labs.set_up()[1] and labs.set_up() == (0, "")


def test_a_failed_installation_is_tried_again(labs):
    requirements = (labs.folder / "requirements.txt").read_text()
    (labs.folder / "requirements.txt").write_text("ipykernel==2.0\n")
    for _ in range(2):
        status, output = labs.set_up()
        assert status == 1 and "Set-up stopped: the installation failed" in output
    (labs.folder / "requirements.txt").write_text(requirements)


def test_a_missing_package_is_named_and_the_remedy_brings_it_back(labs):
    for folder in labs.venv.glob("**/site-packages/ipykernel*"):
        shutil.rmtree(folder)
    line = labs.doctor()["packages"]
    assert line.startswith("FAIL") and "ipykernel missing" in line
    assert labs.type_remedy(line)[0] == 0 and labs.doctor()["packages"].startswith("OK")


def test_letters_that_the_terminal_does_not_know_are_replaced(labs):
    _, output = labs.run("scripts/doctor.py", PYTHONIOENCODING="cp1252")
    assert r"labs \u2603 1" in output and "Traceback" not in output


# ---------------------------------------------------------------- a shared environment


def test_labs_env_is_used_and_nothing_is_made(labs, checkout):
    shared = {"LABS_ENV": str(labs.venv)}
    assert checkout.set_up(**shared) == (0, "") and not checkout.venv.exists()
    lines = checkout.doctor(**shared)
    assert str(labs.venv) in lines["environment"] and lines["packages"].startswith("OK")


def test_a_shared_environment_that_lacks_something_is_not_changed(labs, checkout):
    (checkout.folder / "requirements.txt").write_text("ipykernel==1.0\nsnorkel==0.10.0\n")
    status, output = checkout.set_up(LABS_ENV=str(labs.venv))
    assert status == 1 and "snorkel missing" in output and "person who made it" in output
    status, output = checkout.set_up(LABS_ENV=str(checkout.folder / "nowhere"))
    assert status == 1 and not (checkout.folder / "nowhere").exists()
    line = checkout.doctor(LABS_ENV=str(checkout.folder / "nowhere"))["environment"]
    assert line.startswith("FAIL") and "ask the person who made it" in line


def test_without_an_environment_the_doctor_follows_the_registered_kernel(labs, checkout):
    lines = checkout.doctor()
    assert str(labs.venv) in lines["environment"] and lines["kernel"].startswith("OK")


@posix
def test_an_environment_behind_a_link_is_never_emptied(labs, checkout):
    checkout.venv.symlink_to(labs.venv)
    assert checkout.set_up() == (0, "")
    status, output = set_up_by(checkout, (3, 12 if sys.version_info[1] == 11 else 11, 0))
    assert status == 1 and "is not changed from here" in output and "its Python is 3." in output
    assert labs.set_up() == (0, "")


@posix
def test_the_doctor_says_what_other_users_cannot_open(labs, checkout):
    labs.venv.chmod(0o700)
    line = checkout.doctor(LABS_ENV=str(labs.venv))["environment"]
    labs.venv.chmod(0o755)
    assert line.startswith("WARN") and f"other users cannot open {labs.venv} " in line


@pytest.mark.parametrize("content", ["thesis.txt", "pyvenv.cfg"])
def test_a_folder_that_is_not_ours_is_left_alone(checkout, content):
    """The second is an environment elsewhere: it may hold more than these labs."""
    folder = checkout.folder.parent / "mine"
    folder.mkdir()
    (folder / content).touch()
    status, output = checkout.set_up("../mine")
    assert status == 1 and "left alone" in output and (folder / content).exists()


# ---------------------------------------------------------------- what it is run with


@posix
@pytest.mark.parametrize(("status", "expected"), [(0, "uv pip install"), (1, "now with pip")])
def test_uv_installs_where_there_is_one_and_pip_where_it_fails(labs, tmp_path, status, expected):
    (tmp_path / "uv").write_text(f"#!/bin/sh\necho uv $*\nexit {status}\n")
    (tmp_path / "uv").chmod(0o755)
    (labs.venv / "labs-setup-is-done").unlink()
    path = f"{tmp_path}{os.pathsep}{labs.environment['PATH']}"
    done, output = labs.set_up(PATH=path, PIP_NO_INDEX="")
    assert done == 0 and expected in output and ("now with pip" in output) == (status == 1)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_a_wrong_python_gets_one_clear_sentence(checkout, version):
    status, output = set_up_by(checkout, version)
    assert status == 1 and output.startswith("These labs need Python 3.11, 3.12 or 3.13")
    assert f"is Python {version[0]}.{version[1]}." in output and output.count("\n") == 1


@pytest.mark.parametrize("script", ["setup.py", "doctor.py"])
def test_scripts_that_judge_python_can_be_read_by_old_pythons(script):
    source = (HERE / "scripts" / script).read_bytes()
    assert source.isascii() and ast.parse(source, feature_version=(3, 4))
