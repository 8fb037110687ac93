"""The core of the checks: findings, answers that fail, hidden rows; and the sanity checks."""

import os
import sys
import warnings

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from snorkel.labeling import LabelingFunction, PandasLFApplier, labeling_function

import checks
import utils
from checks import core
from checks.core import ABSTAIN, HAM, SPAM, Finding, Mistake

COMMENTS = pd.DataFrame(
    {
        "text": ["check http://a.com", "nice song", "!!!", "subscribe", "what a song", "hello"],
        "label": [1, 0, 0, 1, 0, 0],
        "author": list("abcdef"),
    }
)


@pytest.fixture(autouse=True)
def one_exercise(monkeypatch):
    """Let exercise 9.1 ask for an LF that votes SPAM on two comments."""
    monkeypatch.setattr(core, "EXERCISES", {})
    monkeypatch.setattr(core, "SOLVED", set())

    @core.exercise("9.1")
    def two_votes(my_lf, comments):
        yield core.is_function(my_lf, "my_lf", "labeling")
        n = int((core.votes(my_lf, comments) == SPAM).sum())
        yield Finding(n == 2, "two votes", f"{n} votes; two are right")


def judge(function, capsys):
    """Check a function as the answer to exercise 9.1; return the points and what was printed."""
    variables = {"my_lf": labeling_function()(function), "comments": COMMENTS}
    points = checks.check("9.1", variables)
    return points, capsys.readouterr().out


def right(x):
    return SPAM if "check" in x.text or "subscribe" in x["text"] else ABSTAIN


def fails_without_letters(x):
    letters = [c for c in x.text if c.isalpha()]
    return SPAM if 1 / len(letters) < 0 else ABSTAIN


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


def raises_unprintable(x):
    raise Unprintable


MISTAKES = {
    "too few votes": (lambda x: ABSTAIN, "✗ 0 votes; two are right"),
    "in x": (lambda x: SPAM if "check" in x else ABSTAIN, "x.text, without parentheses"),
    "x.text()": (lambda x: SPAM if "check" in x.text() else ABSTAIN, "x.text, without parenth"),
    "re on x": (lambda x: __import__("re").search("check", x), "x.text, without parentheses"),
    "label": (lambda x: x.label, "Judge by x.text alone"),
    "None": (lambda x: None, "nothing (None): every path needs a return"),
    "True": (lambda x: "check" in x.text, "returned False"),
    "a word": (lambda x: "SPAM", "returned 'SPAM'"),
    "nan": (lambda x: float("nan"), "returned nan"),
    "NumPy's True": (lambda x: np.bool_(True), "returned np.True_"),
    "a generator": (lambda x: (vote for vote in [SPAM]), "returned <generator"),
    "another class": (lambda x: 2, "returned 2. It must return ABSTAIN (-1) or the number of"),
    "a huge number": (lambda x: 10**30, "returned 1000"),
    "one that takes the text away": (lambda x: delattr(x, "text"), "returned nothing (None)"),
    "exit": (lambda x: sys.exit(), "stopped with SystemExit"),
    "unprintable": (raises_unprintable, "stopped with Unprintable"),
    "one comment": (
        fails_without_letters,
        "ZeroDivisionError: division by zero, on the comment '!!!'",
    ),
    "looked up": (lambda x: int(COMMENTS.label.get(x.name, ABSTAIN)), "✗ 0 votes"),
}


