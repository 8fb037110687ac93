"""The capstone of lab 1: a data set that is not YouTube, and files that are not fit, go through the same cells."""

import re

import numpy as np
import pandas as pd
import pytest
from exercises import LABS, code_cells, find_exercises, grade_id, needed_cells, run
from notebook_code import fresh_namespace
from solved import SOLUTIONS

import checks
import utils

LAB = LABS[0]
MADE_BY_CAPSTONE = {"df_own", "L_own", "own_labels", "own_classifier"}
ANSWER = SOLUTIONS[find_exercises(LAB)[-1].grade_id]


def run_capstone(answer):
    """Run what the capstone needs with an answer to its exercise; return the variables."""
    cells, namespace = code_cells(LAB), fresh_namespace()
    for at in sorted(needed_cells(cells, {len(cells) - 1: MADE_BY_CAPSTONE})):
        is_its_stub = grade_id(cells[at]) == find_exercises(LAB)[-1].grade_id
        run(answer if is_its_stub else cells[at].source, f"{LAB}, cell {at}", namespace)
    return namespace


@pytest.fixture(scope="module")
def own():
    return run_capstone(ANSWER)


@pytest.fixture(scope="module")
def gold():
    return (
        pd.read_csv(utils.HERE / "tests" / "help_desk_gold.csv")
        .urgent.eq("yes")
        .astype(int)
        .to_numpy()
    )


def test_the_gold_answers_belong_to_the_rows_of_the_file(own, gold):
    answers = pd.read_csv(utils.HERE / "tests" / "help_desk_gold.csv")
    assert answers.message.tolist() == own["df_own"].text.tolist()
    known = (own["df_own"].label != -1).to_numpy()
    assert known.sum() == 60 and np.array_equal(own["df_own"].label[known], gold[known])


def test_label_model_and_classifier_beat_the_larger_class(own, gold):
    """Judged on the rows without a label too, which neither the functions nor the check have seen."""
    larger = max(gold.mean(), 1 - gold.mean())
    probs = own["fit_label_model"](own["L_own"]).predict_proba(own["L_own"])
    label_model = (probs.argmax(axis=1) == gold).mean()
    classifier = (own["own_classifier"].predict(own["df_own"].text) == gold).mean()
    assert label_model > larger + 0.1 and classifier > larger + 0.1  # 59 %, 75 % and 73 % here


def test_without_answers_the_capstone_runs_and_trains_nothing(capsys):
    stub = find_exercises(LAB)[-1].stub
    assert "own_classifier" not in run_capstone(stub)
    said = capsys.readouterr().out
    assert "0 of 300 rows have a vote" in said


BAD_FILES = {
    "missing column": (
        b"message,priority\nhelp,yes\n",
        "no column 'urgent'; it has 'message', 'priority'",
    ),
    "unknown label": (
        b"message,urgent\nhelp,yes\nfire,maybe\n",
        "data row 2: text 'fire', label 'maybe'",
    ),
    "too few rows": (
        b"message,urgent\n" + b"help,yes\n" * 99,
        "has 99 rows; 100 or more are needed",
    ),
    "undecodable": (
        "message,urgent\nhelp,yes\nG\xe4ste,no\n".encode("latin-1"),
        "line 3: the byte 0xE4 has no place",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_the_loading_cell_says_what_is_wrong_with_a_file(kind, tmp_path):
    content, message = BAD_FILES[kind]
    if kind != "too few rows":
        header, *rows = content.splitlines(keepends=True)
        content = header + b"".join(rows) + b"more,no\n" * 100
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    (cell,) = (cell for cell in code_cells(LAB) if "df_own = " in cell.source)
    source = re.sub(
        r"^own_file = .*$", lambda _: f"own_file = {str(path)!r}", cell.source, flags=re.MULTILINE
    )
    with pytest.raises(utils.DataError) as caught:
        run(source, "capstone", {"utils": utils})
    assert message in str(caught.value) and str(path) in str(caught.value)


# ---------------------------------------------------------------- the silent traps


@pytest.fixture
def fine(own):
    """Return arguments for `checks.sanity_checks` in which nothing is wrong."""
    df = own["df_own"].head(40)
    lfs = own["my_lfs"]
    return {
        "df": df,
        "L": own["L_own"][:40],
        "lfs": lfs,
        "labels": [0, 1, 1],
        "preds": np.array([0, 1, 1, 1]),
        "golds": np.array([0, 1, 1, 0]),
    }


TRAPS = {
    "two LFs": (
        lambda a: {"L": a["L"][:, :2], "lfs": a["lfs"][:2]},
        "2 LFs; the label model needs three",
    ),
    "index twice": (lambda a: {"df": pd.concat([a["df"].head(20)] * 2)}, "20 rows repeat an index"),
    "rows turned around": (
        lambda a: {"L": a["L"][::-1]},
        "belongs to other rows or another order of LFs",
    ),
    "columns turned around": (
        lambda a: {"L": a["L"][:, ::-1]},
        "belongs to other rows or another order of LFs",
    ),
    "rows missing": (
        lambda a: {"L": a["L"][:30]},
        "the label matrix is (30, 3), but there are 40 rows and 3 LFs",
    ),
    "abstains": (lambda a: {"labels": [0, -1, 1, -1]}, "2 labels are -1"),
    "below majority": (
        lambda a: {"preds": np.array([0, 1, 0, 1])},
        "50.0% are right; always naming the larger class",
    ),
    "classes swapped": (
        lambda a: {"golds": np.array([0, 1, 1, 1, 0]), "preds": np.array([1, 0, 0, 0, 1])},
        "the classes may be swapped",
    ),
}


def found(capsys):
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("✓")], [
        line for line in lines if line.startswith("✗")
    ]


def test_no_trap_is_found_where_all_is_right(fine, capsys):
    fine["golds"] = np.array([0, 1, 1, 1])
    checks.sanity_checks(**fine)
    right, wrong = found(capsys)
    assert len(right) == 5 and not wrong


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_found(trap, fine, capsys):
    change, message = TRAPS[trap]
    capsys.readouterr()
    checks.sanity_checks(**{**fine, **change(fine)})
    _, wrong = found(capsys)
    assert any(message in line for line in wrong), wrong


def test_only_what_is_given_is_looked_at(fine, capsys):
    checks.sanity_checks()
    checks.sanity_checks(labels=fine["labels"])
    right, wrong = found(capsys)
    assert right == ["✓ no abstain among the training labels"] and not wrong
