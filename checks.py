"""Checks for the exercises of the three labs: they say at once what is right and what is missing.

A check cell calls `checks.check("1.1", globals())`. The check looks up what it needs among the notebook's
variables, prints one line per finding and stops at the first that is missing. It never raises: whatever a
student's code does becomes a sentence. It returns the points, so that nbgrader can collect them.
"""

import inspect
import re

import numpy as np
import pandas as pd

ABSTAIN, HAM, SPAM = -1, 0, 1
EXERCISES = {}  # number -> generator of findings: (passed, what is right) or (passed, what is right, what is missing)
SOLVED = set()  # numbers of the exercises whose last check passed


def exercise(number):
    """Register a generator of findings as the check of an exercise; its parameters name the variables it needs."""

    def register(findings):
        EXERCISES[number] = findings
        return findings

    return register


def check(number, variables):
    """Check one exercise, print what was found, and return the points.

    Parameters
    ----------
    number : str
        Number of the exercise, for example "1.1".
    variables : dict
        The notebook's variables: `globals()`.

    Returns
    -------
    int
        1 if the exercise is solved, otherwise 0. No error is raised, whatever the student's code does.
    """
    if number not in EXERCISES:
        print(f"There is no exercise {number}; there are {', '.join(EXERCISES)}.")
        return 0
    lines, solved = _findings(EXERCISES[number], variables)
    SOLVED.discard(number)
    if solved:
        SOLVED.add(number)
    print(f"Exercise {number}: {'solved (1 point)' if solved else 'not yet (0 of 1 point)'}")
    for line in lines:
        print(" ", line)
    return int(solved)


def _findings(findings, variables):
    """Return one line for each finding up to the first that failed, and whether all passed."""
    names = list(inspect.signature(findings).parameters)
    missing = [name for name in names if name not in variables]
    if missing:
        return [f"✗ `{missing[0]}` does not exist: run the cells above, from the top."], False
    lines = []
    try:
        for passed, right, *hint in findings(*(variables[name] for name in names)):
            lines.append(f"✓ {right}" if passed else f"✗ {(hint or [right])[0]}")
            if not passed:
                return lines, False
    except Exception as error:
        lines.append(f"✗ your code stopped with {type(error).__name__}: {error}")
        return lines, False
    return lines, True


def summary(lab):
    """Print how many exercises of a lab (1, 2 or 3) are solved, and which are open."""
    numbers = [number for number in EXERCISES if number.startswith(f"{lab}.")]
    left = [number for number in numbers if number not in SOLVED]
    still = f"; open: {', '.join(left)}" if left else ". That is all of them: well done!"
    print(f"Lab {lab}: {len(numbers) - len(left)} of {len(numbers)} exercises solved{still}")


# ---------------------------------------------------------------- the silent traps


def sanity_checks(df=None, L=None, lfs=None, labels=None, preds=None, golds=None):
    """Look for five mistakes that raise no error but spoil the result; print a line for each that can be checked.

    The five: fewer than three LFs, an index that occurs twice, a label matrix of other rows or in another order,
    abstains among training labels, predictions that do not beat the larger class.

    Parameters
    ----------
    df : pandas.DataFrame, optional
        The comments that were labeled.
    L : numpy.ndarray of int, shape (comments, LFs), optional
        Their label matrix.
    lfs : list of LabelingFunction, optional
        The LFs of its columns.
    labels : array-like of int, shape (comments,), optional
        What a classifier is going to be trained on.
    preds, golds : array-like of int, shape (comments,), optional
        Predictions and right labels.
    """
    found = [
        (L is not None, _too_few_lfs, (L,)),
        (df is not None, _duplicate_index, (df,)),
        (df is not None and L is not None and lfs is not None, _wrong_order, (df, L, lfs)),
        (labels is not None, _abstains, (labels,)),
        (preds is not None and golds is not None, _below_majority, (preds, golds)),
    ]
    for fine, right, wrong in (trap(*values) for possible, trap, values in found if possible):
        print(f"✓ {right}" if fine else f"✗ {wrong}")


def _too_few_lfs(L):
    n = np.asarray(L).shape[1]
    return (
        n >= 3,
        f"{n} LFs",
        f"{n} LFs; the label model needs three or more, or it cannot tell who is right.",
    )


def _duplicate_index(df):
    n = int(df.index.duplicated().sum())
    wrong = f"{n} rows repeat an index; filters and joins will mix them up. Use df.reset_index(drop=True)."
    return n == 0, "every row has its own index", wrong


