"""A Scaffolder API as yet another somebody would write it: `http.server`, threads, HTTP/1.0.

Task ids are ULIDs, the numbers of events have gaps and stand on the `id` line of a frame only, log entries have
none; a task takes 0.2 to 3 seconds, and cancelling takes a while to have its effect. The parameter schema is a
title with steps, frames end lines with CRLF and spread their data over many, nobody is told who created a task,
errors say no more than they must, and nothing stands below `/api`.
`python -m tests.strangers.plain` prints its base URL and serves until it is stopped.
"""

import base64
import binascii
import json
import random
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

MOUNT = "/scaffolder"
TOKENS = {"plain/reader/eH4x", "plain/writer/9Kq2"}
LONGEST_BODY = 1_000_000
MOST_NESTED = 100
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
QUIET = 0.9
ENDED = ("completed", "failed", "cancelled")


class Problem(Exception):
    def __init__(self, status: int, name: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.name, self.headers = status, name, headers


# ---------------------------------------------------------------------------------------------------------- templates

PAGES: dict[str, list[dict[str, Any]]] = {
    "template:acme/website": [
        {
            "title": "What",
            "required": ["site", "settings"],
            "properties": {
                "site": {"type": "string", "pattern": "^[A-Za-z]+$", "minLength": 4, "maxLength": 40},
                "settings": {
                    "type": "object",
                    "required": ["tier"],
                    "properties": {"tier": {"type": "string", "enum": ["gold", "tin"]}},
                },
            },
        },
        {
            "title": "Where",
            "description": "The port must be free.",
            "required": ["port", "hosts"],
            "properties": {
                "port": {"type": "integer", "minimum": 1024, "maximum": 65535},
                "hosts": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "public": {"type": "boolean", "default": False},
            },
        },
    ],
    "template:acme/long-migration": [{"properties": {"batch": {"type": "number"}}}],
    "template:acme/doomed-deploy": [],
}
STEPS: dict[str, list[tuple[str, str]]] = {
    "template:acme/website": [("01", "acme.render"), ("02", "acme.upload")],
    "template:acme/long-migration": [(f"batch/{number}", "acme.migrate") for number in range(40)],
    "template:acme/doomed-deploy": [("deploy", "acme.upload")],
}
ACTIONS = [
    {"id": "acme.upload", "description": "Uploads.", "schema": {"input": {"type": "object"}}},
    {"id": "acme.migrate", "schema": {}},
    {
        "id": "acme.render",
        "description": "Renders the pages — all of them.",
        "schema": {
            "input": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {}},
            "output": {"type": "object", "properties": {"pages": {"type": "array", "items": {"type": "string"}}}},
        },
    },
]


def schema_of(ref: str) -> dict[str, Any]:
    steps = [{"title": page.get("title", "Questions"), "schema": page} for page in PAGES[ref]]
    return {"title": ref.rpartition("/")[2], "steps": steps}


LIMITS = {"minLength": -1, "maxLength": 1, "minItems": -1, "maxItems": 1, "minimum": -1, "maximum": 1}


def check(schema: Any, value: Any, where: str) -> None:
    """Raises Problem for a value that the schema refuses; keywords that nobody here uses are not looked at."""
    if not isinstance(schema, dict):
        raise Problem(400, "BadTemplate", f"the schema of {where} is no object")
    wanted = schema.get("type")
    if isinstance(wanted, str) and not is_a(wanted, value):
        raise Problem(400, "BadValue", f"{where}: not {wanted}")
    choices = schema.get("enum")
    if isinstance(choices, list) and value not in choices:
        raise Problem(400, "BadValue", f"{where}: not on offer")
    for keyword, sign in LIMITS.items():
        limit, measure = schema.get(keyword), measured(keyword, value)
        if is_a("number", limit) and measure is not None and (measure - limit) * sign > 0:
            raise Problem(400, "BadValue", f"{where}: breaks {keyword} {limit}")
    if isinstance(value, str) and isinstance(schema.get("pattern"), str) and not matches(schema["pattern"], value):
        raise Problem(400, "BadValue", f"{where}: not of the right form")
    for name, inner in parts(schema, value):
        check(inner, value[name], f"{where}/{name}")


