"""The project around the notebooks: style, requirements, the README's overview."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
from exercises import BOOKS

import utils

sys.path.append(str(utils.HERE / "scripts"))
import pictures

FOLDERS = (".", "checks", "scripts", "tests")


def run(*command, folder=utils.HERE):
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_modules_and_notebooks_keep_the_style(command):
    done = run("-m", "ruff", *command, ".")
    assert done.returncode == 0, done.stdout + done.stderr


def lines_of(name):
    text = (utils.HERE / name).read_text(encoding="utf-8")
    return [line.split("#")[0].strip() for line in text.splitlines() if line[:1] not in ("", "#")]


def names_of(lines):
    return {re.split(r"[\[=<>; ]", line)[0].lower().replace("_", "-") for line in lines}


def test_every_requirement_is_pinned_once():
    first, *direct = lines_of("requirements.txt")
    assert first == "-c constraints.txt"
    assert all(re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line) for line in direct), direct
    assert not names_of(direct) & names_of(lines_of("constraints.txt"))


def imports_of(source):
    """Return the top-level names of the modules that source code imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.split(".")[0] for name in names}


def test_requirements_name_every_package_that_is_imported():
    paths = [p for folder in FOLDERS for p in (utils.HERE / folder).glob("*.py")]
    ours = {path.stem for path in paths} | set(FOLDERS)
    sources = [path.read_text(encoding="utf-8") for path in paths]
    cells = [cell for book in BOOKS.values() for cell in book.cells if cell.cell_type == "code"]
    sources += [cell.source for cell in cells]
    imported = set().union(*map(imports_of, sources)) - ours - sys.stdlib_module_names
    packages = packages_distributions()
    needed = names_of(packages.get(name, [name])[0] for name in imported)
    files = [path.name for path in utils.HERE.glob("requirements*.txt")]
    listed = names_of(line for file in files for line in lines_of(file))
    assert needed - listed <= {"triton"}, "triton comes with some builds of torch"


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