def _wrong_order(df, L, lfs):
    from snorkel.labeling import PandasLFApplier

    if np.asarray(L).shape != (len(df), len(lfs)):
        return (
            False,
            "",
            f"the label matrix is {np.asarray(L).shape}, but there are {len(df)} rows and {len(lfs)} LFs.",
        )
    rows = np.linspace(0, len(df) - 1, min(len(df), 25)).astype(int)
    same = np.array_equal(
        PandasLFApplier(lfs).apply(df.iloc[rows], progress_bar=False), np.asarray(L)[rows]
    )
    wrong = "the label matrix belongs to other rows or another order of LFs. Apply the LFs to this table again."
    return same, "the label matrix belongs to these rows and LFs", wrong


def _abstains(labels):
    n = int((np.asarray(labels) == ABSTAIN).sum())
    wrong = f"{n} labels are -1. A classifier would learn -1 as a class of its own; drop these rows first."
    return n == 0, "no abstain among the training labels", wrong


def _below_majority(preds, golds):
    right, share = (
        (np.asarray(preds) == np.asarray(golds)).mean(),
        pd.Series(golds).value_counts(normalize=True).max(),
    )
    text = f"{right:.1%} are right; always naming the larger class would be right on {share:.1%}"
    swapped = (
        " So far below, the classes may be swapped, or the labels in another order."
        if right < 1 - share
        else ""
    )
    return right > share, text, f"{text}.{swapped}"


# ---------------------------------------------------------------- lab 1: labeling functions
# Each lab needs another part of Snorkel, and some parts are slow to import: hence the imports inside.


def _is_lf(lf, name):
    from snorkel.labeling import LabelingFunction

    text = f"`{name}` is a labeling function"
    return (
        isinstance(lf, LabelingFunction),
        text,
        f"`{name}` is no labeling function: @labeling_function() goes above",
    )


def _votes(lf, df):
    """Return the votes of one LF; raise a `ValueError` with a hint for anything that is not a vote."""
    try:
        votes = [lf(x) for _, x in df.drop(columns="label").iterrows()]
    except AttributeError as error:
        if error.name == "label":
            raise ValueError(
                "your LF looks at x.label; nobody knows that of a new comment: judge by x.text"
            ) from error
        raise AttributeError(
            f"{error}. The text is x.text, and a string has no columns."
        ) from error
    for vote in votes:
        if (
            isinstance(vote, bool)
            or not isinstance(vote, (int, np.integer))
            or vote not in (ABSTAIN, HAM, SPAM)
        ):
            what = "nothing (None): every path needs a return" if vote is None else repr(vote)
            raise ValueError(f"your LF returned {what}. It must return SPAM, HAM or ABSTAIN.")
    return np.array(votes)


def _one_class(votes, golds, label, at_least):
    """Findings about an LF that votes for one class, rightly and not always."""
    name, other = ("SPAM", "HAM") if label == SPAM else ("HAM", "SPAM")
    n, wrong = int((votes != ABSTAIN).sum()), int((votes == 1 - label).sum())
    yield (
        n > 0,
        f"it votes on {n} comments of dev",
        f"it votes on 0 comments of dev: did you return {name}?",
    )
    yield (
        wrong == 0,
        f"it votes {name} only",
        f"it votes {other} on {wrong} comments; here it should vote {name} only",
    )
    yield n < len(votes), "it abstains on others", "it never abstains: when should it be silent?"
    right, share = (
        (votes == golds)[votes != ABSTAIN].mean(),
        (votes == label)[golds != label].mean(),
    )
    text = f"{right:.0%} of its votes are right on dev"
    hint = f"{text}: it says {name} to {share:.0%} of the {other.lower()} comments; {at_least:.0%} should be right"
    yield right >= at_least, text, hint


@exercise("1.1")
def _keyword_lf(my_subscribe, df_dev):
    yield _is_lf(my_subscribe, "my_subscribe")
    votes, has_word = (
        _votes(my_subscribe, df_dev),
        df_dev.text.str.contains("subscribe", case=False, regex=False),
    )
    yield from _one_class(
        votes, df_dev.label, SPAM, at_least=0
    )  # the word is given, whatever it is worth
    for spelled in ("SUBSCRIBE TO ME", "Subscribe to me", "please subscribe!"):
        seen = _votes(my_subscribe, df_dev.iloc[:1].assign(text=spelled))[0] == SPAM
        letters = "" if spelled == spelled.lower() else " in capital letters: try x.text.lower()"
        yield seen, f"it finds {spelled!r}", f"it misses the word{letters} ({spelled!r})"
    extra = int(((votes != ABSTAIN) & ~has_word).sum())
    yield (
        extra == 0,
        "it leaves other comments alone",
        f"it votes on {extra} comments without the word, too",
    )


