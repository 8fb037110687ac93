"""See the labs as students do: run them in JupyterLab, in a real browser, and look at every cell.

`make browser` runs each lab in a copy of this folder and checks that no cell shows an error, that
all figures and checks are there, and that nothing is cut off, in the light theme and, narrower, in
the dark one. Pictures go to build/browser/; they are there to be looked at.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor

try:
    from playwright.sync_api import Error, expect, sync_playwright
except ImportError:
    print("skipped: Playwright is not installed (pip install -r requirements-browser.txt)")
    sys.exit(0)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import utils  # noqa: E402

PICTURES = ROOT / "build" / "browser"
LAB_SECONDS, STEP_SECONDS, START_SECONDS = 300, 30, 60
FOLDERS = [f"JUPYTER_{kind}_DIR" for kind in ("CONFIG", "DATA", "RUNTIME")]
FOLDERS += [f"JUPYTERLAB_{kind}_DIR" for kind in ("SETTINGS", "WORKSPACES")]
THEMES = {"light": 1440, "dark": 1280}  # and the width of the window in pixels
PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "microsoft-edge"]
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"adaptive-theme": True},
}
LOOK = """cells => cells.map(cell => {
    const all = selector => [...cell.querySelectorAll(selector)];
    const boxes = all('.jp-OutputArea-output, .jp-MarkdownOutput, .cm-scroller');
    return {
        text: cell.innerText,
        errors: all('[data-mime-type="application/vnd.jupyter.error"]').length,
        figures: all('.jp-OutputArea-output img').filter(image => image.naturalWidth > 0).length,
        hidden: Math.max(0, ...boxes.map(box => box.scrollWidth - box.clientWidth)),
    };
})"""


def make_copy(folder, home):
    """Copy the labs without stored outputs, so that everything seen there comes from this run."""
    ignored = shutil.ignore_patterns(".*", "build", "youtube-spam", "__pycache__", "*_env")
    shutil.copytree(ROOT, folder, ignore=ignored)
    for path in folder.glob("0*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(ClearOutputPreprocessor().preprocess(notebook, {})[0], path)
    for name, settings in SETTINGS.items():
        path = home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


@contextmanager
def jupyterlab(labs, home, **environment):
    """Start JupyterLab in the folder `labs`, its settings in `home`; give address and token."""
    for name in FOLDERS:
        environment[name] = str(home / name)
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--port=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    env = {**os.environ, **environment}
    with (
        open(home / "log", "w", encoding="utf-8") as log,
        subprocess.Popen(command, cwd=labs, env=env, stdout=log, stderr=log) as server,
    ):
        try:
            yield server_info(home, server)
        finally:
            server.terminate()  # it asks its kernels to end


def server_info(home, server):
    """Return what JupyterLab writes about itself, its address and token, as soon as it is there."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        for path in (home / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start:\n" + (home / "log").read_text(encoding="utf-8"))


def launch(playwright):
    """Start the first browser found on this computer; return None if there is none."""
    choices = [{"executable_path": path} for path in map(shutil.which, PROGRAMS) if path]
    for choice in [*choices, {"channel": "chrome"}, {"channel": "msedge"}]:
        with suppress(Error):
            return playwright.chromium.launch(**choice)
    return None


def run_all(page):
    expect(page.locator("#jp-main-statusbar >> text=| Idle")).to_be_visible()  # the kernel waits
    page.locator(".lm-MenuBar-itemLabel").get_by_text("Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
    prompts = page.locator(".jp-InputPrompt")  # [*] while a cell waits, then its number
    expect(prompts.filter(has_text=re.compile("[0-9]"))).not_to_have_count(0)
    expect(prompts.filter(has_text="*")).to_have_count(0, timeout=1000 * LAB_SECONDS)


def problems_of(page, notebook):
    """Yield a line for everything wrong with a cell, as the page shows it."""
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    looks = page.locator(".jp-Notebook .jp-Cell").evaluate_all(LOOK)
    for cell, seen in zip(notebook.cells, looks, strict=True):
        figures = sum("image/png" in out.get("data", {}) for out in cell.get("outputs", []))
        check = re.search(r'checks\.check\("([\d.]+)"', cell.source)
        wrong = {
            "it shows an error": seen["errors"],
            f"{seen['figures']} of {figures} figures are drawn": seen["figures"] != figures,
            "its check is not shown": check and f"{check[1]}: not yet" not in seen["text"],
            f"{seen['hidden']} pixels of it are cut off": seen["hidden"] > 2,
        }
        yield from (f"cell {cell.id}: {text}" for text, is_wrong in wrong.items() if is_wrong)


def photograph(page, stem):
    """Keep pictures of the whole notebook, one for each height of the window."""
    panel = page.locator(".jp-WindowedPanel-outer")
    height, step = panel.evaluate("e => [e.scrollHeight, e.clientHeight - 40]")
    for number, top in enumerate(range(0, height, step), start=1):
        panel.evaluate("(e, top) => { e.scrollTop = top; }", top)
        panel.screenshot(path=PICTURES / f"{stem}-{number:02}.png")


def see_lab(browser, name):
    """Run one lab and look at it in both themes; yield the problems found."""
    notebook, data = nbformat.read(ROOT / name, as_version=4), utils.find_data()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home, labs = Path(folder), Path(folder) / "labs"
        make_copy(labs, home)
        setting = data.source if data.is_real else "sample"
        with jupyterlab(labs, home, SPAM_DATA=setting) as info:
            page = browser.new_page()
            page.goto(f"{info['url']}lab/tree/{name}?reset&token={info['token']}")
            run_all(page)
            for theme, width in THEMES.items():
                page.emulate_media(color_scheme=theme)
                page.set_viewport_size({"width": width, "height": 2000})
                name_of_theme = f"JupyterLab {theme.title()}"
                expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name_of_theme)
                yield from (f"{theme}: {text}" for text in problems_of(page, notebook))
                photograph(page, f"{name[:2]}-{theme}")
            page.close()


def main(names):
    problems = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            return print("skipped: no Chromium, Chrome or Edge was found on this computer")
        expect.set_options(timeout=1000 * STEP_SECONDS)
        shutil.rmtree(PICTURES, ignore_errors=True)
        for name in names or sorted(path.name for path in ROOT.glob("0*.ipynb")):
            try:
                problems += [f"{name}: {text}" for text in see_lab(browser, name)]
            except (Error, AssertionError) as error:  # a step of a student did not work
                problems.append(f"{name}: {str(error).splitlines()[0]}")
        browser.close()
    print(*problems, sep="\n")
    print(f"{len(problems)} problems; the pictures are in {PICTURES.relative_to(ROOT)}/")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
