"""Notebooks broken on purpose: each fault must be caught, with a message that names the cell.

`rules` are those of test_notebooks.py, `run` is an execution under nbval and conftest.py, `ruff` is
`make lint`. The table of faults and messages is printed at the end of `make test`.
"""

import re
import subprocess
import sys

import pytest
from nbformat.v4 import new_output
from small_labs import make_project, picture, run_pytest, small_lab
from test_notebooks import problems

CELL_SECONDS = 3  # the endless loop runs so long; the other cells need a hundredth of a second


def source(n, text, old=None):
    """Return a change of code cell In [n]: its source, or the part `old` of it, becomes `text`."""

    def change(lab):
        lab.cells[n].source = text if old is None else lab.cells[n].source.replace(old, text)

    return change


def output(n, text):
    return lambda lab: lab.cells[n].outputs[0].update(text=text)


def outputs(n, *stored):
    return lambda lab: lab.cells[n].update(outputs=list(stored))


def tags(n, *names):
    return lambda lab: lab.cells[n].metadata.update(tags=list(names))


def delete(n):
    return lambda lab: lab.cells.pop(n)


def all_of(*changes):
    return lambda lab: [change(lab) for change in changes]


def prose(text):
    return lambda lab: lab.cells[0].update(source=f"{lab.cells[0].source}\n\n{text}")


def stripped(lab):
    for cell in lab.cells[1:]:
        cell.update(outputs=[], execution_count=None)


def kernel(name):
    return lambda lab: lab.metadata.kernelspec.update(name=name)


ERROR = new_output("error", ename="NameError", evalue="x", traceback=[])
KEY = "ghp_" + 20 * "a"
SILENCE = "import warnings\nwarnings.filterwarnings('ignore')"
VALUE = new_output("execute_result", {"text/plain": "0"}, execution_count=6)
RANGE = "utils.check_range('accuracy', accuracy, "
OTHER = picture(400, 300)
OLD = new_output("stream", name="stderr", text="FutureWarning: old\n")
MUTANTS = {  # fault: (change, who catches it, the cell In [n], what is said)
    "number changed": (output(2, "5 comments\n"), "run", 2, "Cell outputs differ"),
    "headline changed": (output(7, "accuracy 94.0 %\n"), "run", 7, "gives 90.2, stored is 94"),
    "words changed": (output(4, "exactly 0.91\n"), "run", 4, "the words of its output differ"),
    "picture changed": (outputs(6, OTHER), "run", 6, "draws pictures of .*200, 120.*400, 300"),
    "value outside": (
        all_of(source(4, "0.8", "0.9"), output(4, "about 0.8\n")),
        "run",
        5,
        "AssertionError: accuracy is 0.8000, expected 0.85 to 0.95",
    ),
    "name misspelled": (source(3, "comment"), "run", 3, "NameError: name 'comment' is not"),
    "unknown magic": (source(3, "%no_such_magic"), "run", 3, "printed a warning .* UsageError"),
    "warning": (source(3, "import warnings; warnings.warn('old')"), "run", 3, ".*UserWarning: old"),
    "file written": (source(3, "open('x.csv', 'w').close()"), "run", 3, "wrote into .*: x.csv"),
    "kernel dies": (source(3, "import os; os._exit(1)"), "run", 3, "the kernel died while this"),
    "endless loop": (source(1, "while True: pass"), "run", 1, f"Timeout of {CELL_SECONDS} sec"),
    "picture of a pixel": (outputs(6, picture(1, 1)), "rules", 6, "a picture of 1 by 1"),
    "picture not described": (
        outputs(6, picture(200, 120, "")),
        "rules",
        6,
        "a picture whose altern",
    ),
    "picture stripped": (outputs(6), "rules", 6, "its picture was stripped"),
    "picture without axes": (source(6, "", "xlabel = "), "rules", 6, "name both axes"),
    "value and picture": (outputs(6, OTHER, VALUE), "rules", 6, "a value beside its picture"),
    "tagged cell stripped": (outputs(4), "rules", 4, "its output was stripped"),
    "no tolerance": (source(4, "", "# tolerance: 0.02"), "rules", 4, "states no tolerance"),
    "wide tolerance": (source(4, "10", "0.02"), "rules", 4, "the tolerance 10 is too wide"),
    "wide range": (source(5, RANGE + "0, 1)"), "rules", 5, "the range 0 to 1 is too wide"),
    "wide range of %": (source(5, RANGE + "0, 100)"), "rules", 5, "the range 0 to 100 is too"),
    "all stripped": (stripped, "rules", " ", "is code cell 1"),
    "first cell deleted": (delete(1), "rules", 2, "is code cell 1"),
    "cell deleted": (delete(3), "rules", 4, "is code cell 3"),
    "last cell deleted": (delete(7), "rules", 6, "is the last code cell, but has no tag headline"),
    "cell emptied": (source(3, ""), "rules", 3, "is empty"),
    "shell line": (source(3, "lines = !exit 1"), "rules", 3, "is not plain Python"),
    "shell call": (source(3, "get_ipython().system('exit 1')"), "rules", 3, "no get_ipython"),
    "other folder": (source(3, "import os; os.chdir('..')"), "rules", 3, r"no os\.chdir"),
    "skipped by a tag": (tags(3, "nbval-skip"), "rules", 3, "has the tag nbval-skip"),
    "error allowed": (tags(3, "raises-exception"), "rules", 3, "has the tag raises-exception"),
    "comment for nbval": (source(2, "# NBVAL_IGNORE_OUTPUT"), "rules", 2, "no NBVAL_IGNORE"),
    "second headline": (tags(3, "headline"), "rules", 3, "has the tag headline, but is not"),
    "error stored": (outputs(3, ERROR), "rules", 3, "a stored error"),
    "warning stored": (outputs(3, OLD), "rules", 3, "a stored warning"),
    "path in an output": (output(2, "6 in /home/somebody/labs\n"), "rules", 2, "a machine path"),
    "path in the source": (source(3, r"'C:\\Users\\x'"), "rules", 3, "a machine path"),
    "path in prose": (prose("See /tmp/x."), "rules", " ", "a machine path"),
    "key in the source": (source(3, f"'{KEY}'"), "rules", 3, "a machine path or a key: ghp_aaaa"),
    "key in prose": (prose(KEY), "rules", " ", "a machine path or a key: ghp_aaaa"),
    "warnings silenced": (source(3, SILENCE), "rules", 3, "silences all warnings"),
    "parts differ": (
        prose("## 2. Another part"),
        "rules",
        None,
        "the introduction lists the parts",
    ),
    "other kernel": (kernel("mine"), "rules", None, "its kernel is named 'mine'"),
    "debugger": (source(3, "breakpoint()"), "ruff", 3, "T100"),
    "password": (source(3, "password = 'correct horse'"), "ruff", 3, "S105"),
}
LABS = {name: small_lab() for name in MUTANTS}
for name, (change, *_) in MUTANTS.items():
    change(LABS[name])


