"""See the labs as students do: run them in JupyterLab, in a real browser, and look at every cell.

`make browser` runs each lab in a copy of this folder and checks that no cell shows an error, that
all figures and checks are there, and that nothing is cut off, in the light theme and, narrower, in
the dark one. Pictures go to build/browser/; they are there to be looked at.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import nbformat

try:
    from playwright.sync_api import Error, expect, sync_playwright
except ImportError:
    print("skipped: Playwright is not installed (pip install -r requirements-browser.txt)")
    sys.exit(0)

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from servers import jupyterlab  # noqa: E402
from solved import SOLUTIONS  # noqa: E402

import utils  # noqa: E402

PICTURES = ROOT / "build" / "browser"
LAB_SECONDS, STEP_SECONDS = 300, 30
THEMES = {"Light": 1440, "Dark": 1280}  # and the width of the window in pixels
PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "microsoft-edge"]
CELLS = ".jp-Notebook .jp-Cell"
IDLE = "#jp-main-statusbar >> text=| Idle"  # the kernel is there, and waits
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
LOOK = """cells => cells.map(cell => {
    const all = selector => [...cell.querySelectorAll(selector)];
    const figures = all('.jp-OutputArea-output img').filter(image => image.naturalWidth > 0);
    const boxes = all('.jp-OutputArea-output, .jp-MarkdownOutput, .cm-scroller');
    return {
        text: cell.innerText,
        figures: figures.length,
        silent: figures.filter(image => !image.alt).length,
        hidden: Math.max(0, ...boxes.map(box => box.scrollWidth - box.clientWidth)),
    };
})"""


def make_copy(folder):
    """Copy the labs without stored outputs, so that everything seen there comes from this run."""
    ignored = shutil.ignore_patterns(".*", "build", "youtube-spam", "__pycache__", "*_env")
    shutil.copytree(ROOT, folder, ignore=ignored)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--clear-output", "--inplace"]
    subprocess.run([*command, *folder.glob("0*.ipynb")], capture_output=True, check=True)


def write_settings(home, theme):
    themes = {"apputils-extension/themes": {"theme": f"JupyterLab {theme}"}}
    folder = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab"
    for name, settings in {**SETTINGS, **themes}.items():
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


def launch(playwright):
    """Start the first browser found on this computer; return None if there is none."""
    choices = [{"executable_path": path} for path in map(shutil.which, PROGRAMS) if path]
    for choice in [*choices, {"channel": "chrome"}, {"channel": "msedge"}]:
        with suppress(Error):
            return playwright.chromium.launch(**choice)
    return None


def choose(page, menu, entry):
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


def run_and_save(page):
    choose(page, "Run", "Run All Cells")
    prompts = page.locator(".jp-InputPrompt")  # [*] while a cell waits, then its number
    expect(prompts.filter(has_text=re.compile("[0-9]"))).not_to_have_count(0)
    expect(prompts.filter(has_text="*")).to_have_count(0, timeout=1000 * LAB_SECONDS)
    expect(page.locator(IDLE)).to_be_visible()
    choose(page, "File", "Save Notebook")
    expect(page.locator(".lm-DockPanel .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)


def solve(page, notebook):
    """Type the solution of the first exercise and run it; its check must agree."""
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    at = next(place for place, grade_id in enumerate(ids) if grade_id in SOLUTIONS)
    page.locator(CELLS).nth(at).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(SOLUTIONS[ids[at]].strip())
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    check = page.locator(CELLS).nth(at + 1).locator(".jp-OutputArea")
    expect(check).to_contain_text(": solved")


def photograph(page, stem):
    """Keep pictures of the whole notebook, one for each height of the window."""
    panel = page.locator(".jp-WindowedPanel-outer")
    height, step = panel.evaluate("e => [e.scrollHeight, e.clientHeight - 40]")
    for number, top in enumerate(range(0, height, step), start=1):
        panel.evaluate("(e, top) => { e.scrollTop = top; }", top)
        panel.screenshot(path=PICTURES / f"{stem}-{number:02}.png")


def problems_of(page, notebook, saved):
    """Yield a line for everything wrong with a cell, as the page shows it and as it was saved."""
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    looks = page.locator(CELLS).evaluate_all(LOOK)
    for cell, result, seen in zip(notebook.cells, saved.cells, looks, strict=True):
        figures = sum("image/png" in out.get("data", {}) for out in cell.get("outputs", []))
        errors = [o.evalue for o in result.get("outputs", []) if o.output_type == "error"]
        check = re.search(r'checks\.check\("([\d.]+)"', cell.source)
        wrong = {
            f"it shows {errors}": errors,
            "it did not run": cell.cell_type == "code" and result.execution_count is None,
            f"{seen['figures']} of {figures} figures are drawn": seen["figures"] != figures,
            f"{seen['silent']} figures have no alternative text": seen["silent"],
            "its check is not shown": check and f"{check[1]}: not yet" not in seen["text"],
            f"{seen['hidden']} pixels of it are cut off": seen["hidden"] > 2,
        }
        yield from (f"cell {cell.id}: {text}" for text, is_wrong in wrong.items() if is_wrong)


def see_lab(browser, name):
    """Go through one lab in both themes, the first of which runs it; yield the problems found."""
    notebook, data = nbformat.read(ROOT / name, as_version=4), utils.find_data()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home, labs = Path(folder), Path(folder) / "labs"
        make_copy(labs)
        setting = data.source if data.is_real else "sample"
        with jupyterlab(labs, home, name, SPAM_DATA=setting) as (_, info):
            for theme, width in THEMES.items():
                write_settings(home, theme)
                page = browser.new_page(viewport={"width": width, "height": 2000})
                page.set_default_timeout(1000 * STEP_SECONDS)
                page.goto(f"{info['url']}lab/tree/{name}?reset&token={info['token']}")
                expect(page.locator(CELLS)).to_have_count(len(notebook.cells))
                expect(page.locator(IDLE)).to_be_visible()
                if theme == "Light":
                    run_and_save(page)
                saved = nbformat.read(labs / name, as_version=4)
                yield from (f"{theme}: {text}" for text in problems_of(page, notebook, saved))
                photograph(page, f"{name[:2]}-{theme.lower()}")
                if theme == "Dark":
                    solve(page, notebook)
                page.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="the three labs by default")
    names = parser.parse_args().notebooks or sorted(path.name for path in ROOT.glob("0*.ipynb"))
    problems = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            return print("skipped: no Chromium, Chrome or Edge was found on this computer")
        expect.set_options(timeout=1000 * STEP_SECONDS)
        shutil.rmtree(PICTURES, ignore_errors=True)
        for name in names:
            try:
                for text in see_lab(browser, name):
                    problems.append(f"{name}: {text}")
            except (Error, AssertionError) as error:  # a step of a student did not work
                problems.append(f"{name}: {error}")
        browser.close()
    print(*problems, sep="\n")
    print(f"{len(problems)} problems; the pictures are in {PICTURES.relative_to(ROOT)}/")
    return int(len(problems) > 0)


if __name__ == "__main__":
    sys.exit(main())
