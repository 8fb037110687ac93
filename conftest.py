"""How pytest runs the labs: nbval's settings, the first failing cell of each, and a verdict."""

import os
import time
from collections import Counter
from contextlib import suppress
from queue import Empty

import nbval.plugin
import pytest
from notebook_code import fault, files_below, reason, where

import utils

for variable in ("JPY_SESSION_NAME", "VSCODE_PID"):
    os.environ.pop(variable, None)  # where one is set, utils.progress draws a bar
KINDS = ("passed", "failed", "error", "skipped")
FIRST_FAILURES = {}  # notebook -> its first failing cell, and why it failed


class WatchedKernel(nbval.plugin.RunningKernel):
    def get_message(self, stream, timeout=None):
        """Notice within a second that the kernel died; nbval waits for the cell's time-out."""
        end = time.monotonic() + (timeout or float("inf"))
        while self.is_alive():
            with suppress(Empty):
                return super().get_message(stream, timeout=1)
            if time.monotonic() > end:
                raise Empty
        raise RuntimeError("the kernel died while this cell ran, most often for lack of memory")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    nbval.plugin.RunningKernel = WatchedKernel
    try:
        data = utils.find_data()
    except utils.DataError as error:
        raise pytest.UsageError(str(error)) from error
    if not data.is_real and os.environ.get("STRICT", "0") not in ("", "0"):
        why = f"STRICT is set, and the real comments are not in use ({data.why_sample})"
        raise pytest.UsageError(f"NOT READY: {why}. Get them: make data")
    if not data.is_real and config.option.nbval:  # the stored outputs come from the real comments
        config.option.nbval, config.option.nbval_lax = False, True


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)  # `fault` looks at it


def pytest_runtest_setup(item):
    if item.path.name in FIRST_FAILURES:
        pytest.skip(f"not run, because an earlier cell failed: {FIRST_FAILURES[item.path.name]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    before = files_below(utils.HERE)
    result = yield
    if hasattr(item, "cell_num"):
        written = files_below(utils.HERE) - before
        if text := fault(item.cell, item.test_outputs, written, item.config.option.nbval):
            item.raise_cell_error(text)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if hasattr(item, "cell_num") and report.failed:
        why = reason(item.test_outputs or [], call.excinfo.value)
        line = f"{where(item.path.name, item.cell)}: {why}"
        FIRST_FAILURES.setdefault(item.path.name, line)
        report.longrepr = f"{line}\n{report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Print what ran, and whether these labs can be taught tomorrow."""
    line, stats, data = terminalreporter.write_line, terminalreporter.stats, utils.find_data()
    ran = [(kind, report) for kind in KINDS for report in stats.get(kind, [])]
    files = {report.nodeid.split("::")[0] for _, report in ran}  # also those skipped as a whole
    terminalreporter.write_sep("=", "verdict")
    line(f"comments: {data.source}{'' if data.is_real else f', because {data.why_sample}'}")
    for start in (*sorted(file for file in files if file.endswith(".ipynb")), "tests/"):
        mine = [(kind, report) for kind, report in ran if report.nodeid.startswith(start)]
        counts = ", ".join(f"{n} {kind}" for kind, n in Counter(kind for kind, _ in mine).items())
        seconds = sum(getattr(report, "duration", 0) for _, report in mine)
        line(f"{start}: {counts or 'none run'}, {seconds:.0f} s")
    for failure in FIRST_FAILURES.values():
        line(f"first failing cell: {failure}")
    wanted = [*utils.HERE.glob("0*.ipynb"), *utils.HERE.glob("tests/test_*.py")]
    missing = {path.relative_to(utils.HERE).as_posix() for path in wanted} - files
    if exitstatus:
        line("NOT READY: something failed, or the run was interrupted; see above.")
    elif missing or stats.get("deselected") or (config.option.nbval_lax and data.is_real):
        gaps = f"{len(missing)} files and {len(stats.get('deselected', []))} tests were left out"
        lax = ", no output was compared" * config.option.nbval_lax
        line(f"INCOMPLETE: this does not show that the labs can be taught: {gaps}{lax}.")
    elif not data.is_real:
        line("READY FOR THE SAMPLE ONLY: all cells run, no number was compared. Next: make data")
    else:
        line("READY: all three labs run, and their outputs are those stored in them.")
