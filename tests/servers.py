"""Servers for tests, on this computer alone: one that answers as a test wants, and JupyterLab."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

START_SECONDS = 60
FOLDERS = [f"JUPYTER_{kind}_DIR" for kind in ("CONFIG", "DATA", "RUNTIME")]
FOLDERS += [f"JUPYTERLAB_{kind}_DIR" for kind in ("SETTINGS", "WORKSPACES")]


@contextmanager
def serve(answer):
    """Start a server and give its address, such as http://127.0.0.1:40001.

    `answer` is the bytes that each GET request gets, or a function of the request handler, which
    has `path`, `send_response`, `send_header` and `wfile`. One that waits for long watches the
    event `request.server.over`.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if callable(answer):
                return answer(self)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None  # clients break off on purpose
    server.over = threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


@contextmanager
def jupyterlab(labs, home, *arguments, **environment):
    """Start JupyterLab in the folder `labs`, its settings in `home`; give process and address."""
    for name in FOLDERS:
        environment[name] = str(home / name)
    command = [sys.executable, "-m", "jupyter", "lab", *arguments, "--no-browser", "--port=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    env = {**os.environ, **environment}
    with (
        open(home / "log", "w", encoding="utf-8") as log,
        subprocess.Popen(command, cwd=labs, env=env, stdout=log, stderr=log) as server,
    ):
        try:
            yield server, server_info(home, server)
        finally:
            server.terminate()  # it asks its kernels to end


def server_info(home, server):
    """Return what JupyterLab writes about itself, its address and token, as soon as it is there."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        for path in (home / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start:\n" + (home / "log").read_text(encoding="utf-8"))
