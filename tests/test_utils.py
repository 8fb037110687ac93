"""utils.py: the splits, the helpers for numbers, pictures and workers, what importing it costs."""

import runpy
import subprocess
import sys
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from inspect import getsource
from types import SimpleNamespace
from unittest.mock import patch

import pandas as pd
import psutil
import pytest
from distributed import Client
from matplotlib import pyplot as plt

import utils


@pytest.mark.skipif(not utils.find_data().is_real, reason="needs the real comments")
def test_the_splits_are_those_of_the_published_tutorials():
    train, dev, valid, test = utils.load_spam_dataset(split_dev_valid=True)
    assert [len(part) for part in (train, dev, valid, test)] == [1586, 100, 120, 250]
    assert set(train.label) == {-1} and set(train.video) == {1, 2, 3, 4} and set(test.video) == {5}
    assert train.text[0].startswith("pls http://www10.vakinha.com.br/VaquinhaE.aspx")
    assert [int(part.label.sum()) for part in (dev, valid, test)] == [54, 56, 118]
    labeled, same_test = utils.load_spam_dataset(load_train_labels=True)
    assert labeled.label.sum() == 831 and same_test.equals(test)
    assert dev.text[0] == labeled.sample(100, random_state=123).text.iloc[0]


def test_loading_twice_gives_the_same_rows_with_the_same_columns():
    first, second = (utils.load_spam_dataset(True, True) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.equals(b) and list(a.columns) == ["author", "date", "text", "label", "video"]


def test_the_sample_comes_with_a_notice_and_no_range_is_checked(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    utils.load_spam_dataset()
    assert "NOTICE" in (said := capsys.readouterr().out) and "SPAM_DATA=sample asks for it" in said
    utils.check_range("accuracy", 0.1, 0.8, 1.0)
    assert "not checked" in capsys.readouterr().out


@pytest.mark.parametrize("optimize", [0, 1])
@pytest.mark.parametrize("value", [0.7, float("nan")])
def test_a_number_outside_its_range_raises_even_in_optimized_python(value, optimize, capsys):
    names = {"find_data": lambda: SimpleNamespace(is_real=True)}
    exec(compile(getsource(utils.check_range), "utils.py", "exec", optimize=optimize), names)
    names["check_range"]("a", 0.9, 0.8, 1)
    assert capsys.readouterr().out == "a: within 0.8 to 1, as expected.\n"
    with pytest.raises(AssertionError, match=f"b is {value:.4f}, expected 0.8 to 1"):
        names["check_range"]("b", value, 0.8, 1)


def test_a_preview_defangs_links_shortens_words_names_nobody_and_obeys_no_html():
    text = "see\nHTTP://www.a-site.com/<b>?y " + "z" * 200 + " and on" * 20
    shown = utils.preview(pd.DataFrame({"author": ["Ann"], "date": [None], "text": [text]}))
    assert list(shown.columns) == ["text"] and len(shown.text[0]) == 90
    assert shown.text[0].startswith("see hxxp://www.a-site[.]com/<b>?y zzz")
    assert max(map(len, shown.text[0].split())) <= 31
    page = shown._repr_html_()
    assert '<td style="text-align: left;">see' in page and "&lt;b&gt;" in page


def test_a_figure_is_shown_with_its_alternative_text_and_closed(monkeypatch):
    shown = {}
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.update(data, **rest))
    utils.show(plt.figure(), 'A picture of "nothing"')
    assert shown["metadata"]["image/png"]["alt"] == shown["text/plain"] == 'A picture of "nothing"'
    assert shown["text/html"].endswith(' alt="A picture of &quot;nothing&quot;">')
    assert shown["image/png"] in shown["text/html"] and not plt.get_fignums()


@pytest.mark.parametrize("watched", [False, True])
def test_a_progress_bar_is_drawn_only_where_somebody_watches(watched, monkeypatch, capsys):
    monkeypatch.delenv("VSCODE_PID", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    if watched:
        monkeypatch.setenv("JPY_SESSION_NAME", "lab.ipynb")
    assert list(utils.progress([1, 2], "fits")) == [1, 2]
    assert bool(capsys.readouterr().err) == watched


def test_importing_utils_takes_no_deep_learning_library():
    heavy = {"tensorflow", "keras", "torch", "snorkel", "matplotlib", "pooch", "dask"}
    command = [sys.executable, "-c", f"import sys, utils; print({heavy} & set(sys.modules))"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=utils.HERE, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("late", [False, True])
def test_triton_never_comes_after_tensorflow(late, tmp_path, monkeypatch):
    """Where both are there, that order is a segmentation fault."""
    (tmp_path / "triton.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with patch.dict(sys.modules):
        for name in ("tensorflow", "triton"):
            sys.modules.pop(name, None)
        if late:
            sys.modules["tensorflow"] = sys
        runpy.run_path(utils.__file__)
        assert (sys.modules["triton"] is None) == late, "None: it cannot be loaded any more"


def listening():
    """Return the addresses (ip, port) at which this process and its children listen."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    found = [connection for member in family for connection in member.net_connections("inet")]
    return {connection.laddr for connection in found if connection.status == psutil.CONN_LISTEN}


def test_dask_is_closed_to_others_and_shows_no_page():
    before = listening()
    with utils.start_workers() as client:
        assert client.submit(abs, -1).result() == 1
        with pytest.raises(OSError):  # without the certificate
            Client(client.scheduler.address.replace("tls:", "tcp:"), timeout=2)
        addresses = listening() - before
        assert len(addresses) >= 3, "the scheduler and two workers"
        for ip, port in addresses:
            assert ip in ("127.0.0.1", "::1")
            for page in ("/", "/status", "/info/main/workers.html", "/json/counts.json"):
                connection = HTTPConnection(ip, port, timeout=5)
                with closing(connection), suppress(OSError, HTTPException):
                    connection.request("GET", page)
                    assert connection.getresponse().status == 404, page
