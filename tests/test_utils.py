"""utils.py: the splits, the helpers for numbers and pictures, and what importing it costs."""

import os
import subprocess
import sys

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import utils

REAL = utils.find_data().is_real
needs_real = pytest.mark.skipif(not REAL, reason="needs the real comments")


@needs_real
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


def test_the_sample_comes_with_a_notice(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    utils.load_spam_dataset()
    assert "NOTICE" in (said := capsys.readouterr().out) and "SPAM_DATA=sample asks for it" in said


@pytest.mark.parametrize("option", [[], ["-O"]])
@needs_real
def test_a_number_outside_its_range_raises_even_in_optimized_python(option):
    code = "import utils; utils.check_range('a', .9, .8, 1); utils.check_range('b', {}, .8, 1)"
    for value in ("0.7", "float('nan')"):
        command = [sys.executable, *option, "-c", code.format(value)]
        done = subprocess.run(command, cwd=utils.HERE, capture_output=True, text=True)
        assert done.stdout == "a: within 0.8 to 1, as expected.\n"
        assert "AssertionError: b is " in done.stderr and "expected 0.8 to 1" in done.stderr


def test_on_the_sample_no_range_is_checked(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    utils.check_range("accuracy", 0.1, 0.8, 1.0)
    assert "not checked" in capsys.readouterr().out


def test_a_preview_defangs_links_shortens_words_and_names_nobody():
    text = "see\nHTTP://www.a-site.com/x?y " + "z" * 200 + " and on" * 20
    shown = utils.preview(pd.DataFrame({"author": ["Ann"], "date": [None], "text": [text]}))
    assert list(shown.columns) == ["text"] and len(shown.text[0]) == 90
    assert shown.text[0].startswith("see hxxp://www.a-site[.]com/x?y zzz")
    assert max(map(len, shown.text[0].split())) <= 31


def test_texts_are_shown_aligned_to_the_left_and_their_html_is_not_obeyed():
    page = utils.preview(pd.DataFrame({"text": ["<b>nice</b>"], "label": [0]}))._repr_html_()
    assert page.count('<td style="text-align: left;">') == 2 and "&lt;b&gt;nice" in page


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
    heavy = ("tensorflow", "keras", "torch", "snorkel", "matplotlib", "pooch", "requests", "dask")
    code = f"import sys, utils; print([name for name in {heavy} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=utils.HERE, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("first", ["utils", "tensorflow"])
def test_triton_never_comes_after_tensorflow(first, tmp_path):
    """Where both are there, that order is a segmentation fault; stand-ins show who comes first."""
    (tmp_path / "tensorflow.py").write_text("import sys\nbefore = 'triton' in sys.modules\n")
    (tmp_path / "triton.py").write_text("")
    code = (
        f"import sys, {first}, utils, tensorflow\nprint(tensorflow.before, sys.modules['triton'])"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(utils.HERE)])}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    before, triton = done.stdout.split(maxsplit=1)
    assert (before == "True") == (first == "utils")
    assert ("module" in triton) == (first == "utils"), "after TensorFlow it must not be loaded"
