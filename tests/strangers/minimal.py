"""A Scaffolder API as somebody else would write it: Starlette, coroutines that really run, everything in memory.

Task ids count from 1, so do the events of each task; tasks wait in a queue and then take about a second. The
parameter schema is a plain JSON Schema, some events are of a type of their own, errors say more than they must, a
heartbeat is never told. `python -m tests.strangers.minimal` prints its base URL and serves until it is stopped.
"""

import asyncio
import base64
import binascii
import hmac
import json
import math
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

MOUNT = "/api/scaffolder"
TOKEN = "minimal-0b51c7e2"
USER = "user:default/ada"
LARGEST_BODY = 2 * 1024 * 1024
DEEPEST = 60
IN_THE_QUEUE = 0.25
WORKERS = 6
KEEP_ALIVE = 0.7


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, name: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message
        self.details = details


@dataclass(frozen=True)
class Step:
    id: str
    name: str
    action: str
    input: dict[str, Any]
    seconds: float = 0.3
    fails: bool = False


@dataclass(frozen=True)
class Template:
    ref: str
    schema: dict[str, Any]
    steps: tuple[Step, ...]


TEMPLATES = {
    template.ref: template
    for template in (
        Template(
            "template:tools/new-service",
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "A new service",
                "type": "object",
                "required": ["name", "language", "replicas"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "title": "Name", "pattern": "^[a-z][a-z0-9-]{2,30}$"},
                    "language": {"type": "string", "title": "Language", "enum": ["go", "kotlin", "rust"]},
                    "replicas": {"type": "integer", "title": "Replicas", "minimum": 2, "maximum": 5},
                    "labels": {"type": "array", "items": {"type": "string", "minLength": 1}},
                },
            },
            (
                Step("skeleton", "Lay out the files", "files:copy", {"from": "skeleton"}),
                Step("names", "Fill in the names", "files:replace", {"pattern": "NAME"}),
                Step("push", "Push", "git:push", {"branch": "main"}),
            ),
        ),
        Template(
            "template:tools/rebuild-index",
            {"type": "object", "title": "Rebuild the search index", "properties": {"full": {"type": "boolean"}}},
            tuple(Step(f"shard-{n}", f"Shard {n}", "index:build", {"shard": n}, seconds=5.0) for n in range(12)),
        ),
        Template(
            "template:tools/import-legacy",
            {
                "type": "object",
                "required": ["system"],
                "properties": {"system": {"type": "string", "minLength": 3, "maxLength": 12}},
            },
            (
                Step("read", "Read the old system", "legacy:read", {}),
                Step("convert", "Convert", "legacy:convert", {"strict": True}, fails=True),
                Step("push", "Push", "git:push", {"branch": "main"}),
            ),
        ),
    )
}

ACTIONS = [
    {
        "id": "files:copy",
        "description": "Copies a folder into the workspace.",
        "schema": {
            "input": {"type": "object", "required": ["from"], "properties": {"from": {"type": "string"}}},
            "output": {"type": "object", "properties": {"files": {"type": "integer"}}},
        },
        "since": "1.0",
    },
    {"id": "files:replace", "description": "Replaces text in files.", "schema": {"input": {"type": "object"}}},
    {"id": "files:write", "schema": {"input": {"type": "object", "required": ["path", "text"]}}},
    {"id": "debug:log", "schema": {"input": {"type": "object", "properties": {"message": {"type": "string"}}}}},
    {"id": "git:push", "description": "Pushes the workspace.", "schema": {"input": {}, "output": {}}},
    {"id": "index:build"},
    {"id": "legacy:read", "description": "Reads."},
    {"id": "legacy:convert", "description": ""},
]
ACTION_IDS = {action["id"] for action in ACTIONS}


