"""How pytest runs the labs: nbval's settings, the first failing cell, and the verdict at the end.

It stands here and not in tests/ because pytest applies a conftest.py only to files below it, and the
notebooks are up here.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

import utils

NOISE = re.compile(r"UsageError|Warning:|Traceback|ERROR|Exception ignored")
FIRST_FAILURES = {}  # notebook name -> description of its first failing cell
CELLS = Counter()  # (notebook name, what was done) -> number of cells
SECONDS = Counter()  # notebook name -> seconds


def is_cell(item):
    return hasattr(item, "cell") and hasattr(item, "cell_num")


def describe(item):
    """Name a cell as a person finds it: the notebook, its number In [n], its first line."""
    count = item.cell.execution_count
    first_line = item.cell.source.strip().split("\n")[0]
    return f"{item.path.name}, cell In [{count}] ({first_line!r})"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than ten seconds")
    if config.option.nbval and not utils.find_data().is_real:
        # The stored outputs come from the real comments; on the sample every cell is run and none compared.
        config.option.nbval, config.option.nbval_lax = False, True


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)  # progress bars; warnings in it are caught below


def pytest_runtest_setup(item):
    if is_cell(item) and item.path.name in FIRST_FAILURES:
        pytest.skip(f"not run, because an earlier cell failed: {FIRST_FAILURES[item.path.name]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a cell that left a warning, a log line or a bad magic in its stderr: nbval lets all of them pass."""
    result = yield
    if is_cell(item):
        text = "".join(out.get("text", "") for out in item.test_outputs or [] if out.get("name") == "stderr")
        noise = [line for line in text.splitlines() if NOISE.search(line)]
        if noise:
            pytest.fail(f"{describe(item)} printed a warning or an error:\n" + "\n".join(noise), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if is_cell(item):
        name = item.path.name
        SECONDS[name] += call.duration
        if report.failed:
            FIRST_FAILURES.setdefault(name, describe(item))
        elif call.when == "call" and report.passed:
            CELLS[name, "run"] += 1
            CELLS[name, "compared"] += bool(item.options["check"])
    return report


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Say what an instructor wants to know: can these labs be taught tomorrow?"""
    if not (config.option.nbval or config.option.nbval_lax):
        return
    data = utils.find_data()
    line = terminalreporter.write_line
    terminalreporter.section("verdict")
    notebooks = sorted({name for name, _ in CELLS} | set(FIRST_FAILURES))
    for name in notebooks:
        done, compared = CELLS[name, "run"], CELLS[name, "compared"]
        line(f"{name}: {done} cells run, {compared} outputs compared, {SECONDS[name]:.0f} s")
    for cell in FIRST_FAILURES.values():
        line(f"first failing cell: {cell}")
    kind = "the real comments, verified" if data.is_real else "the SAMPLE comments, nothing compared"
    line(f"data: {kind} ({data.source})")
    labs = sorted(path.name for path in Path(utils.HERE).glob("0*.ipynb"))
    if exitstatus != 0:
        line("NOT READY: something failed; it is named above.")
    elif notebooks != labs:
        line(f"INCOMPLETE: this run covers {len(notebooks)} of {len(labs)} notebooks.")
    elif not data.is_real:
        line("READY FOR THE SAMPLE ONLY: every cell runs, but no number was compared. Get the real comments: make data")
    else:
        line("READY: all three labs run, and their outputs are those stored in them.")
