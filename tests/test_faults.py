"""What goes wrong in a class: a bad network, a killed process, a full disk, a file edited by hand, a bad CSV file.

Each case ends in the right data, in the sample with a notice, or in one `DataError`, and soon; and the data folder
holds whole, verified files or none. The data are the tiny stand-in of data_files.py, and the network is 127.0.0.1.
"""

import errno
import io
import os
import pathlib
import re
import runpy
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pooch  # noqa: F401  (imported here, so that no time limit below has to cover it)
import pytest
from data_files import FILES, HEADER, as_zip, checksums, write_files

import utils

pytestmark = pytest.mark.usefixtures("elsewhere", "small_world")

SECONDS, TIMEOUTS = utils.DOWNLOAD_SECONDS, utils.TIMEOUTS  # the real ones
GOOD = as_zip(FILES, prefix="YouTube-Spam-Collection-v1/")
NAMES = sorted(FILES)


@pytest.fixture
def small_world(monkeypatch):
    """Take the stand-in for the published files, shorten the waiting, and keep proxies out."""
    monkeypatch.setattr(utils, "SHA256", checksums(FILES))
    monkeypatch.setattr(utils, "TIMEOUTS", (0.5, 0.5))
    monkeypatch.setattr(utils, "DOWNLOAD_SECONDS", 10)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def serve():
    """Return a function that starts a server at http://127.0.0.1 and returns the address.

    It takes the bytes to answer with, or a function that answers a request in its own way.
    """
    servers = []

    def start(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                (answer if callable(answer) else body(answer))(self)

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *args: None  # clients here break off on purpose
        server.over = threading.Event()
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/comments.zip"

    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


def head(request, length, status=200, **headers):
    request.send_response(status)
    if length is not None:
        request.send_header("Content-Length", str(length))
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


def body(content, status=200):
    def answer(request):
        head(request, len(content), status)
        request.wfile.write(content)

    return answer


def silence(request):
    request.server.over.wait(8)


def drip(request):
    """Send a byte now and then: no single wait is long, and the whole would never end."""
    head(request, len(GOOD))
    end = time.monotonic() + 8
    while time.monotonic() < end and not request.server.over.wait(0.05):
        request.wfile.write(b"x")


def reset(request):
    """Break the connection after half of the archive, so that the client is told of a reset."""
    head(request, len(GOOD))
    request.wfile.write(GOOD[: len(GOOD) // 2])
    at_once = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    request.rfile.close()
    request.connection.close()


def redirect_to_itself(request):
    head(request, 0, 302, Location=request.path)


def endless(request):
    head(request, None)
    while not request.server.over.is_set():
        request.wfile.write(bytes(100_000))


def in_folder(folder):
    """Return what a folder holds, by name; nothing if it does not exist."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def kept():
    return in_folder(utils.DATA_DIR)


def refused():
    """Return an address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/comments.zip"


def find_again():
    utils._locate.cache_clear()
    return utils.find_data()


# ---------------------------------------------------------------- bad answers


FAULTS = {  # name -> (the server's answer, what the message says)
    "404": (body(b"gone", 404), "HTTPError, status 404"),
    "500": (body(b"oops", 500), "HTTPError, status 500"),
    "silence": (silence, "Timeout"),
    "drip": (drip, "no complete answer from .*/comments.zip within 0.5 s"),
    "reset half way": (reset, "ChunkedEncodingError|ConnectionError"),
    "truncated zip": (body(GOOD[:-50]), "the answer is not a readable zip file"),
    "captive portal": (body(b"<html>Please log in</html>"), "not a readable zip file.*log in"),
    "empty answer": (body(b""), "not a readable zip file"),
    "redirect loop": (redirect_to_itself, "TooManyRedirects"),
    "endless answer": (endless, "it sends more than 5,000,000 bytes"),
    "another archive": (
        body(as_zip({"readme.txt": b"hello"})),
        "lacks Youtube01-Psy.csv, Youtube02",
    ),
    "wrong file": (
        body(as_zip({**FILES, "Youtube02-KatyPerry.csv": FILES["Youtube01-Psy.csv"]})),
        "comments.zip: Youtube02-KatyPerry.csv in the answer is not the published file",
    ),
    "huge member": (
        body(as_zip({**FILES, "Youtube01-Psy.csv": bytes(20_000_000)})),
        "not the published file",
    ),
}


@pytest.fixture(params=FAULTS)
def fault(request, serve, monkeypatch):
    """Start a server with one fault; return its address and what the message must say."""
    answer, message = FAULTS[request.param]
    if answer is drip:
        monkeypatch.setattr(utils, "DOWNLOAD_SECONDS", 0.5)
    return serve(answer), message


def test_a_bad_answer_from_the_given_address_is_an_error(fault, monkeypatch):
    address, message = fault
    monkeypatch.setenv("SPAM_DATA", address)
    start = time.monotonic()
    with pytest.raises(
        utils.DataError, match=f"(?s)The download failed: .*({message}).*Check the network"
    ) as caught:
        utils.find_data()
    assert time.monotonic() - start < 5
    assert address in str(caught.value)
    assert kept() == {}


def test_a_bad_answer_from_the_usual_address_leads_to_the_sample_with_a_notice(
    fault, monkeypatch, capsys
):
    address, message = fault
    monkeypatch.setattr(utils, "UCI_URLS", (address,))
    start = time.monotonic()
    train, test = utils.load_spam_dataset()
    assert time.monotonic() - start < 5
    notice = capsys.readouterr().out
    assert notice.startswith("NOTICE: these are the sample comments") and "make data" in notice
    assert re.search(message, notice)
    assert len(train) > 250 and len(test) > 50 and kept() == {}


@pytest.mark.parametrize(
    "name", ["404", "silence", "reset half way", "captive portal", "wrong file", "refused"]
)
def test_when_the_first_address_fails_the_second_gets_its_turn(name, serve, monkeypatch):
    first = refused() if name == "refused" else serve(FAULTS[name][0])
    monkeypatch.setattr(utils, "UCI_URLS", (first, serve(GOOD)))
    assert utils.find_data().is_real and utils.find_data().files == FILES
    assert kept() == FILES
    monkeypatch.setattr(utils, "UCI_URLS", ())
    assert find_again().source == str(utils.DATA_DIR)


def test_a_refused_connection_leads_to_the_sample_with_a_notice(monkeypatch, capsys):
    monkeypatch.setattr(utils, "UCI_URLS", (refused(), refused()))
    assert len(utils.load_spam_dataset()[0]) > 250
    reasons = re.findall(
        "comments.zip: Connect", capsys.readouterr().out
    )  # ...Error, on Windows perhaps ...Timeout
    assert len(reasons) == 2 and kept() == {}


@pytest.mark.parametrize("hangs", [False, True])
def test_a_name_that_cannot_be_looked_up_leads_to_the_sample_with_a_notice(
    hangs, monkeypatch, capsys
):
    over = threading.Event()

    def no_network(*args, **kwargs):
        if hangs:
            over.wait(8)
        raise socket.gaierror("no network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(utils, "DOWNLOAD_SECONDS", 0.5 if hangs else 10)
    monkeypatch.setattr(utils, "UCI_URLS", ("http://labs.invalid/comments.zip",))
    start = time.monotonic()
    utils.load_spam_dataset()
    over.set()
    assert time.monotonic() - start < 5
    assert (
        "no complete answer" if hangs else "ConnectionError"
    ) in capsys.readouterr().out and kept() == {}


def test_the_real_limits_keep_a_class_waiting_for_half_a_minute_at_most():
    assert SECONDS <= 30
    assert sum(TIMEOUTS) < SECONDS, "one dead address would use up the time of the next"


# ---------------------------------------------------------------- good archives with odd contents


ODD = {
    "nested folders": {f"a/b/c/{name}": content for name, content in FILES.items()},
    "clutter of macOS": {
        **{f"__MACOSX/{name}": b"clutter" for name in FILES},
        **{f"__MACOSX/._{name}": b"clutter" for name in FILES},
        **FILES,
        ".DS_Store": b"clutter",
    },
    "names that climb out": {
        **{f"../../{name}": content for name, content in FILES.items()},
        "../../evil.csv": b"evil",
        "/evil.csv": b"evil",
        "..\\..\\evil.csv": b"evil",
    },
    "names of Windows": {f"C:\\spam\\{name}": content for name, content in FILES.items()},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_archive_gives_the_right_files_and_no_others(name, serve, monkeypatch, tmp_path):
    monkeypatch.setenv("SPAM_DATA", serve(as_zip(ODD[name])))
    assert utils.find_data().files == FILES and kept() == FILES
    (tmp_path / "mine.zip").write_bytes(as_zip(ODD[name]))
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "mine.zip"))
    assert utils.find_data().files == FILES
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {tmp_path / "mine.zip", *(utils.DATA_DIR / name for name in FILES)}


def test_a_zip_bomb_is_not_unpacked(monkeypatch, tmp_path):
    monkeypatch.setattr(utils, "MAX_FILE_BYTES", 100_000)
    (tmp_path / "bomb.zip").write_bytes(as_zip({"Youtube01-Psy.csv": bytes(20_000_000)}))
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "bomb.zip"))
    tracemalloc.start()
    with pytest.raises(
        utils.DataError, match="Youtube01-Psy.csv in .*bomb.zip is not the published file"
    ):
        utils.find_data()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:-50], "mine.zip is not a readable zip file"),
        (GOOD[:200], "mine.zip is not a readable zip file"),
        (
            GOOD[:-4] + b"\xff" + GOOD[-3:],
            "mine.zip is not a readable zip file",
        ),  # the offset of the list of files
        (b"", "mine.zip is not a readable zip file"),
        (
            as_zip({**FILES, NAMES[2]: b"edited"}),
            f"^{NAMES[2]} in .*mine.zip is not the published file.*fresh copy",
        ),
        (as_zip({NAMES[0]: FILES[NAMES[0]]}), f"mine.zip lacks {NAMES[1]}.*fresh copy"),
    ],
)
def test_a_bad_zip_file_in_the_setting_is_an_error(content, message, monkeypatch, tmp_path):
    (tmp_path / "mine.zip").write_bytes(content)
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "mine.zip"))
    with pytest.raises(utils.DataError, match=message):
        utils.find_data()
    assert kept() == {}


