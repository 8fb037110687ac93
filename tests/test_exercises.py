"""The exercises: notebooks, checks and solutions agree, and the solutions solve them in the labs.

What each check says is tested in test_answers.py.
"""

import sys

import nbformat
import pytest
from exercises import BOOKS, LABS, all_exercises, find_exercises
from nbclient import NotebookClient
from solved import ABOUT_REAL_DATA, SOLUTIONS, WRONG

import checks.core
import utils
from checks.lab3 import LIKES

sys.path.append(str(utils.HERE / "scripts"))
import solutions

EXERCISES = [pytest.param(exercise, id=exercise.number) for exercise in all_exercises()]
SAMPLE_ONLY = pytest.mark.skipif(
    utils.find_data().is_real, reason="solved labs run in the pass on the sample: SPAM_DATA=sample"
)


def test_notebooks_checks_and_solutions_have_the_same_exercises():
    ids = [exercise.grade_id for exercise in all_exercises()]
    assert [exercise.number for exercise in all_exercises()] == sorted(checks.core.EXERCISES)
    assert set(SOLUTIONS) == set(WRONG) == set(ids) and len(set(ids)) == len(ids)
    assert all(len(mistakes) >= 2 for mistakes in WRONG.values())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_is_a_text_an_untouched_stub_and_a_check_that_says_not_yet(exercise):
    """The stored outputs are those of a run of the labs as they are; nbval compares them."""
    _, number, grade_id, text, stub, check = exercise
    assert text.cell_type == "markdown" and "Hint:" in text.source
    assert f"> **Exercise {number}.**" in text.source
    assert check.source == f'checks.check("{number}", globals())'
    assert check.metadata.nbgrader.grade_id == f"{grade_id}-check" and check.metadata.nbgrader.grade
    assert stub.metadata.nbgrader.solution and not stub.metadata.nbgrader.grade
    assert not stub.outputs and f"Exercise {number}: not yet" in check.outputs[0].text


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_solution_stands_in_a_notebook(exercise):
    """The longest line that a solution has and its stub has not is as good as the answer."""
    new = set(SOLUTIONS[exercise.grade_id].splitlines()) - set(exercise.stub.source.splitlines())
    answer = max(new, key=len).strip()
    assert not any(answer in cell.source for cell in BOOKS[exercise.lab].cells), answer


def test_the_check_knows_the_slice_that_lab_3_shows():
    assert any(LIKES.pattern in cell.source for cell in BOOKS[LABS[2]].cells)


@SAMPLE_ONLY
@pytest.mark.parametrize("lab", LABS)
def test_in_a_solved_lab_every_exercise_is_solved(lab):
    """Three answers were written for what the real comments hold: these are judged, no more."""
    solved = solutions.solve(nbformat.from_dict(BOOKS[lab]), SOLUTIONS)
    here = {"metadata": {"path": str(utils.HERE / "tests")}}  # one folder below, as solutions/ is
    NotebookClient(solved, kernel_name="python3", timeout=300, resources=here).execute()
    for exercise in find_exercises(lab):
        (check,) = (cell for cell in solved.cells if cell.id == exercise.check.id)
        if exercise.grade_id in ABOUT_REAL_DATA:
            assert "stopped with" not in check.outputs[0].text, check.outputs
        else:
            assert f"Exercise {exercise.number}: solved" in check.outputs[0].text, check.outputs
        assert not any(out.get("name") == "stderr" for out in check.outputs), "it costs the point"


def test_solved_copies_hold_our_solutions_and_use_our_modules(tmp_path, monkeypatch):
    """Modules that are installed under the same names do not win."""
    for name in ("solved.py", "utils.py"):
        (tmp_path / name).write_text("raise ImportError('not ours')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "solved")
    solutions.main(tmp_path / "solutions")
    for lab in LABS:
        book = nbformat.read(tmp_path / "solutions" / lab, as_version=4)
        nbformat.validate(book)
        sources = [cell.source for cell in book.cells]
        for exercise in find_exercises(lab):
            assert SOLUTIONS[exercise.grade_id].strip() in sources
    monkeypatch.delitem(sys.modules, "utils")
    monkeypatch.chdir(utils.HERE / "tests")
    exec(book.cells[0].source + "\nimport utils", namespace := {"__name__": "__main__"})
    assert namespace["utils"].HERE == utils.HERE
