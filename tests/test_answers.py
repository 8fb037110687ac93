"""The checks of the exercises: which answers they accept, which they refuse, and what they say.

An answer is a reference solution, or one with a part replaced. It runs among a few variables that
stand for those of a lab.
"""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from snorkel.augmentation import transformation_function
from snorkel.labeling import LabelingFunction, PandasLFApplier, labeling_function
from snorkel.slicing import SlicingFunction, slicing_function
from solved import SOLUTIONS, WRONG

import checks
import utils
from checks import core, lab3
from checks.core import ABSTAIN, HAM, SPAM


def word_lf(name, word, label):
    return LabelingFunction(name, lambda x: label if word in x.text.lower() else ABSTAIN)


def votes_of(lfs, df):
    return PandasLFApplier(lfs).apply(df, progress_bar=False)


COMMON = {
    "np": np,
    "re": re,
    "stats": stats,
    "labeling_function": labeling_function,
    "slicing_function": slicing_function,
    "transformation_function": transformation_function,
    "word_lf": word_lf,
    "ABSTAIN": ABSTAIN,
    "HAM": HAM,
    "SPAM": SPAM,
}


def lab_1():
    train, dev, valid, _ = utils.load_spam_dataset(True, split_dev_valid=True)
    df_all = pd.concat([train, valid], ignore_index=True)
    simple = {"subscribe": SPAM, "check": SPAM, "song": HAM}
    better = {"visit": SPAM, "money": SPAM, "love": HAM}
    L_all, L_better = (
        votes_of([word_lf(word, word, label) for word, label in words.items()], df_all)
        for words in (simple, better)
    )
    for df in (dev, valid):  # a language model that is often right
        df["llm"] = df.label + np.random.default_rng(9).normal(0, 0.7, len(df))
    help_desk = utils.HERE / "data" / "help_desk" / "help_desk.csv"
    return {
        "df_train": train.assign(label=ABSTAIN),
        "df_dev": dev,
        "df_valid": valid,
        "L_train": L_all[: len(train)],
        "L_all": L_all,
        "L_better": L_better,
        "REQUESTS": {"lf_visit": "visit", "lf_money": "money"},
        "count_votes": core.majority,
        "LOW": -0.5,
        "HIGH": 1.3,
        "df_own": utils.read_comments(help_desk, "message", "urgent", {"no": 0, "yes": 1}, True),
        "CLASS_NAMES": ["not urgent", "urgent"],
        "ham_of_dev": set(dev.text[dev.label == HAM]),
        "ham_of_all": set(df_all.text[df_all.label == HAM]),
    }


@transformation_function(name="spaces")
def tf_spaces(x):
    text = re.sub("[A-Za-z]{4,}", lambda word: " ".join(word.group()), x.text)
    if text == x.text:
        return None
    x.text = text
    return x


def lab_2():
    texts = [
        "Subscribe to my channel, 2,124,923 people did!",
        "This song is awesome",
        "I was here in 2015 and in 2016",
        "wow",
        "Check out this video at http://example.test/a1b2 please",
        "He has 1 billion views",
    ]
    names = np.array(["tf_crop", "tf_reword", "tf_drop_word", "tf_swap_artist"])
    row = pd.MultiIndex.from_tuples([("linear", 100)])
    return {
        "df_train": pd.DataFrame({"text": 5 * texts, "label": 5 * [1, 0, 0, 0, 1, 0]}),
        "names": names,
        "harm": pd.DataFrame({"right → wrong": [29.7, 9.4, 1.5, 1.7]}, names),
        "disguises": [tf_spaces],
        "tf_spaces": tf_spaces,
        "held_back": [],
        "video_gains": pd.DataFrame([[3.8, 2.6, 0.3, -0.6, 0.9]], row),
    }


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


