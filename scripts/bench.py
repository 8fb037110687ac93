"""Measure what the labs cost: one table of numbers. Run it with `make bench` on an otherwise idle machine."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from dask.distributed import Client
from snorkel.labeling import LFApplier

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from notebook_code import run_cells  # noqa: E402

import utils  # noqa: E402

N_COMMENTS, N_WORKERS, PART = 300_000, 2, 50_000


def measure_dask():
    """Time the labeling functions of lab 1 over many comments, in one process and on Dask's workers."""
    lfs = run_cells("01_spam_tutorial.ipynb", until="L_valid")["lfs"]
    df = pd.concat(utils.load_videos(), ignore_index=True)[["text", "author"]]
    many = pd.concat([df] * (N_COMMENTS // len(df) + 1), ignore_index=True).head(N_COMMENTS)
    many["text"] += " " + many.index.astype(str)  # no two alike, so that nothing is merely remembered
    parts = [many.iloc[at : at + PART] for at in range(0, N_COMMENTS, PART)]

    def label_part(part):
        return LFApplier(lfs).apply(list(part.itertuples()), progress_bar=False)

    start = time.perf_counter()
    alone = np.vstack([label_part(part) for part in parts])
    one = time.perf_counter() - start
    with Client(n_workers=N_WORKERS, threads_per_worker=1, dashboard_address=None) as client:
        client.gather(client.map(label_part, [part.head() for part in parts[:N_WORKERS]]))  # imports, on each worker
        start = time.perf_counter()
        spread = np.vstack(client.gather(client.map(label_part, client.scatter(parts))))
        many_workers = time.perf_counter() - start
    assert np.array_equal(alone, spread)
    rate, ratio = N_COMMENTS * len(lfs) / one, one / many_workers
    print(f"labeling functions, one process     {one:7.1f} s  ({rate:,.0f} LF applications per second)")
    print(f"labeling functions, {N_WORKERS} Dask workers  {many_workers:7.1f} s  ({ratio:.2f} times as fast)")


if __name__ == "__main__":
    measure_dask()
