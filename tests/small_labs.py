"""Small labs in a project of their own, to test the tests: the real settings and rules, little code, no data."""

import inspect
import os
import shutil
import subprocess
import sys

import nbformat

import utils

# The copy's utils.py finds data at once and needs no pandas; what the notebooks and the tests call is the real code.
SMALL_UTILS = f"""\
import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


{inspect.getsource(utils.DataError)}

{inspect.getsource(utils.SpamData)}

def find_data():
    setting = os.environ.get("SPAM_DATA")
    return SpamData({{}}, "a pretended folder", setting != "sample", "this test asks for it")


{inspect.getsource(utils.check_range)}
"""


def code(source, printed="", tags=()):
    """Return a code cell with what it prints stored as its output."""
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)] if printed else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


def small_lab():
    """Return a faultless notebook: a stored output, one that is not compared, its band check, a headline."""
    lab = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    lab.cells = [
        nbformat.v4.new_markdown_cell("# A small lab"),
        code("import sys\n\nimport utils"),
        code("comments = [3, 1, 2]\nprint(sum(comments), 'comments')", "6 comments\n"),
        code("print('7 of 20', file=sys.stderr)  # a progress bar is no fault"),
        code("accuracy = 0.9\nprint(f'{accuracy:.1%}')", "91.2%\n", ["nbval-ignore-output"]),
        code(
            "utils.check_range('accuracy', accuracy, 0.85, 0.95)",
            "accuracy: within 0.85 to 0.95, as expected.\n",
        ),
        code("print('accuracy about 0.9')", "accuracy about 0.9\n", ["headline"]),
    ]
    number(lab.cells)
    return lab


def number(cells):
    """Give the code cells their execution counts, as a run from top to bottom does."""
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count


def make_project(folder, labs):
    """Write a project with the real test settings and rules, and the given labs (dict of file name to notebook)."""
    (folder / "tests").mkdir(parents=True)
    for name in (
        "conftest.py",
        "pyproject.toml",
        "tests/nbval_sanitize.cfg",
        "tests/notebook_code.py",
        "tests/test_notebooks.py",
    ):
        shutil.copy(utils.HERE / name, folder / name)
    (folder / "utils.py").write_text(SMALL_UTILS, encoding="utf-8")
    for name, lab in labs.items():
        nbformat.write(lab, folder / name)


def run_pytest(folder, *arguments, data="real", strict="0"):
    """Run pytest in a small project; return its exit status and what it printed."""
    plugins = [
        "-p",
        "nbval.plugin",
        "-p",
        "no:cacheprovider",
    ]  # no others: loading them all takes as long as the tests
    command = [sys.executable, "-m", "pytest", *plugins, "--color=no", *arguments]
    settings = {
        "SPAM_DATA": data,
        "STRICT": strict,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    env = {**os.environ, **settings}
    env.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout
