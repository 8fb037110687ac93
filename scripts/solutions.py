"""Write solved copies of the labs into solutions/, without outputs, for instructors.

The reference solutions are kept in tests/solved.py.
"""

import runpy
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor

ROOT = Path(__file__).resolve().parent.parent
FIRST_CELL = """\
# A solved copy, for instructors. The labs' modules are one folder above.
import sys

sys.path.insert(0, "..")"""


def solve(notebook, solutions):
    """Put the solutions (grade_id -> source) in the place of the stubs; return the notebook."""
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("solution"):
            cell.source = solutions[nbgrader["grade_id"]].strip()
    first = nbformat.v4.new_code_cell(FIRST_CELL, id="path-to-the-labs")
    notebook.cells.insert(0, first)
    return ClearOutputPreprocessor().preprocess(notebook, {})[0]


def main(folder=ROOT / "solutions"):
    solutions = runpy.run_path(str(ROOT / "tests" / "solved.py"))["SOLUTIONS"]
    folder.mkdir(exist_ok=True)
    for path in sorted(ROOT.glob("0*.ipynb")):
        nbformat.write(solve(nbformat.read(path, as_version=4), solutions), folder / path.name)
        print(f"{folder.name}/{path.name}")


if __name__ == "__main__":
    main()
