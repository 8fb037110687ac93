"""Notebooks broken on purpose: each fault must be caught, with a message that names the cell.

Caught by `run`, an execution under nbval and conftest.py; by `fault`, which conftest.py asks about
new outputs; by `rules`, those of test_notebooks.py; by `ruff`, which is `make lint`.
"""

import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_output
from notebook_code import fault
from small_labs import make_project, picture, printed, run_pytest, small_lab
from test_notebooks import dead_links, problems

import utils

CELL_SECONDS = 4  # the endless loop runs so long; the other cells need a hundredth of a second
ERROR = new_output("error", ename="NameError", evalue="x", traceback=[])
VALUE = new_output("execute_result", {"text/plain": "0"}, execution_count=6)
OLD = new_output("stream", name="stderr", text="x.py:1: FutureWarning: old\n")
MAGIC = new_output("stream", name="stderr", text="UsageError: Line magic not found.\n")
BAR = new_output("stream", name="stderr", text="100%|█████| 7/7 [00:00<00:00, 99.9it/s]\n")
KEY = "ghp_" + 20 * "a"
WATCHED = {"JPY_SESSION_NAME", "VSCODE_PID"}  # in the terminals of editors; a kernel gets none


def source(text):
    return {"source": text}


def outputs(*stored):
    return {"outputs": list(stored)}


def tag(name):
    return {"metadata": {"tags": [name]}}


def prose(text):
    return {"source": f"{small_lab().cells[0].source}\n\n{text}"}


# fault: (the cell In [n] that must be named, its new parts or a change of the notebook, message)
RUN = {
    "number changed": (2, outputs(printed("5 comments\n")), "Cell outputs differ"),
    "headline changed": (7, outputs(printed("accuracy 94.0 %\n")), "gives 90.2, stored is 94"),
    "name misspelled": (3, source("comment"), "NameError: name 'comment' is not"),
    "file written": (3, source("open('x.csv', 'w').close()"), "wrote into .*: x.csv"),
    "kernel dies": (3, source("import os; os._exit(1)"), "the kernel died while this"),
    "endless loop": (1, source("while True: pass"), f"Timeout of {CELL_SECONDS} sec"),
}
RULES = {
    "picture of a pixel": (6, outputs(picture(1, 1)), "a picture of 1 by 1"),
    "picture not described": (6, outputs(picture(200, 120, "")), "a picture whose alternative"),
    "picture stripped": (6, outputs(), "its picture was stripped"),
    "picture without axes": (6, source("utils.show((200, 120), '')"), "name both axes"),
    "value and picture": (6, outputs(picture(200, 120), VALUE), "a value beside its picture"),
    "tagged cell stripped": (4, outputs(), "its output was stripped"),
    "no tolerance": (4, source("print('about', 0.9)"), "states no tolerance"),
    "wide tolerance": (4, source("# tolerance: 10\nx = 0"), "the tolerance 10 is too wide"),
    "wide range": (5, source("utils.check_range('x', x, 0, 1)"), "the range 0 to 1 is too wide"),
    "wide range of %": (5, source("utils.check_range('x', x, 0, 100)"), "the range 0 to 100 is"),
    "cell deleted": (4, lambda lab: lab.cells.pop(3), "is code cell 3"),
    "last cell deleted": (6, lambda lab: lab.cells.pop(), "only the last code cell has the tag"),
    "cell emptied": (3, source(""), "is empty"),
    "shell line": (3, source("lines = !exit 1"), "is not plain Python"),
    "shell call": (3, source("get_ipython().system('exit 1')"), "no get_ipython"),
    "other folder": (3, source("import os; os.chdir('..')"), r"no os\.chdir"),
    "skipped by a tag": (3, tag("nbval-skip"), "has the tag nbval-skip"),
    "comment for nbval": (2, source("# NBVAL_IGNORE_OUTPUT"), "no NBVAL_IGNORE"),
    "second headline": (3, tag("headline"), "only the last code cell has the tag"),
    "error stored": (3, outputs(ERROR), "a stored error"),
    "warning stored": (3, outputs(OLD), "a stored warning"),
    "path in an output": (2, outputs(printed("6 in /home/me/labs")), "a machine path"),
    "path in prose": (0, prose("See /tmp/x."), "a machine path"),
    "key in the source": (3, source(f"'{KEY}'"), "a machine path or a key: ghp_aaaa"),
    "warnings silenced": (3, source("warnings.simplefilter('ignore')"), "silences all warnings"),
    "parts differ": (0, prose("## 2. Another part"), "its introduction lists the parts"),
    "other kernel": (0, lambda lab: lab.metadata.kernelspec.update(name="x"), "its kernel is"),
}
CATCHERS = {"run": RUN, "rules": RULES}
CASES = [(by, name) for by, faults in CATCHERS.items() for name in faults]


