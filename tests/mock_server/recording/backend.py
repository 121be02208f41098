"""A server of what a test tells it, on a real socket."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = "/api/scaffolder"
EVENT_STREAM = "text/event-stream"


@dataclass
class Reply:
    """One answer; `pieces` may be endless."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Callable[[], Iterator[bytes]] | None = None


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json"})


@dataclass
class Backend:
    """`replies` are by path, without its query; any other path is a 404 with an empty body. `asked` is what came."""

    url: str = ""
    replies: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def reply(self, path: str) -> Reply:
        found = self.replies.get(path.partition("?")[0].removeprefix(PREFIX), Reply(404))
        return found if isinstance(found, Reply) else found.pop(0)


@contextmanager
def serving(replies: Mapping[str, Any]) -> Iterator[Backend]:
    backend = Backend(replies=dict(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            backend.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = backend.reply(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.pieces is None:
                self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            try:
                for piece in [reply.body] if reply.pieces is None else reply.pieces():
                    self.wfile.write(piece)
            except OSError:
                # Whoever asked has heard enough.
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    backend.url = f"http://127.0.0.1:{server.server_port}{PREFIX}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield backend
    finally:
        server.shutdown()
        server.server_close()


def replies_of(task: Mapping[str, Any], events: Any, form: Any = None) -> dict[str, Reply]:
    """What a server says that has one task, and the form of its template."""
    ref = task["spec"]["templateInfo"]["entityRef"]
    kind, _, rest = ref.partition(":")
    namespace, _, name = rest.partition("/")
    replies = {f"/v2/tasks/{task['id']}": as_json(task), f"/v2/tasks/{task['id']}/events": as_json(events)}
    if form is not None:
        replies[f"/v2/templates/{namespace}/{kind}/{name}/parameter-schema"] = as_json(form)
    return replies
