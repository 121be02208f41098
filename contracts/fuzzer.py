"""The fuzzer: a program of its own, so that it can be killed when the target hangs it.

Reads its order from standard input and tells on standard output what happens, a JSON object on each line: each
request as it goes out (`started`), what became of it (`ended`), what went wrong with the fuzzing itself (`error`) and
the end (`end`). Nothing of the place it runs in is read.
"""

import base64
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

import requests
import schemathesis
import urllib3
from schemathesis import engine
from schemathesis.core.transport import Response
from schemathesis.engine import events
from schemathesis.engine.errors import ServerUnavailable, UnhealthyAPIError, UnresponsiveOperationError
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

from contracts.fuzz_order import FuzzOrder

REQUEST_TIMEOUT = 10.0
# How long a stream is read: one that stays open costs as much each time.
STREAM_TIMEOUT = 1.0
MOST_STREAM_EVENTS = 60
MOST_STEPS = 10
# Answers without an end cost REQUEST_TIMEOUT each; so many have shown what there is to see.
MOST_ENDLESS = 2
UNDOCUMENTED_METHODS = ["PUT", "PATCH", "TRACE"]
CHANGES = ("createTask", "cancelTask", "retryTask", "dryRunTask")
# Their answers come when something happens: nobody waits for that here, and not often.
MAY_WAIT = ("getTaskEventStream", "getTaskEvents")
MOST_WAITS = 5
LONGEST_BODY = 16 * 1024 * 1024
CHUNK = 64 * 1024
RUNS_A_TEMPLATE = ("createTask", "retryTask")
NO_SUCH = "-no-such-one"


FuzzCase = Case[Any]
NO_POOL = urllib3.HTTPConnectionPool("localhost")

FAULTS_OF_THE_TARGET = (
    requests.RequestException,
    ServerUnavailable,
    UnhealthyAPIError,
    UnresponsiveOperationError,
)


def settings(order: FuzzOrder) -> dict[str, Any]:
    """All that the engine is to know, so that it looks for nothing in files and environment."""
    waiting = [{"include-operation-id": name, "request-timeout": STREAM_TIMEOUT} for name in MAY_WAIT]
    return {
        "base-url": order.base_url,
        "headers": dict(order.headers),
        "tls-verify": order.verify,
        "seed": order.seed,
        "workers": 1,
        "continue-on-failure": True,
        "request-timeout": REQUEST_TIMEOUT,
        "max-redirects": 0,
        "max-stream-events": MOST_STREAM_EVENTS,
        "cache": {"enabled": False},
        "warnings": False,
        "generation": {
            "max-examples": order.max_examples,
            "database": "none",
            "no-shrink": True,
            "with-security-parameters": False,
        },
        # What comes back is judged elsewhere, by rules that know the contract better than the generator does.
        "checks": {"enabled": False, "not_a_server_error": {"enabled": True}},
        "phases": {
            # A task id that an answer showed may belong to somebody else: no other request is made of it.
            "examples": {"extra-data-sources": {"responses": False}},
            "coverage": {
                "unexpected-methods": [] if order.read_only else UNDOCUMENTED_METHODS,
                "extra-data-sources": {"responses": False},
            },
            "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
            "stateful": {
                "enabled": order.creation is not None,
                "max-steps": MOST_STEPS,
                "inference": {"algorithms": []},
                "generation": {"mode": "positive", "max-examples": max(1, order.tasks - 1)},
            },
        },
        "operations": [*waiting, *({"include-operation-id": name, "enabled": False} for name in left_out(order))],
    }


def left_out(order: FuzzOrder) -> tuple[str, ...]:
    """The operations that are not fuzzed."""
    return CHANGES if order.read_only else ()


class TooLong(requests.RequestException):
    """A body longer than anybody wants to read."""


