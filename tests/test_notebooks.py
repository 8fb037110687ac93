"""Rules for the stored notebooks: what nbval passes in silence, and what the labs promise their readers."""

import ast
import re

import nbformat
import pytest
from notebook_code import where

import utils

PATHS = sorted(utils.HERE.glob("0*.ipynb"))
BOOKS = {path.name: nbformat.read(path, as_version=4) for path in PATHS}
MACHINE_PATH = re.compile(
    r"/home/|/Users/|/tmp/|[A-Z]:\\\\?Users|site-packages|"
    + re.escape(str(utils.HERE.parent) + "/")
)


def code_of(name):
    return [cell for cell in BOOKS[name].cells if cell.cell_type == "code"]


def code_cells():
    return [
        pytest.param(name, cell, id=f"{name}-{number}")
        for name in BOOKS
        for number, cell in enumerate(code_of(name), start=1)
    ]


def texts_of(cell):
    for out in cell.outputs:
        yield out.get("text", "")
        yield from (
            value for kind, value in out.get("data", {}).items() if kind.startswith("text/")
        )


def tags_of(cell):
    return cell.metadata.get("tags", [])


def parse(cell):
    """Return the syntax tree of a cell, or None if it is not plain Python: a magic, a shell line, a syntax error."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


def is_check(cell):
    """Whether the cell calls utils.check_range or asserts something; a check in a comment is none."""
    tree = parse(cell) or ast.Module(body=[])
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return "utils.check_range" in calls or any(isinstance(node, ast.Assert) for node in tree.body)


def test_there_are_three_labs():
    assert len(PATHS) == 3


@pytest.mark.parametrize("name", BOOKS)
def test_the_notebook_is_valid_small_and_names_the_common_kernel(name):
    book = BOOKS[name]
    nbformat.validate(book)
    kernel = book.metadata.get("kernelspec", {}).get("name")
    assert kernel == "python3", (
        f"{name}: its kernel is named {kernel!r} and not 'python3'; run 'make refresh'"
    )
    assert (utils.HERE / name).stat().st_size < 1_500_000


@pytest.mark.parametrize("name", BOOKS)
def test_the_notebook_was_run_top_to_bottom(name):
    """A cell without an execution count is never compared by nbval, so every cell must have one, in order."""
    before = 0
    for cell in code_of(name):
        assert cell.execution_count == before + 1, (
            f"{where(name, cell)}: does not follow In [{before}], so a cell was deleted, moved or not run; "
            "run the notebook with 'make refresh'"
        )
        before = cell.execution_count


@pytest.mark.parametrize(("name", "cell"), code_cells())
def test_each_cell_keeps_the_rules(name, cell):
    cell_name = where(name, cell)
    assert cell.source.strip(), f"{cell_name}: is empty"
    assert parse(cell), f"{cell_name}: is not plain Python; no magics and no shell lines in a lab"
    unwanted = re.search(
        r"os\.chdir|pip install|get_ipython|(NBVAL|PYTEST_VALIDATE)_\w+", cell.source
    )
    assert not unwanted, f"{cell_name}: no {unwanted and unwanted[0]} in a lab"
    forbidden = set(tags_of(cell)) - {"nbval-ignore-output", "headline"}
    assert not forbidden, f"{cell_name}: has the tag {', '.join(forbidden)}, which is not allowed"
    for out in cell.outputs:
        assert out.output_type != "error", f"{cell_name}: a stored error"
        assert out.get("name") != "stderr", (
            f"{cell_name}: a stored warning, log line or progress bar"
        )
    for text in texts_of(cell):
        assert not MACHINE_PATH.search(text), f"{cell_name}: a machine path in the output"


@pytest.mark.parametrize("name", BOOKS)
def test_output_that_is_not_compared_is_stored_and_checked_by_a_band(name):
    code = code_of(name)
    for number, cell in enumerate(code, start=1):
        if "nbval-ignore-output" in tags_of(cell):
            assert cell.outputs, (
                f"{where(name, cell)}: its output was stripped; run the notebook with 'make refresh'"
            )
            checked = any(is_check(near) for near in code[number - 1 : number + 1])
            assert checked or "headline" in tags_of(cell), (
                f"{where(name, cell)}: its output is not compared, and neither it nor the next cell checks a band"
            )


@pytest.mark.parametrize("name", BOOKS)
def test_every_figure_is_stored_with_worded_axes(name):
    for cell in code_of(name):
        pictures = ["image/png" in out.get("data", {}) for out in cell.outputs]
        if "plt.show()" in cell.source:
            assert any(pictures), (
                f"{where(name, cell)}: its picture was stripped; run the notebook with 'make refresh'"
            )
        if any(pictures):
            assert "xlabel" in cell.source and "ylabel" in cell.source, (
                f"{where(name, cell)}: name both axes"
            )
            results = [out for out in cell.outputs if out.output_type == "execute_result"]
            assert not results, (
                f"{where(name, cell)}: a repr beside the figure; end the cell with plt.show()"
            )


@pytest.mark.parametrize("name", BOOKS)
def test_the_last_code_cell_and_no_other_is_the_headline(name):
    """A notebook cut short shows here; a cell missing before the end shows in the execution counts."""
    *others, last = code_of(name)
    assert "headline" in tags_of(last), (
        f"{where(name, last)}: is the last code cell, but has no tag headline"
    )
    for cell in others:
        assert "headline" not in tags_of(cell), f"{where(name, cell)}: a second headline"
