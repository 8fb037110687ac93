"""make solutions: solved copies for instructors, which run from their own folder."""

import importlib.util
import subprocess
import sys

import nbformat
import pytest
from exercises import LABS, all_exercises
from solved import SOLUTIONS

import utils

SPEC = importlib.util.spec_from_file_location(
    "make_solutions", utils.HERE / "scripts" / "solutions.py"
)
script = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(script)


@pytest.fixture
def solved(tmp_path, monkeypatch):
    """Return the solved copies, written into an empty folder."""
    monkeypatch.setattr(script, "FOLDER", tmp_path / "solutions")
    script.main()
    return {
        path.name: nbformat.read(path, as_version=4) for path in (tmp_path / "solutions").iterdir()
    }


def by_grade_id(cells):
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in cells
        if "nbgrader" in cell.metadata
    }


def test_the_copies_hold_all_solutions_and_no_outputs(solved):
    assert sorted(solved) == LABS
    for book in solved.values():
        nbformat.validate(book)
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book.cells)
    sources = {
        name: source for book in solved.values() for name, source in by_grade_id(book.cells).items()
    }
    for exercise in all_exercises():
        assert sources[exercise.grade_id] == SOLUTIONS[exercise.grade_id].strip()
        assert sources[exercise.grade_id + "-check"] == exercise.check


def test_the_copies_differ_from_the_labs_in_the_solutions_alone(solved):
    for name, book in solved.items():
        lab = nbformat.read(utils.HERE / name, as_version=4)
        for ours, theirs in zip(lab.cells, book.cells[1:], strict=True):
            is_stub = ours.metadata.get("nbgrader", {}).get("solution")
            assert ours.id == theirs.id and (is_stub or ours.source == theirs.source)


def test_the_first_cell_finds_the_modules_of_the_labs(solved, tmp_path):
    for name in ("utils.py", "checks.py"):
        (tmp_path / name).write_text(f"print({name!r})\n", encoding="utf-8")
    code = solved[LABS[0]].cells[0].source + "\nimport checks, utils\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "solutions",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["checks.py", "utils.py"]


def test_a_stub_without_a_solution_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    monkeypatch.setattr(script, "load_solutions", lambda: {})
    with pytest.raises(
        SystemExit, match=f"{LABS[0]}: tests/solved.py has no solution for 'exercise-1-1'"
    ):
        script.main()
