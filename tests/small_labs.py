"""Small labs in a project of their own, to test the tests: real settings, little code, no data."""

import base64
import inspect
import os
import shutil
import struct
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_code import IGNORE

import utils


def picture_data(width, height, alt):
    """Return a picture and its alternative text as `utils.show` publishes them."""
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    text = base64.b64encode(header).decode()  # all that is looked at
    page = f'<img src="data:image/png;base64,{text}" alt="{alt}">'
    return {"image/png": text, "text/html": page, "text/plain": alt}


# This utils finds data at once and needs no pandas; what else the labs call is the real code.
SMALL_UTILS = f"""\
import base64, struct
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent

def find_data():
    return SimpleNamespace(is_real=True, source="a folder")

def show(size, alt):
    from IPython.display import display
    display(picture_data(*size, alt), metadata={{"image/png": {{"alt": alt}}}}, raw=True)

{inspect.getsource(picture_data)}
{inspect.getsource(utils.check_range)}
"""
ALT = "A white picture, which stands for a chart in this small lab"


def printed(text):
    return new_output("stream", name="stdout", text=text)


def code(count, source, *outputs, tags=()):
    """Return the code cell In [count] with its stored outputs."""
    metadata = {"tags": list(tags)}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata, execution_count=count)


def picture(width, height, alt=ALT):
    metadata = {"image/png": {"alt": alt}}
    return new_output("display_data", picture_data(width, height, alt), metadata=metadata)


def small_lab():
    """Return a faultless notebook, whose code cell In [n] is cells[n]."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    lab = new_notebook(metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    about, last = "# tolerance: 0.02\naccuracy = 0.9\nprint('about', accuracy)", "accuracy 90.0 %\n"
    checked = "accuracy: within 0.85 to 0.95, as expected.\n"
    figure = f"xlabel = ylabel = 'a name'\nutils.show((200, 120), '{ALT}')"
    lab.cells = [
        new_markdown_cell("# A small lab\n\n**Parts**\n\n1. The only part\n\n## 1. The only part"),
        code(1, "import sys\n\nimport utils"),
        code(2, "comments = [3, 1, 2]\nprint(sum(comments), 'comments')", printed("6 comments\n")),
        code(3, "print('a log line is no fault', file=sys.stderr)"),
        code(4, about, printed("about 0.91\n"), tags=[IGNORE]),
        code(5, "utils.check_range('accuracy', accuracy, 0.85, 0.95)", printed(checked)),
        code(6, figure, picture(204, 120)),
        code(
            7, "# tolerance: 1\nprint('accuracy 90.2 %')", printed(last), tags=[IGNORE, "headline"]
        ),
    ]
    return lab


def make_project(folder, labs):
    """Write a project with the real settings, and the given labs (file name -> notebook)."""
    (folder / "tests").mkdir(parents=True)
    for name in ("nbval_sanitize.cfg", "notebook_code.py"):
        shutil.copy(utils.HERE / "tests" / name, folder / "tests")
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(utils.HERE / name, folder)
    (folder / "utils.py").write_text(SMALL_UTILS, encoding="utf-8")
    for name, lab in labs.items():
        nbformat.write(lab, folder / name)


def run_pytest(folder, *arguments, **environment):
    """Run pytest in a small project; return what it printed."""
    plugins = ["-p", "nbval.plugin", "-p", "no:cacheprovider"]  # to load all takes as long as a run
    command = [sys.executable, "-m", "pytest", *plugins, "--color=no", *arguments]
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8"}
    env = {**os.environ, "PYTEST_ADDOPTS": "", **ours, **environment}
    done = subprocess.run(command, cwd=folder, env=env, encoding="utf-8", capture_output=True)
    return done.stdout + done.stderr
