"""Finding, fetching and verifying the files: bad networks, bad archives, full disks, odd settings.

The files are the small stand-in of data_files.py, and the only network is 127.0.0.1.
"""

import errno
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time
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
    monkeypatch.setattr(fetch, "UCI_URLS", ("http://127.0.0.1:9/nothing-listens-here.zip",))
    monkeypatch.setattr(fetch, "SHA256", checksums(FILES))
    monkeypatch.setattr(fetch, "TIMEOUTS", (0.5, 0.5))
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 10)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    fetch._locate.cache_clear()
    yield
    fetch._locate.cache_clear()


@pytest.fixture
def address():
    """Return a function that serves an answer and gives its address."""
    with ExitStack() as servers:
        yield lambda answer: servers.enter_context(serve(answer)) + "/comments.zip"


def kept(folder=None):
    folder = folder or fetch.DATA_DIR
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}


def find_again():
    fetch._locate.cache_clear()
    return fetch.find_data()


# ---------------------------------------------------------------- where the files are looked for


@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR"])
def test_a_complete_folder_is_used(place):
    write_files(getattr(fetch, place), FILES)
    found = fetch.find_data()
    assert found.is_real and found.files == FILES and found.source == str(getattr(fetch, place))


def test_the_setting_comes_first_then_the_own_folder_then_the_shared_one(monkeypatch, tmp_path):
    for folder in (fetch.DATA_DIR, fetch.SHARED_DIR, tmp_path / "mine"):
        write_files(folder, FILES)
    assert fetch.find_data().source == str(fetch.DATA_DIR)
    monkeypatch.setenv("SPAM_DATA", f"  {tmp_path / 'mine'} ")
    assert find_again().source == str(tmp_path / "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("SPAM_DATA", os.path.join("~", "mine"))
    assert find_again().source == str(tmp_path / "mine")


def test_a_zip_file_in_the_setting_is_used(monkeypatch, tmp_path):
    (tmp_path / "mine.zip").write_bytes(GOOD)
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "mine.zip"))
    assert fetch.find_data().files == FILES and fetch.find_data().source == str(
        tmp_path / "mine.zip"
    )


def test_an_address_is_not_asked_and_not_named_where_the_files_are_here(monkeypatch):
    write_files(fetch.DATA_DIR, FILES)
    monkeypatch.setenv("SPAM_DATA", "HTTPS://127.0.0.1:9/typo.zip")
    assert fetch.find_data().source == str(fetch.DATA_DIR)


@pytest.mark.parametrize("setting", ["Sample", "~nobody-of-this-name/x", "x" * 5000, "ftp://a/b"])
def test_a_setting_that_names_nothing_is_an_error(setting, monkeypatch):
    monkeypatch.setenv("SPAM_DATA", setting)
    with pytest.raises(fetch.DataError, match="no such folder or zip file.*unset the variable"):
        fetch.find_data()


def test_a_folder_that_lacks_files_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("SPAM_DATA", str(tmp_path))
    with pytest.raises(fetch.DataError, match=f"lacks {NAMES[0]}"):
        fetch.find_data()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can try it")
