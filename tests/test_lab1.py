"""Lab 1: its labeling functions keep their promises, and a cell that is run again is seen."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from notebook_code import run_cells
from snorkel.labeling import PandasLFApplier

import utils

LAB = "01_spam_tutorial.ipynb"


def source_of(start):
    """Return the source of the one code cell with this text."""
    cells = nbformat.read(utils.HERE / LAB, as_version=4).cells
    (source,) = [c.source for c in cells if c.cell_type == "code" and start in c.source]
    return source


@pytest.fixture(scope="module")
def lab():
    """Return the variables of lab 1 after the ten LFs, and its better LFs, tried on dev alone."""
    names = run_cells(LAB, until="simple_lfs")
    names |= {"df_all": names["df_dev"], "gold": names["df_dev"].label.to_numpy()}
    for start in ("REQUESTS = {", "def find_request", "better_lfs = "):
        exec(source_of(start), names)
    return names


def votes_of(lfs, *texts):
    df = pd.DataFrame({"text": texts, "author": "somebody"})
    return PandasLFApplier(lfs).apply(df, progress_bar=False)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Check out my baking channel!", 1),
        ("please subscribe, I post new recipes daily", 1),
        ("cheap telescopes at www.lenses.com", 1),
        ("the crust looks so good", 0),
        ("this is why I watch at 3 am", 0),
        ("at 2:10 the cat falls off the shelf, lol", 0),
    ],
)
def test_the_functions_hold_for_comments_under_other_videos(text, label, lab):
    assert set(votes_of(lab["better_lfs"], text).ravel()) - {-1} == {label}


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
    assert set(votes_of(lab[kind], *odd, *long).ravel()) <= {-1, 0, 1}


def test_a_changed_pattern_is_seen_by_the_ham_functions(lab, monkeypatch):
    ham = [lf for lf in lab["better_lfs"] if lf.name == "lf_five_words"]
    assert votes_of(ham, "zzyzx zzyzx").item() == 0
    monkeypatch.setitem(lab["REQUESTS"], "lf_zzyzx", "zzyzx")
    assert votes_of(ham, "zzyzx zzyzx").item() == -1


def test_the_list_of_artists_can_be_changed_and_run_again(lab):
    for artist, votes in (("eminem", [-1, 0]), ("zarathustra jones", [0, -1])):
        exec(source_of("ARTISTS = ").replace("eminem", artist), lab)
        cast = votes_of([lab["lf_artist"]], "Zarathustra Jones is back", "eminem is back")
        assert cast.ravel().tolist() == votes


def test_the_copy_of_the_ten_functions_in_lab_3_votes_as_they_do(lab):
    copy = run_cells("03_spam_data_slicing_tutorial.ipynb", until="L")
    assert [lf.name for lf in copy["simple_lfs"]] == [lf.name for lf in lab["simple_lfs"]]
    train = range(len(lab["df_train"]))
    assert copy["raw"].text[train].tolist() == lab["df_train"].text.tolist()
    different, _ = np.nonzero(copy["L"][train] != lab["L_train"])
    assert not len(different), lab["df_train"].text[different[0]]
