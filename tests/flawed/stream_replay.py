"""Streams that tell one reader something else than another, or go on at the wrong place."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.stream import Event, editing_each_event, editing_each_frame
from tests.flawed.wrapping import (
    App,
    Call,
    Frames,
    changing_requests,
    editing_frames,
    editing_json,
    event_of,
    frame_of,
)

FROM_THE_START = -1_000_000


def _after(call: Call) -> int | None:
    given = dict(call.query).get("after")
    return int(given) if given is not None and given.removeprefix("-").isdecimal() else None


def _asking_after(app: App, change: Any) -> App:
    """Let streams begin after another number than the one that was asked for."""

    def changed(call: Call) -> Call:
        after = _after(call)
        return call if after is None else call.with_query([("after", str(change(call, after)))])

    return changing_requests(app, {"getTaskEventStream"}, changed)


def _late(app: App, keep: Any) -> App:
    """Late readers only: choose which events are told again, once a stream has told them all."""
    over: set[str] = set()

    def edit(call: Call, event: Event) -> Event | None:
        task_id = call.parameters["taskId"]
        return event if task_id not in over or keep(event) else None

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            event = event_of(frame)
            if edit(call, event) is not None:
                yield frame
            if event["type"] == "completion" and _after(call) is None:
                over.add(call.parameters["taskId"])

    return editing_frames(app, changed)


@defect("STREAM-22", blames="getTaskEventStream")
def late_reader_gets_no_log_lines(app: App) -> App:
    """Who comes late is told the end only."""
    return _late(app, lambda event: event["type"] == "completion")


@defect("STREAM-22", blames="getTaskEventStream")
def late_reader_misses_the_first_event(app: App) -> App:
    """Who comes late is not told how it began."""
    return _late(app, lambda event: "Starting up" not in event["body"].get("message", ""))


@defect("STREAM-22", blames="getTaskEventStream")
def late_reader_gets_lines_of_steps_only_when_they_change(app: App) -> App:
    """Who comes late gets the lines that begin or end a step, not those between."""
    return _late(app, lambda event: "stepId" not in event["body"] or "status" in event["body"])


@defect("STREAM-22", blames="getTaskEventStream")
def events_are_handed_out_once(app: App) -> App:
    """An event that was given to one reader is gone."""
    given: set[int] = set()

    def edit(_: Call, event: Event) -> Event | None:
        if event["id"] in given and event["type"] != "completion":
            return None
        given.add(event["id"])
        return event

    return editing_each_event(app, edit)


@defect("STREAM-23", blames="getTaskEventStream")
def live_reader_misses_an_event(app: App) -> App:
    """Who is there from the start misses the third event."""
    over: set[str] = set()

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        task_id, sent = call.parameters["taskId"], 0
        async for frame in frames:
            sent += 1
            if sent != 3 or task_id in over:
                yield frame
            if event_of(frame)["type"] == "completion":
                over.add(task_id)

    return editing_frames(app, changed)


@defect("STREAM-23", blames="getTaskEventStream")
def live_reader_misses_the_last_line(app: App) -> App:
    """Who is there from the start gets the completion in place of the last line before it."""
    over: set[str] = set()

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        held: bytes | None = None
        async for frame in frames:
            is_end = event_of(frame)["type"] == "completion"
            if held is not None and (not is_end or call.parameters["taskId"] in over):
                yield held
            held = frame
        if held is not None:
            over.add(call.parameters["taskId"])
            yield held

    return editing_frames(app, changed)


@defect("STREAM-24", blames="getTaskEventStream")
def readers_take_turns(app: App) -> App:
    """Of several readers, each gets a part of the log."""
    readers: Counter[str] = Counter()

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        task_id = call.parameters["taskId"]
        readers[task_id] += 1
        mine = readers[task_id]
        async for frame in frames:
            event = event_of(frame)
            if event["type"] != "log" or event["id"] % 2 == mine % 2 or _after(call) is not None:
                yield frame

    return editing_frames(app, changed)


@defect("STREAM-24", blames="getTaskEventStream")
def second_reader_gets_the_end_only(app: App) -> App:
    """A second reader at the same time gets the end only."""
    reading: Counter[str] = Counter()

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        task_id = call.parameters["taskId"]
        is_second = reading[task_id] > 0
        reading[task_id] += 1
        try:
            async for frame in frames:
                if not is_second or event_of(frame)["type"] != "log":
                    yield frame
        finally:
            reading[task_id] -= 1

    return editing_frames(app, changed)


@defect("STREAM-25", blames="getTaskEventStream")
def time_is_that_of_the_reading(app: App) -> App:
    """Events tell when they were read, not when they happened."""
    readings = count(1)

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        year = 2030 + next(readings) % 5000
        async for frame in frames:
            event = event_of(frame)
            yield frame_of({**event, "createdAt": f"{year}{event['createdAt'][4:]}"})

    return editing_frames(app, changed)


@defect("STREAM-25", blames="getTaskEventStream")
def numbers_begin_anew_with_every_connection(app: App) -> App:
    """Events are numbered from one in every stream."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        numbers = count(1)
        async for frame in frames:
            yield frame_of({**event_of(frame), "id": next(numbers)})

    return editing_frames(app, changed)


