"""See the labs as students see them: run them in JupyterLab, in a real browser, and look at every cell.

`make browser` opens each lab in a copy of this folder, runs all cells through the menu, and checks that no cell shows
an error, that all figures and exercise checks are there and that nothing is cut off, in the light theme and, narrower,
in the dark one. Pictures of the notebooks go to build/browser/, cut into pieces; they are there to be looked at.
"""

import argparse
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
import psutil

try:
    from playwright.sync_api import Error, expect, sync_playwright
except ImportError:
    print("skipped: Playwright is not installed (pip install -r requirements-browser.txt)")
    sys.exit(0)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import utils  # noqa: E402

PICTURES = ROOT / "build" / "browser"
LAB_SECONDS, START_SECONDS, STEP_SECONDS, STOP_SECONDS = 300, 60, 30, 10
THEMES = {
    "light": ("JupyterLab Light", 1440),
    "dark": ("JupyterLab Dark", 1280),
}  # and the window's width in pixels
HEIGHT = 2000  # pixels of the window, so of a picture
PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "microsoft-edge"]
CHANNELS = ["chrome", "msedge"]  # where Playwright looks for these two on Windows and macOS
CELLS = ".jp-Notebook .jp-Cell"
IDLE = "#jp-main-statusbar >> text=| Idle"  # the indicator beside the kernel's name says idle before there is a kernel
ANSWERS = {
    "01_spam_tutorial.ipynb": (
        "my_subscribe",
        'return SPAM if "subscribe" in x.text.lower() else ABSTAIN',
    )
}
SETTINGS = {
    "notebook-extension/tracker": {
        "windowingMode": "none",
        "scrollPastEnd": False,
    },  # every cell is in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

# What the page shows of each cell, in the order of the notebook.
LOOK = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => {
    const all = selector => [...cell.querySelectorAll(selector)];
    const outputs = all('.jp-OutputArea-output, .jp-MarkdownOutput');
    const code = all('.cm-scroller');
    const words = all('td, th, .jp-OutputArea-output:not([data-mime-type$=stderr]) pre');
    const luminance = color => {
        const [r, g, b] = color.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const numbers = color => color.match(/[\\d.]+/g).map(Number);
    const contrast = element => {
        let under = element;
        const background = () => numbers(getComputedStyle(under).backgroundColor);
        while (under.parentElement && background()[3] === 0) under = under.parentElement;
        const pair = [background(), numbers(getComputedStyle(element).color)].map(c => luminance(c.slice(0, 3)));
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    };
    const seeThrough = image => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, canvas.width, canvas.height).data.some((v, i) => i % 4 === 3 && v < 255);
    };
    const figures = all('.jp-OutputArea-output img').filter(image => image.complete && image.naturalWidth > 0);
    return {
        text: cell.innerText,
        figures: figures.length,
        transparent: figures.filter(seeThrough).length,
        hidden: Math.max(0, ...[...outputs, ...code].map(e => e.scrollWidth - e.clientWidth)),
        contrast: Math.min(21, ...words.filter(e => e.innerText.trim()).map(contrast)),
    };
})"""
FINISHED = """() => {
    const prompts = [...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].map(prompt => prompt.innerText);
    return prompts.some(text => /[0-9]/.test(text)) && !prompts.some(text => text.includes('*'));
}"""


def make_copy(folder):
    """Copy the labs to `folder`, without stored outputs, so that everything seen there comes from this run."""
    shutil.copytree(
        ROOT, folder, ignore=shutil.ignore_patterns(".*", "build", "youtube-spam", "__pycache__")
    )
    for path in folder.glob("0*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, path)


def data_setting(folder):
    """Return a value of SPAM_DATA that stands for the comments in use here, wherever they come from."""
    data = utils.find_data()
    if not data.is_real:
        return "sample"
    folder.mkdir()
    for name, content in data.files.items():
        (folder / name).write_bytes(content)
    return str(folder)


def write_settings(folder, theme):
    """Write JupyterLab's settings, which it reads whenever its page is loaded."""
    for name, settings in {**SETTINGS, "apputils-extension/themes": {"theme": theme}}.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


