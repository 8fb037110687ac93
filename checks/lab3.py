"""Checks of lab 3: slicing functions, a cure, an alarm rule."""

import re

import numpy as np

from checks.core import (
    ABSTAIN,
    HAM,
    SPAM,
    Finding,
    Mistake,
    are_lfs,
    ask,
    exercise,
    is_function,
    learns_nothing_by_heart,
    need_bool,
    votes,
)

# The slice that the notebook shows after exercise 3.3; a copy of it solves nothing.
LIKES = re.compile(r"(?i)\b(?:thumbs?|likes?) (?:up|this comment|it)\b|\bthis comment\b")


def members_of(sf, comments):
    """Return which comments an SF selects; some, and not all."""
    inside = ask(sf, comments.text)
    for answer in inside:
        if not isinstance(answer, (bool, np.bool_)):
            what = "None: every path needs a return" if answer is None else repr(answer)[:60]
            raise Mistake(f"your SF returned {what}. It must return True or False: try bool(...)")
    if not any(inside):
        raise Mistake("it selects 0 comments: when should it return True?")
    if all(inside):
        raise Mistake("it selects every comment")
    return np.array(inside)


@exercise("3.1")
def check_question_slice(my_question, comments):
    yield is_function(my_question, "my_question", "slicing")
    inside = members_of(my_question, comments)
    asked = comments.text.str.contains("?", regex=False).to_numpy()
    missing, extra = (asked & ~inside).sum(), (inside & ~asked).sum()
    wrong = f"it leaves out {missing} with a question mark, and selects {extra} without one"
    yield Finding(missing + extra == 0, "it selects all with a question mark, no others", wrong)


@exercise("3.2")
def check_missed_share(my_missed_share, members, gold, preds):
    wrong = "it has an entry for each comment: take the mean()"
    yield Finding(np.size(my_missed_share) == 1, "it is one number", wrong)
    share, spam = float(np.squeeze(my_missed_share)), members.sf_no_promotion & (gold == SPAM)
    right = abs(share - (preds == HAM)[spam].mean()) < 5e-3
    hint = "the number differs: missed spam of the slice, divided by all spam of the slice"
    yield Finding(right, f"{share:.1%} of the slice's spam is missed", hint)


@exercise("3.3")
def check_found_slice(my_slice, comments, members, right, seen, sfs):
    from scipy.stats import binomtest

    yield is_function(my_slice, "my_slice", "slicing")
    inside = members_of(my_slice, comments)
    known = {sf.name: members[sf.name].to_numpy() for sf in sfs if sf.name in members}
    known["a slice that the lab shows below"] = comments.text.str.contains(LIKES).to_numpy()
    twins = [n for n, o in known.items() if (inside & o).sum() >= 0.9 * (inside | o).sum()]
    wrong = f"it selects the comments of {', '.join(twins)}: find a group of your own"
    yield Finding(not twins, "it is no copy of another slice", wrong)
    inside &= ~members.sf_link.to_numpy()
    first, last = inside & seen, inside & ~seen
    wrong = "it selects no comment without a link in videos 1 to 4"
    yield Finding(first.any(), f"{first.sum()} comments without a link in videos 1 to 4", wrong)
    n, n_right = first.sum(), right[first].sum()
    high = binomtest(int(n_right), int(n)).proportion_ci().high
    text = f"{n_right} of {n} are right, {n_right / n:.1%} [up to {high:.1%}]"
    hint = f"{text}: the interval must be below {right.mean():.1%}, the accuracy on all comments"
    yield Finding(high < right.mean(), text, f"{hint}. More errors, or more comments")
    yield learns_nothing_by_heart(lambda x: SPAM if my_slice(x) else ABSTAIN, comments.text)
    unseen = f"{right[last].sum()} of {last.sum()} are right" if last.any() else "no such comment"
    yield Finding(True, f"in video 5, which you have not looked at: {unseen}")


@exercise("3.4")
def check_cure(my_lfs, simple_lfs, raw, gold, L, L_new, link):
    yield from are_lfs(my_lfs)
    own = [lf for lf in my_lfs if lf not in simple_lfs]
    yield Finding(bool(own), f"{len(own)} of your own", "none of them is your own: add an LF")
    L_own = np.column_stack([votes(lf, raw.text) for lf in my_lfs])
    copies = [(L_new == column[:, None]).all(axis=0).any() for column in L_own.T]
    twins = ", ".join(lf.name for lf, copy in zip(my_lfs, copies, strict=True) if copy)
    wrong = f"{twins}: it votes as an LF of the lab's cures does. Find one of your own"
    yield Finding(not twins, "no LF is a copy of the lab's cures", wrong)
    before, after = label_model_hits(L, gold), label_model_hits(L_own, gold)
    scores = [100 * hits[rows].mean() for rows in (link, slice(None)) for hits in (before, after)]
    text = "label model, links: {:.1f} -> {:.1f} %, all: {:.1f} -> {:.1f} %".format(*scores)
    hint = f"{text}. Links must gain 30 points: which LF says HAM to them?"
    yield Finding(scores[1] - scores[0] >= 30, text, hint)
    hint = f"{text}. All comments may lose 1 point at most"
    yield Finding(scores[3] - scores[2] >= -1, "no harm to all comments", hint)


def label_model_hits(L, gold):
    """Return which comments a label model of these votes gets right; silence is a miss."""
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model.fit(L, seed=123, progress_bar=False)
    hits = model.predict_proba(L).argmax(axis=1) == gold
    return hits & (L != ABSTAIN).any(axis=1)


@exercise("3.5")
def check_alarm(my_alarm):
    if my_alarm(100, 70.0, 80.0, 90.0) is None:
        raise Mistake("it returns None: is there a return?")
    cases = [  # comments, low and high minus the accuracy on all, alarm?, what a wrong answer means
        (150, -9, -0.02, True, "the whole interval is below"),
        (150, -9, 0.02, False, "the interval holds the accuracy on all"),
        (150, -9, 0, False, "the upper bound is not below, but equal"),
        (150, 0.02, 9, False, "this slice is better than the whole"),
        (19, -9, -0.02, False, "19 comments are too few"),
        (20, -9, -0.02, True, "20 comments are enough"),
    ]
    for overall in (61.25, 78.5, 90.5):
        for n, low, high, alarm, hint in cases:
            call = f"my_alarm({n}, {overall + low:.2f}, {overall + high:.2f}, {overall:.2f})"
            said = my_alarm(n, overall + low, overall + high, overall)
            need_bool(said, call)
            if said != alarm:
                raise Mistake(f"{call} is {said!r}, not {alarm}: {hint}")
    yield Finding(True, "it follows the rule in 18 cells, near misses among them")
