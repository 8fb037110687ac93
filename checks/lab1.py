"""The checks of lab 1: labeling functions, training labels, and data of one's own."""

import io
from collections import Counter
from contextlib import redirect_stdout
from functools import cache
from numbers import Real

import numpy as np
import pandas as pd

import utils
from checks.core import (
    ABSTAIN,
    HAM,
    SPAM,
    Finding,
    Mistake,
    are_lfs,
    exercise,
    is_function,
    learns_nothing_by_heart,
    majority,
    votes,
)


@cache
def _splits():
    """Return train with its gold labels, dev and valid, read anew: no notebook can change them."""
    with redirect_stdout(io.StringIO()):  # the notice about the sample has been read
        return utils.load_spam_dataset(load_train_labels=True, split_dev_valid=True)[:3]


def _some_votes(cast, where, constant):
    """Findings about an LF that should vote on some comments and not on all."""
    n, silent = (cast != ABSTAIN).sum(), f"it votes on 0 comments of {where}"
    yield Finding(n > 0, f"it votes on {n} comments of {where}", f"{silent}: did you {constant}?")
    always = "it never abstains: when should it be silent?"
    yield Finding(n < len(cast), "it abstains on others", always)


def _one_class(cast, label, where="dev"):
    name, other = ("SPAM", "HAM") if label == SPAM else ("HAM", "SPAM")
    if wrong := (cast == 1 - label).sum():
        raise Mistake(f"it votes {other} on {wrong} comments; here it should vote {name} only")
    yield from _some_votes(cast, where, f"return {name}")


@exercise("1.1")
def check_keyword_lf(my_subscribe):
    yield is_function(my_subscribe, "my_subscribe", "labeling")
    _, dev, _ = _splits()
    cast = votes(my_subscribe, dev.text)
    yield from _one_class(cast, SPAM)
    spelled = ["SUBSCRIBE TO ME", "Subscribe to me", "please subscribe!"]
    seen = votes(my_subscribe, spelled) == SPAM
    wrong = f"it misses the word in {spelled[seen.argmin()]!r}: search all of x.text.lower()"
    yield Finding(seen.all(), "it finds the word in small and in capital letters", wrong)
    has_word = dev.text.str.contains("subscribe", case=False, regex=False)
    extra = ((cast != ABSTAIN) & ~has_word).sum()
    more = f"it votes on {extra} comments without the word, too"
    yield Finding(extra == 0, "it leaves other comments alone", more)


@exercise("1.2")
def check_ham_lf(my_ham_lf):
    yield is_function(my_ham_lf, "my_ham_lf", "labeling")
    train, dev, _ = _splits()
    for where, df in (("dev", dev), ("train", train)):
        cast = votes(my_ham_lf, df.text)
        yield from _one_class(cast, HAM, where)
        right = (df.label == HAM)[cast != ABSTAIN].mean()
        spam = (cast == HAM)[df.label == SPAM].mean()
        text = f"{right:.1%} of its votes are right on {where}"
        wrong = f"{text}: it says HAM to {spam:.0%} of the spam; 85% should be right"
        yield Finding(right >= 0.85, text, wrong)
        share = (cast != ABSTAIN).mean()
        text = f"it covers {share:.0%} of {where}"
        yield Finding(share >= 0.1, text, f"{text}; find a rule for 10% or more")
    yield learns_nothing_by_heart(my_ham_lf, train.text)


@exercise("1.3")
def check_training_labels(my_texts, my_labels, df_train, L_train):
    wrong = "`my_texts` is a table: take its column `text`"
    yield Finding(not isinstance(my_texts, pd.DataFrame), "`my_texts` holds texts", wrong)
    texts, labels = list(my_texts), np.asarray(my_labels)
    wrong = f"`my_labels` has the shape {labels.shape}: one label for each text, 0 or 1"
    yield Finding(labels.ndim == 1, "`my_labels` holds labels", wrong)
    n = (labels == ABSTAIN).sum()
    wrong = f"{n} labels are -1: a classifier would learn that as a class of its own"
    yield Finding(n == 0, "no label is an abstain", wrong)
    text = f"{len(texts)} texts and {len(labels)} labels"
    yield Finding(len(texts) == len(labels), text, f"{text}: filter both in the same way")
    winners = majority(L_train)
    kept = winners != ABSTAIN
    hint = f"{kept.sum()} comments have a majority, and you have {len(texts)}"
    if len(texts) == (L_train != ABSTAIN).any(axis=1).sum():
        hint += ": it keeps ties, where as many LFs vote SPAM as HAM"
    yield Finding(len(texts) == kept.sum(), "every comment with a majority is there", hint)
    expected = Counter(zip(df_train.text[kept], winners[kept].tolist(), strict=True))
    given = Counter(zip(texts, labels.tolist(), strict=True))
    wrong = "texts and labels are out of step: each text needs the label of its own votes"
    yield Finding(given == expected, "every text has its own label", wrong)


