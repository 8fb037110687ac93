"""The labs, and their exercises, found by their nbgrader metadata."""

from typing import NamedTuple

import nbformat

import utils

BOOKS = {p.name: nbformat.read(p, as_version=4) for p in sorted(utils.HERE.glob("0*.ipynb"))}
LABS = list(BOOKS)


class Exercise(NamedTuple):
    """A stub and its neighbors: the text above it and the check below it."""

    lab: str
    number: str  # such as "1.2"
    grade_id: str  # such as "exercise-1-2"
    text: nbformat.NotebookNode
    stub: nbformat.NotebookNode
    check: nbformat.NotebookNode


def find_exercises(lab):
    """Return the exercises of a lab in their order."""
    cells, found = BOOKS[lab].cells, []
    for at, cell in enumerate(cells):
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution"):
            number = nbgrader.grade_id.removeprefix("exercise-").replace("-", ".")
            found.append(Exercise(lab, number, nbgrader.grade_id, *cells[at - 1 : at + 2]))
    return found


def all_exercises():
    return [exercise for lab in LABS for exercise in find_exercises(lab)]
