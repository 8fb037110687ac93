"""The checks of lab 1: which answers they accept, which they refuse, and what they say."""

import numpy as np
import pandas as pd
import pytest
from notebook_code import run_cells
from snorkel.labeling import LabelingFunction, PandasLFApplier, labeling_function
from solved import SOLUTIONS, WRONG

import checks
import utils
from checks.core import ABSTAIN, HAM, SPAM
from checks.lab1 import _right_by_count

REAL = utils.find_data().is_real
real_data = pytest.mark.skipif(not REAL, reason="the thresholds are for the real comments")


@pytest.fixture(scope="module")
def splits():
    train, dev, valid, test = utils.load_spam_dataset(True, split_dev_valid=True)
    return {"train": train, "dev": dev, "valid": valid, "test": test}


def word_lf(name, *words, label=SPAM):
    return LabelingFunction(
        name, lambda x: label if any(w in x.text.lower() for w in words) else ABSTAIN
    )


@pytest.fixture(scope="module")
def notebook(splits):
    """Return what the notebook holds at exercises 1.3 and 1.5, with three LFs of each kind."""
    df_all = pd.concat([splits["train"], splits["valid"], splits["test"]], ignore_index=True)
    simple = [word_lf("a", "subscribe"), word_lf("b", "check"), word_lf("c", "song", label=HAM)]
    better = [word_lf("d", "visit"), word_lf("e", "money"), word_lf("f", "love", label=HAM)]
    L_all, L_better = (
        PandasLFApplier(lfs).apply(df_all, progress_bar=False) for lfs in (simple, better)
    )
    df_train = splits["train"].assign(label=ABSTAIN)
    requests = {"d": "visit", "e": "money"}
    L_train = L_all[: len(df_train)]
    return {
        "L_all": L_all,
        "L_better": L_better,
        "REQUESTS": requests,
        "df_train": df_train,
        "L_train": L_train,
    }


def verdict(capsys, number, **variables):
    """Return the points of an exercise and what was printed."""
    points = checks.check(number, variables)
    return points, capsys.readouterr().out


# ---------------------------------------------------------------- 1.1 and 1.2


def test_the_keyword_is_found_in_capital_letters_too(capsys):
    assert verdict(capsys, "1.1", my_subscribe=word_lf("my_subscribe", "subscribe"))[0] == 1
    small = LabelingFunction("my_subscribe", lambda x: SPAM if "subscribe" in x.text else ABSTAIN)
    points, said = verdict(capsys, "1.1", my_subscribe=small)
    assert points == 0 and "try x.text.lower()" in said


def test_a_vote_for_the_other_class_is_named_first(capsys):
    both = LabelingFunction("both", lambda x: SPAM if "subscribe" in x.text.lower() else HAM)
    points, said = verdict(capsys, "1.1", my_subscribe=both)
    assert points == 0 and "here it should vote SPAM only" in said and said.count("✓") == 1
    silent = LabelingFunction("silent", lambda x: ABSTAIN)
    points, said = verdict(capsys, "1.1", my_subscribe=silent)
    assert points == 0 and "on 0 comments of dev" in said and said.count("✓") == 1


def test_a_plain_function_is_no_labeling_function(capsys):
    points, said = verdict(capsys, "1.1", my_subscribe=lambda x: SPAM)
    assert points == 0 and "@labeling_function() goes above" in said


@real_data
def test_a_ham_lf_must_hold_on_train_too(splits, capsys):
    @labeling_function()
    def about_the_video(x):
        asks = ("http", "check", "subscri", "channel", "please", "my", ".com", "you", "guys")
        about = ("song", "video", "love", "views", "best", "she", "this")
        text = x.text.lower()
        return HAM if any(w in text for w in about) and not any(w in text for w in asks) else -1

    assert verdict(capsys, "1.2", my_ham_lf=about_the_video)[0] == 1
    ham_of_dev = set(splits["dev"].text[splits["dev"].label == HAM])
    learned = LabelingFunction("by_heart", lambda x: HAM if x.text in ham_of_dev else ABSTAIN)
    points, said = verdict(capsys, "1.2", my_ham_lf=learned)
    assert points == 0 and "of train; find a rule for 10% or more" in said