@defect("STREAM-25", blames="getTaskEventStream")
def long_messages_are_cut_for_late_readers(app: App) -> App:
    """Messages are stored with their first 20 characters only."""
    over: set[str] = set()

    def edit(call: Call, event: Event) -> Event:
        task_id = call.parameters["taskId"]
        if event["type"] == "completion":
            over.add(task_id)
        if task_id not in over or "message" not in event["body"]:
            return event
        return {**event, "body": {**event["body"], "message": event["body"]["message"][:20]}}

    return editing_each_event(app, edit)


@defect("STREAM-25", blames="getTaskEventStream")
def output_is_lost_for_late_readers(app: App) -> App:
    """The completion has its output only while it is fresh."""
    over: set[str] = set()

    def edit(call: Call, event: Event) -> Event:
        if event["type"] != "completion":
            return event
        task_id = call.parameters["taskId"]
        if task_id in over:
            return {**event, "body": {"message": event["body"]["message"]}}
        over.add(task_id)
        return event

    return editing_each_event(app, edit)


@defect("STREAM-26", blames="getTaskEventStream")
def after_is_inclusive(app: App) -> App:
    """A stream begins with the event that the reader has seen last."""
    return _asking_after(app, lambda _, after: after - 1)


@defect("STREAM-26", blames="getTaskEventStream")
def after_is_ignored(app: App) -> App:
    """A stream always begins at the start."""
    return _asking_after(app, lambda _, after: FROM_THE_START)


@defect("STREAM-26", blames="getTaskEventStream")
def completion_comes_whatever_after_says(app: App) -> App:
    """A stream that was read to its end tells the completion again."""
    last: dict[str, bytes] = {}

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        completed = False
        async for frame in frames:
            yield frame
            if event_of(frame)["type"] == "completion":
                completed = True
                last[call.parameters["taskId"]] = frame
        if not completed and call.parameters["taskId"] in last:
            yield last[call.parameters["taskId"]]

    return editing_frames(app, changed)


@defect("STREAM-26", blames="getTaskEventStream")
def after_is_ignored_while_the_task_runs(app: App) -> App:
    """A reader that comes back to a task that runs gets everything once more."""
    over: set[str] = set()

    def note(call: Call, event: Event) -> Event:
        if event["type"] == "completion":
            over.add(call.parameters["taskId"])
        return event

    return _asking_after(
        editing_each_event(app, note),
        lambda call, after: after if call.parameters["taskId"] in over else FROM_THE_START,
    )


@defect("STREAM-27", blames="getTaskEventStream")
def after_skips_one_too_many(app: App) -> App:
    """A stream leaves out the event that comes right after the one that the reader has seen last."""
    return _asking_after(app, lambda _, after: after + 1)


