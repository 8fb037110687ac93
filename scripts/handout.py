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

FOR_STUDENTS = ["requirements.txt", "requirements-llm.txt", "constraints.txt", "LICENSE"]
FOR_STUDENTS += ["Dockerfile", ".dockerignore", "docs/pictures"]
FOR_STUDENTS += [f"docs/{page}.md" for page in ("glossary", "troubleshooting")]
FOR_STUDENTS += [f"scripts/{name}.py" for name in ("setup", "doctor", "reset", "help")]
TARGETS = ["help", "setup", "doctor", "lab", "data", "kernel", "reset", "clean"]
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")


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
            ignored = shutil.ignore_patterns("__pycache__", ".*", "youtube-spam")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)


def copy_for_notebooks(folder):
    """Copy what the notebooks import and read; return the comments, which go along if real."""
    modules = [path.name for path in ROOT.glob("*.py") if path.name != "conftest.py"]
    copy([*modules, "checks", "data"], folder)
    comments = fetch.find_data()
    if comments.is_real:
        (folder / "data" / "youtube-spam").mkdir()
        for name, content in comments.files.items():
            (folder / "data" / "youtube-spam" / name).write_bytes(content)
    return comments


def without_dead_links(text, page):
    """Turn links to files that are not in the hand-out into plain text."""

    def replacement(link):
        words, file, _ = link.groups()
        exists = "://" in file or not file or (page.parent / file).exists()
        return link[0] if exists else words

    return LINK.sub(replacement, text)


def makefile(first):
    """Return the Makefile with the commands for students; `make lab` opens the first notebook."""
    blocks = (ROOT / "Makefile").read_text(encoding="utf-8").strip().split("\n\n")
    rules = [re.search(r"(?m)^([a-z]+|\S+/installed):(?!=)", block) for block in blocks]
    kept = [b for b, rule in zip(blocks, rules, strict=True) if not rule or rule[1] in TARGETS]
    return re.sub(r"\b0\w+\.ipynb", first, "\n\n".join(kept)) + "\n"


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def main(lab=""):
    books = {path.name: nbformat.read(path, as_version=4) for path in notebooks(lab)}
    folder = OUT / (f"data-labeling-lab-{int(lab)}" if lab else "data-labeling-labs")
    shutil.rmtree(folder, ignore_errors=True)
    comments = copy_for_notebooks(folder)
    copy([*FOR_STUDENTS, *books], folder)
    first, *_ = books
    write(folder / "Makefile", makefile(first))
    titles = [book.cells[0].source.splitlines()[0].lstrip("# ") for book in books.values()]
    labs = "\n".join(f"- [{t}]({name})" for t, name in zip(titles, books, strict=True))
    readme = Path(__file__).with_name("handout_readme.md").read_text(encoding="utf-8")
    write(folder / "README.md", readme.replace("{labs}", labs).replace("{first}", first))
    for name, book in books.items():
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = without_dead_links(cell.source, folder / name)
            elif cell.metadata.get("nbgrader", {}).get("grade"):  # JupyterLab keeps it as it is
                cell.metadata.update(editable=False, deletable=False)
        write(folder / name, nbformat.writes(book) + "\n")
        write(folder / "originals" / name, nbformat.writes(book) + "\n")
    for page in folder.glob("docs/*.md"):
        write(page, without_dead_links(page.read_text(encoding="utf-8"), page))
    shutil.make_archive(str(folder), "zip", OUT, folder.name)
    data = "the real comments" if comments.is_real else f"the sample only ({comments.why_sample})"
    print(f"{OUT.name}/{folder.name}/ and {OUT.name}/{folder.name}.zip, with {data}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
