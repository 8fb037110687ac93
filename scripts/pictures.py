"""Write the README's overview: a picture and the headline of each lab, from the outputs stored in the notebooks."""

import base64
from pathlib import Path

import nbformat
from run_labs import headline

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
START = '<!-- written by "make pictures" from the outputs stored in the notebooks -->\n'
END = "<!-- end -->\n"
LABS = [  # notebook, words in the cell that draws the figure, what the lab shows, alternative text of the figure
    (
        "01_spam_tutorial.ipynb",
        "classifier on our LFs' labels",
        "**Lab 1** writes rules instead of labels. A classifier trained on their votes keeps up with one trained on "
        "all labels made by hand.",
        "Line chart: test accuracy grows with the number of gold labels, in two curves with bands for the features "
        "with and without the patterns; a dashed line shows the classifier trained on labeling functions alone",
    ),
    (
        "02_spam_data_augmentation_tutorial.ipynb",
        "plot_gains(lstm_test",
        "**Lab 2** rewrites labeled comments and measures, in pairs and with intervals, whether that helps. Here "
        "it does little, and the lab shows how one finds out.",
        "Two charts for 100 to 1,586 labeled comments: test accuracy of the LSTM with and without augmentation, and "
        "the gain with its 95 % intervals, most of which hold zero",
    ),
    (
        "03_spam_data_slicing_tutorial.ipynb",
        "accuracy and 95 % interval (light gray",
        "**Lab 3** looks for the groups of comments on which a good classifier fails, and tries to help them.",
        "Dot plot: accuracy with its 95 % interval for each slice, with the number of its comments; slices too small "
        "to judge are light gray, and a dotted line marks the accuracy on all comments",
    ),
]


def figure(notebook, words):
    """Return the PNG stored with the cell that holds `words`."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and words in cell.source:
            for out in cell.outputs:
                if "image/png" in out.get("data", {}):
                    return base64.b64decode(out.data["image/png"])
    raise LookupError(
        f"no figure in a cell with {words!r}: run 'make refresh', or mend LABS in scripts/pictures.py"
    )


def overview():
    """Return the README's text between the two marks, and the pictures by file name."""
    text, pictures = "", {}
    for name, words, claim, alternative in LABS:
        notebook = nbformat.read(ROOT / name, as_version=4)
        file = f"lab{name[1]}.png"
        pictures[file] = figure(notebook, words)
        text += f"{claim} The stored run: {headline(notebook)}.\n\n![{alternative}](docs/pictures/{file})\n\n"
    return text, pictures


def main():
    text, pictures = overview()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    before, rest = readme.split(START)
    (ROOT / "README.md").write_text(
        before + START + text + END + rest.split(END)[1], encoding="utf-8", newline="\n"
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, content in pictures.items():
        (FOLDER / file).write_bytes(content)


if __name__ == "__main__":
    main()
