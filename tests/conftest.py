"""Fixtures that several test modules share."""

import pytest

import utils


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Let a test look for data in empty folders of its own, with no network and no SPAM_DATA."""
    monkeypatch.delenv("SPAM_DATA", raising=False)
    monkeypatch.setattr(utils, "DATA_DIR", tmp_path / "data" / "youtube-spam")
    monkeypatch.setattr(utils, "SHARED_DIR", tmp_path / "shared" / "youtube-spam")
    monkeypatch.setattr(utils, "UCI_URLS", ("http://127.0.0.1:9/nothing-listens-here.zip",))
    utils._locate.cache_clear()
    yield
    utils._locate.cache_clear()
