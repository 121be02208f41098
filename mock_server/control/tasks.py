"""The operations of the control API on the tasks of a world."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from mock_server.answers import Answer, Receive, Scope, Send, json_answer
from mock_server.clock import LAST_INSTANT, timestamp
from mock_server.control.addressed import addressed_world
from mock_server.leaving import ClientLeft, unless_client_leaves
from mock_server.lifecycle import StepStatus, TaskStatus
from mock_server.planned import Failure
from mock_server.request import Call
from mock_server.simulator import Simulator
from mock_server.steering import PushedEvent, WantedEnd
from mock_server.steering import end_task as end_now
from mock_server.steering import push_event as push_now
from mock_server.task import TaskEvents
from mock_server.world import World

_LIMIT = 1_000


async def seed_tasks(call: Call) -> "_Seeding":
    return _Seeding(call.simulator, addressed_world(call), call.body or {})


async def inspect_task(call: Call) -> Answer:
    world = addressed_world(call)
    task, now = await world.store.get(call.parameters["taskId"]), world.clock.now()
    events = TaskEvents(task)
    asked = events.planned(int(call.parameters.get("after", 0)))
    newest = events.newest_id(now)
    return json_answer(
        200,
        {
            "task": task.to_json(now, call.simulator.settings.quirks),
            "scenario": task.scenario,
            "endsAt": None if task.ends_at is None or task.ends_at > LAST_INSTANT else timestamp(task.ends_at),
            "total": events.total,
            "events": [
                _event_to_json(event, happened=event["id"] <= newest)
                for event in islice(asked, int(call.parameters.get("limit", _LIMIT)))
            ],
        },
    )


async def push_event(call: Call) -> Answer:
    asked: dict[str, Any] = call.body
    status = asked.get("status")
    event = PushedEvent(asked["message"], asked.get("stepId"), None if status is None else StepStatus(status))
    task, now = await push_now(addressed_world(call), call.parameters["taskId"], event)
    events = TaskEvents(task)
    (pushed,) = events.between(events.newest_id(now) - 1, now)
    return json_answer(201, _event_to_json(pushed, happened=True))


async def end_task(call: Call) -> Answer:
    asked: dict[str, Any] = call.body
    error = asked.get("error")
    wanted = WantedEnd(
        TaskStatus(asked["status"]),
        None if error is None else Failure(error.get("name", "Error"), error["message"]),
        asked.get("output"),
    )
    task, now = await end_now(addressed_world(call), call.parameters["taskId"], wanted)
    return json_answer(200, task.to_json(now, call.simulator.settings.quirks))


class _Seeding:
    """Fills a world as an ASGI application, which gives up when its client goes away."""

    __slots__ = ("_asked", "_simulator", "_world")

    def __init__(self, simulator: Simulator, world: World, asked: Mapping[str, Any]) -> None:
        self._simulator = simulator
        self._world = world
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await unless_client_leaves(self._seed(), receive)
        except ClientLeft:
            return
        await answer(scope, receive, send)

    async def _seed(self) -> Answer:
        # Imported here: it costs the start what it takes until somebody seeds.
        from mock_server.seeding import seeding

        asked = self._asked
        weights = {TaskStatus(status): weight for status, weight in asked.get("statuses", {}).items()}
        wanted = seeding.Wanted(
            count=int(asked.get("count", seeding.COUNT)),
            days=asked.get("days", seeding.DAYS),
            users=int(asked.get("users", seeding.USERS)),
            seed=int(asked["seed"]) if "seed" in asked else None,
            statuses=weights or seeding.STATUSES,
            templates=asked.get("templates", ()),
            creators=asked.get("creators", ()),
        )
        seeded = await seeding.seed_tasks(self._simulator, self._world, wanted)
        return json_answer(
            201,
            {
                "count": len(seeded.tasks),
                "statuses": {status.value: number for status, number in seeded.statuses.items()},
                "users": seeded.users,
                "ids": [task.id for task in seeded.tasks],
            },
        )


def _event_to_json(event: dict[str, Any], *, happened: bool) -> dict[str, Any]:
    shown = {key: event[key] for key in ("id", "type", "body", "createdAt")}
    return shown | {"happened": happened}
