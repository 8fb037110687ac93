"""A tiny stand-in for the real data set, and how to put it on disk or into an archive."""

import hashlib
import io
import zipfile

import fetch

HEADER = "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\n"


def video(number, rows=20):
    """Return the bytes of one file: half of its comments are spam, and no two are the same."""
    lines = [
        f"id{number}-{i},Ann,2015-01-01T00:00:00,comment {i} under video {number},{i % 2}"
        for i in range(rows)
    ]
    return (HEADER + "\n".join(lines) + "\n").encode("utf-8")


FILES = {name: video(number) for number, name in enumerate(sorted(fetch.SHA256), start=1)}


def checksums(files):
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def write_files(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def as_zip(files, prefix=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(prefix + name, content)
    return buffer.getvalue()
