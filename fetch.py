"""Find the five files of the YouTube Spam Collection, fetch them if need be, and verify them.

They are looked for in this order: the environment variable `SPAM_DATA` (a folder, a zip file, the
URL of that zip, or the word `sample`); `data/youtube-spam/` beside this file;
`../shared/youtube-spam/`; a download from UCI into `data/youtube-spam/`; `data/sample/`, with a
notice. A file whose SHA-256 is wrong is never used, and no file is ever overwritten. Only the
download needs a package (pooch), so `make doctor` can ask this module before anything is installed.
"""

import hashlib
import io
import os
import re
import sys
import tempfile
import threading
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PureWindowsPath

HERE = Path(__file__).resolve().parent
DATA_DIR = HERE / "data" / "youtube-spam"
SHARED_DIR = HERE.parent / "shared" / "youtube-spam"
SAMPLE_DIR = HERE / "data" / "sample"
UCI_URLS = (
    "https://archive.ics.uci.edu/static/public/380/youtube+spam+collection.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00380/YouTube-Spam-Collection-v1.zip",
)
DOWNLOAD_SECONDS = 25  # for all addresses together
TIMEOUTS = (5, 10)  # seconds: to connect, and between two pieces of an answer
MAX_FILE_BYTES = 5_000_000  # the largest real file has 83 KB
SHA256 = {  # two or more independent public copies agree on each
    "Youtube01-Psy.csv": "19797e6c77690e3c8809cfd2853ae7341390636367ba66cf5d4f4083f0b88535",
    "Youtube02-KatyPerry.csv": "902c614f8ef24f987d6f614d7e6111aa5160b89a0646b68e007bd6044a3d123b",
    "Youtube03-LMFAO.csv": "702ef589860a1831956f527760a3d9737ef8a07ab36c7de35b92b8898b8c3928",
    "Youtube04-Eminem.csv": "92f54eb6b22fdf3b7ae85e1f500e5aa7442edd025e504b988a97078756187e76",
    "Youtube05-Shakira.csv": "1d8ab47b71e8037c51183b2fc62f0591a48a4b54f3a4f5d9d3043113b274e98e",
}


class DataError(ValueError):
    """The data cannot be used as it is; the message names the file or setting and how to fix it."""


@dataclass(frozen=True)
class SpamData:
    """The five files in use: their bytes by name, where they come from, whether they are real."""

    files: dict
    source: str
    is_real: bool
    why_sample: str = ""


def _verified(files, where):
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != SHA256[name]:
            raise DataError(
                f"{name} in {where} is not the published file: its SHA-256 differs. Move it away "
                f"or get a fresh copy (nothing here overwrites it), or set SPAM_DATA=sample."
            )
    return files


def _complete(files, where):
    if missing := sorted(set(SHA256) - set(files)):
        raise DataError(
            f"{where} lacks {', '.join(missing)}, or they cannot be read. Put the five published "
            f"files there, or unset SPAM_DATA to let the labs find the data themselves."
        )
    return files


def _read_folder(folder):
    """Return the real files in a folder, by name; what cannot be read counts as missing."""
    files = {}
    for name in SHA256:
        with suppress(OSError), open(folder / name, "rb") as file:
            files[name] = file.read(MAX_FILE_BYTES)
    return _verified(files, folder)


def _read_zip(source, where):
    """Return the five files of an archive, wherever they lie in it; nothing is extracted."""
    files = {}
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                name = PureWindowsPath(info.filename).name  # it splits at / and \
                if name in SHA256:  # in __MACOSX their names begin with ._
                    files[name] = archive.open(info).read(MAX_FILE_BYTES)
    except Exception as error:  # a damaged archive raises nearly anything
        raise DataError(
            f"{where} is not a readable zip file ({error}). A network log-in page or a broken "
            f"download looks like this: open the address in a browser, log in, and try again."
        ) from error
    return _complete(_verified(files, where), where)


class _Memory(io.BytesIO):
    """A download kept in memory, of limited size, so that nothing unverified touches the disk."""

    def write(self, piece):
        if self.tell() + len(piece) > MAX_FILE_BYTES:
            raise DataError(f"it sends more than {MAX_FILE_BYTES:,} bytes: not these comments")
        return super().write(piece)


def _without_password(address):
    return re.sub(r"//[^/]*@", "//", address)


