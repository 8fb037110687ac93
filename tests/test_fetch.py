"""Finding, fetching and verifying the files: bad networks, bad archives, full disks, odd settings.

The files are the small stand-in of data_files.py, and the only network is 127.0.0.1.
"""

import errno
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pooch  # noqa: F401  (imported here, so that no time limit below has to cover it)
import pytest
from data_files import FILES, as_zip, checksums, write_files
from servers import serve

import fetch
import utils

GOOD = as_zip(FILES, prefix="YouTube-Spam-Collection-v1/")
NAMES = sorted(FILES)
REFUSED = "http://127.0.0.1:9/comments.zip"
LIMITS = fetch.DOWNLOAD_SECONDS, fetch.TIMEOUTS  # the real ones


@pytest.fixture(autouse=True)
def small_world(monkeypatch, tmp_path):
    """Look for the stand-in of the published files, in empty folders, and wait for less time."""
    monkeypatch.delenv("SPAM_DATA", raising=False)
    monkeypatch.setattr(fetch, "DATA_DIR", tmp_path / "data" / "youtube-spam")
    monkeypatch.setattr(fetch, "SHARED_DIR", tmp_path / "shared" / "youtube-spam")
    monkeypatch.setattr(fetch, "UCI_URLS", (REFUSED,))
    monkeypatch.setattr(fetch, "SHA256", checksums(FILES))
    monkeypatch.setattr(fetch, "TIMEOUTS", (0.5, 0.5))
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 10)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def find(monkeypatch):
    """Return a function that looks for the data as a new process does, with a setting and UCI's."""

    def find_data(setting="", urls=None):
        monkeypatch.setenv("SPAM_DATA", str(setting))
        monkeypatch.setattr(fetch, "UCI_URLS", fetch.UCI_URLS if urls is None else urls)
        fetch._locate.cache_clear()
        return fetch.find_data()

    yield find_data
    fetch._locate.cache_clear()


@pytest.fixture
def address():
    """Return a function that serves an answer and gives its address."""
    with ExitStack() as servers:
        yield lambda answer: servers.enter_context(serve(answer)) + "/comments.zip"


def kept(folder=None):
    folder = folder or fetch.DATA_DIR
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}


# ---------------------------------------------------------------- where the files are looked for


def test_the_setting_comes_first_then_the_own_folder_then_the_shared_one(
    find, monkeypatch, tmp_path
):
    write_files(fetch.SHARED_DIR, FILES)
    assert find().files == FILES and find().is_real and find().source == str(fetch.SHARED_DIR)
    for folder in (fetch.DATA_DIR, tmp_path / "mine"):
        write_files(folder, FILES)
    assert find().source == str(fetch.DATA_DIR)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for setting in (f"  {tmp_path / 'mine'} ", os.path.join("~", "mine")):
        assert find(setting).source == str(tmp_path / "mine")
    (tmp_path / "mine.zip").write_bytes(GOOD)
    assert find(tmp_path / "mine.zip").source == str(tmp_path / "mine.zip")
    assert find("HTTPS://127.0.0.1:9/typo.zip").source == str(fetch.DATA_DIR), "it is not asked"


@pytest.mark.parametrize("setting", ["Sample", "~nobody-of-this-name/x", "x" * 5000, "ftp://a/b"])
def test_a_setting_that_names_nothing_is_an_error(setting, find):
    with pytest.raises(fetch.DataError, match="no such folder or zip file.*unset the variable"):
        find(setting)


def test_a_folder_that_lacks_files_is_an_error(find, monkeypatch, tmp_path):
    with pytest.raises(fetch.DataError, match=f"lacks {NAMES[0]}"):
        find(tmp_path)
    monkeypatch.setattr(fetch, "SAMPLE_DIR", tmp_path)
    with pytest.raises(fetch.DataError, match="not complete.*git checkout"):
        find("sample")


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="needs a second user, or rights to lose")
def test_a_folder_of_somebody_else_counts_as_empty():
    write_files(fetch.SHARED_DIR, FILES)
    fetch.SHARED_DIR.chmod(0)
    is_root = os.geteuid() == 0
    try:
        if is_root:  # whom no folder keeps out
            os.setresuid(65534, 65534, 0)
        assert fetch._read_folder(fetch.SHARED_DIR) == {}
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
        fetch.SHARED_DIR.chmod(0o700)


