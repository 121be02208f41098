"""Servers whose answers lack what the clients of the whole surface read."""

from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    Frames,
    editing_answers,
    editing_frames,
    editing_json,
    event_of,
    frame_of,
)


@defect("SCHEMA-14", blames="getTemplatingExtensions")
def extensions_are_an_array(app: App) -> App:
    """The filters are an array."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "filters": [{"name": name, **found} for name, found in body["filters"].items()]}

    return editing_json(app, {"getTemplatingExtensions"}, edit)


@defect("SCHEMA-14", blames="getTemplatingExtensions")
def there_are_no_globals(app: App) -> App:
    """Functions and values are left out."""
    return editing_json(app, {"getTemplatingExtensions"}, lambda call, body: {"filters": body["filters"]})


@defect("SCHEMA-15", blames="getTaskEventStream")
def frame_does_not_name_its_task(app: App) -> App:
    """An event of the stream does not say whose it is."""
    return _editing_events(app, lambda event: {name: value for name, value in event.items() if name != "taskId"})


@defect("SCHEMA-15", blames="getTaskEventStream")
def recoverable_is_a_text(app: App) -> App:
    """Whether a task is recoverable is said by a text."""
    return _editing_events(app, lambda event: {**event, "isTaskRecoverable": "false"})


@defect("SCHEMA-15", blames="getTaskEventStream")
def frame_names_another_task(app: App) -> App:
    """The events of a stream are another task's."""
    return _editing_events(app, lambda event: {**event, "taskId": "00000000-0000-4000-8000-000000000001"})


@defect("SCHEMA-16", blames="getTask")
def error_names_the_whole_address(app: App) -> App:
    """The url of an error begins with the base path."""

    def change(request: Any) -> Any:
        return {**request, "url": f"/api/scaffolder{request['url']}"}

    return _editing_errors(app, change)


@defect("SCHEMA-16", blames="listTasks")
def error_forgets_the_query(app: App) -> App:
    """The url of an error has no query."""
    return _editing_errors(app, lambda request: {**request, "url": request["url"].partition("?")[0]})


@defect("SCHEMA-16", blames="createTask")
def every_error_is_a_get(app: App) -> App:
    """The method of an error is always the same."""
    return _editing_errors(app, lambda request: {**request, "method": "GET"})


@defect("SCHEMA-17", blames="cancelTask")
def cancel_is_answered_empty(app: App) -> App:
    """A cancel is answered without a body."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(200) if answer.status == 200 else answer

    return editing_answers(app, {"cancelTask"}, edit)


@defect("SCHEMA-17", blames="cancelTask")
def cancel_is_answered_by_a_text(app: App) -> App:
    """A cancel is answered `"cancelled"`."""
    return editing_json(app, {"cancelTask"}, lambda call, body: "cancelled")


@defect("SCHEMA-18", blames="listTasks")
def list_has_no_total(app: App) -> App:
    """The list does not say how long it is."""
    return editing_json(app, {"listTasks"}, lambda call, body: {"tasks": body["tasks"]})


@defect("SCHEMA-18", blames="listTasks")
def total_is_a_text(app: App) -> App:
    """The total is a text, as a database gives it."""
    return editing_json(app, {"listTasks"}, lambda call, body: {**body, "totalTasks": str(body["totalTasks"])})


def _editing_events(app: App, edit: Callable[[Any], Any]) -> App:
    async def changed(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame_of(edit(event_of(frame)))

    return editing_frames(app, changed)


def _editing_errors(app: App, change: Callable[[Any], Any]) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        body = answer.json
        if answer.status < 400 or not isinstance(body, dict) or not isinstance(body.get("request"), dict):
            return answer
        return answer.with_json({**body, "request": change(body["request"])})

    return editing_answers(app, None, edit)
