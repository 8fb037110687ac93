"""Notebooks broken on purpose: each one must be caught, with a message that names the cell.

A small lab is copied once for each fault. One run of pytest over all the copies, with the project's own settings
and rules, must report every fault: `rules` are the checks of the stored file in tests/test_notebooks.py, `run` is
the execution under nbval and conftest.py. The table of faults and verdicts is printed at the end of `make test`.
The rules are tried on the project's three labs too; running those once for each fault would take an hour.
"""

import copy
import re
from xml.etree import ElementTree

import nbformat
import pytest
import test_notebooks as rules
from small_labs import make_project, number, run_pytest, small_lab

CELL_SECONDS = 6  # the endless loop runs so long; the other cells need a hundredth of a second

# Each fault takes a fresh small lab; code cell In [n] is lab.cells[n], because a Markdown cell comes first.


def number_changed(lab):
    lab.cells[2].outputs[0].text = "5 comments\n"


def code_changed(lab):
    lab.cells[2].source = lab.cells[2].source.replace("3, 1, 2", "3, 1")


def output_stripped(lab):
    lab.cells[2].outputs = []


def uncompared_output_stripped(lab):
    lab.cells[4].outputs = []


def all_stripped(lab):
    for cell in lab.cells[1:]:
        cell.outputs, cell.execution_count = [], None


def first_cell_deleted(lab):
    del lab.cells[1]


def middle_cell_deleted(lab):
    del lab.cells[3]


def last_cell_deleted(lab):
    del lab.cells[-1]


def needed_cell_deleted_and_renumbered(lab):
    del lab.cells[1]
    number(lab.cells)


def cells_swapped(lab):
    lab.cells[2], lab.cells[3] = lab.cells[3], lab.cells[2]


def count_out_of_order(lab):
    lab.cells[3].execution_count = 7


def cell_emptied(lab):
    lab.cells[3].source = ""


def bad_magic(lab):
    lab.cells[3].source = "%no_such_magic"


def failing_shell_line(lab):
    lab.cells[3].source = "!exit 1"


def failing_shell_line_assigned(lab):
    lab.cells[3].source = "lines = !exit 1"


def failing_shell_call(lab):
    lab.cells[3].source = "get_ipython().system('exit 1')"


def name_misspelt(lab):
    lab.cells[3].source = "comment"


def kernel_dies(lab):
    lab.cells[3].source = "import os; os._exit(1)"


def endless_loop(lab):
    lab.cells[1].source = "import time\nwhile True:\n    time.sleep(0.1)"


def warning_printed(lab):
    lab.cells[3].source = "import warnings; warnings.warn('old')"


def foreign_kernel(lab):
    lab.metadata.kernelspec.name = "somebodys_env"


def value_leaves_band(lab):
    lab.cells[4].source = lab.cells[4].source.replace("accuracy = 0.9", "accuracy = 0.8")


def band_check_cell_deleted(lab):
    del lab.cells[5]


def band_check_deleted_and_renumbered(lab):
    del lab.cells[5]
    number(lab.cells)


def band_check_line_removed(lab):
    lab.cells[5].source = "pass"


def band_check_commented_out_and_refreshed(lab):
    lab.cells[5].source, lab.cells[5].outputs = "# " + lab.cells[5].source, []


def skipped_by_a_tag(lab):
    lab.cells[3].metadata.tags = ["nbval-skip"]


def exception_allowed_by_a_tag(lab):
    lab.cells[3].metadata.tags = ["raises-exception"]


def not_compared_by_a_comment(lab):
    lab.cells[2].source += "\n# NBVAL_IGNORE_OUTPUT"


def not_compared_by_the_old_comment(lab):
    lab.cells[2].source += "\n# PYTEST_VALIDATE_IGNORE_OUTPUT"


def second_headline(lab):
    lab.cells[3].metadata.tags = ["headline"]


def picture_stripped(lab):
    lab.cells[3].source = "plt.show()"


def picture_without_axes(lab):
    lab.cells[3].outputs = [nbformat.v4.new_output("display_data", {"image/png": "aaaa"})]


def error_stored(lab):
    lab.cells[3].outputs = [
        nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[])
    ]


def warning_stored(lab):
    lab.cells[3].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="FutureWarning: old\n")
    ]


def machine_path_stored(lab):
    lab.cells[2].outputs[0].text = "6 comments in /home/somebody/labs\n"


