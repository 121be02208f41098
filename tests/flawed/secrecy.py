"""Secrets that get out."""

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    Frames,
    changing_requests,
    editing_answers,
    editing_frames,
    editing_json,
    event_of,
    frame_of,
)


def _knowing(app: Callable[[dict[str, str]], App]) -> App:
    """What `app` makes of a dictionary that holds the secrets that were sent last."""
    secrets: dict[str, str] = {}

    def note(call: Call) -> Call:
        if isinstance(call.json, dict) and isinstance(call.json.get("secrets"), dict):
            secrets.update(call.json["secrets"])
        return call

    return changing_requests(app(secrets), {"createTask"}, note)


@defect("CONS-20", blames="getTask")
def task_shows_its_secrets(app: App) -> App:
    """A task that is read shows its secrets."""

    def leaking(secrets: dict[str, str]) -> App:
        return editing_json(
            app, {"getTask"}, lambda call, task: {**task, "spec": {**task["spec"], "secrets": dict(secrets)}}
        )

    return _knowing(leaking)


@defect("CONS-20", blames="listTasks")
def list_shows_secrets(app: App) -> App:
    """The parameters of a task in the list hold its secrets."""

    def leaking(secrets: dict[str, str]) -> App:
        def edit(call: Call, body: Any) -> Any:
            for task in body["tasks"]:
                task["spec"]["parameters"].update(secrets)
            return body

        return editing_json(app, {"listTasks"}, edit)

    return _knowing(leaking)


@defect("CONS-20", blames="getTaskEventStream")
def stream_shows_secrets(app: App) -> App:
    """The completion of a task tells its secrets in base64."""

    def leaking(secrets: dict[str, str]) -> App:
        async def edit(call: Call, frames: Frames) -> Frames:
            async for frame in frames:
                event = event_of(frame)
                if event["type"] == "completion":
                    event["body"]["context"] = base64.b64encode(json.dumps(secrets).encode()).decode()
                yield frame_of(event)

        return editing_frames(app, edit)

    return _knowing(leaking)


@defect("CONS-20", blames="createTask")
def header_shows_secrets(app: App) -> App:
    """The answer to a creation repeats the secrets in a header."""

    def leaking(secrets: dict[str, str]) -> App:
        def edit(call: Call, answer: Answer) -> Answer:
            return answer.with_header("x-debug", json.dumps(secrets)) if answer.status == 201 else answer

        return editing_answers(app, {"createTask"}, edit)

    return _knowing(leaking)


@defect("CONS-20", blames="getTaskLogs")
def log_shows_secrets(app: App) -> App:
    """The first line of a log tells what the task was called with."""

    def leaking(secrets: dict[str, str]) -> App:
        def edit(call: Call, entries: Any) -> Any:
            if entries:
                entries[0]["body"]["message"] += f" with {'&'.join(f'{key}={value}' for key, value in secrets.items())}"
            return entries

        return editing_json(app, {"getTaskLogs"}, edit)

    return _knowing(leaking)