@pytest.mark.parametrize("setting", ["~nobody-of-this-name/spam", "x" * 5000])
def test_a_setting_that_cannot_be_a_path_is_an_error(setting, monkeypatch):
    monkeypatch.setenv("SPAM_DATA", setting)
    with pytest.raises(utils.DataError, match="no such folder or zip file"):
        utils.find_data()


def test_the_command_that_names_the_data_in_use_ends_in_one_sentence(monkeypatch):
    monkeypatch.setenv("SPAM_DATA", "no-such-folder")
    with pytest.raises(
        SystemExit, match="^The comments cannot be used: SPAM_DATA=no-such-folder: no such folder"
    ):
        runpy.run_path(utils.__file__, run_name="__main__")


# ---------------------------------------------------------------- killed, and two at once


CHILD = f"""
import os, pathlib, sys
sys.path[:0] = [{str(utils.HERE)!r}, {str(utils.HERE / "tests")!r}]
import data_files, utils
utils.SHA256 = data_files.checksums(data_files.FILES)
utils.DATA_DIR = pathlib.Path(sys.argv[1])
utils.SHARED_DIR = utils.DATA_DIR / "nothing"
utils.UCI_URLS = sys.argv[2:]
real_replace = os.replace
def replace(part, target):
    if target.name == {NAMES[2]!r}:
        print("ready", flush=True)
        sys.stdin.readline()
    real_replace(part, target)
os.replace = replace
assert utils.find_data().files == data_files.FILES
"""


