"""The set-up, and the remedies of the doctor, on a small environment that is broken for real."""

import ast
import io
import json
import os
import shutil
import subprocess
import sys
import venv
from unittest.mock import Mock

import pytest

from utils import HERE

sys.path.append(str(HERE / "scripts"))
import doctor
import setup

OTHER = (3, 12 if sys.version_info[1] == 11 else 11, 0)
FILES = {
    "requirements.txt": "ipykernel==1.0\n",
    "constraints.txt": "colorama==1 ; sys_platform == 'nowhere'\n",
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


@pytest.fixture
def call(monkeypatch):
    """Return a stand-in for `subprocess.call`: no command of `setup.main` is run, all succeed."""
    call = Mock(return_value=0)
    monkeypatch.setattr(setup.subprocess, "call", call)
    return call


def steps(call):
    """Return which of the steps of the set-up were called, in order."""
    names = ("venv", "pip", "ipykernel", "utils.py")
    return [name for made in call.call_args_list for name in names if name in made.args[0]]


@pytest.fixture
def labs(tmp_path, monkeypatch, call):
    """Return a small checkout after its set-up, in a folder whose name is not easy."""
    for name in ("LABS_ENV", "PYTHONPATH", "PYTHONHOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    labs = make_checkout(tmp_path / "labs ☃ 1")
    venv.create(labs / ".venv", symlinks=os.name != "nt")
    (labs / ".venv" / setup.BIN / f"pip{setup.EXE}").write_text(f"#!{labs / '.venv'}")
    (packages,) = (labs / ".venv").glob("**/site-packages")
    (packages / "ipykernel-1.0.dist-info").mkdir()
    monkeypatch.setattr(setup, "ROOT", str(labs))
    monkeypatch.setattr(setup, "DEFAULT", str(labs / ".venv"))
    setup.main()
    call.reset_mock()
    return labs


def test_each_step_is_done_once_whatever_the_console_can_show(labs, call, monkeypatch):
    (labs / ".venv" / "labs-setup-is-done").unlink()
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "cp1252"))
    setup.main(str(labs / ".venv"))  # it prints this name
    assert os.environ["PYTHONIOENCODING"] == "cp1252:backslashreplace", "for what it starts"
    assert steps(call) == ["pip", "ipykernel", "utils.py"]
    assert "lineWrap" in (labs / ".venv/share/jupyter/lab/settings/overrides.json").read_text()
    setup.main()
    assert len(steps(call)) == 3
    assert run(labs, "scripts/setup.py") == (0, "")


def test_an_environment_that_was_moved_is_named_and_made_anew(labs, call, monkeypatch):
    moved = labs.rename(labs.with_name("moved ☃"))
    monkeypatch.setattr(setup, "DEFAULT", str(moved / ".venv"))
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")  # the set-up has changed it
    line = ask_doctor(moved)["environment"]
    assert line.startswith("FAIL") and "moved or copied" in line and "scripts/setup.py" in line
    assert r"moved \u2603" in line, "letters that the terminal does not know are replaced"
    monkeypatch.setattr(setup, "ROOT", str(moved))
    setup.main()
    assert steps(call) == ["venv", "pip", "ipykernel", "utils.py"]


def test_an_environment_that_does_not_start_is_named_and_made_anew(labs, call):
    python = labs / ".venv" / setup.BIN / f"python{setup.EXE}"
    python.unlink()
    python.write_text("no program")
    lines = ask_doctor(labs)
    assert lines["environment"].startswith("FAIL") and "does not start" in lines["environment"]
    assert "not checked" in lines["packages"]
    setup.main()
    assert steps(call) == ["venv", "pip", "ipykernel", "utils.py"]


@pytest.mark.parametrize("name", ["requirements.txt", "constraints.txt", "scripts/setup.py"])
def test_what_decides_about_the_environment_is_noticed(labs, call, name):
    with open(labs / name, "a") as file:
        file.write("# a change\n")
    setup.main()
    assert steps(call) == ["pip", "ipykernel", "utils.py"]


def test_a_package_that_is_missing_or_of_another_version_is_installed_again(labs, call):
    (package,) = (labs / ".venv").glob("**/ipykernel-1.0.dist-info")
    package.with_name("colorama-2.dist-info").mkdir()
    line = ask_doctor(labs)["packages"]
    assert line.startswith("WARN") and "colorama 2 instead of 1" in line
    setup.main()
    assert "pip" in steps(call)
    call.reset_mock()
    package.with_name("colorama-2.dist-info").rmdir()
    package.rmdir()
    line = ask_doctor(labs)["packages"]
    assert line.startswith("FAIL") and "ipykernel missing" in line and "scripts/setup.py" in line
    setup.main()
    assert "pip" in steps(call)


@pytest.mark.parametrize("step", ["pip", "ipykernel", "utils.py"])
def test_a_step_that_fails_is_tried_again(labs, call, step):
    (labs / "requirements.txt").write_text("ipykernel==1.0  # a change\n")
    call.side_effect = lambda command, **_: int(step in command)
    for _ in range(2):
        with pytest.raises(SystemExit, match="Set-up stopped: .* failed"):
            setup.main()
        assert steps(call)[-1] == step


def test_for_another_python_it_is_made_anew(labs, call, monkeypatch):
    monkeypatch.setattr(sys, "version_info", OTHER)
    setup.main()
    assert steps(call)[0] == "venv"


@pytest.mark.parametrize("content", ["thesis.txt", "pyvenv.cfg"])
def test_a_folder_that_is_not_ours_is_left_alone(labs, tmp_path, call, content):
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
