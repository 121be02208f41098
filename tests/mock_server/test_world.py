"""Worlds: made when asked for, kept apart, gone when idle."""

from collections.abc import Callable

import pytest

from mock_server.clock import VirtualClock
from mock_server.faults.faults import Faults
from mock_server.store import InMemoryTaskStore
from mock_server.world import (
    AS_ALL,
    Beginning,
    InvalidWorldName,
    LastingWorld,
    UnknownWorld,
    World,
    WorldExists,
    Worlds,
    check_world_name,
)


def make_world(name: str = "default", beginning: Beginning = AS_ALL) -> World:
    clock = VirtualClock(speed=0, start=0)
    scenario = beginning.scenario or "happy-path"
    return World(name, clock, InMemoryTaskStore(clock, 10), scenario, Faults(clock, ""))


@pytest.fixture
def worlds_of() -> Callable[[int], Worlds]:
    return lambda limit: Worlds(make_world, limit)


def names(worlds: Worlds) -> list[str]:
    return [world.name for world in worlds]


@pytest.mark.parametrize("name", ["a", "default", "CI_run-42", "0", "-", "_", "a" * 64])
def test_a_name_has_1_to_64_letters_digits_dashes_or_underscores(name):
    check_world_name(name)
    assert Worlds(make_world).get(name).name == name


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "a/b", "a.b", "ü", "a\n", "٣"])
def test_no_world_has_any_other_name(name):
    worlds = Worlds(make_world)
    with pytest.raises(InvalidWorldName, match="1 to 64 letters, digits, '_' or '-'"):
        worlds.get(name)
    assert names(worlds) == []


def test_a_world_is_made_once(worlds_of):
    worlds = worlds_of(3)
    assert worlds.get("a") is worlds.get("a")
    assert names(worlds) == ["a"]


def test_past_the_limit_the_idlest_world_goes(worlds_of):
    worlds = worlds_of(3)
    for name in ("a", "b", "c", "a", "d"):
        worlds.get(name)
    assert names(worlds) == ["c", "a", "d"]


def test_the_default_world_never_goes(worlds_of):
    worlds = worlds_of(3)
    for name in ("default", "a", "b", "c", "d"):
        worlds.get(name)
    assert set(names(worlds)) == {"default", "c", "d"}


def test_the_new_world_is_not_the_one_that_goes(worlds_of):
    worlds = worlds_of(2)
    for name in ("a", "default", "b"):
        worlds.get(name)
    assert set(names(worlds)) == {"default", "b"}


def test_there_are_at_most_a_thousand_worlds():
    worlds = Worlds(make_world)
    default = worlds.get("default")
    for number in range(1_200):
        worlds.get(f"w{number}")
    assert len(names(worlds)) == 1_000
    assert worlds.get("default") is default


def test_a_world_that_goes_is_closed(worlds_of):
    worlds = worlds_of(2)
    first = worlds.get("a")
    signal = first.store.changed("task")
    worlds.get("b")
    assert not first.is_closed
    worlds.get("c")
    assert first.is_closed
    assert signal.version == 1


def test_a_world_that_went_is_made_anew(worlds_of):
    worlds = worlds_of(1)
    first = worlds.get("a")
    worlds.get("b")
    assert worlds.get("a") is not first


def test_closing_closes_every_world(worlds_of):
    worlds = worlds_of(3)
    made = [worlds.get(name) for name in ("a", "b", "default")]
    signals = [world.store.changed("task") for world in made]
    worlds.close()
    assert all(world.is_closed for world in made)
    assert [signal.version for signal in signals] == [1, 1, 1]


def test_uses_are_counted_for_each_scenario_and_template():
    world = make_world()
    uses = [("flaky", "a"), ("flaky", "a"), ("flaky", "b"), ("slow", "a"), ("flaky", "a")]
    assert [world.count_use(*use) for use in uses] == [1, 2, 1, 1, 3]


def test_a_create_is_told_how_many_of_its_template_came_before():
    world = make_world()
    assert [world.count_create(ref) for ref in ("a", "a", "b", "a")] == [0, 1, 0, 2]


def test_worlds_count_for_themselves():
    one, other = make_world("one"), make_world("other")
    one.count_use("flaky", "a")
    one.count_create("a")
    assert other.count_use("flaky", "a") == 1
    assert other.count_create("a") == 0


def test_only_a_world_that_is_there_is_found(worlds_of):
    worlds = worlds_of(3)
    made = worlds.get("a")
    assert worlds.find("a") is made
    with pytest.raises(UnknownWorld, match="no world 'b'"):
        worlds.find("b")
    assert names(worlds) == ["a"]


def test_a_name_is_taken_once(worlds_of):
    worlds = worlds_of(3)
    worlds.create("a")
    with pytest.raises(WorldExists, match="a world 'a' already"):
        worlds.create("a")


def test_a_world_that_is_reset_begins_as_it_was_made(worlds_of):
    worlds = worlds_of(3)
    first = worlds.create("a", Beginning(scenario="slow"))
    first.scenario = "flaky"
    closed = first.store.changed("task")
    anew = worlds.reset("a")
    assert (anew is first, anew.scenario, closed.version) == (False, "slow", 1)
    assert worlds.find("a") is anew


def test_a_world_that_is_deleted_forgets_how_it_began(worlds_of):
    worlds = worlds_of(3)
    worlds.create("a", Beginning(scenario="slow"))
    worlds.delete("a")
    assert names(worlds) == []
    assert worlds.get("a").scenario == "happy-path"


def test_a_world_that_goes_for_others_forgets_how_it_began(worlds_of):
    worlds = worlds_of(1)
    worlds.create("a", Beginning(scenario="slow"))
    worlds.get("b")
    assert worlds.get("a").scenario == "happy-path"


def test_the_default_world_is_not_deleted(worlds_of):
    worlds = worlds_of(3)
    worlds.get("default")
    with pytest.raises(LastingWorld, match="only reset"):
        worlds.delete("default")
    assert worlds.reset("default").name == "default"


@pytest.mark.parametrize("change", [Worlds.reset, Worlds.delete])
def test_what_is_not_there_is_not_changed(worlds_of, change):
    with pytest.raises(UnknownWorld):
        change(worlds_of(3), "a")


def test_a_world_that_is_made_after_the_end_is_closed(worlds_of):
    worlds = worlds_of(3)
    worlds.close()
    assert worlds.get("late").is_closed