@exercise("1.4")
def check_thresholds(my_low, my_high, df_dev, df_valid):
    numbers = isinstance(my_low, Real) and isinstance(my_high, Real)
    yield Finding(numbers, "two numbers", "`my_low` and `my_high` are numbers, such as -1.5")
    wrong = "`my_low` is the lower one: HAM at it or below, SPAM at `my_high` or above"
    yield Finding(my_low < my_high, "HAM below, SPAM above", wrong)
    wrong = "`df_dev` has no column `llm`: run the cell with LIVE again"
    yield Finding("llm" in df_dev and "llm" in df_valid, "every comment has a score", wrong)
    (share, right), (share_valid, right_valid) = (
        _share_and_right(df, my_low, my_high) for df in (df_dev, df_valid)
    )
    text = f"it votes on {share:.0%} of dev"
    yield Finding(share >= 0.6, text, f"{text}; 60% are needed: move the thresholds together")
    text = f"{right:.1%} of its votes on dev are right"
    yield Finding(right >= 0.85, text, f"{text}; 85% should be: which side is wrong more often?")
    text = f"on valid it votes on {share_valid:.0%}, and {right_valid:.0%} of the votes are right"
    yield Finding(True, text)


def _share_and_right(df, low, high):
    """Return on which share of the comments the thresholds vote, and which share is right."""
    cast = np.select([df.llm >= high, df.llm <= low], [SPAM, HAM], ABSTAIN)
    return (cast != ABSTAIN).mean(), (cast == df.label)[cast != ABSTAIN].mean()


@exercise("1.5")
def check_new_lf(my_lf, L_all, L_better, REQUESTS):
    yield is_function(my_lf, "my_lf", "labeling")
    train, _, valid = _splits()
    df = pd.concat([train, valid], ignore_index=True)
    golds, n_rows = df.label.to_numpy(), len(df)
    cast = votes(my_lf, df.text)
    yield from _some_votes(cast, "train and valid", "return the constant")
    yield learns_nothing_by_heart(my_lf, df.text)
    any_request = (L_better[:n_rows, : len(REQUESTS)] == SPAM).any(axis=1)
    known = [*L_all[:n_rows].T, *L_better[:n_rows].T, np.where(any_request, SPAM, ABSTAIN)]
    twin = any(_overlap(column, cast) > 0.95 for column in known)
    wrong = "it votes as an LF of the lab does: write down an idea of your own"
    yield Finding(not twin, "the idea is new", wrong)
    right = (cast == golds)[cast != ABSTAIN].mean()
    text = f"{right:.1%} of its votes are right"
    yield Finding(right >= 0.9, text, f"{text}; 90% should be. Read the wrong ones")
    new = ((cast == golds) & (majority(L_all[:n_rows]) != golds)).sum()
    text = f"it is right on {new} comments where the ten are silent, tied or wrong"
    yield Finding(new >= 10, text, f"{text}; 10 are needed: aim where they fail")


def _overlap(one, other):
    """Return the share of equal votes among the comments on which either LF votes."""
    return (one == other)[(one != ABSTAIN) | (other != ABSTAIN)].mean()


@exercise("1.6")
def check_own_lfs(my_lfs, df_own, CLASS_NAMES):
    yield from are_lfs(my_lfs)
    n_classes, n = len(CLASS_NAMES), len(my_lfs)
    names = {lf.name for lf in my_lfs}
    if len(names) < n:
        raise Mistake(f"{n} LFs, but {len(names)} names: each needs its own")
    L = np.column_stack([votes(lf, df_own.text, n_classes) for lf in my_lfs])
    silent = [lf.name for lf, column in zip(my_lfs, L.T, strict=True) if (column == ABSTAIN).all()]
    wrong = f"no vote yet from {', '.join(silent)}: what gives a class away?"
    yield Finding(not silent, "each of them votes", wrong)
    cast = len(set(np.unique(L)) - {ABSTAIN})
    yield Finding(cast >= 2, f"there are votes for {cast} classes", "all votes are for one class")
    known = (df_own.label != ABSTAIN).to_numpy()
    golds, winners = df_own.label[known].to_numpy(), majority(L[known], n_classes)
    sizes = np.bincount(golds, minlength=n_classes)
    counts = ", ".join(f"{size} of class {k}" for k, size in enumerate(sizes[:5]))
    wrong = f"too few labeled rows to judge by ({counts}): label 5 or more in two classes"
    yield Finding((sizes >= 5).sum() >= 2, f"{len(golds):,} labeled rows", wrong)
    largest = sizes == sizes.max()  # whatever the number of this class; equally large ones share
    right = np.where(winners == ABSTAIN, largest[golds] / largest.sum(), winners == golds).mean()
    larger = sizes.max() / len(golds)
    target = larger + 0.1 * (1 - larger)
    text = (
        f"counting their votes, {right:.1%} of the labeled rows are right; "
        f"the larger class alone has {larger:.1%}"
    )
    hint = f"{text}. Get to {target:.1%}; a row without a majority counts as the larger class"
    yield Finding(right >= target - 1e-9, text, hint)
