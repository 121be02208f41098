"""Serves the built app on a port of its own, with the backend that it is to call."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def serving(app: Path, backend: str) -> Iterator[str]:
    """The address at which the app calls this backend; it holds as long as the context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, app=app, backend=backend))
    server.daemon_threads = True
    origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Files(SimpleHTTPRequestHandler):
    """The files of the app, and its one page wherever there is none, since the app routes by itself."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments, app: Path, backend: str) -> None:
        self._app = app
        self._backend = backend
        super().__init__(*arguments, directory=str(app))

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
        else:
            self._send_page()

    def _send_page(self) -> None:
        page = (self._app / "index.html").read_text(encoding="utf-8")
        configuration = {
            "app": {"baseUrl": f"http://{self.headers['host']}"},
            "backend": {"baseUrl": self._backend},
        }
        script = json.dumps([{"context": "tests", "data": configuration}])
        body = page.replace("</head>", f'<script type="backstage.io/config">{script}</script></head>', 1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Say nothing."""
