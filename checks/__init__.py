"""The checks of the exercises: they say at once what is right, and what is missing and why."""

from checks import lab1, lab2, lab3  # noqa: F401 - each registers its exercises
from checks.core import SOLVED, check, summary
from checks.sanity import sanity_checks

__all__ = ["SOLVED", "check", "sanity_checks", "summary"]
