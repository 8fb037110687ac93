"""The project around the notebooks: style, requirements, the README's overview."""

import ast
import re
import subprocess
import sys

import pytest
from exercises import BOOKS

import utils

sys.path.append(str(utils.HERE / "scripts"))
import pictures


def run(*command, folder=utils.HERE):
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_modules_and_notebooks_keep_the_style(command):
    done = run("-m", "ruff", *command, ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_requirement_is_pinned_once():
    names = {}
    for file in ("requirements", "constraints"):
        text = (utils.HERE / f"{file}.txt").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and line[0] not in "#-"]
        assert all(re.match(r"[\w.-]+(\[\w+\])?==[\w.]+( |$)", line) for line in lines)
        names[file] = {re.split(r"[\[=]", line)[0] for line in lines}
    assert not names["requirements"] & names["constraints"]


def test_the_overview_in_the_readme_is_that_of_the_stored_outputs():
    text, files = pictures.overview()
    readme = (utils.HERE / "README.md").read_text(encoding="utf-8")
    assert pictures.START + text + pictures.END in readme, "run 'make pictures'"
    for name, content in files.items():
        assert (pictures.FOLDER / name).read_bytes() == content, name


@pytest.mark.parametrize("name", BOOKS)
def test_a_lab_opened_elsewhere_says_where_to_open_it(name, tmp_path):
    first = next(cell for cell in BOOKS[name].cells if cell.cell_type == "code")
    (attempt,) = (node for node in ast.parse(first.source).body if isinstance(node, ast.Try))
    done = run("-I", "-c", ast.unparse(attempt), folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("open this notebook in the folder of the labs")
