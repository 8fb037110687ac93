"""make reset: notebooks go back to the committed version, and nothing of a student is ever lost."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from utils import HERE

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git here")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no ulimit, and links need a right")
LABS = {f"0{lab}_lab.ipynb": f'{{"lab": {lab}}}\n'.encode() for lab in (1, 2, 3)}
FIRST, SECOND, THIRD = LABS
MINE = b'{"lab": 1, "mine": "\xc3\xa4"}\n'


def git(folder, *arguments):
    name = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *name, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def write_labs(folder, content=None):
    folder.mkdir(parents=True, exist_ok=True)
    for name in LABS:
        (folder / name).write_bytes(content or LABS[name])


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """Return a git checkout of three small notebooks, in a folder whose name is not easy."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "Übungen und labs"
    write_labs(folder)
    (folder / "scripts").mkdir()
    shutil.copy(HERE / "scripts" / "reset.py", folder / "scripts")
    shutil.copy(HERE / ".gitignore", folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "the labs")
    write_labs(folder, MINE)
    return folder


def reset(folder, *arguments, **environment):
    command = [sys.executable, folder / "scripts" / "reset.py", *arguments]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    done = subprocess.run(command, capture_output=True, env=env, encoding="utf-8")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*0*")}


def test_changed_notebooks_are_saved_and_put_back_and_deleted_ones_come_back(labs):
    (labs / FIRST).unlink()
    (labs / SECOND).write_bytes(LABS[SECOND])
    before = (labs / SECOND).stat().st_mtime_ns
    status, output = reset(labs)
    ((name, content),) = contents(labs / "saved").items()
    assert status == 0 and contents(labs) == LABS and content == MINE and name in output
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{4}_03_lab.ipynb", name)
    assert (labs / SECOND).stat().st_mtime_ns == before, "it was as it should be"
    assert git(labs, "status", "--porcelain") == b"", "something is left behind or not ignored"


def test_one_lab_can_be_named_and_an_earlier_copy_is_never_overwritten(labs):
    versions = [b"one", b"two", b"three"]
    for version in versions:  # within a minute, so that the names would be the same
        (labs / SECOND).write_bytes(version)
        assert reset(labs, "2")[0] == 0
    assert sorted(contents(labs / "saved").values()) == sorted(versions)
    assert contents(labs) == {FIRST: MINE, SECOND: LABS[SECOND], THIRD: MINE}
    status, output = reset(labs, "07")
    assert status == 1 and "no notebook of lab 07" in output


def test_what_was_committed_needs_the_name_of_another_commit(labs):
    git(labs, "commit", "-qam", "my work")
    status, output = reset(labs)
    assert status == 0 and contents(labs)[FIRST] == MINE and "ARGS=origin/main" in output
    assert reset(labs, "HEAD~1", "01")[0] == 0
    assert contents(labs) == {FIRST: LABS[FIRST], SECOND: MINE, THIRD: MINE}
    for commit, path, why in [
        ("no-such-commit", os.environ["PATH"], "git says"),
        ("", "", "be run"),
    ]:
        status, output = reset(labs, *commit.split(), PATH=path)
        assert status == 1 and why in output and commit in output and "Nothing was ch" in output


def test_line_endings_are_those_of_this_checkout(labs):
    (labs / ".gitattributes").write_text("*.ipynb text eol=crlf\n")
    assert reset(labs)[0] == 0 and contents(labs)[FIRST] == LABS[FIRST].replace(b"\n", b"\r\n")


def test_a_hand_out_has_its_originals_beside_it(labs):
    """Even where students keep it within a git checkout of their own."""
    folder = labs / "handout"
    write_labs(folder, MINE)
    shutil.copytree(labs / "scripts", folder / "scripts")
    for environment in ({}, {"PATH": ""}):
        status, output = reset(folder, **environment)
        assert status == 1 and "Nothing was changed" in output and contents(folder)[FIRST] == MINE
    write_labs(folder / "originals")
    assert reset(folder, PATH="")[0] == 0 and contents(folder) == LABS
    assert list(contents(folder / "saved").values()) == [MINE] * 3


@posix
def test_nothing_is_written_through_a_link(labs):
    (labs.parent / "secret").write_text("secret")
    (labs / SECOND).unlink()
    for name in (SECOND, FIRST + ".part"):
        (labs / name).symlink_to(labs.parent / "secret")
    assert reset(labs)[0] == 0 and (labs.parent / "secret").read_text() == "secret"
    assert contents(labs).items() >= LABS.items() and not (labs / SECOND).is_symlink()


@posix
@pytest.mark.parametrize(("blocks", "copies"), [(0, 0), (1, 1)])
def test_nothing_is_lost_where_the_disk_is_full(labs, blocks, copies):
    """A limit on the size of files stops it before the copy is saved, or at the large original."""
    (labs / FIRST).write_bytes(b"x" * 5000)
    git(labs, "commit", "-qam", "a large notebook")
    (labs / FIRST).write_bytes(MINE)
    command = f"ulimit -f {blocks}; exec '{sys.executable}' scripts/reset.py"
    done = subprocess.run(["sh", "-c", command], cwd=labs, capture_output=True, text=True)
    assert done.returncode == 1 and "Nothing is lost" in done.stderr
    assert contents(labs)[FIRST] == MINE and not list(labs.glob(".part*"))
    assert list(contents(labs / "saved").values()) == [MINE] * copies
