"""What the three labs share: the comments and their splits, and helpers for numbers and pictures.

fetch.py finds and verifies the files, comments.py reads them. Import this module before TensorFlow.
"""

import base64
import html
import io
import os
import re
import sys
from contextlib import suppress

if "tensorflow" not in sys.modules:  # loaded after TensorFlow, triton crashes the process ...
    with suppress(Exception):
        import triton  # noqa: F401
elif "triton" not in sys.modules:  # ... and torch does without it
    sys.modules["triton"] = None

import pandas as pd
from sklearn.model_selection import train_test_split

import fetch
from comments import read_comments
from fetch import HERE, DataError, find_data  # noqa: F401 - notebooks and tests use them from here

COLORS = {"ham": "#0072B2", "spam": "#D55E00", "neutral": "#666666"}  # safe for color blindness
PLOT_STYLE = {
    "figure.figsize": (7, 3.2),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": "cycler('color', ['#009E73', '#CC79A7', '#56B4E9', '#E69F00'])",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}


def load_videos():
    """Return five DataFrames, one per video, each shuffled with random state 123.

    Columns: `author`, `date`, `text`, `label` (0 = ham, 1 = spam) and `video` (1 to 5).
    """
    data = find_data()
    if not data.is_real:
        print(
            f"NOTICE: these are the sample comments in data/sample/, written for this course: "
            f"{data.why_sample}\n        All cells run, but the numbers differ from those in the "
            f"text. For the real comments,\n        unset SPAM_DATA, connect to the internet and "
            f"run 'make data' (README, section Data)."
        )
    videos = []
    for number, name in enumerate(sorted(data.files), start=1):
        video = read_comments(io.BytesIO(data.files[name]), name=name).assign(video=number)
        videos.append(video.sample(frac=1, random_state=123).reset_index(drop=True))
    return videos


def load_spam_dataset(load_train_labels=False, split_dev_valid=False):
    """Load the comments in the splits of Snorkel's own spam tutorials, so that numbers compare.

    Parameters
    ----------
    load_train_labels : bool
        Keep the gold labels of the training split; by default they are hidden (-1).
    split_dev_valid : bool
        Also return the development and the validation split.

    Returns
    -------
    tuple of pandas.DataFrame
        `(train, test)` or `(train, dev, valid, test)`: 1,586, 100, 120 and 250 rows of the real
        data. `train` is videos 1 to 4, `dev` 100 rows of it with labels; `valid` and `test` share
        video 5. Columns: `author`, `date` (str, ISO 8601, may be missing), `text` (str), `label`
        (int: 0 = ham, 1 = spam, -1 = hidden) and `video` (int).

    Raises
    ------
    DataError
        If the data in use is damaged or `SPAM_DATA` names something unusable.

    Notes
    -----
    Data: T. Alberto and J. Lochter, YouTube Spam Collection, UCI Machine Learning Repository,
    doi 10.24432/C58885 (CC BY 4.0). Splits: https://github.com/snorkel-team/snorkel-tutorials
    """
    *first_four, last = load_videos()
    train = pd.concat(first_four, ignore_index=True)
    dev = train.sample(min(100, len(train)), random_state=123)
    n_test = round(len(last) * 250 / 370)  # 250 of the real video's 370 comments
    valid, test = train_test_split(last, test_size=n_test, random_state=123, stratify=last["label"])
    if not load_train_labels:
        train = train.assign(label=-1)
    parts = (train, dev, valid, test) if split_dev_valid else (train, test)
    return tuple(part.reset_index(drop=True) for part in parts)


class TextTable(pd.DataFrame):
    """A table that notebooks align to the left, as texts are read."""

    def _repr_html_(self):
        page = super()._repr_html_()  # None if pandas is not to make HTML
        return page and re.sub("<(t[hd])>", r'<\1 style="text-align: left;">', page)


def defang(text):
    """Return `text` on one line with its web addresses disarmed, so that nobody clicks on spam."""
    text = re.sub(r"(?i)\bhttp(s?)://", r"hxxp\1://", " ".join(text.split()))
    ends = "com|net|org|tv|ly|gl|be|co|me|uk|info|br|pn|example|test|invalid"
    return re.sub(rf"(?i)(?<=\w)\.(?=(?:{ends})\b)", "[.]", text)


def preview(comments, width=90):
    """Return comments fit for reading: one line each, links disarmed, without authors and dates.

    Parameters
    ----------
    comments : pandas.DataFrame
        Rows with a `text` column.
    width : int
        Longest text shown, in characters. Words over 30 characters are shortened.
    """
    shown = comments.drop(columns=["author", "date"], errors="ignore")
    texts = shown["text"].map(defang).str.replace(r"(\S{30})\S+", r"\1…", regex=True)
    cut = texts.str.slice(0, width - 1) + "…"
    return TextTable(shown.assign(text=texts.where(texts.str.len() <= width, cut)))


def show(fig, alt):
    """Show a Matplotlib figure with its alternative text, for readers who cannot see it."""
    from IPython.display import display
    from matplotlib import pyplot as plt

    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", bbox_inches="tight", facecolor="white")
    plt.close(fig)
    png = base64.b64encode(buffer.getvalue()).decode()
    image = f'<img src="data:image/png;base64,{png}" alt="{html.escape(alt)}">'  # for JupyterLab
    bundle = {"image/png": png, "text/html": image, "text/plain": alt}
    display(bundle, metadata={"image/png": {"alt": alt}}, raw=True)


def progress(items, desc):
    """Iterate over `items` with a progress bar where somebody watches: in JupyterLab or VS Code."""
    from tqdm.auto import tqdm

    watched = {"JPY_SESSION_NAME", "VSCODE_PID"} & set(os.environ)
    return tqdm(items, desc=desc, disable=not watched, leave=False)


def start_workers(n=2):
    """Return the client of `n` new Dask workers on this computer, for nobody else.

    Connections are encrypted and need a certificate; no status page is served.
    """
    import dask
    from dask.distributed import Client

    dask.config.set({f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")})
    return Client(
        n_workers=n,
        threads_per_worker=1,
        security=True,
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        silence_logs="CRITICAL",  # a worker may complain while its cluster closes
    )


def check_range(name, value, low, high):
    """Raise an AssertionError if `value` is not in the closed range from `low` to `high`.

    For numbers that move with the processor. On the sample comments nothing is compared.
    """
    if not find_data().is_real:
        print(f"{name}: not checked, because the sample comments are in use.")
    elif not low <= value <= high:  # no assert statement: python -O would skip it
        raise AssertionError(f"{name} is {value:.4f}, expected {low} to {high}: something changed.")
    else:
        print(f"{name}: within {low} to {high}, as expected.")


if __name__ == "__main__":
    fetch.main()
