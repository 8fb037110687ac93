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
OTHER = (3, 12 if sys.version_info[1] == 11 else 11, 0)
BIN, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
KERNEL = """import json, os, sys
folder = os.path.join(os.environ["JUPYTER_DATA_DIR"], "kernels", sys.argv[-1])
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "kernel.json"), "w") as file:
    json.dump({"argv": [sys.executable]}, file)
"""
WHEEL = {  # a package that stands in for all of requirements.txt; it can register a kernel
    "ipykernel/__main__.py": KERNEL,
    "ipykernel-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: ipykernel\nVersion: 1.0\n",
    "ipykernel-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
    "ipykernel-1.0.dist-info/RECORD": "",
}
posix = pytest.mark.skipif(os.name == "nt", reason="links and shell scripts are for POSIX systems")


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

    def set_up_by(self, version, **environment):
        """Run the set-up by this Python that takes itself for another version."""
        code = f"import runpy, sys; sys.version_info = {version}; sys.argv = ['setup']; "
        code += "runpy.run_path('scripts/setup.py', run_name='__main__')"
        return self.run("-c", code, **environment)

    def doctor(self, **environment):
        """Return the doctor's lines by their name."""
        lines = self.run("scripts/doctor.py", **environment)[1].splitlines()
        return {line.split()[1]: line for line in lines}

    def type_remedy(self, line, **environment):
        """Type the command that the doctor gives."""
        return self.set_up(*line.rstrip(")").split("scripts/setup.py")[1].split(), **environment)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Return the settings of a user of their own, who can install that package and no other."""
    home = tmp_path_factory.mktemp("home")
    with zipfile.ZipFile(home / "ipykernel-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in WHEEL.items():
            wheel.writestr(name, text)
    settings = {name: os.environ.get(name, "") for name in ("PATH", "SYSTEMROOT", "TEMP")}
    settings |= {"HOME": home, "USERPROFILE": home, "JUPYTER_DATA_DIR": home / "jupyter"}
    settings |= {"PIP_FIND_LINKS": home, "PIP_NO_INDEX": "1", "PYTHONIOENCODING": "utf-8"}
    return {name: str(value) for name, value in settings.items() if value}


@pytest.fixture(scope="module")
def labs(environment):
    """Return a checkout after its set-up, in a folder whose name is not easy.

    It begins with an environment that is moved there and then loses its interpreter.
    """
    home = Path(environment["HOME"])
    labs = Labs(home / "labs ☃ 1", environment)
    venv.create(home / "old")
    (home / "old" / BIN / f"pip{EXE}").write_text(f"#!{home / 'old' / BIN / 'python'}")
    shutil.move(home / "old", labs.venv)
    labs.when_moved = labs.doctor(PYTHONIOENCODING="cp1252")
    (labs.venv / BIN / f"python{EXE}").unlink()
    (labs.venv / BIN / f"python{EXE}").write_text("no program")
    labs.when_broken = labs.doctor()
    labs.set_up_again = labs.type_remedy(labs.when_broken["environment"], PYTHONIOENCODING="cp1252")
    return labs


@pytest.fixture
def uv(tmp_path, environment):
    """Return settings with which a uv is found that installs nothing; it succeeds or it fails."""

    def settings(status=0):
        (tmp_path / "uv").write_text(f"#!/bin/sh\necho uv $*\nexit {status}\n")
        (tmp_path / "uv").chmod(0o755)
        return {"PATH": f"{tmp_path}{os.pathsep}{environment['PATH']}", "PIP_NO_INDEX": ""}

    return settings


@pytest.fixture
def checkout(tmp_path, environment):
    """Return a checkout without an environment, such as a student's on a shared server."""
    return Labs(tmp_path / "labs", environment)


def test_the_doctor_names_a_moved_and_a_broken_environment(labs):
    moved, broken = labs.when_moved["environment"], labs.when_broken["environment"]
    assert moved.startswith("FAIL") and "moved or copied" in moved and "scripts/setup.py" in moved
    assert r"labs \u2603 1" in moved, "letters that the terminal does not know are replaced"
    assert broken.startswith("FAIL") and "does not start" in broken
    assert "not checked" in labs.when_broken["packages"]


