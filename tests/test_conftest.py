"""The verdict at the end of `make test`, on three small good labs; STRICT; unusable data."""

import re
from types import SimpleNamespace

import pytest
from small_labs import make_project, run_pytest, small_lab

import conftest
import utils

LABS = ("01_first.ipynb", "02_second.ipynb", "03_third.ipynb")
FILES = {
    "test_optional.py": "import pytest; pytest.importorskip('no_such_package')",
    "interrupted.py": "def test_it(): raise KeyboardInterrupt",
    "test_some.py": """
import os
def test_a_fault(record_property): record_property("mutant", "a fault is caught")
def test_nobody_watches(): assert not {"JPY_SESSION_NAME", "VSCODE_PID"} & set(os.environ)
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verdict") / "labs"
    make_project(folder, {name: small_lab() for name in LABS})
    for name, text in FILES.items():
        (folder / "tests" / name).write_text(text, encoding="utf-8")
    return folder


def printed(project, *arguments, status=0, **settings):
    got, text = run_pytest(project, *arguments, **settings)
    assert got == status, text
    return text


def test_a_whole_run_ends_ready_also_where_something_optional_is_missing(project):
    said = printed(project, "tests", *LABS, STRICT="1", JPY_SESSION_NAME="x", VSCODE_PID="1")
    assert "\nmutant: a fault is caught\n" in said
    assert "\ncomments: a folder\n01_first.ipynb: 7 passed, " in said
    assert "\ntests/: 2 passed, 1 skipped, " in said
    assert "\nREADY: all three labs run, and their outputs are those stored in them.\n" in said


def test_on_the_sample_all_cells_run_and_none_is_compared(project):
    changed = small_lab()
    changed.cells[2].outputs = changed.cells[6].outputs = changed.cells[7].outputs = []
    make_project(project / "sample", {LABS[0]: changed})
    said = printed(project / "sample", LABS[0], data="sample")
    assert "\ncomments: a folder, because a test asks for it\n01_first.ipynb: 7 passed, " in said
    assert "\nREADY FOR THE SAMPLE ONLY" in said


def test_a_run_with_gaps_is_incomplete(project):
    said = printed(project, "tests/test_some.py", LABS[0], "-k", "fault", "--nbval-lax")
    gaps = "4 files and 8 tests were left out, no output was compared."
    assert f"\nINCOMPLETE: this does not show that the labs can be taught: {gaps}" in said


def test_an_interrupted_run_is_not_ready(project):
    said = printed(project, "tests/test_some.py", "tests/interrupted.py", status=2)
    assert "\nNOT READY: something failed, or the run was interrupted" in said


@pytest.mark.parametrize("strict", ["1", "true"])
def test_strict_refuses_the_sample(pytestconfig, monkeypatch, strict):
    sample = SimpleNamespace(is_real=False, why_sample="no network")
    monkeypatch.setattr(utils, "find_data", lambda: sample)
    monkeypatch.setenv("STRICT", strict)
    why = "STRICT is set, and the real comments are not in use (no network)"
    with pytest.raises(pytest.UsageError, match=re.escape(f"NOT READY: {why}. Get them: make d")):
        conftest.pytest_configure(pytestconfig)


def test_damaged_data_is_one_clear_sentence(pytestconfig, monkeypatch):
    def damaged():
        raise utils.DataError("Youtube01-Psy.csv is not the published file")

    monkeypatch.setattr(utils, "find_data", damaged)
    with pytest.raises(pytest.UsageError, match="Youtube01-Psy.csv is not the published file"):
        conftest.pytest_configure(pytestconfig)
