"""Run the labs again and again under changed conditions; all that is compared must hold each time.

`make repeat` runs each lab ten times, `make repeat ARGS=2` twice.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def conditions(number):
    """Return the environment of one run: another hash seed, one or two threads, oneDNN or not."""
    env = dict.fromkeys(THREADS, str(1 + number % 2))
    return {**env, "PYTHONHASHSEED": str(number), "TF_ENABLE_ONEDNN_OPTS": str(number // 2 % 2)}


def main(times=10):
    failed = 0
    for path in sorted(ROOT.glob("0*.ipynb")):
        for env in map(conditions, range(int(times))):
            command = [sys.executable, "-m", "pytest", "-q", path.name]
            done = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True
            )
            failed += done.returncode != 0
            print(path.name, "DIFFERS" if done.returncode else "same", env, flush=True)
            print(done.stdout[-4000:] * bool(done.returncode), end="", flush=True)
    sys.exit(f"{failed} runs differ from the stored outputs" if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