# (fault, who must catch it, the number In [n] of the cell it must name, what it must say)
MUTANTS = [
    (number_changed, "run", 2, "Cell outputs differ"),
    (code_changed, "run", 2, "Cell outputs differ"),
    (output_stripped, "run", 2, "Cell outputs differ"),
    (uncompared_output_stripped, "rules", 4, "its output was stripped"),
    (all_stripped, "rules", " ", r"does not follow In \[0\]"),
    (first_cell_deleted, "rules", 2, r"does not follow In \[0\]"),
    (middle_cell_deleted, "rules", 4, r"does not follow In \[2\]"),
    (last_cell_deleted, "rules", 5, "is the last code cell, but has no tag headline"),
    (needed_cell_deleted_and_renumbered, "run", 2, "NameError: name 'sys' is not defined"),
    (cells_swapped, "rules", 3, r"does not follow In \[1\]"),
    (count_out_of_order, "rules", 7, r"does not follow In \[2\]"),
    (cell_emptied, "rules", 3, "is empty"),
    (bad_magic, "rules", 3, "is not plain Python"),
    (bad_magic, "run", 3, "printed a warning or an error: UsageError: .*no_such_magic"),
    (failing_shell_line, "rules", 3, "is not plain Python"),
    (failing_shell_line_assigned, "rules", 3, "is not plain Python"),
    (failing_shell_call, "rules", 3, "no get_ipython in a lab"),
    (name_misspelt, "run", 3, "NameError: name 'comment' is not defined"),
    (kernel_dies, "run", 3, "the kernel died while this cell ran"),
    (endless_loop, "run", 1, f"Timeout of {CELL_SECONDS} seconds exceeded"),
    (warning_printed, "run", 3, "printed a warning or an error: .*UserWarning: old"),
    (foreign_kernel, "rules", None, "its kernel is named 'somebodys_env'"),
    (value_leaves_band, "run", 5, "AssertionError: accuracy is 0.8000, expected 0.85 to 0.95"),
    (band_check_cell_deleted, "rules", 4, "its output is not compared"),
    (band_check_deleted_and_renumbered, "rules", 4, "its output is not compared"),
    (band_check_line_removed, "run", 5, "Cell outputs differ"),
    (band_check_commented_out_and_refreshed, "rules", 4, "its output is not compared"),
    (skipped_by_a_tag, "rules", 3, "has the tag nbval-skip"),
    (exception_allowed_by_a_tag, "rules", 3, "has the tag raises-exception"),
    (not_compared_by_a_comment, "rules", 2, "no NBVAL_IGNORE_OUTPUT in a lab"),
    (not_compared_by_the_old_comment, "rules", 2, "no PYTEST_VALIDATE_IGNORE_OUTPUT in a lab"),
    (second_headline, "rules", 3, "a second headline"),
    (picture_stripped, "rules", 3, "its picture was stripped"),
    (picture_without_axes, "rules", 3, "name both axes"),
    (error_stored, "rules", 3, "a stored error"),
    (warning_stored, "rules", 3, "a stored warning"),
    (machine_path_stored, "rules", 2, "a machine path in the output"),
]


