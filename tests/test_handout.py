"""make handout: students get all they need, nothing that gives answers away, and no dead link."""

import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from test_notebooks import LINK, anchors

import utils

sys.path.append(str(utils.HERE / "scripts"))
import handout

LABS = sorted(path.name for path in utils.HERE.glob("0*.ipynb"))


@pytest.fixture(scope="module", params=["", "02"], ids=["all labs", "lab 2"])
def folder(request, tmp_path_factory):
    """Return a hand-out of all labs, and one of lab 2 alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handout, "OUT", tmp_path_factory.mktemp("handout"))
        handout.main(request.param)
        (made,) = (path for path in handout.OUT.iterdir() if path.is_dir())
    return made


def text_of(path):
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_it_holds_the_notebooks_but_no_tests_and_no_solutions(folder):
    names = [path.name for path in sorted(folder.glob("*.ipynb"))]
    assert names == (LABS if folder.name == "data-labeling-labs" else LABS[1:2])
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if "test" in path.name or "solved" in path.name]
    for modules in ("*.py", "checks/*.py"):
        ours = {path.name for path in utils.HERE.glob(modules)} - {"conftest.py"}
        assert {path.name for path in folder.glob(modules)} == ours
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        packed = {name for name in archive.namelist() if not name.endswith("/")}
    assert packed == {path.relative_to(folder.parent).as_posix() for path in files}


def test_every_link_leads_somewhere(folder):
    for page in [*folder.glob("*.ipynb"), *folder.glob("*.md"), *folder.glob("docs/*.md")]:
        for *_, link in LINK.findall(text_of(page)):
            file, _, anchor = link.partition("#")
            target = page.parent / (file or page.name)
            assert "://" in file or target.exists(), f"{page.name}: {link}"
            if anchor and "://" not in file:
                assert anchor in anchors(text_of(target)), f"{page.name}: {link}"


def test_the_code_is_that_of_the_labs_with_open_exercises_and_locked_checks(folder):
    for path in folder.glob("*.ipynb"):
        ours, theirs = (nbformat.read(p, as_version=4) for p in (utils.HERE / path.name, path))
        code = [[c.source for c in book.cells if c.cell_type == "code"] for book in (ours, theirs)]
        assert code[0] == code[1]
        checks = [c for c in theirs.cells if c.metadata.get("nbgrader", {}).get("grade")]
        assert checks and not any(c.metadata.editable or c.metadata.deletable for c in checks)


def test_its_makefile_has_the_commands_for_students(folder):
    text = (folder / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^(\w+):.* ## ", text)) == set(handout.TARGETS)
    assert f"jupyter lab {sorted(folder.glob('*.ipynb'))[0].name}" in text


def test_its_comments_are_found_and_it_can_be_reset_without_git(folder, monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "" if utils.find_data().is_real else "sample")
    lab = sorted(folder.glob("*.ipynb"))[0]
    original = lab.read_bytes()
    lab.write_text("my work", encoding="utf-8")
    for script, says in (("fetch.py", str(folder / "data")), ("scripts/reset.py", "put back")):
        command = [sys.executable, "-X", "utf8", script]
        assert says in subprocess.check_output(command, cwd=folder, encoding="utf-8")
    assert lab.read_bytes() == original
    assert [path.read_text() for path in (folder / "saved").iterdir()] == ["my work"]


def test_a_solved_notebook_is_not_handed_out(tmp_path, monkeypatch):
    monkeypatch.setattr(handout, "ROOT", tmp_path)
    (tmp_path / "01_lab.ipynb").write_text("Exercise 1.1: solved (1 point)", encoding="utf-8")
    with pytest.raises(SystemExit, match="01_lab.ipynb holds answers: 'make reset'"):
        handout.notebooks()
    with pytest.raises(SystemExit, match="There is no lab 7"):
        handout.notebooks("7")