def test_the_remedy_makes_it_anew_and_does_every_step_once(labs):
    status, output = labs.set_up_again
    assert status == 0 and "The data was looked for." in output and "The set-up is done" in output
    assert labs.set_up() == (0, "")
    kernel = labs.folder.parent / "jupyter/kernels/data_labeling_env/kernel.json"
    kernel = json.loads(kernel.read_text())
    assert Path(kernel["argv"][0]).parent == labs.venv / BIN
    settings = (labs.venv / "share/jupyter/lab/settings/overrides.json").read_text()
    cells = json.loads(settings)["@jupyterlab/notebook-extension:tracker"]
    assert cells == {"codeCellConfig": {"lineWrap": True}}


@posix
@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "scripts/setup.py"])
def test_what_decides_about_the_environment_is_noticed(labs, uv, name):
    with open(labs.folder / name, "a") as file:
        file.write("# a change\n")
    assert "uv pip install" in labs.set_up(**uv())[1] and labs.set_up() == (0, "")


@posix
def test_where_uv_fails_pip_installs_and_where_that_fails_too_it_is_tried_again(labs, uv):
    requirements = (labs.folder / "requirements.txt").read_text()
    (labs.folder / "requirements.txt").write_text("./no-such-package\n" + requirements)
    status, output = labs.set_up(**uv(1))
    assert status == 1 and "now with pip" in output
    assert "Set-up stopped: the installation failed" in output
    assert "Installing" in labs.set_up(**uv())[1]
    (labs.folder / "requirements.txt").write_text(requirements)
    assert "Installing" in labs.set_up(**uv())[1]


def test_for_another_python_it_is_made_anew(labs, tmp_path):
    (tmp_path / "venv.py").write_text("raise SystemExit('That will do.')")
    output = labs.set_up_by(OTHER, PYTHONPATH=str(tmp_path))[1]
    assert "That will do." in output and "making the environment failed" in output


def test_a_missing_package_is_named_and_the_remedy_brings_it_back(labs):
    for folder in labs.venv.glob("**/site-packages/ipykernel*"):
        shutil.rmtree(folder)
    line = labs.doctor()["packages"]
    assert line.startswith("FAIL") and "ipykernel missing" in line
    assert labs.type_remedy(line)[0] == 0
    lines = labs.doctor()
    assert all(lines[name].startswith("OK") for name in ("environment", "packages", "kernel"))


# ---------------------------------------------------------------- a shared environment


def test_labs_env_or_the_registered_kernel_is_used_and_nothing_is_made(labs, checkout):
    shared = {"LABS_ENV": str(labs.venv)}
    assert checkout.set_up(**shared) == (0, "") and not checkout.venv.exists()
    for lines in (checkout.doctor(**shared), checkout.doctor()):
        assert str(labs.venv) in lines["environment"]
        assert lines["packages"].startswith("OK") and lines["kernel"].startswith("OK")


def test_a_shared_environment_that_lacks_something_is_not_changed(labs, checkout):
    (checkout.folder / "requirements.txt").write_text("ipykernel==1.0\nsnorkel==0.10.0\n")
    status, output = checkout.set_up(LABS_ENV=str(labs.venv))
    assert status == 1 and "snorkel missing" in output and "person who made it" in output
    nowhere = checkout.folder / "nowhere"
    assert checkout.set_up(LABS_ENV=str(nowhere))[0] == 1 and not nowhere.exists()
    line = checkout.doctor(LABS_ENV=str(nowhere))["environment"]
    assert line.startswith("FAIL") and "ask the person who made it" in line


@posix
def test_an_environment_behind_a_link_is_never_emptied(labs, checkout):
    checkout.venv.symlink_to(labs.venv)
    assert checkout.set_up() == (0, "")
    status, output = checkout.set_up_by(OTHER)
    assert status == 1 and "is not changed from here" in output and "its Python is 3." in output
    assert (labs.venv / "pyvenv.cfg").exists()


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


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_a_wrong_python_gets_one_clear_sentence(checkout, version):
    status, output = checkout.set_up_by(version)
    assert status == 1 and output.startswith("These labs need Python 3.11, 3.12 or 3.13")
    assert f"is Python {version[0]}.{version[1]}." in output and output.count("\n") == 1


@pytest.mark.parametrize("script", ["setup.py", "doctor.py"])
def test_scripts_that_judge_python_can_be_read_by_old_pythons(script):
    source = (HERE / "scripts" / script).read_bytes()
    assert source.isascii() and ast.parse(source, feature_version=(3, 4))
