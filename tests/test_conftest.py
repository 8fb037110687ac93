"""How the notebook tests fail: small notebooks with one fault each are run under the project's own settings."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

import utils

DATA = utils.find_data()
pytestmark = pytest.mark.skipif(not DATA.is_real, reason="outputs are compared on the real comments only")


def text(output):
    return [nbformat.v4.new_output("stream", name="stdout", text=output)]


NOTEBOOKS = {  # name -> (source, stored outputs) of each cell
    "good": [("print('same')", text("same\n")), ("import sys; print('12 of 20', file=sys.stderr)", [])],
    "changed": [("print(0.94)", text("0.95\n")), ("later = 1", [])],
    "broken": [
        ("first = 1", []),
        ("misspelt", []),
        ("print('after')", text("after\n")),
        ("print('end')", text("end\n")),
    ],
    "magic": [("%no_such_magic", [])],
    "warning": [("import warnings; warnings.warn('old')", [])],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Run pytest over the notebooks in a folder of its own; return what it printed."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("conftest.py", "pyproject.toml", "utils.py"):
        shutil.copy(utils.HERE / name, folder)
    (folder / "tests").mkdir()
    shutil.copy(utils.HERE / "tests" / "nbval_sanitize.cfg", folder / "tests")
    for name, cells in NOTEBOOKS.items():
        code = [
            nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)
            for count, (source, outputs) in enumerate(cells, start=1)
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=code), folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(f"{name}.ipynb" for name in NOTEBOOKS)]
    env = {**os.environ, "SPAM_DATA": DATA.source}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_progress_on_stderr_is_no_fault(report):
    assert "good.ipynb: 2 cells run, 2 outputs compared" in report


@pytest.mark.parametrize(
    ("name", "count", "first_line"),
    [
        ("changed", 1, "print(0.94)"),
        ("broken", 2, "misspelt"),
        ("magic", 1, "%no_such_magic"),
        ("warning", 1, "import warnings; warnings.warn"),
    ],
)
def test_a_fault_is_found_and_its_cell_is_named(report, name, count, first_line):
    assert re.search(rf"first failing cell: {name}\.ipynb, cell In \[{count}\] \(.{re.escape(first_line)}", report)


def test_the_cells_after_a_failure_are_skipped_not_failed(report):
    """One failure for each faulty notebook, and none for the cells that follow it."""
    assert re.search(r"4 failed, 3 passed, 3 skipped", report)
    assert report.rstrip().splitlines()[-1].startswith("=") and "NOT READY" in report