def _download(urls):
    """Return the five files and the address that gave them; raise DataError after 25 s at most.

    A thread does it: a name look-up or a dripping server cannot be bounded from inside.
    """
    import pooch

    print(f"Fetching the comments ({DOWNLOAD_SECONDS} s at most) ...", file=sys.stderr)
    found = []
    reasons = dict.fromkeys(urls, f"no complete answer within {DOWNLOAD_SECONDS} s")

    def try_each():
        for url in urls:
            archive = _Memory()
            try:
                pooch.HTTPDownloader(timeout=TIMEOUTS)(url, archive, None)
                found.append((_read_zip(archive, "the answer"), _without_password(url)))
                return
            except Exception as error:  # whatever happens, the next address gets its turn
                status = getattr(getattr(error, "response", None), "status_code", "")
                said = str(error) if isinstance(error, DataError) else type(error).__name__
                reasons[url] = f"{said} {status}".rstrip(" .")

    worker = threading.Thread(target=try_each, daemon=True)
    worker.start()
    worker.join(DOWNLOAD_SECONDS)
    if found:
        return found[0]
    why = "; ".join(f"{_without_password(url)}: {said}" for url, said in reasons.items())
    raise DataError(
        f"The download failed: {why}. Check the internet connection and run again, or set "
        f"SPAM_DATA to a folder or zip file that holds the five files."
    )


def _fetch(urls):
    """Download the files and keep a copy where the disk allows it; return them and their source."""
    files, url = _download(urls)
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=DATA_DIR) as folder:
            for name, content in files.items():  # each whole or not at all
                part, target = Path(folder, name), DATA_DIR / name
                part.write_bytes(content)
                if not os.path.lexists(target):
                    os.replace(part, target)
    except OSError as error:
        print(f"Not kept in {DATA_DIR} ({error}): the next run downloads again.", file=sys.stderr)
    return files, url


def _from_path(setting):
    """Return the data in the folder or zip file that `SPAM_DATA` names."""
    path = Path(os.path.expanduser(setting))  # unlike Path.expanduser it takes an unknown user
    where = f"SPAM_DATA={_without_password(setting)}"
    if os.path.isdir(path):
        return SpamData(_complete(_read_folder(path), where), str(path), True)
    if os.path.isfile(path):
        return SpamData(_read_zip(path, path), str(path), True)
    raise DataError(
        f"{where}: no such folder or zip file. Name an existing one, a URL, or the word 'sample'; "
        f"or unset the variable to let the labs find the data themselves."
    )


def _sample(why):
    files = {path.name: path.read_bytes() for path in sorted(SAMPLE_DIR.glob("*.csv"))}
    if len(files) != len(SHA256):
        raise DataError(f"{SAMPLE_DIR} is not complete: 'git checkout -- data/sample' restores it.")
    return SpamData(files, str(SAMPLE_DIR), False, why)


@lru_cache(maxsize=1)
def _locate(setting):
    if setting == "sample":
        return _sample("SPAM_DATA=sample asks for it")
    if setting and not setting.lower().startswith(("http://", "https://")):
        return _from_path(setting)
    for folder in (DATA_DIR,) if setting else (DATA_DIR, SHARED_DIR):
        if len(files := _read_folder(folder)) == len(SHA256):
            return SpamData(files, str(folder), True)
    try:
        return SpamData(*_fetch([setting] if setting else UCI_URLS), True)
    except DataError as error:
        if setting:  # what is wrong with it is an error
            raise
        return _sample(str(error))


def find_data():
    """Find the comments; download them if they are not on this computer.

    Returns
    -------
    SpamData
        The five files as bytes, their source, and whether they are the real ones. Looked for once
        per process and value of `SPAM_DATA`.

    Raises
    ------
    DataError
        If `SPAM_DATA` names something unusable, or a file found is not the published one.
    """
    return _locate(os.environ.get("SPAM_DATA", "").strip())


def main():
    """Print which comments are in use (`make data`); end with an error if they are unusable."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a folder's name may not fit the console
    try:
        data = find_data()
    except DataError as error:
        sys.exit(f"The comments cannot be used: {error}")
    kind = "the real comments, verified" if data.is_real else f"the SAMPLE ({data.why_sample})"
    print(f"Data in use: {kind}, from {data.source}")


if __name__ == "__main__":
    main()
