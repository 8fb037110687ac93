"""How pytest runs the labs: nbval's settings, the first failing cell of each notebook, a verdict."""

import os
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from queue import Empty

import nbval.plugin
import pytest
from notebook_code import fault, files_below, where

import fetch
import utils

for variable in ("JPY_SESSION_NAME", "VSCODE_PID"):
    os.environ.pop(variable, None)  # where one is set, utils.progress draws a bar
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
        why = [str(call.excinfo.value).strip()]
        errors = [out for out in item.test_outputs or [] if out.output_type == "error"]
        errors = [out for out in errors if out.ename != "KeyboardInterrupt"]  # nbval's time-out
        why = [f"{out.ename}: {out.evalue}" for out in errors] + why
        line = f"{where(item.path.name, item.cell)}: {why[0].splitlines()[0]}"
        FIRST_FAILURES.setdefault(item.path.name, line)
        report.longrepr = f"{line}\n{report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Print the table of mutants, what ran, and whether these labs can be taught tomorrow."""
    line, stats, data = terminalreporter.write_line, terminalreporter.stats, utils.find_data()
    files, counts, seconds = set(), defaultdict(Counter), Counter()
    for kind in ("passed", "failed", "error", "skipped"):
        for report in stats.get(kind, []):  # a file that is skipped as a whole has a report, too
            file = Path(report.nodeid.split("::")[0])
            group = file.name if file.suffix == ".ipynb" else "tests"
            files.add(file.name)
            counts[group][kind] += 1
            seconds[group] += getattr(report, "duration", 0)
            for _, row in filter(
                lambda p: p[0] == "mutant", getattr(report, "user_properties", ())
            ):
                line(row)
    terminalreporter.write_sep("=", "verdict")
    kind = "real, verified" if data.is_real else f"the SAMPLE, because {data.why_sample}"
    line(f"comments: {kind} ({data.source})")
    for group, count in sorted(counts.items()):
        line(
            f"{group}: {', '.join(f'{n} {kind}' for kind, n in count.items())}, {seconds[group]:.0f} s"
        )
    for cell in FIRST_FAILURES.values():
        line(f"first failing cell: {cell}")
    wanted = {p.name for p in [*utils.HERE.glob("0*.ipynb"), *utils.HERE.glob("tests/test_*.py")]}
    gaps = {
        f"{len(wanted - files)} of {len(wanted)} notebooks and test files did not run": wanted
        - files,
        "tests or cells were deselected": stats.get("deselected"),
        "no output was compared (--nbval-lax)": config.option.nbval_lax and data.is_real,
    }
    if exitstatus:
        line("NOT READY: it failed or was interrupted; see above.")
    elif any(gaps.values()):
        gaps = "; ".join(gap for gap, is_there in gaps.items() if is_there)
        line(f"INCOMPLETE: this run does not show that the labs can be taught: {gaps}.")
    elif not data.is_real:
        line("READY FOR THE SAMPLE ONLY: all cells run, no number was compared. Next: make data")
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
