"""What the three labs share: the data, its splits, and the few helpers that every lab needs.

The comments are looked for in this order (see `find_data`):

1. the environment variable `SPAM_DATA`: a folder, a zip file, a URL of that zip, or the word `sample`;
2. `data/youtube-spam/` beside this file;
3. `../shared/youtube-spam/`, a folder that a course shares beside its checkouts (may be read-only);
4. a download from the UCI Machine Learning Repository into `data/youtube-spam/`;
5. `data/sample/`, comments written for these labs. A notice says so; this never happens silently.
"""

import hashlib
import io
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
DATA_DIR = HERE / "data" / "youtube-spam"
SHARED_DIR = HERE.parent / "shared" / "youtube-spam"
SAMPLE_DIR = HERE / "data" / "sample"

UCI_URLS = (
    "https://archive.ics.uci.edu/static/public/380/youtube+spam+collection.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00380/YouTube-Spam-Collection-v1.zip",
)
DOWNLOAD_SECONDS = 25  # for all addresses together: a class does not wait longer
TIMEOUTS = (
    5,
    10,
)  # seconds: to connect, and between two pieces of an answer; the next address still gets its turn
MAX_FILE_BYTES = 5_000_000  # the largest real file has 83 KB; a download, or a file in a zip, over this is not ours
STALE_SECONDS = 60  # writing a file takes milliseconds; a part older than this was left by a process that was killed

# Two or more independent public copies agree on each of these.
SHA256 = {
    "Youtube01-Psy.csv": "19797e6c77690e3c8809cfd2853ae7341390636367ba66cf5d4f4083f0b88535",
    "Youtube02-KatyPerry.csv": "902c614f8ef24f987d6f614d7e6111aa5160b89a0646b68e007bd6044a3d123b",
    "Youtube03-LMFAO.csv": "702ef589860a1831956f527760a3d9737ef8a07ab36c7de35b92b8898b8c3928",
    "Youtube04-Eminem.csv": "92f54eb6b22fdf3b7ae85e1f500e5aa7442edd025e504b988a97078756187e76",
    "Youtube05-Shakira.csv": "1d8ab47b71e8037c51183b2fc62f0591a48a4b54f3a4f5d9d3043113b274e98e",
}


class DataError(ValueError):
    """The data cannot be used as it is; the message names the file or setting, and the remedy."""


@dataclass(frozen=True)
class SpamData:
    """The five files in use: their bytes by name, where they come from, and whether they are the real ones."""

    files: dict
    source: str
    is_real: bool
    why_sample: str = ""


# ---------------------------------------------------------------- finding the files


def _verified(name, content, where, remedy=""):
    """Return `content` if it is the published file `name`; raise `DataError` if it is anything else."""
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise DataError(
            f"{where} is not the published file: its SHA-256 differs. It was cut short, edited or replaced. {remedy}"
        )
    return content


def _read_folder(folder):
    """Return the verified real files that `folder` holds, by name; there may be none, or only some."""
    remedy = (
        "Move it away (nothing here will overwrite it) and run again to fetch a fresh copy, "
        "or set SPAM_DATA=sample to work on the embedded sample."
    )
    files = {}
    for name in SHA256:
        path = folder / name
        try:
            if not path.is_file():
                continue
            content = path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{path} cannot be read ({error.strerror}). Make it readable or move it away and run again, "
                f"or set SPAM_DATA=sample to work on the embedded sample."
            ) from error
        files[name] = _verified(name, content, path, remedy)
    return files


def _read_zip(source, where):
    """Return the five verified files of a zip archive.

    Only the five known file names are looked at, wherever in the archive they lie; nothing is
    extracted, so a name in the archive never becomes a path on disk.
    """
    files = {}
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                name = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
                if name not in SHA256 or info.filename.startswith("__MACOSX"):
                    continue
                with archive.open(info) as member:
                    content = member.read(MAX_FILE_BYTES + 1)
                files[name] = _verified(
                    name, content, f"{info.filename} in {where}", "Get a fresh copy."
                )
    except DataError:
        raise
    except (
        Exception
    ) as error:  # a damaged archive can raise nearly anything, from EOFError to struct.error
        raise DataError(
            f"{where} is not a readable zip file ({error}). A network log-in page or a broken download looks like "
            f"this: open the address in a browser, log in if asked, and try again."
        ) from error
    missing = sorted(set(SHA256) - set(files))
    if missing:
        raise DataError(
            f"{where} lacks {', '.join(missing)}: it is not the YouTube Spam Collection. Get a fresh copy."
        )
    return files


