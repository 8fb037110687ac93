"""The core of the checks: findings, answers that fail, hidden rows; and the sanity checks."""

import atexit
import runpy
import sys

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from snorkel.labeling import LabelingFunction, PandasLFApplier, labeling_function

import checks
from checks import core
from checks.core import ABSTAIN, HAM, SPAM, Finding

TEXTS = ["check http://a.com", "nice song", "!!!", "subscribe", "what a song", "hello"]
COMMENTS = pd.DataFrame({"text": TEXTS, "label": [1, 0, 0, 1, 0, 0]})


@pytest.fixture(autouse=True)
def one_exercise(monkeypatch):
    """Let exercise 9.1 ask for an LF that votes SPAM on two comments."""
    monkeypatch.setattr(core, "EXERCISES", {})
    monkeypatch.setattr(core, "SOLVED", set())

    @core.exercise("9.1")
    def two_votes(my_lf):
        yield core.is_function(my_lf, "my_lf", "labeling")
        n = int((core.votes(my_lf, TEXTS) == SPAM).sum())
        yield Finding(n == 2, "two votes", f"{n} votes; two are right")


def judge(function, capsys):
    """Check a function as the answer to exercise 9.1; return the points and what was printed."""
    points = checks.check("9.1", {"my_lf": labeling_function()(function)})
    return points, capsys.readouterr().out


def right(x):
    return SPAM if "check" in x.text or "subscribe" in x["text"] else ABSTAIN


class Unprintable(Exception):
    def __str__(self):
        sys.exit()


def raise_unprintable(x):
    raise Unprintable


def raises(*text):
    def function(x):
        raise ValueError(*text)

    return function


def divide_by_the_letters(x):
    return SPAM if 1 / sum(c.isalpha() for c in x.text) < 0 else ABSTAIN


MISTAKES = {
    "too few votes": (lambda x: ABSTAIN, "✗ 0 votes; two are right"),
    "in x": (lambda x: SPAM if "check" in x else ABSTAIN, "x.text, without parentheses"),
    "x.text()": (lambda x: SPAM if "check" in x.text() else ABSTAIN, "x.text, without parenth"),
    "re on x": (lambda x: __import__("re").search("check", x), "x.text, without parentheses"),
    "label": (lambda x: x.label, "Judge by x.text alone"),
    "None": (lambda x: None, "nothing (None): every path needs a return"),
    "True": (lambda x: True, "returned True"),
    "NumPy's True": (lambda x: np.bool_(True), "returned np.True_"),
    "nan": (lambda x: float("nan"), "returned nan"),
    "another class": (lambda x: 2, "returned 2. It must return ABSTAIN (-1) or the number of"),
    "a negative class": (lambda x: -2, "returned -2"),
    "a huge number": (lambda x: 10**30, "returned 1000"),
    "exit": (lambda x: sys.exit(), "stopped with SystemExit"),
    "unprintable": (raise_unprintable, "stopped with Unprintable"),
    "without a text": (raises(), "stopped with ValueError, on the comment"),
    "endless": (raises("a" * 299 + "b" * 10**6), "aaa, on the comment"),
    "one comment": (divide_by_the_letters, "division by zero, on the comment '!!!'"),
    "a link": (lambda x: {}[x.text] if "http" in x.text else -1, "'check hxxp://a[.]com'"),
    "looked up": (lambda x: int(COMMENTS.label.get(x.name, ABSTAIN)), "✗ 0 votes"),
}


def test_a_right_answer_is_solved_and_counted(capsys):
    assert judge(right, capsys) == (
        1,
        "Exercise 9.1: solved (1 point)\n  ✓ `my_lf` is a labeling function\n  ✓ two votes\n",
    )
    checks.summary(9)
    assert "1 of 1 exercises solved" in capsys.readouterr().out


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_answer_gets_one_sentence_and_no_point_even_after_a_right_one(name, capsys):
    judge(right, capsys)
    function, hint = MISTAKES[name]
    points, said = judge(function, capsys)
    assert points == 0 and said.count("✗") == 1 and hint in said
    checks.summary(9)
    assert "0 of 1 exercises solved; open: 9.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "hint"),
    [
        ({"my_lf": right}, "@labeling_function() goes above"),
        ({"my_lf": None}, "`my_lf` is still None"),
        ({}, "`my_lf` does not exist: run the cells above"),
    ],
    ids=["a plain function", "an untouched stub", "nothing"],
)
def test_what_is_no_answer_gets_a_hint(variables, hint, capsys):
    assert checks.check("9.1", variables) == 0 and hint in capsys.readouterr().out


def test_a_warning_is_shown_and_costs_no_point(capsys):
    def warns(x):
        print("odd", file=sys.stderr)
        return right(x)

    points, said = judge(warns, capsys)
    assert points == 1 and "odd" in said


def test_an_lf_sees_texts_in_another_order_and_its_votes_come_back_in_theirs():
    seen = []
    cast = core.votes(lambda x: seen.append((x.name, x.text)) or right(x), TEXTS)
    assert cast.tolist() == [1, -1, -1, 1, -1, -1]
    names, texts = zip(*seen, strict=True)
    assert sorted(texts) == sorted(TEXTS) and list(texts) != TEXTS
    assert not set(names) & set(COMMENTS.index)


