"""What defects are made of: ways to stand between a server and its client."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from openapi.documents import load_backstage

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOUNT = "/api/scaffolder"
OPERATIONS = [
    (
        operation["operationId"],
        method.upper(),
        re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(path))),
    )
    for path, item in load_backstage()["paths"].items()
    for method, operation in item.items()
]


@dataclass(frozen=True)
class Call:
    """A request: `operation` is its operationId (None: undocumented), `path` is below the mount, as sent."""

    operation: str | None
    method: str
    path: str
    parameters: dict[str, str]
    query: list[tuple[str, str]]
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def header(self, name: str) -> str | None:
        return next((value.decode("latin-1") for key, value in self.headers if key.decode().lower() == name), None)

    def with_header(self, name: str, value: str | None) -> "Call":
        kept = [(key, old) for key, old in self.headers if key.decode().lower() != name]
        return replace(self, headers=kept if value is None else [*kept, (name.encode(), value.encode())])

    def with_json(self, body: Any) -> "Call":
        content = json.dumps(body).encode()
        return replace(self, body=content).with_header("content-length", str(len(content)))

    def with_query(self, query: list[tuple[str, str]]) -> "Call":
        return replace(self, query=query)


@dataclass(frozen=True)
class Answer:
    """A whole answer that is no stream."""

    status: int
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def with_json(self, body: Any) -> "Answer":
        return replace(self, body=json.dumps(body).encode())

    def with_header(self, name: str, value: str | None) -> "Answer":
        kept = [(key, old) for key, old in self.headers if key.decode().lower() != name]
        return replace(self, headers=kept if value is None else [*kept, (name.encode(), value.encode())])


def json_answer(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), [(b"content-type", b"application/json; charset=utf-8")])


def error_answer(status: int, name: str = "Error", message: str = "it went wrong") -> Answer:
    return json_answer(status, {"error": {"name": name, "message": message}, "response": {"statusCode": status}})


# `None` among the operations of a defect stands for every request.
def answering(app: App, operations: set[str] | None, reply: Callable[[Call], Answer | None]) -> App:
    """Answer instead of the server; a reply of None lets the server do it."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        call, again = await _read(scope, receive)
        answer = reply(call) if call is not None and _concerns(call, operations) else None
        if answer is None:
            await app(scope, again, send)
        else:
            await _send(answer, send)

    return wrapped


def changing_requests(app: App, operations: set[str] | None, change: Callable[[Call], Call]) -> App:
    """Let the server see another request than the one that was made."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        call, again = await _read(scope, receive)
        if call is None or not _concerns(call, operations):
            await app(scope, again, send)
            return
        changed = change(call)
        prefix = scope["raw_path"].decode().split(MOUNT)[0] + MOUNT
        await app(
            {
                **scope,
                "method": changed.method,
                "path": unquote(prefix + changed.path),
                "raw_path": (prefix + changed.path).encode(),
                "query_string": urlencode(changed.query).encode(),
                "headers": changed.headers,
            },
            _replay(changed.body, receive),
            send,
        )

    return wrapped


def editing_answers(app: App, operations: set[str] | None, edit: Callable[[Call, Answer], Answer]) -> App:
    """Change answers on their way back; event streams go through as they are."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        call, again = await _read(scope, receive)
        if call is None or not _concerns(call, operations):
            await app(scope, again, send)
            return
        start: Message | None = None
        content = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if start is not None and _is_stream(start):
                await send(message)
            elif message["type"] == "http.response.start":
                start = message
                if _is_stream(message):
                    await send(message)
            else:
                content.extend(message.get("body", b""))

        await app(scope, again, collect)
        # Who has left a poll that waits gets no answer.
        if start is not None and not _is_stream(start):
            await _send(edit(call, Answer(start["status"], bytes(content), list(start["headers"]))), send)

    return wrapped


def editing_json(app: App, operations: set[str], edit: Callable[[Call, Any], Any], *, status: int = 200) -> App:
    """Change the JSON of the answers with that status; `edit` gets the parsed body and returns another."""

    def edited(call: Call, answer: Answer) -> Answer:
        return answer.with_json(edit(call, answer.json)) if answer.status == status else answer

    return editing_answers(app, operations, edited)


Frames = AsyncIterator[bytes]


def editing_frames(app: App, edit: Callable[[Call, Frames], Frames]) -> App:
    """Change event streams as they flow: `edit` turns the server's frames, each with its blank line, into whatever is
    to be sent, chunk by chunk; where it ends, the stream is closed."""
    import asyncio

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        call, again = await _read(scope, receive)
        if call is None or call.operation != "getTaskEventStream":
            await app(scope, again, send)
            return
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        start: Message | None = None
        started = asyncio.Event()

        async def collect(message: Message) -> None:
            nonlocal start
            if start is not None and not _is_stream(start):
                await send(message)
            elif message["type"] == "http.response.start":
                start = message
                await send(message)
                started.set()
            else:
                pending.extend(message.get("body", b""))
                while (end := pending.find(b"\n\n")) >= 0:
                    await queue.put(bytes(pending[: end + 2]))
                    del pending[: end + 2]

        pending = bytearray()

        async def run() -> None:
            try:
                await app(scope, again, collect)
            finally:
                started.set()
                await queue.put(None)

        async def frames() -> Frames:
            while (frame := await queue.get()) is not None:
                yield frame

        running = asyncio.create_task(run())
        try:
            await started.wait()
            if start is not None and _is_stream(start):
                async for chunk in edit(call, frames()):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await running
        finally:
            running.cancel()

    return wrapped


def event_of(frame: bytes) -> dict[str, Any]:
    """The JSON in a frame of the mock server."""
    event: dict[str, Any] = json.loads(frame.split(b"data: ", 1)[1])
    return event


def frame_of(event: dict[str, Any]) -> bytes:
    """A frame as the mock server writes it."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _concerns(call: Call, operations: set[str] | None) -> bool:
    return operations is None or call.operation in operations


def _is_stream(start: Message) -> bool:
    return any(key == b"content-type" and value.startswith(b"text/event-stream") for key, value in start["headers"])


async def _read(scope: Scope, receive: Receive) -> tuple[Call | None, Receive]:
    if scope["type"] != "http" or MOUNT not in scope["raw_path"].decode():
        return None, receive
    content = bytearray()
    while True:
        message = await receive()
        content.extend(message.get("body", b""))
        if not message.get("more_body"):
            break
    path = scope["raw_path"].decode().split(MOUNT, 1)[1].partition("?")[0]
    operation, parameters = _locate(scope["method"], path)
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    call = Call(operation, scope["method"], path, parameters, query, list(scope["headers"]), bytes(content))
    return call, _replay(bytes(content), receive)


def _locate(method: str, path: str) -> tuple[str | None, dict[str, str]]:
    for operation, verb, pattern in OPERATIONS:
        match = pattern.fullmatch(path.rstrip("/"))
        if match and verb == method:
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return None, {}


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _send(answer: Answer, send: Send) -> None:
    headers = [(key, value) for key, value in answer.headers if key.lower() != b"content-length"]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
