"""Read a table of texts and labels from a file or a DataFrame: the way in for any data set."""

import csv
import io
import re
from numbers import Integral
from pathlib import Path

import pandas as pd

from fetch import DataError

OTHERWISE = "Or read it with pandas your own way (read_json, read_excel), and pass the DataFrame."


def _text_of(source, name, encoding):
    """Return the text of a path or an open file; say so if it is not in UTF-8."""
    try:
        content = source.read() if hasattr(source, "read") else Path(source).read_bytes()
        if isinstance(content, str):
            return content
        if encoding or content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode(encoding or "utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        used = encoding or getattr(source, "encoding", None)  # of a file that is open as text
        if used:
            raise DataError(
                f"{name} is not in {used}. Pass its path, and name the right one: encoding=..."
            ) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        what = f"{name} cannot be read: {error}. Check the path. {OTHERWISE}"
        raise DataError(what) from error
    print(
        f"NOTICE: {name} is not in UTF-8 but read as Windows-1252. Wrong letters? Name encoding=..."
    )
    return content.decode("cp1252", errors="replace")


def _separator(text, columns, numbers):
    """Return the separator whose header has the columns, or else finds the most known labels."""
    lines = text[:100_000].splitlines()[:20]
    for mark in ",;\t|":
        if set(columns) <= {name.strip(' "') for name in lines[0].split(mark)}:
            return mark

    def known_labels(mark):
        rows = [row for row in csv.reader(lines, delimiter=mark) if len(row) > max(columns)]
        return sum(_class_name(row[columns[1]]) in numbers for row in rows), len(rows)

    if all(isinstance(column, int) for column in columns):
        return max("\t;|,", key=known_labels)
    return next((mark for mark in "\t;|," if all(mark in line for line in lines)), ",")


def _read_table(source, columns, name, encoding, numbers):
    """Return the table in a DataFrame or a CSV file, its two columns as texts, and its name."""
    if isinstance(source, pd.DataFrame):
        return source.reset_index(drop=True), name
    text = _text_of(source, name, encoding)
    if not text.strip() or "\0" in text:
        what = f"{name} is empty, or no text file. Save the table again as 'CSV UTF-8'. {OTHERWISE}"
        raise DataError(what)
    mark = _separator(text, columns, numbers)
    try:  # "NA" is a text; only an empty field is missing
        table = pd.read_csv(
            io.StringIO(text),
            sep=mark,
            header=None if isinstance(columns[0], int) else 0,
            dtype=dict.fromkeys(columns, "str"),
            keep_default_na=False,
            na_values=[""],
        )
        if not isinstance(table.index, pd.RangeIndex):  # pandas took the first fields for an index
            raise ValueError("data row 1 has more fields than the header")
        if mark == "\t" and any(table[c].str.contains(mark).any() for c in columns if c in table):
            raise ValueError("a quote swallows the rows after it")
    except ValueError as error:  # pandas' own errors are ValueErrors
        raise DataError(
            f"{name} cannot be read with {mark!r} between the columns: {str(error).strip()}. It "
            f"needs a closing quote for each opening one, and as many fields in a row as in the "
            f"header. For quotes that belong to the texts: pd.read_csv(..., quoting=3). {OTHERWISE}"
        ) from error
    return table, f"{name}, with {mark!r} between the columns,"


def _class_name(value):
    """Return a label as a text; 1.0, which pandas makes of 1 beside empty fields, is 1."""
    return "" if pd.isna(value) else re.sub(r"^(-?\d+)\.0+$", r"\1", str(value).strip())


def _class_numbers(labels):
    """Return class name -> number, -1 for a class to leave out."""
    numbers = [n for n in labels.values() if n != -1] if isinstance(labels, dict) else []
    whole = numbers and all(isinstance(n, Integral) and not isinstance(n, bool) for n in numbers)
    if not whole or set(numbers) != set(range(max(numbers) + 1)):
        raise DataError(
            f"labels gives each name a number: 0, 1, ..., or -1 to leave it out; for example "
            f"labels={{'no': 0, 'yes': 1, 'unsure': -1}}. It is {labels!r}."
        )
    return {_class_name(name): int(number) for name, number in labels.items()}


def _refuse_rows(table, bad, names, labels, columns, what):
    """Raise one error for all rows without a text or with a label that is not wanted."""
    counts = names.replace("", "(empty)").value_counts()
    found = ", ".join(f"{name!r} {n:,}" for name, n in counts.head(12).items())
    text, label = columns
    wanted = table.loc[names.isin([_class_name(name) for name in labels]), "label"]
    raise DataError(
        f"{what} has {bad.sum():,} of {len(table):,} rows without a text, or a label other than "
        f"{', '.join(map(repr, labels))}. The first is data row {bad.idxmax() + 1}. Labels found: "
        f"{found}{' ...' if len(counts) > 12 else ''}. Give each a number in labels (-1 leaves it "
        f"out), or read the file with pandas (dtype=str), drop the rows, and pass the DataFrame: "
        f"df = df[df[{label!r}].isin({wanted.unique().tolist()}) & df[{text!r}].notna() & "
        f"df[{text!r}].astype(str).str.strip().ne('')]"
    )


def read_comments(
    source,
    text_column="CONTENT",
    label_column="CLASS",
    labels=None,
    allow_unlabeled=False,
    encoding=None,
    name=None,
):
    """Read texts and their labels: the way in for any data set.

    Parameters
    ----------
    source : path, open file or pandas.DataFrame
        A table with a row per comment; commas, semicolons, tabs or bars stand between its columns.
    text_column, label_column : str or int
        Names of the columns; positions from 0 on if the file has no header.
    labels : dict, optional
        The number of each class name, 0, 1, ...; several names may share one, and -1 leaves the
        rows of a class out. By default the classes are called 0 (ham) and 1 (spam).
    allow_unlabeled : bool
        Also take rows with an empty label, or -1.
    encoding : str, optional
        By default UTF-8, or Windows-1252 with a notice.
    name : str, optional
        What messages call the source; its path by default.

    Returns
    -------
    pandas.DataFrame
        Index 0 to n-1; `text` (str), `label` (int; -1 = unlabeled), and the other columns but
        `comment_id`, names in lower case. Repeated rows are kept.

    Raises
    ------
    DataError
        If the source cannot be read, lacks a column, has no rows, or has rows without a text
        or a known label: all of them in one message, with a line of pandas that drops them.
    """
    numbers = _class_numbers({0: 0, 1: 1} if labels is None else labels)
    columns = [int(c) if isinstance(c, Integral) else c for c in (text_column, label_column)]
    if columns[0] == columns[1]:
        raise DataError(f"text_column and label_column are both {columns[0]!r}. Name two columns.")
    is_table = isinstance(source, pd.DataFrame)
    name = name or ("the DataFrame" if is_table else str(getattr(source, "name", source)))
    table, what = _read_table(source, columns, name, encoding, numbers)
    if absent := [column for column in columns if column not in list(table.columns)]:
        raise DataError(
            f"{what} has no column {absent[0]!r}; it has {', '.join(map(repr, table.columns))}. "
            f"Set text_column and label_column; to positions (0, 1, ...) if the file has no header."
            f" {OTHERWISE}"
        )
    table = table.rename(columns={columns[0]: "text", columns[1]: "label"})
    table.columns = table.columns.astype(str).str.lower()
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        raise DataError(f"{what} has two columns that would be called {twice!r}. Rename one.")
    names = table["label"].map(_class_name)
    if labels is None:
        names = names.replace({"TRUE": "1", "True": "1", "FALSE": "0", "False": "0"})
    label = names.map(numbers | ({"": -1, "-1": -1} if allow_unlabeled else {}))
    bad = label.isna() | table["text"].isna() | table["text"].astype(str).str.strip().eq("")
    if bad.any():
        _refuse_rows(table, bad, names, labels or {0: 0, 1: 1}, columns, what)
    left_out = names.map(numbers).eq(-1)
    if left_out.any():
        print(f"{left_out.sum():,} of {len(table):,} rows are left out, as `labels` asks for.")
    table = table.assign(text=table["text"].astype("str"), label=label.astype("int64"))[~left_out]
    if table.empty:
        raise DataError(f"{what} has no rows to use. Export it again, with its rows.")
    return table.drop(columns="comment_id", errors="ignore").reset_index(drop=True)