def file_of(fault):
    return f"0_{fault.__name__}.ipynb"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run pytest over all mutants; return what it printed, and a list of (who caught it, message) of each failure."""
    labs = {"0_faultless.ipynb": small_lab()}
    for fault, *_ in MUTANTS:
        labs[file_of(fault)] = small_lab()
        fault(labs[file_of(fault)])
    folder = tmp_path_factory.mktemp("mutants") / "labs"
    make_project(folder, labs)
    paths = [
        "tests",
        "0_faultless.ipynb",
        *sorted({file_of(m[0]) for m in MUTANTS if m[1] == "run"}),
    ]
    status, text = run_pytest(
        folder, "--junitxml=report.xml", f"--nbval-cell-timeout={CELL_SECONDS}", *paths
    )
    assert status == 1, text
    failures = []
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        caught_by = "rules" if case.get("classname").startswith("tests.") else "run"
        failures += [
            (caught_by, problem.get("message"))
            for problem in case
            if problem.tag in ("failure", "error")
        ]
    return text, failures


@pytest.fixture(scope="module")
def failures(run):
    return run[1]


def lines_about(name, failures):
    """Return (who, first line that names the notebook, shortened to what follows the name) for each failure."""
    lines = [
        (caught_by, re.search(rf"{name}(?:, cell|:) (.*)", message))
        for caught_by, message in failures
    ]
    return [(caught_by, match[1].strip()) for caught_by, match in lines if match]


@pytest.mark.parametrize(
    ("fault", "caught_by", "count", "message"),
    MUTANTS,
    ids=[f"{m[0].__name__}-{m[1]}" for m in MUTANTS],
)
def test_every_fault_is_caught_and_its_cell_is_named(
    failures, record_property, fault, caught_by, count, message
):
    lines = [line for who, line in lines_about(file_of(fault), failures) if who == caught_by]
    pattern = message if count is None else rf"In \[{count}\] \(.*\): {message}"
    caught = [line for line in lines if re.match(pattern, line)]
    verdict = (
        f"caught by the {caught_by:5}  {caught[0]}"
        if caught
        else f"NOT CAUGHT BY THE {caught_by.upper()}"
    )
    record_property("mutant", f"{fault.__name__.replace('_', ' '):40} {verdict}")
    assert caught, f"no failure matches {pattern!r}; those that name the notebook: {lines}"


def test_the_first_line_of_the_cell_is_shown(failures):
    assert ("run", "In [3] ('comment'): NameError: name 'comment' is not defined") in lines_about(
        file_of(name_misspelt), failures
    )


def test_a_faultless_notebook_is_not_blamed(failures):
    assert lines_about("0_faultless.ipynb", failures) == []


@pytest.mark.parametrize(
    "fault", {m[0] for m in MUTANTS if m[1] == "run"}, ids=lambda fault: fault.__name__
)
def test_only_the_first_failing_cell_fails(failures, fault):
    """The cells after it are skipped, so that nobody reads a cascade."""
    assert [who for who, _ in lines_about(file_of(fault), failures)].count("run") == 1


def test_the_verdict_names_each_first_failing_cell_and_why_the_others_did_not_run(run):
    text, _ = run
    failing = (
        "0_name_misspelt.ipynb, cell In [3] ('comment'): NameError: name 'comment' is not defined"
    )
    assert f"\nfirst failing cell: {failing}\n" in text
    assert f"\nskipped: 3 x not run, because an earlier cell failed: {failing}\n" in text
    assert "\n0_name_misspelt.ipynb: 2 of 6 cells run; outputs: 1 compared, 0 not;" in text
    assert "\nNOT READY: something failed" in text


# ---------------------------------------------------------------- the rules, on the project's own labs


@pytest.fixture(params=sorted(rules.BOOKS))
def lab(request, monkeypatch):
    """A copy of a lab that may be broken, in the place where the rules look for it."""
    book = copy.deepcopy(rules.BOOKS[request.param])
    monkeypatch.setitem(rules.BOOKS, request.param, book)
    return request.param, book


def breaks(rule, name, message):
    with pytest.raises(AssertionError, match=rf"{name}, cell In \[.*{message}"):
        rule(name)


def test_deleting_any_cell_of_a_lab_is_noticed(lab):
    name, book = lab
    *others, last = rules.code_of(name)
    cells = list(book.cells)
    for cell in others:
        book.cells = [other for other in cells if other is not cell]
        breaks(rules.test_the_notebook_was_run_top_to_bottom, name, "does not follow")
    book.cells = [other for other in cells if other is not last]
    breaks(rules.test_the_last_code_cell_and_no_other_is_the_headline, name, "has no tag headline")


def test_stripping_any_cell_of_a_lab_is_noticed(lab):
    """Where the output is compared, the run notices it: `output_stripped` above."""
    name, _ = lab
    for cell in rules.code_of(name):
        kept = copy.deepcopy(cell)
        cell.outputs, cell.execution_count = [], None
        breaks(rules.test_the_notebook_was_run_top_to_bottom, name, "does not follow")
        if "nbval-ignore-output" in rules.tags_of(cell):
            breaks(
                rules.test_output_that_is_not_compared_is_stored_and_checked_by_a_band,
                name,
                "was stripped",
            )
        if "plt.show()" in cell.source:
            breaks(
                rules.test_every_figure_is_stored_with_worded_axes, name, "its picture was stripped"
            )
        cell.update(kept)


def test_taking_the_checks_out_of_a_lab_is_noticed(lab):
    name, _ = lab
    code = rules.code_of(name)
    for cell in code:
        cell.source = re.sub(r"utils\.check_range\(", "print(", cell.source)
    if any({"nbval-ignore-output"} == set(rules.tags_of(cell)) for cell in code):
        breaks(
            rules.test_output_that_is_not_compared_is_stored_and_checked_by_a_band,
            name,
            "its output is not compared",
        )
