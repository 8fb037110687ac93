"""What may harm a student's computer: a server that others can reach, data that is executed.

Links are made inert: test_links.py. The zip reader trusts no name: test_faults.py.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

import nbformat
import psutil
import pytest

import utils

START_SECONDS = 60
DANGER = re.compile(
    r"\b(?:cloud)?pickle\b|read_pickle|joblib\.load|torch\.load|allow_pickle=True"
    r"|shell=True|os\.(?:system|popen)|getoutput|\beval\(|\bexec\("
)


@pytest.fixture
def server(tmp_path):
    """JupyterLab, started with the arguments of 'make lab': its process, and what it writes about itself."""
    (arguments,) = re.findall(
        r"-m jupyter lab (.*) \$\(ARGS\)", (utils.HERE / "Makefile").read_text(encoding="utf-8")
    )
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        *arguments.split(),
        "--no-browser",
        "--port=0",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    folders = {
        f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=utils.HERE, env={**os.environ, **folders}, stdout=log, stderr=log
        )
    try:
        yield psutil.Process(process.pid), server_info(tmp_path, process)
    finally:
        with suppress(psutil.NoSuchProcess):  # it did not start
            for member in [*psutil.Process(process.pid).children(recursive=True), process]:
                member.kill()
        process.wait()


def server_info(folder, process):
    """Return what the server writes about itself, as soon as it is there and complete."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.1)
    pytest.fail("JupyterLab did not start:\n" + (folder / "log").read_text(encoding="utf-8"))


def test_jupyterlab_listens_on_this_computer_only_and_asks_for_its_token(server):
    process, info = server
    family = [process, *process.children(recursive=True)]
    connections = [connection for member in family for connection in member.net_connections("inet")]
    listening = [
        connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN
    ]
    assert listening and set(listening) <= {"127.0.0.1", "::1"}
    address = f"{info['url']}api/contents"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address)
    refused.value.close()
    assert refused.value.code == 403
    request = urllib.request.Request(address, headers={"Authorization": f"token {info['token']}"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200, "a server that refuses everybody would pass the rest"


def sources():
    for path in [*utils.HERE.glob("*.py"), *utils.HERE.glob("scripts/*.py")]:
        yield path.name, path.read_text(encoding="utf-8")
    for path in utils.HERE.glob("0*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        yield path.name, "\n".join(cell.source for cell in cells if cell.cell_type == "code")


@pytest.mark.parametrize(
    ("name", "source"), list(sources()), ids=lambda value: value if value.count("\n") == 0 else ""
)
def test_nothing_is_unpickled_and_nothing_read_is_executed(name, source):
    found = DANGER.search(source)
    assert not found, f"{name}: {found and found[0]}"


@pytest.mark.parametrize(
    "line", ["pd.read_pickle(path)", "subprocess.run(command, shell=True)", "exec(text)"]
)
def test_the_search_for_dangerous_calls_finds_them(line):
    assert DANGER.search(line)