class _Archive(io.BytesIO):
    """What a server sends, kept in memory: nothing unverified touches the disk, and nothing huge is taken."""

    def write(self, piece):
        if self.tell() + len(piece) > MAX_FILE_BYTES:
            raise DataError(
                f"it sends more than {MAX_FILE_BYTES:,} bytes, so it is not the YouTube Spam Collection"
            )
        return super().write(piece)


def _reason(error, url):
    """Say in one line why `url` gave no data; a server's answer such as 404 is part of it."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    detail = str(error) if isinstance(error, DataError) else type(error).__name__
    return f"{url}: {detail}" + (f", status {status}" if status else "")


def _retrieve(urls, report):
    """Try each address in turn; put the verified files, or the reasons for failing, into `report`."""
    import pooch

    for url in urls:
        try:
            archive = _Archive()
            pooch.HTTPDownloader(timeout=TIMEOUTS)(url, archive, None)
            report["files"] = _read_zip(archive, "the answer")
            return
        except Exception as error:  # whatever the network does, the next address gets its turn
            report["reasons"].append(_reason(error, url).rstrip("."))


def _download(urls, seconds=None):
    """Return the five verified files from the first address that gives them.

    The work is done in a thread, because neither a name look-up nor a dripping server can be
    bounded from inside; when the time is up the thread is left behind and touches nothing of ours.
    """
    with (
        warnings.catch_warnings()
    ):  # here and not in the thread, because threads share what is ignored
        warnings.simplefilter(
            "ignore"
        )  # in a notebook pooch's progress bar misses ipywidgets, and nobody else does
        import pooch  # noqa: F401

    seconds = DOWNLOAD_SECONDS if seconds is None else seconds
    report = {"files": None, "reasons": []}
    worker = threading.Thread(target=_retrieve, args=(urls, report), daemon=True)
    print(f"Fetching the YouTube Spam Collection ({seconds} s at most) ...", file=sys.stderr)
    worker.start()
    worker.join(seconds)
    if report["files"] is None:
        if worker.is_alive():
            report["reasons"].append(
                f"no complete answer from {' or '.join(urls)} within {seconds} s"
            )
        raise DataError(
            "The download failed: "
            + "; ".join(report["reasons"])
            + ". Check the network and run again, "
            "or set SPAM_DATA to a folder or zip file that holds the five files."
        )
    return report["files"]


def _store(files, folder):
    """Write `files` into `folder`, each one complete or not at all; files that are there stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another process may be clearing up as well
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()
    for name, content in files.items():
        if (folder / name).exists():
            continue
        handle, part = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            shutil.copymode(__file__, part)
            os.replace(part, folder / name)
        finally:
            Path(part).unlink(missing_ok=True)


def _fetch(urls):
    """Download, keep a copy in `DATA_DIR` where the disk allows it, and return the five files."""
    files = _download(urls)
    try:
        _store(files, DATA_DIR)
    except OSError as error:
        print(
            f"The comments could not be kept in {DATA_DIR} ({error}); the next run fetches them again.",
            file=sys.stderr,
        )
    return files


def _from_setting(setting):
    """Return the data that `SPAM_DATA` names; whatever is wrong with it is an error, never a fallback."""
    if setting == "sample":
        return _sample("SPAM_DATA=sample asks for it")
    if setting.startswith(("http://", "https://")):
        files = _read_folder(DATA_DIR)
        return SpamData(files if len(files) == len(SHA256) else _fetch([setting]), setting, True)
    path = Path(
        os.path.expanduser(setting)
    )  # unlike Path.expanduser it leaves the ~ of an unknown user
    if os.path.isdir(path):
        files = _read_folder(path)
        missing = sorted(set(SHA256) - set(files))
        if missing:
            raise DataError(
                f"SPAM_DATA={setting}: the folder lacks {', '.join(missing)}. Put the five published files there, "
                f"or unset the variable to let the labs find the data themselves."
            )
        return SpamData(files, str(path), True)
    if os.path.isfile(path):
        return SpamData(_read_zip(path, path), str(path), True)
    raise DataError(
        f"SPAM_DATA={setting}: no such folder or zip file. Name an existing one, a URL, or the word 'sample'; "
        f"or unset the variable to let the labs find the data themselves."
    )


def _sample(why):
    files = {path.name: path.read_bytes() for path in sorted(SAMPLE_DIR.glob("*.csv"))}
    if len(files) != len(SHA256):
        raise DataError(
            f"{SAMPLE_DIR} is not complete: restore it with 'git checkout -- data/sample'."
        )
    return SpamData(files, str(SAMPLE_DIR), False, why)


