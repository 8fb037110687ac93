"""What the checks of all labs share: running a check, and asking a student's function.

A check is a generator of findings. It prints a line for each and stops at the first that is
missing. It never raises: whatever a student's code does becomes one sentence.
"""

import inspect
import re
import sys
import warnings
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

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
        1 if the exercise is solved, otherwise 0. It never raises, whatever the answer does.
    """
    if number not in EXERCISES:
        print(f"There is no exercise {number}; there are {', '.join(EXERCISES)}.")
        return 0
    SOLVED.discard(number)
    with redirect_stderr(sys.stdout), warnings.catch_warnings():  # a warning costs no point
        lines, solved = _look(EXERCISES[number], variables)
    if solved:
        SOLVED.add(number)
    print(f"Exercise {number}: {'solved (1 point)' if solved else 'not yet (0 of 1 point)'}")
    print(*(f"  {line}" for line in lines), sep="\n")
    return int(solved)


def _look(findings, variables):
    """Return a line for each finding up to the first that failed, and whether all passed."""
    lines, needed = [], {}
    try:
        for name in inspect.signature(findings).parameters:
            if name in FAILED:
                raise Mistake(f"the cell of `{name}` stopped with {FAILED[name]}: fix it, run it")
            if name not in variables:
                raise Mistake(f"`{name}` does not exist: run the cells above, from the top")
            needed[name] = variables[name]
        for finding in findings(**needed):
            if not finding.passed:
                raise Mistake(finding.wrong or finding.right)
            lines.append(f"✓ {finding.right}")
    except Mistake as mistake:
        return [*lines, f"✗ {mistake}"], False
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # exit() raises SystemExit
        return [*lines, f"✗ your code stopped with {describe(error)}"], False
    return lines, True


def describe(error):
    """Return type and text of an exception, even of one whose text cannot be had."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
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
    names = r"(?m)^(?:def +(\w+)|(\w+(?: *, *\w+)*) *(?::[^=\n]+)?=(?!=))"  # not f(x=1)
    defined = re.findall(names, result.info.raw_cell)
    for name in re.findall(r"\w+", " ".join(f"{function} {names}" for function, names in defined)):
        FAILED.pop(name, None)
        if error:
            FAILED[name] = describe(error)


with suppress(ImportError, AttributeError):  # outside of a notebook there are no cells to watch
    from IPython import get_ipython

    get_ipython().events.register("post_run_cell", remember_failed_cell)


# ---------------------------------------------------------------- findings of several exercises


def is_function(value, name, kind):
    """Say whether a variable holds a labeling, slicing or transformation function."""
    made = {"labeling": "LabelingFunction", "slicing": "SlicingFunction"}.get(kind, "BaseMapper")
    passed = made in [parent.__name__ for parent in type(value).__mro__]
    wrong = f"`{name}` is no {kind} function: @{kind}_function() goes above"
    return Finding(passed, f"`{name}` is a {kind} function", wrong)


def is_given(value, name):
    return Finding(value is not None, f"`{name}` is given", f"`{name}` is still None")


def is_list(value, name, things):
    passed = isinstance(value, (list, tuple, set, np.ndarray, pd.Series, pd.Index))
    wrong = f"`{name}` is a {type(value).__name__}: make it a list of {things}"
    return Finding(passed, f"`{name}` is a list", wrong)


def is_bool(value, name):
    wrong = f"{name} is {value!r}, and should be True or False"
    return Finding(isinstance(value, (bool, np.bool_)), f"{name} is True or False", wrong)


# ---------------------------------------------------------------- asking a student's function


class Comment(SimpleNamespace):
    """One comment as a function sees it: `x.text` or `x["text"]`."""

    __contains__ = __iter__ = None  # "word" in x would look at the comment, not at its text

    def __getitem__(self, column):
        return getattr(self, column)


def hidden_rows(df):
    """Return the texts alone in another order under a new index, so nothing can be looked up.

    `attrs["order"]` has the position in `df` of each row.
    """
    order = np.random.default_rng(0).permutation(len(df))
    rows = df.iloc[order][["text"]].set_axis(np.arange(len(df)) + 1_000_000)
    rows.attrs["order"] = order
    return rows


def comments_of(df):
    """Return each row of a table as a light object that a labeling function takes."""
    columns = [df[column].tolist() for column in df.columns]
    for name, *values in zip(df.index, *columns, strict=True):
        yield Comment(name=name, **dict(zip(df.columns, values, strict=True)))


def answers(function, df):
    """Return what a function answers to each row of a table; raise `Mistake` where it fails."""
    found = []
    for x in comments_of(df):
        text = x.text  # the function may change it
        try:
            found.append(function(x))
        except (Exception, SystemExit) as error:
            where = f"on the comment {defang(str(text))[:60]!r}"
            stopped = f"your function stopped with {describe(error)}, {where}."
            raise Mistake(stopped + _hint(describe(error))) from error
    return found


def _hint(said):
    if re.search(r"has no attribute '(label|author|row)'", said):
        return " Judge by x.text alone: nobody knows the rest of a new comment"
    if re.search("Comment|'str' object|text", said):
        return " The text of a comment is x.text, without parentheses"
    return ""


def votes(lf, df, n_classes=2):
    """Return the votes of a labeling function on `df`, asked on hidden rows.

    Returns
    -------
    numpy.ndarray of int, shape (rows,)
        In the order of `df`.

    Raises
    ------
    Mistake
        If the function fails, or returns anything but ABSTAIN or the number of a class.
    """
    rows = hidden_rows(df)
    found = np.empty(len(df), dtype=int)
    for at, vote in zip(rows.attrs["order"], answers(lf, rows), strict=True):
        whole = isinstance(vote, (int, np.integer)) and not isinstance(vote, bool)
        if not whole or not ABSTAIN <= vote < n_classes:
            what = "nothing (None): every path needs a return" if vote is None else repr(vote)[:60]
            wanted = f"ABSTAIN (-1) or the number of a class (0 to {n_classes - 1})"
            raise Mistake(f"your LF returned {what}. It must return {wanted}")
        found[at] = vote
    return found
