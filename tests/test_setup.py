"""The set-up, and the remedies of the doctor: things are broken for real in a small environment."""

import ast
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from unittest.mock import Mock

import pytest

from utils import HERE

sys.path.append(str(HERE / "scripts"))
import doctor
import setup

OTHER = (3, 12 if sys.version_info[1] == 11 else 11, 0)
WHEEL = {  # a package that stands in for all of requirements.txt
    "ipykernel/__main__.py": "import sys; open(sys.prefix + '/kernel', 'w').write(sys.argv[-1])",
    "ipykernel-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: ipykernel\nVersion: 1.0\n",
    "ipykernel-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
    "ipykernel-1.0.dist-info/RECORD": "",
}
FILES = {
    "requirements.txt": "ipykernel==1.0\n",
    "constraints.txt": "colorama==1 ; sys_platform == 'nowhere'\n",
    "utils.py": "print('The data was looked for.')\n",
}


def make_checkout(folder):
    shutil.copytree(HERE / "scripts", folder / "scripts", ignore=lambda *_: ["__pycache__"])
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def run(folder, *command):
    """Run Python; return its exit status and all that it prints."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([python, *command], cwd=folder, **streams)
    return done.returncode, done.stdout


def ask_doctor(folder, *options):
    """Return the doctor's lines by their name."""
    lines = run(folder, *options, "scripts/doctor.py")[1].splitlines()
    return {line.split()[1]: line for line in lines}


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    """Return a small checkout, in a folder whose name is not easy, of a user of its own.

    It begins with an environment that is moved there and then loses its interpreter.
    """
    home = tmp_path_factory.mktemp("home")
    labs = make_checkout(home / "labs ☃ 1")
    with zipfile.ZipFile(home / "ipykernel-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in WHEEL.items():
            wheel.writestr(name, text)
    venv.create(home / "old")
    (home / "old" / setup.BIN / f"pip{setup.EXE}").write_text(f"#!{home / 'old' / 'python'}")
    shutil.move(home / "old", labs / ".venv")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LABS_ENV", "PYTHONPATH", "PYTHONHOME"):
            patch.delenv(name, raising=False)
        for name in ("HOME", "USERPROFILE", "JUPYTER_DATA_DIR", "PIP_FIND_LINKS"):
            patch.setenv(name, str(home))
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PYTHONIOENCODING", "cp1252")
        patch.setattr(setup, "ROOT", str(labs))
        patch.setattr(setup, "DEFAULT", str(labs / ".venv"))
        yield labs


@pytest.fixture
def call(labs, monkeypatch):
    """Return a stand-in for `subprocess.call`: no command of `setup.main` is run, all succeed."""
    call = Mock(return_value=0)
    monkeypatch.setattr(setup.subprocess, "call", call)
    return call


def test_a_moved_and_a_broken_environment_are_named_and_the_remedy_makes_it_anew(labs):
    moved = ask_doctor(labs)["environment"]
    assert moved.startswith("FAIL") and "moved or copied" in moved and "scripts/setup.py" in moved
    assert r"labs \u2603 1" in moved, "letters that the terminal does not know are replaced"
    python = labs / ".venv" / setup.BIN / f"python{setup.EXE}"
    python.unlink()
    python.write_text("no program")
    broken = ask_doctor(labs)
    assert "FAIL" in broken["environment"] and "does not start" in broken["environment"]
    assert "not checked" in broken["packages"]
    status, output = run(labs, "scripts/setup.py")
    assert status == 0 and "The data was looked for." in output and "The set-up is done" in output
    assert (labs / ".venv" / "kernel").read_text() == setup.KERNEL
    assert "lineWrap" in (labs / ".venv/share/jupyter/lab/settings/overrides.json").read_text()
    assert run(labs, "scripts/setup.py") == (0, "")


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "scripts/setup.py"])
def test_what_decides_about_the_environment_is_noticed(labs, call, name):
    with open(labs / name, "a") as file:
        file.write("# a change\n")
    setup.main()
    steps = zip(["pip", "ipykernel", "utils.py"], call.call_args_list, strict=True)
    assert all(step in command.args[0] for step, command in steps)
    call.reset_mock()
    setup.main()
    call.assert_not_called()


