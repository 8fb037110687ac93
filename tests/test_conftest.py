"""The verdict at the end of `make test`, on three small good labs; STRICT; data that is unusable."""

import re

import pytest
from small_labs import make_project, run_pytest, small_lab

LABS = ("01_first.ipynb", "02_second.ipynb", "03_third.ipynb")
PASSES = (
    "def test_something(record_property):\n    record_property('mutant', 'a fault is caught')\n"
)
OPTIONAL = "import pytest\n\npytest.importorskip('no_such_package')\n"
INTERRUPTED = "def test_something():\n    raise KeyboardInterrupt\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Three labs, a test file that passes, and one of a package that is not installed."""
    folder = tmp_path_factory.mktemp("verdict") / "labs"
    make_project(folder, {name: small_lab() for name in LABS})
    (folder / "tests" / "test_some.py").write_text(PASSES, encoding="utf-8")
    (folder / "tests" / "test_optional.py").write_text(OPTIONAL, encoding="utf-8")
    return folder


def verdict(project, *arguments, status=0, **settings):
    """Return the lines that a run prints below the line `verdict`."""
    got, text = run_pytest(project, *arguments, **settings)
    assert got == status, text
    return re.split("=+ verdict =+\n", text)[1]


def test_a_whole_run_ends_ready_also_where_something_optional_is_missing(project):
    said = verdict(project, "tests", *LABS, STRICT="1")
    assert said.startswith("comments: a folder\n01_first.ipynb: 7 passed, ")
    assert "\ntests/: 1 passed, 1 skipped, " in said
    assert "\nREADY: all three labs run, and their outputs are those stored in them.\n" in said


def test_on_the_sample_all_cells_run_and_none_is_compared(project):
    changed = small_lab()
    changed.cells[2].outputs = changed.cells[6].outputs = changed.cells[7].outputs = []
    make_project(project / "sample", {LABS[0]: changed})
    said = verdict(project / "sample", LABS[0], data="sample")
    assert "comments: a folder, because a test asks for it\n01_first.ipynb: 7 passed, " in said
    assert "READY FOR THE SAMPLE ONLY" in said


@pytest.mark.parametrize(
    ("arguments", "gaps"),
    [
        (["tests"], "3 files and 0 tests were left out."),
        (["tests/test_optional.py", *LABS[1:]], "2 files and 0 tests"),
        (["tests", LABS[0], "-k", "test_something"], "3 files and 7 tests"),
    ],
)
def test_a_run_with_gaps_is_incomplete(project, arguments, gaps):
    assert f"\nINCOMPLETE: this does not show that the labs can be taught: {gaps}" in verdict(
        project, *arguments
    )


def test_a_run_that_compares_nothing_is_incomplete(project):
    assert "left out, no output was compared" in verdict(project, "tests", "--nbval-lax")


def test_an_interrupted_run_is_not_ready(project):
    test = project / "tests" / "interrupted.py"
    test.write_text(INTERRUPTED, encoding="utf-8")
    assert "\nNOT READY: " in verdict(project, "tests", "tests/interrupted.py", status=2)


def test_the_table_of_mutants_is_printed(project):
    assert "\nmutant: a fault is caught\n" in run_pytest(project, "tests")[1]


@pytest.mark.parametrize("strict", ["1", "true"])
def test_strict_refuses_the_sample(project, strict):
    status, text = run_pytest(project, "tests", data="sample", STRICT=strict)
    why = "STRICT is set, and the real comments are not in use (a test asks for it)"
    assert status == 4 and f"ERROR: NOT READY: {why}. Get them: make data\n" in text


def test_damaged_data_is_one_clear_sentence(project):
    status, text = run_pytest(project, "tests", data="damaged")
    assert status == 4 and text == "ERROR: Youtube01-Psy.csv is not the published file\n\n"


def test_cells_run_as_if_nobody_watched(project, monkeypatch):
    """Where a person watches, utils.progress draws a bar, which would be an output."""
    test = project / "tests" / "headless.py"
    test.write_text(
        "import os\n\ndef test():\n    assert not {'JPY_SESSION_NAME', 'VSCODE_PID'} & {*os.environ}\n",
        encoding="utf-8",
    )
    status, text = run_pytest(
        project, "tests/headless.py", JPY_SESSION_NAME="lab.ipynb", VSCODE_PID="1"
    )
    assert status == 0, text
