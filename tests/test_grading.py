"""nbgrader itself reads the notebooks: their metadata are valid, and a check cell's output becomes points."""

import importlib.util
import sys

import nbformat
import pytest
from exercises import LABS, all_exercises, attempt
from nbformat.v4 import new_output
from solved import SOLUTIONS

import utils

if importlib.util.find_spec("nbgrader") is None:
    sys.path.append(str(utils.HERE / ".venv" / "nbgrader"))  # where `make test` puts it
WHY = "nbgrader is not here: 'make test' fetches it where there is a network (see requirements-grading.txt)"
nbgraderformat = pytest.importorskip("nbgrader.nbgraderformat", reason=WHY)
nbgrader_utils = pytest.importorskip("nbgrader.utils", reason=WHY)
pytestmark = pytest.mark.filterwarnings(
    "ignore:Input has data type int64"
)  # lab 1 silences it, too
BOOKS = {lab: nbformat.read(utils.HERE / lab, as_version=4) for lab in LABS}


def check_cells():
    return [
        pytest.param(cell, id=cell.metadata.nbgrader.grade_id)
        for book in BOOKS.values()
        for cell in book.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]


def test_every_exercise_has_a_check_that_is_worth_a_point():
    points = {cell.id: cell.values[0].metadata.nbgrader.points for cell in check_cells()}
    assert points == {exercise.grade_id + "-check": 1 for exercise in all_exercises()}


@pytest.mark.parametrize("lab", LABS)
def test_the_metadata_are_valid(lab):
    nbgraderformat.MetadataValidator().validate_nb(BOOKS[lab])


@pytest.mark.parametrize(
    "change", [{"points": "1"}, {"grade_id": "exercise 1"}, {"schema_version": 2}, {"hint": 1}]
)
def test_wrong_metadata_would_be_found(change):
    book = nbformat.from_dict(BOOKS[LABS[0]])
    cell = next(cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    cell.metadata.nbgrader.update(change)
    with pytest.raises(
        Exception, match="schema|points|grade_id|not of type|does not match|not allowed"
    ):
        nbgraderformat.MetadataValidator().validate_nb(book)


@pytest.mark.parametrize("cell", check_cells())
def test_an_untouched_exercise_earns_nothing(cell):
    """The stored outputs come from a run of the labs as they are."""
    assert nbgrader_utils.determine_grade(cell) == (0, 1)


@pytest.mark.parametrize("exercise", [pytest.param(e, id=e.number) for e in all_exercises()])
def test_a_solved_exercise_earns_all_its_points(exercise):
    points, said = attempt(exercise, SOLUTIONS[exercise.grade_id])
    (cell,) = (
        param.values[0] for param in check_cells() if param.id == exercise.grade_id + "-check"
    )
    solved = nbformat.from_dict(cell)
    result = new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)
    solved.outputs = [new_output("stream", name="stdout", text=said), result]
    assert nbgrader_utils.determine_grade(solved) == (1, 1)
    assert type(points) is int, "nbgrader reads no other type as reliably"