def broken(faults):
    """Return a small lab for each fault, by the name of the fault with the ending .ipynb."""
    labs = {f"{name}.ipynb": small_lab() for name in faults}
    for lab, (place, change, _) in zip(labs.values(), faults.values(), strict=True):
        change(lab) if callable(change) else lab.cells[place].update(change)
    return labs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return what one run of pytest prints about the mutants that it must catch, and a good lab."""
    folder, good = tmp_path_factory.mktemp("mutants") / "labs", small_lab()
    good.cells[3].source = f"import os\n\nassert not {WATCHED} & set(os.environ)"
    labs = {"good.ipynb": good, **broken(RUN)}
    make_project(folder, labs)
    options = [f"--nbval-cell-timeout={CELL_SECONDS}", *labs]
    return run_pytest(folder, *options, **dict.fromkeys(WATCHED, "1"))


@pytest.fixture(scope="module")
def said(run):
    """Return by catcher all sentences about the mutants."""
    return {
        "run": re.findall("^first failing cell: (.*)", run, re.MULTILINE),
        "rules": [text for name, lab in broken(RULES).items() for text in problems(name, lab)],
    }


@pytest.mark.parametrize(("catcher", "name"), CASES)
def test_a_fault_is_caught_and_its_cell_is_named(said, catcher, name):
    place, _, message = CATCHERS[catcher][name]
    about = [text for text in said[catcher] if text.startswith(f"{name}.ipynb, cell")]
    named = re.compile(rf".* In \[{place or ' '}\] \(.*\): {message}")
    assert any(map(named.match, about)), f"nobody says {message!r} of In [{place}], but: {about}"


@pytest.mark.parametrize(
    ("number", "fresh", "message"),
    [
        (4, [printed("exactly 0.91\n")], "the words of its output differ"),
        (6, [picture(400, 300)], "draws pictures of .*400, 300.*204, 120"),
        (6, [], "draws pictures of .. pixels"),
        (3, [MAGIC], "printed a warning, .*: UsageError"),
        (3, [BAR], "printed .* or a progress bar: 100%"),
        (3, [OLD], "printed a warning, .*: x.py:1: FutureWarning: old"),
    ],
    ids=["words changed", "picture changed", "picture lost", "unknown magic", "red bar", "warning"],
)
def test_new_outputs_with_a_fault_are_noticed(number, fresh, message):
    assert re.match(message, fault(small_lab().cells[number], fresh, set(), True))


@pytest.mark.parametrize(
    ("line", "rule"), [("breakpoint()", "T100"), ("password = 'correct horse'", "S105")]
)
def test_ruff_finds_it_in_a_notebook(line, rule):
    lab = small_lab()
    lab.cells[3].source = line
    options = ["--output-format=concise", "--stdin-filename=lab.ipynb", "-"]
    command, text = [sys.executable, "-m", "ruff", "check", *options], nbformat.writes(lab)
    done = subprocess.run(command, input=text, cwd=utils.HERE, capture_output=True, text=True)
    assert re.search(rf"cell 4:1:.*: {rule}", done.stdout)  # it counts Markdown cells, too


def test_a_good_notebook_is_not_blamed(run):
    assert list(problems("good.ipynb", small_lab())) == []
    assert re.search(r"^good\.ipynb: 7 passed, \d+ s$", run, re.MULTILINE)


def test_on_the_sample_no_output_is_compared():
    assert not any(fault(cell, [], set(), False) for cell in small_lab().cells[1:])


def test_only_the_first_failing_cell_fails_and_the_others_do_not_count_as_run(run):
    assert re.search(r"^name misspelled\.ipynb: 2 passed, 1 failed, 4 skipped", run, re.MULTILINE)
    assert "\nNOT READY: something failed" in run


def test_a_broken_link_is_found():
    text = "[a](no.md) ![](README.md) [a](README.md#no) [a](http://example.com) <img src='no.png'>"
    assert list(dead_links(utils.HERE / "README.md", text)) == [
        "no.md does not exist",
        "README.md has no heading #no",
        "http://example.com is no https address",
        "no.png does not exist",
        "README.md has no text",
    ]
