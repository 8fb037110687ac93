"""Put the notebooks back to their committed versions; what was changed is first saved in saved/ under a dated name.

    python scripts/reset.py             back to the last commit
    python scripts/reset.py <commit>    back to another one, for example origin/main

Notebooks that are unchanged are left alone. Nothing is lost, even if this is interrupted: a notebook is replaced only
after its saved copy is complete. It needs git, and no other package.
"""

import itertools
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAVED = ROOT / "saved"


def git(*arguments):
    """Return what a git command prints, as bytes; end with a clear message if it fails."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    except OSError as error:
        sys.exit(
            f"git cannot be run ({error}), and only git knows the original notebooks. {BY_HAND}"
        )
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip()
        sys.exit(f"git does not have the original notebooks: {reason}\n{BY_HAND}")
    return done.stdout


BY_HAND = (
    "Nothing was changed. To get the originals, download the labs again into another folder and copy the notebooks "
    "that you want from there; rename your own versions first."
)


def committed_notebooks(commit):
    """Return the notebooks of a commit: file name -> bytes as git would write them here."""
    if git("rev-parse", "--show-prefix").strip():
        sys.exit(
            f"This folder is no git checkout of its own: it lies within another one. {BY_HAND}"
        )
    names = os.fsdecode(git("ls-tree", "--name-only", "-z", commit)).split("\0")
    notebooks = [name for name in names if name.startswith("0") and name.endswith(".ipynb")]
    return {name: git("cat-file", "--filters", f"{commit}:{name}") for name in notebooks}


def save(path, stamp):
    """Copy a notebook into saved/ under a name that does not exist yet; return the copy's path."""
    SAVED.mkdir(exist_ok=True)
    content = path.read_bytes()
    for number in itertools.count(1):
        copy = SAVED / f"{stamp}{f'-{number}' if number > 1 else ''}_{path.name}"
        try:
            with open(
                copy, "xb"
            ) as file:  # fails if the file exists: an earlier copy is never overwritten
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            continue
        except BaseException:
            copy.unlink(missing_ok=True)  # half a copy; the notebook itself is still in its place
            raise
        return copy


def replace(path, content):
    """Write `content` to `path`, complete or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def main():
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    originals = committed_notebooks(commit)
    changed = [
        name
        for name in originals
        if not (ROOT / name).exists() or (ROOT / name).read_bytes() != originals[name]
    ]
    stamp = datetime.now().strftime("%Y-%m-%d_%H%M")
    try:
        for name in changed:
            if (ROOT / name).exists():
                print(
                    f"{name}: your version is now {save(ROOT / name, stamp).relative_to(ROOT).as_posix()}"
                )
        for name in changed:
            replace(ROOT / name, originals[name])
            print(f"{name}: put back")
    except OSError as error:
        sys.exit(
            f"Stopped: {error}. Nothing is lost: what is not in {SAVED.name}/ is still in its place."
        )
    if changed:
        print(
            "If a notebook is open in JupyterLab, take File > Reload Notebook from Disk before you go on."
        )
    else:
        print("All notebooks are as they were committed; nothing to do.")


if __name__ == "__main__":
    main()
