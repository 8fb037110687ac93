"""utils.py: where the data is found, and how it is read and split. What can go wrong with it is in test_faults.py."""

import subprocess
import sys

import cloudpickle
import pandas as pd
import pytest
from data_files import as_zip, write_files

import utils

pytestmark = pytest.mark.usefixtures("elsewhere")

REAL = utils.find_data() if utils.find_data().is_real else None
needs_real = pytest.mark.skipif(REAL is None, reason="needs the real comments")


# ---------------------------------------------------------------- where the data is found


@needs_real
def test_the_real_files_have_the_published_checksums():
    assert set(REAL.files) == set(utils.SHA256)
    for name, content in REAL.files.items():
        assert utils._verified(name, content, name) == content


@needs_real
@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR"])
def test_a_complete_folder_is_used(place):
    write_files(getattr(utils, place), REAL.files)
    found = utils.find_data()
    assert found.is_real and found.source == str(getattr(utils, place))


@needs_real
def test_the_setting_comes_first_and_takes_a_folder_or_a_zip_file(monkeypatch, tmp_path):
    write_files(utils.DATA_DIR, REAL.files)
    write_files(tmp_path / "mine", REAL.files)
    (tmp_path / "mine.zip").write_bytes(as_zip(REAL.files, prefix="YouTube-Spam-Collection-v1/"))
    for setting in ("mine", "mine.zip"):
        monkeypatch.setenv("SPAM_DATA", str(tmp_path / setting))
        found = utils.find_data()
        assert (
            found.is_real and found.source == str(tmp_path / setting) and found.files == REAL.files
        )


def test_the_sample_can_be_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    assert not utils.find_data().is_real
    utils.load_spam_dataset()
    assert "SPAM_DATA=sample asks for it" in capsys.readouterr().out


@pytest.mark.parametrize("setting", ["no-such-folder", "Sample"])
def test_a_setting_that_names_nothing_is_an_error(monkeypatch, setting):
    monkeypatch.setenv("SPAM_DATA", setting)
    with pytest.raises(utils.DataError, match=f"SPAM_DATA={setting}: no such folder or zip file"):
        utils.find_data()


def test_an_empty_folder_in_the_setting_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("SPAM_DATA", str(tmp_path))
    with pytest.raises(utils.DataError, match="the folder lacks Youtube01-Psy.csv"):
        utils.find_data()


# ---------------------------------------------------------------- reading and splitting


