"""Write what students get: notebooks, modules, data and help, but no tests and no solutions.

python scripts/handout.py       all labs, in handout/data-labeling-labs/ and a zip file beside it
python scripts/handout.py 01    lab 1 alone, in handout/data-labeling-lab-1/

Whatever lies in data/ goes along, a data set of your own, too. The hand-out needs no git.
"""

import re
import shutil
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "handout"
sys.path.insert(0, str(ROOT))
import fetch  # noqa: E402

FOR_NOTEBOOKS = ("utils.py", "fetch.py", "tables.py", "llm.py", "checks", "data")
FOR_STUDENTS = ("requirements.txt", "requirements-llm.txt", "constraints.txt", "LICENSE")
FOR_STUDENTS += (
    "Dockerfile",
    ".dockerignore",
    "docs/glossary.md",
    "docs/troubleshooting.md",
    "docs/pictures",
)
FOR_STUDENTS += tuple(f"scripts/{name}.py" for name in ("setup", "doctor", "reset", "help"))
TARGETS = ("help", "setup", "doctor", "lab", "data", "kernel", "reset", "clean")
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
SOURCE = """\
# YouTube Spam Collection

1,956 comments under five music videos, labeled by hand (CLASS 1 = spam, 0 = ham).
Source: T. Alberto, J. Lochter, UCI Machine Learning Repository, 2015,
[doi 10.24432/C58885](https://doi.org/10.24432/C58885). License: CC BY 4.0. The files are unchanged.
"""


def notebooks(lab=""):
    """Return the paths of the notebooks of one lab ("01" or "1") or of all; none may be solved."""
    paths = sorted(ROOT.glob(f"{lab.zfill(2) if lab else '0'}*.ipynb"))
    if not paths:
        sys.exit(f"There is no lab {lab}. Name one as in ARGS=01, or none for all.")
    for path in paths:
        if "solved (1 point)" in path.read_text(encoding="utf-8"):
            sys.exit(f"{path.name} holds answers: 'make reset' saves it and puts the original back")
    return paths


def copy(names, folder):
    """Copy files and folders of the project, those that there are, into another folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)


def copy_for_notebooks(folder):
    """Copy what the notebooks need, with the real comments where they are found; return these."""
    copy(FOR_NOTEBOOKS, folder)
    comments = fetch.find_data()
    real = folder / "data" / "youtube-spam"
    if comments.is_real:
        real.mkdir(parents=True, exist_ok=True)
        for name, content in comments.files.items():
            (real / name).write_bytes(content)
        (real / "README.md").write_text(SOURCE, encoding="utf-8")
    return comments


def without_dead_links(text, page):
    """Turn links to files that are not in the hand-out into plain text."""

    def replacement(link):
        words, file, _ = link.groups()
        target = page.parent / file
        return link[0] if "://" in file or not file or target.exists() else words

    return LINK.sub(replacement, text)


def write_makefile(folder, first):
    """Keep the commands for students; `make lab` opens the first notebook that there is."""
    blocks = (ROOT / "Makefile").read_text(encoding="utf-8").split("\n\n")
    targets = [re.search(r"(?m)^([a-z]+|\S+/installed):(?!=)", block) for block in blocks]
    kept = [b for b, found in zip(blocks, targets, strict=True) if not found or found[1] in TARGETS]
    text = re.sub(r"\b0\w+\.ipynb", first, "\n\n".join(kept).rstrip("\n") + "\n")
    (folder / "Makefile").write_text(text, encoding="utf-8", newline="\n")


def write_readme(folder, paths, is_real):
    titles = [nbformat.read(path, as_version=4).cells[0].source.splitlines()[0] for path in paths]
    labs = [f"- [{t.lstrip('# ')}]({p.name})" for t, p in zip(titles, paths, strict=True)]
    data = (
        "The comments are in [data/youtube-spam](data/youtube-spam/README.md), with their source."
    )
    if not is_real:
        data = "`make data` (`python utils.py`) downloads the comments and says which are in use."
    text = Path(__file__).with_name("handout_readme.md").read_text(encoding="utf-8")
    names = " or ".join(f"`{path.name}`" for path in paths)
    text = text.replace("{labs}", "\n".join(labs)).replace("{names}", names)
    text = text.replace("{first}", paths[0].name).replace("{data}", data)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def main(lab=""):
    paths = notebooks(lab)
    name = f"data-labeling-lab-{int(lab)}" if lab else "data-labeling-labs"
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    comments = copy_for_notebooks(folder)
    copy(FOR_STUDENTS, folder)
    (folder / "originals").mkdir()
    for path in paths:
        shutil.copy(path, folder)
    write_makefile(folder, paths[0].name)
    write_readme(folder, paths, comments.is_real)
    for path in paths:
        book = nbformat.read(path, as_version=4)
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = without_dead_links(cell.source, folder / path.name)
            elif cell.metadata.get("nbgrader", {}).get("grade"):  # JupyterLab keeps it as it is
                cell.metadata.update(editable=False, deletable=False)
        for copied in (folder / path.name, folder / "originals" / path.name):
            copied.write_text(nbformat.writes(book) + "\n", encoding="utf-8", newline="\n")
    for page in folder.glob("docs/*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(without_dead_links(text, page), encoding="utf-8")
    shutil.make_archive(str(folder), "zip", folder.parent, folder.name)
    data = "the real comments" if comments.is_real else f"the sample only ({comments.why_sample})"
    print(f"{OUT.name}/{name}/ and {OUT.name}/{name}.zip, with {data}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
