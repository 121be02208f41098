"""Logs and streams that tell different stories."""

from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, Frames, editing_frames, editing_json, event_of, frame_of

Entries = list[Any]


def _editing_log(app: App, edit: Callable[[Entries], Entries]) -> App:
    return editing_json(app, {"getTaskLogs"}, lambda call, entries: edit(entries))


def _editing_events(app: App, edit_event: Callable[[Any], Any]) -> App:
    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame_of(edit_event(event_of(frame)))

    edited = editing_json(app, {"getTaskLogs"}, lambda call, entries: [edit_event(entry) for entry in entries])
    return editing_frames(edited, edit)


def _with_body(event: Any, **members: Any) -> Any:
    return {**event, "body": {**event["body"], **members}}


@defect("CONS-12", blames="getTaskLogs")
def log_lacks_its_first_line(app: App) -> App:
    """The log begins with its second entry."""
    return _editing_log(app, lambda entries: entries[1:])


@defect("CONS-12", blames="getTaskLogs")
def log_cuts_messages(app: App) -> App:
    """Messages are cut to thirty characters in the log."""
    return _editing_log(
        app, lambda entries: [_with_body(entry, message=entry["body"].get("message", "")[:30]) for entry in entries]
    )


@defect("CONS-12", blames="getTaskLogs")
def log_has_no_step_status(app: App) -> App:
    """Entries of the log do not say what became of the step."""

    def edit(entries: Entries) -> Entries:
        for entry in entries:
            entry["body"].pop("status", None)
        return entries

    return _editing_log(app, edit)


@defect("CONS-12", blames="getTaskLogs")
def log_has_colours_removed(app: App) -> App:
    """Messages lose their control characters in the log."""
    return _editing_log(
        app,
        lambda entries: [
            _with_body(entry, message=entry["body"].get("message", "").replace("\x1b", "")) for entry in entries
        ],
    )


@defect("CONS-12", blames="getTaskLogs")
def log_has_its_own_numbers(app: App) -> App:
    """The entries of a log are numbered from 1 on, those of the stream otherwise."""
    return _editing_log(app, lambda entries: [{**entry, "id": place} for place, entry in enumerate(entries, 1)])


@defect("CONS-12", blames="getTaskLogs")
def log_is_dated_when_read(app: App) -> App:
    """All entries of a log happened at its last."""
    return _editing_log(app, lambda entries: [{**entry, "createdAt": entries[-1]["createdAt"]} for entry in entries])


@defect("CONS-12", blames="getTaskEventStream")
def stream_repeats_a_line(app: App) -> App:
    """The second event is streamed twice."""

    async def edit(call: Call, frames: Frames) -> Frames:
        place = 0
        async for frame in frames:
            place += 1
            yield frame * 2 if place == 2 else frame

    return editing_frames(app, edit)


@defect("CONS-12", blames="getTaskEventStream")
def stream_skips_a_line(app: App) -> App:
    """The third event is not streamed."""

    async def edit(call: Call, frames: Frames) -> Frames:
        place = 0
        async for frame in frames:
            place += 1
            if place != 3:
                yield frame

    return editing_frames(app, edit)


@defect("CONS-13", blames="getTaskLogs")
def log_holds_the_last_ten(app: App) -> App:
    """The log holds the last ten entries only."""
    return _editing_log(app, lambda entries: entries[-10:])


@defect("CONS-13", blames="getTaskLogs")
def log_is_newest_first(app: App) -> App:
    """The log is told from its end."""
    return _editing_log(app, lambda entries: entries[::-1])


@defect("CONS-13", blames="getTaskLogs")
def log_messages_count_reads(app: App) -> App:
    """The first message of a log tells how often the log was read."""
    reads: list[int] = []

    def edit(entries: Entries) -> Entries:
        reads.append(1)
        return [_with_body(entry, message=f"read {len(reads)}") for entry in entries[:1]] + entries[1:]

    return _editing_log(app, edit)


@defect("CONS-14", blames="getTaskLogs")
def log_is_written_at_the_end(app: App) -> App:
    """The log is empty until the task has ended."""
    return _editing_log(app, lambda entries: entries if entries and entries[-1]["type"] == "completion" else [])


@defect("CONS-14", blames="getTaskLogs")
def log_lags_behind(app: App) -> App:
    """While a task runs, its log holds nothing but its first line."""
    return _editing_log(
        app, lambda entries: entries if entries and entries[-1]["type"] == "completion" else entries[:1]
    )


