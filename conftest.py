"""How pytest runs the labs: nbval's settings, the first failing cell, and the verdict at the end.

It stands here and not in tests/ because pytest applies a conftest.py only to files below it, and the
notebooks are up here.
"""

import os
import re
import time
from collections import Counter
from pathlib import Path
from queue import Empty

import nbval.plugin
import pytest
from nbclient.exceptions import DeadKernelError
from notebook_code import where

import fetch
import utils

NOISE = re.compile(r"UsageError|Warning:|Traceback|ERROR|Exception ignored")
START = time.perf_counter()
FIRST_FAILURES = {}  # notebook name -> its first failing cell, and why it failed
CELLS = Counter()  # (notebook name, what was done) -> number of cells or pictures
TESTS = Counter()  # outcome -> number of tests that are not cells
SECONDS = Counter()  # notebook name, or "tests" -> seconds
FILES = set()  # names of the files of which something ran or was skipped


class WatchedKernel(nbval.plugin.RunningKernel):
    """nbval's kernel, with one difference: its death is noticed within a second, not at the cell's time-out."""

    def get_message(self, stream, timeout=None):
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            try:
                return super().get_message(stream, timeout=min(1, max(0, end - time.monotonic())))
            except Empty:
                if not self.is_alive():
                    raise DeadKernelError("the kernel died") from None
                if time.monotonic() >= end:
                    raise


def is_cell(item):
    return hasattr(item, "cell") and hasattr(item, "cell_num")


def describe(item, error):
    """Say on one line which cell failed and why."""
    reason = str(error).strip().split("\n")[0]
    for out in item.test_outputs or []:
        if (
            out.output_type == "error" and out.ename != "KeyboardInterrupt"
        ):  # the interrupt is nbval's, at the time-out
            reason = f"{out.ename}: {out.evalue}".split("\n")[0]
    return f"{where(item.path.name, item.cell)}: {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    nbval.plugin.RunningKernel = WatchedKernel
    try:
        data = utils.find_data()
    except utils.DataError as error:
        raise pytest.UsageError(str(error)) from error
    if os.environ.get("STRICT", "0") not in ("", "0") and not data.is_real:
        raise pytest.UsageError(
            f"NOT READY: STRICT is set, and the real comments are not in use ({data.why_sample}). Get them: make data"
        )
    if config.option.nbval and not data.is_real:
        # The stored outputs come from the real comments; on the sample every cell is run and none compared.
        config.option.nbval, config.option.nbval_lax = False, True


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)  # progress bars; warnings in it are caught below


def pytest_itemcollected(item):
    if is_cell(item):
        CELLS[item.path.name, "collected"] += 1


