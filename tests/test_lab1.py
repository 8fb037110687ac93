"""Lab 1: the labeling functions keep their promises, and Dask gives the same labels as one process."""

import re
import socket
import warnings
from contextlib import suppress

import nbformat
import numpy as np
import pandas as pd
import pytest
from dask.distributed import Client
from notebook_code import run_cells
from snorkel.labeling import LabelingFunction, LFApplier, PandasLFApplier

import utils


@pytest.fixture(scope="module")
def lab():
    return run_cells("01_spam_tutorial.ipynb", until="L_valid")


@pytest.fixture(scope="module")
def client():
    with Client(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as client:
        yield client


def comments(*texts):
    return pd.DataFrame({"text": texts, "author": "somebody", "date": None, "video": 1})


def votes(lab, *texts):
    """Return for each text the set of the classes that its LFs vote for."""
    return [
        set(row) - {-1}
        for row in PandasLFApplier(lab["lfs"]).apply(comments(*texts), progress_bar=False)
    ]


def test_every_labeling_function_states_its_claim(lab):
    for lf in lab["lfs"]:
        claim = lf._f.__doc__
        assert lf.name == "lf_annotator" or (claim and claim.strip().endswith((".", ".)"))), lf.name
        assert claim is None or "\n" not in claim.strip()


def test_the_functions_hold_for_comments_under_other_videos(lab):
    """Clear cases under cooking, science and animal videos; the texts were written for this test."""
    spam = [
        "Check out my baking channel!",
        "please subscribe, I post new recipes daily",
        "cheap telescopes at www.lenses.com",
    ]
    ham = [
        "the crust looks so good",
        "who else is watching this at 3 am?",
        "at 2:10 the cat falls off the shelf, lol",
    ]
    for text, voted in zip(spam + ham, votes(lab, *spam, *ham), strict=True):
        assert voted == ({1} if text in spam else {0}), text


def test_odd_comments_do_not_break_any_function(lab):
    odd = [
        "",
        " ",
        "\ufeff",
        "&#39;<br />",
        "🎵" * 500,
        "a" * 100_000,
        "\x00",
        "<a href=",
        "مرحبا",
        "((((",
        "\n\n",
    ]
    L = PandasLFApplier(lab["lfs"]).apply(comments(*odd), progress_bar=False)
    assert L.shape == (len(odd), len(lab["lfs"])) and set(np.unique(L)) <= {-1, 0, 1}


def test_a_new_pattern_is_seen_by_the_ham_functions(lab):
    (x,) = comments("zzyzx zzyzx").itertuples()
    assert lab["lf_no_request"](x) == 0
    lab["pattern_lf"]("lf_zzyzx", "zzyzx", "A test.")
    try:
        assert lab["lf_no_request"](x) == -1 and lab["lf_some_request"](x) == 1
    finally:
        del lab["PROMOTION"]["lf_zzyzx"]
        lab["promotes"].clear()


def test_dask_gives_the_same_matrix_bit_for_bit(lab, client):
    df, lfs = pd.concat(utils.load_videos(), ignore_index=True), lab["lfs"]

    def label_part(part):
        return LFApplier(lfs).apply(list(part.itertuples()), progress_bar=False)

    futures = client.map(label_part, [df.iloc[at : at + 300] for at in range(0, len(df), 300)])
    L = np.vstack(client.gather(futures))
    expected = PandasLFApplier(lfs).apply(df, progress_bar=False)
    assert L.dtype == expected.dtype and np.array_equal(L, expected)


def test_a_second_lab_on_the_same_computer_finds_a_port_of_its_own():
    """Dask's own choice is 8787 for all; it then warns in red, in the middle of the lab of whoever comes second."""
    cells = nbformat.read(utils.HERE / "01_spam_tutorial.ipynb", as_version=4).cells
    (call,) = [
        found
        for cell in cells
        if cell.cell_type == "code"
        for found in re.findall(r"Client\(.+?\)", cell.source)
    ]
    with socket.socket() as first, warnings.catch_warnings(action="error"):
        with suppress(OSError):  # another program has it already, which is as good
            first.bind(("127.0.0.1", 8787))
            first.listen()
        with eval(call) as client:
            assert client.submit(abs, -1).result() == 1
            assert client.scheduler_info()["address"].startswith("tcp://127.0.0.1:")


def test_a_broken_function_raises_on_dask_and_does_not_abstain(client):
    broken = LabelingFunction("lf_broken", lambda x: x.no_such_column)

    def label_part(part):
        return LFApplier([broken]).apply(list(part.itertuples()), progress_bar=False)

    with pytest.raises(AttributeError, match="no_such_column"):
        client.submit(label_part, comments("a comment")).result()
