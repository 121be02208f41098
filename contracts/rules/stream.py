"""STREAM: what an event stream is made of: headers, frames, and the event in each."""

from collections.abc import Iterator
from typing import Any

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.rule import Level, Observation, judged, rule
from contracts.sse import Frame
from contracts.tellings import KNOWN_TYPES

OPERATION = "getTaskEventStream"
STREAM = "#/paths/~1v2~1tasks~1{taskId}~1eventstream/get/responses/200"
STANDARD = "WHATWG HTML, section 9.2"
NEEDS_A_TASK = "--template and --values, so that a task can be created"
PROBES = frozenset({"life", "existing-tasks"})


@rule(
    "STREAM-01",
    "An event stream is sent as text/event-stream.",
    source=f"{STREAM}/content",
    why="Every client of event streams gives up at once over another content type.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def content_type(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        found = exchange.response.media_type if exchange.response else ""
        yield judged(
            found == "text/event-stream",
            OPERATION,
            exchange,
            expected="content type text/event-stream",
            observed=found or "no content type",
        )


@rule(
    "STREAM-02",
    "If the content type of an event stream names a charset, it is utf-8.",
    source=f"{STANDARD}.7",
    why="A client reads UTF-8 whatever the header says, one that believes the header reads something else.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def charset(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        found = _charset(exchange.response.header("content-type") or "" if exchange.response else "")
        yield judged(
            found in {None, "utf-8", "utf8"},
            OPERATION,
            exchange,
            expected="charset utf-8, or none",
            observed=f"charset {found}",
        )


@rule(
    "STREAM-03",
    "An event stream forbids caches to keep it: Cache-Control says no-store or no-cache.",
    source="RFC 9111, section 5.2.2",
    why="A cache on the way hands an old stream to the next reader, or holds a live one back.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
    level=Level.SHOULD,
)
def no_caching(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        found = exchange.response.header("cache-control") if exchange.response else None
        said = {part.partition("=")[0].strip().lower() for part in (found or "").split(",")}
        yield judged(
            bool(said & {"no-store", "no-cache"}),
            OPERATION,
            exchange,
            expected="Cache-Control: no-cache or no-store",
            observed=f"Cache-Control: {found}" if found else "no Cache-Control",
        )


@rule(
    "STREAM-04",
    "An event stream is UTF-8 and ends after a whole frame, with its blank line.",
    source=f"{STANDARD}.5",
    why="A client replaces what it cannot decode and throws half a frame away: the user misses the last message.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def grammar(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        if exchange.stream:
            problems = exchange.stream.problems
            yield judged(
                not problems,
                OPERATION,
                exchange,
                expected="whole frames in UTF-8",
                observed="; ".join(problems[:3]),
            )


@rule(
    "STREAM-05",
    "Every event of a stream has data.",
    source=f"{STANDARD}.6",
    why="A client never gets to see an event without data.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def events_have_data(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        if exchange.stream:
            lost = [name for name in exchange.stream.undispatched if name in KNOWN_TYPES]
            lost += [frame.event for frame in exchange.stream.frames if frame.event in KNOWN_TYPES and not frame.data]
            yield judged(
                not lost,
                OPERATION,
                exchange,
                expected="data in every event",
                observed=f"{len(lost)} without, the first named {lost[0] if lost else ''}",
            )


@rule(
    "STREAM-06",
    "An event stream has nothing in it that a client has to ignore, comments aside.",
    source=f"{STANDARD}.6",
    why="What a client ignores was meant to tell it something.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
    level=Level.SHOULD,
)
def nothing_is_ignored(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        if exchange.stream:
            odd = [oddity for frame in exchange.stream.frames for oddity in frame.oddities]
            yield judged(
                not odd,
                OPERATION,
                exchange,
                expected="only the fields event, data, id and retry, with values that count",
                observed="; ".join(odd[:3]),
            )


@rule(
    "STREAM-07",
    "The data of every event is one JSON object.",
    source=STREAM,
    why="The client parses each frame as JSON; over one that it cannot parse, the log page stops for good.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def data_is_json(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        if exchange.stream and exchange.stream.frames:
            bad = [
                frame
                for frame, data in zip(exchange.stream.frames, exchange.told, strict=True)
                if not isinstance(data, dict) and _tells_of_the_task(frame)
            ]
            yield judged(
                not bad,
                OPERATION,
                exchange,
                expected="a JSON object as the data of each event",
                observed=f"{len(bad)} that are none, the first: {bad[0].data[:120]!r}" if bad else "",
            )


@rule(
    "STREAM-08",
    "The name of an event in the stream is the type in its data.",
    source=STREAM,
    why="The client dispatches on the name of the event: one with another name, or with none, is an error to it.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def names_are_types(evidence: Evidence) -> Iterator[Observation]:
    for exchange, events in _events(evidence):
        bad = [
            (event.frame.event, event.data["type"])
            for event in events
            if event.frame and "type" in event.data and event.data["type"] != event.frame.event
        ]
        yield judged(
            not bad,
            OPERATION,
            exchange,
            expected=f"an event named {bad[0][1]!r}" if bad else "",
            observed=f"it is named {bad[0][0]!r} ({len(bad)} of {len(events)} are wrong)" if bad else "",
        )


@rule(
    "STREAM-09",
    "Every event has a type, the time of its creation and a body, each of its type.",
    source="#/paths/~1v2~1tasks~1{taskId}~1logs/get/responses/200/content/application~1json/schema/items",
    why="The log page shows time and message of each event, and sorts it by the step in its body.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def events_have_their_schema(evidence: Evidence) -> Iterator[Observation]:
    # Every reader of a task is told the same.
    known: dict[str, list[str]] = {}

    def violations(frame: Frame, data: Any) -> list[str]:
        if frame.data not in known:
            known[frame.data] = evidence.contract.event_violations(data)
        return known[frame.data]

    for exchange, events in _events(evidence):
        bad = [
            violation
            for event in events
            if event.frame and _tells_of_the_task(event.frame)
            for violation in violations(event.frame, event.data)
        ]
        yield judged(
            not bad,
            OPERATION,
            exchange,
            expected="events as the document describes them",
            observed="; ".join(dict.fromkeys(bad[:3])),
        )


@rule(
    "STREAM-10",
    "The types of events are log, completion, cancelled and recovered.",
    source=STREAM,
    why="Clients that are in use throw an error over any other type.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
    level=Level.SHOULD,
)
def types_are_known(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _streams(evidence):
        if exchange.stream and exchange.stream.frames:
            odd = sorted({frame.event for frame in exchange.stream.frames} - KNOWN_TYPES)
            yield judged(
                not odd,
                OPERATION,
                exchange,
                expected="events named log, completion, cancelled or recovered",
                observed=f"events named {', '.join(odd[:5])}",
            )


def _streams(evidence: Evidence) -> Iterator[Exchange]:
    for exchange in evidence.authenticated:
        if exchange.operation == OPERATION and exchange.request.method == "GET" and exchange.status == 200:
            yield exchange


def _events(evidence: Evidence) -> Iterator[tuple[Exchange, tuple[Event, ...]]]:
    for exchange in _streams(evidence):
        if events := exchange.stream_events:
            yield exchange, events


def _tells_of_the_task(frame: Frame) -> bool:
    """Whether a frame is one of those that a client shows, rather than a sign of life with a name of its own."""
    return frame.event in KNOWN_TYPES or frame.event == "message"


def _charset(content_type: str) -> str | None:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return None