def measured(keyword: str, value: Any) -> Any:
    if keyword.endswith("Length"):
        return len(value) if isinstance(value, str) else None
    if keyword.endswith("Items"):
        return len(value) if isinstance(value, list) else None
    return value if is_a("number", value) else None


def parts(schema: dict[str, Any], value: Any) -> list[tuple[Any, Any]]:
    """Where in a list or an object there is something to check, and by which schema."""
    if isinstance(value, list) and "items" in schema:
        return [(index, schema["items"]) for index in range(len(value))]
    if not isinstance(value, dict):
        return []
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise Problem(400, "BadTemplate", "properties or required of a schema are not what they should be")
    if missing := [name for name in required if isinstance(name, str) and name not in value]:
        raise Problem(400, "BadValue", f"missing: {', '.join(missing)}")
    return [(name, inner) for name, inner in properties.items() if name in value]


def is_a(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and value.is_integer() and kind == "integer":
        return True
    python = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None)}
    return kind in python and isinstance(value, python[kind])  # type: ignore[arg-type]


def matches(pattern: str, text: str) -> bool:
    # A repeated group can take for ever; none of the templates here needs one.
    if re.search(r"\)[*+{]", pattern):
        raise Problem(400, "BadTemplate", "repeated groups are not supported in patterns")
    try:
        return re.search(pattern, text[:2000]) is not None
    except (re.error, RecursionError, OverflowError):
        raise Problem(400, "BadTemplate", "a pattern is no regular expression") from None


# -------------------------------------------------------------------------------------------------------------- tasks

TASKS: dict[str, "Task"] = {}
CHANGED = threading.Condition()
WORKERS = threading.BoundedSemaphore(12)
DICE = random.Random(7)
NUMBERS = iter(range(40, 10**9, 3))


class Task:
    """Whoever reads or changes one holds CHANGED."""

    def __init__(self, ref: str, values: dict[str, Any]) -> None:
        self.id = ulid()
        self.ref = ref
        self.values = values
        self.status = "open"
        self.created = stamp()
        self.heartbeat: str | None = None
        self.ended: str | None = None
        self.cancelling = False
        self.events: list[tuple[int, dict[str, Any]]] = []

    def tell(self, type: str, **body: Any) -> None:
        event = {"type": type, "createdAt": stamp(), "body": body, "origin": "worker"}
        self.events.append((next(NUMBERS), event))
        CHANGED.notify_all()

    def end(self, status: str, **body: Any) -> None:
        self.status, self.ended = status, stamp()
        self.tell("completion", message=f"-- {status} --", **body)

    def json(self) -> dict[str, Any]:
        steps = [
            {"id": id, "name": f"{action} ({id})", "action": action, "input": {}, "optional": False}
            for id, action in STEPS[self.ref]
        ]
        found = {
            "status": self.status,
            "id": self.id,
            "createdAt": self.created,
            "spec": {
                "templateInfo": {"entityRef": self.ref},
                "steps": steps,
                "parameters": self.values,
                "output": {},
            },
        }
        optional = {"lastHeartbeatAt": self.heartbeat, "completedAt": self.ended}
        return found | {name: value for name, value in optional.items() if value}


def ulid() -> str:
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def work(task: Task) -> None:
    """The life of a task, in a thread of its own."""
    with CHANGED:
        CHANGED.wait_for(lambda: task.cancelling, DICE.uniform(0, 0.4))
    with WORKERS:
        steps = STEPS[task.ref]
        whole = 60.0 if task.ref.endswith("long-migration") else DICE.uniform(0.2, 3)
        for number, (id, action) in enumerate(steps):
            with CHANGED:
                if task.cancelling:
                    break
                if number == 0:
                    task.status = "processing"
                task.heartbeat = stamp()
                task.tell("log", stepId=id, message=f"[{number + 1}/{len(steps)}] {action}", status="processing")
            pause(task, whole / len(steps))
            with CHANGED:
                task.heartbeat = stamp()
                if task.ref.endswith("doomed-deploy"):
                    message = "no space left\r\non device"
                    task.tell("log", stepId=id, message=message, status="failed", level="error")
                    task.end("failed", error={"message": message})
                    return
                task.tell("log", stepId=id, message="", status="completed")
        with CHANGED:
            if task.cancelling:
                CHANGED.wait(DICE.uniform(0.05, 0.3))
                task.end("cancelled")
            else:
                task.end("completed", output={})


