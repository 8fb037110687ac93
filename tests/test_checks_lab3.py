"""The checks of lab 3, on a few made-up comments; and its copy of lab 1's labeling functions."""

import re

import numpy as np
import pandas as pd
import pytest
from notebook_code import run_cells
from snorkel.labeling import LabelingFunction, PandasLFApplier, labeling_function
from snorkel.slicing import SlicingFunction, slicing_function
from solved import SOLUTIONS, WRONG

import checks
import utils
from checks import core, lab3
from checks.core import ABSTAIN, HAM, SPAM

KINDS = {  # text: (label, prediction of the model, how many)
    "lovely song, quite good": (HAM, HAM, 120),
    "who sings this?": (HAM, HAM, 20),
    "what a voice? wow": (HAM, HAM, 20),
    "what a day": (HAM, HAM, 10),
    "subscribe to my channel": (SPAM, SPAM, 60),
    "http://a.example/page": (SPAM, HAM, 40),
    "www.facebook.com/me": (SPAM, HAM, 20),
    "like this comment": (SPAM, HAM, 30),
    "give it a share": (SPAM, HAM, 30),
}
ANSWERS = [(number, answer) for number, answer in SOLUTIONS.items() if "exercise-3" in number]
MISTAKES = [
    pytest.param(number, answer, hint, id=f"{number}-{at}")
    for number, mistakes in WRONG.items()
    if "exercise-3" in number
    for at, (answer, hint) in enumerate(mistakes, start=1)
]


def make_comments():
    rows = [
        (f"{at} {text}", label, prediction)
        for text, (label, prediction, count) in KINDS.items()
        for at in range(count)
    ]
    columns = ["text", "label", "prediction"]
    return pd.DataFrame(rows, columns=columns).assign(author="somebody")


def keyword_lf(name, word, label):
    return LabelingFunction(name, lambda x: label if word in x.text else ABSTAIN)


@pytest.fixture
def notebook(monkeypatch):
    """Return the variables that lab 3 has when a student comes to its exercises."""
    monkeypatch.setattr(core, "SOLVED", set())
    comments = make_comments()
    text, gold = comments.text, comments.label.to_numpy()
    preds = comments.prediction.to_numpy()
    link = text.str.contains("http|www").to_numpy()
    sf_link = SlicingFunction("sf_link", lambda x: "http" in x.text or "www" in x.text)
    lf_link = keyword_lf("lf_link", "ww", SPAM)
    lf_short = LabelingFunction("lf_short", lambda x: HAM if len(x.text.split()) < 4 else ABSTAIN)
    lfs = [
        keyword_lf("kw_subscribe", "subscribe", SPAM),
        keyword_lf("kw_http", "http", SPAM),
        keyword_lf("kw_song", "song", HAM),
        lf_short,
    ]
    silent = text.str.contains("like this|share")
    votes = np.where(link, HAM, np.where(silent, ABSTAIN, gold))  # wrong on links
    return {
        "raw": comments,
        "comments": comments,
        "gold": gold,
        "preds": preds,
        "right": preds == gold,
        "seen": np.arange(len(gold)) % 5 > 0,
        "sfs": [sf_link],
        "members": pd.DataFrame(
            {"sf_link": link, "sf_no_promotion": ~link & ~text.str.contains("subscribe")}
        ),
        "suspects": pd.DataFrame({"surprise": [9.0, 8.0]}, ["like this comment", "share"]),
        "link": link,
        "simple_lfs": lfs,
        "lf_short": lf_short,
        "lf_link": lf_link,
        "L": np.column_stack([votes] * 3),
        "L_new": PandasLFApplier([lf_link]).apply(comments, progress_bar=False),
        "PROMOTION": re.compile("subscribe"),
        "re": re,
        "labeling_function": labeling_function,
        "slicing_function": slicing_function,
        "HAM": HAM,
        "SPAM": SPAM,
        "ABSTAIN": ABSTAIN,
    }


def attempt(notebook, number, answer, capsys):
    """Run an answer and its check; return the points and what the check printed."""
    exec(answer, notebook)
    points = checks.check(number.removeprefix("exercise-").replace("-", "."), notebook)
    return points, capsys.readouterr().out