@dataclass(eq=False)
class Task:
    """A task and the coroutine that runs it; `news` is set, and replaced, whenever something happened to it."""

    id: str
    template: Template
    values: dict[str, Any]
    created: str = field(default_factory=lambda: now())
    status: str = "open"
    completed: str | None = None
    output: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    running: asyncio.Task[None] | None = None

    def tell(self, kind: str, **body: Any) -> None:
        self.events.append(
            {"id": len(self.events) + 1, "taskId": self.id, "type": kind, "createdAt": now(), "body": body}
        )
        news, self.news = self.news, asyncio.Event()
        news.set()

    def end(self, status: str, **body: Any) -> None:
        """Nothing may come between the last event and the status."""
        self.status = status
        self.completed = now()
        self.tell("completion", message=f"this task {status}", status=status, **body)

    @property
    def ended(self) -> bool:
        return self.completed is not None

    def shown(self) -> dict[str, Any]:
        spec: dict[str, Any] = {
            "apiVersion": "tools/v3",
            "templateInfo": {"entityRef": self.template.ref, "version": 4},
            "steps": [
                {"id": step.id, "name": step.name, "action": step.action, "input": step.input}
                for step in self.template.steps
            ],
            "parameters": self.values,
        }
        if self.output is not None:
            spec["output"] = self.output
        shown = {"id": self.id, "spec": spec, "status": self.status, "createdAt": self.created, "createdBy": USER}
        if self.completed:
            shown["completedAt"] = self.completed
        return shown


def now() -> str:
    return datetime.now(UTC).isoformat()


