"""Write constraints.txt: the version of everything that requirements.txt brings along.

Run it with `make pins` after a change of requirements.txt. It needs uv (`pip install uv`).
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Generated from requirements.txt by 'make pins'; do not edit.\n"
COMMAND = "uv pip compile --universal --python-version 3.11 --no-header --no-annotate --quiet -"


def main():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    direct = [line for line in lines if line and not line.startswith(("#", "-c"))]
    command = COMMAND.split()
    for line in direct:  # each is pinned in requirements.txt itself
        command += ["--no-emit-package", re.split(r"[\[=]", line)[0]]
    done = subprocess.run(
        command, input="\n".join(direct), stdout=subprocess.PIPE, text=True, check=True
    )
    (ROOT / "constraints.txt").write_text(HEADER + done.stdout, encoding="utf-8", newline="\n")
    print(f"constraints.txt: {done.stdout.count('==')} pins beside {len(direct)} direct ones")


if __name__ == "__main__":
    main()
