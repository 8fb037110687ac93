"""Rules for the stored notebooks: what nbval passes in silence, and what the labs promise their readers."""

import re

import nbformat
import pytest

import utils

PATHS = sorted(utils.HERE.glob("0*.ipynb"))
BOOKS = {path.name: nbformat.read(path, as_version=4) for path in PATHS}
MACHINE_PATH = re.compile(
    r"/home/|/Users/|/tmp/|[A-Z]:\\\\?Users|site-packages|" + re.escape(str(utils.HERE.parent) + "/")
)


def code_cells():
    return [
        pytest.param(name, number, cell, id=f"{name}-{number}")
        for name, book in BOOKS.items()
        for number, cell in enumerate((c for c in book.cells if c.cell_type == "code"), start=1)
    ]


def texts_of(cell):
    for out in cell.outputs:
        yield out.get("text", "")
        yield from (value for kind, value in out.get("data", {}).items() if kind.startswith("text/"))


def tags_of(cell):
    return cell.metadata.get("tags", [])


def is_check(cell):
    return bool(re.search(r"utils\.check_band\(|^assert ", cell.source, re.MULTILINE))


def test_there_are_three_labs():
    assert len(PATHS) == 3


@pytest.mark.parametrize("name", BOOKS)
def test_the_notebook_is_valid_small_and_names_the_common_kernel(name):
    book = BOOKS[name]
    nbformat.validate(book)
    assert book.metadata["kernelspec"]["name"] == "python3", (
        f"{name}: kernel name {book.metadata['kernelspec']['name']!r}"
    )
    assert (utils.HERE / name).stat().st_size < 1_500_000


@pytest.mark.parametrize("name", BOOKS)
def test_the_notebook_was_run_top_to_bottom(name):
    """A cell without an execution count is never compared by nbval, so every cell must have one, in order."""
    counts = [cell.execution_count for cell in BOOKS[name].cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1)), f"{name}: run it with 'make refresh'; In [n] are {counts}"


@pytest.mark.parametrize(("name", "number", "cell"), code_cells())
def test_each_cell_keeps_the_rules(name, number, cell):
    where = f"{name}, In [{number}]"
    assert cell.source.strip(), f"{where} is empty"
    assert not re.search(r"^\s*[!%]", cell.source, re.MULTILINE), f"{where}: no magics and no shell lines in a lab"
    assert not re.search(r"os\.chdir|pip install|NBVAL_", cell.source), f"{where}: not in a notebook cell; use tags"
    assert set(tags_of(cell)) <= {"nbval-ignore-output", "headline"}, f"{where}: tag not allowed"
    for out in cell.outputs:
        assert out.output_type != "error", f"{where}: a stored error"
        assert out.get("name") != "stderr", f"{where}: a stored warning, log line or progress bar"
    for text in texts_of(cell):
        assert not MACHINE_PATH.search(text), f"{where}: a machine path in the output"


@pytest.mark.parametrize("name", BOOKS)
def test_output_that_is_not_compared_is_checked_by_a_band(name):
    code = [cell for cell in BOOKS[name].cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if "nbval-ignore-output" in tags_of(cell) and "headline" not in tags_of(cell):
            following = code[number : number + 1]
            assert is_check(cell) or (following and is_check(following[0])), f"{name}, In [{number}]: no check follows"


@pytest.mark.parametrize("name", BOOKS)
def test_every_figure_has_worded_axes(name):
    for number, cell in enumerate((c for c in BOOKS[name].cells if c.cell_type == "code"), start=1):
        if any("image/png" in out.get("data", {}) for out in cell.outputs):
            assert "xlabel" in cell.source and "ylabel" in cell.source, f"{name}, In [{number}]: name both axes"
            results = [out for out in cell.outputs if out.output_type == "execute_result"]
            assert not results, f"{name}, In [{number}]: a repr beside the figure; end the cell with plt.show()"


@pytest.mark.parametrize("name", BOOKS)
def test_there_is_one_headline(name):
    assert sum("headline" in tags_of(cell) for cell in BOOKS[name].cells) == 1
