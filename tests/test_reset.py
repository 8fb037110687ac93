"""make reset: notebooks go back to the committed version, and nothing of a student is ever lost."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from utils import HERE

sys.path.append(str(HERE / "scripts"))
import reset

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="there is no git here")
LABS = {f"0{lab}_lab.ipynb": f'{{"lab": {lab}}}\n'.encode() for lab in (1, 2, 3)}
FIRST, SECOND, THIRD = LABS
MINE = b'{"lab": 1, "mine": "\xc3\xa4"}\n'


def git(folder, *arguments):
    command = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments]
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
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")  # git for Windows turns line endings around
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "Übungen und labs"
    monkeypatch.setattr(reset, "ROOT", folder)
    write_labs(folder)
    shutil.copy(HERE / ".gitignore", folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "the labs")
    write_labs(folder, MINE)
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*0*")}


def test_changed_notebooks_are_saved_and_put_back_and_deleted_ones_come_back(labs, capsys):
    (labs / FIRST).unlink()
    (labs / SECOND).write_bytes(LABS[SECOND])
    before = (labs / SECOND).stat().st_mtime_ns
    reset.main([])
    ((name, content),) = contents(labs / "saved").items()
    assert contents(labs) == LABS and content == MINE and name in capsys.readouterr().out
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{4}-1_03_lab.ipynb", name)
    assert (labs / SECOND).stat().st_mtime_ns == before, "it was as it should be"
    assert git(labs, "status", "--porcelain") == b"", "something is left behind or not ignored"


def test_one_lab_can_be_named_and_an_earlier_copy_is_never_overwritten(labs):
    versions = [b"one", b"two", b"three"]
    for version in versions:  # within a minute, so that the names would be the same
        (labs / SECOND).write_bytes(version)
        reset.main(["2"])
    assert sorted(contents(labs / "saved").values()) == sorted(versions)
    assert contents(labs) == {FIRST: MINE, SECOND: LABS[SECOND], THIRD: MINE}
    with pytest.raises(SystemExit, match="no notebook of lab 07"):
        reset.main(["07"])


def test_what_was_committed_needs_the_name_of_another_commit(labs, capsys):
    git(labs, "commit", "-qam", "my work")
    reset.main([])
    assert contents(labs)[FIRST] == MINE and "ARGS=origin/main" in capsys.readouterr().out
    reset.main(["HEAD~1", "01"])
    assert contents(labs) == {FIRST: LABS[FIRST], SECOND: MINE, THIRD: MINE}


def test_line_endings_are_those_of_this_checkout(labs):
    (labs / ".gitattributes").write_text("*.ipynb text eol=crlf\n")
    reset.main([])
    assert contents(labs)[FIRST] == LABS[FIRST].replace(b"\n", b"\r\n")


def test_where_git_cannot_do_it_nothing_is_changed(labs, monkeypatch):
    with pytest.raises(SystemExit, match="no-such-commit.*Nothing was changed"):
        reset.main(["no-such-commit"])
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="git cannot do it.*Nothing was changed"):
        reset.main([])
    assert contents(labs)[FIRST] == MINE


def test_a_hand_out_has_its_originals_beside_it(labs, monkeypatch):
    """Even where students keep it within a git checkout of their own."""
    folder = labs / "handout"
    monkeypatch.setattr(reset, "ROOT", folder)
    write_labs(folder, MINE)
    with pytest.raises(SystemExit, match="no folder originals.*Nothing was changed"):
        reset.main([])
    write_labs(folder / "originals")
    reset.main([])
    assert contents(folder) == LABS and list(contents(folder / "saved").values()) == [MINE] * 3


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_nothing_is_written_through_a_link(labs):
    (labs.parent / "secret").write_text("secret")
    (labs / SECOND).unlink()
    for name in (SECOND, FIRST + ".part"):
        (labs / name).symlink_to(labs.parent / "secret")
    reset.main([])
    assert (labs.parent / "secret").read_text() == "secret"
    assert contents(labs).items() >= LABS.items() and not (labs / SECOND).is_symlink()