def pytest_runtest_setup(item):
    if is_cell(item) and item.path.name in FIRST_FAILURES:
        pytest.skip(f"not run, because an earlier cell failed: {FIRST_FAILURES[item.path.name]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a cell that left a warning, a log line or a bad magic in its stderr: nbval lets all of them pass."""
    try:
        result = yield
    except DeadKernelError:
        item.raise_cell_error("the kernel died while this cell ran, most often for lack of memory")
    if is_cell(item):
        text = "".join(
            out.get("text", "") for out in item.test_outputs or [] if out.get("name") == "stderr"
        )
        noise = [line for line in text.splitlines() if NOISE.search(line)]
        if noise:
            item.raise_cell_error(f"printed a warning or an error: {noise[0]}", "\n".join(noise))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    FILES.add(item.path.name)
    if not is_cell(item):
        SECONDS["tests"] += call.duration
        if call.when == "call" or not report.passed:
            TESTS[report.outcome] += 1
        return report
    name = item.path.name
    SECONDS[name] += call.duration
    if report.failed:
        line = describe(item, call.excinfo.value)
        report.longrepr = f"{line}\n{report.longrepr}"
        FIRST_FAILURES.setdefault(name, line)
    elif call.when == "call" and report.passed:
        pictures = sum("image/png" in out.get("data", {}) for out in item.cell.outputs)
        CELLS[name, "run"] += 1
        CELLS[name, "pictures"] += pictures
        CELLS[name, "compared" if item.options["check"] else "not compared"] += bool(
            item.cell.outputs
        )
    return report


def what_is_missing(config, deselected):
    """Return what keeps this run from being a whole one, in words; nothing if it is whole."""
    labs = {path.name for path in Path(utils.HERE).glob("0*.ipynb")}
    tests = {path.name for path in (Path(utils.HERE) / "tests").glob("test_*.py")}
    missing = []
    if not labs | tests <= FILES:
        missing.append(
            f"it covers {len(FILES & labs)} of {len(labs)} notebooks "
            f"and {len(FILES & tests)} of {len(tests)} test files"
        )
    if deselected:
        missing.append(f"{deselected} tests or cells were deselected")
    if config.option.nbval_lax and utils.find_data().is_real:
        missing.append("no output was compared (--nbval-lax)")
    return missing


def write_table_of_mutants(reporter):
    """Print what tests/test_mutants.py found: each notebook broken on purpose, and how that was noticed."""
    reports = reporter.stats.get("passed", []) + reporter.stats.get("failed", [])
    rows = [row for report in reports for key, row in report.user_properties if key == "mutant"]
    if rows:
        reporter.write_sep("=", "notebooks broken on purpose")
        for row in rows:
            reporter.write_line(row)


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Say what an instructor wants to know: can these labs be taught tomorrow?"""
    write_table_of_mutants(terminalreporter)
    if not (config.option.nbval or config.option.nbval_lax):
        return
    data = utils.find_data()
    line = terminalreporter.write_line
    terminalreporter.write_sep("=", "verdict")
    kind = (
        "the real comments, verified"
        if data.is_real
        else f"the SAMPLE comments, because {data.why_sample}"
    )
    line(f"data: {kind} ({data.source})")
    for name in sorted({name for name, _ in CELLS}):
        cells = {
            key: CELLS[name, key]
            for key in ("run", "collected", "compared", "not compared", "pictures")
        }
        line(
            "{name}: {run} of {collected} cells run; outputs: {compared} compared, {not compared} not; "
            "{pictures} pictures drawn, {seconds:.0f} s".format(
                name=name, seconds=SECONDS[name], **cells
            )
        )
    line(
        "not compared: "
        + ("cells tagged nbval-ignore-output, pictures" if data.is_real else "all, on the sample")
    )
    outcomes = (
        ", ".join(f"{number} {outcome}" for outcome, number in sorted(TESTS.items())) or "none run"
    )
    line(f"tests: {outcomes}, {SECONDS['tests']:.0f} s")
    skipped = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, number in skipped.items():
        line(f"skipped: {number} x {reason.removeprefix('Skipped: ')}")
    for cell in FIRST_FAILURES.values():
        line(f"first failing cell: {cell}")
    line(f"all in all: {time.perf_counter() - START:.0f} s")
    missing = what_is_missing(config, len(terminalreporter.stats.get("deselected", [])))
    if exitstatus != 0:
        line("NOT READY: something failed; it is named above.")
    elif missing:
        line(
            f"INCOMPLETE: this run does not show that the labs can be taught: {'; '.join(missing)}."
        )
    elif not data.is_real:
        line(
            "READY FOR THE SAMPLE ONLY: every cell runs, but no number was compared. Get the real comments: make data"
        )
    else:
        line("READY: all three labs run, and their outputs are those stored in them.")


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Let a test look for data in empty folders of its own, with no network and no SPAM_DATA."""
    monkeypatch.delenv("SPAM_DATA", raising=False)
    monkeypatch.setattr(fetch, "DATA_DIR", tmp_path / "data" / "youtube-spam")
    monkeypatch.setattr(fetch, "SHARED_DIR", tmp_path / "shared" / "youtube-spam")
    monkeypatch.setattr(fetch, "UCI_URLS", ("http://127.0.0.1:9/nothing-listens-here.zip",))
    fetch._locate.cache_clear()
    yield
    fetch._locate.cache_clear()
