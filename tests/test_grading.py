"""From what students hand in to the table of points, with the real nbgrader on a small lab."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import utils

NBGRADER = Path(sys.prefix) / "nbgrader"
if not NBGRADER.is_dir():
    pytest.skip("nbgrader is not here: 'make test' with internet", allow_module_level=True)

CHECKS = """
from checks.core import Finding, check, exercise

@exercise("1.1")
def check_double(double):
    yield Finding(double(4) == 8, "it doubles", "double(4) is not 8")

@exercise("1.2")
def check_number(my_number):
    yield Finding(my_number == 7, "it is 7", "it is not 7")
"""
STUB, DOUBLE, NUMBER = (
    "def double(x):\n    return x",
    "def double(x):\n    return 2 * x",
    "my_number = 7",
)


def cell(source, grade_id, **marks):
    marks = {"grade": False, "solution": False, "locked": False, **marks}
    marks |= {"schema_version": 3, "grade_id": grade_id}
    return new_code_cell(source, metadata={"nbgrader": marks})


def lab(double=STUB, number="my_number = 0", change=lambda cells: None):
    """Return a lab with two exercises: cell 2 and its check 3, cell 4 and its check 5."""
    book = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [new_markdown_cell("# A small lab"), new_code_cell("import checks")]
    for exercise, source in (("1.1", double), ("1.2", number)):
        name = "exercise-" + exercise.replace(".", "-")
        check = f'checks.check("{exercise}", globals())'
        book.cells.append(cell(source, name, solution=True))
        book.cells.append(cell(check, f"{name}-check", grade=True, locked=True, points=1))
    change(book.cells)
    return book


def add(*sources):
    """Put new cells above the exercises."""
    return lambda cells: cells.__setitem__(slice(2, 2), map(new_code_cell, sources))


def copy_an_answer_and_a_check(cells):
    for place in (5, 2):
        cells.insert(place + 1, nbformat.from_dict({**cells[place], "id": f"copy-of-{place}"}))


def delete_checks_and_answer_elsewhere(cells):
    cells[4] = new_code_cell(NUMBER)
    del cells[5], cells[3]


CAREFUL = """def double(x):
    import os, warnings
    warnings.warn("careful")
    os.write(2, b"careful")
    print("again and again\\n" * 5000)
    return 2 * x"""
ENDLESS, SYNTAX_ERROR = "def double(x):\n    while True: pass", "def double(x) return 2 * x"
EXIT = ["exit()", "import time; time.sleep(1)", "time.sleep(1)"]  # time for the kernel to end
SAMPLE = ["%env SPAM_DATA=sample", "print('NOTICE: these are the sample comments')"]
QUIET = "get_ipython().ast_node_interactivity = 'none'"
FORGED = "checks.check = lambda number, variables: 1"
DISAGREE, DELETED = "text and points disagree: check 1.1, 1.2", "check 1.2 was deleted"
SOLVED = (DOUBLE, NUMBER)
HANDED_IN = {  # student: (notebook, points of 1.1 and 1.2 or None for not graded, remarks)
    "untouched": (lab(), (0, 0), []),
    "solved": (lab(*SOLVED), (1, 1), []),
    "wrong": (lab(SYNTAX_ERROR, "my_number = 8"), (0, 0), []),
    "warns and copies": (lab(CAREFUL, NUMBER, copy_an_answer_and_a_check), (1, 1), []),
    "deletes": (lab(*SOLVED, delete_checks_and_answer_elsewhere), (1, 1), [DELETED]),
    "edits": (
        lab(change=lambda cells: cells[3].update(source="1")),
        (0, 0),
        ["check 1.1 was edited"],
    ),
    "quiet": (lab(change=add(QUIET)), (0, 0), ["'ast_node_interactivity'", DISAGREE]),
    "forges": (lab(change=add(FORGED)), (0, 0), ["'checks.check ='", DISAGREE]),
    "renames": (lab(*SOLVED, add(*SAMPLE)), (1, 1), ["'SPAM_DATA'", "graded on the sample"]),
    "loops": (lab(ENDLESS, NUMBER), (0, 1), ["time-out in code cell 3"]),
    "exits": (lab(*SOLVED, add(*EXIT)), None, ["not graded: the kernel died"]),
    "doubles": (lab(*SOLVED), None, ["not graded: 2 notebooks of this lab"]),
    "breaks": (None, None, ["not graded: the file is no notebook"]),
}
NAMES = {"renames": ["my lab (1).ipynb"], "doubles": ["a.ipynb", "b.ipynb"]}


def run(project, script, *arguments):
    command = [sys.executable, project / "scripts" / script, *arguments]
    env = {**os.environ, "SPAM_DATA": "sample"}
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project with a small lab that has been handed in and graded."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("scripts", "data/sample", "checks"):
        shutil.copytree(utils.HERE / folder, root / folder)
    shutil.copy(utils.HERE / "fetch.py", root)
    (root / "checks" / "__init__.py").write_text(CHECKS)
    (root / "utils.py").write_text("def defang(text):\n    return text\n")
    nbformat.write(lab(), root / "01_small.ipynb")
    run(root, "grading.py")
    settings = root / "grading" / "nbgrader_config.py"  # an instructor may change it
    settings.write_text(settings.read_text().replace("CELL = 120", "CELL = 5"))
    for student, (book, _, _) in HANDED_IN.items():
        folder = root / "grading" / "submitted" / student / "lab1"
        folder.mkdir(parents=True)
        for name in NAMES.get(student, ["01_small.ipynb"]):
            (folder / name).write_text(nbformat.writes(book) if book else "")
    run(root, "grades.py")
    return root


@pytest.mark.parametrize("student", HANDED_IN)
def test_points_are_given_or_a_remark_says_why_not(project, student):
    table = pd.read_csv(project / "grading/grades.csv", dtype="str", keep_default_na=False)
    row = table.set_index("student").loc[student]
    _, points, remarks = HANDED_IN[student]
    assert (row["1"], row["2"]) == (tuple(map(str, points)) if points else ("", ""))
    assert all(remark in row["remark"] for remark in remarks), row["remark"]
    assert bool(row["remark"]) == bool(remarks)


def test_the_next_run_grades_what_is_new_and_writes_feedback(project):
    wrong = project / "grading" / "submitted" / "wrong" / "lab1"
    nbformat.write(lab(*SOLVED), wrong / "01_small.ipynb")
    said = run(project, "grades.py", "--feedback")
    assert re.findall(r"(?m)^(\w+) lab1: \d+ s$", said) == ["wrong"]
    (page,) = (project / "grading" / "feedback" / "wrong" / "lab1").iterdir()
    assert "Exercise 1.1: solved (1 point)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(utils.HERE.glob("0*.ipynb")), ids=lambda path: path.name)
def test_an_untouched_lab_has_valid_metadata_and_earns_nothing(path, monkeypatch):
    monkeypatch.syspath_prepend(str(NBGRADER))
    from nbgrader import nbgraderformat
    from nbgrader.utils import determine_grade, is_grade, is_solution

    book = nbformat.read(path, as_version=4)
    nbgraderformat.MetadataValidator().validate_nb(book)
    points = [determine_grade(cell) for cell in book.cells if is_grade(cell)]
    assert points == [(0, 1)] * sum(map(is_solution, book.cells)) != []