@lru_cache(maxsize=1)
def _locate(setting):
    if setting:
        return _from_setting(setting)
    for folder in (DATA_DIR, SHARED_DIR):
        files = _read_folder(folder)
        if len(files) == len(SHA256):
            return SpamData(files, str(folder), True)
    try:
        return SpamData(_fetch(UCI_URLS), UCI_URLS[0], True)
    except DataError as error:
        return _sample(str(error))


def find_data():
    """Find the comments; fetch them if need be.

    Returns
    -------
    SpamData
        The five files as bytes, the place they come from, and whether they are the real ones. Every
        real file has been verified by its SHA-256. Found once per process and setting of `SPAM_DATA`.

    Raises
    ------
    DataError
        If `SPAM_DATA` names something unusable, or a file found is not the published one.
    """
    return _locate(os.environ.get("SPAM_DATA", "").strip())


# ---------------------------------------------------------------- reading and splitting


def _read_bytes(source, name):
    try:
        content = source.read() if hasattr(source, "read") else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{name} cannot be read: {error}. Check the path, and that the file is readable."
        ) from error
    return content.encode("utf-8") if isinstance(content, str) else content


def _parse(content, columns, name):
    """Return the table in a CSV file's bytes, `columns` as texts. Only an empty field is missing; "NA" is a text."""
    try:
        content.decode("utf-8")
        at = content.find(b"\0")  # UTF-16 and binary files are full of them
    except UnicodeDecodeError as error:
        at = error.start
    if at >= 0:
        line = content.count(b"\n", 0, at) + 1
        raise DataError(
            f"{name}, line {line}: the byte 0x{content[at]:02X} has no place in a CSV file in UTF-8. "
            f"Save the table again as 'CSV UTF-8'."
        )
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            dtype=dict.fromkeys(columns, "str"),
            keep_default_na=False,
            na_values=[""],
        )
    except ValueError as error:  # pandas' parser errors are ValueErrors
        raise DataError(
            f"{name} cannot be read as a CSV file: {str(error).strip()}. It needs a header, as many fields in each row "
            f"as in the header, and a closing quote for each opening one."
        ) from error
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first fields for an index
        raise DataError(
            f"{name}, data row 1 has more fields than the header. Name every column; quote a text with commas in it."
        )
    return frame


def read_comments(
    source,
    text_column="CONTENT",
    label_column="CLASS",
    name=None,
    labels=None,
    allow_unlabeled=False,
    min_rows=1,
):
    """Read one labeled CSV file. This is the way in for any data set: a file, its text and its label column.

    Parameters
    ----------
    source : path or open file
        A CSV file in UTF-8 with one row per comment.
    text_column, label_column : str
        Names of the column of texts and of the column of classes.
    name : str, optional
        What error messages call the file; its path by default.
    labels : dict, optional
        What the two classes are called in the file, for example `{"no": 0, "yes": 1}`; 0 (ham) and 1 (spam) by default.
    allow_unlabeled : bool
        Also accept rows with an empty label, or -1: nobody has labeled them.
    min_rows : int
        Fewest rows that are enough.

    Returns
    -------
    pandas.DataFrame
        One row per comment, column names in lower case, the two columns renamed `text` (str) and
        `label` (int; -1 = unlabeled), a `comment_id` column dropped, index 0 to n-1. Repeated rows are all kept.

    Raises
    ------
    DataError
        If the file cannot be read, is not a CSV file in UTF-8, lacks a column, has too few rows, has two columns of one
        name, or holds an empty text or a wrong label. The message names the file, and the row or column.
    """
    name = name or str(source)
    columns = [text_column, label_column] if labels else [text_column]
    frame = _parse(_read_bytes(source, name), columns, name)
    for column in (text_column, label_column):
        if column not in frame.columns:
            raise DataError(
                f"{name} has no column {column!r}; it has {', '.join(map(repr, frame.columns))}. "
                f"Name its columns with text_column and label_column; commas separate them, not semicolons or tabs."
            )
    frame = frame.rename(columns={text_column: "text", label_column: "label"})
    frame.columns = frame.columns.str.lower()
    if not frame.columns.is_unique:
        column = frame.columns[frame.columns.duplicated()][0]
        raise DataError(
            f"{name} has two columns that would be called {column!r}: names are put in lower case here, and "
            f"{text_column!r} and {label_column!r} become 'text' and 'label'. Rename or remove one in the file."
        )
    if frame.empty:
        raise DataError(f"{name} has a header but no rows. Export the table again, with its rows.")
    if len(frame) < min_rows:
        raise DataError(
            f"{name} has {len(frame)} rows; {min_rows} or more are needed. Collect more texts."
        )
    if labels is None:
        label = pd.to_numeric(frame["label"], errors="coerce")
    else:
        label = (
            frame["label"].str.strip().map({str(word): number for word, number in labels.items()})
        )
    good = label.isin([0, 1]) | (allow_unlabeled & (frame["label"].isna() | label.eq(-1)))
    wrong = frame.index[frame["text"].fillna("").str.strip().eq("") | ~good]
    if len(wrong):
        row = wrong[0]
        text, found = (
            "" if pd.isna(value) else str(value) for value in frame.loc[row, ["text", "label"]]
        )
        classes = " or ".join(map(repr, labels)) if labels else "0 (ham) or 1 (spam)"
        raise DataError(
            f"{name}, data row {row + 1}: text {text[:60]!r}, label {found!r}. "
            f"Every row needs a text, and a label of {classes}{', or none' if allow_unlabeled else ''}. "
            f"Mend or remove the row."
        )
    return frame.assign(label=label.fillna(-1).astype("int64")).drop(
        columns="comment_id", errors="ignore"
    )


