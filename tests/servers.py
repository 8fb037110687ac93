"""A server for tests, on this computer alone, that answers as a test wants."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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