def lab_3():
    rows = [(f"{at} {text}", *kind) for text, kind in KINDS.items() for at in range(kind[-1])]
    comments = pd.DataFrame(rows, columns=["text", "label", "prediction", "count"])
    text, gold, preds = comments.text, comments.label.to_numpy(), comments.prediction.to_numpy()
    link = text.str.contains("http|www").to_numpy()
    silent = text.str.contains("like this|share")
    votes = np.where(link, HAM, np.where(silent, ABSTAIN, gold))  # wrong on links
    lf_link = word_lf("lf_link", "ww", SPAM)
    lf_short = LabelingFunction("lf_short", lambda x: HAM if len(x.text.split()) < 4 else ABSTAIN)
    words = [("subscribe", SPAM), ("http", SPAM), ("song", HAM)]
    return {
        "raw": comments,
        "comments": comments,
        "gold": gold,
        "preds": preds,
        "right": preds == gold,
        "seen": np.arange(len(gold)) % 5 > 0,
        "sfs": [SlicingFunction("sf_link", lambda x: "http" in x.text or "www" in x.text)],
        "members": pd.DataFrame(
            {"sf_link": link, "sf_no_promotion": ~link & ~text.str.contains("subscribe")}
        ),
        "suspects": pd.DataFrame({"surprise": [9.0, 8.0]}, ["like this comment", "share"]),
        "link": link,
        "simple_lfs": [*(word_lf(f"kw_{word}", word, label) for word, label in words), lf_short],
        "lf_short": lf_short,
        "lf_link": lf_link,
        "L": np.column_stack([votes] * 3),
        "L_new": votes_of([lf_link], comments),
        "wrong_texts": set(text[preds != gold]),
        "wrong_rows": set(np.flatnonzero(preds != gold)),
    }


@pytest.fixture(scope="module")
def labs():
    return {"1": lab_1(), "2": lab_2(), "3": lab_3()}


@pytest.fixture
def judge(labs, capsys, monkeypatch):
    """Return a function that tries an answer: the points, and what the check says."""
    monkeypatch.setattr(core, "SOLVED", set())

    def try_answer(number, *change, **variables):
        """`change` is what to replace in the solution and by what, or the whole answer."""
        answer = SOLUTIONS[f"exercise-{number.replace('.', '-')}"]
        if len(change) == 2:
            assert change[0] in answer, "nothing is replaced"
            answer = answer.replace(*change)
        elif change:
            (answer,) = change
        names = COMMON | labs[number[0]] | variables
        exec(answer, names)
        capsys.readouterr()
        points = checks.check(number, names)
        return points, capsys.readouterr().out

    return try_answer


def cases(answers):
    """Skip what depends on the real comments where they are not in use."""
    real = pytest.mark.skipif(not utils.find_data().is_real, reason="needs the real comments")
    return [
        pytest.param(
            answer,
            id=": ".join([answer[0], *answer[1:][-1:]]),
            marks=[real] if answer[0] in ("1.2", "1.5") else [],
        )
        for answer in answers
    ]


def number_of(grade_id):
    return grade_id.removeprefix("exercise-").replace("-", ".")