def test_gold_labels_cannot_be_looked_up(splits, capsys):
    dev = splits["dev"]
    by_index = LabelingFunction("by_index", lambda x: HAM if dev.label.get(x.name) == HAM else -1)
    assert verdict(capsys, "1.2", my_ham_lf=by_index)[0] == 0
    by_label = LabelingFunction("by_label", lambda x: HAM if x.label == HAM else ABSTAIN)
    points, said = verdict(capsys, "1.2", my_ham_lf=by_label)
    assert points == 0 and "x.text" in said


@real_data
def test_gold_labels_of_all_comments_are_no_rule(splits, notebook, capsys):
    gold = pd.concat([splits["train"], splits["valid"]]).set_index("text").label.to_dict()
    ham = LabelingFunction("ham", lambda x: HAM if gold.get(x.text) == HAM else ABSTAIN)
    points, said = verdict(capsys, "1.2", my_ham_lf=ham)
    assert points == 0 and "it knows these comments by heart" in said
    both = LabelingFunction("both", lambda x: gold.get(x.text, ABSTAIN))
    assert verdict(capsys, "1.5", **new_lf(notebook, both))[0] == 0


@pytest.mark.parametrize("vote", [True, None, "HAM", 0.0])
def test_what_is_no_vote_is_refused_with_a_hint(vote, capsys):
    points, said = verdict(capsys, "1.2", my_ham_lf=LabelingFunction("odd", lambda x: vote))
    assert points == 0 and "your LF returned" in said


# ---------------------------------------------------------------- 1.3


@pytest.fixture(scope="module")
def majority(notebook):
    margin = (notebook["L_train"] == SPAM).sum(axis=1) - (notebook["L_train"] == HAM).sum(axis=1)
    return np.sign(margin)


def training_labels(notebook, kept, labels):
    needed = {name: notebook[name] for name in ("df_train", "L_train")}
    return {"my_texts": notebook["df_train"].text[kept], "my_labels": labels, **needed}


def test_pairs_of_text_and_label_may_come_in_any_order(notebook, majority, capsys):
    kept = np.random.default_rng(0).permutation(np.flatnonzero(majority))
    answer = training_labels(notebook, kept, (majority[kept] > 0).astype(int))
    assert verdict(capsys, "1.3", **answer)[0] == 1
    answer["my_labels"] = answer["my_labels"].tolist()
    answer["my_texts"] = answer["my_texts"].tolist()
    assert verdict(capsys, "1.3", **answer)[0] == 1


def test_labels_out_of_step_are_noticed(notebook, majority, capsys):
    kept = np.flatnonzero(majority)
    answer = training_labels(notebook, kept, (majority[kept] > 0).astype(int)[::-1])
    points, said = verdict(capsys, "1.3", **answer)
    assert points == 0 and "out of step" in said


def test_ties_and_abstains_are_no_training_labels(notebook, majority, capsys):
    voted = np.flatnonzero((notebook["L_train"] != ABSTAIN).any(axis=1))
    assert len(voted) > (majority != 0).sum(), "there are ties"
    answer = training_labels(notebook, voted, (majority[voted] > 0).astype(int))
    assert "it keeps ties" in verdict(capsys, "1.3", **answer)[1]
    answer = training_labels(notebook, slice(None), np.where(majority == 0, -1, majority > 0))
    assert "labels are -1" in verdict(capsys, "1.3", **answer)[1]


def test_probabilities_and_tables_are_named_as_what_they_are(notebook, majority, capsys):
    answer = training_labels(notebook, slice(None), np.zeros((5, 2)))
    assert "one label for each text" in verdict(capsys, "1.3", **answer)[1]
    answer["my_texts"] = notebook["df_train"]
    assert "take its column `text`" in verdict(capsys, "1.3", **answer)[1]


# ---------------------------------------------------------------- 1.4


@pytest.mark.parametrize("kind", [float, np.float32, np.float64])
def test_thresholds_are_numbers_of_any_kind_but_true_and_nan(kind, capsys):
    df = pd.DataFrame({"llm": [-3.0, -2, -1, 0], "label": [0, 0, 1, 1]})
    given = {"df_dev": df, "df_valid": df}
    assert verdict(capsys, "1.4", my_low=kind(-2), my_high=kind(-1), **given)[0] == 1
    for odd in (True, kind("nan"), kind("inf"), "-2", df.llm):
        assert "are numbers" in verdict(capsys, "1.4", my_low=odd, my_high=kind(9), **given)[1]


