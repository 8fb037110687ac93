"""The exercises: each check tells the untouched stub, the solution and typical mistakes apart, and never raises."""

import ast
import re

import nbformat
import pytest
from exercises import LABS, all_exercises, attempt, code_cells, find_exercises, variables
from solved import SOLUTIONS, WRONG

import checks
import utils

EXERCISES = [pytest.param(exercise, id=exercise.number) for exercise in all_exercises()]
MISTAKES = [
    pytest.param(exercise, answer, hint, id=f"{exercise.number}-{number}")
    for exercise in all_exercises()
    for number, (answer, hint) in enumerate(WRONG.get(exercise.grade_id, []), start=1)
]


@pytest.fixture(autouse=True)
def nothing_solved(monkeypatch):
    monkeypatch.setattr(checks, "SOLVED", set())


# ---------------------------------------------------------------- the notebooks, the checks and the solutions agree


def test_notebooks_checks_and_solutions_have_the_same_exercises():
    ids = [exercise.grade_id for exercise in all_exercises()]
    assert [exercise.number for exercise in all_exercises()] == sorted(checks.EXERCISES)
    assert set(SOLUTIONS) == set(WRONG) == set(ids) and len(set(ids)) == len(ids)
    assert all(len(mistakes) >= 2 for mistakes in WRONG.values())


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_counts_its_exercises_and_ends_with_how_many_are_solved(lab):
    exercises, number = find_exercises(lab), int(lab[:2])
    assert [exercise.number for exercise in exercises] == [
        f"{number}.{i + 1}" for i in range(len(exercises))
    ]
    assert 4 <= len(exercises) <= 6, lab
    assert f"checks.summary({number})" in [
        cell.source for cell in code_cells(lab)[-2:]
    ]  # the headline follows


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_is_a_text_a_stub_and_a_check_in_this_order(exercise):
    cells = nbformat.read(utils.HERE / exercise.lab, as_version=4).cells
    (at,) = (
        i
        for i, cell in enumerate(cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise.grade_id
    )
    text = cells[at - 1].source
    assert (
        cells[at - 1].cell_type == "markdown"
        and f"**Exercise {exercise.number}.**" in text
        and "Hint:" in text
    )
    assert cells[at + 1].metadata.nbgrader.grade_id == exercise.grade_id + "-check"
    assert exercise.check == f'checks.check("{exercise.number}", globals())'


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_solution_stands_in_a_notebook(exercise):
    """The longest line that a solution has and its stub has not is as good as the answer."""
    new = set(SOLUTIONS[exercise.grade_id].splitlines()) - set(exercise.stub.splitlines())
    answer = max(new, key=len).strip()
    assert not any(answer in cell.source for cell in code_cells(exercise.lab)), answer


# ---------------------------------------------------------------- what a check says


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_untouched_stub_is_told_not_yet(exercise):
    points, said = attempt(exercise, exercise.stub)
    assert points == 0 and f"Exercise {exercise.number}: not yet" in said and said.count("✗") == 1


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_solution_earns_the_point(exercise, capsys, recwarn):
    variables(
        exercise.lab
    )  # what the imports and the cells before print and warn about is not of interest
    capsys.readouterr()
    recwarn.clear()
    points, said = attempt(exercise, SOLUTIONS[exercise.grade_id])
    assert points == 1 and f"Exercise {exercise.number}: solved" in said and "✗" not in said, said
    assert exercise.number in checks.SOLVED
    shown = [str(w.message) for w in recwarn if not issubclass(w.category, DeprecationWarning)]
    shown = [
        text for text in shown if "Input has data type int64" not in text
    ]  # lab 1 silences this one
    assert capsys.readouterr().err == "" and not shown, (
        "nbgrader gives 0 points where anything is on stderr"
    )


@pytest.mark.parametrize(("exercise", "answer", "hint"), MISTAKES)
def test_a_typical_mistake_gets_the_right_hint(exercise, answer, hint):
    points, said = attempt(exercise, answer)
    (wrong,) = re.findall("✗ (.*)", said)
    assert points == 0 and hint in wrong and hint not in attempt(exercise, exercise.stub)[1], said


def broken_bodies(stub, body):
    """Return the stub with another body in each of its functions; its values become None."""
    tree = ast.parse(stub)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse(body).body
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.Tuple)):
            node.value = ast.Constant(None)
    return ast.unparse(tree)


def with_values(stub, value):
    """Return source that gives each name that the stub defines another value."""
    names = [node.name for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef)]
    targets = [
        target
        for node in ast.parse(stub).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    names += [
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    ]
    return "\n".join(f"{name} = {value}" for name in names)


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    "body", ["raise KeyError('nothing')", "return None", "return 'spam'", "return 7", "1 / 0"]
)
def test_a_function_that_fails_or_returns_nonsense_is_told_so(exercise, body):
    points, said = attempt(exercise, broken_bodies(exercise.stub, body))
    assert points == 0 and said.count("✗") == 1, said


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    "value", ["None", "'spam'", "[]", "[None] * 3", "float('nan')", "len", "object()"]
)
def test_a_name_that_holds_something_else_is_told_so(exercise, value):
    points, said = attempt(exercise, with_values(exercise.stub, value))
    assert points == 0 and said.count("✗") == 1, said


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("answer", ["", "raise RuntimeError('stop')"])
def test_a_deleted_or_failing_cell_is_told_what_to_do(exercise, answer):
    points, said = attempt(exercise, answer)
    assert points == 0 and "does not exist: run the cells above" in said, said


@pytest.mark.parametrize("exercise", EXERCISES)
def test_without_the_cells_above_nothing_breaks(exercise, capsys):
    assert checks.check(exercise.number, {}) == 0
    assert "does not exist" in capsys.readouterr().out


def test_a_number_that_is_none_is_told_which_there_are(capsys):
    assert checks.check("9.9", {}) == 0
    assert "There is no exercise 9.9; there are 1.1, " in capsys.readouterr().out


# ---------------------------------------------------------------- how many are solved


def test_the_summary_counts_what_was_solved_last(capsys):
    first, second, *others = find_exercises(LABS[0])
    attempt(first, SOLUTIONS[first.grade_id])
    attempt(second, SOLUTIONS[second.grade_id])
    checks.summary(1)
    left = ", ".join(exercise.number for exercise in others)
    assert (
        capsys.readouterr().out == f"Lab 1: 2 of {len(others) + 2} exercises solved; open: {left}\n"
    )
    attempt(second, second.stub)  # solved once, and broken since
    checks.summary(1)
    assert (
        f"Lab 1: 1 of {len(others) + 2} exercises solved; open: 1.2, 1.3" in capsys.readouterr().out
    )


def test_the_summary_is_glad_if_all_are_solved(capsys):
    checks.SOLVED.update(checks.EXERCISES)
    checks.summary(1)
    n = len(find_exercises(LABS[0]))
    assert (
        capsys.readouterr().out
        == f"Lab 1: {n} of {n} exercises solved. That is all of them: well done!\n"
    )


def test_no_exercise_depends_on_an_answer():
    """Every exercise can be solved, whatever was left untouched before: `variables` runs the stubs as they are."""
    for lab in LABS:
        assert list(variables(lab)) == [exercise.number for exercise in find_exercises(lab)]