def file_of(name):
    return f"0_{re.sub(r'[^a-z]+', '_', name)}.ipynb"


def chosen(catcher):
    return {file_of(name): LABS[name] for name, (_, who, *_) in MUTANTS.items() if who == catcher}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return what one run of pytest prints about the mutants that it must catch, and a good lab."""
    folder = tmp_path_factory.mktemp("mutants") / "labs"
    make_project(folder, {"0_good.ipynb": small_lab(), **chosen("run")})
    return run_pytest(folder, f"--nbval-cell-timeout={CELL_SECONDS}", *folder.glob("*.ipynb"))[1]


def in_number(found):
    return f", cell In [{int(found[1]) - 1}] ():"  # ruff counts the Markdown cell, too


@pytest.fixture(scope="module")
def said(run, tmp_path_factory):
    """Return by catcher all sentences about the mutants."""
    folder = tmp_path_factory.mktemp("ruff") / "labs"
    make_project(folder, chosen("ruff"))
    command = [sys.executable, "-m", "ruff", "check", "--output-format=concise", "."]
    lint = subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout
    return {
        "run": re.findall("^first failing cell: (.*)", run, re.MULTILINE),
        "ruff": [re.sub(r":cell (\d+)[:\d]+", in_number, line) for line in lint.splitlines()],
        "rules": [
            text for name in chosen("rules") for text in problems(name, chosen("rules")[name])
        ],
    }


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_caught_and_its_cell_is_named(said, record_property, name):
    _, catcher, place, message = MUTANTS[name]
    cell = "" if place is None else rf", cell In \[{place}\] \(.*\)"
    found = [text for text in said[catcher] if re.match(f"{file_of(name)}{cell}: {message}", text)]
    about = [text for text in said[catcher] if text.startswith(file_of(name))]
    shown = found[0].split("): ")[-1] if found else "NOT CAUGHT"
    record_property("mutant", f"{name:22} {catcher:6} {shown}")
    assert found, f"nobody says {message!r} of In [{place}], but: {about}"


def test_a_good_notebook_is_not_blamed(run):
    assert list(problems("0_good.ipynb", small_lab())) == []
    assert re.search(r"^0_good\.ipynb: 7 passed, \d+ s$", run, re.MULTILINE)


def test_only_the_first_failing_cell_fails_and_the_others_do_not_count_as_run(run):
    assert re.search(r"^0_name_misspelled\.ipynb: 2 passed, 1 failed, 4 skipped", run, re.MULTILINE)
    assert "\nNOT READY: something failed" in run