@exercise("1.2")
def _ham_lf(my_ham_lf, df_dev):
    yield _is_lf(my_ham_lf, "my_ham_lf")
    votes = _votes(my_ham_lf, df_dev)
    yield from _one_class(votes, df_dev.label, HAM, at_least=0.85)
    share = (votes != ABSTAIN).mean()
    yield (
        share >= 0.1,
        f"it covers {share:.0%} of dev",
        f"it covers {share:.0%} of dev; find a rule for 10 % or more",
    )


@exercise("1.3")
def _conflict_share(my_conflicts, L_simple):
    from snorkel.labeling import LFAnalysis

    yield my_conflicts is not None, "`my_conflicts` holds something", "`my_conflicts` is still None"
    one = np.size(my_conflicts) == 1
    yield one, "it is one number", "it has one entry for each comment: take the mean()"
    value = float(my_conflicts)
    yield (
        0 <= value <= 1,
        "it is a share",
        f"{value:.6g} is no share: count the comments and divide by all of them",
    )
    with_silence = (L_simple != L_simple[:, :1]).any(axis=1).mean()
    silent = "a vote and a silence do not contradict each other: leave the abstains out"
    right = abs(value - LFAnalysis(L_simple).label_conflict()) < 5e-3
    other = "the number differs: count the rows of `L_simple` with a HAM and a SPAM vote (axis=1)"
    hint = silent if abs(value - with_silence) < 5e-3 else other
    yield right, "it is the share of comments with votes for both classes", hint


def _label_model_accuracy(L, L_new, golds):
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model.fit(L, seed=123, progress_bar=False)
    return (model.predict_proba(L_new).argmax(axis=1) == golds).mean()


@exercise("1.4")
def _eleventh_lf(my_lf, df_train, df_valid, L_simple, L_valid_simple, lfs, L_train):
    yield _is_lf(my_lf, "my_lf")
    votes, votes_valid, golds = (
        _votes(my_lf, df_train),
        _votes(my_lf, df_valid),
        df_valid.label.to_numpy(),
    )
    n = int((votes != ABSTAIN).sum())
    yield (
        n > 0,
        f"it votes on {n} comments of train",
        "it votes on 0 comments of train: did you return the constant?",
    )
    yield n < len(votes), "it abstains on others", "it never abstains: when should it be silent?"
    twins = [
        lf.name for lf, column in zip(lfs, L_train.T, strict=False) if np.array_equal(column, votes)
    ]
    yield (
        not twins,
        "the idea is new",
        f"it votes just as {', '.join(twins)} does: make a claim of your own",
    )
    before = _label_model_accuracy(L_simple, L_valid_simple, golds)
    L, L_new = np.column_stack([L_simple, votes]), np.column_stack([L_valid_simple, votes_valid])
    after = _label_model_accuracy(L, L_new, golds)
    text = f"label model on valid: {before:.1%} without your LF, {after:.1%} with it"
    majority = (L_simple == SPAM).sum(axis=1) - (L_simple == HAM).sum(axis=1)
    new = int(((votes == SPAM) & (majority <= 0) | (votes == HAM) & (majority >= 0)).sum())
    hint = f"{text}. Gain 2 points. {new} of its {n} votes tell what the ten LFs did not say: aim where they are wrong"
    yield after - before >= 0.02 - 1e-9, text, hint


@exercise("1.5")
def _training_labels(my_texts, my_labels, df_train, L_simple):
    yield (
        not isinstance(my_texts, pd.DataFrame),
        "`my_texts` holds texts",
        "`my_texts` is a table: take its column `text`",
    )
    texts, labels = list(my_texts), np.asarray(my_labels)
    n = int((labels == ABSTAIN).sum())
    yield (
        n == 0,
        "no label is an abstain",
        f"{n} labels are -1: a classifier would learn that as a class of its own",
    )
    text = f"{len(texts)} texts and {len(labels)} labels"
    yield len(texts) == len(labels), text, f"{text}: filter both in the same way"
    majority = (L_simple == SPAM).sum(axis=1) - (L_simple == HAM).sum(axis=1)
    expected = [
        (text, int(vote > 0)) for text, vote in zip(df_train.text, majority, strict=True) if vote
    ]
    all_there = len(texts) == len(expected)
    hint = f"{len(expected)} comments have a majority, and you have {len(texts)}: a tie or silence is none"
    yield all_there, "every comment with a majority is there", hint
    same = [(text, int(label)) for text, label in zip(texts, labels, strict=True)] == expected
    yield (
        same,
        "every text has its own label",
        "texts and labels are out of step: do not shuffle one alone",
    )


