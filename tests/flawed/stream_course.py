"""Streams whose events are wrongly numbered, in a wrong order, of others, or end wrongly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count

from tests.flawed.defect import defect
from tests.flawed.stream import Event, editing_each_event, editing_each_frame
from tests.flawed.wrapping import App, Call, Frames, editing_frames, event_of, frame_of


def _editing_stream(app: App, edit: Callable[[list[Event]], list[Event]]) -> App:
    """Change the events of a stream as a whole, once the server has closed it: only late readers see it."""

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        events = [event_of(frame) async for frame in frames]
        for event in edit(events):
            yield frame_of(event)

    return editing_frames(app, changed)


def _swapped(first: Callable[[Event], bool]) -> Callable[[Call, Frames], Frames]:
    """The first event of that kind comes after the one that follows it."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        held: bytes | None = None
        done = False
        async for frame in frames:
            if held is not None:
                yield frame
                yield held
                held, done = None, True
            elif not done and first(event_of(frame)):
                held = frame
            else:
                yield frame
        if held is not None:
            yield held

    return changed


def _without_id(event: Event) -> Event:
    return {name: value for name, value in event.items() if name != "id"}


@defect("STREAM-11", blames="getTaskEventStream")
def events_have_no_number(app: App) -> App:
    """Events have no id at all."""
    return editing_each_event(app, lambda _, event: _without_id(event))


@defect("STREAM-11", blames="getTaskEventStream")
def end_has_no_number(app: App) -> App:
    """Only the completion has no id."""
    return editing_each_event(app, lambda _, event: _without_id(event) if event["type"] == "completion" else event)


@defect("STREAM-11", blames="getTaskEventStream")
def cancellation_has_no_number(app: App) -> App:
    """Only the event that tells of the cancelling has no id."""
    return editing_each_event(app, lambda _, event: _without_id(event) if event["type"] == "cancelled" else event)


@defect("STREAM-11", blames="getTaskEventStream")
def number_is_text(app: App) -> App:
    """The id of an event is a string."""
    return editing_each_event(app, lambda _, event: {**event, "id": f"event-{event['id']}"})


@defect("STREAM-12", blames="getTaskEventStream")
def frames_count_from_one(app: App) -> App:
    """Frames have ids that count from one, whatever the events say."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        numbers = count(1)
        async for frame in frames:
            yield b"id: %d\n" % next(numbers) + frame

    return editing_frames(app, changed)


@defect("STREAM-12", blames="getTaskEventStream")
def frame_ids_are_one_ahead(app: App) -> App:
    """The id of a frame is the number of the event to come."""
    return editing_each_frame(app, lambda frame: b"id: %d\n" % (event_of(frame)["id"] + 1) + frame)


@defect("STREAM-13", blames="getTaskEventStream")
def two_events_come_in_wrong_order(app: App) -> App:
    """The first line of a step comes after the second."""
    return editing_frames(app, _swapped(lambda event: "stepId" in event["body"]))


@defect("STREAM-13", blames="getTaskEventStream")
def an_event_comes_twice(app: App) -> App:
    """The second event is sent twice."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        sent = 0
        async for frame in frames:
            sent += 1
            yield frame
            if sent == 2:
                yield frame

    return editing_frames(app, changed)


@defect("STREAM-13", blames="getTaskEventStream")
def newest_event_comes_first(app: App) -> App:
    """Past events are given in reverse."""

    def reverse(events: list[Event]) -> list[Event]:
        return events[:-1][::-1] + events[-1:]

    return _editing_stream(app, reverse)


@defect("STREAM-13", blames="getTaskEventStream")
def all_events_have_one_number(app: App) -> App:
    """The id of every event is that of the first."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        first = None
        async for frame in frames:
            event = event_of(frame)
            first = event["id"] if first is None else first
            yield frame_of({**event, "id": first})

    return editing_frames(app, changed)


@defect("STREAM-14", blames="getTaskEventStream")
def end_is_dated_back(app: App) -> App:
    """The completion has the time at which the task was created."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        first = None
        async for frame in frames:
            event = event_of(frame)
            first = first or event["createdAt"]
            yield frame_of({**event, "createdAt": "2020-" + first[5:]} if event["type"] == "completion" else event)

    return editing_frames(app, changed)