class Fuzzer:
    """Lets the engine loose on the target, under control."""

    def __init__(self, order: FuzzOrder, out: IO[bytes]) -> None:
        self._order = order
        self._out = out
        self._turn = threading.Lock()
        self._own = set(order.own)
        self._made: set[str] = set()
        self._waits = 0
        self._created = 0
        self._endless = 0
        self._sent = 0
        self._pending: requests.PreparedRequest | None = None
        self._response: requests.Response | None = None
        self._trouble: Exception | None = None
        self._case: FuzzCase | None = None
        self._stream: engine.core.EventStream | None = None

    def run(self) -> None:
        self._take_part()
        config = schemathesis.Config.from_dict(settings(self._order))
        schema = schemathesis.openapi.from_dict(dict(self._order.document), config=config)
        self._stream = engine.from_schema(schema).execute()
        reason = ""
        for event in self._stream:
            if isinstance(event, events.NonFatalError) and not isinstance(event.value, FAULTS_OF_THE_TARGET):
                self._tell("error", message=f"{event.label}: {event.info.title}: {event.info.message}"[:500])
            elif isinstance(event, events.FatalError):
                self._tell("error", message=repr(event.exception)[:500])
            elif isinstance(event, events.EngineFinished):
                reason = str(event.stop_reason)
        self._conclude()
        self._tell("end", reason=reason)

    def _take_part(self) -> None:
        @schemathesis.hook
        def before_call(context: HookContext, case: FuzzCase, kwargs: dict[str, Any]) -> None:  # noqa: ARG001
            self._prepare(case)

        @schemathesis.hook
        def after_call(context: HookContext, case: FuzzCase, response: Response) -> None:  # noqa: ARG001
            self._finish(case, response)

        @schemathesis.hook
        def after_network_error(context: HookContext, case: FuzzCase, request: requests.PreparedRequest) -> None:  # noqa: ARG001
            self._conclude()

        send = requests.Session.send

        def watched(session: requests.Session, request: requests.PreparedRequest, **rest: Any) -> requests.Response:
            if self._case is None:
                # Before its first case the engine tries out things of its own, which are nobody's business.
                return _nothing(request)
            self._start(request, self._case)
            try:
                self._response = send(session, request, **rest)
                if not is_event_stream(self._response):
                    _read(self._response)
            except Exception as error:
                self._trouble = error
                raise
            return self._response

        requests.Session.send = watched  # type: ignore[method-assign, assignment]

    def _prepare(self, case: FuzzCase) -> None:
        self._conclude()
        self._case = case
        match operation_id(case):
            case "createTask":
                case.body = self._harmless(case)
            case "cancelTask":
                task_id = case.path_parameters.get("taskId")
                if task_id not in self._own:
                    case.path_parameters["taskId"] = f"{task_id}{NO_SUCH}"
            case "retryTask":
                task_id = case.path_parameters.get("taskId")
                if task_id not in self._made or self._created >= self._order.tasks:
                    case.path_parameters["taskId"] = f"{task_id}{NO_SUCH}"
            case "getTaskEvents" if self._waits >= MOST_WAITS:
                case.path_parameters["taskId"] = f"{case.path_parameters.get('taskId')}{NO_SUCH}"

    def _harmless(self, case: FuzzCase) -> Any:
        """A body that creates a task only of the template that it may be created of."""
        body, creation = case.body, self._order.creation
        may_create = creation is not None and self._created < self._order.tasks
        if may_create and case.meta is not None and case.meta.phase.name.value == "stateful":
            return dict(cast("Mapping[str, Any]", creation))
        if (
            not isinstance(body, dict)
            or not isinstance(body.get("templateRef"), str)
            or (may_create and body == creation)
        ):
            return body
        return {**body, "templateRef": f"{body['templateRef']}{NO_SUCH}"} if body["templateRef"] else body

    def _start(self, request: requests.PreparedRequest, case: FuzzCase) -> None:
        self._pending, self._response, self._trouble = request, None, None
        self._sent += 1
        body = request.body.encode() if isinstance(request.body, str) else request.body
        self._tell(
            "started",
            number=self._sent,
            at=time.monotonic(),
            operation=operation_id(case),
            label=_label(case),
            method=request.method,
            url=request.url,
            headers=[[name, _text(value)] for name, value in request.headers.items()],
            body=_encoded(body) if isinstance(body, bytes) else None,
        )

    def _finish(self, case: FuzzCase, response: Response) -> None:
        self._pending = None
        self._tell(
            "ended",
            number=self._sent,
            at=time.monotonic(),
            status=response.status_code,
            headers=[[name, value] for name, values in response.headers.items() for value in values],
            body=_encoded(response.content),
            cut=response.stream_cut_short,
        )
        if operation_id(case) in RUNS_A_TEMPLATE and 200 <= response.status_code < 300:
            self._created += 1
            if operation_id(case) == "createTask":
                self._made.add(_created_id(response))
                self._own |= self._made
            if self._created > self._order.tasks:
                self._stop()

    def _conclude(self) -> None:
        """A request that nothing more will be heard of has failed."""
        if self._pending is None:
            return
        self._pending = None
        kind, detail = _trouble(self._trouble)
        head = self._response
        # It may have been done all the same.
        self._created += self._case is not None and self._case.body == self._order.creation
        self._endless += kind in {"TIMEOUT", "TOO_LONG"} and not self._may_wait()
        self._waits += kind == "TIMEOUT" and self._may_wait()
        if self._endless >= MOST_ENDLESS:
            self._stop()
        self._tell(
            "ended",
            number=self._sent,
            at=time.monotonic(),
            trouble=kind,
            detail=detail,
            status=None if head is None else head.status_code,
            headers=[] if head is None else list(head.headers.items()),
        )

    def _may_wait(self) -> bool:
        return self._case is not None and operation_id(self._case) in MAY_WAIT and self._response is None

    def _stop(self) -> None:
        if self._stream is not None:
            self._stream.stop()

    def _tell(self, kind: str, **rest: Any) -> None:
        with self._turn:
            self._out.write(json.dumps({"kind": kind, **rest}).encode() + b"\n")
            self._out.flush()