def load_videos():
    """Load all comments, one DataFrame per video.

    Returns
    -------
    list of pandas.DataFrame
        Five frames with the columns `author`, `date`, `text`, `label` (0 = ham, 1 = spam) and `video`
        (1 to 5, in the order of the file names), each shuffled with the random state 123.
    """
    data = find_data()
    if not data.is_real:
        print(
            f"NOTICE: these are the sample comments in data/sample/, written for this course: {data.why_sample}\n"
            f"        All cells run, but the numbers differ from those in the text. For the real comments,\n"
            f"        unset SPAM_DATA, connect to the network and run 'make data' (README, section Data)."
        )
    videos = []
    for number, name in enumerate(sorted(data.files), start=1):
        video = read_comments(io.BytesIO(data.files[name]), name=name).assign(video=number)
        videos.append(video.sample(frac=1, random_state=123).reset_index(drop=True))
    return videos


def split_videos(videos):
    """Split five videos as Snorkel's own spam tutorials do, so that numbers compare with what is published.

    Parameters
    ----------
    videos : list of pandas.DataFrame
        Five frames with a `label` column, as `load_videos` returns them.

    Returns
    -------
    train, dev, valid, test : pandas.DataFrame
        `train` is videos 1 to 4; `dev` is 100 rows of `train`; `test` and `valid` share video 5,
        250 to 120, stratified by label. Each has the index 0 to n-1. All keep their labels.
    """
    train = pd.concat(videos[:4], ignore_index=True)
    dev = train.sample(min(100, len(train)), random_state=123)
    last = videos[4]
    n_test = round(len(last) * 250 / 370)  # 250 of the real video's 370 comments
    valid, test = train_test_split(last, test_size=n_test, random_state=123, stratify=last["label"])
    return tuple(part.reset_index(drop=True) for part in (train, dev, valid, test))


def load_spam_dataset(load_train_labels=False, split_dev_valid=False):
    """Load the YouTube comments in the splits of Snorkel's tutorials.

    Parameters
    ----------
    load_train_labels : bool
        Keep the gold labels of the training split. By default they are hidden (-1): in the labs on
        programmatic labeling nobody has labeled it.
    split_dev_valid : bool
        Also return the development and the validation split.

    Returns
    -------
    tuple of pandas.DataFrame
        `(train, test)`, or `(train, dev, valid, test)` with `split_dev_valid`. Columns: `author` (str),
        `date` (str, ISO 8601, may be missing), `text` (str), `label` (int: 0 = ham, 1 = spam, -1 = hidden) and
        `video` (int). On the real data 1,586, 100, 120 and 250 rows.

    Raises
    ------
    DataError
        If the data in use is damaged or `SPAM_DATA` names something unusable.

    Notes
    -----
    Data: T. Alberto and J. Lochter, YouTube Spam Collection, UCI Machine Learning Repository,
    doi 10.24432/C58885 (CC BY 4.0). Splits: https://github.com/snorkel-team/snorkel-tutorials
    """
    train, dev, valid, test = split_videos(load_videos())
    if not load_train_labels:
        train["label"] = -1
    return (train, dev, valid, test) if split_dev_valid else (train, test)


# ---------------------------------------------------------------- small helpers of the labs

MOST_REMEMBERED = 10_000  # results, so that a million comments do not fill the memory