def test_a_shared_folder_of_somebody_else_is_skipped(tmp_path):
    shared = tmp_path / "shared"
    write_files(shared / "youtube-spam", FILES)
    shared.chmod(0o700)
    code = f"""
import os, pathlib, pooch, sys
sys.path.insert(0, {str(fetch.HERE)!r})
import fetch
fetch.SHARED_DIR, fetch.UCI_URLS = pathlib.Path({str(shared / "youtube-spam")!r}), ()
fetch.DATA_DIR = pathlib.Path({str(tmp_path / "none")!r})
os.setuid(65534)
print(fetch.find_data().is_real)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_file_that_cannot_be_read_is_an_error(monkeypatch):
    def denied(*args, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    write_files(fetch.DATA_DIR, FILES)
    monkeypatch.setattr(fetch, "open", denied, raising=False)
    with pytest.raises(fetch.DataError, match=f"{NAMES[0]} cannot be read .Permission denied"):
        fetch.find_data()


# ---------------------------------------------------------------- damaged files


DAMAGE = {
    "cut short": FILES[NAMES[1]][:-100],
    "edited": FILES[NAMES[1]].replace(b"Ann", b"Bob", 1),
    "other line ends": FILES[NAMES[1]].replace(b"\n", b"\r\n"),
    "another video": FILES[NAMES[4]],
    "empty": b"",
}


@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR", "SPAM_DATA"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_an_error_and_stays_as_it_is(
    damage, place, address, monkeypatch, tmp_path
):
    folder = tmp_path / "mine" if place == "SPAM_DATA" else getattr(fetch, place)
    damaged = {**FILES, NAMES[1]: DAMAGE[damage]}
    write_files(folder, damaged)
    monkeypatch.setenv("SPAM_DATA", str(folder) if place == "SPAM_DATA" else "")
    monkeypatch.setattr(fetch, "UCI_URLS", (address(GOOD),))
    with pytest.raises(
        fetch.DataError, match=f"{NAMES[1]} is not the published file.*Move it away"
    ):
        fetch.find_data()
    assert kept(folder) == damaged


def test_a_huge_file_of_the_right_name_is_an_error_and_not_read():
    fetch.DATA_DIR.mkdir(parents=True)
    with open(fetch.DATA_DIR / NAMES[0], "wb") as file:
        file.truncate(3_000_000_000)  # a hole: it takes no room
    start = time.monotonic()
    with pytest.raises(fetch.DataError, match="is not the published file"):
        fetch.find_data()
    assert time.monotonic() - start < 5


def test_an_incomplete_sample_is_an_error(monkeypatch, tmp_path):
    write_files(tmp_path / "sample", {NAMES[0]: FILES[NAMES[0]]})
    monkeypatch.setattr(fetch, "SAMPLE_DIR", tmp_path / "sample")
    monkeypatch.setenv("SPAM_DATA", "sample")
    with pytest.raises(fetch.DataError, match="not complete.*git checkout"):
        fetch.find_data()


# ---------------------------------------------------------------- faults of the network


def head(request, length, status=200, **headers):
    request.send_response(status)
    for name, value in {"Content-Length": length, **headers}.items():
        if value is not None:
            request.send_header(name, str(value))
    request.end_headers()


def status(code):
    return lambda request: head(request, 0, code)


def silence(request):
    request.server.over.wait(8)


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
    "404": (status(404), "HTTPError 404"),
    "500": (status(500), "HTTPError 500"),
    "silence": (silence, "Timeout"),
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
    fault, address, monkeypatch, capsys
):
    answer, message = FAULTS[fault]
    if fault == "drip":
        monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.5)
    url = address(answer)
    start = time.monotonic()
    monkeypatch.setenv("SPAM_DATA", url)
    with pytest.raises(fetch.DataError, match=f"(?s){url}.*({message}).*Check the internet"):
        fetch.find_data()
    monkeypatch.setenv("SPAM_DATA", "")
    monkeypatch.setattr(fetch, "UCI_URLS", (url,))
    train, _ = utils.load_spam_dataset()
    assert "NOTICE: these are the sample comments" in capsys.readouterr().out
    assert len(train) > 250 and kept() == {} and time.monotonic() - start < 10


@pytest.mark.parametrize("first", ["404", "silence", "captive portal", "wrong file", None])
def test_when_the_first_address_fails_the_second_gets_its_turn(first, address, monkeypatch):
    good = address(GOOD)
    monkeypatch.setattr(fetch, "UCI_URLS", (address(FAULTS[first][0]) if first else REFUSED, good))
    found = fetch.find_data()
    assert found.is_real and found.files == FILES and found.source == good and kept() == FILES
    monkeypatch.setattr(fetch, "UCI_URLS", ())
    assert find_again().source == str(fetch.DATA_DIR)


@pytest.mark.parametrize("hangs", [False, True])
def test_a_name_that_cannot_be_looked_up_leads_to_the_sample(hangs, monkeypatch):
    over = threading.Event()

    def no_network(*args, **options):
        over.wait(8 if hangs else 0)
        raise socket.gaierror("no network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(fetch, "DOWNLOAD_SECONDS", 0.5 if hangs else 10)
    monkeypatch.setattr(fetch, "UCI_URLS", ("http://labs.invalid/comments.zip",))
    found = fetch.find_data()
    over.set()
    assert ("no complete answer" if hangs else "ConnectionError") in found.why_sample


def test_a_class_waits_half_a_minute_at_most_and_one_dead_address_leaves_time_for_the_next():
    assert LIMITS[0] <= 30 and sum(LIMITS[1]) < LIMITS[0]


def test_a_password_in_an_address_is_not_shown(address, monkeypatch, capsys):
    secret = "s3" + "cret"
    good = address(GOOD).replace("//", f"//me:{secret}@")
    for setting in (good, good.replace("comments.zip", "no"), f"ftp://me:{secret}@host/x.zip"):
        monkeypatch.setenv("SPAM_DATA", setting)
        try:
            said = find_again().source
        except fetch.DataError as error:
            said = str(error)
        assert secret not in said + str(capsys.readouterr())


# ---------------------------------------------------------------- archives


ODD = {
    "nested": {f"a/b/{name}": content for name, content in FILES.items()},
    "macOS": {**{f"__MACOSX/{name}": b"clutter" for name in FILES}, **FILES, ".DS_Store": b"x"},
    "climbs out": {"../../evil.csv": b"evil", **{f"../../{n}": FILES[n] for n in NAMES}},
    "Windows": {f"C:\\spam\\{name}": content for name, content in FILES.items()},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_archive_gives_the_right_files_and_no_others(name, address, monkeypatch, tmp_path):
    monkeypatch.setenv("SPAM_DATA", address(as_zip(ODD[name])))
    assert fetch.find_data().files == FILES and kept() == FILES
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {fetch.DATA_DIR / name for name in FILES}


@pytest.mark.parametrize("content", [GOOD[:-50], GOOD[:200], b"", GOOD[:-4] + b"\xff" + GOOD[-3:]])
def test_a_damaged_zip_file_is_an_error(content, monkeypatch, tmp_path):
    (tmp_path / "mine.zip").write_bytes(content)
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "mine.zip"))
    with pytest.raises(fetch.DataError, match="mine.zip is not a readable zip file"):
        fetch.find_data()


# ---------------------------------------------------------------- the disk


def test_on_a_full_disk_the_data_is_used_and_not_kept(address, monkeypatch, capsys):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch, "UCI_URLS", (address(GOOD),))
    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    assert fetch.find_data().files == FILES and kept() == {}
    assert "No space left" in capsys.readouterr().err


def test_an_incomplete_folder_is_completed_and_what_was_there_stays(address, monkeypatch):
    write_files(fetch.DATA_DIR, {NAMES[2]: FILES[NAMES[2]]})
    before = (fetch.DATA_DIR / NAMES[2]).stat().st_mtime_ns
    monkeypatch.setattr(fetch, "UCI_URLS", (address(GOOD),))
    assert fetch.find_data().is_real and kept() == FILES
    assert (fetch.DATA_DIR / NAMES[2]).stat().st_mtime_ns == before


def test_a_file_that_turns_up_during_the_download_is_not_overwritten(address, monkeypatch):
    def meanwhile(request):
        write_files(fetch.DATA_DIR, {NAMES[0]: b"copied here by hand"})
        head(request, len(GOOD))
        request.wfile.write(GOOD)

    monkeypatch.setattr(fetch, "UCI_URLS", (address(meanwhile),))
    assert fetch.find_data().files == FILES
    assert kept() == {**FILES, NAMES[0]: b"copied here by hand"}


CHILD = f"""
import os, pathlib, sys
sys.path[:0] = [{str(fetch.HERE)!r}, {str(fetch.HERE / "tests")!r}]
import data_files, fetch
fetch.SHA256 = data_files.checksums(data_files.FILES)
fetch.DATA_DIR = pathlib.Path(sys.argv[1])
fetch.SHARED_DIR, fetch.UCI_URLS = fetch.DATA_DIR / "nothing", sys.argv[2:]
real_replace = os.replace
def replace(part, target):
    if target.name == {NAMES[2]!r}:
        print("ready", flush=True)
        sys.stdin.readline()
    real_replace(part, target)
