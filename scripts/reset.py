"""Put notebooks back as they were; your versions are first saved in saved/ under a dated name.

python scripts/reset.py                     all notebooks, as in the last commit
python scripts/reset.py 02                  only lab 2
python scripts/reset.py origin/main         as in another commit (or both: 02 origin/main)

In a hand-out, which has no git, the originals are in originals/.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BY_HAND = "Nothing was changed. Download the labs again, into another folder, and copy from there."


def git(*arguments):
    """Return what a git command prints, as bytes; end with a clear sentence if it fails."""
    if not (ROOT / ".git").exists():
        sys.exit(f"{ROOT} is no git checkout and has no folder originals. {BY_HAND}")
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"").decode("utf-8", "replace").strip() or error
        sys.exit(f"git cannot do it ({said}). {BY_HAND}")


def write(path, content):
    """Write a file, complete or not at all; a link in its place is replaced, not followed."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as folder:
        part = Path(folder, path.name)
        part.write_bytes(content)
        os.replace(part, path)


def save(path):
    """Copy a notebook to saved/ under a name that is not in use; return that name."""
    folder, minute = ROOT / "saved", datetime.now().strftime("%Y-%m-%d_%H%M")
    folder.mkdir(exist_ok=True)
    for number in itertools.count(1):
        copy = folder / f"{minute}-{number}_{path.name}"
        if not os.path.lexists(copy):
            write(copy, path.read_bytes())
            return f"saved/{copy.name}"


def originals(lab, commit):
    """Return the original notebooks, name -> bytes, of one lab ("02") or of all ("0")."""
    folder = ROOT / "originals"
    if folder.is_dir() and not commit:
        return {path.name: path.read_bytes() for path in folder.glob(f"{lab}*.ipynb")}
    commit = commit or "HEAD"
    names = git("ls-tree", "--name-only", commit).decode().splitlines()
    names = [name for name in names if name.startswith(lab) and name.endswith(".ipynb")]
    return {name: git("cat-file", "--filters", f"{commit}:{name}") for name in names}


def main(arguments):
    lab, commit = "0", None
    for argument in arguments:
        if argument.isdecimal() and len(argument) <= 2:
            lab = argument.zfill(2)
        else:
            commit = argument
    notebooks = originals(lab, commit)
    if not notebooks:
        sys.exit(f"There is no notebook of lab {lab}. Nothing was changed.")
    for name, original in sorted(notebooks.items()):
        path = ROOT / name
        if path.exists() and path.read_bytes() == original:
            print(f"{name}: as it was")
            continue
        saved = f"; your version is now {save(path)}" if path.exists() else ""
        write(path, original)
        print(f"{name}: put back{saved}")
    print("A notebook that is open in JupyterLab: take File > Reload Notebook from Disk.")
    if not commit and (ROOT / ".git").exists():
        print("Have you committed changes? Then name the commit to go back to: ARGS=origin/main")


if __name__ == "__main__":
    main(sys.argv[1:])