def pause(task: Task, seconds: float) -> None:
    until = time.monotonic() + seconds
    with CHANGED:
        while not task.cancelling and (left := until - time.monotonic()) > 0:
            CHANGED.wait_for(lambda: task.cancelling, min(left, 1.0))
            task.heartbeat = stamp()


# ----------------------------------------------------------------------------------------------------------- requests

Query = dict[str, list[str]]


def list_tasks(server: "Handler", query: Query) -> None:
    allow(query, "createdBy")
    with CHANGED:
        # Nobody is known to have created anything.
        tasks = [] if "createdBy" in query else [task.json() for task in reversed(TASKS.values())]
    server.answer(200, {"tasks": tasks, "count": len(tasks)})


def create_task(server: "Handler", query: Query) -> None:
    allow(query)
    body = server.body("templateRef", "values")
    ref = body["templateRef"]
    if not isinstance(ref, str) or not isinstance(body["values"], dict):
        raise Problem(400, "BadRequest", "templateRef is a string and values is an object")
    if not re.fullmatch(r"[^:/\s]+:[^:/\s]+/[^:/\s]+", ref):
        raise Problem(400, "BadRequest", "give the whole reference")
    if ref not in PAGES:
        raise Problem(404, "NotFound", "unknown template")
    for page in PAGES[ref]:
        check(page, body["values"], "values")
    task = Task(ref, body["values"])
    with CHANGED:
        TASKS[task.id] = task
    threading.Thread(target=work, args=(task,), daemon=True).start()
    server.answer(201, {"id": task.id})


def get_task(server: "Handler", query: Query, id: str) -> None:
    allow(query)
    with CHANGED:
        shown = find(id).json()
    server.answer(200, shown)


def cancel_task(server: "Handler", query: Query, id: str) -> None:
    allow(query)
    with CHANGED:
        find(id).cancelling = True
        CHANGED.notify_all()
    server.answer(200)


def get_logs(server: "Handler", query: Query, id: str) -> None:
    allow(query, "after")
    with CHANGED:
        task, position = find(id), after(query)
        events = [event for number, event in task.events if number > position]
    server.answer(200, events)


