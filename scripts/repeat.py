"""Run the labs again and again under changed conditions; every compared output and every band must hold each time.

Run it with `make repeat` (ten times each lab, about half an hour) or, for less, `make repeat ARGS="--times 2"`.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def conditions(number):
    """Return the environment of one run: another hash seed, one or two threads, oneDNN on or off."""
    threads, one_dnn = str(1 + number % 2), str(number // 2 % 2)
    return {
        "PYTHONHASHSEED": str(number),
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_ENABLE_ONEDNN_OPTS": one_dnn,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="runs of each lab")
    parser.add_argument("notebooks", nargs="*", help="the three labs by default")
    options = parser.parse_args()
    failed = 0
    for path in options.notebooks or sorted(path.name for path in ROOT.glob("0*.ipynb")):
        for number in range(options.times):
            env, start = conditions(number), time.perf_counter()
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
            done = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True
            )
            failed += done.returncode != 0
            settings = ", ".join(f"{name}={value}" for name, value in env.items())
            verdict = "same" if done.returncode == 0 else "DIFFERS"
            print(
                f"{path:42} {verdict:8} {time.perf_counter() - start:5.0f} s  {settings}",
                flush=True,
            )
            if done.returncode:
                print(done.stdout[-4000:])
    sys.exit(f"{failed} runs differ from the stored outputs" if failed else 0)


if __name__ == "__main__":
    main()