RULE, NEW_RULE, SLICE = "about and not asks", '"channel" in x.text.lower()', "WORST.search(x.text)"
KEEP = "df_train.text[majority != ABSTAIN], majority[majority != ABSTAIN]"
VOTED = "[(L_train != -1).any(axis=1)]"
SHUFFLED = "(lambda rows: (df_train.text[rows].tolist(), majority[rows].tolist()))"
SHUFFLED += "(np.random.default_rng(0).permutation(np.flatnonzero(majority != ABSTAIN)))"
ACCEPTED = [  # exercise, what to replace in the solution, and by what
    *((number_of(grade_id),) for grade_id in SOLUTIONS),
    ("1.1", "return SPAM", "x.text = x.text.upper().lower()\n    return np.int64(SPAM)"),
    ("1.2", RULE, "about and not asks and x.text[0].isalnum()"),
    ("1.3", KEEP, SHUFFLED),
    ("1.4", "my_low, my_high = np.float32([0.15, 0.85])"),
    ("1.5", '"channel"', '"follow"'),
    ("1.5", '"channel"', '"guys"'),
    ("2.1", "[0-9]+", r"[0-9]+(?:[.,][0-9]+)*"),
    ("2.1", "[0-9]+", "[0-9]+(?=[^0-9]*$)"),  # the last number
    ("2.2", "list(", "("),  # an Index
    ("2.3", "my_probabilities = [0, 0.5, 0.25, 0.25]"),
    ("2.4", "x.text\n    )", "x.text, count=2\n    )"),
    ("3.2", "(preds", "0.001 + (preds"),
]
REFUSED = [
    *((number_of(grade_id), *mistake) for grade_id in WRONG for mistake in WRONG[grade_id]),
    ("1.1", "@labeling_function()", "", "@labeling_function() goes above"),
    ("1.1", "ABSTAIN", "HAM", "here it should vote SPAM only"),
    ("1.1", "SPAM if", "ABSTAIN if", "on 0 comments of dev: did you return SPAM?"),
    ("1.1", ".lower()", ".lower().split()", "misses the word in 'please subscribe!': search all"),
    ("1.2", RULE, "x.text in ham_of_dev", "of train; find a rule for 10% or more"),
    ("1.2", RULE, "x.text in ham_of_all", "it knows these comments by heart"),
    ("1.2", RULE, "df_dev.label.get(x.name) == HAM", "it votes on 0 comments of dev"),
    ("1.2", RULE, "x.label == HAM", "Judge by x.text alone"),
    ("1.3", KEEP, KEEP + "[::-1]", "out of step"),
    ("1.3", KEEP, f"df_train.text{VOTED}, abs(majority)", "filter both"),
    ("1.3", KEEP, f"df_train.text{VOTED}, abs(majority){VOTED}", "it keeps ties"),
    ("1.3", "df_train.text", "df_train", "take its column `text`"),
    ("1.3", KEEP, "df_train.text, np.zeros((5, 2))", "one label for each text"),
    ("1.4", "my_low, my_high = '-2', '-1'", "are numbers"),
    ("1.4", "my_low, my_high = HIGH, LOW", "`my_low` is the lower one"),
    ("1.5", NEW_RULE, "sum(map(ord, x.text)) % 60 == 1", "90% should be"),
    ("1.5", '"channel"', '"subscribe"', "an idea of your own"),
    ("1.5", NEW_RULE, 're.search("visit|money", x.text.lower())', "an idea of your own"),
    ("1.6", "[my_first, my_second, my_third]", "my_first", "make it a list of LFs"),
    ("1.6", "my_second, my_third]", "my_second]", "needs three or more"),
    ("1.6", "my_second, my_third]", "my_third, my_third]", "3 LFs, but 2 names"),
    ("1.6", "my_third]", "'my_third']", "`'my_third'` is no labeling function"),
    ("1.6", "my_third]", "len]", "`len` is no labeling function"),
    ("1.6", "return 0", "return 2", "ABSTAIN (-1) or the number of a class (0 to 1)"),
    ("2.1", 're.sub(r"[0-9]+', 're.sub(r"[0-9]{4,}', "75% of the copies are the comment itself"),
    ("2.1", "if not re", "if re", "10 comments without a number should be None"),
    ("2.1", "x.text", 'x["text"]', "The text of a comment is x.text"),
    ("2.1", "return x", "return x.text", "it returns a str: change x.text, and return x"),
    ("2.2", "my_suspects = ['crop']", "no TF has that name"),
    ("2.2", "> 5", "> 25", "and 1 more are"),
    ("2.3", "my_probabilities = dict.fromkeys(names, 1 / 4)", "is a dict: make it a list"),
    ("2.3", "2.0", "2.0001", "the others 0.25"),
    (
        "2.4",
        "text = text",
        "text = re.sub('[A-Za-z]{3,}', '#', text)",
        "still be able to read them",
    ),
    ("2.4", "([A-Za-z])([A-Za-z]{2,})", "(b)(illio)", "of the longer words"),
    ("2.4", "text = text", "text = tf_spaces(x).text", "it does what spaces does"),
    ("2.5", "interval()", "interval(0.94)", "take the mean ± t"),
    ("2.5", "bool(", "not (", "look where 0 is"),
    ("2.5", "my_verdict = ", "my_verdict = 'no' or ", "should be True or False"),
    ("3.1", '"?" in', '"?" in x.text or "what" in', "and selects 10 without one"),
    ("3.1", 'return "?"', 'None and "?"', "returned None: every path needs a return. It must"),
    ("3.2", ".mean()", ".mean() - 0.02", "the number differs"),
    ("3.3", SLICE, "gold[x.name] != preds[x.name]", "your function stopped with IndexError"),
    ("3.3", SLICE, "right[x.row] == 0", "Judge by x.text alone"),
    ("3.3", SLICE, "x.name in wrong_rows", "it selects 0 comments"),
    ("3.3", SLICE, "len(x.text) % 3 == 0", "the interval must be below"),
    ("3.3", SLICE, "x.text in wrong_texts", "it knows these comments by heart"),
    ("3.3", SLICE, 'x.text == "1 give it a share"', "the interval must be below"),
    ("3.3", SLICE, '"like this" in x.text', "find a group of your own"),
    ("3.3", SLICE, '"http" in x.text or "www" in x.text', "find a group of your own"),
    ("3.4", "my_lfs = [word_lf(name, '', SPAM) for name in 'abc']", "may lose 1 point at most"),
    ("3.4", "my_lfs = simple_lfs", "none of them is your own"),
    ("3.5", "high < overall", "high < 95", "the interval holds the accuracy on all"),
    ("3.5", "high < overall", "high < 90.5", "the interval holds the accuracy on all"),
    ("3.5", "n >= 20", "n > 20", "20 comments are enough"),
    ("3.5", "return n", "exit()\n    return n", "your code stopped with SystemExit"),
    ("3.5", "n >= 20 and high < overall", '"alarm"', "should be True or False"),
    ("3.5", "n >= 20 and high < overall", '"a" * 99', "aaa, and should be True or False"),
]


