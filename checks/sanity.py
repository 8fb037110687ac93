"""Mistakes of weak supervision that raise no error, and how to find them."""

import numpy as np
import pandas as pd

from checks.core import ABSTAIN, Finding, majority


def sanity_checks(df=None, L=None, lfs=None, preds=None, golds=None, probs=None, cardinality=2):
    """Look for mistakes that raise no error but spoil the result; print a line for each.

    What is not given is not looked at.

    Parameters
    ----------
    df : pandas.DataFrame
        The comments that were labeled.
    L : numpy.ndarray of int, shape (comments, LFs)
        Their label matrix.
    lfs : list of LabelingFunction
        The LFs of its columns.
    preds, golds : array-like of int, shape (comments,)
        Predictions and right labels.
    probs : numpy.ndarray of float, shape (comments, classes)
        The label model's probabilities for the rows of `L`.
    cardinality : int
        Number of classes; that of `probs`, if given.
    """
    if probs is not None:
        cardinality = np.shape(probs)[1]
    for finding in _look(df, L, lfs, preds, golds, probs, cardinality):
        print(f"✓ {finding.right}" if finding.passed else f"✗ {finding.wrong}")


def _look(df, L, lfs, preds, golds, probs, cardinality):
    if df is not None:
        n = df.index.duplicated().sum()
        wrong = f"{n} rows repeat an index, so filters mix them up. Use df.reset_index(drop=True)."
        yield Finding(n == 0, "every row has its own index", wrong)
    if L is not None:
        L, n = np.asarray(L), np.shape(L)[1]
        wrong = f"{n} LFs; the label model needs three or more, or it cannot tell who is right."
        yield Finding(n >= 3, f"{n} LFs", wrong)
        yield _classes(L, cardinality)
    if L is not None and lfs is not None:
        names = pd.Series([lf.name for lf in lfs])
        twice = ", ".join(names[names.duplicated()].unique())
        wrong = f"two LFs are called {twice}. Rename one."
        yield Finding(not twice, "every LF has its own name", wrong)
        always = [n for n, cast in zip(names, L.T, strict=False) if (cast != ABSTAIN).all()]
        wrong = f"never silent: {', '.join(always)}. When should it return ABSTAIN?"
        yield Finding(not always, "every LF abstains somewhere", wrong)
    if df is not None and L is not None and lfs is not None:
        yield _fresh_matrix(df, L, lfs)
    if L is not None and probs is not None and len(L) == len(probs):
        yield _agreement(L, np.asarray(probs))
    if preds is not None and golds is not None:
        yield _better_than_one_class(np.asarray(preds), np.asarray(golds))


def _classes(L, n):
    cast = set(np.unique(L)) - {ABSTAIN}
    odd, without = sorted(cast - set(range(n))), sorted(set(range(n)) - cast)
    wrong = f"no LF votes for class {', '.join(map(str, without[:5]))}."
    if odd:
        wrong = f"votes for {odd[0]}; the classes are 0 to {n - 1}. For more, set cardinality="
    return Finding(not odd and not without, f"there are votes for all {n} classes", wrong)


def _fresh_matrix(df, L, lfs):
    if L.shape != (len(df), len(lfs)):
        wrong = f"the label matrix is {L.shape}, but there are {len(df)} rows and {len(lfs)} LFs."
        return Finding(False, "", wrong)
    rows = np.linspace(0, len(df) - 1, min(len(df), 2000)).astype(int)
    fresh = np.array([[lf(x) for lf in lfs] for _, x in df.iloc[rows].iterrows()])
    differs = (fresh.reshape(L[rows].shape) != L[rows]).any(axis=0)
    changed = ", ".join(lf.name for lf, differ in zip(lfs, differs, strict=True) if differ)
    wrong = f"the label matrix is stale: {changed} now votes otherwise. Apply the LFs again."
    return Finding(not changed, "the label matrix belongs to these rows and LFs", wrong)


def _agreement(L, probs):
    winners = majority(L, probs.shape[1])
    clear = winners != ABSTAIN
    share = (winners == probs.argmax(axis=1))[clear].mean() if clear.any() else 1
    text = f"the label model agrees with {share:.1%} of the majorities"
    wrong = f"{text}: it believes some LF to mean the opposite. Compare its weights with dev."
    return Finding(share >= 0.5, text, wrong)


def _better_than_one_class(preds, golds):
    if len(golds) == 0:
        return Finding(False, "", "there are no gold labels to compare with.")
    right = (preds == golds).mean()
    share = pd.Series(golds).value_counts(normalize=True).max()
    text = f"{right:.1%} are right; always naming the larger class would be right on {share:.1%}"
    swapped = " Are the classes swapped, or the rows in another order?" if right < 1 - share else ""
    return Finding(right > share, text, f"{text}.{swapped}")