def test_a_missing_package_is_installed_again(labs, call):
    (package,) = (labs / ".venv").glob("**/ipykernel-1.0.dist-info")
    package.rename(package.with_suffix(".gone"))
    setup.main()
    package.with_suffix(".gone").rename(package)
    call.assert_called()


@pytest.mark.parametrize("step", ["pip", "ipykernel", "utils.py"])
def test_a_step_that_fails_is_tried_again(labs, call, step):
    call.side_effect = lambda command, **_: int(step in command)
    with open(labs / "requirements.txt", "a") as file:
        file.write("# another change\n")
    for _ in range(2):
        with pytest.raises(SystemExit, match="Set-up stopped: .* failed"):
            setup.main()
        assert step in call.call_args.args[0]


def test_for_another_python_it_is_made_anew(call, monkeypatch):
    call.return_value = 1
    monkeypatch.setattr(sys, "version_info", OTHER)
    with pytest.raises(SystemExit, match="making the environment failed"):
        setup.main()


@pytest.mark.parametrize("content", ["thesis.txt", "pyvenv.cfg"])
def test_a_folder_that_is_not_ours_is_left_alone(tmp_path, call, content):
    """The second is an environment elsewhere: it may hold more than these labs."""
    (tmp_path / content).touch()
    with pytest.raises(SystemExit, match="left alone"):
        setup.main(str(tmp_path))
    call.assert_not_called()


# ---------------------------------------------------------------- a shared environment


def test_the_registered_kernel_or_labs_env_is_used_and_nothing_is_made(labs, tmp_path, monkeypatch):
    student = make_checkout(tmp_path / "labs")
    assert ask_doctor(student, "-I", "-S")["packages"].startswith("FAIL packages    ipykernel miss")
    kernel = tmp_path / "kernels" / setup.KERNEL / "kernel.json"
    kernel.parent.mkdir(parents=True)
    python = labs / ".venv" / setup.BIN / f"python{setup.EXE}"
    kernel.write_text(json.dumps({"argv": [str(python)]}))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    lines = ask_doctor(student)
    assert all(lines[name].startswith("OK") for name in ("environment", "packages", "kernel"))
    kernel.unlink()
    monkeypatch.setenv("LABS_ENV", str(labs / ".venv"))
    assert ask_doctor(student)["packages"].startswith("OK")
    assert run(student, "scripts/setup.py") == (0, "") and not (student / ".venv").exists()


def test_a_shared_environment_that_lacks_something_is_not_changed(
    labs, tmp_path, call, monkeypatch
):
    (labs / "requirements.txt").write_text("ipykernel==1.0\nsnorkel==0.10.0\n")
    nowhere = str(tmp_path / "nowhere")
    for path, why in [(nowhere, "does not start"), (str(labs / ".venv"), "snorkel missing")]:
        monkeypatch.setenv("LABS_ENV", path)
        with pytest.raises(SystemExit, match=f"{why}.* person who made it"):
            setup.main()
    call.assert_not_called()
    monkeypatch.setattr(doctor, "VENV", nowhere)
    level, _, fix = doctor.environment()
    assert level == "FAIL" and fix.startswith("ask the person who made it")


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_an_environment_behind_a_link_is_never_emptied(labs, tmp_path, call, monkeypatch):
    (tmp_path / "link").symlink_to(labs / ".venv")
    monkeypatch.setattr(setup, "DEFAULT", str(tmp_path / "link"))
    monkeypatch.setattr(sys, "version_info", OTHER)
    with pytest.raises(SystemExit, match="is not changed from here.* its Python is 3"):
        setup.main()
    call.assert_not_called()


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_a_wrong_python_gets_one_clear_sentence(version):
    code = f"import runpy, sys; sys.version_info = {version}; "
    status, said = run(HERE, "-c", code + "runpy.run_path('scripts/setup.py', {}, '__main__')")
    assert status == 1 and said.startswith("These labs need Python 3.11, 3.12 or 3.13")
    assert f"is Python {version[0]}.{version[1]}." in said and said.count("\n") == 1


@pytest.mark.parametrize("script", ["setup.py", "doctor.py"])
def test_scripts_that_judge_python_can_be_read_by_old_pythons(script):
    source = (HERE / "scripts" / script).read_bytes()
    assert source.isascii() and ast.parse(source, feature_version=(3, 4))