def test_a_right_answer_is_solved_and_counted(capsys):
    points, said = judge(right, capsys)
    assert points == 1 and said == (
        "Exercise 9.1: solved (1 point)\n  ✓ `my_lf` is a labeling function\n  ✓ two votes\n"
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


def test_an_lf_may_change_its_comment_and_return_a_number_of_numpy(capsys):
    def changes(x):
        x.text = x.text.upper()
        return np.int64(SPAM if "CHECK" in x.text or "SUBSCRIBE" in x.text else ABSTAIN)

    assert judge(changes, capsys)[0] == 1 and COMMENTS.text[0] == "check http://a.com"


def test_a_comment_in_an_error_is_defanged(capsys):
    _, said = judge(lambda x: {}[x.text] if "http" in x.text else ABSTAIN, capsys)
    assert "on the comment 'check hxxp://a[.]com'" in said


def test_a_plain_function_a_missing_variable_and_a_wrong_number_get_a_hint(capsys):
    checks.check("9.1", {"my_lf": right, "comments": COMMENTS})
    checks.check("9.1", {"comments": COMMENTS})
    checks.check("9.2", {})
    said = capsys.readouterr().out
    assert "@labeling_function() goes above" in said
    assert "`my_lf` does not exist: run the cells above" in said
    assert "There is no exercise 9.2; there are 9.1." in said


def test_a_warning_is_shown_and_costs_no_point(capsys):
    def warns(x):
        warnings.warn("old", UserWarning, stacklevel=1)
        print("odd", file=sys.stderr)
        return right(x)

    variables = {"my_lf": LabelingFunction("my_lf", warns), "comments": COMMENTS}
    assert checks.check("9.1", variables) == 1 and not capsys.readouterr().err


def test_votes_come_back_in_the_order_of_the_table():
    assert core.votes(right, COMMENTS).tolist() == [1, -1, -1, 1, -1, -1]
    rows = core.hidden_rows(COMMENTS)
    assert list(rows.columns) == ["text"] and not set(rows.index) & set(COMMENTS.index)
    assert (
        rows.text.tolist() == COMMENTS.text.iloc[rows.attrs["order"]].tolist() != [*COMMENTS.text]
    )
    with pytest.raises(Mistake, match="returned -2"):
        core.votes(lambda x: -2, COMMENTS)


def test_an_answer_cell_that_failed_never_passes_on_an_old_value(tmp_path):
    cells = [
        "import checks\nfrom checks import core",
        "@core.exercise('9.9')\ndef two(my_number):\n    yield core.Finding(my_number == 2, '2')",
        "my_number = 2",
        "checks.check('9.9', globals())",
        "my_number = 2\n1 / 0",
        "checks.check('9.9', globals())",
        "my_number = = 2",
        "checks.check('9.9', globals())",
        "my_number, other = 2, 3",
        "max(my_number, key=1 / 0)",  # a failed cell that only uses the name
        "checks.check('9.9', globals())",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True)
    client.execute(env={**os.environ, "PYTHONPATH": str(utils.HERE)})
    checked = [cell for cell in book.cells if cell.source.startswith("checks.check(")]
    said = ["".join(out.get("text", "") for out in cell.outputs) for cell in checked]
    assert ["solved (1 point)" in text for text in said] == [True, False, False, True]
    assert "the cell of `my_number` stopped with ZeroDivisionError" in said[1]
    assert "the cell of `my_number` stopped with SyntaxError" in said[2]


# ---------------------------------------------------------------- sanity checks


def says(word, label, name=None):
    return LabelingFunction(name or word, lambda x: label if word in x.text else ABSTAIN)


LFS = [says("check", SPAM), says("subscribe", SPAM), says("song", HAM)]
FINE = {
    "df": COMMENTS,
    "L": PandasLFApplier(LFS).apply(COMMENTS, progress_bar=False),
    "lfs": LFS,
    "labels": [0, 1, 1],
    "preds": [0, 1, 1, 1],
    "golds": [0, 1, 1, 0],
    "probs": np.array([[0.1, 0.9], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.1], [0.5, 0.5]]),
}
L = FINE["L"]
FAULTS = {
    "two LFs": ({"L": L[:, :2]}, "2 LFs; the label model needs three"),
    "index twice": ({"df": COMMENTS.set_axis([0] * 6)}, "5 rows repeat an index"),
    "other rows": ({"L": L[::-1]}, "the label matrix is stale: check, subscribe now"),
    "one LF changed": ({"lfs": [*LFS[:2], says("what", HAM)]}, "is stale: what now votes"),
    "rows missing": ({"L": L[:3]}, "the label matrix is (3, 3), but there are 6 rows and 3 LFs"),
    "one name twice": ({"lfs": [*LFS[:2], says("song", HAM, "check")]}, "two LFs are called check"),
    "never silent": ({"L": np.where(L == [[-1, -1, -2]], 1, L)}, "never silent: check, subscribe"),
    "one class": ({"L": np.where(L == HAM, SPAM, L)}, "no LF votes for class 0"),
    "many classes": ({"cardinality": 9, "probs": None}, "for class 2, 3, 4, 5, 6 and 2 more."),
    "odd class": ({"L": np.where(L == HAM, 2, L)}, "votes for 2; the classes are 0 to 1"),
    "disagreement": ({"probs": FINE["probs"][:, ::-1]}, "agrees with 0.0% of the majorities"),
    "abstains": ({"labels": [0, -1, 1, -1]}, "2 labels are -1"),
    "no better": ({"preds": [0, 1, 0, 1]}, "50.0% are right; always naming the larger class"),
    "swapped": ({"golds": [1, 0, 0, 0], "preds": [0, 1, 1, 1]}, "Are the classes swapped"),
    "no golds": ({"golds": [], "preds": []}, "there are no gold labels"),
}


def lines(capsys, **arguments):
    checks.sanity_checks(**arguments)
    said = capsys.readouterr().out.splitlines()
    return [line for line in said if line[0] == "✓"], [line for line in said if line[0] == "✗"]


def test_nothing_is_found_where_all_is_right(capsys):
    good, bad = lines(capsys, **{**FINE, "golds": [0, 1, 1, 1]})
    assert len(good) == 9 and not bad


@pytest.mark.parametrize("fault", FAULTS)
def test_a_silent_mistake_is_found(fault, capsys):
    change, message = FAULTS[fault]
    _, bad = lines(capsys, **{**FINE, **change})
    assert any(message in line for line in bad), bad


def test_only_what_is_given_is_looked_at(capsys):
    assert lines(capsys) == ([], [])
    assert lines(capsys, labels=[0, 1])[0] == ["✓ no abstain among the training labels"]
