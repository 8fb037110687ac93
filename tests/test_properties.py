"""What holds for any data at all: hypothesis makes up the files, the damage and the splits."""

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from data_files import FILES, as_zip, checksums, write_files
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import utils

# The same examples in each run, and nothing stored: a test that fails, fails for everybody.
settings.register_profile("labs", derandomize=True, database=None, deadline=None, max_examples=40)
settings.load_profile("labs")

GOOD = as_zip(FILES)
NAMES = sorted(FILES)
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(str.strip)
labels = st.integers(0, 1)


def as_csv(rows, header=("AUTHOR", "DATE", "CONTENT", "CLASS")):
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    return buffer.getvalue().encode("utf-8")


@st.composite
def five_videos(draw, rows=texts):
    """Return the rows of five files: at least two comments of each class in the last, one comment in the others.

    The author's name tells every comment from every other.
    """
    videos = []
    for number in range(1, 6):
        classes = [0, 0, 0, 1, 1, 1] if number == 5 else [draw(labels)]
        classes = draw(st.permutations(classes + draw(st.lists(labels, max_size=30))))
        videos.append([(f"{number}-{i}", "", draw(rows), label) for i, label in enumerate(classes)])
    return videos


def check_splits(videos, train, dev, valid, test):
    """No comment is lost or doubled, none is in two splits, each split counts from 0, and labels are their own."""
    truth = {author: (text, label) for video in videos for author, _, text, label in video}
    authors = [author for part in (train, valid, test) for author in part["author"]]
    assert sorted(authors) == sorted(truth)
    assert set(dev["author"]) <= set(train["author"]) and dev["author"].is_unique
    assert len(dev) == min(100, len(train))
    assert (
        {author[0] for author in valid["author"]}
        == {author[0] for author in test["author"]}
        == {"5"}
    )
    for part in (train, dev, valid, test):
        assert part.index.tolist() == list(range(len(part)))
        assert [truth[author] for author in part["author"]] == list(
            zip(part["text"], part["label"], strict=True)
        )


@given(st.lists(st.tuples(texts, labels), min_size=1))
def test_every_row_of_a_csv_file_is_read_as_it_was_written(rows):
    frame = utils.read_comments(io.BytesIO(as_csv(rows, ("CONTENT", "CLASS"))))
    assert list(zip(frame["text"], frame["label"], strict=True)) == rows
    assert frame.index.tolist() == list(range(len(rows)))


@given(
    st.binary()
    | st.lists(st.sampled_from(["CONTENT,CLASS\n", '"', ",", "\n", "hi", "1", "é", "\0"])).map(
        "".join
    )
)
@settings(max_examples=300)
def test_any_file_is_read_or_is_an_error_that_names_it(content):
    content = content.encode("utf-8") if isinstance(content, str) else content
    try:
        frame = utils.read_comments(io.BytesIO(content), name="mine.csv")
    except utils.DataError as error:
        assert str(error).startswith("mine.csv")
    else:
        assert (
            len(frame)
            and set(frame["label"]) <= {0, 1}
            and frame["text"].str.strip().astype(bool).all()
        )


@given(st.data())
@settings(max_examples=300)
def test_a_damaged_archive_gives_the_verified_files_or_an_error(data):
    damaged = bytearray(GOOD[: data.draw(st.none() | st.integers(0, len(GOOD)), "cut at")])
    for at, byte in data.draw(
        st.dictionaries(st.integers(0, len(GOOD)), st.integers(0, 255), max_size=3)
    ).items():
        damaged[at : at + 1] = bytes([byte])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "SHA256", checksums(FILES))
        try:
            assert utils._read_zip(io.BytesIO(bytes(damaged)), "mine.zip") == FILES
        except utils.DataError as error:
            assert "mine.zip" in str(error)


@given(five_videos(st.just("hi")))
def test_splits_lose_and_double_nothing(videos):
    frames = [pd.DataFrame(video, columns=["author", "date", "text", "label"]) for video in videos]
    check_splits(videos, *utils.split_videos(frames))
    # Snorkel's proportion: 250 of 370 comments of the last video are for the test.
    assert len(utils.split_videos(frames)[3]) == round(len(videos[4]) * 250 / 370)


@given(five_videos(), st.permutations(NAMES))
@settings(
    phases=[Phase.generate]
)  # to look for a smaller example after a failure would take minutes
def test_the_loader_loses_nothing_and_the_order_on_disk_does_not_matter(videos, order):
    files = {name: as_csv(rows) for name, rows in zip(NAMES, videos, strict=True)}
    shuffled = {name: files[name] for name in order}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "SHA256", checksums(shuffled))
        write_files(Path(folder) / "shuffled", shuffled)
        (Path(folder) / "sorted.zip").write_bytes(as_zip(files))
        (Path(folder) / "shuffled.zip").write_bytes(as_zip(shuffled))
        loaded = []
        for door in ("sorted.zip", "shuffled.zip", "shuffled"):
            patch.setenv("SPAM_DATA", str(Path(folder) / door))
            utils._locate.cache_clear()
            loaded.append(utils.load_spam_dataset(load_train_labels=True, split_dev_valid=True))
        hidden = utils.load_spam_dataset()[0]
    utils._locate.cache_clear()
    check_splits(videos, *loaded[0])
    for other in loaded[1:]:
        for ours, theirs in zip(loaded[0], other, strict=True):
            pd.testing.assert_frame_equal(ours, theirs)
    pd.testing.assert_frame_equal(hidden, loaded[0][0].assign(label=-1))
