"""docs/teaching.md: the plans follow the labs, part by part."""

import re

import pytest
from exercises import BOOKS, LABS, find_exercises

import utils

PAGE = (utils.HERE / "docs" / "teaching.md").read_text(encoding="utf-8")


def plan(lab):
    """Return the rows (part, minutes, exercises) of the table under the heading of a lab."""
    section = re.search(rf"(?ms)^## Lab {int(lab[:2])}:.*?(?=^## )", PAGE)[0]
    return re.findall(r"(?m)^\| *(\d.*?) *\| *(.*?) *\| *(.*?) *\|$", section)


def parts(lab):
    """Return the parts of a notebook with their exercises: title -> "1.1, 1.2"."""
    prose = "\n".join(cell.source for cell in BOOKS[lab].cells if cell.cell_type == "markdown")
    sections = [section.partition("\n") for section in re.split(r"(?m)^## ", prose)[1:]]
    exercise = re.compile(r"(?m)^> \*\*Exercise (\d\.\d)\.")
    return {title: ", ".join(exercise.findall(text)) for title, _, text in sections}


@pytest.mark.parametrize("lab", LABS)
def test_the_plan_has_the_parts_exercises_and_minutes_of_the_lab(lab):
    assert {part: exercises for part, _, exercises in plan(lab)} == parts(lab)
    stated = int(re.search(r"\*\*Time:\*\* (\d+) minutes", BOOKS[lab].cells[0].source)[1])
    assert sum(int(minutes) for _, minutes, _ in plan(lab) if minutes != "further") == stated


def test_the_points_are_those_of_the_labs():
    counts = [len(find_exercises(lab)) for lab in LABS]
    assert "{} points in lab 1, {} in lab 2, {} in lab 3".format(*counts) in PAGE