def get_events(server: "Handler", query: Query, id: str) -> None:
    allow(query, "after")
    with CHANGED:
        task = find(id)
        position = max(after(query), server.last_seen())
    server.start(200, {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"})
    if server.command == "HEAD":
        return
    server.wfile.write(b": welcome\r\nretry: 1500\r\n\r\n")
    while True:
        with CHANGED:
            new = [(number, event) for number, event in task.events if number > position]
            over = task.status in ENDED
            if not new and not over:
                CHANGED.wait(QUIET)
        for number, event in new:
            server.wfile.write(frame(number, event))
            position = number
        if over and not new:
            return
        if not new:
            server.wfile.write(b":\r\n")


def frame(number: int, event: dict[str, Any]) -> bytes:
    lines = [f"id: {number}", f"event: {event['type']}"]
    lines += [f"data:{line}" for line in json.dumps(event, indent=1, ensure_ascii=False).split("\n")]
    return "\r\n".join([*lines, "", ""]).encode()


def get_parameter_schema(server: "Handler", query: Query, namespace: str, kind: str, name: str) -> None:
    allow(query)
    ref = f"{kind}:{namespace}/{name}"
    if ref not in PAGES:
        raise Problem(404, "NotFound", "unknown template")
    server.answer(200, schema_of(ref))


def list_actions(server: "Handler", query: Query) -> None:
    allow(query)
    server.answer(200, ACTIONS)


def dry_run(server: "Handler", query: Query) -> None:
    allow(query)
    body = server.body("template", "values")
    template, values = body["template"], body["values"]
    if not isinstance(template, dict) or not isinstance(values, dict):
        raise Problem(400, "BadRequest", "template and values are objects")
    spec = template.get("spec")
    if not isinstance(spec, dict) or not isinstance(spec.get("steps"), list):
        raise Problem(400, "BadTemplate", "there are no steps")
    pages = spec.get("parameters") or []
    for page in pages if isinstance(pages, list) else [pages]:
        check(page, values, "values")
    files = workspace(body.get("directoryContents", []))
    known = {action["id"] for action in ACTIONS}
    steps, log = [], []
    for index, step in enumerate(spec["steps"]):
        if not isinstance(step, dict) or step.get("action") not in known:
            raise Problem(400, "BadTemplate", f"step {index} cannot be run here")
        id = step["id"] if isinstance(step.get("id"), str) else f"s{index}"
        name = step["name"] if isinstance(step.get("name"), str) else id
        steps.append({"id": id, "name": name, "status": "completed"})
        log.append({"type": "log", "body": {"message": f"{name} is fine", "stepId": id}})
    log.append({"type": "completion", "body": {"message": "that is all"}})
    contents = [{"path": path, "base64Content": text} for path, text in files.items()]
    server.answer(200, {"steps": steps, "log": log, "directoryContents": contents, "output": {"rehearsed": len(steps)}})


def workspace(contents: Any) -> dict[str, str]:
    if not isinstance(contents, list):
        raise Problem(400, "BadRequest", "directoryContents is an array")
    files = {}
    for file in contents:
        path, text = (file.get("path"), file.get("base64Content")) if isinstance(file, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(text, str):
            raise Problem(400, "BadRequest", "a file is a path with base64Content")
        if not re.fullmatch(r"(?!.*(^|/)\.{0,2}(/|$))[^\\\x00]+", path, re.DOTALL):
            raise Problem(400, "BadRequest", "a file lies outside")
        try:
            files[path] = base64.b64encode(base64.b64decode(text, validate=True)).decode()
        except (binascii.Error, ValueError):
            raise Problem(400, "BadRequest", "base64Content cannot be decoded") from None
    return files


def find(id: str) -> Task:
    if id not in TASKS:
        raise Problem(404, "NotFound", "unknown task")
    return TASKS[id]


def allow(query: Query, *names: str) -> None:
    if unknown := query.keys() - set(names):
        raise Problem(400, "BadRequest", f"not a parameter here: {min(unknown)[:50]}")
    if repeated := [name for name, values in query.items() if len(values) > 1]:
        raise Problem(400, "BadRequest", f"given twice: {repeated[0]}")


def after(query: Query) -> int:
    text = query.get("after", ["-1"])[0]
    if not re.fullmatch(r"-?\d{1,4000}", text, re.ASCII):
        raise Problem(400, "BadRequest", "after is an integer")
    return int(text)


Operation = Callable[..., None]
ROUTES: list[tuple[str, dict[str, Operation]]] = [
    ("/v2/tasks", {"GET": list_tasks, "POST": create_task}),
    ("/v2/tasks/([^/]+)", {"GET": get_task}),
    ("/v2/tasks/([^/]+)/cancel", {"POST": cancel_task}),
    ("/v2/tasks/([^/]+)/eventstream", {"GET": get_events}),
    ("/v2/tasks/([^/]+)/logs", {"GET": get_logs}),
    ("/v2/templates/([^/]+)/([^/]+)/([^/]+)/parameter-schema", {"GET": get_parameter_schema}),
    ("/v2/actions", {"GET": list_actions}),
    ("/v2/dry-run", {"POST": dry_run}),
]


class Handler(BaseHTTPRequestHandler):
    server_version = "acme"
    sys_version = ""
    timeout = 20

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def serve(self) -> None:
        self.content = b""
        with suppress(ConnectionError, TimeoutError):
            try:
                self.content = self.read()
                self.route()
            except Problem as problem:
                self.complain(problem)

    def route(self) -> None:
        path, _, search = self.path.partition("?")
        matches = [(re.fullmatch(f"{MOUNT}{pattern}/?", path), operations) for pattern, operations in ROUTES]
        found, operations = next((pair for pair in matches if pair[0]), (None, {}))
        if not found:
            raise Problem(404, "NotFound", "nothing is here")
        method = "GET" if self.command == "HEAD" else self.command
        if method not in operations:
            methods = ", ".join([*operations, *(["HEAD"] if "GET" in operations else [])])
            raise Problem(405, "BadMethod", f"only {methods}", Allow=methods)
        self.authenticate()
        query: Query = {}
        for name, value in parse_qsl(search, keep_blank_values=True):
            query.setdefault(name, []).append(value)
        operations[method](self, query, *(unquote(group) for group in found.groups()))

    def authenticate(self) -> None:
        credentials = self.headers.get_all("authorization") or []
        found = re.fullmatch(r"bearer +(\S+) *", credentials[0], re.IGNORECASE) if len(credentials) == 1 else None
        if found is None or found[1] not in TOKENS:
            raise Problem(401, "Unauthorized", "who are you?", **{"WWW-Authenticate": "Bearer"})

    def last_seen(self) -> int:
        """What a reader that comes back had already."""
        last = self.headers.get("last-event-id", "")
        return int(last) if re.fullmatch(r"\d{1,18}", last, re.ASCII) else -1

    def read(self) -> bytes:
        """The whole body, also one that nobody wants: a connection closed over unread bytes is reset."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            content = b"".join(self.chunks())
        else:
            length = self.headers.get("content-length", "0")
            if not re.fullmatch(r"\d{1,15}", length, re.ASCII):
                raise Problem(400, "BadRequest", "the length of the body is no number")
            content = self.take(int(length))
        return content

    def take(self, length: int) -> bytes:
        kept = bytearray()
        while length > 0 and (piece := self.rfile.read(min(length, 65536))):
            length -= len(piece)
            if len(kept) <= LONGEST_BODY:
                kept += piece
        return bytes(kept)

    def chunks(self) -> Iterator[bytes]:
        while size := self.chunk_size():
            yield self.take(size)
            self.rfile.readline(10)
        while self.rfile.readline(65536).strip():
            pass

    def chunk_size(self) -> int:
        line = self.rfile.readline(1000).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,12}", line):
            raise Problem(400, "BadRequest", "the chunks of the body make no sense")
        return int(line, 16)

    def body(self, *required: str) -> dict[str, Any]:
        if len(self.content) > LONGEST_BODY:
            raise Problem(413, "BadRequest", "too much")
        if self.headers.get_content_type() != "application/json":
            raise Problem(400, "BadRequest", "the body must be application/json")
        try:
            body = json.loads(self.content.decode("utf-8"), parse_constant=float, parse_float=float)
            json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Problem(400, "BadRequest", "the body is no JSON") from None
        if not isinstance(body, dict) or nesting(body) > MOST_NESTED:
            raise Problem(400, "BadRequest", "the body is no object, or too deep")
        if missing := [name for name in required if name not in body]:
            raise Problem(400, "BadRequest", f"missing: {', '.join(missing)}")
        hidden = body.get("secrets", {})
        if not isinstance(hidden, dict) or any(not isinstance(value, str) for value in hidden.values()):
            raise Problem(400, "BadRequest", "secrets are strings by name")
        return body

    def answer(self, status: int, body: Any = None, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        described = {"Content-Type": "application/json"} if content else {}
        self.start(status, described | {"Content-Length": str(len(content))} | headers)
        if self.command != "HEAD":
            self.wfile.write(content)

    def start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def complain(self, problem: Problem) -> None:
        error = {"error": {"name": problem.name, "message": str(problem)}}
        self.answer(problem.status, error, **problem.headers)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library refuses by itself: a request that is not HTTP, a line too long."""
        self.command = self.command or ""
        self.close_connection = True
        with suppress(ConnectionError, TimeoutError):
            self.answer(code, {"error": {"name": "BadRequest", "message": "this is not understood"}})

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


def nesting(value: Any) -> int:
    levels, level = 0, [value]
    while level:
        levels += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return levels


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def shutdown_request(self, request: Any) -> None:
        """Close without a reset: what the client still sends is read first."""
        try:
            request.shutdown(socket.SHUT_WR)
            request.settimeout(1.0)
            while request.recv(65536):
                pass
        except OSError:
            pass
        self.close_request(request)


def main() -> None:
    server = Server(("127.0.0.1", 0), Handler)
    print("http://{}:{}{}".format(*server.server_address, MOUNT), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
