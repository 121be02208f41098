"""What visitors do with tasks, in worlds that last."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from tests.soak.visitor import Visitor, must_be, secrets_of

ENDING = (
    *("happy-path", "instant", "first-step-fails", "last-step-fails", "flaky", "rate-limited", "slow"),
    *("strange-logs", "cancelled-by-someone-else"),
)
HEAVY = ("big-output", "chatty")
ENDLESS = ("never-ending", "stuck-in-queue")

Journey = Callable[[Visitor], Awaitable[object]]


def _ending(visitor: Visitor) -> str:
    return visitor.draw.choice(HEAVY if visitor.draw.random() < 0.005 else ENDING)


async def look(visitor: Visitor) -> None:
    task_id = await visitor.create(_ending(visitor))
    must_be((await visitor.task(task_id))["id"], task_id, "the task")
    page = (await visitor.ask("GET", "/tasks?limit=5")).json
    must_be(len(page["tasks"]), min(5, page["totalTasks"]), "the length of a page")


async def watch(visitor: Visitor) -> None:
    """A stream that is not cut holds what `/logs` holds, and ends as the task does."""
    task_id = await visitor.create(_ending(visitor))
    events = await visitor.watch(task_id)
    must_be(events, await visitor.logs(task_id), f"the logs of {task_id}")
    must_be((await visitor.task(task_id))["status"], _end(events), f"the status of {task_id}")


async def resume(visitor: Visitor) -> None:
    """A stream that was cut goes on where it ended."""
    task_id = await visitor.create(_ending(visitor))
    seen: list[dict[str, Any]] = []
    enough = visitor.draw.randint(1, 3)
    async for _, event in await visitor.open_stream(task_id):
        seen.append(event)
        if len(seen) >= enough or event["type"] == "completion":
            break
    visitor.connection.reset()
    visitor.progress.vanished += 1
    if seen[-1]["type"] != "completion":
        seen += await visitor.watch(task_id, seen[-1]["id"])
    must_be(seen, await visitor.logs(task_id), f"the logs of {task_id} after a break")


async def poll(visitor: Visitor) -> None:
    task_id = await visitor.create(_ending(visitor))
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != "completion":
        after = seen[-1]["id"] if seen else 0
        seen += (await visitor.ask("GET", f"/tasks/{task_id}/events?after={after}")).json
    must_be(seen, await visitor.logs(task_id), f"the logs of {task_id} beside the polls")


async def cancel(visitor: Visitor) -> None:
    task_id = await visitor.create(visitor.draw.choice(ENDLESS))
    if visitor.draw.random() < 0.3:
        await visitor.glance(await visitor.open_stream(task_id))
        visitor.connection.reset()
        visitor.progress.vanished += 1
    await visitor.ask("POST", f"/tasks/{task_id}/cancel")
    events = await visitor.watch(task_id)
    # One of the demo templates fails by itself.
    must_be(_end(events) in {"cancelled", "failed"}, True, f"an end of {task_id}")
    must_be((await visitor.task(task_id))["status"], _end(events), f"the status of {task_id}")


async def retry(visitor: Visitor) -> None:
    task_id = await visitor.create(_ending(visitor))
    first = await visitor.watch(task_id)
    ref = (await visitor.task(task_id))["spec"]["templateInfo"]["entityRef"]
    again = await visitor.ask(
        "POST", f"/tasks/{task_id}/retry", {**secrets_of(ref)}, {"prefer": "scenario=happy-path"}, expected=(201,)
    )
    must_be(again.json["id"], task_id, "the retried task")
    events = await visitor.watch(task_id)
    must_be(events, await visitor.logs(task_id), f"the logs of {task_id} after a retry")
    must_be(events[-1]["id"] > first[-1]["id"], True, "a later completion")


async def vanish(visitor: Visitor) -> None:
    """Open a stream, and go in one of the ways in which clients go."""
    task_id = await visitor.create(visitor.draw.choice(ENDLESS) if visitor.draw.random() < 0.5 else _ending(visitor))
    stream, how = await visitor.open_stream(task_id), visitor.draw.randrange(4)
    if how == 0:
        # Nothing is read for a while; the server must not keep what it cannot send for ever.
        await asyncio.sleep(visitor.draw.uniform(0.01, 0.1))
    elif how == 1:
        await visitor.glance(stream)
    if how == 2:
        await visitor.connection.half_close()
    elif how == 3:
        visitor.connection.close()
    else:
        visitor.connection.reset()
    visitor.progress.vanished += 1
    await visitor.ask("POST", f"/tasks/{task_id}/cancel")


async def vanish_from_a_poll(visitor: Visitor) -> None:
    task_id = await visitor.create("stuck-in-queue")
    visitor.connection.close()
    reading = asyncio.ensure_future(visitor.ask("GET", f"/tasks/{task_id}/events"))
    await asyncio.sleep(0.01)
    visitor.connection.reset()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    visitor.progress.vanished += 1
    await visitor.ask("POST", f"/tasks/{task_id}/cancel")


async def vanish_from_a_request(visitor: Visitor) -> None:
    await visitor.begin("/tasks", 5_000, b'{"templateRef": "template:default/hello-world", "values": {')
    if visitor.draw.random() < 0.5:
        await asyncio.sleep(0.01)
    visitor.connection.reset()
    visitor.progress.vanished += 1


async def list_them(visitor: Visitor) -> None:
    creator, status = f"user:default/{visitor.token.partition('-')[0]}", visitor.draw.choice(("completed", "failed"))
    query = f"createdBy={creator}&status={status}&limit=20&offset={visitor.draw.randrange(40)}&order=asc:created_at"
    page = (await visitor.ask("GET", f"/tasks?{query}")).json
    must_be({(task["createdBy"], task["status"]) for task in page["tasks"]} <= {(creator, status)}, True, "a filter")
    if not page["tasks"]:
        must_be(page["totalTasks"] <= 40, True, "a page behind the last")


async def dry_run(visitor: Visitor) -> None:
    steps = [
        {"id": "greet", "action": "debug:log", "input": {"message": "Hi ${{ parameters.name }}"}},
        {"id": "fetch", "action": "fetch:template", "input": {"url": "./skeleton", "values": {"name": "you"}}},
    ]
    spec = {"owner": "user:default/ann", "type": "website", "steps": steps, "output": {"hi": "${{ parameters.name }}"}}
    entity = {"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "t"}}
    files = [{"path": f"skeleton/{n}.txt", "base64Content": "SGkgJHt7IHZhbHVlcy5uYW1lIH19"} for n in range(10)]
    body = {"template": {**entity, "spec": spec}, "values": {"name": "you"}, "directoryContents": files}
    result = (await visitor.ask("POST", "/dry-run", body)).json
    must_be((result["output"], len(result["directoryContents"])), ({"hi": "you"}, 10), "the result of a dry run")


async def be_refused(visitor: Visitor) -> None:
    await visitor.ask("GET", "/tasks/nowhere", expected=(404,))
    await visitor.as_user("nobody").ask("GET", "/tasks", expected=(401,))
    await visitor.ask("POST", "/tasks", {"templateRef": "no-such-template", "values": {}}, expected=(404,))
    await visitor.ask("POST", "/tasks", {"templateRef": 7}, expected=(400,))
    hello = {"templateRef": "template:default/hello-world", "values": {}}
    await visitor.ask("POST", "/tasks", hello, {"prefer": "scenario=read-only"}, expected=(403,))


JOURNEYS: Mapping[Journey, int] = MappingProxyType(
    {
        look: 60,
        watch: 18,
        resume: 6,
        poll: 6,
        cancel: 8,
        retry: 5,
        vanish: 12,
        vanish_from_a_poll: 3,
        vanish_from_a_request: 2,
        list_them: 3,
        dry_run: 2,
        be_refused: 2,
    }
)


def _end(events: list[dict[str, Any]]) -> str:
    said: str = events[-1]["body"]["message"]
    return said.removeprefix("Run completed with status: ")
