"""What was sent and what came back: the atoms of the evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property, lru_cache
from typing import Any, Final

from contracts.events import Event, events_of_entries, events_of_frames
from contracts.sse import StreamReading


class Purpose(StrEnum):
    """Why a request was made; what an answer to it must be depends on it."""

    ORDINARY = "as a client would"
    FUZZED = "fuzzed"
    WITHOUT_TOKEN = "without a token"  # noqa: S105
    WRONG_TOKEN = "with a wrong token"  # noqa: S105
    WRONG_SCHEME = "with the token under a wrong scheme"
    ODD_CASING = "with the scheme in odd casing"
    UNKNOWN_TASK = "of an unknown task"
    UNKNOWN_TEMPLATE = "of an unknown template"
    FILTERED = "filtered"
    PAGED = "page by page"
    MALFORMED_PARAMETER = "with a malformed parameter"
    EDGE_PARAMETER = "with a parameter at its edge"
    MALFORMED_BODY = "with a body that the document does not allow"
    REFUSED_VALUES = "with values that the template refuses"
    UNDOCUMENTED_METHOD = "with an undocumented method"
    UNKNOWN_PATH = "of an undocumented path"
    HOSTILE = "hostile"
    PARALLEL = "in parallel"
    RACE = "racing"
    STILL_THERE = "is the target still there"


class TroubleKind(StrEnum):
    """How an exchange can end without an answer that can be judged. LEFT is the judge's own doing: an answer that may
    wait was not waited for any longer."""

    UNREACHABLE = "no connection"
    BROKEN = "connection broken off"
    TIMEOUT = "no complete answer in time"
    TOO_LONG = "body longer than the suite reads"
    GARBAGE = "not HTTP"
    LEFT = "left while it waited"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`kind` in a few words, `detail` as the HTTP library says it."""

    kind: TroubleKind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else str(self.kind)


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is below the base URL and encoded as sent, `query` decoded; no header holds a token: it is `$TOKEN`."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """Header names are lower case. `body` is what was read of it, decoded from any content coding. `withheld` names the
    credentials of this run that stood in it: what is kept of it has the names in their place."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    withheld: frozenset[str] = frozenset()

    def header(self, name: str) -> str | None:
        """The first header of that name (in lower case)."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case; empty if there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


class _NotJson(Enum):
    NOT_JSON = "not JSON"


NOT_JSON: Final = _NotJson.NOT_JSON


def parse_json(content: bytes | str) -> Any:
    """The JSON value (RFC 8259: UTF-8, no NaN), or NOT_JSON."""
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON


# A task is read again and again, and tells the same each time.
@lru_cache(maxsize=65_536)
def _told(data: str) -> Any:
    return parse_json(data)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


@dataclass(frozen=True)
class Exchange:
    """One request and what became of it: a response, a response with the reading of its stream, or trouble.

    `operation` is the operationId that the request was meant for, None for undocumented paths and methods.
    `began` and `ended` are seconds of the judge's own clock; `label` names the variation within its purpose;
    exchanges that belong together share a `group` (0: none).
    """

    number: int
    purpose: Purpose
    operation: str | None
    request: Request
    response: Response | None
    began: float
    ended: float
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stream: StreamReading | None = None
    trouble: Trouble | None = None
    label: str = ""
    group: int = 0

    @property
    def status(self) -> int | None:
        return self.response.status if self.response else None

    @cached_property
    def json(self) -> Any:
        """The body of the response as JSON, NOT_JSON without one."""
        return parse_json(self.response.body) if self.response else NOT_JSON

    @cached_property
    def sent(self) -> Any:
        """The body of the request as JSON, NOT_JSON without one."""
        return NOT_JSON if self.request.body is None else parse_json(self.request.body)

    @cached_property
    def told(self) -> tuple[Any, ...]:
        """The data of each frame of the stream as JSON, NOT_JSON where it is none."""
        return tuple(_told(frame.data) for frame in self.stream.frames) if self.stream else ()

    @cached_property
    def stream_events(self) -> tuple[Event, ...]:
        """The events of the stream; frames whose data is no JSON object are left out."""
        return events_of_frames(zip(self.stream.frames, self.told, strict=True)) if self.stream else ()

    @cached_property
    def log_events(self) -> tuple[Event, ...]:
        """The events that an answer of `/logs` or `/events` holds; what is no object in it is left out."""
        is_log = self.status == 200 and isinstance(self.json, list)
        return events_of_entries(self.json, self.ended) if is_log else ()

    def query(self, name: str) -> str | None:
        return next((value for key, value in self.request.query if key == name), None)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.request.query)
        return f"{self.request.method} {self.request.path}{'?' if query else ''}{query}"
