"""Measure what the labs cost: one table of numbers. Run it with `make bench` on an otherwise idle machine.

With `--setup` (make bench ARGS=--setup) a fresh set-up in a temporary copy is timed as well; that takes minutes.
"""

import argparse
import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from dask.distributed import Client
from snorkel.labeling import LFApplier

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from notebook_code import run_cells  # noqa: E402

import utils  # noqa: E402

N_COMMENTS, N_WORKERS, PART = 300_000, 2, 50_000
RUNS = 3


def row(what, value, remark=""):
    print(f"{what:44} {value:>10}  {remark}", flush=True)


def memory_of(process, peak):
    """Raise peak[0] (bytes) to what `process` and its children hold together, until the process ends."""
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        total = 0
        try:
            for each in [watched, *watched.children(recursive=True)]:
                total += each.memory_info().rss
        except psutil.NoSuchProcess:
            pass
        peak[0] = max(peak[0], total)
        time.sleep(0.2)


def measure_lab(path):
    """Run one lab three times; print the median of the seconds, the largest memory, and its headline."""
    seconds, peak, headline = [], [0], ""
    for _ in range(RUNS):
        command = [sys.executable, str(ROOT / "scripts" / "run_labs.py"), str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        watcher = threading.Thread(target=memory_of, args=(process, peak))
        watcher.start()
        output = process.communicate()[0]
        watcher.join()
        found = re.search(r"([0-9.]+) s  (.*)", output)
        if process.returncode or not found:
            sys.exit(f"{path.name} failed:\n{output}")
        seconds.append(float(found[1]))
        headline = found[2]
    each = ", ".join(f"{s:.1f}" for s in seconds)
    row(
        path.name,
        f"{statistics.median(seconds):.1f} s",
        f"of {each}; peak {peak[0] / 1e9:.2f} GB with all processes",
    )
    print("   ", headline)


def measure_import():
    """Compare `import utils` with importing the two packages that it needs."""
    times = {"import utils": [], "import pandas, sklearn.model_selection": []}
    for _ in range(5):
        for code, seconds in times.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
            seconds.append(time.perf_counter() - start)
    for code, seconds in times.items():
        row(code, f"{statistics.median(seconds):.2f} s", "median of 5")


def measure_setup():
    """Time scripts/setup.py in a copy of the project; the kernel is registered in the copy, too."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "labs"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "build"))
        env = {**os.environ, "JUPYTER_DATA_DIR": folder, "SPAM_DATA": "sample"}
        for what in ("fresh set-up", "set-up again"):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "scripts/setup.py"], cwd=copy, env=env, stdout=subprocess.DEVNULL
            )
            row(
                what,
                f"{time.perf_counter() - start:.1f} s",
                "" if done.returncode == 0 else "FAILED",
            )


def measure_dask():
    """Time the labeling functions of lab 1 over many comments, in one process and on Dask's workers."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):  # what the cells print
        lfs = run_cells("01_spam_tutorial.ipynb", until="L_valid")["lfs"]
    df = pd.concat(utils.load_videos(), ignore_index=True)[["text", "author"]]
    many = pd.concat([df] * (N_COMMENTS // len(df) + 1), ignore_index=True).head(N_COMMENTS)
    many["text"] += " " + many.index.astype(
        str
    )  # no two alike, so that nothing is merely remembered
    parts = [many.iloc[at : at + PART] for at in range(0, N_COMMENTS, PART)]

    def label_part(part):
        return LFApplier(lfs).apply(list(part.itertuples()), progress_bar=False)

    start = time.perf_counter()
    alone = np.vstack([label_part(part) for part in parts])
    one = time.perf_counter() - start
    with Client(
        n_workers=N_WORKERS, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as client:
        client.gather(
            client.map(label_part, [part.head() for part in parts[:N_WORKERS]])
        )  # imports, on each worker
        start = time.perf_counter()
        spread = np.vstack(client.gather(client.map(label_part, client.scatter(parts))))
        many_workers = time.perf_counter() - start
    assert np.array_equal(alone, spread)
    rate, ratio = N_COMMENTS * len(lfs) / one, one / many_workers
    row(
        f"{N_COMMENTS:,} comments, one process",
        f"{one:.1f} s",
        f"{rate:,.0f} LF applications per second",
    )
    row(
        f"{N_COMMENTS:,} comments, {N_WORKERS} Dask workers",
        f"{many_workers:.1f} s",
        f"{ratio:.2f} times as fast",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", action="store_true", help="time a fresh set-up, too")
    options = parser.parse_args()
    for path in sorted(ROOT.glob("0*.ipynb")):
        measure_lab(path)
    measure_import()
    if options.setup:
        measure_setup()
    measure_dask()


if __name__ == "__main__":
    main()