@contextmanager
def jupyterlab(home, name):
    """Start JupyterLab in `home`/labs as `make lab` does, with a configuration of its own; give process and address."""
    folders = {
        f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    folders |= {
        f"JUPYTERLAB_{kind}_DIR": str(home / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")
    }
    environment = {**os.environ, **folders, "SPAM_DATA": data_setting(home / "comments")}
    command = [sys.executable, "-m", "jupyter", "lab", name, "--no-browser", "--port=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with open(home / "log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, cwd=home / "labs", env=environment, stdout=log, stderr=log
        )
    try:
        yield psutil.Process(server.pid), server_info(home, server)
    finally:
        if server.poll() is None:
            stop(psutil.Process(server.pid))


def stop(process):
    """End a process and all that it has started; what does not end when asked is killed."""
    family = [process, *process.children(recursive=True)]
    process.terminate()  # the server asks its kernels to end
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()


def server_info(home, server):
    """Return what the server writes about itself, its address and token among it, as soon as it is there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.2)
    raise RuntimeError("JupyterLab did not start:\n" + (home / "log").read_text(encoding="utf-8"))


def launch(playwright):
    """Start the first browser found on this computer; return None if there is none."""
    programs = [{"executable_path": path} for path in map(shutil.which, PROGRAMS) if path]
    for choice in programs + [{"channel": channel} for channel in CHANNELS]:
        with suppress(Error):
            return playwright.chromium.launch(**choice)
    return None


# ---------------------------------------------------------------- what a student does


def open_lab(page, info, name, n_cells):
    page.goto(f"{info['url']}lab/tree/{name}?reset&token={info['token']}")
    expect(page.locator(CELLS)).to_have_count(n_cells)
    expect(page.locator(IDLE)).to_be_visible()


def choose(page, menu, entry):
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


def run_all(page):
    """Run all cells through the menu; come back when none is left to run, after the last one or after an error."""
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=1000 * LAB_SECONDS)
    expect(page.locator(IDLE)).to_be_visible()


def save(page):
    choose(page, "File", "Save Notebook")
    expect(page.locator(".lm-DockPanel .lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)


def solve(page, notebook, function, answer):
    """Type an answer into the cell of an exercise, run it and the check below it, and wait for the check to agree."""
    place = next(i for i, cell in enumerate(notebook.cells) if f"def {function}(" in cell.source)
    page.locator(CELLS).nth(place).locator(".cm-line", has_text="your code here").click()
    for key in ("End", "Shift+Home"):
        page.keyboard.press(key)
    page.keyboard.type(answer)
    for _ in range(2):
        page.keyboard.press("Shift+Enter")
    check = page.locator(CELLS).nth(place + 1)
    expect(check.locator(".jp-OutputArea")).to_contain_text(": solved")
    return check


def contents(page):
    """Return the headings in the table of contents of the side bar, which is left open."""
    page.locator('.lm-TabBar-tab[data-id="table-of-contents"]').click()
    expect(page.locator(".jp-tocItem").first).to_be_visible()
    return page.locator(".jp-tocItem-content").all_inner_texts()


def photograph(page, stem):
    """Keep pictures of the whole notebook, one for each window's height."""
    panel = page.locator(".jp-WindowedPanel-outer")
    height, step = panel.evaluate("e => [e.scrollHeight, e.clientHeight - 40]")
    for number, top in enumerate(range(0, height, step), start=1):
        panel.evaluate("(e, top) => { e.scrollTop = top; }", top)
        panel.screenshot(path=PICTURES / f"{stem}-{number:02}.png")
    panel.evaluate("e => { e.scrollTop = 0; }")


# ---------------------------------------------------------------- what has to be right


def server_problems(process, info, playwright):
    """Return what would let others in: an address other than this computer's own, or an answer without the token."""
    found = []
    for member in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            for connection in member.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr.ip not in (
                    "127.0.0.1",
                    "::1",
                ):
                    found.append(f"{member.name()} listens on {connection.laddr.ip}")
    status = playwright.request.new_context().get(f"{info['url']}api/contents").status
    return found + (
        [f"a request without the token gets {status}, not 403"] if status != 403 else []
    )


def cell_problems(notebook, saved, page):
    """Yield one line for everything wrong with a cell, as the page shows it and as it was saved."""
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    for cell, result, seen in zip(notebook.cells, saved.cells, page.evaluate(LOOK), strict=True):
        figures = sum("image/png" in out.get("data", {}) for out in cell.get("outputs", []))
        errors = [
            f"{out.ename}: {out.evalue}"
            for out in result.get("outputs", [])
            if out.output_type == "error"
        ]
        check = re.search(r'checks\.check\("([\d.]+)"', cell.source)
        wrong = {
            f"it shows {errors}": errors,
            "it did not run": result.cell_type == "code" and result.execution_count is None,
            f"{seen['figures']} of {figures} figures are drawn": seen["figures"] != figures,
            f"{seen['transparent']} figures are transparent": seen["transparent"],
            "the exercise check is not shown": check
            and f"Exercise {check[1]}: not yet" not in seen["text"],
            f"{seen['hidden']} pixels of its code or output are cut off": seen["hidden"] > 2,
            f"its output has a contrast of {seen['contrast']:.1f} only": seen["contrast"] < 4.5,
        }
        yield from (f"cell {cell.id}: {text}" for text, is_wrong in wrong.items() if is_wrong)


def missing_parts(notebook, headings):
    parts = [
        part for cell in notebook.cells for part in re.findall(r"(?m)^## (\d+\. .*)$", cell.source)
    ]
    return [
        f"the table of contents lacks {part!r}"
        for part in parts
        if part.replace("`", "") not in headings
    ]


def see_lab(playwright, browser, name):
    """Go through one lab in both themes; return the problems found."""
    problems = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        make_copy(home / "labs")
        with jupyterlab(home, name) as (process, info):
            for look, (theme, width) in THEMES.items():
                write_settings(home / "settings", theme)
                page = browser.new_page(viewport={"width": width, "height": HEIGHT})
                page.set_default_timeout(1000 * STEP_SECONDS)
                try:
                    problems += [
                        f"{look}: {text}"
                        for text in see_theme(page, info, home / "labs" / name, look)
                    ]
                except (Error, AssertionError) as error:
                    problems.append(f"{look}: {error}")
                    break  # without a whole first run there is nothing to see in the other theme
                page.close()
            problems += server_problems(process, info, playwright)
    return problems


def see_theme(page, info, path, look):
    """Look at one lab in one theme, keep its pictures, and return the problems found; the first theme runs it."""
    notebook = nbformat.read(ROOT / path.name, as_version=4)
    stem = f"{path.name[:2]}-{look}"
    open_lab(page, info, path.name, len(notebook.cells))
    if look == "light":
        run_all(page)
        save(page)
    problems = list(cell_problems(notebook, nbformat.read(path, as_version=4), page))
    photograph(page, stem)
    problems += missing_parts(notebook, contents(page))
    page.screenshot(path=PICTURES / f"{stem}-window.png")
    if look == "light" and path.name in ANSWERS:
        try:
            solve(page, notebook, *ANSWERS[path.name]).screenshot(
                path=PICTURES / f"{stem}-solved.png"
            )
        except AssertionError as error:
            problems.append(f"an exercise was solved, but its check does not say so: {error}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="the three labs by default")
    names = parser.parse_args().notebooks or sorted(path.name for path in ROOT.glob("0*.ipynb"))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            return print("skipped: no Chromium, Chrome or Edge was found on this computer")
        expect.set_options(timeout=1000 * STEP_SECONDS)
        PICTURES.mkdir(parents=True, exist_ok=True)
        failed = False
        for name in names:
            for old in PICTURES.glob(f"{name[:2]}-*.png"):
                old.unlink()
            start = time.perf_counter()
            problems = see_lab(playwright, browser, name)
            print(
                f"{name:42} {time.perf_counter() - start:5.0f} s  {len(problems)} problems",
                flush=True,
            )
            print("".join(f"  {problem}\n" for problem in problems), end="", flush=True)
            failed = failed or bool(problems)
        browser.close()
    print(f"The pictures are in {PICTURES.relative_to(ROOT)}/")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
