"""What visitors do with a world of their own. Most of the worlds are left behind."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from tests.soak.visitor import HELLO, USERS, Visitor, must_be

_MOST_TASKS = 8


async def live_in_a_world(visitor: Visitor, numbers: "count[int]") -> None:
    """Make a world, create tasks in it, do something to it, and leave."""
    number = next(numbers)
    world = visitor.elsewhere(f"soaked-{number}")
    visitor.progress.worlds += 1
    if visitor.draw.random() < 0.5:
        await world.ask("GET", "/tasks")
        await world.control("POST", "/clock/freeze")
    else:
        beginning = {"name": world.world, "frozen": True, "now": "2026-01-05T08:00:00Z", "scenario": "slow"}
        await visitor.connection.ask("POST", "/_mock/v1/worlds", beginning, expected=(201,))
    await _counted(world)
    await _DEEDS[number % len(_DEEDS)](world)
    await _end(world)


async def _counted(world: Visitor) -> None:
    """The totals of the list and of the control API agree."""
    wanted = world.draw.randint(1, _MOST_TASKS)
    creators = [world.draw.choice(list(USERS)) for _ in range(wanted)]
    for token in creators:
        await world.as_user(token).create(world.draw.choice((None, "instant")))
    must_be((await world.ask("GET", "/tasks?limit=1")).json["totalTasks"], wanted, "all tasks of a world")
    for token, ref in USERS.items():
        found = (await world.ask("GET", f"/tasks?createdBy={ref}")).json
        must_be((found["totalTasks"], len(found["tasks"])), (creators.count(token),) * 2, f"the tasks of {ref}")
    must_be((await world.control("GET", ""))["tasks"], wanted, "the tasks of a world")


async def _turn_the_clock(world: Visitor) -> None:
    task_id = await world.create("happy-path", HELLO)
    status = ""
    while status != "completed":
        await world.control("POST", "/clock/step")
        status = (await world.task(task_id))["status"]
    must_be(await world.watch(task_id), await world.logs(task_id), "the logs of a world whose time stands still")
    await world.control("POST", "/clock/run", {"speed": world.draw.choice((0.5, 7, 1000))})


async def _use_tokens(world: Visitor) -> None:
    for end in ("expire", "revoke", "outlive"):
        lifetime = {"lifetime": 60} if end == "outlive" else {}
        issued = await world.control("POST", "/tokens", {"entityRef": "user:default/eve", **lifetime}, (201,))
        eve = world.as_user(issued["token"])
        await eve.create("instant")
        if end == "outlive":
            await world.control("POST", "/clock/advance", {"seconds": 61})
        else:
            await world.control("POST", f"/tokens/{end}", {"token": eve.token}, (204,))
        await eve.ask("GET", "/tasks", expected=(401,))


async def _use_faults(world: Visitor) -> None:
    task_id = await world.create("instant")
    refusing = {"fault": "error", "code": 503, "operation": "getTask"}
    fault = await world.control("POST", "/faults", refusing, (201,))
    await world.ask("GET", f"/tasks/{task_id}", expected=(503,))
    await world.control("DELETE", f"/faults/{fault['id']}", expected=(204,))
    await world.ask("GET", f"/tasks/{task_id}")
    cutting = {"fault": "drop-before-completion", "how": "end", "operation": "getTaskEventStream", "lifetime": 60}
    await world.control("POST", "/faults", cutting, (201,))
    kinds = [kind async for kind, _ in await world.open_stream(task_id)]
    must_be("completion" in kinds, False, "a completion that a fault drops")
    await world.control("DELETE", "/faults", expected=(204,))
    await world.watch(task_id)


async def _copy(world: Visitor) -> None:
    """A world that is restored of a snapshot is equal."""
    task_id = await world.create("happy-path")
    await world.control("POST", "/clock/advance", {"seconds": 2})
    snapshot = await world.control("GET", "/snapshot")
    copy = world.elsewhere(f"{world.world}-again")
    await copy.control("PUT", "/snapshot", snapshot)
    must_be(await copy.logs(task_id), await world.logs(task_id), "the logs of a restored task")
    await copy.control("POST", "/clock/advance", {"seconds": 600})
    must_be(await copy.watch(task_id), await copy.logs(task_id), "the end of a restored task")
    if world.draw.random() < 0.5:
        await copy.control("DELETE", "", expected=(204,))


async def _observe(world: Visitor) -> None:
    """Watch all that happens, and vanish."""
    async for kind, _ in await world.open_world_stream():
        must_be(kind, "world", "the first that a watcher hears")
        break
    world.connection.reset()
    await world.control("GET", f"/journal?operation=createTask&wait=0.2&count={world.draw.randint(1, 2)}")
    world.progress.vanished += 1


async def _seed(world: Visitor) -> None:
    """Have it filled with tasks, and be gone before it is full, or not."""
    if world.draw.random() < 0.5:
        made = await world.control("POST", "/tasks/seed", {"count": 20, "days": 3}, (201,))
        must_be(len(made["ids"]), 20, "the seeded tasks")
        return
    filling = asyncio.ensure_future(world.control("POST", "/tasks/seed", {"count": 200}, (201,)))
    await asyncio.sleep(0.02)
    world.connection.reset()
    filling.cancel()
    await asyncio.gather(filling, return_exceptions=True)
    world.progress.vanished += 1


_DEEDS: tuple[Callable[[Visitor], Awaitable[None]], ...] = (
    *(_turn_the_clock, _use_tokens, _use_faults, _copy, _observe, _seed),
)


async def _end(world: Visitor) -> None:
    how = world.draw.random()
    if how > 0.3:
        return
    task_id = await world.create("never-ending", HELLO)
    stream = await world.open_stream(task_id)
    other = type(world.connection)(*world.connection.address)
    async with other:
        end = ("POST", "/reset", (200,)) if how < 0.1 else ("DELETE", "", (204,))
        await world.as_on(other).control(end[0], end[1], expected=end[2])
    # It ends whole, and without a completion.
    must_be("completion" in [kind async for kind, _ in stream], False, "a completion of a world that has ended")