def test_a_file_that_cannot_be_read_is_an_error(find, monkeypatch):
    def denied(*args, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    write_files(fetch.DATA_DIR, FILES)
    monkeypatch.setattr(fetch, "open", denied, raising=False)
    with pytest.raises(fetch.DataError, match=f"{NAMES[0]} cannot be read .Permission denied"):
        find()


@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR", "SPAM_DATA"])
@pytest.mark.parametrize("change", [(b"\n", b"\r\n"), (b"Ann", b"Bob"), (b"", b"")])
def test_a_damaged_file_is_an_error_and_stays_as_it_is(change, place, find, address, tmp_path):
    folder = getattr(fetch, place, tmp_path / "mine")
    content = FILES[NAMES[1]].replace(*change) if change[0] else b""
    write_files(folder, {**FILES, NAMES[1]: content})
    with pytest.raises(fetch.DataError, match=f"{NAMES[1]} in .* is not the published.*Move it aw"):
        find(folder if place == "SPAM_DATA" else "", urls=(address(GOOD),))
    assert kept(folder) == {**FILES, NAMES[1]: content}


def test_a_huge_file_of_the_right_name_is_an_error_and_not_read(find):
    fetch.DATA_DIR.mkdir(parents=True)
    with open(fetch.DATA_DIR / NAMES[0], "wb") as file:
        file.truncate(3_000_000_000)  # a hole: it takes no room
    start = time.monotonic()
    with pytest.raises(fetch.DataError, match="is not the published file"):
        find()
    assert time.monotonic() - start < 5


# ---------------------------------------------------------------- faults of the network


def head(request, length, status=200, **headers):
    request.send_response(status)
    for name, value in {"Content-Length": length, **headers}.items():
        if value is not None:
            request.send_header(name, str(value))
    request.end_headers()


def drip(request):
    """Send a byte now and then: no single wait is long, and the whole would never end."""
    head(request, len(GOOD))
    while not request.server.over.wait(0.05):
        request.wfile.write(b"x")


def break_off(request):
    head(request, len(GOOD))
    request.wfile.write(GOOD[: len(GOOD) // 2])
    at_once = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    request.rfile.close()
    request.connection.close()


def endless(request):
    head(request, None)
    while not request.server.over.is_set():
        request.wfile.write(bytes(100_000))


FAULTS = {  # name -> (the server's answer, what the message says)
    "404": (lambda request: head(request, 0, 404), "HTTPError 404"),
    "silence": (lambda request: request.server.over.wait(8), "Timeout"),
    "drip": (drip, "no complete answer within 0.5 s"),
    "connection reset": (break_off, "ChunkedEncodingError|ConnectionError"),
    "cut short": (GOOD[:-50], "the answer is not a readable zip file"),
    "captive portal": (b"<html>Please log in</html>", "not a readable zip file.*log in"),
    "redirect loop": (lambda r: head(r, 0, 302, Location=r.path), "TooManyRedirects"),
    "endless": (endless, "more than 5,000,000 bytes"),
    "another archive": (as_zip({"readme.txt": b"hello"}), f"lacks {NAMES[0]}"),
    "wrong file": (as_zip({**FILES, NAMES[1]: b"x"}), f"{NAMES[1]} in the answer is not the pub"),
    "huge member": (as_zip({**FILES, NAMES[0]: bytes(20_000_000)}), "not the published file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_answer_is_an_error_or_leads_to_the_sample_and_nothing_is_kept(
    fault, find, address, monkeypatch, capsys
):
    answer, message = FAULTS[fault]
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.5 if fault == "drip" else 10)
    url, start = address(answer), time.monotonic()
    with pytest.raises(fetch.DataError, match=f"(?s){url}.*({message}).*Check the internet"):
        find(url)
    find(urls=(url,))
    train, _ = utils.load_spam_dataset()
    assert "NOTICE: these are the sample comments" in capsys.readouterr().out
    assert len(train) > 250 and kept() == {} and time.monotonic() - start < 10


@pytest.mark.parametrize("first", ["404", "silence", "captive portal", "wrong file", None])
def test_when_the_first_address_fails_the_second_gets_its_turn(first, find, address):
    good = address(GOOD)
    found = find(urls=(address(FAULTS[first][0]) if first else REFUSED, good))
    assert found.is_real and found.files == FILES and found.source == good and kept() == FILES
    assert find(urls=()).source == str(fetch.DATA_DIR)


@pytest.mark.parametrize("hangs", [False, True])
def test_a_name_that_cannot_be_looked_up_leads_to_the_sample(hangs, find, monkeypatch):
    over = threading.Event()

    def no_network(*args, **options):
        over.wait(8 if hangs else 0)
        raise socket.gaierror("no network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.5 if hangs else 10)
    found = find(urls=("http://labs.invalid/comments.zip",))
    over.set()
    assert ("no complete answer" if hangs else "ConnectionError") in found.why_sample


def test_a_class_waits_half_a_minute_at_most_and_one_dead_address_leaves_time_for_the_next():
    assert LIMITS[0] <= 30 and sum(LIMITS[1]) < LIMITS[0]


def test_a_password_in_an_address_is_not_shown(find, address, capsys):
    secret = "s3" + "cret"
    for setting in (REFUSED, "ftp://host/x.zip"):
        with pytest.raises(fetch.DataError) as error:
            find(setting.replace("//", f"//me:{secret}@"))
        assert secret not in str(error.value)
    good = address(GOOD).replace("//", f"//me:{secret}@")
    assert secret not in find(good).source + str(capsys.readouterr())


# ---------------------------------------------------------------- archives


ODD = {
    "nested": {f"a/b/{name}": content for name, content in FILES.items()},
    "macOS": {**{f"__MACOSX/._{name}": b"clutter" for name in FILES}, **FILES, ".DS_Store": b"x"},
    "climbs out": {"../../evil.csv": b"evil", **{f"../../{n}": FILES[n] for n in NAMES}},
    "Windows": {f"C:\\spam\\{name}": content for name, content in FILES.items()},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_archive_gives_the_right_files_and_no_others(name, find, address, tmp_path):
    assert find(address(as_zip(ODD[name]))).files == FILES == kept()
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {fetch.DATA_DIR / name for name in FILES}


@pytest.mark.parametrize("content", [GOOD[:-50], GOOD[:200], b"", GOOD[:-4] + b"\xff" + GOOD[-3:]])
def test_a_damaged_zip_file_is_an_error(content, find, tmp_path):
    (tmp_path / "mine.zip").write_bytes(content)
    with pytest.raises(fetch.DataError, match="mine.zip is not a readable zip file"):
        find(tmp_path / "mine.zip")


# ---------------------------------------------------------------- the disk


def test_on_a_full_disk_the_data_is_used_and_not_kept(find, address, monkeypatch, capsys):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    assert find(urls=(address(GOOD),)).files == FILES and kept() == {}
    assert "No space left" in capsys.readouterr().err


def test_a_file_that_is_there_or_turns_up_during_the_download_is_not_overwritten(find, address):
    def meanwhile(request):
        write_files(fetch.DATA_DIR, {NAMES[0]: b"copied here by hand"})
        head(request, len(GOOD))
        request.wfile.write(GOOD)

    write_files(fetch.DATA_DIR, {NAMES[2]: FILES[NAMES[2]]})
    before = (fetch.DATA_DIR / NAMES[2]).stat().st_mtime_ns
    assert find(urls=(address(meanwhile),)).files == FILES
    assert kept() == {**FILES, NAMES[0]: b"copied here by hand"}
    assert (fetch.DATA_DIR / NAMES[2]).stat().st_mtime_ns == before


def test_an_interrupted_fetch_leaves_whole_files_and_the_next_completes_them(
    find, address, monkeypatch
):
    real_replace, urls = os.replace, (address(GOOD),)

    def interrupted(part, target):
        if target.name == NAMES[2]:
            raise KeyboardInterrupt
        real_replace(part, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", interrupted)
        find(urls=urls)
    assert kept() == {name: FILES[name] for name in NAMES[:2]}
    assert find(urls=urls).files == kept() == FILES


def test_two_fetches_at_once_both_get_the_data(address, monkeypatch, capsys):
    real_replace, both = os.replace, threading.Barrier(2, timeout=10)

    def at_once(part, target):
        both.wait()
        real_replace(part, target)

    monkeypatch.setattr(os, "replace", at_once)
    url = address(GOOD)
    with ThreadPoolExecutor(2) as pool:
        assert [files for files, _ in pool.map(fetch._fetch, [[url], [url]])] == [FILES, FILES]
    assert kept() == FILES and "Not kept" not in capsys.readouterr().err


# ---------------------------------------------------------------- make data


def test_make_data_says_which_comments_are_in_use(find, capsys):
    write_files(fetch.DATA_DIR, FILES)
    for setting, said in [
        ("", "the real comments, verified, from "),
        ("sample", "the SAMPLE (SPA"),
    ]:
        find(setting)
        fetch.main()
        assert capsys.readouterr().out.startswith(f"Data in use: {said}")


@pytest.mark.parametrize(
    ("setting", "status", "said"),
    [("sample", 0, b"Data in use: the SAMPLE"), (".", 1, b"The comments cannot be used: ")],
)
def test_make_data_ends_in_one_sentence_whatever_the_console_can_show(
    setting, status, said, tmp_path
):
    folder = tmp_path / "données-数据"
    shutil.copytree(fetch.SAMPLE_DIR, folder / "data" / "sample")
    shutil.copy(fetch.__file__, folder)
    env = {**os.environ, "SPAM_DATA": setting, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run([sys.executable, folder / "fetch.py"], env=env, capture_output=True)
    assert done.returncode == status and (done.stdout + done.stderr).startswith(said), done.stderr