@exercise("1.6")
def _own_lfs(my_lfs, df_own):
    from snorkel.labeling import LabelingFunction

    yield (
        len(my_lfs) >= 3,
        f"{len(my_lfs)} LFs",
        f"{len(my_lfs)} LFs: the label model needs three or more",
    )
    yield (
        all(isinstance(lf, LabelingFunction) for lf in my_lfs),
        "all are labeling functions",
        "some are no LFs",
    )
    L = np.column_stack([_votes(lf, df_own) for lf in my_lfs])
    silent = [lf.name for lf, votes in zip(my_lfs, L.T, strict=True) if (votes == ABSTAIN).all()]
    yield (
        not silent,
        "each of them votes",
        f"no vote yet from {', '.join(silent)}: what gives a class away?",
    )
    yield (
        {0, 1} <= set(np.unique(L)),
        "there are votes for both classes",
        "all votes are for one class",
    )
    known = (df_own.label != ABSTAIN).to_numpy()
    golds = df_own.label[known].to_numpy()
    share, right = max(golds.mean(), 1 - golds.mean()), _label_model_accuracy(L, L[known], golds)
    text = f"label model: {right:.0%} of the labeled rows are right; the larger class alone has {share:.0%}"
    hint = f"{text}. Get 5 points above it; rows without a vote count by chance, so more votes help"
    yield right >= share + 0.05 - 1e-9, text, hint


# ---------------------------------------------------------------- lab 2: transformation functions


@exercise("2.1")
def _number_tf(my_number, df_train):
    from snorkel.map import BaseMapper  # what the decorator makes

    wrong = "`my_number` is no transformation function: @transformation_function() goes above"
    yield isinstance(my_number, BaseMapper), "`my_number` is a transformation function", wrong
    comments = df_train.head(300)
    has_digit = comments.text.str.contains(r"[0-9]").to_numpy()
    changed = [my_number(x.copy()) for _, x in comments.iterrows()]
    other = next((new for new in changed if new is not None and not hasattr(new, "text")), None)
    yield other is None, "it returns comments", f"it returns a {type(other).__name__}: return x"
    made = np.array([new is not None for new in changed])
    yield (
        made.any(),
        f"it makes {made.sum()} new comments",
        "it returns None for every comment: return x after changing it",
    )
    extra = int((made & ~has_digit).sum())
    yield (
        extra == 0,
        "it returns None without a digit",
        f"it returns {extra} comments without a digit: they should be None",
    )
    left = int((has_digit & ~made).sum())
    yield (
        left == 0,
        "it applies wherever there is a digit",
        f"it returns None for {left} comments that have a digit",
    )
    pairs = [
        (old, new)
        for old, new in zip(comments.itertuples(), changed, strict=True)
        if new is not None
    ]
    unlike = sum(old.text != new.text for old, new in pairs) / len(pairs)
    yield (
        unlike >= 0.7,
        f"it changes {unlike:.0%} of them",
        f"{unlike:.0%} of them differ: draw a number, and put it into x.text",
    )
    masked = [[re.sub(r"[0-9]+", "0", x.text) for x in pair] for pair in pairs]
    yield (
        all(a == b for a, b in masked),
        "it changes numbers and nothing else",
        "it changes more than the number",
    )
    changes = [
        sum(
            a != b
            for a, b in zip(
                re.findall("[0-9]+", old.text), re.findall("[0-9]+", new.text), strict=True
            )
        )
        for old, new in pairs
    ]
    yield (
        max(changes) == 1,
        "one number in each comment",
        "it changes several numbers of a comment: count=1",
    )
    yield all(old.label == new.label for old, new in pairs), "the label stays", "it changes x.label"