# ---------------------------------------------------------------- 1.5


def new_lf(notebook, lf):
    return {"my_lf": lf} | {name: notebook[name] for name in ("L_all", "L_better", "REQUESTS")}


@real_data
@pytest.mark.parametrize("words", [["channel"], ["follow"], ["guys"]])
def test_a_good_idea_counts_although_others_have_it_in_part(words, notebook, capsys):
    assert verdict(capsys, "1.5", **new_lf(notebook, word_lf("my_lf", *words)))[0] == 1


@real_data
def test_neither_a_coin_nor_a_rough_rule_is_enough(notebook, capsys):
    long = LabelingFunction("long", lambda x: SPAM if len(x.text.split()) > 20 else ABSTAIN)
    points, said = verdict(capsys, "1.5", **new_lf(notebook, long))
    assert points == 0 and "90% should be" in said
    texts = pd.Series(utils.load_spam_dataset()[0].text.unique())
    for seed in range(20):
        drawn = set(texts.sample(30, random_state=seed))
        coin = LabelingFunction("coin", lambda x, drawn=drawn: SPAM if x.text in drawn else ABSTAIN)
        assert verdict(capsys, "1.5", **new_lf(notebook, coin))[0] == 0


@pytest.mark.parametrize("words", [["visit"], ["visit", "money"], ["subscribe"]])
def test_an_lf_of_the_lab_or_all_its_requests_together_are_no_new_idea(words, notebook, capsys):
    points, said = verdict(capsys, "1.5", **new_lf(notebook, word_lf("my_lf", *words)))
    assert points == 0 and "an idea of your own" in said


@real_data
def test_what_the_ten_know_already_is_not_enough(notebook, capsys):
    known = word_lf("my_lf", "subscribe to my")
    points, said = verdict(capsys, "1.5", **new_lf(notebook, known))
    assert points == 0 and "aim where they fail" in said


# ---------------------------------------------------------------- 1.6


def own(n_of_class, right=1.0, silent=0.0, names=None, unlabeled=0):
    """Return rows whose text names their class, and three LFs that read it, for exercise 1.6."""
    names = names or list(range(len(n_of_class)))
    golds = np.repeat(names, n_of_class)
    texts = [f"row {i} class {gold}" for i, gold in enumerate(golds)]
    draws = np.random.default_rng(1).random((len(golds), 2))
    says = {
        text: ABSTAIN if a < silent else int(gold if b < right else names[1 - names.index(gold)])
        for text, gold, (a, b) in zip(texts, golds, draws, strict=True)
    }
    lfs = [LabelingFunction(f"lf{i}", lambda x: says.get(x.text, ABSTAIN)) for i in range(3)]
    df = pd.DataFrame({"text": texts, "label": golds})
    more = pd.DataFrame({"text": [f"new {i}" for i in range(unlabeled)], "label": ABSTAIN})
    df = pd.concat([df, more], ignore_index=True)
    return {"my_lfs": lfs, "df_own": df, "CLASS_NAMES": [f"class {n}" for n in sorted(names)]}


@pytest.mark.parametrize("sizes", [(50, 50), (970, 30), (30, 970), (40, 30, 30), (10,) * 12])
def test_lfs_that_are_right_pass_whatever_the_balance_of_the_classes(sizes, capsys):
    assert verdict(capsys, "1.6", **own(sizes, unlabeled=10))[0] == 1


def test_naming_the_larger_class_is_not_enough(capsys):
    data = own((70, 30))
    lfs = [LabelingFunction(f"lf{i}", lambda x: 0) for i in range(2)]
    few = LabelingFunction("few", lambda x: 1 if x.text.startswith("row 7") else ABSTAIN)
    points, said = verdict(capsys, "1.6", **data | {"my_lfs": [*lfs, few]})
    assert points == 0 and "70.0%" in said and "Get to 73.0%" in said


@pytest.mark.parametrize("sizes", [(300, 700), (50, 50), (200, 800)])
def test_the_result_is_the_same_when_the_classes_are_renamed(sizes, capsys):
    first = verdict(capsys, "1.6", **own(sizes, silent=2 / 3))
    renamed = verdict(capsys, "1.6", **own(sizes, silent=2 / 3, names=[1, 0]))
    assert first == renamed and first[0] == 1


