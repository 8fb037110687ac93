"""utils.py: where the data is found, what is verified, and how it is split."""

import io
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pandas as pd
import pytest

import utils

REAL = utils.find_data() if utils.find_data().is_real else None
needs_real = pytest.mark.skipif(REAL is None, reason="needs the real comments")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Let every test look for data in empty folders of its own, with no network and no SPAM_DATA."""
    monkeypatch.delenv("SPAM_DATA", raising=False)
    monkeypatch.setattr(utils, "DATA_DIR", tmp_path / "data" / "youtube-spam")
    monkeypatch.setattr(utils, "SHARED_DIR", tmp_path / "shared" / "youtube-spam")
    monkeypatch.setattr(utils, "UCI_URLS", ("http://127.0.0.1:9/nothing-listens-here.zip",))
    utils._locate.cache_clear()
    yield
    utils._locate.cache_clear()


def write_files(folder, files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def as_zip(files, prefix=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(prefix + name, content)
    return buffer.getvalue()


@pytest.fixture
def serve():
    """Return a function that serves one body at http://127.0.0.1 and returns the address."""
    servers = []

    def start(body, status=200):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/comments.zip"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


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
        assert found.is_real and found.source == str(tmp_path / setting) and found.files == REAL.files


@needs_real
def test_a_download_is_verified_kept_and_used_again(serve, monkeypatch):
    address = serve(as_zip({**REAL.files, "__MACOSX/._Youtube01-Psy.csv": b"clutter"}))
    monkeypatch.setattr(utils, "UCI_URLS", (utils.UCI_URLS[0], address))  # the first address is dead
    assert utils.find_data().files == REAL.files
    utils._locate.cache_clear()
    monkeypatch.setattr(utils, "UCI_URLS", ())
    assert utils.find_data().source == str(utils.DATA_DIR)
    assert sorted(path.name for path in utils.DATA_DIR.iterdir()) == sorted(utils.SHA256)


@needs_real
def test_a_url_in_the_setting_is_fetched(serve, monkeypatch):
    monkeypatch.setenv("SPAM_DATA", serve(as_zip(REAL.files)))
    assert utils.find_data().files == REAL.files


@needs_real
def test_an_incomplete_folder_is_completed_by_the_download(serve, monkeypatch):
    one = "Youtube03-LMFAO.csv"
    write_files(utils.DATA_DIR, {one: REAL.files[one]})
    monkeypatch.setattr(utils, "UCI_URLS", (serve(as_zip(REAL.files)),))
    assert utils.find_data().is_real
    assert len(list(utils.DATA_DIR.iterdir())) == 5


def test_without_a_network_the_sample_is_used_with_a_notice(capsys):
    train, test = utils.load_spam_dataset()
    printed = capsys.readouterr().out
    assert "NOTICE" in printed and "The download failed" in printed and "make data" in printed
    assert len(train) > 250 and len(test) > 50


def test_the_sample_can_be_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    assert not utils.find_data().is_real
    utils.load_spam_dataset()
    assert "SPAM_DATA=sample asks for it" in capsys.readouterr().out


@needs_real
@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR"])
def test_a_damaged_file_is_an_error_and_stays_as_it_is(place):
    name = "Youtube01-Psy.csv"
    damaged = REAL.files[name][:-100]
    write_files(getattr(utils, place), {**REAL.files, name: damaged})
    with pytest.raises(utils.DataError, match=f"{name} is not the published file.*Move it away"):
        utils.find_data()
    assert (getattr(utils, place) / name).read_bytes() == damaged


