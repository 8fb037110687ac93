"""The checks of lab 2, on a few comments: solutions pass, mistakes get their hint."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from snorkel.augmentation import transformation_function
from solved import SOLUTIONS, WRONG

import checks

TEXTS = [
    "Subscribe to my channel, 2,124,923 people did!",
    "This song is awesome",
    "I was here in 2015 and in 2016",
    "wow",
    "Check out this video at http://example.test/a1b2 please",
    "He has 1 billion views",
] * 5


@transformation_function(name="spaces")
def tf_spaces(x):
    text = re.sub("[A-Za-z]{4,}", lambda word: " ".join(word.group()), x.text)
    if text == x.text:
        return None
    x.text = text
    return x


@pytest.fixture
def variables():
    names = np.array(["tf_crop", "tf_reword", "tf_drop_word", "tf_swap_artist"])
    gains = pd.DataFrame(
        [[3.8, 2.6, 0.3, -0.6, 0.9]],
        index=pd.MultiIndex.from_tuples([("linear", 100)]),
        columns=[1, 2, 3, 4, 5],
    )
    return {
        "np": np,
        "re": re,
        "stats": stats,
        "transformation_function": transformation_function,
        "HAM": 0,
        "SPAM": 1,
        "df_train": pd.DataFrame({"text": TEXTS, "label": [1, 0, 0, 0, 1, 0] * 5}),
        "names": names,
        "harm": pd.DataFrame({"right → wrong": [29.7, 9.4, 1.5, 1.7]}, index=names),
        "disguises": [tf_spaces],
        "held_back": [],
        "video_gains": gains,
    }


def ask(number, answer, variables, capsys):
    exec(answer, variables)
    points = checks.check(number, variables)
    return points, capsys.readouterr().out


def number_of(grade_id):
    return grade_id.removeprefix("exercise-").replace("-", ".")


LAB2 = [grade_id for grade_id in SOLUTIONS if grade_id.startswith("exercise-2-")]
MISTAKES = [(grade_id, *mistake) for grade_id in LAB2 for mistake in WRONG[grade_id]]


@pytest.mark.parametrize("grade_id", LAB2)
def test_the_solution_is_solved(grade_id, variables, capsys):
    points, said = ask(number_of(grade_id), SOLUTIONS[grade_id], variables, capsys)
    assert points == 1, said


@pytest.mark.parametrize("grade_id, answer, hint", MISTAKES)
def test_a_typical_mistake_gets_its_hint(grade_id, answer, hint, variables, capsys):
    points, said = ask(number_of(grade_id), answer, variables, capsys)
    assert points == 0
    assert hint in said


@pytest.mark.parametrize("pattern", ["[0-9]+", r"[0-9]+(?:[.,][0-9]+)*"])
def test_a_number_with_separators_may_be_taken_as_one_or_by_its_parts(pattern, variables, capsys):
    answer = SOLUTIONS["exercise-2-1"].replace("[0-9]+", pattern)
    assert ask("2.1", answer, variables, capsys)[0] == 1


def test_the_last_number_may_be_replaced_as_well_as_the_first(variables, capsys):
    answer = SOLUTIONS["exercise-2-1"].replace("[0-9]+", r"[0-9]+(?=[^0-9]*$)")
    assert ask("2.1", answer, variables, capsys)[0] == 1


def test_an_index_of_names_is_a_list_of_names(variables, capsys):
    answer = "my_suspects = harm.index[harm['right → wrong'] > 5]"
    assert ask("2.2", answer, variables, capsys)[0] == 1


def test_probabilities_may_be_a_plain_list(variables, capsys):
    assert ask("2.3", "my_probabilities = [0, 0.5, 0.25, 0.25]", variables, capsys)[0] == 1


def test_three_times_as_often_is_not_twice(variables, capsys):
    points, said = ask("2.3", "my_probabilities = [0, 0.6, 0.2, 0.2]", variables, capsys)
    assert points == 0
    assert "3 times as often" in said


def test_a_disguise_of_a_share_of_the_words_is_one(variables, capsys):
    answer = SOLUTIONS["exercise-2-4"].replace("x.text\n    )", "x.text, count=2\n    )")
    assert ask("2.4", answer, variables, capsys)[0] == 1


def test_the_verdict_follows_the_numbers(variables, capsys):
    variables["video_gains"] += 5
    points, said = ask("2.5", SOLUTIONS["exercise-2-5"], variables, capsys)
    assert points == 1
    assert "True follows from the interval" in said
    wrong = SOLUTIONS["exercise-2-5"] + "my_verdict = False\n"
    assert ask("2.5", wrong, variables, capsys)[0] == 0


def test_an_untouched_stub_is_not_solved(variables, capsys):
    for number, answer in {
        "2.2": "my_suspects = None",
        "2.3": "my_probabilities = None",
        "2.5": "my_interval, my_verdict = None, None",
    }.items():
        points, said = ask(number, answer, variables, capsys)
        assert points == 0
        assert "is still None" in said
