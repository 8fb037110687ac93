"""Write the README's overview from the stored outputs: the picture and the headline of each lab."""

import base64
from pathlib import Path

import nbformat
from reset import write
from run_labs import headline

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
START = '<!-- written by "make pictures" from the outputs stored in the notebooks -->\n'
END = "<!-- end -->\n"
LABS = {
    "01_spam_tutorial.ipynb": "writes rules instead of labels, and learns from their votes",
    "02_spam_data_augmentation_tutorial.ipynb": "rewrites labeled comments, and measures the gain",
    "03_spam_data_slicing_tutorial.ipynb": "finds comments on which a good classifier fails",
}


def picture(notebook):
    """Return the PNG of the cell tagged `picture`, and its alternative text."""
    (cell,) = (cell for cell in notebook.cells if "picture" in cell.metadata.get("tags", []))
    (out,) = (out for out in cell.outputs if "image/png" in out.get("data", {}))
    return base64.b64decode(out.data["image/png"]), out.metadata["image/png"]["alt"]


def overview():
    """Return the README's text between the two marks, and the pictures by file name."""
    text, pictures = "", {}
    for name, claim in LABS.items():
        notebook = nbformat.read(ROOT / name, as_version=4)
        file = f"lab{name[1]}.png"
        pictures[file], alt = picture(notebook)
        numbers = "\n".join(f"- {line}" for line in headline(notebook).split("; "))
        text += f"**Lab {name[1]}** {claim}. The stored run:\n\n{numbers}\n\n"
        text += f"![{alt}](docs/pictures/{file})\n\n"
    return text, pictures


def fill_readme(start, text, end):
    """Put `text` between two marks of the README."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(start)
    write(readme, (before + start + text + end + rest.split(end)[1]).encode())


def main():
    text, pictures = overview()
    fill_readme(START, text, END)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, content in pictures.items():
        write(FOLDER / file, content)


if __name__ == "__main__":
    main()
