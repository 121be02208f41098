"""Streams whose headers, frames or events are wrong."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, Frames, Receive, Scope, Send, editing_frames, event_of, frame_of

Event = dict[str, Any]


def editing_each_event(app: App, edit: Callable[[Call, Event], Event | None]) -> App:
    """Change every event of every stream; None leaves it out."""

    async def changed(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            event = edit(call, event_of(frame))
            if event is not None:
                yield frame_of(event)

    return editing_frames(app, changed)


def editing_each_frame(app: App, edit: Callable[[bytes], bytes]) -> App:
    """Change every frame of every stream."""

    async def changed(_: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield edit(frame)

    return editing_frames(app, changed)


def editing_stream_headers(app: App, edit: Callable[[bytes, bytes], tuple[bytes, bytes] | None]) -> App:
    """Change every header of every stream; None leaves it out."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Any) -> None:
            if message["type"] == "http.response.start" and b"text/event-stream" in dict(message["headers"]).values():
                edited = [edit(*header) for header in message["headers"]]
                message = {**message, "headers": [header for header in edited if header is not None]}
            await send(message)

        await app(scope, receive, changed)

    return wrapped


def _with_content_type(app: App, content_type: bytes) -> App:
    return editing_stream_headers(
        app, lambda name, value: (name, content_type) if name == b"content-type" else (name, value)
    )


def _is_middle(event: Event) -> bool:
    return event["type"] == "log" and "stepId" in event["body"]


@defect("STREAM-01", blames="getTaskEventStream")
def stream_is_plain_text(app: App) -> App:
    """The stream is sent as text/plain."""
    return _with_content_type(app, b"text/plain; charset=utf-8")


@defect("STREAM-01", blames="getTaskEventStream")
def stream_is_json_lines(app: App) -> App:
    """The stream says that it is newline-delimited JSON."""
    return _with_content_type(app, b"application/x-ndjson")


@defect("STREAM-01", blames="getTaskEventStream")
def stream_has_no_content_type(app: App) -> App:
    """The stream does not say what it is."""
    return editing_stream_headers(app, lambda name, value: None if name == b"content-type" else (name, value))


@defect("STREAM-02", blames="getTaskEventStream")
def stream_in_latin_1(app: App) -> App:
    """The stream says that it is Latin-1."""
    return _with_content_type(app, b"text/event-stream; charset=iso-8859-1")


@defect("STREAM-02", blames="getTaskEventStream")
def stream_in_ascii(app: App) -> App:
    """The stream says that it is ASCII, in quotes."""
    return _with_content_type(app, b'text/event-stream; x=1; Charset="US-ASCII"')


@defect("STREAM-03", blames="getTaskEventStream")
def stream_may_be_cached(app: App) -> App:
    """The stream lets caches keep it for a minute."""
    return editing_stream_headers(
        app, lambda name, value: (name, b"public, max-age=60") if name == b"cache-control" else (name, value)
    )


@defect("STREAM-03", blames="getTaskEventStream")
def stream_says_nothing_of_caches(app: App) -> App:
    """The stream has no Cache-Control."""
    return editing_stream_headers(app, lambda name, value: None if name == b"cache-control" else (name, value))


@defect("STREAM-04", blames="getTaskEventStream")
def stream_of_invalid_utf_8(app: App) -> App:
    """One message has a byte of Latin-1 in it."""
    return editing_each_frame(app, lambda frame: frame.replace(b'"message":"', b'"message":"\xe9 ', 1))


@defect("STREAM-04", blames="getTaskEventStream")
def emoji_is_cut_in_half(app: App) -> App:
    """A message is cut after so many bytes, in the middle of a character."""
    return editing_each_frame(app, lambda frame: frame.replace(b'"message":"', b'"message":"\xf0\x9f\x8e', 1))


@defect("STREAM-04", blames="getTaskEventStream")
def last_frame_has_no_blank_line(app: App) -> App:
    """The completion is not followed by a blank line."""
    return editing_each_frame(app, lambda frame: frame[:-1] if frame.startswith(b"event: completion") else frame)


