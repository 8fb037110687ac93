"""The checks of lab 2: transformation functions, policies, and what augmentation buys."""

import random
import re
from types import SimpleNamespace

import numpy as np
from scipy import stats

from checks.core import Finding, Mistake, ask, exercise, is_function, need_bool, need_list

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
WORD = re.compile(r"[A-Za-z]{4,}")


def copies_of(tf, texts):
    """Return what a TF makes of each text, None where it does not apply.

    The draws are seeded. Raises `Mistake` if it returns anything but the comment or None.
    """
    random.seed(0)
    np.random.seed(0)
    copies = []
    for new in ask(tf, texts, SimpleNamespace):  # as lab 2 does: x["text"] is an error there, too
        if new is not None and not isinstance(getattr(new, "text", None), str):
            raise Mistake(f"it returns a {type(new).__name__}: change x.text, and return x")
        copies.append(None if new is None else new.text)
    return copies


def pairs_of(texts, copies):
    """Return (original, copy) where there is a copy."""
    pairs = [(old, new) for old, new in zip(texts, copies, strict=True) if new is not None]
    if not pairs:
        raise Mistake("it returns None for every comment: return x after changing it")
    return pairs


def _changes_one_number(old, new):
    """Say whether at most one number differs; one such as 2,124,923 may be taken by its parts."""
    differing = [a != b for a, b in zip(NUMBER.findall(old), NUMBER.findall(new), strict=False)]
    return NUMBER.split(old) == NUMBER.split(new) and sum(differing) <= 1


@exercise("2.1")
def check_number_tf(my_number, df_train):
    yield is_function(my_number, "my_number", "transformation")
    texts = df_train.text.head(300)
    copies = copies_of(my_number, texts)
    pairs = pairs_of(texts, copies)
    made = np.array([copy is not None for copy in copies])
    has_number = texts.str.contains("[0-9]").to_numpy()
    extra, left = (made & ~has_number).sum(), (has_number & ~made).sum()
    wrong = f"{extra} comments without a number should be None, and {left} with one should not"
    yield Finding(extra + left == 0, "it returns None where there is no number", wrong)
    same = np.mean([old == new for old, new in pairs])  # a number may be drawn again by chance
    wrong = f"{same:.0%} of the copies are the comment itself: put the new number into x.text"
    yield Finding(same < 0.3, "the copies differ from their originals", wrong)
    one = all(_changes_one_number(old, new) for old, new in pairs)
    wrong = "it changes more than one number of a comment: count=1, and leave the rest as it is"
    yield Finding(one, "it changes one number and nothing else", wrong)
    drawn = copies_of(my_number, ["8642097531 people like this"] * 20)
    wrong = "it puts the same number everywhere: draw one"
    yield Finding(len(set(drawn)) >= 3, "it draws the number", wrong)
    part = sum("864209753" in text or "642097531" in text for text in drawn)
    wrong = "it changes one digit of a number: [0-9]+ finds all of its digits"
    yield Finding(part < 5, "it replaces the whole number", wrong)


@exercise("2.2")
def check_suspects(my_suspects, harm):
    need_list(my_suspects, "my_suspects", "names, as in ['tf_...', ...]")
    given, right = set(map(str, my_suspects)), set(harm.index[harm["right → wrong"] > 5])
    unknown = sorted(given - set(harm.index))
    wrong = f"{', '.join(unknown)[:60]}: no TF has that name; take names from harm.index[...]"
    yield Finding(not unknown, "all of them are names of TFs", wrong)
    extra, missing = len(given - right), len(right - given)
    wrong = f"{extra} of them are not above 5 %, and {missing} more are; `harm` holds percentages"
    yield Finding(given == right, "they are those above 5 % in 'right → wrong'", wrong)


@exercise("2.3")
def check_probabilities(my_probabilities, names):
    need_list(my_probabilities, "my_probabilities", "numbers")
    p, n = np.asarray(my_probabilities, dtype=float), len(names)
    wrong = f"its shape is {p.shape}, and ({n},) is needed: one number for each of the {n} TFs"
    yield Finding(p.shape == (n,), "one number for each TF", wrong)
    negative = ", ".join(names[~(p >= 0)])
    yield Finding(not negative, "none is negative", f"no number from 0 up for {negative}")
    wrong = f"they add up to {p.sum():.4g}: divide by the sum"
    yield Finding(abs(p.sum() - 1) < 1e-6, "they add up to 1", wrong)
    crop, reword = (p[names == name].item() for name in ("tf_crop", "tf_reword"))
    yield Finding(crop == 0, "`tf_crop` is never drawn", "`tf_crop` can still be drawn")
    others = p[(names != "tf_crop") & (names != "tf_reword")]
    wrong = f"`tf_reword` has {reword:.3g}, the others {others.min():.3g} to {others.max():.3g}"
    twice = np.allclose(others, reword / 2, rtol=0, atol=1e-6)
    yield Finding(twice, "`tf_reword` is drawn twice as often as each of the others", wrong)


@exercise("2.4")
def check_disguise(my_disguise, disguises, held_back, df_train):
    yield is_function(my_disguise, "my_disguise", "transformation")
    texts = df_train.text.head(300)
    copies = copies_of(my_disguise, texts)
    pairs = pairs_of(texts, copies)
    same = sum(old == new for old, new in pairs)
    wrong = f"{same} copies are the comment itself: return None where nothing changes"
    yield Finding(same == 0, "each copy differs from its original", wrong)
    wordy = [pair for pair in zip(texts, copies, strict=True) if len(WORD.findall(pair[0])) > 1]
    changed = np.mean([_words_changed(old, copy) for old, copy in wordy])
    text = f"it changes {changed:.0%} of the longer words"
    yield Finding(changed >= 0.15, text, f"{text}, where there are two or more; 15% are needed")
    varied = np.mean([len(set(new)) / len(set(old)) for old, new in pairs])
    wrong = "hardly a letter is left of the words: a person must still be able to read them"
    yield Finding(varied >= 0.7, "enough of the words is left to read them", wrong)
    twins = [tf.name for tf in [*disguises, *held_back] if _equal(copies_of(tf, texts), copies)]
    wrong = f"it does what {', '.join(twins)} does: have an idea of your own"
    yield Finding(not twins, "the idea is new", wrong)


def _equal(copies, others):
    return np.mean([a == b for a, b in zip(copies, others, strict=True)]) > 0.95


def _words_changed(old, copy):
    """Return the share of the longer words that the copy has no more; of no copy, 0."""
    found, left = WORD.findall(old), WORD.findall(old if copy is None else copy)
    return np.mean([word not in left for word in found])


@exercise("2.5")
def check_interval(my_interval, my_verdict, video_gains):
    if np.shape(my_interval) != (2,):
        raise Mistake("`my_interval` should be two numbers: the lower and the upper limit")
    gains = video_gains.loc["linear", 100].to_numpy()
    interval = stats.ttest_1samp(gains, 0).confidence_interval()
    wrong = (
        "take the mean ± t * std(ddof=1) / root of n, with n = 5 and Student's t: 2.78, not 1.96"
    )
    right = np.allclose(my_interval, interval, rtol=0, atol=0.06)
    yield Finding(right, "it is the 95 % interval of the mean", wrong)
    need_bool(my_verdict, "`my_verdict`")
    told = interval.low > 0 or interval.high < 0
    wrong = "look where 0 is: inside the interval it cannot be told from the gain"
    yield Finding(bool(my_verdict) == told, f"{my_verdict} follows from the interval", wrong)