os.replace = replace
assert fetch.find_data().files == data_files.FILES
"""


def start_child(address):
    """Start a process that fetches the files and halts before it puts the third into its place."""
    command, pipe = [sys.executable, "-c", CHILD, str(fetch.DATA_DIR), address], subprocess.PIPE
    child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert child.stdout.readline() == "ready\n", child.communicate()[1]
    return child


def test_a_process_killed_while_it_writes_leaves_whole_files(address, monkeypatch):
    child = start_child(address(GOOD))
    child.kill()
    child.communicate()
    files = {p.name: p.read_bytes() for p in fetch.DATA_DIR.iterdir() if p.is_file()}
    assert files == {name: FILES[name] for name in NAMES[:2]}
    monkeypatch.setattr(fetch, "UCI_URLS", (address(GOOD),))
    assert find_again().files == FILES


def test_two_processes_at_once_both_get_the_data(address):
    children = [start_child(address(GOOD)) for _ in range(2)]
    for child in children:
        _, complaints = child.communicate("\n", timeout=60)
        assert child.returncode == 0 and "Not kept" not in complaints, complaints
    assert kept() == FILES


# ---------------------------------------------------------------- make data


def test_make_data_says_which_comments_are_in_use(monkeypatch, capsys):
    write_files(fetch.DATA_DIR, FILES)
    fetch.main()
    assert capsys.readouterr().out.startswith("Data in use: the real comments, verified, from ")
    monkeypatch.setenv("SPAM_DATA", "sample")
    fetch.main()
    assert capsys.readouterr().out.startswith("Data in use: the SAMPLE (SPAM_DATA=sample asks")


def test_make_data_ends_in_one_sentence_whatever_the_console_can_show(tmp_path):
    folder = tmp_path / "données-数据"
    write_files(folder, {NAMES[0]: b"x"})
    env = {**os.environ, "SPAM_DATA": str(folder), "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, str(fetch.HERE / "utils.py")]
    done = subprocess.run(command, env=env, capture_output=True)
    assert done.returncode == 1 and done.stderr.startswith(b"The comments cannot be used: ")
    assert b"Traceback" not in done.stderr
