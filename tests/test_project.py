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


def requirements(*files):
    """Return name -> line of the packages that files such as requirements.txt list."""
    text = "\n".join((utils.HERE / file).read_text(encoding="utf-8") for file in files)
    lines = [line for line in text.splitlines() if line and line[0] not in "#-"]
    return {re.split(r"[\[=]", line)[0].lower().replace("_", "-"): line for line in lines}


def test_every_requirement_is_pinned_once():
    direct, others = requirements("requirements.txt"), requirements("constraints.txt")
    lines = [*direct.values(), *others.values()]
    assert all(re.match(r"[\w.-]+(\[\w+\])?==[\w.]+( |$)", line) for line in lines)
    assert not direct.keys() & others.keys()


def imports_of(source):
    """Return the top-level names of the modules that source code imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.split(".")[0] for name in names}


def test_requirements_list_every_package_that_is_imported():
    folders = [utils.HERE / name for name in ("", "checks", "scripts", "tests")]
    paths = [path for folder in folders for path in folder.glob("*.py")]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    cells = [cell for book in BOOKS.values() for cell in book.cells if cell.cell_type == "code"]
    imported = set().union(*map(imports_of, sources + [cell.source for cell in cells]))
    imported -= {"checks", *(path.stem for path in paths), *sys.stdlib_module_names}
    packages = {name.lower().replace("sklearn", "scikit-learn") for name in imported}
    missing = packages - requirements(*utils.HERE.glob("requirements*.txt")).keys()
    assert missing == {"triton"}, "triton comes with some builds of torch"


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
