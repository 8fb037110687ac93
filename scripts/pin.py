"""Write constraints.txt: the version of everything that requirements.txt brings along, for all systems.

Run it with `make pins` after a change of requirements.txt. It needs uv (`pip install uv`).
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Generated from requirements.txt by 'make pins'; do not edit.\n"
COMMAND = [
    "uv",
    "pip",
    "compile",
    "--universal",
    "--python-version",
    "3.11",
    "--no-header",
    "--no-annotate",
    "--quiet",
    "-",
]


def name_of(line):
    """Return the normalized package name at the start of a requirement line."""
    return re.split(r"[\[=<>; ]", line, maxsplit=1)[0].lower().replace("_", "-")


def main():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    direct = [line for line in lines if line and not line.startswith(("#", "-c"))]
    done = subprocess.run(
        COMMAND, input="\n".join(direct), capture_output=True, text=True, check=True
    )
    names = {name_of(line) for line in direct}
    others = [line for line in done.stdout.splitlines() if name_of(line) not in names]
    (ROOT / "constraints.txt").write_text(
        HEADER + "\n".join(others) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"constraints.txt: {len(others)} pins beside {len(direct)} direct ones")


if __name__ == "__main__":
    main()
