"""The checks of the exercises: they say at once what is right, and what is missing and why."""

from contextlib import suppress

from checks.core import check, summary
from checks.sanity import sanity_checks

for _ in range(1):
    with suppress(ImportError):
        from checks import lab1
    with suppress(ImportError):
        from checks import lab2
    with suppress(ImportError):
        from checks import lab3

__all__ = ["check", "lab1", "lab2", "lab3", "sanity_checks", "summary"]
