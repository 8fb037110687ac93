"""The checks of lab 2: transformation functions, policies, and what augmentation buys."""

import random
import re
from collections import Counter
from unicodedata import normalize

import numpy as np
import pandas as pd
from scipy import stats

from checks.core import (
    Finding,
    Mistake,
    answers,
    exercise,
    hidden_rows,
    is_bool,
    is_function,
    is_given,
    is_list,
)

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
WORD = re.compile(r"[A-Za-z]{4,}")


def copies_of(tf, df):
    """Return the text that a TF makes of each comment, None where it does not apply.

    The draws are seeded. Raises `Mistake` if it returns anything but the comment or None.
    """
    random.seed(0)
    np.random.seed(0)
    texts = []
    for new in answers(tf, df):
        if new is not None and not isinstance(getattr(new, "text", None), str):
            what = f"a {type(new).__name__}" if not hasattr(new, "text") else "no text in x.text"
            raise Mistake(f"it returns {what}: change x.text, and return x")
        texts.append(None if new is None else new.text)
    return texts


def pairs_of(rows, texts):
    """Return (original, copy) where there is a copy."""
    return [(old, new) for old, new in zip(rows.text, texts, strict=True) if new is not None]


def makes_copies(pairs):
    nothing = "it returns None for every comment: return x after changing it"
    return Finding(bool(pairs), f"it makes {len(pairs)} copies", nothing)


def _one_number_replaced(old, new):
    """Look for it as a run of digits, and as one with separators such as 2,124,923."""
    return any(
        new.startswith(old[: number.start()])
        and new.endswith(old[number.end() :])
        and NUMBER.fullmatch(new[number.start() : len(new) - len(old) + number.end()])
        for pattern in (NUMBER, "[0-9]+")
        for number in re.finditer(pattern, old)
    )


@exercise("2.1")
def check_number_tf(my_number, df_train):
    yield is_function(my_number, "my_number", "transformation")
    rows = hidden_rows(df_train.head(300))
    texts = copies_of(my_number, rows)
    pairs, made = pairs_of(rows, texts), np.array([text is not None for text in texts])
    yield makes_copies(pairs)
    has_number = rows.text.str.contains("[0-9]").to_numpy()
    extra, left = (made & ~has_number).sum(), (has_number & ~made).sum()
    wrong = f"it returns {extra} comments without a number: they should be None"
    yield Finding(extra == 0, "it returns None without a number", wrong)
    wrong = f"it returns None for {left} comments that have a number"
    yield Finding(left == 0, "it applies wherever there is a number", wrong)
    changed = np.mean([old != new for old, new in pairs])
    wrong = f"{changed:.0%} of the copies differ: draw a number, and put it into x.text"
    yield Finding(changed >= 0.7, f"{changed:.0%} of the copies differ from the original", wrong)
    only_numbers = all(NUMBER.sub("0", a) == NUMBER.sub("0", b) for a, b in pairs)
    several = "it changes several numbers of a comment: count=1"
    wrong = several if only_numbers else "it changes more than the number"
    one = all(a == b or _one_number_replaced(a, b) for a, b in pairs)
    yield Finding(one, "it changes one number and nothing else", wrong)
    drawn = copies_of(my_number, pd.DataFrame({"text": ["8642097531 people like this"] * 20}))
    same = len(set(drawn)) < 3
    yield Finding(not same, "it draws the number", "it puts the same number everywhere: draw one")
    part = sum("864209753" in text or "642097531" in text for text in drawn)
    wrong = "it changes one digit of a number: [0-9]+ finds all of its digits"
    yield Finding(part < 5, "it replaces the whole number", wrong)


@exercise("2.2")
def check_suspects(my_suspects, harm):
    yield is_given(my_suspects, "my_suspects")
    yield is_list(my_suspects, "my_suspects", "names, as in ['tf_...', ...]")
    given = {str(name) for name in my_suspects}
    unknown = sorted(given - set(harm.index))
    wrong = f"{', '.join(unknown)[:60]}: no TF has that name; take names from harm.index[...]"
    yield Finding(not unknown, "all of them are names of TFs", wrong)
    right = set(harm.index[harm["right → wrong"] > 5])
    extra, missing = len(given - right), len(right - given)
    wrong = f"{extra} of them are not above 5 % in the column 'right → wrong'"
    yield Finding(extra == 0, "each is above 5 %", wrong)
    wrong = f"{missing} more are above 5 %; `harm` holds percentages, so compare with 5"
    yield Finding(missing == 0, "and these are all", wrong)


