"""The clock is driven by a wall clock in the test's hand; nothing here sleeps."""

import asyncio

import pytest

from mock_server.clock import LAST_INSTANT, ImpossibleTime, Signal, VirtualClock, parse_timestamp, timestamp


class Wall:
    """A wall clock that stands still until told."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_virtual_time_runs_at_its_speed(wall):
    clock = VirtualClock(speed=20, start=1_000, wall=wall)
    wall.seconds += 0.5
    assert clock.now() == 11_000


def test_a_change_of_speed_does_not_jump(wall):
    clock = VirtualClock(speed=20, start=0, wall=wall)
    wall.seconds += 1
    clock.run(2)
    assert clock.now() == 20_000
    wall.seconds += 1
    assert clock.now() == 22_000


def test_a_frozen_clock_moves_only_when_advanced(wall):
    clock = VirtualClock(start=7, wall=wall)
    clock.freeze()
    wall.seconds += 100
    assert clock.now() == 7
    clock.advance(3)
    assert clock.now() == 10


def test_an_advance_is_kept_when_the_clock_runs_on(wall):
    clock = VirtualClock(start=0, wall=wall)
    clock.advance(60_000)
    wall.seconds += 1
    assert clock.now() == 61_000


def test_a_frozen_clock_runs_on_as_fast_as_before(wall):
    clock = VirtualClock(speed=20, start=0, frozen=True, wall=wall)
    assert (clock.is_frozen, clock.speed) == (True, 20)
    wall.seconds += 1
    clock.run()
    assert (clock.is_frozen, clock.now()) == (False, 0)
    wall.seconds += 1
    assert clock.now() == 20_000


def test_a_clock_is_moved_to_an_instant_and_runs_on_from_there(wall):
    clock = VirtualClock(start=5, wall=wall)
    wall.seconds += 1
    clock.advance_to(60_000)
    assert clock.now() == 60_000
    wall.seconds += 1
    assert clock.now() == 61_000


def test_a_clock_may_be_set_back_by_who_knows_that_nothing_has_happened(wall):
    clock = VirtualClock(start=60_000, wall=wall)
    clock.set(7)
    assert clock.now() == 7


@pytest.mark.parametrize("move", [lambda clock: clock.advance(-1), lambda clock: clock.advance_to(6)])
def test_time_cannot_go_backwards(wall, move):
    clock = VirtualClock(start=7, wall=wall)
    with pytest.raises(ImpossibleTime, match="backwards"):
        move(clock)
    assert clock.now() == 7


@pytest.mark.parametrize(
    "move",
    [
        lambda clock: clock.advance(LAST_INSTANT),
        lambda clock: clock.advance_to(LAST_INSTANT + 1),
        lambda clock: clock.set(LAST_INSTANT + 1),
        lambda clock: clock.set(-1),
        lambda _: VirtualClock(start=-1),
        lambda _: VirtualClock(start=LAST_INSTANT + 1),
    ],
)
def test_time_has_an_end_and_a_beginning(wall, move):
    clock = VirtualClock(start=7, wall=wall)
    with pytest.raises(ImpossibleTime, match="no dates"):
        move(clock)
    assert clock.now() == 7


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00.0019+02:00", 1),
        ("9999-12-31T23:59:59.999Z", LAST_INSTANT),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_an_instant_is_read_to_the_millisecond(text, instant):
    assert parse_timestamp(text) == instant


@pytest.mark.parametrize("text", ["", "today", "1970-01-01T00:00:00", "1970-01-01", "1970-13-01T00:00:00Z"])
def test_what_is_no_instant_is_not_read(text):
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(text)


async def settle() -> None:
    """Let every task that is ready run until it waits again."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_wait_ends_when_its_instant_is_reached():
    clock, changed = VirtualClock(speed=0, start=0), Signal()
    waiting = asyncio.create_task(clock.wait(500, changed, changed.version))
    clock.advance(499)
    await settle()
    assert not waiting.done()
    clock.advance(1)
    await settle()
    assert waiting.done()


async def test_a_wait_for_a_past_instant_returns_at_once():
    changed = Signal()
    await VirtualClock(speed=0, start=9).wait(9, changed, changed.version)


async def test_a_wait_ends_when_something_changed():
    clock, changed = VirtualClock(speed=0, start=0), Signal()
    waiting = asyncio.create_task(clock.wait(None, changed, changed.version))
    await settle()
    assert not waiting.done()
    changed.fire()
    await settle()
    assert waiting.done()


async def test_a_change_between_looking_and_waiting_is_not_missed():
    clock, changed = VirtualClock(speed=0, start=0), Signal()
    seen = changed.version
    changed.fire()
    await clock.wait(None, changed, seen)


async def test_a_running_clock_wakes_a_waiter_by_itself():
    clock, changed = VirtualClock(speed=1_000_000, start=0), Signal()
    await clock.wait(1_000, changed, changed.version)
    assert clock.now() >= 1_000


async def test_a_waiter_follows_a_change_of_speed():
    clock, changed = VirtualClock(speed=0.000001, start=0), Signal()
    waiting = asyncio.create_task(clock.wait(1_000, changed, changed.version))
    await settle()
    clock.run(1_000_000)
    await waiting


async def test_a_cancelled_wait_leaves_nothing_behind():
    clock, changed = VirtualClock(), Signal()
    waiting = asyncio.create_task(clock.wait(clock.now() + 10_000, changed, changed.version))
    await settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not changed.waited_for


def test_a_timestamp_has_milliseconds_and_ends_in_z():
    assert timestamp(1_795_308_581_007) == "2026-11-22T00:49:41.007Z"


async def test_who_waits_for_what_is_due_lets_others_have_their_turn():
    clock, turns = VirtualClock(speed=0, start=5), []
    asyncio.get_running_loop().call_soon(turns.append, "other")
    await clock.wait(5, Signal(), 0)
    assert turns == ["other"]
