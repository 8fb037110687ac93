"""make reset: notebooks go back to the committed version, and nothing of a student is ever lost."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from utils import HERE

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git here")
LABS = {f"0{lab}_lab.ipynb": f'{{"lab": {lab}}}\n'.encode() for lab in (1, 2, 3)}
FIRST, SECOND, _ = LABS
MINE = b'{"lab": 1, "mine": "\xc3\xa4"}\n'


def git(folder, *arguments):
    name = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


def make_labs(folder):
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(HERE / "scripts" / "reset.py", folder / "scripts")
    shutil.copy(HERE / ".gitignore", folder)
    for name, content in LABS.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def labs(tmp_path, monkeypatch):
    """Return a git checkout of three small notebooks, in a folder whose name is not easy."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = make_labs(tmp_path / "Übungen und labs")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "the labs")
    return folder


def reset(folder, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, folder / "scripts" / "reset.py", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        encoding="utf-8",
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("0*")}


def saved(folder):
    return {path.name: path.read_bytes() for path in (folder / "saved").glob("*")}


def test_a_changed_notebook_is_saved_and_put_back_and_the_others_are_left_alone(labs):
    (labs / FIRST).write_bytes(MINE)
    before = (labs / SECOND).stat().st_mtime_ns
    status, output = reset(labs)
    ((name, content),) = saved(labs).items()
    assert status == 0 and contents(labs) == LABS and content == MINE
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d_\d{{4}}_{FIRST}", name) and f"saved/{name}" in output
    assert (labs / SECOND).stat().st_mtime_ns == before
    command = ["git", "status", "--porcelain"]
    changed = subprocess.run(command, cwd=labs, capture_output=True).stdout
    assert changed == b"", "saved/ is not ignored, or something is left behind"


def test_unchanged_notebooks_need_nothing_and_deleted_ones_come_back(labs):
    assert reset(labs)[0] == 0
    (labs / FIRST).unlink()
    assert reset(labs)[0] == 0 and contents(labs) == LABS and not (labs / "saved").exists()


def test_an_earlier_copy_is_never_overwritten(labs):
    versions = [b"one", b"two", b"three"]
    for version in versions:  # within a minute, so that the names would be the same
        (labs / FIRST).write_bytes(version)
        assert reset(labs)[0] == 0
    assert sorted(saved(labs).values()) == sorted(versions) and contents(labs) == LABS


def test_one_lab_can_be_named(labs):
    for name in LABS:
        (labs / name).write_bytes(MINE)
    assert reset(labs, "02")[0] == 0
    assert contents(labs) == {**dict.fromkeys(LABS, MINE), SECOND: LABS[SECOND]}
    status, output = reset(labs, "7")
    assert status == 1 and "no notebook of lab 07" in output


def test_what_was_committed_needs_the_name_of_another_commit(labs):
    (labs / FIRST).write_bytes(MINE)
    git(labs, "commit", "-qam", "my work")
    status, output = reset(labs)
    assert status == 0 and contents(labs)[FIRST] == MINE and "ARGS=origin/main" in output
    assert reset(labs, "HEAD~1", "01")[0] == 0 and contents(labs) == LABS
    assert MINE in saved(labs).values()
    status, output = reset(labs, "no-such-commit")
    assert status == 1 and "no-such-commit" in output and "Nothing was changed" in output


def test_line_endings_are_those_of_this_checkout(labs):
    (labs / ".gitattributes").write_text("*.ipynb text eol=crlf\n")
    assert reset(labs)[0] == 0 and contents(labs)[FIRST] == LABS[FIRST].replace(b"\n", b"\r\n")


def test_a_hand_out_has_its_originals_beside_it(tmp_path, labs):
    """Even where students keep it within a git checkout of their own."""
    for place in (tmp_path, labs):
        folder = make_labs(place / "handout")
        (folder / FIRST).write_bytes(MINE)
        status, output = reset(folder)
        assert status == 1 and "Nothing was changed" in output and contents(folder)[FIRST] == MINE
        (folder / "originals").mkdir()
        for name, content in LABS.items():
            (folder / "originals" / name).write_bytes(content)
        assert reset(folder, "01", PATH="")[0] == 0 and contents(folder) == LABS
        assert list(saved(folder).values()) == [MINE]


def test_without_git_nothing_is_changed(labs):
    (labs / FIRST).write_bytes(MINE)
    status, output = reset(labs, PATH=str(labs))
    assert status == 1 and "git cannot be run" in output and contents(labs)[FIRST] == MINE


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_nothing_is_written_through_a_link(labs):
    secret = labs.parent / "secret"
    secret.write_text("secret")
    (labs / FIRST).write_bytes(MINE)
    for name in (SECOND, FIRST + ".part"):
        (labs / name).unlink(missing_ok=True)
        (labs / name).symlink_to(secret)
    assert reset(labs)[0] == 0 and secret.read_text() == "secret"
    assert contents(labs)[SECOND] == LABS[SECOND] and not (labs / SECOND).is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no ulimit")
@pytest.mark.parametrize(("blocks", "copies"), [(0, 0), (1, 1)])
def test_nothing_is_lost_where_the_disk_is_full(labs, blocks, copies):
    """A limit on the size of files stops it before the copy is saved, or at the large original."""
    (labs / FIRST).write_bytes(b"x" * 5000)
    git(labs, "commit", "-qam", "a large notebook")
    (labs / FIRST).write_bytes(MINE)
    command = f"ulimit -f {blocks}; exec '{sys.executable}' scripts/reset.py"
    done = subprocess.run(["sh", "-c", command], cwd=labs, capture_output=True, text=True)
    assert done.returncode == 1 and "Nothing is lost" in done.stderr
    assert contents(labs)[FIRST] == MINE and not list(labs.glob("**/*.part"))
    assert list(saved(labs).values()) == [MINE] * copies
