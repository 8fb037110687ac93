"""docs/teaching.md: the plans follow the labs, part by part."""

import re

import nbformat
import pytest
from exercises import LABS, find_exercises

import utils

PAGE = (utils.HERE / "docs" / "teaching.md").read_text(encoding="utf-8")


def plan(number):
    """Return the rows (part, minutes, exercises) of the table under the heading of a lab."""
    section = re.search(rf"^## Lab {number}:.*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)[0]
    return [
        [cell.strip() for cell in row]
        for row in re.findall(r"^\| (\d.*?)\|(.*?)\|(.*?)\|$", section, re.MULTILINE)
    ]


def parts(lab):
    """Return the parts of a notebook and the numbers of the exercises in each: title -> "1.1, 1.2"."""
    found, title = {}, None
    for cell in nbformat.read(utils.HERE / lab, as_version=4).cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else []:
            if line.startswith("## "):
                title = line.removeprefix("## ")
                found[title] = []
            elif exercise := re.match(r"> \*\*Exercise (\d\.\d)\.", line):
                found[title].append(exercise[1])
    return {title: ", ".join(numbers) for title, numbers in found.items()}


@pytest.mark.parametrize("lab", LABS)
def test_the_plan_has_the_parts_and_exercises_of_the_lab(lab):
    assert {title: numbers for title, _, numbers in plan(int(lab[:2]))} == parts(lab)


@pytest.mark.parametrize("lab", LABS)
def test_the_minutes_add_up_to_the_time_that_the_lab_states(lab):
    text = nbformat.read(utils.HERE / lab, as_version=4).cells[0].source
    stated = int(re.search(r"\*\*Time:\*\* (\d+) minutes", text)[1])
    assert (
        sum(int(minutes) for _, minutes, _ in plan(int(lab[:2])) if minutes != "further") == stated
    )


def test_the_points_are_those_of_the_labs():
    points = ", ".join(
        f"{len(find_exercises(lab))}{' points' * (lab == LABS[0])} in lab {int(lab[:2])}"
        for lab in LABS
    )
    assert points in PAGE, points