@pytest.fixture
def start_child():
    """Return a function that starts a process which fetches from an address and halts before its third file."""
    children = []

    def start(address):
        command = [sys.executable, "-c", CHILD, str(utils.DATA_DIR), address]
        pipe = subprocess.PIPE
        children.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return children[-1]

    yield start
    for child in children:
        child.kill()
        child.communicate()


def test_a_process_killed_while_it_downloads_leaves_nothing_behind(serve, start_child, monkeypatch):
    half_sent = threading.Event()

    def half(request):
        head(request, len(GOOD))
        request.wfile.write(GOOD[: len(GOOD) // 2])
        half_sent.set()
        request.server.over.wait(60)

    child = start_child(serve(half))
    assert half_sent.wait(60)
    child.kill()
    child.wait()
    assert kept() == {}
    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    assert utils.find_data().files == FILES and kept() == FILES


def test_a_process_killed_while_it_writes_leaves_whole_files_and_the_next_one_tidies_up(
    serve, start_child, monkeypatch
):
    child = start_child(serve(GOOD))
    assert child.stdout.readline() == "ready\n"
    child.kill()
    child.wait()
    whole = {name: FILES[name] for name in NAMES[:2]}
    left = kept()
    (part,) = set(left) - set(whole)
    assert part.startswith(f".{NAMES[2]}.") and {name: left[name] for name in whole} == whole
    assert (
        not utils.find_data().is_real and kept() == left
    )  # no network: the sample, and all stays as it is
    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    hour_ago = time.time() - 3600
    os.utime(utils.DATA_DIR / part, (hour_ago, hour_ago))
    assert find_again().files == FILES and kept() == FILES


def test_two_processes_at_once_both_get_the_data_and_leave_one_whole_copy(serve, start_child):
    address = serve(GOOD)
    children = []
    for _ in range(2):  # the second starts to write when the first is in the middle of it
        children.append(start_child(address))
        assert children[-1].stdout.readline() == "ready\n"
    for child in children:
        _, complaints = child.communicate("\n", timeout=60)
        assert child.returncode == 0 and "could not be kept" not in complaints, complaints
    assert kept() == FILES


# ---------------------------------------------------------------- the disk


@pytest.mark.parametrize("room_for", [0, 2])
def test_on_a_full_disk_the_data_is_used_and_no_part_of_a_file_stays(
    room_for, serve, monkeypatch, capsys
):
    open_handle, written = os.fdopen, []

    class Full(io.FileIO):
        def write(self, content):
            if len(written) == room_for:
                super().write(content[:10])
                raise OSError(errno.ENOSPC, "No space left on device")
            written.append(content)
            return super().write(content)

    def fdopen(handle, mode):
        return Full(handle, mode) if mode == "wb" else open_handle(handle, mode)

    monkeypatch.setattr(os, "fdopen", fdopen)
    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    assert utils.find_data().files == FILES
    assert (
        "could not be kept" in (complaint := capsys.readouterr().err)
        and "No space left" in complaint
    )
    assert kept() == {name: FILES[name] for name in NAMES[:room_for]}


@pytest.mark.parametrize(("module", "function"), [("tempfile", "mkstemp"), ("Path", "mkdir")])
def test_in_a_read_only_folder_the_data_is_used_and_not_kept(
    module, function, serve, monkeypatch, capsys
):
    def read_only(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    monkeypatch.setattr(getattr(utils, module), function, read_only)
    assert utils.find_data().files == FILES and kept() == {}
    assert (
        "could not be kept" in (complaint := capsys.readouterr().err)
        and "Permission denied" in complaint
    )


def test_an_incomplete_folder_is_completed_and_what_was_there_stays(serve, monkeypatch):
    write_files(utils.DATA_DIR, {NAMES[2]: FILES[NAMES[2]]})
    before = (utils.DATA_DIR / NAMES[2]).stat().st_mtime_ns
    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    assert utils.find_data().is_real and kept() == FILES
    assert (utils.DATA_DIR / NAMES[2]).stat().st_mtime_ns == before


def test_a_file_that_turns_up_during_the_download_is_not_overwritten(serve, monkeypatch):
    def meanwhile(request):
        write_files(utils.DATA_DIR, {NAMES[0]: b"copied here by hand"})
        body(GOOD)(request)

    monkeypatch.setattr(utils, "UCI_URLS", (serve(meanwhile),))
    assert utils.find_data().files == FILES
    assert kept() == {**FILES, NAMES[0]: b"copied here by hand"}
    with pytest.raises(utils.DataError, match=f"{NAMES[0]} is not the published file"):
        find_again()


DAMAGE = {
    "cut short": lambda content: content[:-100],
    "edited": lambda content: content.replace(b"Ann", b"Bob", 1),
    "saved with other line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "replaced by another": lambda content: FILES["Youtube05-Shakira.csv"],
    "replaced by a web page": lambda content: b"<html>404</html>",
    "emptied": lambda content: b"",
}


@pytest.mark.parametrize("place", ["DATA_DIR", "SHARED_DIR", "SPAM_DATA"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_an_error_and_stays_as_it_is(damage, place, serve, monkeypatch, tmp_path):
    """Even where a download could replace it."""
    name = NAMES[1]
    monkeypatch.setattr(utils, "UCI_URLS", (serve(GOOD),))
    monkeypatch.setenv("SPAM_DATA", str(tmp_path / "mine") if place == "SPAM_DATA" else "")
    folder = tmp_path / "mine" if place == "SPAM_DATA" else getattr(utils, place)
    damaged = {**FILES, name: DAMAGE[damage](FILES[name])}
    write_files(folder, damaged)
    with pytest.raises(
        utils.DataError, match=f"{name} is not the published file.*Move it away.*SPAM_DATA=sample"
    ):
        utils.find_data()
    assert in_folder(folder) == damaged and (kept() == {} or place == "DATA_DIR")


@pytest.mark.parametrize("function", ["is_file", "read_bytes"])
def test_a_file_that_must_not_be_read_is_an_error(function, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    write_files(utils.SHARED_DIR, FILES)
    monkeypatch.setattr(pathlib.Path, function, denied)
    with pytest.raises(
        utils.DataError, match=f"{NAMES[0]} cannot be read .Permission denied.*SPAM_DATA=sample"
    ):
        utils.find_data()


# ---------------------------------------------------------------- bad CSV files


BAD = {  # name -> (content, what the message says)
    "no such column": (
        b"CONTENT,LABEL\nhi,1\n",
        "no column 'CLASS'; it has 'CONTENT', 'LABEL'.*label_column",
    ),
    "renamed column": (
        b"content,CLASS\nhi,1\n",
        "no column 'CONTENT'; it has 'content'.*text_column",
    ),
    "semicolons": (b"CONTENT;CLASS\nhi;1\n", "no column 'CONTENT'; it has 'CONTENT;CLASS'.*commas"),
    "no header": (b"hi,1\nho,0\n", "no column 'CONTENT'; it has 'hi', '1'"),
    "two columns of one name": (
        b"CONTENT,CLASS,label\nhi,1,x\n",
        "two columns.*'label'.*Rename or remove",
    ),
    "empty file": (b"", "cannot be read as a CSV file: No columns.*needs a header"),
    "header only": (b"CONTENT,CLASS\n", "no rows.*Export"),
    "class 2": (
        b"CONTENT,CLASS\nhi,1\nho,2\nha,3\n",
        "data row 2: text 'ho', label '2'.*0 .ham. or 1",
    ),
    "class in words": (
        b"CONTENT,CLASS\nhi,1\nho,spam\n",
        "data row 2: text 'ho', label 'spam'.*Mend or remove",
    ),
    "half a class": (b"CONTENT,CLASS\nhi,1\nho,0.5\n", "data row 2.*label '0.5'"),
    "no class": (b"CONTENT,CLASS\nhi,1\nho,\n", "data row 2: text 'ho', label ''"),
    "a row cut short": (b"CONTENT,CLASS\nhi,1\nho\n", "data row 2: text 'ho', label ''"),
    "unlabeled": (b"CONTENT,CLASS\nhi,1\nho,-1\n", "data row 2: text 'ho', label '-1'"),
    "no text": (
        b"CONTENT,CLASS\nhi,1\n,0\n",
        "data row 2: text '', label '0'.*Every row needs a text",
    ),
    "blank text": (b'CONTENT,CLASS\nhi,1\n" \n\t",0\n', "data row 2.*Every row needs a text"),
    "another encoding": (
        "CONTENT,CLASS\nhi,1\nhé,0\n".encode("latin-1"),
        "line 3: the byte 0xE9.*CSV UTF-8",
    ),
    "UTF-16": ("CONTENT,CLASS\nhi,1\n".encode("utf-16"), "line 1: the byte 0xF[EF].*CSV UTF-8"),
    "a NUL": (b"CONTENT,CLASS\nhi,1\nh\0o,0\n", "line 3: the byte 0x00.*CSV UTF-8"),
    "a quote never closed": (b'CONTENT,CLASS\nhi,1\n"ho,0\nha,1\n', "row 2.*closing quote"),
    "a comma too many": (b"CONTENT,CLASS\nhi,1\nho, ho,0\n", "line 3.*as many fields in each row"),
    "ten fields more in each row": (
        b"CONTENT,CLASS\nhi,1" + b",x" * 10 + b"\n",
        "data row 1 has more fields",
    ),
}
WIDE = (
    b"CONTENT,CLASS,"
    + b",".join(b"extra%d" % i for i in range(10))
    + b"\nhi,1"
    + b",x" * 10
    + b"\nho,0"
    + b"," * 10
)
FINE = {  # name -> (content, the texts, the labels)
    "ten columns more": (WIDE, ["hi", "ho"], [1, 0]),
    "a million characters": (
        b"CONTENT,CLASS\n" + b"spam " * 200_000 + b",1\n",
        ["spam " * 200_000],
        [1],
    ),
    "only one class": (b"CONTENT,CLASS\nhi,1\nho,1\n", ["hi", "ho"], [1, 1]),
    "duplicate rows": (b"CONTENT,CLASS\nhi,1\nhi,1\nhi,1\n", ["hi"] * 3, [1, 1, 1]),
    "words that pandas takes for nothing": (
        b"CONTENT,CLASS\nNA,1\nnull,0\n",
        ["NA", "null"],
        [1, 0],
    ),
    "numbers as texts": (b"CONTENT,CLASS\n007,1\n1.50,0\n", ["007", "1.50"], [1, 0]),
    "booleans": (b"CONTENT,CLASS\nhi,TRUE\nho,FALSE\n", ["hi", "ho"], [1, 0]),
    "a byte order mark": (b"\xef\xbb\xbfCONTENT,CLASS\nhi,1\n", ["hi"], [1]),
    "quotes and line ends": (b'CONTENT,CLASS\r\n"a, ""b""\nc",0\r\n', ['a, "b"\nc'], [0]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_of_ones_own_is_an_error_with_place_and_remedy(name, tmp_path):
    content, message = BAD[name]
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(utils.DataError, match=f"(?s)mine.csv.*{message}"):
        utils.read_comments(tmp_path / "mine.csv")
    with pytest.raises(utils.DataError, match=f"(?s)^the upload.*{message}"):
        utils.read_comments(io.BytesIO(content), name="the upload")


@pytest.mark.parametrize("name", FINE)
def test_an_odd_file_of_ones_own_gives_the_right_rows(name, tmp_path):
    content, texts, labels = FINE[name]
    (tmp_path / "mine.csv").write_bytes(content)
    for source in (
        tmp_path / "mine.csv",
        io.BytesIO(content),
        io.StringIO(content.decode("utf-8"), newline=""),
    ):
        frame = utils.read_comments(source)
        assert frame["text"].tolist() == texts and frame["label"].tolist() == labels
        assert frame["label"].dtype == "int64" and frame.index.tolist() == list(range(len(texts)))


@pytest.mark.parametrize("path", ["nowhere.csv", "."])
def test_a_path_that_is_no_file_is_an_error(path, tmp_path):
    with pytest.raises(utils.DataError, match="cannot be read.*Check the path"):
        utils.read_comments(tmp_path / path)


def test_labels_may_be_left_out_where_that_is_allowed():
    content = b"Text,Spam\na,1\nb,\nc,0\nd,-1\ne\n"
    frame = utils.read_comments(io.BytesIO(content), "Text", "Spam", allow_unlabeled=True)
    assert frame["label"].tolist() == [1, -1, 0, -1, -1] and frame["label"].dtype == "int64"
    nobody = utils.read_comments(
        io.BytesIO(b"Text,Spam\na,\nb,\n"), "Text", "Spam", allow_unlabeled=True
    )
    assert nobody["label"].tolist() == [-1, -1]
    with pytest.raises(utils.DataError, match="data row 2: text 'b', label 'maybe'.*or none"):
        utils.read_comments(
            io.BytesIO(b"Text,Spam\na,\nb,maybe\n"), "Text", "Spam", allow_unlabeled=True
        )


@pytest.mark.parametrize("name", [*BAD, *FINE])
def test_through_the_setting_only_the_published_files_come_in_and_no_other_is_parsed(
    name, monkeypatch, tmp_path
):
    content = (BAD | FINE)[name][0]
    files = {**FILES, NAMES[0]: content}
    write_files(tmp_path / "mine", files)
    (tmp_path / "mine.zip").write_bytes(as_zip(files))
    monkeypatch.setattr(utils, "read_comments", None)
    for setting in ("mine", "mine.zip"):
        monkeypatch.setenv("SPAM_DATA", str(tmp_path / setting))
        with pytest.raises(utils.DataError, match=f"{NAMES[0]}.* is not the published file"):
            utils.load_spam_dataset()
    assert in_folder(tmp_path / "mine") == files and kept() == {}


def test_a_file_of_the_sample_edited_by_hand_is_an_error_that_names_it(monkeypatch, tmp_path):
    write_files(tmp_path / "sample", {**FILES, NAMES[3]: HEADER.encode() + b"id,Ann,,hi,7\n"})
    monkeypatch.setattr(utils, "SAMPLE_DIR", tmp_path / "sample")
    monkeypatch.setenv("SPAM_DATA", "sample")
    with pytest.raises(utils.DataError, match=f"{NAMES[3]}, data row 1: text 'hi', label '7'"):
        utils.load_spam_dataset()
