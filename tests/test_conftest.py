"""conftest.py: the verdict at the end of `make test`, STRICT, the sample, unusable data."""

import re
from types import SimpleNamespace

import pytest

import conftest
import utils

REAL = SimpleNamespace(is_real=True, source="a folder")
SAMPLE = SimpleNamespace(is_real=False, source="a folder", why_sample="no network")
FILES = ("01_first.ipynb", "02_second.ipynb", "tests/test_some.py", "tests/test_optional.py")


def use(monkeypatch, data, nbval_lax=False):
    """Let conftest.py find these comments; return pytest's settings."""
    monkeypatch.setattr(utils, "find_data", lambda: data)
    return SimpleNamespace(option=SimpleNamespace(nbval=not nbval_lax, nbval_lax=nbval_lax))


@pytest.mark.parametrize(
    ("data", "status", "lax", "left_out", "deselected", "verdict"),
    [
        (REAL, 0, False, 0, 0, "READY: all three labs run, and their outputs are those stored"),
        (SAMPLE, 0, True, 0, 0, "READY FOR THE SAMPLE ONLY: all cells run, no number was compared"),
        (REAL, 0, False, 1, 0, "INCOMPLETE: .*: 1 files and 0 tests were left out.$"),
        (REAL, 0, False, 0, 8, "INCOMPLETE: .*: 0 files and 8 tests were left out.$"),
        (REAL, 0, True, 0, 0, "INCOMPLETE: .* were left out, no output was compared"),
        (REAL, 1, False, 0, 0, "NOT READY: something failed"),
        (REAL, 2, False, 0, 0, "NOT READY: something failed, or the run was interrupted"),
    ],
)
def test_the_verdict(
    data, status, lax, left_out, deselected, verdict, monkeypatch, tmp_path, capsys
):
    config = use(monkeypatch, data, lax)
    monkeypatch.setattr(conftest, "FIRST_FAILURES", {})
    monkeypatch.setattr(utils, "HERE", tmp_path)
    (tmp_path / "tests").mkdir()
    for file in FILES:
        (tmp_path / file).touch()
    *passed, skipped = [SimpleNamespace(nodeid=f"{file}::it", duration=1.2) for file in FILES]
    skipped.nodeid = FILES[-1]  # as a whole, since something optional is missing
    stats = {"passed": passed[left_out:], "skipped": [skipped], "deselected": [None] * deselected}
    reporter = SimpleNamespace(stats=stats, write_line=print, write_sep=lambda *words: None)
    conftest.pytest_terminal_summary(reporter, status, config)
    comments, *counts, last = capsys.readouterr().out.splitlines()
    assert comments.startswith("comments: a folder")
    assert counts[-2:] == ["02_second.ipynb: 1 passed, 1 s", "tests/: 1 passed, 1 skipped, 2 s"]
    assert re.match(verdict, last)


@pytest.mark.parametrize("strict", ["", "0", "1", "true"])
def test_the_sample_is_not_compared_and_strict_refuses_it(strict, monkeypatch):
    config = use(monkeypatch, SAMPLE)
    monkeypatch.setenv("STRICT", strict)
    if strict in ("", "0"):
        conftest.pytest_configure(config)
        assert config.option.nbval_lax and not config.option.nbval
    else:
        with pytest.raises(pytest.UsageError, match="NOT READY: STRICT is set.*(no network).*make"):
            conftest.pytest_configure(config)


def test_damaged_data_is_one_clear_sentence(monkeypatch):
    def damaged():
        raise utils.DataError("Youtube01-Psy.csv is not the published file")

    monkeypatch.setattr(utils, "find_data", damaged)
    with pytest.raises(pytest.UsageError, match="Youtube01-Psy.csv is not the published file"):
        conftest.pytest_configure(None)