def test_a_number_that_no_exercise_has_is_said(capsys):
    assert checks.check("9.9", {}) == 0
    assert "✗ there is no such exercise; there are 9.1\n" in capsys.readouterr().out


@pytest.fixture
def notebook(monkeypatch, tmp_path):
    """Return a shell that runs cells as a notebook does, with a core of the checks of its own."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # it takes this place
    shell = InteractiveShell.instance(ipython_dir=str(tmp_path))
    shell.push(runpy.run_path(core.__file__))
    InteractiveShell.clear_instance()
    check = "def is_two(my_number):\n    yield Finding(my_number == 2, 'it is 2', 'it is not 2')"
    shell.run_cell(f"@exercise('9.1')\n{check}")
    yield shell
    atexit.unregister(shell.atexit_operations)  # its folder is gone by then


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("my_number = 2\n1 / 0", "the cell of `my_number` stopped with ZeroDivisionError"),
        ("my_number = = 2", "the cell of `my_number` stopped with SyntaxError"),
        ("my_number: int = 1 / 0", "the cell of `my_number` stopped with ZeroDivisionError"),
        ("other, my_number = 2", "the cell of `my_number` stopped with TypeError"),
        ("def my_number(x) return 2", "the cell of `my_number` stopped with SyntaxError"),
        ("max(my_number, key=1 / 0)", "solved"),
        ("my_number == 1 / 0", "solved"),
        ("def other():\n    my_number = 3\n\n\n1 / 0", "solved"),
        ("dict(\n    my_number=1 / 0,\n)", "solved"),
    ],
)
def test_an_answer_cell_that_failed_never_passes_on_an_old_value(cell, hint, notebook, capsys):
    for earlier in ("my_number = 2", cell):
        notebook.run_cell(earlier)
    capsys.readouterr()
    notebook.run_cell("check('9.1', globals())")
    assert hint in capsys.readouterr().out
    notebook.run_cell("my_number = 2")
    notebook.run_cell("check('9.1', globals())")
    assert "solved" in capsys.readouterr().out


# ---------------------------------------------------------------- sanity checks


def says(word, label, name=None):
    return LabelingFunction(name or word, lambda x: label if word in x.text else ABSTAIN)


LFS = [says("check", SPAM), says("subscribe", SPAM), says("song", HAM)]
FINE = {
    "df": COMMENTS,
    "L": PandasLFApplier(LFS).apply(COMMENTS, progress_bar=False),
    "lfs": LFS,
    "preds": [0, 1, 1, 1],
    "golds": [0, 1, 1, 1],
    "probs": np.array([[0.1, 0.9], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.1], [0.5, 0.5]]),
}
L = FINE["L"]
FAULTS = {
    "two LFs": ({"L": L[:, :2]}, "2 LFs; the label model needs three"),
    "index twice": ({"df": COMMENTS.set_axis([0] * 6)}, "5 rows repeat an index"),
    "other rows": ({"L": L[::-1]}, "the label matrix is stale: check, subscribe now"),
    "one LF changed": ({"lfs": [*LFS[:2], says("what", HAM)]}, "is stale: what now votes"),
    "no rows": ({"df": COMMENTS[:0], "L": L[:0]}, "no LF votes for class 0, 1"),
    "rows missing": ({"L": L[:3]}, "the label matrix is (3, 3), but there are 6 rows and 3 LFs"),
    "one name twice": ({"lfs": [*LFS[:2], says("song", HAM, "check")]}, "two LFs are called check"),
    "never silent": ({"L": np.where(L == [[-1, -1, -2]], 1, L)}, "never silent: check, subscribe"),
    "one class": ({"L": np.where(L == HAM, SPAM, L)}, "no LF votes for class 0"),
    "many classes": ({"cardinality": 9, "probs": None}, "for class 2, 3, 4, 5, 6."),
    "odd class": ({"L": np.where(L == HAM, 2, L)}, "votes for 2; the classes are 0 to 1"),
    "disagreement": ({"probs": FINE["probs"][:, ::-1]}, "agrees with 0.0% of the majorities"),
    "no better": ({"preds": [0, 0, 1, 1]}, "75.0% are right; always naming the larger class"),
    "swapped": ({"preds": [1, 0, 0, 0]}, "Are the classes swapped"),
    "no golds": ({"golds": [], "preds": []}, "there are no gold labels"),
}


def lines(capsys, **arguments):
    checks.sanity_checks(**arguments)
    said = capsys.readouterr().out.splitlines()
    return [line for line in said if line[0] == "✓"], [line for line in said if line[0] == "✗"]


def test_nothing_is_found_where_all_is_right_and_nothing_is_looked_at_but_what_is_given(capsys):
    good, bad = lines(capsys, **FINE)
    assert len(good) == 8 and not bad
    assert lines(capsys) == ([], [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_silent_mistake_is_found(fault, capsys):
    change, message = FAULTS[fault]
    _, bad = lines(capsys, **FINE | change)
    assert any(message in line for line in bad), bad
