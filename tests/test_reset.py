"""make reset: the notebooks go back to the committed version, and nothing of a student is ever lost."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime

import pytest

import utils

pytestmark = pytest.mark.skipif(
    not shutil.which("git"), reason="make reset works with git, and there is none here"
)
LABS = {
    "01_first.ipynb": b'{"lab": 1}\n',
    "02_second.ipynb": b'{"lab": 2}\n',
    "03_third.ipynb": b'{"lab": 3}\n',
}
MINE = b'{"lab": 1, "mine": "\xc3\xa4"}\n'


def git(folder, *arguments):
    identity = [
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=ann@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def make_labs(folder):
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(utils.HERE / "scripts" / "reset.py", folder / "scripts")
    shutil.copy(utils.HERE / ".gitignore", folder)
    shutil.copy(utils.HERE / ".gitattributes", folder)
    for name, content in LABS.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """Return a git checkout of three small notebooks, in a folder whose name is not easy."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(
        "GIT_CEILING_DIRECTORIES", str(tmp_path)
    )  # no repository further up is looked at
    folder = make_labs(tmp_path / "Übungen und labs")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "the labs")
    return folder


def reset(folder, *arguments):
    done = subprocess.run(
        [sys.executable, folder / "scripts" / "reset.py", *arguments],
        cwd=folder.parent,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    )
    return done.returncode, done.stdout, done.stderr


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("0*")}


def saved(folder):
    return {path.name: path.read_bytes() for path in (folder / "saved").glob("*")}


def test_a_changed_notebook_is_saved_and_put_back_and_the_others_are_left_alone(labs):
    (labs / "01_first.ipynb").write_bytes(MINE)
    before = (labs / "02_second.ipynb").stat().st_mtime_ns
    code, out, err = reset(labs)
    assert code == 0 and err == "" and contents(labs) == LABS
    ((name, content),) = saved(labs).items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{4}_01_first\.ipynb", name) and content == MINE
    assert f"saved/{name}" in out and "02_second" not in out
    assert (labs / "02_second.ipynb").stat().st_mtime_ns == before
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=labs, capture_output=True, text=True
    ).stdout
    assert status == "", "saved/ is not ignored, or something is left behind"


def test_unchanged_notebooks_need_nothing(labs):
    code, out, _ = reset(labs)
    assert code == 0 and "nothing to do" in out and not (labs / "saved").exists()


def test_a_deleted_notebook_comes_back(labs):
    (labs / "03_third.ipynb").unlink()
    assert reset(labs)[0] == 0 and contents(labs) == LABS and not saved(labs)


def test_an_earlier_copy_is_never_overwritten(labs):
    versions = [b"one", b"two", b"three"]
    for version in versions:  # within one minute, so that the names would be the same
        (labs / "01_first.ipynb").write_bytes(version)
        assert reset(labs)[0] == 0
    assert sorted(saved(labs).values()) == sorted(versions) and contents(labs) == LABS


def test_another_commit_can_be_named(labs):
    (labs / "01_first.ipynb").write_bytes(MINE)
    git(labs, "commit", "-qam", "my work")
    assert "nothing to do" in reset(labs)[1]
    assert reset(labs, "HEAD~1")[0] == 0 and contents(labs) == LABS and MINE in saved(labs).values()
    code, _, err = reset(labs, "no-such-commit")
    assert code == 1 and "no-such-commit" in err and "Nothing was changed" in err


@pytest.mark.parametrize("within", [False, True])
def test_without_a_checkout_nothing_is_changed(within, tmp_path, labs):
    """A downloaded zip has no git folder; it may be unpacked within another checkout."""
    folder = make_labs((labs if within else tmp_path) / "downloaded")
    (folder / "01_first.ipynb").write_bytes(MINE)
    code, out, err = reset(folder)
    assert code == 1 and out == "" and "Nothing was changed" in err and "Traceback" not in err
    assert contents(folder) == {**LABS, "01_first.ipynb": MINE} and not saved(folder)


def test_without_git_nothing_is_changed(labs, monkeypatch):
    (labs / "01_first.ipynb").write_bytes(MINE)
    monkeypatch.setenv("PATH", str(labs))
    code, _, err = reset(labs)
    assert code == 1 and "git cannot be run" in err and "Nothing was changed" in err
    assert contents(labs)["01_first.ipynb"] == MINE


# ---------------------------------------------------------------- interrupted


@pytest.fixture
def script(labs, monkeypatch):
    """Return the script as a module that works on the small checkout, with two changed notebooks."""
    spec = importlib.util.spec_from_file_location("reset", labs / "scripts" / "reset.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["reset.py"])
    (labs / "01_first.ipynb").write_bytes(MINE)
    (labs / "02_second.ipynb").write_bytes(MINE * 2)
    return module


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("No space left on device")])
def test_nothing_is_lost_wherever_it_stops(step, call, error, script, labs, monkeypatch):
    real, calls = getattr(os, step), []

    def stops(*arguments):
        calls.append(arguments)
        if len(calls) == call:
            raise error
        return real(*arguments)

    monkeypatch.setattr(os, step, stops)
    with pytest.raises((KeyboardInterrupt, SystemExit)) as stopped:
        script.main()
    assert stopped.type is KeyboardInterrupt or "Nothing is lost" in str(stopped.value)
    kept = [*contents(labs).values(), *saved(labs).values()]
    assert MINE in kept and MINE * 2 in kept and not list(labs.glob("*.part"))
    assert step == "replace" or len(saved(labs)) == call - 1, "half a copy"
    monkeypatch.setattr(os, step, real)
    script.main()  # the second try does the rest
    assert contents(labs) == LABS and {MINE, MINE * 2} == set(saved(labs).values())


def test_the_copy_is_named_by_the_minute(script, labs):
    script.main()
    minute = datetime.now().strftime("%Y-%m-%d_%H")
    assert all(name.startswith(minute) for name in saved(labs)) and len(saved(labs)) == 2


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_make_clean_leaves_the_saved_notebooks_alone(tmp_path):
    shutil.copy(utils.HERE / "Makefile", tmp_path)
    for folder in ("saved", "build"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01_first.ipynb").write_bytes(MINE)
    subprocess.run(
        ["make", "clean", f"PYTHON={sys.executable}"], cwd=tmp_path, check=True, capture_output=True
    )
    assert saved(tmp_path) and not (tmp_path / "build").exists()
