"""The operations of the control API on the clock of a world."""

from typing import Any

from mock_server.answers import Answer, json_answer
from mock_server.clock import SECOND, Milliseconds, parse_timestamp, timestamp
from mock_server.control.addressed import addressed_world
from mock_server.request import Call, InvalidRequest
from mock_server.world import NothingToCome, World


async def get_clock(call: Call) -> Answer:
    return json_answer(200, await clock_to_json(addressed_world(call)))


async def set_clock(call: Call) -> Answer:
    world, now = addressed_world(call), instant(call.body["now"])
    if await world.store.count():
        world.clock.advance_to(now)
    else:
        world.clock.set(now)
    return json_answer(200, await clock_to_json(world))


async def freeze_clock(call: Call) -> Answer:
    world = addressed_world(call)
    world.clock.freeze()
    return json_answer(200, await clock_to_json(world))


async def run_clock(call: Call) -> Answer:
    world = addressed_world(call)
    world.clock.run((call.body or {}).get("speed"))
    return json_answer(200, await clock_to_json(world))


async def advance_clock(call: Call) -> Answer:
    world = addressed_world(call)
    world.clock.advance(round(call.body["seconds"] * SECOND))
    return json_answer(200, await clock_to_json(world))


async def step_clock(call: Call) -> Answer:
    world = addressed_world(call)
    due = await world.store.next_event_at()
    if due is None:
        raise NothingToCome
    world.clock.advance_to(max(due, world.clock.now()))
    return json_answer(200, await clock_to_json(world))


async def clock_to_json(world: World) -> dict[str, Any]:
    """What the control API says of the clock of a world."""
    due = await world.store.next_event_at()
    return {
        "now": timestamp(world.clock.now()),
        "frozen": world.clock.is_frozen,
        "speed": world.clock.speed,
        "nextEventAt": None if due is None else timestamp(due),
    }


def instant(text: str) -> Milliseconds:
    """An instant that a request names. Raises InvalidRequest."""
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidRequest(f"'{text}' is no instant: {error}") from None
