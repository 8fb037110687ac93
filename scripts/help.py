"""Print the commands of the Makefile with what they do (works on systems without grep and awk)."""

import re
from pathlib import Path

MAKEFILE = Path(__file__).resolve().parent.parent / "Makefile"
for target, text in re.findall(
    r"^(\w+):.*?## (.*)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE
):
    print(f"make {target:9} {text}")
