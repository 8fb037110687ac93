"""What the checks of all labs share: running a check, and asking a student's function.

A check is a generator of findings. It prints a line for each and stops at the first that is
missing. It never raises: whatever a student's code does becomes one sentence.
"""

import inspect
import re
import sys
from contextlib import redirect_stderr
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
from IPython import get_ipython

from utils import defang

ABSTAIN, HAM, SPAM = -1, 0, 1
EXERCISES = {}  # number -> generator of findings
SOLVED = set()  # numbers of the exercises whose last check passed
FAILED = {}  # name that a failed cell was to define -> what stopped the cell


@dataclass
class Finding:
    """One thing that a check has looked at; `right` or `wrong` is what the student reads."""

    passed: bool
    right: str
    wrong: str = ""


class Mistake(Exception):
    """A sentence for the student about code that cannot be judged."""


def exercise(number):
    """Register a generator of findings; its parameters name the variables that it needs."""

    def register(findings):
        EXERCISES[number] = findings
        return findings

    return register


def check(number, variables):
    """Check the exercise `number`, print what was found, and return the points: 0 or 1.

    `variables` are the notebook's: `globals()`. It never raises, whatever the answer does.
    """
    SOLVED.discard(number)
    lines, points = [], 0
    with redirect_stderr(sys.stdout):  # a warning costs no point
        try:
            if number not in EXERCISES:
                raise Mistake(f"there is no such exercise; there are {', '.join(EXERCISES)}")
            findings = EXERCISES[number]
            for finding in findings(**_needed(inspect.signature(findings).parameters, variables)):
                if not finding.passed:
                    raise Mistake(finding.wrong)
                lines.append(f"✓ {finding.right}")
            SOLVED.add(number)
            points = 1
        except Mistake as mistake:
            lines.append(f"✗ {mistake}")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # exit() raises SystemExit
            lines.append(f"✗ your code stopped with {describe(error)}")
    print(f"Exercise {number}: {'solved (1 point)' if points else 'not yet (0 of 1 point)'}")
    print(*(f"  {line}" for line in lines), sep="\n")
    return points


def _needed(names, variables):
    """Return the variables that a check needs, unless one is missing or untouched."""
    for name in names:
        if name in FAILED:
            raise Mistake(f"the cell of `{name}` stopped with {FAILED[name]}: fix it, run it")
        if name not in variables:
            raise Mistake(f"`{name}` does not exist: run the cells above, from the top")
        if variables[name] is None:
            raise Mistake(f"`{name}` is still None")
    return {name: variables[name] for name in names}


def describe(error):
    """Return type and text of an exception, even of one without a text, or with an endless one."""
    try:
        return f"{type(error).__name__}: {error}"[:300].rstrip(": ")
    except (Exception, SystemExit):
        return type(error).__name__


def summary(lab):
    """Print how many exercises of a lab (1, 2 or 3) are solved, and which are open."""
    numbers = [number for number in EXERCISES if number.startswith(f"{lab}.")]
    left = [number for number in numbers if number not in SOLVED]
    still = f"; open: {', '.join(left)}" if left else ". That is all of them: well done!"
    print(f"Lab {lab}: {len(numbers) - len(left)} of {len(numbers)} exercises solved{still}")


def remember_failed_cell(result):
    """Note which names a cell that failed was to define, so that no old value is judged."""
    error = result.error_before_exec or result.error_in_exec
    defined = re.findall(
        r"(?m)^def +\w+|^\w+ *: *\w+ *(?==)|^\w[\w, ]*(?==[^=])", result.info.raw_cell
    )
    for name in re.findall(r"\w+", " ".join(defined)):
        FAILED.pop(name, None)
        if error:
            FAILED[name] = describe(error)


if shell := get_ipython():  # None outside of a notebook
    shell.events.register("post_run_cell", remember_failed_cell)


# ---------------------------------------------------------------- what several exercises need


