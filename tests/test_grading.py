"""From what students hand in to the table of points, with the real nbgrader on a small lab."""

import re
import shutil
import sys

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import utils

sys.path.append(str(utils.HERE / "scripts"))
import grades
import grading
import handout

if not grading.NBGRADER.is_dir():
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
STUB, DOUBLE, NUMBER = "double = None", "def double(x):\n    return 2 * x", "my_number = 7"


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


def add(*sources, before=2):
    """Put new cells before another one."""
    return lambda cells: cells.__setitem__(slice(before, before), map(new_code_cell, sources))


def copy_an_answer_and_a_check_and_take_the_sample(cells):
    for place in (5, 2):
        cells.insert(place + 1, nbformat.from_dict({**cells[place], "id": f"copy-of-{place}"}))
    add("%env SPAM_DATA=sample", "print('NOTICE: these are the sample comments')")(cells)


def delete_both_checks(cells):
    del cells[5], cells[3]


def hide_one_value_and_forge_the_other(cells):
    show = "get_ipython().ast_node_interactivity = "
    add(show + "'last_expr'", "checks.check = lambda number, variables: 1", before=5)(cells)
    add(show + "'none'")(cells)


CAREFUL = """def double(x):
    import os, warnings
    warnings.warn("careful")
    os.write(2, b"careful")
    print("again and again\\n" * 5000)
    return 2 * x"""
ENDLESS, SYNTAX_ERROR = "def double(x):\n    while True: pass", "def double(x) return 2 * x"
EXIT = ["exit()", "import time; time.sleep(1)", "time.sleep(1)"]  # time for the kernel to end
HANDED_IN = {  # student: (notebook, points of 1.1 and 1.2 or None for not graded, remarks)
    "errs": (lab(SYNTAX_ERROR, "my_number = 8"), (0, 0), []),
    "edits a check": (lab(change=lambda cells: cells[3].update(source="1")), (0, 0), []),
    "copies, warns, renames": (
        lab(CAREFUL, NUMBER, copy_an_answer_and_a_check_and_take_the_sample),
        (1, 1),
        ["'SPAM_DATA'", "graded on the sample"],
    ),
    "deletes checks": (lab(DOUBLE, NUMBER, delete_both_checks), (1, 1), []),
    "cheats": (
        lab(change=hide_one_value_and_forge_the_other),
        (0, 0),
        ["'ast_node_interactivity'", "'checks.check ='", "check 1.1: no point", "1.2: no point"],
    ),
    "loops": (lab(ENDLESS, NUMBER), (0, 1), ["time-out in code cell 3", "1.1 stopped with"]),
    "exits": (lab(change=add(*EXIT)), None, ["not graded: the kernel died"]),
    "deletes all": (
        lab(change=lambda cells: cells.__delitem__(slice(4, 6))),
        None,
        ["not graded: an answer cell and its check were deleted"],
    ),
    "hands in two": (lab(), None, ["not graded: 2 notebooks of this lab"]),
    "breaks": (None, None, ["not graded: the file is no notebook"]),
}
NAMES = {"copies, warns, renames": ["my lab (1).ipynb"], "hands in two": ["a.ipynb", "b.ipynb"]}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the course folder of a small lab that has been handed in and graded."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("data/sample", "checks"):
        shutil.copytree(utils.HERE / folder, root / folder)
    shutil.copy(utils.HERE / "fetch.py", root)
    (root / "checks" / "__init__.py").write_text(CHECKS)
    (root / "utils.py").write_text("def defang(text):\n    return text\n")
    nbformat.write(lab(), root / "01_small.ipynb")
    course = root / "grading"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handout, "ROOT", root)
        patch.setattr(grading, "COURSE", course)
        patch.setattr(grades, "COURSE", course)
        patch.setenv("SPAM_DATA", "sample")
        patch.chdir(root)  # nbgrader changes the folder
        grading.main()
        settings = course / "nbgrader_config.py"  # an instructor may change it
        settings.write_text(settings.read_text().replace("CELL = 120", "CELL = 5"))
        for student, (book, _, _) in HANDED_IN.items():
            folder = course / "submitted" / student / "lab1"
            folder.mkdir(parents=True)
            for name in NAMES.get(student, ["01_small.ipynb"]):
                (folder / name).write_text(nbformat.writes(book) if book else "")
        grades.main()
        yield course


@pytest.mark.parametrize("student", HANDED_IN)
def test_points_are_given_or_a_remark_says_why_not(course, student):
    table = pd.read_csv(course / "grades.csv", dtype="str", keep_default_na=False)
    row = table.set_index("student").loc[student]
    _, points, remarks = HANDED_IN[student]
    assert (row["1"], row["2"]) == (tuple(map(str, points)) if points else ("", ""))
    assert all(remark in row["remark"] for remark in remarks), row["remark"]
    assert bool(row["remark"]) == bool(remarks)


def test_the_next_run_grades_what_is_new_and_writes_feedback(course, capsys):
    nbformat.write(lab(DOUBLE, NUMBER), course / "submitted" / "errs" / "lab1" / "01_small.ipynb")
    grades.main(feedback=True)
    assert re.findall(r"(?m)^(.+) lab1: \d+ s$", capsys.readouterr().out) == ["errs"]
    (page,) = (course / "feedback" / "errs" / "lab1").iterdir()
    assert "Exercise 1.1: solved (1 point)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(utils.HERE.glob("0*.ipynb")), ids=lambda path: path.name)
def test_an_untouched_lab_has_valid_metadata_and_earns_nothing(path):
    from nbgrader import nbgraderformat
    from nbgrader.utils import determine_grade, is_grade, is_solution

    book = nbformat.read(path, as_version=4)
    nbgraderformat.MetadataValidator().validate_nb(book)
    points = [determine_grade(cell) for cell in book.cells if is_grade(cell)]
    assert points == [(0, 1)] * sum(map(is_solution, book.cells)) != []
