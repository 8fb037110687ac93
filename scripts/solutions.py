"""Write solved copies of the notebooks into solutions/, for instructors: every exercise with its reference solution.

The solutions themselves are kept in tests/solved.py. The copies are without outputs; a first cell lets them find
the labs' modules from where they lie.
"""

import importlib.util
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "solutions"
FIRST_CELL = """\
# A solved copy, for instructors. It lies one folder below utils.py and checks.py.
import sys

sys.path.insert(0, "..")"""


def load_solutions():
    """Return the reference solutions: grade_id -> source."""
    spec = importlib.util.spec_from_file_location("labs_solutions", ROOT / "tests" / "solved.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SOLUTIONS


def solve(notebook, solutions):
    """Return a copy of a notebook with the solutions in the place of the stubs, without outputs.

    Raises
    ------
    KeyError
        If there is no solution for a stub.
    """
    solved = nbformat.from_dict(notebook)
    for cell in solved.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("solution"):
            cell.source = solutions[metadata["grade_id"]].strip()
    solved.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL, id="path-to-the-labs"))
    return solved


def main():
    solutions = load_solutions()
    FOLDER.mkdir(exist_ok=True)
    for path in sorted(ROOT.glob("0*.ipynb")):
        try:
            solved = solve(nbformat.read(path, as_version=4), solutions)
        except KeyError as missing:
            sys.exit(f"{path.name}: tests/solved.py has no solution for {missing}.")
        text = nbformat.writes(solved) + "\n"
        (FOLDER / path.name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{FOLDER.name}/{path.name}")


if __name__ == "__main__":
    main()