def is_function(value, name, kind):
    """Say whether a variable holds a labeling, slicing or transformation function."""
    made = {"labeling": "LabelingFunction", "slicing": "SlicingFunction"}.get(kind, "BaseMapper")
    passed = made in [parent.__name__ for parent in type(value).__mro__]
    wrong = f"`{name}` is no {kind} function: @{kind}_function() goes above"
    return Finding(passed, f"`{name}` is a {kind} function", wrong)


def need_list(value, name, things):
    if not isinstance(value, (list, tuple, set, np.ndarray, pd.Series, pd.Index)):
        raise Mistake(f"`{name}` is a {type(value).__name__}: make it a list of {things}")


def need_bool(value, name):
    if not isinstance(value, (bool, np.bool_)):
        raise Mistake(f"{name} is {repr(value)[:60]}, and should be True or False")


def are_lfs(my_lfs):
    """Findings about an answer that should be a list of LFs."""
    need_list(my_lfs, "my_lfs", "LFs")
    n = len(my_lfs)
    yield Finding(n >= 3, f"{n} LFs", f"{n} LFs: the label model needs three or more")
    for lf in my_lfs:
        name = getattr(lf, "name", getattr(lf, "__name__", repr(lf)[:60]))
        yield is_function(lf, name, "labeling")


def majority(L, n_classes=2):
    """Return the class with the most votes for each row, ABSTAIN where no class has most."""
    counts = np.stack([np.equal(L, k).sum(axis=1) for k in range(n_classes)], axis=1)
    n_first = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1)
    return np.where(n_first == 1, counts.argmax(axis=1), ABSTAIN)


# ---------------------------------------------------------------- asking a student's function


class Comment(SimpleNamespace):
    """One comment as a function sees it: `x.text` or `x["text"]`."""

    __contains__ = __iter__ = None  # "word" in x would look at the comment, not at its text

    def __getitem__(self, column):
        return getattr(self, column)


def ask(function, texts, row=Comment):
    """Return what a function answers to each text; raise `Mistake` where it fails.

    It sees the texts alone, in another order and under a new index, so nothing can be looked up.
    """
    texts, found = list(texts), {}
    for name, at in enumerate(np.random.default_rng(0).permutation(len(texts)), start=1_000_000):
        try:
            found[at] = function(row(name=name, text=texts[at]))
        except (Exception, SystemExit) as error:
            said, hint = describe(error), ""
            if re.search(r"has no attribute '(label|author|row)'", said):
                hint = " Judge by x.text alone: nobody knows the rest of a new comment"
            elif re.search("Comment|Namespace|'str' object|text", said):
                hint = " The text of a comment is x.text, without parentheses"
            where = f"on the comment {defang(texts[at])[:60]!r}"
            raise Mistake(f"your function stopped with {said}, {where}.{hint}") from error
    return [found[at] for at in range(len(texts))]


def votes(lf, texts, n_classes=2):
    """Return the votes of an LF on texts as a NumPy array of int.

    Raises `Mistake` if it fails, or returns anything but ABSTAIN or the number of a class.
    """
    found = ask(lf, texts)
    for vote in found:
        whole = isinstance(vote, (int, np.integer)) and not isinstance(vote, bool)
        if not whole or not ABSTAIN <= vote < n_classes:
            what = "nothing (None): every path needs a return" if vote is None else repr(vote)[:60]
            wanted = f"ABSTAIN (-1) or the number of a class (0 to {n_classes - 1})"
            raise Mistake(f"your LF returned {what}. It must return {wanted}")
    return np.array(found, dtype=int)


def learns_nothing_by_heart(lf, texts):
    """Say whether an LF still votes where something stands before, or after, each text."""
    plain, before, after = (
        (votes(lf, changed) != ABSTAIN).sum() for changed in (texts, "! " + texts, texts + " !")
    )
    wrong = "it knows these comments by heart: write a rule that finds new ones, too"
    return Finding(max(before, after) >= plain / 2, "it is a rule for new comments, too", wrong)
