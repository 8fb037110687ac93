"""Measure what the labs cost, in one table. Run it with `make bench` on an otherwise idle machine.

`make bench ARGS=--setup` times a fresh setup and `make test` in a copy, too (minutes);
`ARGS=--readme` writes the README's comparison.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from snorkel.labeling import LFApplier

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from exercises import BOOKS  # noqa: E402
from notebook_code import run_cells  # noqa: E402
from pictures import fill_readme  # noqa: E402
from solved import SOLUTIONS  # noqa: E402

import utils  # noqa: E402

START, END = '<!-- written by "make bench ARGS=--readme" -->\n', "<!-- end of bench -->\n"
PUBLISHED = [  # Snorkel's tutorials: what they report, and how they run on today's packages
    "21 s, 14 of 44 code cells fail; label model 86.0 %, classifier 94.4 %",
    "12 s, 12 of 17 code cells fail; LSTM 86.0 %, with augmentation 91.6 %, one seed",
    "100 s; 3 to 90 test comments a slice, one seed",
]
LAB_1, OWN_ROWS = "01_spam_tutorial.ipynb", 150_000
RUNS, N_COMMENTS, N_WORKERS, PART = 3, 300_000, 2, 50_000


def row(what, value, remark=""):
    print(f"{what:44} {value:>10}  {remark}", flush=True)


def timed(action, *arguments, **options):
    """Return how many seconds a call takes, and its result."""
    start = time.perf_counter()
    result = action(*arguments, **options)
    return time.perf_counter() - start, result


def measure_lab(path):
    """Run one lab; print and return the median of its seconds, its memory, and its headline."""
    found, peak = [], 0
    for _ in range(RUNS):
        command = [sys.executable, ROOT / "scripts" / "run_labs.py", path]
        process = psutil.Popen(command, stdout=subprocess.PIPE, text=True)
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                peak = max(peak, sum(member.memory_info().rss for member in family))
            time.sleep(0.2)
        output = process.stdout.read()
        if process.returncode:
            sys.exit(f"{path.name} failed:\n{output}")
        found.append(re.search(r"([0-9.]+) s  (.*)", output))
    seconds = [float(match[1]) for match in found]
    row(path.name, f"{statistics.median(seconds)} s", f"of {seconds}; {peak / 1e9:.2f} GB")
    print("   ", found[-1][2])
    return f"{statistics.median(seconds):.0f} s; {found[-1][2].split('; ')[0]}"


def measure_setup():
    """Time a fresh setup and all tests in a copy of the project, where the kernel goes, too."""
    data = utils.find_data()
    ours = shutil.ignore_patterns(".git", ".venv", "build", "*_env")
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(ROOT, Path(folder) / "labs", ignore=ours)
        setting = data.source if data.is_real else "sample"
        env = {**os.environ, "JUPYTER_DATA_DIR": folder, "SPAM_DATA": setting, "LABS_ENV": ""}
        for target in ("setup", "test"):
            command = ["make", target, f"PYTHON={sys.executable}"]
            seconds, _ = timed(subprocess.run, command, cwd=copy, env=env, check=True)
            row(f"make {target}", f"{seconds:.0f} s")


def measure_import():
    command = [sys.executable, "-c", "import utils"]
    seconds = [timed(subprocess.run, command, cwd=ROOT)[0] for _ in range(5)]
    row("import utils", f"{statistics.median(seconds):.2f} s", "median of 5")


def measure_own_data():
    """Time the part "your own data" of lab 1 on many rows, with the reference solution."""
    messages = pd.read_csv(ROOT / "tests" / "help_desk_gold.csv")
    many = pd.concat([messages] * (OWN_ROWS // len(messages)), ignore_index=True)
    many["message"] += " " + many.index.astype(str)
    cells = [cell.source for cell in BOOKS[LAB_1].cells if cell.cell_type == "code"]
    (first,) = (at for at, cell in enumerate(cells) if cell.startswith("OWN_FILE = "))
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        path = Path(folder) / "mine.csv"
        many.to_csv(path, index=False)
        cells[first] = re.sub("OWN_FILE = .*", f"OWN_FILE = {str(path)!r}", cells[first])
        cells[first + 1] = SOLUTIONS["exercise-1-6"]
        with redirect_stdout(nowhere):
            lab = run_cells(LAB_1, until="L_better")
            code = compile("\n".join(cells[first : first + 4]), "own data", "exec")
            seconds, _ = timed(exec, code, lab)
    row(f"your own data, {len(many):,} rows", f"{seconds:.1f} s", "from the file to the classifier")


def measure_dask():
    """Time the labeling functions of lab 1, in one process and on Dask's workers."""
    df = pd.concat(utils.load_videos(), ignore_index=True)
    comments = pd.concat([df] * (N_COMMENTS // len(df) + 1), ignore_index=True).head(N_COMMENTS)
    comments["text"] += " " + comments.index.astype(str)  # no two alike: nothing is remembered
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        lfs = run_cells(LAB_1, until="L_better")["better_lfs"]
    parts = [comments.iloc[at : at + PART] for at in range(0, len(comments), PART)]

    def label(part):
        return LFApplier(lfs).apply(list(part.itertuples()), progress_bar=False)

    one, expected = timed(lambda: np.vstack([label(part) for part in parts]))
    with utils.start_workers(N_WORKERS) as client:
        client.gather(client.map(label, [part.head() for part in parts[:N_WORKERS]]))  # imports
        parts = client.scatter(parts)
        many, L = timed(lambda: np.vstack(client.gather(client.map(label, parts))))
    assert np.array_equal(expected, L)
    rate = f"{len(comments) * len(lfs) / one:,.0f} LF applications per second"
    row(f"{len(comments):,} comments, one process", f"{one:.1f} s", rate)
    row(f"the same, {N_WORKERS} Dask workers", f"{many:.1f} s", f"{one / many:.2f} times as fast")


def main():
    if "--setup" in sys.argv:
        measure_setup()
    here = [measure_lab(path) for path in sorted(ROOT.glob("0*.ipynb"))]
    if "--readme" in sys.argv:
        texts = enumerate(zip(PUBLISHED, here, strict=True), start=1)
        rows = [f"| {lab} | {theirs} | {ours} |\n" for lab, (theirs, ours) in texts]
        head = "| lab | as published | here |\n|---|---|---|\n"
        fill_readme(START, head + "".join(rows), END)
    measure_import()
    measure_own_data()
    measure_dask()


if __name__ == "__main__":
    main()