class Runner:
    """Runs tasks, so many at a time; the others wait."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self._workers = asyncio.Semaphore(WORKERS)

    def create(self, template: Template, values: dict[str, Any]) -> Task:
        task = Task(str(len(self.tasks) + 1), template, values)
        self.tasks[task.id] = task
        task.running = asyncio.create_task(self._run(task))
        return task

    def cancel(self, task: Task) -> None:
        if task.ended:
            return
        task.tell("cancelled", message="somebody asked for it to be cancelled")
        task.end("cancelled", error={"name": "Cancelled", "message": "cancelled on request"})
        if task.running:
            task.running.cancel()

    async def _run(self, task: Task) -> None:
        await asyncio.sleep(IN_THE_QUEUE)
        async with self._workers:
            task.status = "processing"
            task.tell("log", message=f"{len(task.template.steps)} steps to go")
            for step in task.template.steps:
                task.tell("step", stepId=step.id, status="processing")
                await self._do(task, step)
                if step.fails:
                    task.tell("log", stepId=step.id, status="failed", message="line 3 makes no sense\n  at line 3")
                    task.end("failed", error={"name": "ConversionError", "message": "line 3 makes no sense"})
                    return
                task.tell("step", stepId=step.id, status="completed")
            task.output = {"links": [{"title": "Where it is", "url": f"https://git.example/{task.id}"}]}
            task.end("completed", output=task.output)

    async def _do(self, task: Task, step: Step) -> None:
        for part in range(1, 4):
            await asyncio.sleep(step.seconds / 3)
            task.tell("log", stepId=step.id, message=f"{step.name}: {part} of 3 ✓")


class Api:
    """The operations of the document."""

    def __init__(self) -> None:
        self._runner: Runner | None = None

    @property
    def runner(self) -> Runner:
        self._runner = self._runner or Runner()
        return self._runner

    async def list_tasks(self, request: Request) -> Response:
        wanted = request.query_params.get("createdBy")
        shown = [task.shown() for task in self.runner.tasks.values()]
        return JSONResponse({"tasks": [task for task in shown if wanted is None or task["createdBy"] == wanted]})

    async def create_task(self, request: Request) -> Response:
        body = await read_object(request, templateRef=str, values=dict)
        check_secrets(body)
        template = TEMPLATES.get(full_ref(body["templateRef"]))
        if template is None:
            raise Refused(404, "NoSuchTemplate", "there is no such template", templateRef=body["templateRef"][:100])
        check_values(template.schema, body["values"])
        task = self.runner.create(template, body["values"])
        return JSONResponse({"id": task.id}, 201, {"Location": f"{MOUNT}/v2/tasks/{task.id}"})

    async def get_task(self, request: Request) -> Response:
        return JSONResponse(self.task(request).shown())

    async def cancel_task(self, request: Request) -> Response:
        task = self.task(request)
        self.runner.cancel(task)
        return JSONResponse({"status": task.status})

    async def event_stream(self, request: Request) -> Response:
        task, after = self.task(request), read_after(request)
        return StreamingResponse(frames(task, after), media_type="text/event-stream")

    async def logs(self, request: Request) -> Response:
        task, after = self.task(request), read_after(request)
        return JSONResponse([event for event in task.events if event["id"] > after])

    async def parameter_schema(self, request: Request) -> Response:
        parts = request.path_params
        template = TEMPLATES.get(f"{parts['kind']}:{parts['namespace']}/{parts['name']}".lower())
        if template is None:
            raise Refused(404, "NoSuchTemplate", "there is no such template")
        return JSONResponse(template.schema)

    async def list_actions(self, request: Request) -> Response:
        return JSONResponse(ACTIONS)

    async def dry_run(self, request: Request) -> Response:
        body = await read_object(request, template=dict, values=dict)
        check_secrets(body)
        return JSONResponse(rehearse(body["template"], body["values"], body.get("directoryContents", [])))

    def task(self, request: Request) -> Task:
        found = self.runner.tasks.get(request.path_params["task_id"])
        if found is None:
            raise Refused(404, "NoSuchTask", "no task goes by this id")
        return found


async def frames(task: Task, after: int) -> AsyncIterator[str]:
    """The events behind `after`, as they happen, until the task has ended; a comment where nothing happens."""
    sent = 0
    yield ": hello\n\n"
    while True:
        news = task.news
        while sent < len(task.events):
            event = task.events[sent]
            sent += 1
            if event["id"] > after:
                yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
        if task.ended and sent == len(task.events):
            return
        try:
            await asyncio.wait_for(news.wait(), KEEP_ALIVE)
        except TimeoutError:
            yield ": still here\n\n"


async def read_object(request: Request, **required: type) -> dict[str, Any]:
    """The body, which is an object with at least these members. Raises Refused."""
    content = bytearray()
    async for chunk in request.stream():
        if len(content) <= LARGEST_BODY:
            content += chunk
    if len(content) > LARGEST_BODY:
        raise Refused(413, "TooLarge", f"a body may have {LARGEST_BODY} bytes")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "WrongMediaType", "send application/json")
    try:
        body = json.loads(content.decode("utf-8"), parse_constant=refuse_constant, parse_float=finite)
        # Half a surrogate pair is valid in JSON and cannot be written as UTF-8.
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(400, "NotJson", "the body is not JSON") from None
    if depth_exceeds(body, DEEPEST):
        raise Refused(400, "TooDeep", f"more than {DEEPEST} levels")
    if not isinstance(body, dict):
        raise Refused(400, "WrongType", "the body must be an object")
    for name, kind in required.items():
        if not isinstance(body.get(name), kind):
            raise Refused(400, "WrongType", f"{name} is missing or not of the right type", member=name)
    return body


def refuse_constant(text: str) -> None:
    raise ValueError(text)


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in inside(outer)]
        if not level:
            return False
    return True


def inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def check_secrets(body: dict[str, Any]) -> None:
    secrets = body.get("secrets", {})
    if not isinstance(secrets, dict) or not all(isinstance(value, str) for value in secrets.values()):
        raise Refused(400, "WrongType", "secrets must be an object of strings", member="secrets")


def full_ref(ref: str) -> str:
    match = re.fullmatch(r"(?:([\w.-]+):)?(?:([\w.-]+)/)?([\w.-]+)", ref)
    if match is None:
        raise Refused(400, "WrongReference", "a reference reads kind:namespace/name", member="templateRef")
    return f"{match[1] or 'template'}:{match[2] or 'default'}/{match[3]}".lower()


def read_after(request: Request) -> int:
    values = request.query_params.getlist("after")
    if not values:
        return 0
    if len(values) > 1 or not re.fullmatch(r"-?[0-9]+", values[0]):
        raise Refused(400, "WrongType", "after must be one integer", parameter="after")
    return int(values[0]) if len(values[0]) < 20 else -1 if values[0].startswith("-") else 2**63


def check_values(schema: Any, values: dict[str, Any]) -> None:
    wrong = list(objections(schema, values, "values"))
    if wrong:
        raise Refused(400, "WrongValues", "; ".join(wrong[:5]), problems=wrong[:20])


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == int(value),
}


def objections(schema: Any, value: Any, where: str) -> Iterator[str]:
    """What is wrong with a value, by the part of JSON Schema that templates here are written in."""
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind] if kind is not None else []
    if kinds and not any(isinstance(one, str) and one in TYPES and TYPES[one](value) for one in kinds):
        yield f"{where} must be {' or '.join(map(str, kinds))}"
        return
    if isinstance(schema.get("enum"), list) and value not in schema["enum"]:
        yield f"{where} is none of the choices"
    if isinstance(value, str):
        yield from text_objections(schema, value, where)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if is_number(schema.get("minimum")) and value < schema["minimum"]:
            yield f"{where} is too small"
        if is_number(schema.get("maximum")) and value > schema["maximum"]:
            yield f"{where} is too large"
    if isinstance(value, list):
        yield from size_objections(schema, "Items", len(value), where)
        for number, item in enumerate(value):
            yield from objections(schema.get("items"), item, f"{where}[{number}]")
    if isinstance(value, dict):
        yield from object_objections(schema, value, where)


def text_objections(schema: dict[str, Any], value: str, where: str) -> Iterator[str]:
    yield from size_objections(schema, "Length", len(value), where)
    if isinstance(schema.get("pattern"), str) and not compiled(schema["pattern"]).search(value[:1000]):
        yield f"{where} does not match {schema['pattern']}"


def size_objections(schema: dict[str, Any], of: str, size: int, where: str) -> Iterator[str]:
    if is_number(schema.get(f"min{of}")) and size < schema[f"min{of}"]:
        yield f"{where} is too short"
    if is_number(schema.get(f"max{of}")) and size > schema[f"max{of}"]:
        yield f"{where} is too long"


def object_objections(schema: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
    properties = schema["properties"] if isinstance(schema.get("properties"), dict) else {}
    required = schema["required"] if isinstance(schema.get("required"), list) else []
    for name in required:
        if isinstance(name, str) and name not in value:
            yield f"{where}.{name} is missing"
    for name, inner in value.items():
        if name in properties:
            yield from objections(properties[name], inner, f"{where}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}.{name} is not known"


def compiled(pattern: str) -> re.Pattern[str]:
    unusable = Refused(400, "WrongTemplate", "a pattern of the template cannot be used")
    # What could take for ever is not even tried.
    if len(pattern) > 500 or re.search(r"[+*}]\)?[+*{]|\|[^()]*\)[+*{]", pattern):
        raise unusable
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise unusable from None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def rehearse(template: dict[str, Any], values: dict[str, Any], contents: Any) -> dict[str, Any]:
    """Go through the steps of a template and touch nothing but the files that were sent."""
    spec = template.get("spec")
    steps = spec.get("steps") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(steps, list):
        raise Refused(400, "WrongTemplate", "a template has spec.steps", member="template")
    pages = spec.get("parameters", [])
    for page in pages if isinstance(pages, list) else [pages]:
        check_values(page, values)
    files = read_files(contents)
    log, done = [], []
    for number, step in enumerate(steps, 1):
        if not isinstance(step, dict) or step.get("action") not in ACTION_IDS:
            raise Refused(400, "WrongTemplate", f"step {number} names no action of this server")
        id, name = str(step.get("id") or f"step-{number}"), str(step.get("name") or step["action"])
        log.append(entry(id, "processing", f"would run {step['action']}"))
        given = rendered(step.get("input"), values)
        if step["action"] == "files:write":
            write(files, given)
        if isinstance(given, dict) and isinstance(given.get("message"), str):
            log.append(entry(id, "processing", given["message"]))
        log.append(entry(id, "completed", f"{name}: nothing was really done"))
        done.append({"id": id, "name": name, "action": step["action"], "status": "completed"})
    output = spec.get("output")
    return {
        "log": log,
        "directoryContents": [
            {"path": path, "base64Content": base64.b64encode(content).decode(), "executable": False}
            for path, content in sorted(files.items())
        ],
        "steps": done,
        "output": rendered(output, values) if isinstance(output, dict) else {},
    }


def entry(step: str, status: str, message: str) -> dict[str, Any]:
    return {"type": "log", "createdAt": now(), "body": {"stepId": step, "status": status, "message": message}}


def read_files(contents: Any) -> dict[str, bytes]:
    if not isinstance(contents, list):
        raise Refused(400, "WrongType", "directoryContents must be an array", member="directoryContents")
    files: dict[str, bytes] = {}
    for item in contents:
        path = item.get("path") if isinstance(item, dict) else None
        encoded = item.get("base64Content") if isinstance(item, dict) else None
        if not isinstance(path, str) or not isinstance(encoded, str):
            raise Refused(400, "WrongType", "a file has path and base64Content", member="directoryContents")
        try:
            files[inside_workspace(path)] = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, "WrongType", "base64Content is not base64", member="directoryContents") from None
    return files


def inside_workspace(path: str) -> str:
    parts = path.split("/")
    if not path or "\0" in path or "\\" in path or any(part in {"", ".", ".."} for part in parts):
        raise Refused(400, "WrongPath", "a file must be inside the workspace", member="directoryContents")
    return path


def write(files: dict[str, bytes], given: Any) -> None:
    if not isinstance(given, dict) or not isinstance(given.get("path"), str) or not isinstance(given.get("text"), str):
        raise Refused(400, "WrongTemplate", "files:write needs path and text")
    files[inside_workspace(given["path"])] = given["text"].encode("utf-8", "replace")


def rendered(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: rendered(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [rendered(inner, values) for inner in value]
    if isinstance(value, str):
        return re.sub(r"\$\{\{\s*parameters\.(\w+)\s*\}\}", lambda found: str(values.get(found[1], "")), value)
    return value


def refusal(request: Request, error: Exception) -> Response:
    """Errors say more than the document asks for."""
    if isinstance(error, HTTPException):
        error_headers = dict(error.headers or {})
        error = Refused(error.status_code, "NotServed", error.detail.lower())
    else:
        error_headers = {}
    assert isinstance(error, Refused)
    if error.status == 401:
        error_headers["WWW-Authenticate"] = 'Bearer realm="scaffolder"'
    body = {
        "error": {"name": error.name, "message": error.message, "details": error.details, "retryable": False},
        "timestamp": now(),
        "status": error.status,
    }
    return JSONResponse(body, error.status, error_headers)


class Gate:
    """Lets nobody in without the token, wherever they want to go."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            given = request.headers.getlist("authorization")
            scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
            known = hmac.compare_digest(token.strip(" ").encode("latin-1", "replace"), TOKEN.encode())
            if scheme.lower() != "bearer" or not known:
                problem = "a token is needed" if not given else "this token is not known here"
                answer = refusal(request, Refused(401, "NotSignedIn", problem))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


