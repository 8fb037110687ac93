"""Lab 1: its labeling functions keep their promises, and a cell that is run again is seen."""

import warnings

import nbformat
import numpy as np
import pandas as pd
import pytest
from notebook_code import run_cells
from snorkel.labeling import LabelingFunction, LFApplier, PandasLFApplier

import utils

LAB = "01_spam_tutorial.ipynb"


@pytest.fixture(scope="module")
def lab():
    with warnings.catch_warnings():
        yield run_cells(LAB, until="L_better")


def comments(*texts):
    return pd.DataFrame({"text": texts, "author": "somebody", "date": None, "video": 1})


def source_of(start):
    """Return the source of the one code cell with this text."""
    cells = nbformat.read(utils.HERE / LAB, as_version=4).cells
    (source,) = [c.source for c in cells if c.cell_type == "code" and start in c.source]
    return source


def test_there_are_ten_simple_and_fourteen_better_functions(lab):
    assert len(lab["simple_lfs"]) == 10 and len(lab["better_lfs"]) == 14


def test_the_functions_hold_for_comments_under_other_videos(lab):
    """Clear cases under cooking, science and animal videos, written for this test."""
    spam = [
        "Check out my baking channel!",
        "please subscribe, I post new recipes daily",
        "cheap telescopes at www.lenses.com",
    ]
    ham = [
        "the crust looks so good",
        "this is why I watch at 3 am",
        "at 2:10 the cat falls off the shelf, lol",
    ]
    for text in spam + ham:
        L = PandasLFApplier(lab["better_lfs"]).apply(comments(text), progress_bar=False)
        assert set(L.ravel()) - {-1} == ({1} if text in spam else {0}), text


@pytest.mark.parametrize(("kind", "length"), [("simple_lfs", 1_000), ("better_lfs", 100_000)])
def test_odd_comments_neither_break_nor_stop_any_function(kind, length, lab):
    odd = [
        "",
        " ",
        "\ufeff",
        "&#39;<br />",
        "\x00",
        "<a href=",
        "مرحبا",
        "((((",
        "\n\n",
        "🎵" * 500,
    ]
    long = [text * (length // len(text)) for text in ("a", "a ", "<", "check ")]
    L = PandasLFApplier(lab[kind]).apply(comments(*odd, *long), progress_bar=False)
    assert L.shape == (14, len(lab[kind])) and set(np.unique(L)) <= {-1, 0, 1}


def test_a_changed_pattern_is_seen_by_the_ham_functions(lab):
    df = comments("zzyzx zzyzx")
    ham = [lf for lf in lab["better_lfs"] if lf.name == "lf_five_words"]
    assert PandasLFApplier(ham).apply(df, progress_bar=False).item() == 0
    lab["REQUESTS"]["lf_zzyzx"] = "zzyzx"
    try:
        assert PandasLFApplier(ham).apply(df, progress_bar=False).item() == -1
    finally:
        del lab["REQUESTS"]["lf_zzyzx"]


def test_the_list_of_artists_can_be_changed_and_run_again(lab):
    cell, names = source_of("ARTISTS = "), dict(lab)
    df = comments("Zarathustra Jones is back", "eminem is back")
    exec(cell, names)
    assert PandasLFApplier([names["lf_artist"]]).apply(df, progress_bar=False).ravel().tolist() == [
        -1,
        0,
    ]
    exec(cell.replace("eminem", "zarathustra jones"), names)
    assert PandasLFApplier([names["lf_artist"]]).apply(df, progress_bar=False).ravel().tolist() == [
        0,
        -1,
    ]


def test_dask_gives_the_same_matrix_and_a_broken_function_raises(lab):
    parts = [lab["df_all"].iloc[:300], lab["df_all"].iloc[300:500]]
    broken = LabelingFunction("lf_broken", lambda x: x.no_such_column)
    label_part = dict(lab)
    exec(source_of("def label_part").split("\n\n\n")[0], label_part)

    def label_broken(part):
        return LFApplier([broken]).apply(list(part.itertuples()), progress_bar=False)

    with utils.start_workers() as client:
        L = np.vstack(client.gather(client.map(label_part["label_part"], parts)))
        failed = client.submit(label_broken, parts[1]).exception()
    assert L.dtype == lab["L_better"].dtype and np.array_equal(L, lab["L_better"][:500])
    assert isinstance(failed, AttributeError) and "no_such_column" in str(failed)


def test_a_count_treats_ties_and_silence_as_asked(lab):
    L = np.array([[-1, -1, -1], [0, 1, -1], [1, 1, 0], [0, 0, 1]])
    assert lab["count"](L, tie=1, silence=0).tolist() == [0, 1, 1, 0]
    assert lab["count"](L, tie=0, silence=1).tolist() == [1, 0, 1, 0]