@defect("STREAM-27", blames="getTaskEventStream")
def after_counts_events(app: App) -> App:
    """`after` is taken as how many events to leave out."""

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        after, place = _after(call) or 0, 0
        async for frame in frames:
            place += 1
            if place > after:
                yield frame

    return changing_requests(editing_frames(app, changed), {"getTaskEventStream"}, lambda call: call)


@defect("STREAM-27", blames="getTaskEventStream")
def resumed_stream_has_only_what_is_new(app: App) -> App:
    """A stream with `after` gives only what happens from now on."""
    last: dict[str, int] = {}

    def note(call: Call, event: Event) -> Event:
        task_id = call.parameters["taskId"]
        last[task_id] = max(last.get(task_id, 0), event["id"])
        return event

    return _asking_after(
        editing_each_event(app, note), lambda call, after: max(after, last.get(call.parameters["taskId"], 0))
    )


@defect("STREAM-27", blames="getTaskEventStream")
def after_zero_is_after_the_end(app: App) -> App:
    """A number below one means: nothing of the past, but the completion."""

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        after = _after(call)
        async for frame in frames:
            if after is None or after > 0 or event_of(frame)["type"] == "completion":
                yield frame

    return editing_frames(app, changed)


@defect("STREAM-27", blames="getTaskEventStream")
def resumed_stream_has_no_completion(app: App) -> App:
    """A stream that begins in the middle leaves out the lines of the last step."""

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        sent = 0
        async for frame in frames:
            sent += 1
            if _after(call) is None or sent != 2:
                yield frame

    return editing_frames(app, changed)


def _with_ids(app: App) -> App:
    return editing_each_frame(app, lambda frame: b"id: %d\n" % event_of(frame)["id"] + frame)


@defect("STREAM-28", blames="getTaskEventStream")
def last_event_id_is_ignored(app: App) -> App:
    """Frames have ids, and the header that a browser sends them back in is ignored."""
    return _with_ids(app)


@defect("STREAM-28", blames="getTaskEventStream")
def last_event_id_is_inclusive(app: App) -> App:
    """Frames have ids, and a reader that sends the last one gets that event again."""

    def changed(call: Call) -> Call:
        last = call.header("last-event-id")
        return call.with_query([("after", str(int(last) - 1))]) if last else call

    return changing_requests(_with_ids(app), {"getTaskEventStream"}, changed)


@defect("STREAM-29", blames="getTaskLogs")
def log_after_is_inclusive(app: App) -> App:
    """The log begins with the entry that the reader has seen last."""

    def changed(call: Call) -> Call:
        after = _after(call)
        return call if after is None else call.with_query([("after", str(after - 1))])

    return changing_requests(app, {"getTaskLogs"}, changed)


@defect("STREAM-29", blames="getTaskLogs")
def log_after_is_ignored(app: App) -> App:
    """The log always begins at the start."""
    return changing_requests(app, {"getTaskLogs"}, lambda call: call.with_query([]))


@defect("STREAM-29", blames="getTaskLogs")
def log_without_ids_after_counts_entries(app: App) -> App:
    """Log entries have no ids, and `after` leaves out as many as it says."""

    def edit(call: Call, entries: Any) -> Any:
        bare = [{name: value for name, value in entry.items() if name != "id"} for entry in entries]
        return bare[max(0, _after(call) or 0) :]

    whole = changing_requests(app, set(), lambda call: call)
    return editing_json(whole, {"getTaskLogs"}, edit)


@defect("STREAM-29", blames="getTaskLogs")
def log_after_skips_one_too_many(app: App) -> App:
    """The log leaves out the entry right after the one that the reader has seen last."""

    def edit(call: Call, entries: Any) -> Any:
        return entries if _after(call) is None else json.loads(json.dumps(entries[1:]))

    return editing_json(app, {"getTaskLogs"}, edit)
