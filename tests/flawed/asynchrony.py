"""Tasks whose creation is waited for."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from tests.flawed.defect import SPEED, defect
from tests.flawed.wrapping import Answer, App, Call, Receive, Scope, Send, editing_answers, editing_json

HELD = b"x-held"
SECONDS = 2.5
# As the server itself tells it.
ITS_SECONDS = SECONDS * SPEED


def _holding(app: App) -> App:
    """Answer late where the answer is to be held."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Any) -> None:
            if message["type"] == "http.response.start" and any(name == HELD for name, _ in message["headers"]):
                await asyncio.sleep(SECONDS)
            await send(message)

        await app(scope, receive, hold)

    return wrapped


def _marking(app: App, template: str, held: set[str]) -> App:
    def mark(call: Call, answer: Answer) -> Answer:
        if answer.status != 201 or template not in call.json["templateRef"]:
            return answer
        held.add(answer.json["id"])
        return answer.with_header(HELD.decode(), "yes")

    return _holding(editing_answers(app, {"createTask"}, mark))


def _moved(time: str, seconds: float) -> str:
    return (datetime.fromisoformat(time) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@defect("LIFE-29", blames="createTask")
def creation_waits_for_the_end(app: App) -> App:
    """A task is created when it has ended."""

    def edit(call: Call, task: Any) -> Any:
        return {**task, "createdAt": _moved(task["createdAt"], -ITS_SECONDS)}

    return _marking(editing_json(app, {"getTask"}, edit), "", set())


@defect("LIFE-29", blames="createTask")
def creation_of_slow_tasks_waits_for_the_end(app: App) -> App:
    """A task of the slow template is created when it has ended."""
    held: set[str] = set()

    def edit(call: Call, task: Any) -> Any:
        if task["id"] not in held:
            return task
        return {**task, "status": "completed", "completedAt": _moved(task["createdAt"], ITS_SECONDS)}

    return _marking(editing_json(app, {"getTask"}, edit), "data-pipeline", held)