@pytest.mark.parametrize("case", cases(ACCEPTED))
def test_a_right_answer_is_solved(case, judge):
    points, said = judge(*case)
    assert points == 1, said


@pytest.mark.parametrize("case", cases(REFUSED))
def test_a_wrong_answer_gets_its_hint(case, judge):
    *answer, hint = case
    points, said = judge(*answer)
    assert points == 0 and hint in said, said


def test_the_verdict_about_a_gain_follows_the_numbers(labs, judge):
    points, said = judge("2.5", video_gains=labs["2"]["video_gains"] + 5)
    assert points == 1 and "True follows from the interval" in said


def test_the_score_of_a_slice_on_the_unseen_video_is_shown_and_decides_nothing(labs, judge):
    right = labs["3"]["right"] | ~labs["3"]["seen"]
    points, said = judge("3.3", SLICE, '"share" in x.text', right=right)
    assert points == 1 and "in video 5, which you have not looked at: 6 of 6 are right" in said
    right = labs["3"]["right"] | labs["3"]["seen"]
    assert judge("3.3", SLICE, '"share" in x.text', right=right)[0] == 0


def test_a_comment_without_a_vote_counts_as_wrong():
    L = np.repeat([[SPAM], [HAM], [ABSTAIN]], 3, axis=1)
    assert lab3.label_model_hits(L, np.array([SPAM, HAM, HAM])).tolist() == [True, True, False]


# ---------------------------------------------------------------- data of one's own


def own(sizes, silent=0.0, numbers=None, unlabeled=0):
    """Return rows whose text names their class, and three LFs that read it, for exercise 1.6.

    `sizes` are those of the classes called `numbers`; a share of the rows gets no vote.
    """
    numbers = numbers or list(range(len(sizes)))
    golds = [*np.repeat(numbers, sizes).tolist(), *unlabeled * [ABSTAIN]]
    texts = [f"row {at}" for at in range(len(golds))]
    draws = np.random.default_rng(1).random(len(golds))
    says = {t: ABSTAIN if d < silent else g for t, g, d in zip(texts, golds, draws, strict=True)}
    lfs = [LabelingFunction(f"lf{at}", lambda x: says.get(x.text, ABSTAIN)) for at in range(3)]
    df = pd.DataFrame({"text": texts, "label": golds})
    return {"my_lfs": lfs, "df_own": df, "CLASS_NAMES": sorted(numbers)}


def check_own(capsys, **variables):
    return checks.check("1.6", variables), capsys.readouterr().out


@pytest.mark.parametrize("sizes", [(50, 50), (970, 30), (30, 970), (40, 30, 30), (10,) * 12])
def test_lfs_that_are_right_pass_whatever_the_balance_of_the_classes(sizes, capsys):
    assert check_own(capsys, **own(sizes, unlabeled=10))[0] == 1


def test_naming_the_larger_class_is_not_enough(capsys):
    always = [LabelingFunction(f"lf{at}", lambda x: 0) for at in range(2)]
    few = LabelingFunction("few", lambda x: 1 if x.text.startswith("row 7") else ABSTAIN)
    points, said = check_own(capsys, **own((70, 30)) | {"my_lfs": [*always, few]})
    assert points == 0 and "70.0%" in said and "Get to 73.0%" in said


@pytest.mark.parametrize("sizes", [(300, 700), (50, 50)])
def test_the_result_is_the_same_when_the_classes_are_renamed(sizes, capsys):
    first = check_own(capsys, **own(sizes, silent=2 / 3))
    renamed = check_own(capsys, **own(sizes, silent=2 / 3, numbers=[1, 0]))
    assert first == renamed and first[0] == 1


@pytest.mark.parametrize("sizes", [(6, 0), (1, 0), (4, 4), (0, 0)])
def test_too_few_labels_get_a_sentence(sizes, capsys):
    data = own((10, 10))
    kept = [*range(sizes[0]), *range(10, 10 + sizes[1])]
    data["df_own"].loc[~data["df_own"].index.isin(kept), "label"] = ABSTAIN
    points, said = check_own(capsys, **data)
    assert points == 0 and "too few labeled rows to judge by" in said and "nan" not in said