@defect("STREAM-14", blames="getTaskEventStream")
def times_count_down(app: App) -> App:
    """Times are those of other events, the later the earlier."""
    return editing_each_event(
        app, lambda _, event: {**event, "createdAt": f"{2900 - event['id'] % 900}-01-01T00:00:00Z"}
    )


@defect("STREAM-15", blames="getTaskEventStream")
def completion_of_another_task(app: App) -> App:
    """The completion names another task."""
    return editing_each_event(
        app, lambda _, event: {**event, "taskId": "another"} if event["type"] == "completion" else event
    )


@defect("STREAM-15", blames="getTaskEventStream")
def stream_has_events_of_the_task_before(app: App) -> App:
    """A stream begins with the last line of the stream that was read before."""
    last: dict[str, bytes] = {}

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        foreign = next((frame for task_id, frame in last.items() if task_id != call.parameters["taskId"]), None)
        if foreign:
            yield foreign
        async for frame in frames:
            last[call.parameters["taskId"]] = frame
            yield frame

    return editing_frames(app, changed)


@defect("STREAM-16", blames="getTaskEventStream")
def events_name_steps_by_their_place(app: App) -> App:
    """Events name their step by its place, as a string."""
    return editing_each_event(app, lambda _, event: _in_step(event, "1"))


@defect("STREAM-16", blames="getTaskEventStream")
def events_name_steps_in_capitals(app: App) -> App:
    """Events name their step in capitals."""
    return editing_each_event(app, lambda _, event: _in_step(event, str(event["body"].get("stepId", "")).upper()))


def _in_step(event: Event, step: str) -> Event:
    return {**event, "body": {**event["body"], "stepId": step}} if "stepId" in event["body"] else event


@defect("STREAM-17", blames="getTaskEventStream")
def completion_comes_twice(app: App) -> App:
    """The completion is sent twice, the second time with a number of its own."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
            event = event_of(frame)
            if event["type"] == "completion":
                yield frame_of({**event, "id": event["id"] + 1})

    return editing_frames(app, changed)


@defect("STREAM-17", blames="getTaskEventStream")
def a_line_comes_after_the_completion(app: App) -> App:
    """The last line of the log comes after the completion."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        held: bytes | None = None
        async for frame in frames:
            if event_of(frame)["type"] == "completion":
                yield frame
            elif held is not None:
                yield held
                held = frame
                continue
            else:
                held = frame
        if held is not None:
            yield held

    return editing_frames(app, changed)


@defect("STREAM-17", blames="getTaskEventStream")
def stream_says_goodbye(app: App) -> App:
    """A stream says goodbye with a line after the completion."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
            event = event_of(frame)
            if event["type"] == "completion":
                yield frame_of({**event, "id": event["id"] + 1, "type": "log", "body": {"message": "Goodbye"}})

    return editing_frames(app, changed)


@defect("STREAM-18", blames="getTaskEventStream")
def stream_closes_while_the_task_runs(app: App) -> App:
    """A stream is closed after what has happened so far."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        iterator = aiter(frames)
        try:
            while True:
                yield await asyncio.wait_for(anext(iterator), 0.3)
        except (TimeoutError, StopAsyncIteration):
            return

    return editing_frames(app, changed)


@defect("STREAM-18", blames="getTaskEventStream")
def failed_task_has_no_completion(app: App) -> App:
    """The stream of a task that fails ends without a completion."""
    return editing_each_event(
        app, lambda _, event: None if event["type"] == "completion" and "error" in event["body"] else event
    )


