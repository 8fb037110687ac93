"""Finding, fetching and verifying the files: bad networks, bad archives, full disks, odd settings.

The files are a small stand-in of the published ones, and the only network is 127.0.0.1.
"""

import errno
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import zipfile
from contextlib import ExitStack

import pooch  # noqa: F401  (imported here, so that no time limit below has to cover it)
import pytest
from servers import serve

import fetch

NAMES = sorted(fetch.SHA256)
FILES = {name: f"the comments\nof {name}\n".encode() for name in NAMES}
REFUSED = "http://127.0.0.1:9/comments.zip"


def write_files(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def as_zip(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


GOOD = as_zip({f"YouTube-Spam-Collection-v1/{name}": FILES[name] for name in NAMES})


@pytest.fixture(autouse=True)
def find(monkeypatch, tmp_path):
    """Return a function that looks for the data as a new process does, with a setting and UCI's.

    It looks for the stand-in, in folders of the test's own, and waits for less time.
    """
    monkeypatch.setattr(fetch, "DATA_DIR", tmp_path / "data" / "youtube-spam")
    monkeypatch.setattr(fetch, "SHARED_DIR", tmp_path / "shared" / "youtube-spam")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(fetch, "SHA256", sums)
    monkeypatch.setattr(fetch, "TIMEOUTS", (0.5, 0.5))
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 10)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")

    def find_data(setting="", urls=(REFUSED,)):
        monkeypatch.setenv("SPAM_DATA", str(setting))
        monkeypatch.setattr(fetch, "UCI_URLS", urls)
        fetch._locate.cache_clear()
        return fetch.find_data()

    yield find_data
    fetch._locate.cache_clear()


@pytest.fixture
def address():
    """Return a function that serves an answer and gives its address."""
    with ExitStack() as servers:
        yield lambda answer: servers.enter_context(serve(answer)) + "/comments.zip"


def kept():
    folder = fetch.DATA_DIR
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}


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


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("Sample", "no such folder or zip file.*unset the variable"),
        ("~nobody-of-this-name/x", "no such folder or zip file"),
        ("x" * 5000, "no such folder or zip file"),
        ("ftp://me:word@host/x.zip", "SPAM_DATA=ftp://host/x.zip: no such folder or zip file"),
        (REFUSED.replace("//", "//me:word@"), f"failed: {REFUSED}: ConnectionError. Check the in"),
        (".", f"lacks {NAMES[0]}"),
        ("cut.zip", "cut.zip is not a readable zip file"),
        ("sample", "not complete.*git checkout"),
    ],
    ids=lambda text: text[:20],
)
def test_a_setting_that_gives_no_data_is_an_error(setting, message, find, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fetch, "SAMPLE_DIR", tmp_path)
    pathlib.Path("cut.zip").write_bytes(GOOD[:-50])
    with pytest.raises(fetch.DataError, match=message) as error:
        find(setting)
    assert "me:word" not in str(error.value)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs a second user, or rights to lose")
def test_a_folder_of_somebody_else_counts_as_empty():
    write_files(fetch.SHARED_DIR, FILES)
    fetch.SHARED_DIR.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)  # root is kept out of no folder
    try:
        assert fetch._read_folder(fetch.SHARED_DIR) == {}
    finally:
        os.seteuid(user)
        fetch.SHARED_DIR.chmod(0o700)


@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR", "SPAM_DATA"])
def test_a_damaged_file_is_an_error_and_stays_as_it_is(place, find, address, tmp_path):
    folder = getattr(fetch, place, tmp_path / "mine")
    damaged = FILES[NAMES[1]].replace(b"\n", b"\r\n")
    write_files(folder, {**FILES, NAMES[1]: damaged})
    with pytest.raises(fetch.DataError, match=f"{NAMES[1]} in .* is not the published.*Move it aw"):
        find(folder if place == "SPAM_DATA" else "", urls=(address(GOOD),))
    assert (folder / NAMES[1]).read_bytes() == damaged


def test_a_huge_file_of_the_right_name_is_an_error_and_not_read(find):
    write_files(fetch.DATA_DIR, FILES)
    os.truncate(fetch.DATA_DIR / NAMES[0], 3_000_000_000)  # a hole: it takes no room
    start = time.monotonic()
    with pytest.raises(fetch.DataError, match="is not the published file"):
        find()
    assert time.monotonic() - start < 5


