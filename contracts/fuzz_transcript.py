"""Turns what the fuzzer tells, line by line, into exchanges."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.contract import Contract
from contracts.evidence import FuzzReport
from contracts.exchange import Exchange, Purpose, Request, Response, Trouble, TroubleKind
from contracts.sse import Decoder, Ending, StreamReading

NOT_OURS = frozenset({"x-schemathesis-testcaseid"})
MAY_WAIT = frozenset({"getTaskEventStream", "getTaskEvents"})
EVENT_STREAM = "text/event-stream"


class Transcript:
    """What the fuzzer has told so far. `offset` is what its clock is ahead of the session's."""

    def __init__(self, base_url: str, contract: Contract, offset: float) -> None:
        self._base = urlsplit(base_url).path.rstrip("/")
        self._contract = contract
        self._offset = offset
        self._cases = 0
        self._errors: list[str] = []
        self._reason: str | None = None
        self._pending: Mapping[str, Any] | None = None

    @property
    def in_flight(self) -> str | None:
        """The operation that is still to be answered, None if nothing is; undocumented ones have no name."""
        return None if self._pending is None else self._pending["operation"] or ""

    @property
    def in_flight_since(self) -> float | None:
        """Since which second of the session's clock."""
        return None if self._pending is None else self._pending["at"] - self._offset

    @property
    def is_over(self) -> bool:
        return self._reason is not None

    def take(self, line: bytes, number: int) -> Exchange | None:
        """Read one line; it may end an exchange, which then gets this number."""
        told = json.loads(line)
        match told["kind"]:
            case "started":
                self._pending = told
            case "ended":
                started, self._pending = self._pending, None
                if started is not None:
                    return self._exchange(started, told, number)
            case "error":
                self._errors.append(told["message"])
            case "end":
                self._reason = told["reason"]
        return None

    def report(self, *, hung: tuple[str, ...] = (), errors: tuple[str, ...] = ()) -> FuzzReport:
        """How it went."""
        return FuzzReport(
            self._cases,
            errors=tuple(dict.fromkeys((*self._errors, *errors))),
            hung=hung,
            completed=self._reason == "completed",
        )

    def _exchange(self, started: Mapping[str, Any], ended: Mapping[str, Any], number: int) -> Exchange | None:
        operation, trouble = started["operation"], self._trouble(ended)
        response = self._response(ended)
        if operation in MAY_WAIT and response is None and trouble and trouble.kind is TroubleKind.TIMEOUT:
            # The fuzzer does not wait for what may be silent for as long as it likes.
            return None
        self._cases += 1
        request = self._request(started)
        located = self._contract.locate(request.method, request.path)
        parameters: dict[str, str] = {}
        if located is not None and located[0].id == operation and not {"", ".", ".."} & set(located[1].values()):
            parameters = located[1]
        else:
            operation = None
        began, finished = started["at"] - self._offset, ended["at"] - self._offset
        stream = None
        if response is not None and response.status == 200 and response.media_type == EVENT_STREAM:
            stream = _reading(response.body, ended, began, finished)
            response = Response(response.status, response.headers)
        return Exchange(
            number,
            Purpose.FUZZED,
            operation,
            request,
            response,
            began,
            finished,
            parameters,
            stream,
            trouble,
            started["label"],
        )

    def _request(self, started: Mapping[str, Any]) -> Request:
        url = urlsplit(started["url"])
        return Request(
            started["method"],
            url.path.removeprefix(self._base),
            tuple(parse_qsl(url.query, keep_blank_values=True, errors="surrogateescape")),
            tuple((name, value) for name, value in started["headers"] if name.lower() not in NOT_OURS),
            _decoded(started["body"]),
        )

    @staticmethod
    def _response(ended: Mapping[str, Any]) -> Response | None:
        if ended.get("status") is None:
            return None
        headers = tuple((name.lower(), value) for name, value in ended["headers"])
        return Response(ended["status"], headers, _decoded(ended.get("body")) or b"")

    @staticmethod
    def _trouble(ended: Mapping[str, Any]) -> Trouble | None:
        return Trouble(TroubleKind[ended["trouble"]], ended["detail"]) if ended.get("trouble") else None


def _reading(content: bytes, ended: Mapping[str, Any], began: float, finished: float) -> StreamReading:
    decoder = Decoder()
    frames = decoder.feed(content, finished)
    if ended.get("trouble"):
        ending = Ending.BROKEN
    elif ended.get("cut"):
        ending = Ending.STOPPED
    else:
        ending = Ending.CLOSED
        decoder.finish()
    return StreamReading(tuple(frames), ending, began, finished, decoder.comments, tuple(decoder.problems))


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