@defect("STREAM-18", blames="getTaskEventStream")
def late_reader_is_not_told_the_end(app: App) -> App:
    """The completion is told to those only who were there when it came."""
    told: set[str] = set()

    def edit(call: Call, event: Event) -> Event | None:
        if event["type"] == "completion":
            if call.parameters["taskId"] in told:
                return None
            told.add(call.parameters["taskId"])
        return event

    return editing_each_event(app, edit)


@defect("STREAM-18", blames="getTaskEventStream")
def stream_ends_at_the_error(app: App) -> App:
    """A stream ends at the first line that tells of a failure."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
            if event_of(frame)["body"].get("status") == "failed":
                return

    return editing_frames(app, changed)


@defect("STREAM-19", blames="getTaskEventStream")
def stream_never_closes(app: App) -> App:
    """A stream stays open after the completion."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
        await asyncio.sleep(60)

    return editing_frames(app, changed)


@defect("STREAM-19", blames="getTaskEventStream")
def stream_goes_on_with_signs_of_life(app: App) -> App:
    """A stream stays open after the completion and sends comments."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            yield frame
        for _ in range(60):
            await asyncio.sleep(0.5)
            yield b": still there\n\n"

    return editing_frames(app, changed)


@defect("STREAM-19", blames="getTaskEventStream")
def empty_stream_stays_open(app: App) -> App:
    """A reader that has all events already, and asks for more, waits for ever."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        empty = True
        async for frame in frames:
            empty = False
            yield frame
        if empty:
            await asyncio.sleep(60)

    return editing_frames(app, changed)


@defect("STREAM-20", blames="getTaskEventStream")
def cancelled_task_goes_on_in_the_stream(app: App) -> App:
    """Nobody tells the open streams that the task was cancelled."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            if event_of(frame)["type"] == "cancelled":
                await asyncio.sleep(60)
            yield frame

    return editing_frames(app, changed)


@defect("STREAM-20", blames="getTaskEventStream")
def stream_forgets_the_completion(app: App) -> App:
    """The completion is never sent, and the stream stays open."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        async for frame in frames:
            if event_of(frame)["type"] == "completion":
                await asyncio.sleep(60)
            yield frame

    return editing_frames(app, changed)


@defect("STREAM-20", blames="getTaskEventStream")
def late_stream_is_silent(app: App) -> App:
    """A stream that is opened when the task has ended waits for what will never come."""
    seen: set[str] = set()

    async def changed(call: Call, frames: Frames) -> AsyncIterator[bytes]:
        if call.parameters["taskId"] in seen:
            await asyncio.sleep(60)
        async for frame in frames:
            if event_of(frame)["type"] == "completion":
                seen.add(call.parameters["taskId"])
            yield frame

    return editing_frames(app, changed)


@defect("STREAM-21", blames="getTaskEventStream")
def failed_task_gives_no_reason(app: App) -> App:
    """The completion of a task that failed has no error."""

    def edit(_: Call, event: Event) -> Event:
        body = {name: value for name, value in event["body"].items() if name != "error"}
        return {**event, "body": body} if event["type"] == "completion" else event

    return editing_each_event(app, edit)


@defect("STREAM-21", blames="getTaskEventStream")
def every_completion_is_a_success(app: App) -> App:
    """The completion says that the task is completed, however it ended."""
    return editing_each_event(app, lambda _, event: _completed(event))


@defect("STREAM-21", blames="getTaskEventStream")
def every_end_has_an_error(app: App) -> App:
    """The completion has an error, though the task is completed."""

    def edit(_: Call, event: Event) -> Event:
        error = {"name": "Error", "message": "exit code 0"}
        body = {"error": error, **event["body"]}
        return {**event, "body": body} if event["type"] == "completion" else event

    return editing_each_event(app, edit)


def _completed(event: Event) -> Event:
    body = {**event["body"], "status": "completed"}
    return {**event, "body": body} if event["type"] == "completion" else event