@defect("CONS-15", blames="getTaskEventStream")
def steps_are_named_in_events(app: App) -> App:
    """The step of an event is told in capitals."""

    def edit(event: Any) -> Any:
        step = event["body"].get("stepId")
        return _with_body(event, stepId=step.upper()) if step else event

    return _editing_events(app, edit)


@defect("CONS-15", blames="getTaskLogs")
def log_prefixes_steps(app: App) -> App:
    """In the log, the step of an entry stands behind the id of the task."""

    def edit(entries: Entries) -> Entries:
        return [
            _with_body(entry, stepId=f"{entry['taskId']}/{entry['body']['stepId']}")
            if "stepId" in entry["body"]
            else entry
            for entry in entries
        ]

    return _editing_log(app, edit)


@defect("CONS-15", blames="getTaskEventStream")
def events_without_a_step_have_an_empty_one(app: App) -> App:
    """An event that is of no step names the step ''."""
    return _editing_events(app, lambda event: {**event, "body": {"stepId": "", **event["body"]}})


@defect("CONS-16", blames="getTaskLogs")
def steps_are_listed_backwards(app: App) -> App:
    """A task lists its steps from the last to the first."""

    def edit(call: Call, body: Any) -> Any:
        for task in body["tasks"] if call.operation == "listTasks" else [body]:
            task["spec"]["steps"].reverse()
        return body

    return editing_json(app, {"getTask", "listTasks"}, edit)


@defect("CONS-16", blames="getTaskEventStream")
def last_step_begins_first(app: App) -> App:
    """The stream swaps what is said of the first two steps."""
    named: dict[str, list[str]] = {}

    async def edit(call: Call, frames: Frames) -> Frames:
        steps = named.setdefault(call.parameters["taskId"], [])
        async for frame in frames:
            event = event_of(frame)
            step = event["body"].get("stepId")
            yield frame_of(_with_body(event, stepId=swapped(steps, step))) if step else frame

    def swapped(steps: list[str], step: str) -> str:
        return steps[1 - steps.index(step)] if step in steps[:2] and len(steps) > 1 else step

    def note(call: Call, task: Any) -> Any:
        named[task["id"]] = [step["id"] for step in task["spec"]["steps"]]
        return task

    return editing_json(editing_frames(app, edit), {"getTask"}, note)


@defect("CONS-17", blames="getTaskLogs")
def last_step_is_not_told_of(app: App) -> App:
    """Nothing is told of the step that is called goodbye."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            if event_of(frame)["body"].get("stepId") != "goodbye":
                yield frame

    def edit_log(entries: Entries) -> Entries:
        return [entry for entry in entries if entry["body"].get("stepId") != "goodbye"]

    return editing_frames(_editing_log(app, edit_log), edit)


@defect("CONS-17", blames="getTaskEventStream")
def steps_never_finish(app: App) -> App:
    """It is never told that a step is finished."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            if event_of(frame)["body"].get("status") != "completed":
                yield frame

    return editing_frames(app, edit)


@defect("CONS-18", blames="getTaskLogs")
def events_are_of_nobody(app: App) -> App:
    """The events of every task are of task 1."""
    return _editing_events(app, lambda event: {**event, "taskId": "1"})


@defect("CONS-18", blames="getTaskLogs")
def log_begins_with_another_one(app: App) -> App:
    """The log of a task begins with the first line of the log that was read first."""
    first: list[Any] = []

    def edit(call: Call, entries: Any) -> Any:
        if not first and entries:
            first.append(entries[0])
        return [*first, *entries[1:]] if entries and not call.query else entries

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("CONS-19", blames="getTaskLogs")
def log_numbers_stand_still(app: App) -> App:
    """Every event has the number of the first."""
    numbers: dict[str, int] = {}
    return _editing_events(app, lambda event: {**event, "id": numbers.setdefault(event["taskId"], event["id"])})


@defect("CONS-19", blames="getTaskLogs")
def log_numbers_count_down(app: App) -> App:
    """Events are numbered downwards."""
    return _editing_events(app, lambda event: {**event, "id": 1_000_000 - event["id"]})


@defect("CONS-19", blames="getTaskLogs")
def completion_has_no_number(app: App) -> App:
    """The completion in the log has no id."""

    def edit(entries: Entries) -> Entries:
        for entry in entries:
            if entry["type"] == "completion":
                del entry["id"]
        return entries

    return _editing_log(app, edit)
