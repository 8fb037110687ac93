"""The exercises of the notebooks, found by their nbgrader metadata, and a way to try answers on them."""

import ast
import builtins
import inspect
import io
import symtable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache

import nbformat
from notebook_code import fresh_namespace
from solved import SOLUTIONS, WRONG

import checks
import utils

LABS = sorted(path.name for path in utils.HERE.glob("0*.ipynb"))


@dataclass(frozen=True)
class Exercise:
    """One exercise: its notebook, its number such as "1.1", the id and source of its stub, the source of its check."""

    lab: str
    number: str
    grade_id: str
    stub: str
    check: str


def code_cells(lab):
    book = nbformat.read(utils.HERE / lab, as_version=4)
    return [cell for cell in book.cells if cell.cell_type == "code"]


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_stub(cell):
    return cell.metadata.get("nbgrader", {}).get("solution", False)


@cache
def find_exercises(lab):
    """Return the exercises of a notebook in their order; the check of a stub `name` is called `name-check`."""
    cells = code_cells(lab)
    by_id = {grade_id(cell): cell for cell in cells}
    return [
        Exercise(
            lab,
            number_of(cell),
            grade_id(cell),
            cell.source,
            by_id[f"{grade_id(cell)}-check"].source,
        )
        for cell in cells
        if is_stub(cell)
    ]


def number_of(cell):
    """Return "1.2" for the cell with the grade_id "exercise-1-2" or "exercise-1-2-check"."""
    return ".".join(grade_id(cell).split("-")[1:3])


def all_exercises():
    return [exercise for lab in LABS for exercise in find_exercises(lab)]


# ---------------------------------------------------------------- the variables that an exercise needs


def sets_and_reads(source):
    """Return two sets of names: what a cell of a notebook sets, and what must be there before it."""
    sets, reads = set(), set()
    for statement in ast.parse(source).body:
        sets_here, reads_here = names_of(ast.unparse(statement))
        if not isinstance(
            statement, (ast.Assign, ast.AugAssign)
        ):  # `for x in y: use(x)` sets x before it reads it
            reads_here -= sets_here
        reads |= reads_here - sets
        sets |= sets_here
    return sets, reads


def names_of(statement):
    """Return the global names that a statement sets, and those that it reads; functions read when they are called."""
    top = symtable.symtable(statement, "cell", "exec")
    sets = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    reads, tables = set(), [top]
    for table in tables:  # grows on the way
        tables += table.get_children()
        symbols = table.get_symbols()
        reads |= {
            s.get_name() for s in symbols if s.is_referenced() and (table is top or s.is_global())
        }
    return sets, reads


def changes(source):
    """Return the names of what a cell changes in place, as `name[0] = 1`, `name.x = 1` and `name.append(1)` do."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            node = node.value.func
        elif not isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name):
            names.add(node.id)
    return names


def needed_cells(cells, wanted):
    """Return the places of the cells that must run so that names exist, found backward.

    `wanted` maps the place of a cell to the names that must be there before it. The first two cells (imports,
    settings) are always needed; figures and long computations mostly are not.
    """
    needed, names = {0, 1}, set()
    not_changed = sets_and_reads(cells[0].source)[0] | set(
        dir(builtins)
    )  # utils.preview(...) does not change utils
    for at, cell in reversed(list(enumerate(cells))):
        sets, reads = sets_and_reads(cell.source)
        if names & (sets | changes(cell.source) - not_changed):
            needed.add(at)
            names = names - sets | reads
        names = names | wanted.get(at, set())
    return needed


def wanted_by_exercises(cells):
    """Return for each stub the names that it and the answers to it read, for each check the names that it asks for."""
    wanted = {}
    for at, cell in enumerate(cells):
        if is_stub(cell):
            answers = [
                SOLUTIONS.get(grade_id(cell), ""),
                *(source for source, _ in WRONG.get(grade_id(cell), [])),
            ]
            wanted[at] = set().union(*(sets_and_reads(answer)[1] for answer in answers))
        elif grade_id(cell):
            wanted[at] = set(inspect.signature(checks.EXERCISES[number_of(cell)]).parameters)
    return wanted


@cache
def variables(lab):
    """Return for each exercise of a notebook, by number, the variables that are there when a student comes to it."""
    cells = code_cells(lab)
    needed, namespace, found = (
        needed_cells(cells, wanted_by_exercises(cells)),
        fresh_namespace(),
        {},
    )
    for at, cell in enumerate(cells):
        if is_stub(cell):
            found[number_of(cell)] = dict(namespace)
        if at in needed:
            run(cell.source, f"{lab}, In [{cell.execution_count}]", namespace)
    return found


def run(source, name, namespace):
    exec(compile(source, name, "exec"), namespace)


def attempt(exercise, answer):
    """Run an answer in place of the stub, and then the check cell; return the points and what was printed."""
    namespace, printed = dict(variables(exercise.lab)[exercise.number]), io.StringIO()
    with redirect_stdout(printed):
        try:
            run(answer, exercise.grade_id, namespace)
        except (
            Exception
        ) as error:  # the notebook shows it, and the student runs the check all the same
            print(f"{type(error).__name__}: {error}")
        points = eval(exercise.check, namespace)
    return points, printed.getvalue()
