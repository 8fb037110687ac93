"""Run the labs again and again under changed conditions; all that is compared must hold each time.

`make repeat` runs each lab ten times, `make repeat ARGS="--times 2"` twice.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def conditions(number):
    """Return the environment of one run: another hash seed, one or two threads, oneDNN or not."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    env = dict.fromkeys(threads, str(1 + number % 2))
    return {**env, "PYTHONHASHSEED": str(number), "TF_ENABLE_ONEDNN_OPTS": str(number // 2 % 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="runs of each lab")
    parser.add_argument("notebooks", nargs="*", help="the three labs by default")
    options = parser.parse_args()
    failed = 0
    for name in options.notebooks or sorted(path.name for path in ROOT.glob("0*.ipynb")):
        for number in range(options.times):
            env, command = conditions(number), [sys.executable, "-m", "pytest", "-q", name]
            done = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True
            )
            failed += done.returncode != 0
            settings = " ".join(f"{key}={value}" for key, value in env.items())
            print(f"{name:42} {'DIFFERS' if done.returncode else 'same'}  {settings}", flush=True)
            print(done.stdout[-4000:] * bool(done.returncode), end="", flush=True)
    sys.exit(f"{failed} runs differ from the stored outputs" if failed else 0)


if __name__ == "__main__":
    main()