def drip(request):
    """Send a byte now and then: no single wait is long, and the whole would never end."""
    request.send_response(200)
    request.end_headers()
    while not request.server.over.wait(0.05):
        request.wfile.write(b"x")


def endless(request):
    request.send_response(200)
    request.end_headers()
    while not request.server.over.is_set():
        request.wfile.write(bytes(100_000))


FAULTS = {  # name -> (the server's answer, what the message says)
    "no such page": (lambda request: request.send_error(404), "HTTPError 404"),
    "silence": (lambda request: request.server.over.wait(8), "Timeout"),
    "drip": (drip, "no complete answer within 0.5 s"),
    "cut short": (GOOD[:-50], "the answer is not a readable zip file"),
    "odd ending": (GOOD[:-4] + b"\xff" + GOOD[-3:], "the answer is not a readable zip file"),
    "captive portal": (b"<html>Please log in</html>", "not a readable zip file.*log in"),
    "endless": (endless, "more than 5,000,000 bytes"),
    "another archive": (as_zip({"readme.txt": b"hello"}), f"lacks {NAMES[0]}"),
    "wrong file": (as_zip({**FILES, NAMES[1]: b"x"}), f"{NAMES[1]} in the answer is not the pub"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_answer_leads_to_the_sample_and_nothing_is_kept(fault, find, address, monkeypatch):
    answer, message = FAULTS[fault]
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.5 if fault == "drip" else 10)
    url = address(answer)
    found = find(urls=(url,))
    assert not found.is_real and found.source == str(fetch.SAMPLE_DIR) and kept() == {}
    assert re.search(f"(?s){url}: .*({message}).*Check the internet", found.why_sample)


def test_when_the_first_address_fails_the_second_gets_its_turn(find, address):
    good = address(GOOD)
    found = find(urls=(address(FAULTS["wrong file"][0]), good.replace("//", "//me:word@")))
    assert found.is_real and found.files == FILES and found.source == good and kept() == FILES
    assert find(urls=()).source == str(fetch.DATA_DIR)


ODD = {
    "macOS": {**{f"__MACOSX/._{name}": b"clutter" for name in FILES}, **FILES, ".DS_Store": b"x"},
    "climbs out": {"../../evil.csv": b"evil", **{f"../../{n}": FILES[n] for n in NAMES}},
    "Windows": {f"C:\\spam\\{name}": content for name, content in FILES.items()},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_archive_gives_the_right_files_and_no_others(name, find, address, tmp_path):
    assert find(address(as_zip(ODD[name]))).files == FILES == kept()
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {fetch.DATA_DIR / name for name in FILES}


def test_on_a_full_disk_the_data_is_used_and_not_kept(find, address, monkeypatch, capsys):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    assert find(urls=(address(GOOD),)).files == FILES and kept() == {}
    assert "No space left" in capsys.readouterr().err


def test_a_file_that_is_there_or_turns_up_during_the_download_is_not_overwritten(find, address):
    def meanwhile(request):
        write_files(fetch.DATA_DIR, {NAMES[0]: b"copied here by hand"})
        request.send_response(200)
        request.end_headers()
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


def test_make_data_says_which_comments_are_in_use(find, capsys, monkeypatch, tmp_path):
    write_files(fetch.DATA_DIR, FILES)
    for setting, said in [("", "real comments, verified, from "), ("sample", "SAMPLE (SPAM_DATA")]:
        find(setting)
        fetch.main()
        assert capsys.readouterr().out.startswith(f"Data in use: the {said}")
    monkeypatch.setenv("SPAM_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match="The comments cannot be used: .*lacks"):
        fetch.main()


def test_make_data_shows_a_folder_whatever_the_console_can_show(tmp_path):
    folder = tmp_path / "données-数据"
    shutil.copytree(fetch.SAMPLE_DIR, folder / "data" / "sample")
    shutil.copy(fetch.__file__, folder)
    env = {**os.environ, "SPAM_DATA": "sample", "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run([sys.executable, folder / "fetch.py"], env=env, capture_output=True)
    assert done.stdout.startswith(b"Data in use: the SAMPLE") and b"\\u6570" in done.stdout