def test_any_labeled_csv_file_can_be_read(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text('Review,Stars,Verdict\n"good, really",5,0\nBUY NOW,1,1\n', encoding="utf-8")
    frame = utils.read_comments(path, text_column="Review", label_column="Verdict")
    assert frame["text"].tolist() == ["good, really", "BUY NOW"]
    assert frame["label"].tolist() == [0, 1] and list(frame.columns) == ["text", "stars", "label"]


@needs_real
def test_the_splits_are_those_of_the_published_tutorials(monkeypatch):
    monkeypatch.setenv("SPAM_DATA", REAL.source)
    train, dev, valid, test = utils.load_spam_dataset(split_dev_valid=True)
    assert [len(part) for part in (train, dev, valid, test)] == [1586, 100, 120, 250]
    assert set(train["label"]) == {-1}
    assert sorted(train["video"].unique()) == [1, 2, 3, 4] and set(test["video"]) == {5}
    # Facts of the published splits: first comment of train, class balance of each split.
    assert train["text"][0].startswith("pls http://www10.vakinha.com.br/VaquinhaE.aspx")
    assert dev["label"].sum() == 54 and valid["label"].sum() == 56 and test["label"].sum() == 118
    labeled, same_test = utils.load_spam_dataset(load_train_labels=True)
    assert labeled["label"].sum() == 831 and same_test.equals(test)


def test_loading_twice_gives_the_same_rows(monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "sample")
    first, second = (utils.load_spam_dataset(True, True) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.equals(b)


# ---------------------------------------------------------------- helpers, and the cost of the import


@needs_real
def test_a_number_outside_its_band_raises(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", REAL.source)
    utils.check_range("accuracy", 0.9, 0.8, 1.0)
    assert "within 0.8 to 1.0" in capsys.readouterr().out
    for value in (0.7, float("nan")):
        with pytest.raises(AssertionError, match="accuracy is .*expected 0.8 to 1.0"):
            utils.check_range("accuracy", value, 0.8, 1.0)


def test_on_the_sample_no_band_is_checked(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    utils.check_range("accuracy", 0.1, 0.8, 1.0)
    assert "not checked" in capsys.readouterr().out


def test_a_bootstrap_interval_has_the_width_that_theory_gives():
    low, high = utils.bootstrap_interval([1] * 90 + [0] * 10)
    assert low < 0.9 < high
    assert high - low == pytest.approx(2 * 1.96 * (0.9 * 0.1 / 100) ** 0.5, rel=0.15)
    assert utils.bootstrap_interval([1] * 90 + [0] * 10) == (low, high)
    assert all(pd.isna(bound) for bound in utils.bootstrap_interval([1]))


def test_a_preview_disarms_links_and_names_nobody():
    comments = pd.DataFrame(
        {
            "author": ["Ann"],
            "date": [None],
            "text": ["see\nHTTP://www.a-site.com/x?y " + "z" * 200 + " and on" * 20],
        }
    )
    shown = utils.preview(comments)
    assert list(shown.columns) == ["text"] and len(shown["text"][0]) == 90
    assert max(map(len, shown["text"][0].split())) <= 31, (
        "a browser does not break words, so a link widens the table"
    )
    assert shown["text"][0].startswith("see hxxp://www.a-site[.]com/x?y") and comments["text"][
        0
    ].startswith("see\n")


def test_a_function_that_remembers_is_called_once_for_each_argument(monkeypatch):
    called = []
    length = utils.remember(lambda text: called.append(text) or len(text))
    assert [length("a"), length("abc"), length("a")] == [1, 3, 1] and called == ["a", "abc"]
    copy = cloudpickle.loads(cloudpickle.dumps(length))
    assert len(copy) == 0 and copy("ab") == 2, "what travels is the function, not what it remembers"
    monkeypatch.setattr(utils, "MOST_REMEMBERED", 2)
    assert length("abcd") == 4 and len(length) == 1, "full, so it forgets the others"
    with pytest.raises(TypeError):
        length(None)
    assert None not in length


def test_texts_are_shown_aligned_to_the_left():
    page = utils.preview(
        pd.DataFrame({"text": ["<b>nice</b>", "song"], "label": [0, 1]})
    )._repr_html_()
    assert (
        page.count('<td style="text-align: left;">') == 4
        and page.count('<th style="text-align: left;">') >= 2
    )
    assert "<td>" not in page and "<th>" not in page
    assert "&lt;b&gt;nice" in page, "a comment's own HTML must not become part of the page"
    with pd.option_context("display.notebook_repr_html", False):
        assert utils.TextTable({"text": ["a"]})._repr_html_() is None


def test_importing_utils_takes_no_deep_learning_library():
    heavy = ("tensorflow", "keras", "torch", "snorkel", "matplotlib", "pooch", "requests")
    code = f"import sys, utils; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=utils.HERE, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_download_in_a_notebook_prints_no_warning():
    """Pooch brings a progress bar that asks for ipywidgets; the labs do without, and a warning fails their tests."""
    pretend = (
        "import sys, types, IPython\n"
        "sys.modules['ipywidgets'] = None\n"
        "sys.modules['ipykernel.zmqshell'] = types.ModuleType('zmqshell')  # by which tqdm knows a notebook\n"
        "import utils\n"
        "try: utils._download(['http://127.0.0.1:9/no.zip'], 10)\n"
        "except utils.DataError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=utils.HERE, capture_output=True, text=True
    )
    assert "The download failed" in done.stdout
    assert "Warning" not in done.stderr, done.stderr