# One look for all figures; blue and vermilion can be told apart by color-blind readers.
COLORS = {"ham": "#0072B2", "spam": "#D55E00", "neutral": "#666666"}
PLOT_STYLE = {
    "figure.figsize": (7, 3.2),
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": "cycler('color', ['#009E73', '#CC79A7', '#56B4E9', '#E69F00'])",  # where color is not a class
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}


def defang(text):
    """Return `text` on one line with its web addresses disarmed: spam is shown here, nobody should click on it."""
    text = re.sub(r"(?i)\bhttp(s?)://", r"hxxp\1://", " ".join(text.split()))
    return re.sub(
        r"(?i)(?<=\w)\.(?=(?:com|net|org|tv|ly|gl|be|co|me|uk|info|br|pn|example|test|invalid)\b)",
        "[.]",
        text,
    )


class remember(dict):  # lower case, because it is used as a decorator
    """A function of one argument with a memory, like `functools.cache`, but fit to be sent to other processes.

    It is a dictionary of the results: `clear()` forgets them. What travels is the function, not what it remembers.

    Parameters
    ----------
    function : callable
        A function of one hashable argument, whose result depends on that argument alone.
    """

    def __init__(self, function):
        self.function = function

    __call__ = dict.__getitem__  # what is not in the dictionary goes to __missing__

    def __missing__(self, argument):
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[argument] = self.function(argument)
        return self[argument]

    def __reduce__(self):
        return remember, (self.function,)


class TextTable(pd.DataFrame):
    """A table of texts. Notebooks show it aligned to the left, as texts are read, not to the right, as numbers."""

    def _repr_html_(self):
        page = super()._repr_html_()  # None if pandas is not to make HTML
        return page and re.sub("<(t[hd])>", r'<\1 style="text-align: left;">', page)


def preview(comments, width=90):
    """Return comments fit for reading: texts on one line, cut to `width` characters, links disarmed, no authors.

    Words of more than 30 characters, such as links, are shortened, because a browser does not break them.

    Parameters
    ----------
    comments : pandas.DataFrame
        Rows with a `text` column.
    width : int
        Longest text shown, in characters.

    Returns
    -------
    TextTable
        The same rows without `author` and `date`, for display only.
    """
    shown = comments.drop(columns=["author", "date"], errors="ignore")
    texts = (
        shown["text"].map(defang).str.replace(r"(\S{30})\S+", r"\1…", regex=True)
    )  # a long link widens a table
    shown["text"] = texts.where(texts.str.len() <= width, texts.str.slice(0, width - 1) + "…")
    return TextTable(shown)


def bootstrap_interval(values, n=1000, seed=123):
    """Return the 95 % percentile bootstrap interval of the mean.

    Parameters
    ----------
    values : array-like of bool or float, shape (comments,)
        For example whether each prediction is correct, or a paired difference for each comment.
    n : int
        Number of resamples.
    seed : int
        Seed of the resampling.

    Returns
    -------
    low, high : float
        In the unit of `values`. NaN if there are fewer than two values.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    means = [rng.choice(values, size=len(values)).mean() for _ in range(n)]
    return tuple(float(bound) for bound in np.quantile(means, [0.025, 0.975]))


def without_tensorflow():
    """Keep Snorkel's trainer from importing TensorFlow: its log writer would, to write logs that the labs do not use.

    TensorBoard itself looks for a module of this name as the sign to do without.
    """
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))


@contextmanager
def quiet_import():
    """Silence what TensorFlow's C++ code prints while it is imported; Python errors still come through.

    The labs' networks are small and run on the CPU, so TensorFlow is not to look for graphics cards either.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    sys.stderr.flush()
    saved = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def check_range(name, value, low, high):
    """Check a number that moves a little with the processor or the library versions.

    Parameters
    ----------
    name : str
        What the number is.
    value, low, high : float
        The number and the closed interval it lies in on the real comments.

    Raises
    ------
    AssertionError
        If the real comments are in use and the number is outside. On the sample nothing is compared.
    """
    if not find_data().is_real:
        print(f"{name}: not checked, because the sample comments are in use.")
        return
    assert low <= value <= high, (
        f"{name} is {value:.4f}, expected {low} to {high}: something has changed."
    )
    print(f"{name}: within {low} to {high}, as expected.")


if __name__ == "__main__":
    try:
        found = find_data()
    except DataError as error:
        sys.exit(f"The comments cannot be used: {error}")
    kind = (
        "the real comments, verified"
        if found.is_real
        else f"the SAMPLE comments ({found.why_sample})"
    )
    print(f"Data in use: {kind}, from {found.source}")