def test_a_row_without_a_majority_counts_as_the_larger_class():
    golds = np.array([0, 1, 1, 1])
    silent = np.full((4, 3), ABSTAIN)
    tied = np.tile([0, 1, ABSTAIN], (4, 1))
    assert _right_by_count(silent, golds, 2) == _right_by_count(tied, golds, 2) == (0.75, 0.75)
    assert _right_by_count(silent[:2], np.array([0, 1]), 2) == (0.5, 0.5)


def test_too_few_labels_get_a_sentence(capsys):
    for sizes in [(6, 0), (1, 0), (4, 4)]:
        data = own((10, 10))
        kept = [*range(sizes[0]), *range(10, 10 + sizes[1])]
        data["df_own"].loc[~data["df_own"].index.isin(kept), "label"] = ABSTAIN
        points, said = verdict(capsys, "1.6", **data)
        assert points == 0 and "too few labeled rows to judge by" in said and "nan" not in said
    data["df_own"]["label"] = ABSTAIN
    assert "(none)" in verdict(capsys, "1.6", **data)[1]


def test_a_vote_outside_of_the_classes_is_named(capsys):
    data = own((10, 10, 10))
    points, said = verdict(capsys, "1.6", **data | {"CLASS_NAMES": ["a", "b"]})
    assert (
        points == 0
        and "returned 2. It must return ABSTAIN (-1) or the number of a class (0 to 1)" in said
    )


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda lfs: None, "make it a list of LFs"),
        (lambda lfs: (lf for lf in lfs), "make it a list of LFs"),
        (lambda lfs: lfs[:1] * 3, "3 LFs, but 1 names: each needs its own"),
    ],
)
def test_the_list_of_lfs_is_a_list_of_different_lfs(change, hint, capsys):
    data = own((10, 10))
    data["my_lfs"] = change(data["my_lfs"])
    points, said = verdict(capsys, "1.6", **data)
    assert points == 0 and hint in said


def test_many_rows_are_judged_in_seconds(capsys):
    """150,000 rows within a minute are promised for the whole part; this is one fifth of them."""
    data = own((15_000, 15_000))
    assert verdict(capsys, "1.6", **data)[0] == 1


# ---------------------------------------------------------------- solutions and typical mistakes


@pytest.fixture(scope="module")
def lab(notebook):
    """Return the variables of lab 1 until part 2, and what exercises 1.5 and 1.6 need besides."""
    cells = run_cells("01_spam_tutorial.ipynb", until="wrong")
    help_desk = utils.HERE / "data" / "help_desk" / "help_desk.csv"
    columns = ("message", "urgent", {"no": 0, "yes": 1}, True)
    own_data = {"df_own": utils.read_comments(help_desk, *columns), "CLASS_NAMES": ["no", "yes"]}
    df_all = pd.concat([cells[f"df_{split}"] for split in ("train", "valid", "test")])
    votes = {"L_all": cells["apply_lfs"](cells["simple_lfs"], df_all)}
    return cells | own_data | votes | {name: notebook[name] for name in ("L_better", "REQUESTS")}


def answers_of_lab_1(answers):
    """Return (grade_id, answer) but those to 1.4, which need the scores of the language model."""
    return [pair for pair in answers if "exercise-1-" in pair[0] and pair[0] != "exercise-1-4"]


@real_data
@pytest.mark.parametrize(("grade_id", "answer"), answers_of_lab_1(SOLUTIONS.items()))
def test_the_reference_solution_is_solved(grade_id, answer, lab, capsys):
    exec(answer, lab)
    points, said = verdict(capsys, grade_id[-3:].replace("-", "."), **lab)
    assert points == 1, said


@real_data
@pytest.mark.parametrize(("grade_id", "mistakes"), answers_of_lab_1(WRONG.items()))
def test_typical_mistakes_get_their_hints(grade_id, mistakes, lab, capsys):
    for answer, hint in mistakes:
        exec(answer, lab)
        points, said = verdict(capsys, grade_id[-3:].replace("-", "."), **lab)
        assert points == 0 and hint in said, said
