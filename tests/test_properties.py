"""What holds for any data at all: hypothesis makes up the files and the damage."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from data_files import FILES, as_zip, checksums
from hypothesis import given, settings
from hypothesis import strategies as st

import fetch
import utils

# The same examples in each run, and nothing stored: a test that fails, fails for everybody.
settings.register_profile("labs", derandomize=True, database=None, deadline=None)
settings.load_profile("labs")
GOOD = as_zip(FILES)
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(letters, min_size=1).filter(str.strip)
rows = st.lists(st.tuples(texts, st.integers(0, 1)), min_size=1)
pieces = st.lists(st.sampled_from(["CONTENT,CLASS\n", '"', ",", "\n", "hi", "1", "é", "\0"]))


@given(rows)
def test_every_row_of_a_csv_file_is_read_as_it_was_written(rows):
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([("CONTENT", "CLASS"), *rows])
    frame = utils.read_comments(io.BytesIO(buffer.getvalue().encode("utf-8")))
    assert list(zip(frame["text"], frame["label"], strict=True)) == rows
    assert frame.index.tolist() == list(range(len(rows)))


@given(st.binary() | pieces.map("".join).map(str.encode))
def test_any_file_is_read_or_is_an_error_that_names_it(content):
    try:
        frame = utils.read_comments(io.BytesIO(content), name="mine.csv")
    except utils.DataError as error:
        assert str(error).startswith("mine.csv")
    else:
        assert len(frame) and set(frame["label"]) <= {0, 1} and frame["text"].str.strip().all()


@given(
    st.none() | st.integers(0, len(GOOD)),
    st.dictionaries(st.integers(0, len(GOOD) - 1), st.integers(0, 255), max_size=3),
)
def test_a_damaged_archive_gives_the_verified_files_or_an_error(cut_at, changes):
    damaged = bytearray(GOOD)
    for at, byte in changes.items():
        damaged[at] = byte
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "mine.zip"
        path.write_bytes(damaged[:cut_at])
        patch.setattr(fetch, "SHA256", checksums(FILES))
        patch.setenv("SPAM_DATA", str(path))
        try:
            assert utils.find_data().files == FILES
        except utils.DataError as error:
            assert "mine.zip" in str(error)