@exercise("2.2")
def _suspects(my_suspects, kept, names):
    yield my_suspects is not None, "`my_suspects` holds something", "`my_suspects` is still None"
    yield (
        len(my_suspects) > 0,
        "it is not empty",
        "the list is empty: `kept` holds percentages, so compare with 95",
    )
    given = {str(name) for name in my_suspects}
    unknown = given - set(names)
    yield (
        not unknown,
        "all of them are names of TFs",
        f"{', '.join(sorted(unknown))}: no TF has that name; see `names`",
    )
    low = kept.index[kept["same class, %"] < 95]
    right = set(names[low])
    extra, missing = len(given - right), len(right - given)
    yield (
        extra == 0,
        "each keeps the class less than 95 % of the time",
        f"{extra} of them keep it 95 % of the time or more",
    )
    yield missing == 0, "and these are all", f"{missing} more keep it less than 95 % of the time"


@exercise("2.3")
def _probabilities(my_probabilities, names):
    yield (
        my_probabilities is not None,
        "`my_probabilities` holds something",
        "`my_probabilities` is still None",
    )
    listed = isinstance(my_probabilities, (list, tuple, np.ndarray, pd.Series))
    yield (
        listed,
        "it is a list",
        f"it is a {type(my_probabilities).__name__}: give a list or array of numbers",
    )
    p = np.asarray(my_probabilities, dtype=float)
    each = f"there are {p.size} numbers, and {len(names)} TFs"
    yield (
        p.shape == (len(names),),
        "one number for each TF",
        f"{each}: let the length follow len(tfs)",
    )
    yield bool((p >= 0).all()), "none is negative"
    yield (
        abs(p.sum() - 1) < 1e-6,
        "they add up to 1",
        f"they add up to {p.sum():.4g}: divide by the sum",
    )
    yield (
        p[names == "tf_crop"].sum() == 0,
        "`tf_crop` is never drawn",
        "`tf_crop` can still be drawn",
    )
    others = p[(names != "tf_crop") & (names != "tf_reword")]
    yield (
        np.ptp(others) < 1e-9,
        "the others are equally likely",
        "the others differ from one another",
    )
    twice = abs(p[names == "tf_reword"].sum() - 2 * others[0]) < 1e-9
    yield (
        twice,
        "`tf_reword` is drawn twice as often as each of them",
        "`tf_reword` should be twice as likely as another",
    )


@exercise("2.4")
def _paired_gain(my_gain, my_half, before, after):
    from scipy import stats

    yield (
        my_gain is not None and my_half is not None,
        "both are set",
        "`my_gain` or `my_half` is still None",
    )
    gain, half, difference = float(my_gain), float(my_half), np.subtract(after, before)
    yield abs(gain + difference.mean()) > 0.05, "the sign is right", "the sign: after minus before"
    yield (
        abs(gain - difference.mean()) < 0.05,
        f"the gain is {gain:.2f} points",
        "the gain is the mean of after - before",
    )
    n, t = len(difference), stats.t.ppf(0.975, len(difference) - 1)
    spread = difference.std(ddof=1)
    no_root = abs(half - t * spread) > 0.05 and abs(half - 1.96 * spread) > 0.05
    yield (
        no_root,
        "it is about the mean",
        "that is how far single draws scatter; for their mean divide by the root of n",
    )
    apart = np.sqrt(np.var(before, ddof=1) + np.var(after, ddof=1)) / n**0.5
    paired = min(abs(half - t * apart), abs(half - 1.96 * apart)) > 0.02
    yield (
        paired,
        "it is paired",
        "you treat the two rows as unrelated: take the standard deviation of the differences",
    )
    single = (
        min(
            abs(half - k * np.std(row, ddof=1) / n**0.5)
            for k in (t, 1.96)
            for row in (before, after)
        )
        > 0.01
    )
    yield (
        single,
        "it is that of the differences",
        "that is the spread of one row: take the differences",
    )
    right = t * spread / n**0.5
    yield (
        abs(half - 2 * right) > 0.02,
        "it is half of the width",
        "that is the whole width: halve it",
    )
    verdict = "it misses 0" if abs(gain) > right else "it holds 0"
    hint = (
        "the half-width differs: t * std of the differences (ddof=1) / root of n, to two decimals"
    )
    yield (
        abs(half - right) < 0.02,
        f"the 95 % interval is {gain - half:+.2f} to {gain + half:+.2f}: {verdict}",
        hint,
    )


# ---------------------------------------------------------------- lab 3: slicing functions