@needs_real
def test_a_download_with_a_wrong_file_in_it_is_not_used(serve, monkeypatch):
    wrong = {**REAL.files, "Youtube02-KatyPerry.csv": b"COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\n"}
    monkeypatch.setenv("SPAM_DATA", serve(as_zip(wrong)))
    with pytest.raises(utils.DataError, match="Youtube02-KatyPerry.csv in http.*not the published file"):
        utils.find_data()
    assert not utils.DATA_DIR.exists()


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [(b"<html>Please log in</html>", 200, "not a readable zip file"), (b"gone", 404, "HTTPError")],
)
def test_a_bad_answer_is_an_error_that_says_what_it_was(serve, monkeypatch, body, status, message):
    monkeypatch.setenv("SPAM_DATA", serve(body, status))
    with pytest.raises(utils.DataError, match=message):
        utils.find_data()


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"CONTENT,CLASS\n", "no rows"),
        (b"CONTENT,LABEL\nhi,1\n", "no column 'CLASS'"),
        (b"CONTENT,CLASS\nhi,1\nho,2\n", "data row 2.*label.*2"),
        (b"CONTENT,CLASS\nhi,1\n,0\n", "data row 2.*Every row needs a text"),
        (b"CONTENT,CLASS\n\xff\xfe,1\n", "UTF-8"),
    ],
)
def test_a_bad_csv_file_is_an_error_that_names_file_and_row(tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(utils.DataError, match=f"bad.csv.*{message}"):
        utils.read_comments(path)


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


def test_no_comment_is_lost_doubled_or_in_two_splits(monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "sample")
    videos = [video.assign(key=[f"{n}-{i}" for i in range(len(video))]) for n, video in enumerate(utils.load_videos())]
    train, dev, valid, test = utils.split_videos(videos)
    keys = [key for part in (train, valid, test) for key in part["key"]]
    assert sorted(keys) == sorted(pd.concat(videos)["key"])
    assert set(dev["key"]) <= set(train["key"]) and len(dev) == 100
    for part in (train, dev, valid, test):
        assert part.index.tolist() == list(range(len(part)))


def test_loading_twice_gives_the_same_rows(monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "sample")
    first, second = (utils.load_spam_dataset(True, True) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.equals(b)


# ---------------------------------------------------------------- helpers, and the cost of the import


@needs_real
def test_a_number_outside_its_band_raises(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", REAL.source)
    utils.check_band("accuracy", 0.9, 0.8, 1.0)
    assert "within 0.8 to 1.0" in capsys.readouterr().out
    for value in (0.7, float("nan")):
        with pytest.raises(AssertionError, match="accuracy is .*expected 0.8 to 1.0"):
            utils.check_band("accuracy", value, 0.8, 1.0)


def test_on_the_sample_no_band_is_checked(monkeypatch, capsys):
    monkeypatch.setenv("SPAM_DATA", "sample")
    utils.check_band("accuracy", 0.1, 0.8, 1.0)
    assert "not checked" in capsys.readouterr().out


def test_a_bootstrap_interval_has_the_width_that_theory_gives():
    low, high = utils.bootstrap_interval([1] * 90 + [0] * 10)
    assert low < 0.9 < high
    assert high - low == pytest.approx(2 * 1.96 * (0.9 * 0.1 / 100) ** 0.5, rel=0.15)
    assert utils.bootstrap_interval([1] * 90 + [0] * 10) == (low, high)
    assert all(pd.isna(bound) for bound in utils.bootstrap_interval([1]))


def test_a_preview_disarms_links_and_names_nobody():
    comments = pd.DataFrame(
        {"author": ["Ann"], "date": [None], "text": ["see\nHTTP://www.a-site.com/x?y " + "z" * 200]}
    )
    shown = utils.preview(comments)
    assert list(shown.columns) == ["text"] and len(shown["text"][0]) == 110
    assert shown["text"][0].startswith("see hxxp://www.a-site[.]com/x?y") and comments["text"][0].startswith("see\n")


def test_importing_utils_takes_no_deep_learning_library():
    heavy = ("tensorflow", "keras", "torch", "snorkel", "matplotlib", "pooch", "requests")
    code = f"import sys, utils; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=utils.HERE, check=True)
    assert done.stdout.strip() == "[]"
