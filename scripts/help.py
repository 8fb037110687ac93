"""Print the commands of the Makefile with what they do (works without grep and awk)."""

import re
from pathlib import Path

makefile = (Path(__file__).resolve().parent.parent / "Makefile").read_text(encoding="utf-8")
for target, text in re.findall(r"(?m)^(\w+):.*?## (.*)$", makefile):
    print(f"make {target:9} {text}")