@exercise("2.3")
def check_probabilities(my_probabilities, names):
    yield is_given(my_probabilities, "my_probabilities")
    yield is_list(my_probabilities, "my_probabilities", "numbers")
    try:
        p = np.asarray(my_probabilities, dtype=float)
    except (TypeError, ValueError):
        raise Mistake("it should hold one plain number for each TF") from None
    n = len(names)
    wrong = f"its shape is {p.shape}, and ({n},) is needed: one number for each of the {n} TFs"
    yield Finding(p.shape == (n,), "one number for each TF", wrong)
    negative = ", ".join(names[~(p >= 0)])
    yield Finding(not negative, "none is negative", f"no number from 0 up for {negative}")
    wrong = f"they add up to {p.sum():.4g}: divide by the sum"
    yield Finding(abs(p.sum() - 1) < 1e-6, "they add up to 1", wrong)
    never, wrong = p[names == "tf_crop"].sum() == 0, "`tf_crop` can still be drawn"
    yield Finding(never, "`tf_crop` is never drawn", wrong)
    others = p[(names != "tf_crop") & (names != "tf_reword")]
    equal = np.ptp(others) < 1e-9
    yield Finding(equal, "the others are equally likely", "the others differ from one another")
    ratio = p[names == "tf_reword"].sum() / others.mean() if others.any() else np.inf
    wrong = f"`tf_reword` is drawn {ratio:.3g} times as often as each of the others"
    yield Finding(abs(ratio - 2) < 1e-6, "`tf_reword` is drawn twice as often", wrong)


@exercise("2.4")
def check_disguise(my_disguise, disguises, held_back, df_train):
    yield is_function(my_disguise, "my_disguise", "transformation")
    rows = hidden_rows(df_train.head(300))
    texts = copies_of(my_disguise, rows)
    made = pairs_of(rows, texts)
    yield makes_copies(made)
    same = sum(a == b for a, b in made)
    wrong = f"{same} copies are the comment itself: return None where nothing changes"
    yield Finding(same == 0, "each copy differs from its original", wrong)
    wordy = rows.text.str.count(WORD.pattern).ge(2).to_numpy()
    applied = np.mean([text is not None for text in np.array(texts, dtype=object)[wordy]])
    text = f"it applies to {applied:.0%} of the comments with two longer words"
    yield Finding(applied >= 0.5, text, f"{text}; half of them are needed")
    words = np.mean([_words_kept(a, b) for a, b in made])
    wrong = f"{words:.0%} of the words are as before: a disguise changes the longer ones"
    yield Finding(words <= 0.8, "it changes the words", wrong)
    letters = np.mean([_letters_kept(a, b) for a, b in made])
    wrong = "hardly a letter is left of the words: a person must still be able to read them"
    yield Finding(letters >= 0.3, "enough of the words is left to read them", wrong)
    twins = [tf.name for tf in [*disguises, *held_back] if _same(copies_of(tf, rows), texts)]
    wrong = f"it does what {', '.join(twins)} does: have an idea of your own"
    yield Finding(not twins, "the idea is new", wrong)


def _same(texts, others):
    return sum(a == b for a, b in zip(texts, others, strict=True)) > 0.95 * len(texts)


def _words_kept(old, new):
    """Return the share of the longer words that the copy still has."""
    found, kept = WORD.findall(old), set(WORD.findall(new))
    return np.mean([word in kept for word in found]) if found else 0


def _letters_kept(old, new):
    """Return the share of letters and digits that the copy still has, in any order and font."""
    letters, left = (
        Counter(filter(str.isalnum, normalize("NFKC", text.lower()))) for text in (old, new)
    )
    return (letters & left).total() / max(letters.total(), 1)


@exercise("2.5")
def check_interval(my_interval, my_verdict, video_gains):
    yield is_given(my_interval, "my_interval")
    if np.shape(my_interval) != (2,):
        raise Mistake("`my_interval` should be two numbers: the lower and the upper limit")
    if not all(isinstance(limit, (int, float)) for limit in my_interval):
        raise Mistake(f"`my_interval` holds {my_interval!r}: two numbers, such as -1.2 and 3.4")
    yield Finding(
        my_interval[0] <= my_interval[1], "low before high", "the lower limit comes first"
    )
    numbers = video_gains.loc["linear", 100].to_numpy()
    mean, low = numbers.mean(), my_interval[0]
    interval = stats.ttest_1samp(numbers, 0).confidence_interval()
    wrong = f"its middle is {np.mean(my_interval):.2f}, and the mean gain is {mean:.2f}"
    yield Finding(abs(np.mean(my_interval) - mean) < 0.06, "its middle is the mean gain", wrong)
    spread, n = numbers.std(ddof=1), len(numbers)
    hints = {
        stats.t.ppf(0.975, n - 1) * spread: "you forgot to divide by the root of n",
        1.96 * spread / n**0.5: "with five numbers, 1.96 is too small a factor: take Student's t",
    }
    half = mean - low
    hint = next((hint for value, hint in hints.items() if abs(value - half) < 0.01), None)
    wrong = hint or "take the five video gains, not the 30 pairs"
    right = abs(low - interval.low) < 0.06
    yield Finding(right, "it is the 95 % interval of the mean", f"the limits differ: {wrong}")
    yield is_bool(my_verdict, "`my_verdict`")
    told = interval.low > 0 or interval.high < 0
    wrong = "look where 0 is: inside the interval it cannot be told from the gain"
    yield Finding(bool(my_verdict) == told, f"{my_verdict} follows from the interval", wrong)
