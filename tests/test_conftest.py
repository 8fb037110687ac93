"""The verdict at the end of `make test`, on three small faultless labs; STRICT; data that cannot be used."""

import re

import pytest
from small_labs import make_project, run_pytest, small_lab

import conftest
import utils

LABS = ("01_first.ipynb", "02_second.ipynb", "03_third.ipynb")
OTHER_TESTS = """\
import pytest

def test_without_network():
    pytest.skip("no network")

def test_a_fault(record_property):
    record_property("mutant", "a fault  caught")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verdict") / "labs"
    make_project(folder, {name: small_lab() for name in LABS})
    (folder / "tests" / "test_others.py").write_text(OTHER_TESTS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole_run(project):
    """What a whole run prints, on what passes for the real comments, with STRICT=1."""
    status, text = run_pytest(project, "tests", *LABS, strict="1")
    assert status == 0, text
    return text


def test_faultless_labs_pass_and_the_verdict_says_ready(whole_run):
    assert "\nREADY: all three labs run, and their outputs are those stored in them." in whole_run


def test_the_verdict_says_what_ran_what_was_compared_and_how_long(whole_run):
    assert "\ndata: the real comments, verified (a pretended folder)\n" in whole_run
    for name in LABS:
        counts = "6 of 6 cells run; outputs: 3 compared, 1 not; 0 pictures drawn"
        assert re.search(rf"^{name}: {counts}, \d+ s$", whole_run, re.MULTILINE), name
    assert "\nnot compared: cells tagged nbval-ignore-output, pictures\n" in whole_run
    passed = int(re.search(r"(\d+) passed", whole_run.splitlines()[-1])[1])
    assert re.search(rf"^tests: {passed - 18} passed, 1 skipped, \d+ s$", whole_run, re.MULTILINE)
    assert re.search(r"^all in all: \d+ s$", whole_run, re.MULTILINE)


def test_the_verdict_says_what_was_skipped_and_why(whole_run):
    assert "\nskipped: 1 x no network\n" in whole_run


def test_the_table_of_mutants_is_printed(whole_run):
    assert re.search(
        r"^=+ notebooks broken on purpose =+\na fault  caught\n=+ verdict =+$",
        whole_run,
        re.MULTILINE,
    )


def test_on_the_sample_nothing_is_compared_and_the_verdict_says_so(project):
    status, text = run_pytest(project, "tests", *LABS, data="sample")
    assert status == 0, text
    assert (
        "\ndata: the SAMPLE comments, because this test asks for it (a pretended folder)\n" in text
    )
    assert (
        text.count("6 of 6 cells run; outputs: 0 compared, 4 not") == 3
        and "\nnot compared: all" in text
    )
    assert "\nREADY FOR THE SAMPLE ONLY" in text


def test_a_run_with_gaps_is_called_incomplete(project):
    status, text = run_pytest(
        project, "tests/test_notebooks.py", LABS[2], "-k", "not is_valid", "--nbval-lax"
    )
    assert status == 0, text
    gaps = "it covers 1 of 3 notebooks and 1 of 2 test files; 3 tests or cells were deselected; no output was compared"
    assert f"\nINCOMPLETE: this run does not show that the labs can be taught: {gaps}" in text


@pytest.mark.parametrize("strict", ["1", "true"])
def test_strict_refuses_the_sample(pytestconfig, monkeypatch, strict):
    monkeypatch.setenv("STRICT", strict)
    monkeypatch.setattr(
        utils, "find_data", lambda: utils.SpamData({}, "data/sample", False, "no network")
    )
    message = r"NOT READY: STRICT is set, and the real comments are not in use \(no network\)\. Get them: make data"
    with pytest.raises(pytest.UsageError, match=message):
        conftest.pytest_configure(pytestconfig)


def test_damaged_data_is_one_clear_sentence(pytestconfig, monkeypatch):
    def damaged():
        raise utils.DataError("Youtube01-Psy.csv is not the published file")

    monkeypatch.setattr(utils, "find_data", damaged)
    with pytest.raises(pytest.UsageError, match="Youtube01-Psy.csv is not the published file"):
        conftest.pytest_configure(pytestconfig)
