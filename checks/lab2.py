"""The checks of lab 2: transformation functions, policies, and what augmentation buys."""

import random
import re
from collections import Counter
from unicodedata import normalize

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
    for new in ask(tf, texts):
        if new is not None and not isinstance(getattr(new, "text", None), str):
            what = f"a {type(new).__name__}" if not hasattr(new, "text") else "no text in x.text"
            raise Mistake(f"it returns {what}: change x.text, and return x")
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
    wrong = (
        f"it returns {(made & ~has_number).sum()} comments without a number: they should be None"
    )
    yield Finding(not (made & ~has_number).any(), "it returns None without a number", wrong)
    wrong = f"it returns None for {(has_number & ~made).sum()} comments that have a number"
    yield Finding(not (has_number & ~made).any(), "it applies wherever there is a number", wrong)
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
    wrong = f"{len(given - right)} of them are not above 5 % in the column 'right → wrong'"
    yield Finding(given <= right, "each is above 5 %", wrong)
    missing = len(right - given)
    wrong = f"{missing} more are above 5 %; `harm` holds percentages, so compare with 5"
    yield Finding(missing == 0, "and these are all", wrong)


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
    wrong = f"`tf_reword` has {reword:.3g}, each of the others {others.min():.3g}"
    if np.ptp(others) > 1e-9:
        wrong = "the others differ from one another"
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
    letters = np.mean([_letters_kept(old, new) for old, new in pairs])
    wrong = "hardly a letter is left of the words: a person must still be able to read them"
    yield Finding(letters >= 0.3, "enough of the words is left to read them", wrong)
    twins = [tf.name for tf in [*disguises, *held_back] if _equal(copies_of(tf, texts), copies)]
    wrong = f"it does what {', '.join(twins)} does: have an idea of your own"
    yield Finding(not twins, "the idea is new", wrong)


def _equal(copies, others):
    return np.mean([a == b for a, b in zip(copies, others, strict=True)]) > 0.95


def _words_changed(old, copy):
    """Return the share of the longer words that the copy has no more; of no copy, 0."""
    found, left = WORD.findall(old), WORD.findall(old if copy is None else copy)
    return np.mean([word not in left for word in found])


def _letters_kept(old, new):
    """Return the share of letters and digits that the copy still has, in any order and font."""
    letters, left = (
        Counter(filter(str.isalnum, normalize("NFKC", text.lower()))) for text in (old, new)
    )
    return (letters & left).total() / max(letters.total(), 1)


@exercise("2.5")
def check_interval(my_interval, my_verdict, video_gains):
    if np.shape(my_interval) != (2,):
        raise Mistake("`my_interval` should be two numbers: the lower and the upper limit")
    gains = video_gains.loc["linear", 100].to_numpy()
    interval = stats.ttest_1samp(gains, 0).confidence_interval()
    middle, (low, high) = np.mean(my_interval), my_interval
    wrong = f"its middle is {middle:.2f}, and the mean gain is {gains.mean():.2f}"
    yield Finding(abs(middle - gains.mean()) < 0.06, "its middle is the mean gain", wrong)
    error = gains.std(ddof=1) / len(gains) ** 0.5
    hints = {
        (interval.high - interval.low) / 2 * len(gains) ** 0.5: "divide by the root of n",
        1.96 * error: "with five numbers, 1.96 is too small a factor: take Student's t",
    }
    half = (high - low) / 2
    hint = [hint for value, hint in hints.items() if abs(value - half) < 0.01]
    wrong = f"the limits differ: {[*hint, 'lower one first, of the five video gains'][0]}"
    right = abs(low - interval.low) < 0.06
    yield Finding(right, "it is the 95 % interval of the mean", wrong)
    need_bool(my_verdict, "`my_verdict`")
    told = interval.low > 0 or interval.high < 0
    wrong = "look where 0 is: inside the interval it cannot be told from the gain"
    yield Finding(bool(my_verdict) == told, f"{my_verdict} follows from the interval", wrong)