@defect("STREAM-04", blames="getTaskEventStream")
def stream_ends_with_half_a_frame(app: App) -> App:
    """The completion is cut off in its middle."""
    return editing_each_frame(
        app, lambda frame: frame[: len(frame) // 2] if frame.startswith(b"event: completion") else frame
    )


@defect("STREAM-05", blames="getTaskEventStream")
def completion_without_data(app: App) -> App:
    """The completion is a name alone."""
    return editing_each_frame(
        app, lambda frame: b"event: completion\n\n" if frame.startswith(b"event: completion") else frame
    )


@defect("STREAM-05", blames="getTaskEventStream")
def blank_line_between_name_and_data(app: App) -> App:
    """Each frame is torn in two."""
    return editing_each_frame(app, lambda frame: frame.replace(b"\ndata:", b"\n\ndata:", 1))


@defect("STREAM-05", blames="getTaskEventStream")
def data_is_empty(app: App) -> App:
    """The completion has a data line with nothing in it."""
    return editing_each_frame(
        app, lambda frame: b"event: completion\ndata:\n\n" if frame.startswith(b"event: completion") else frame
    )


@defect("STREAM-06", blames="getTaskEventStream")
def stream_with_a_field_of_its_own(app: App) -> App:
    """Each frame says when it was sent, in a field that no client knows."""
    return editing_each_frame(app, lambda frame: b"time: 12:00\n" + frame)


@defect("STREAM-06", blames="getTaskEventStream")
def retry_with_a_unit(app: App) -> App:
    """The time after which to connect again is given with its unit."""
    return editing_each_frame(app, lambda frame: b"retry: 3s\n" + frame)


@defect("STREAM-06", blames="getTaskEventStream")
def fields_in_capitals(app: App) -> App:
    """Each frame has its id in a field with a capital."""
    return editing_each_frame(app, lambda frame: b"Id: %d\n" % event_of(frame)["id"] + frame)


@defect("STREAM-07", blames="getTaskEventStream")
def data_in_single_quotes(app: App) -> App:
    """The data is what Python prints of a dictionary."""
    return editing_each_frame(app, lambda frame: _frame(event_of(frame), str(event_of(frame))))


@defect("STREAM-07", blames="getTaskEventStream")
def not_a_number_in_the_data(app: App) -> App:
    """The completion holds a NaN, which JSON does not have."""
    return editing_each_frame(
        app,
        lambda frame: frame.replace(b'"body":{', b'"body":{"took":NaN,', 1) if b"completion" in frame else frame,
    )


@defect("STREAM-07", blames="getTaskEventStream")
def data_is_wrapped_in_a_list(app: App) -> App:
    """The data is a list of one event."""
    return editing_each_frame(app, lambda frame: _frame(event_of(frame), json.dumps([event_of(frame)])))


@defect("STREAM-07", blames="getTaskEventStream")
def json_in_json(app: App) -> App:
    """The data is encoded twice: a string that holds the JSON."""
    return editing_each_frame(app, lambda frame: _frame(event_of(frame), json.dumps(json.dumps(event_of(frame)))))


@defect("STREAM-07", blames="getTaskEventStream")
def pretty_printed_without_data_prefix(app: App) -> App:
    """The JSON is printed over several lines, and only the first is marked as data."""
    return editing_each_frame(app, lambda frame: _frame(event_of(frame), json.dumps(event_of(frame), indent=1)))


@defect("STREAM-07", blames="getTaskEventStream")
def data_is_the_message_alone(app: App) -> App:
    """The data of log events is the text of the message."""
    return editing_each_frame(
        app,
        lambda frame: _frame(event_of(frame), event_of(frame)["body"]["message"]) if _is_log(frame) else frame,
    )


@defect("STREAM-07", blames="getTaskEventStream")
def stream_ends_with_done(app: App) -> App:
    """After the completion comes a frame that says [DONE]."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
            if frame.startswith(b"event: completion"):
                yield b"data: [DONE]\n\n"

    return editing_frames(app, changed)


@defect("STREAM-08", blames="getTaskEventStream")
def events_are_named_message(app: App) -> App:
    """All events are named message."""
    return editing_each_frame(app, lambda frame: b"event: message\n" + frame.split(b"\n", 1)[1])


@defect("STREAM-08", blames="getTaskEventStream")
def events_have_no_name(app: App) -> App:
    """The frames have no event field."""
    return editing_each_frame(app, lambda frame: frame.split(b"\n", 1)[1])


@defect("STREAM-08", blames="getTaskEventStream")
def completion_is_named_log(app: App) -> App:
    """The completion comes under the name of a log event."""
    return editing_each_frame(app, lambda frame: frame.replace(b"event: completion", b"event: log", 1))


@defect("STREAM-08", blames="getTaskEventStream")
def names_of_events_in_capitals(app: App) -> App:
    """The names of events begin with a capital."""
    return editing_each_frame(app, lambda frame: b"event: " + frame[7:8].upper() + frame[8:])


@defect("STREAM-09", blames="getTaskEventStream")
def stream_with_times_as_numbers(app: App) -> App:
    """Events tell their time in milliseconds."""
    return editing_each_event(app, lambda _, event: {**event, "createdAt": 1763795000000 + event["id"]})


@defect("STREAM-09", blames="getTaskEventStream")
def stream_with_local_times(app: App) -> App:
    """Events tell their time without a time zone."""
    return editing_each_event(app, lambda _, event: {**event, "createdAt": event["createdAt"].rstrip("Z")})


@defect("STREAM-09", blames="getTaskEventStream")
def completion_without_time(app: App) -> App:
    """The completion does not say when."""
    return editing_each_event(
        app,
        lambda _, event: (
            {name: value for name, value in event.items() if name != "createdAt"}
            if event["type"] == "completion"
            else event
        ),
    )


@defect("STREAM-09", blames="getTaskEventStream")
def body_of_events_is_text(app: App) -> App:
    """The body of log events is the message itself."""
    return editing_each_event(
        app, lambda _, event: {**event, "body": event["body"]["message"]} if event["type"] == "log" else event
    )


@defect("STREAM-09", blames="getTaskEventStream")
def lines_of_steps_have_no_message(app: App) -> App:
    """What is logged in a step has a text instead of a message."""

    def edit(_: Call, event: Event) -> Event:
        if not _is_middle(event):
            return event
        body = {("text" if name == "message" else name): value for name, value in event["body"].items()}
        return {**event, "body": body}

    return editing_each_event(app, edit)


@defect("STREAM-09", blames="getTaskEventStream")
def error_of_the_completion_is_text(app: App) -> App:
    """The completion of a failed task has its error as a mere string."""

    def edit(_: Call, event: Event) -> Event:
        error = event["body"].get("error")
        return {**event, "body": {**event["body"], "error": error["message"]}} if error else event

    return editing_each_event(app, edit)


@defect("STREAM-09", blames="getTaskEventStream")
def step_as_a_number(app: App) -> App:
    """Events name their step by its position."""
    return editing_each_event(
        app, lambda _, event: {**event, "body": {**event["body"], "stepId": 1}} if _is_middle(event) else event
    )


@defect("STREAM-10", blames="getTaskEventStream")
def stream_says_ping(app: App) -> App:
    """A sign of life is sent as an event of its own type."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        yield b"event: ping\ndata: {}\n\n"
        async for frame in frames:
            yield frame

    return editing_frames(app, changed)


@defect("STREAM-10", blames="getTaskEventStream")
def errors_have_a_type_of_their_own(app: App) -> App:
    """What is logged of steps comes as events of the type step."""
    return editing_each_event(app, lambda _, event: {**event, "type": "step"} if _is_middle(event) else event)


def _frame(event: Event, data: str) -> bytes:
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


def _is_log(frame: bytes) -> bool:
    return frame.startswith(b"event: log\n")