def operation_id(case: FuzzCase) -> str | None:
    """The operationId that a case is for, None if it uses another method."""
    if case.method.upper() != case.operation.method.upper():
        return None
    return cast("str", case.operation.definition.raw["operationId"])


def is_event_stream(response: requests.Response) -> bool:
    return response.headers.get("Content-Type", "").lower().startswith("text/event-stream")


def _read(response: requests.Response) -> None:
    """Read the whole body, but neither for ever nor without end: the library would."""
    began, content = time.monotonic(), bytearray()
    for chunk in _chunks(response):
        content += chunk
        if len(content) > LONGEST_BODY:
            raise TooLong(f"more than {LONGEST_BODY} bytes", request=response.request)
        if time.monotonic() - began > REQUEST_TIMEOUT:
            # In the words of the library, which the engine takes apart.
            said = f"Read timed out. (read timeout={REQUEST_TIMEOUT})"
            late = urllib3.exceptions.ReadTimeoutError(NO_POOL, response.url, said)
            raise requests.ReadTimeout(late, request=response.request)
    # The library keeps the body there once it has read it.
    response._content = bytes(content)
    response._content_consumed = True


def _nothing(request: requests.PreparedRequest) -> requests.Response:
    """An answer that nobody gave."""
    response = requests.Response()
    response.status_code, response.request, response.url = 404, request, str(request.url)
    response._content = b""
    return response


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """What has come so far, as it comes."""
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            yield chunk
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error, request=response.request) from error
    except urllib3.exceptions.ProtocolError as error:
        raise requests.exceptions.ChunkedEncodingError(error, request=response.request) from error
    except urllib3.exceptions.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error, request=response.request) from error


def _label(case: FuzzCase) -> str:
    return "" if case.meta is None else f"{case.meta.phase.name.value}, {case.meta.generation.mode.value}"


def _created_id(response: Response) -> str:
    try:
        return str(response.json()["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _trouble(error: Exception | None) -> tuple[str, str]:
    if error is None:
        return "BROKEN", "the body broke off"
    detail = f"{type(error).__name__}: {error}"[:200]
    if isinstance(error, TooLong):
        return "TOO_LONG", detail
    if isinstance(error, requests.Timeout):
        return "TIMEOUT", f"after {REQUEST_TIMEOUT:g} seconds"
    if "BadStatusLine" in detail or "LineTooLong" in detail or isinstance(error, requests.exceptions.InvalidHeader):
        return "GARBAGE", detail
    if isinstance(error, requests.ConnectionError) and "NewConnectionError" in detail:
        return "UNREACHABLE", detail
    return "BROKEN", detail


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def main() -> None:
    """Run one order."""
    out = os.fdopen(os.dup(1), "wb")
    # Whatever else writes to standard output must not come between the lines.
    os.dup2(2, 1)
    Fuzzer(FuzzOrder.from_json(sys.stdin.buffer.read()), out).run()


if __name__ == "__main__":
    main()