Operation = Callable[[Request], Awaitable[Response]]


def resource(path: str, **operations: Operation) -> Route:
    """One route for all methods of a path, so that a wrong one is told all the right ones."""

    async def dispatch(request: Request) -> Response:
        return await operations["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, dispatch, methods=list(operations))


def application() -> ASGIApp:
    api = Api()
    app = Starlette(
        routes=[
            Mount(
                MOUNT,
                routes=[
                    resource("/v2/tasks", GET=api.list_tasks, POST=api.create_task),
                    resource("/v2/tasks/{task_id}", GET=api.get_task),
                    resource("/v2/tasks/{task_id}/cancel", POST=api.cancel_task),
                    resource("/v2/tasks/{task_id}/eventstream", GET=api.event_stream),
                    resource("/v2/tasks/{task_id}/logs", GET=api.logs),
                    resource("/v2/templates/{namespace}/{kind}/{name}/parameter-schema", GET=api.parameter_schema),
                    resource("/v2/actions", GET=api.list_actions),
                    resource("/v2/dry-run", POST=api.dry_run),
                ],
            )
        ],
        exception_handlers={Refused: refusal, HTTPException: refusal},
    )
    return Gate(app)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print("http://{}:{}{}".format(*listener.getsockname(), MOUNT), flush=True)
    uvicorn.Server(uvicorn.Config(application(), log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
