"""The project around the notebooks: style, pins, and the first sentence that a wrong Python gets."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

import utils

ROOT = utils.HERE


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_modules_and_notebooks_keep_the_style(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_requirement_is_pinned_and_has_no_second_pin():
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    direct = [
        line.split("#")[0].strip()
        for line in requirements
        if line and not line.startswith(("#", "-c"))
    ]
    assert requirements[1] == "-c constraints.txt"
    assert all(re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line) for line in direct), direct
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for line in direct:
        name = re.split(r"[\[=]", line)[0]
        assert not re.search(rf"^{re.escape(name)}==", pinned, re.MULTILINE | re.IGNORECASE), (
            f"{name} is pinned twice"
        )


@pytest.mark.parametrize("script", ["setup.py", "doctor.py"])
def test_scripts_that_judge_python_can_be_read_by_old_pythons(script):
    """No f-strings and other newer syntax, or the clear sentence would be a SyntaxError."""
    source = (ROOT / "scripts" / script).read_text(encoding="utf-8")
    assert not re.search(r"""\bf["']|:=|^\s*match |\) -> """, source, re.MULTILINE)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_a_wrong_python_gets_one_clear_sentence(version):
    pretend = f"import sys; sys.version_info = {version}; sys.argv = ['setup']; exec(open('scripts/setup.py').read())"
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        done.stderr.startswith("These labs need Python 3.11, 3.12 or 3.13")
        and done.stderr.count("\n") == 1
    )
    assert f"is Python {version[0]}.{version[1]}." in done.stderr


def test_a_finished_set_up_is_seen_as_done(tmp_path):
    """The second call does nothing: no pip, no kernel registration, only a look at the stamp."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("requirements.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    code = "import setup, os; os.makedirs(os.path.dirname(setup.PYTHON)); open(setup.PYTHON, 'w').close()\n"
    code += "print(setup.is_done()); open(setup.STAMP, 'w').write(setup.wanted()); print(setup.is_done()); setup.main()\n"
    code += "open('requirements.txt', 'a').write('x'); print(setup.is_done())"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "scripts")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=env
    )
    assert done.stdout.split() == ["False", "True", "False"], done.stderr


@pytest.mark.parametrize(("status", "last"), [(0, "uv"), (1, "pip")])
def test_uv_installs_where_there_is_one_and_pip_where_it_fails(monkeypatch, status, last):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import setup

    commands = []
    monkeypatch.setattr(setup.shutil, "which", lambda name: "/somewhere/uv")
    monkeypatch.setattr(
        setup,
        "run",
        lambda *command: commands.append(command) or (status if command[0] == "uv" else 0),
    )
    setup.install()
    torch = next(i for i, command in enumerate(commands) if "--index-url" not in command)
    assert commands[torch][-1].startswith("torch=="), "uv knows no CPU build: torch comes first"
    assert commands[-1][-2:] == ("-r", "requirements.txt")
    assert ("uv" if commands[-1][0] == "uv" else commands[-1][2]) == last


def test_the_setup_makes_jupyterlab_wrap_long_lines_of_code(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import setup

    for name in ("make_venv", "install", "must"):
        monkeypatch.setattr(setup, name, lambda *_: None)
    monkeypatch.setattr(setup, "LAB_SETTINGS", str(tmp_path / "lab" / "settings"))
    monkeypatch.setattr(setup, "STAMP", str(tmp_path / "stamp"))
    setup.main()
    settings = json.loads(
        (tmp_path / "lab" / "settings" / "overrides.json").read_text(encoding="utf-8")
    )
    assert settings["@jupyterlab/notebook-extension:tracker"]["codeCellConfig"] == {
        "lineWrap": True
    }


def test_the_overview_in_the_readme_is_that_of_the_stored_outputs(monkeypatch):
    """Numbers are taken from a run, not typed; after 'make refresh' follows 'make pictures'."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import pictures

    text, files = pictures.overview()
    assert pictures.START + text + pictures.END in (ROOT / "README.md").read_text(encoding="utf-8")
    for name, content in files.items():
        assert (pictures.FOLDER / name).read_bytes() == content, name


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("0*.ipynb")))
def test_a_lab_opened_elsewhere_says_where_to_open_it(name, tmp_path):
    first = next(
        cell for cell in nbformat.read(ROOT / name, as_version=4).cells if cell.cell_type == "code"
    )
    (attempt,) = (node for node in ast.parse(first.source).body if isinstance(node, ast.Try))
    command = [sys.executable, "-I", "-c", ast.unparse(attempt)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(
        "must be beside this notebook: open it in the folder of the labs"
    )


def test_the_browser_run_is_skipped_with_a_reason_where_there_is_no_playwright():
    without = "import runpy, sys; sys.modules['playwright'] = None; "
    run = "runpy.run_path('scripts/browser.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", without + run], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.startswith("skipped: Playwright is not installed")
        and done.stdout.count("\n") == 1
    )