def found_slice(notebook, capsys, test):
    """Check an SF that selects the texts for which `test` is true, as the answer to 3.3."""
    notebook["my_slice"] = SlicingFunction("my_slice", lambda x: test(x.text))
    points = checks.check("3.3", notebook)
    return points, capsys.readouterr().out


@pytest.mark.parametrize(("number", "answer"), ANSWERS)
def test_the_reference_solution_is_solved(notebook, number, answer, capsys):
    points, said = attempt(notebook, number, answer, capsys)
    assert points == 1, said


@pytest.mark.parametrize(("number", "answer", "hint"), MISTAKES)
def test_a_typical_mistake_gets_its_hint(notebook, number, answer, hint, capsys):
    points, said = attempt(notebook, number, answer, capsys)
    assert points == 0 and hint in said, said


def test_an_sf_is_asked_on_rows_that_cannot_be_looked_up(notebook, capsys):
    wrong_rows = set(notebook["comments"].index[~notebook["right"]])
    notebook["my_slice"] = SlicingFunction("my_slice", lambda x: x.name in wrong_rows)
    assert checks.check("3.3", notebook) == 0
    assert "it selects 0 comments" in capsys.readouterr().out


def test_a_slice_in_which_the_model_is_no_worse_is_refused(notebook, capsys):
    points, said = found_slice(notebook, capsys, lambda text: len(text) % 3 == 0)
    assert points == 0 and "the interval must be below" in said


def test_a_copy_of_a_slice_of_the_lab_is_refused(notebook, capsys):
    for test in (lambda text: "like this" in text, lambda text: "http" in text or "www" in text):
        points, said = found_slice(notebook, capsys, test)
        assert points == 0 and "find a group of your own" in said


def test_the_score_on_the_unseen_video_is_shown_and_decides_nothing(notebook, capsys):
    notebook["right"] = notebook["right"] | ~notebook["seen"]
    points, said = found_slice(notebook, capsys, lambda text: "share" in text)
    assert points == 1 and "in video 5, which you have not looked at: 6 of 6 are right" in said


def test_the_check_knows_the_slice_that_the_notebook_shows():
    cell = run_cells("03_spam_data_slicing_tutorial.ipynb", until="LIKES")
    assert cell["LIKES"].pattern == lab3.LIKES.pattern


def test_lfs_that_spoil_the_other_comments_are_no_cure(notebook, capsys):
    everything = keyword_lf("everything", "", SPAM)
    notebook["my_lfs"] = [everything, keyword_lf("again", "", SPAM), keyword_lf("a", "a", SPAM)]
    assert checks.check("3.4", notebook) == 0
    assert "All comments may lose 1 point at most" in capsys.readouterr().out


def test_a_warning_in_an_answer_costs_no_point(notebook, capsys):
    answer = SOLUTIONS["exercise-3-5"].replace(
        "return", "import warnings; warnings.warn('x')\n    return"
    )
    points, said = attempt(notebook, "exercise-3-5", answer, capsys)
    assert points == 1, said


@pytest.mark.parametrize("rule", ["high < 95", "n > 20 and high < overall", "low < high < overall"])
def test_an_alarm_rule_that_is_nearly_right_is_refused(notebook, rule, capsys):
    answer = f"def my_alarm(n, low, high, overall):\n    return {rule}\n"
    points, said = attempt(notebook, "exercise-3-5", answer, capsys)
    assert points == 0, said


def test_the_copy_of_the_simple_lfs_votes_as_lab_1_does_on_all_comments():
    comments = pd.concat(utils.load_videos(), ignore_index=True)
    votes = {}
    for name in ("01_spam_tutorial.ipynb", "03_spam_data_slicing_tutorial.ipynb"):
        lfs = run_cells(name, until="simple_lfs")["simple_lfs"]
        L = PandasLFApplier(lfs).apply(comments, progress_bar=False)
        votes[name] = dict(zip([lf.name for lf in lfs], L.T, strict=True))
    first, copy = votes.values()
    assert list(first) == list(copy) and len(copy) == 10
    for name in first:
        differing = np.flatnonzero(first[name] != copy[name])
        assert not len(differing), f"{name}: {comments.text[differing[0]]!r}"
