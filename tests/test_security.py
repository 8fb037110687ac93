"""What may harm a student's computer: servers that let others in.

Ruff looks for data that is executed: its rules S102 to S605 in pyproject.toml.
"""

import http.client
import re
import socket
import ssl
from contextlib import closing, suppress
from urllib.parse import urlsplit

import psutil
import pytest
from distributed import Client
from servers import jupyterlab

import utils

PAGES = ["/", "/status", "/info/main/workers.html", "/json/counts.json", "/metrics", "/health"]


def listening(process):
    """Return the addresses (ip, port) at which a process and its children listen."""
    family = [process, *process.children(recursive=True)]
    found = [connection for member in family for connection in member.net_connections("inet")]
    return {connection.laddr for connection in found if connection.status == psutil.CONN_LISTEN}


def status_of(port, page, **headers):
    """Return the status of the HTTP answer of a port on this computer; None if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", page, headers=headers)
        return connection.getresponse().status


def test_jupyterlab_listens_on_this_computer_only_and_asks_for_its_token(tmp_path):
    makefile = (utils.HERE / "Makefile").read_text(encoding="utf-8")
    (arguments,) = re.findall(r"-m jupyter lab (.*) \$\(ARGS\)", makefile)
    with jupyterlab(utils.HERE, tmp_path, *arguments.split()) as (server, info):
        assert {ip for ip, _ in listening(server)} <= {"127.0.0.1", "::1"}
        assert status_of(info["port"], "/api/contents") == 403
        key = f"token {info['token']}"
        assert status_of(info["port"], "/api/contents", Authorization=key) == 200


@pytest.fixture(scope="module")
def cluster():
    """Dask's workers as lab 1 starts them, and what listens for them."""
    before = listening(psutil.Process())
    with utils.start_workers() as client:
        yield client, listening(psutil.Process()) - before


def test_dask_takes_no_work_from_those_without_its_certificate(cluster):
    client, _ = cluster
    assert client.submit(abs, -1).result() == 1
    address = urlsplit(client.scheduler.address)
    with pytest.raises(OSError):
        Client(f"tcp://{address.netloc}", timeout=2)
    stranger = ssl.create_default_context()
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address.hostname, address.port)) as plain:
        plain.settimeout(5)
        with suppress(OSError), stranger.wrap_socket(plain) as connection:
            assert not connection.recv(1), "the scheduler greets those whom it lets in"


def test_dask_listens_on_this_computer_only_and_shows_no_page(cluster):
    _, addresses = cluster
    assert len(addresses) >= 3, "the scheduler and two workers"
    assert {ip for ip, _ in addresses} <= {"127.0.0.1", "::1"}
    answers = {(port, page): status_of(port, page) for _, port in addresses for page in PAGES}
    assert not {place for place, status in answers.items() if status not in (None, 404)}
