"""The operations of the control API on worlds."""

import secrets
from typing import Any

from mock_server.addresses import MOUNT, WORLDS_PREFIX
from mock_server.answers import Answer, json_answer
from mock_server.clock import give_way
from mock_server.control.addressed import addressed_world
from mock_server.control.clock import clock_to_json, instant
from mock_server.request import Call
from mock_server.world import DEFAULT_WORLD, Beginning, World

# Of a thousand worlds, so many are told before others have their turn.
_AT_ONCE = 50


async def list_worlds(call: Call) -> Answer:
    shown = []
    for number, world in enumerate(sorted(call.simulator.worlds, key=lambda world: world.name), start=1):
        shown.append(await world_to_json(world))
        if number % _AT_ONCE == 0:
            await give_way()
    return json_answer(200, {"worlds": shown})


async def create_world(call: Call) -> Answer:
    asked: dict[str, Any] = call.body or {}
    name = asked.get("name") or f"world-{secrets.token_hex(8)}"
    beginning = Beginning(
        scenario=asked.get("scenario"),
        now=None if "now" not in asked else instant(asked["now"]),
        speed=asked.get("speed"),
        frozen=asked.get("frozen", False),
    )
    return json_answer(201, await world_to_json(call.simulator.worlds.create(name, beginning)))


async def get_world(call: Call) -> Answer:
    return json_answer(200, await world_to_json(addressed_world(call)))


async def delete_world(call: Call) -> Answer:
    call.simulator.worlds.delete(call.parameters["world"])
    return Answer(204)


async def reset_world(call: Call) -> Answer:
    return json_answer(200, await world_to_json(call.simulator.worlds.reset(call.parameters["world"])))


async def world_to_json(world: World) -> dict[str, Any]:
    """What the control API says of a world."""
    prefix = "" if world.name == DEFAULT_WORLD else f"{WORLDS_PREFIX}{world.name}"
    return {
        "name": world.name,
        "path": f"{prefix}{MOUNT}",
        "scenario": world.scenario,
        "tasks": await world.store.count(),
        "clock": await clock_to_json(world),
    }