def _slice(sf, df):
    """Return which rows an SF selects; raise a `ValueError` with a hint for anything that is not a yes or no."""
    answers = [sf(x) for _, x in df.iterrows()]
    for answer in answers:
        if answer not in (True, False):
            raise ValueError(f"your SF returned {answer!r}. It must return True or False.")
    return np.array(answers, dtype=bool)


def _is_sf(sf, name, comments):
    """Findings about an SF that selects something and does not look at the label."""
    from snorkel.slicing import SlicingFunction

    wrong = f"`{name}` is no slicing function: @slicing_function() goes above"
    yield isinstance(sf, SlicingFunction), f"`{name}` is a slicing function", wrong
    inside = _slice(sf, comments)
    yield (
        inside.any(),
        f"it selects {inside.sum()} comments",
        "it selects 0 comments: when should it return True?",
    )
    turned = _slice(sf, comments.assign(label=1 - comments.label))
    looks = "it looks at x.label: nobody knows that of a new comment"
    yield np.array_equal(inside, turned), "it does not look at the label", looks


@exercise("3.1")
def _question_slice(my_question, comments):
    yield from _is_sf(my_question, "my_question", comments)
    inside, asked = (
        _slice(my_question, comments),
        comments.text.str.contains("?", regex=False).to_numpy(),
    )
    missing, extra = int((asked & ~inside).sum()), int((inside & ~asked).sum())
    yield (
        missing == 0,
        "it selects all comments with a question mark",
        f"it leaves out {missing} with a question mark",
    )
    yield extra == 0, "and no others", f"it also selects {extra} without a question mark"


@exercise("3.2")
def _missed_share(my_missed_share, comments, preds, members):
    yield (
        my_missed_share is not None,
        "`my_missed_share` holds something",
        "`my_missed_share` is still None",
    )
    inside = members.sf_no_promotion_word.to_numpy()
    spam, missed = (
        inside & (comments.label == SPAM).to_numpy(),
        inside & (comments.label == SPAM) & (preds == HAM),
    )
    value = float(my_missed_share)
    yield (
        0 <= value <= 1,
        "it is a share",
        f"{value:.6g} is no share: divide by a number of comments",
    )
    of_spam = abs(value - missed.sum() / (comments.label == SPAM).sum()) > 1e-4
    yield (
        of_spam,
        "it is no share of all spam",
        "you divide by the spam of all comments: take that of the slice",
    )
    of_all = abs(value - missed.sum() / inside.sum()) > 1e-4
    yield (
        of_all,
        "it is no share of the whole slice",
        "you divide by all comments of the slice, ham included",
    )
    other = "the number differs: missed spam in the slice, divided by all spam in the slice"
    yield (
        abs(value - missed.sum() / spam.sum()) < 5e-3,
        "it is the share of the slice's spam that is missed",
        other,
    )


@exercise("3.3")
def _found_slice(my_slice, comments, correct, seen, SMALLEST):
    yield from _is_sf(my_slice, "my_slice", comments)
    inside = _slice(my_slice, comments) & seen
    large = f"{inside.sum()} of them in videos 1 to 4"
    yield inside.sum() >= SMALLEST, large, f"{large}; {SMALLEST} or more are needed to judge"
    overall, own = 100 * correct[seen].mean(), 100 * correct[inside].mean()
    text = f"the model is right on {own:.1f} % of them, on {overall:.1f} % of all"
    yield own <= overall - 5, text, f"{text}. Find a group that is 5 points worse"


@exercise("3.4")
def _alarm(my_alarm):
    cases = [  # comments, low, high, overall, alarm?, what a wrong answer means
        (100, 80.0, 90.0, 95.0, True, "the whole interval is below the overall accuracy"),
        (
            100,
            90.0,
            97.0,
            95.0,
            False,
            "the interval holds the overall accuracy, so that is no alarm",
        ),
        (100, 96.0, 99.0, 95.0, False, "a slice that is better than the whole is no alarm"),
        (29, 80.0, 90.0, 95.0, False, "29 comments are too few to judge"),
        (30, 80.0, 90.0, 95.0, True, "30 comments are enough"),
        (5, float("nan"), float("nan"), 95.0, False, "without an interval there is no alarm"),
    ]
    for n, low, high, overall, alarm, hint in cases:
        given, call = my_alarm(n, low, high, overall), f"my_alarm({n}, {low}, {high}, {overall})"
        yield (
            given is not None,
            f"{call} returns something",
            f"{call} returns None: is there a return?",
        )
        yield bool(given) == alarm, f"{call} is {alarm}", f"{call} should be {alarm}: {hint}"
