"""What the handlers call: here a task is retried, and what a retry takes from the simulator."""

from typing import Any

import pytest

from mock_server.app import MockServer, Options
from mock_server.scenario import UnknownScenario
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.store import UnknownTask, VersionConflict
from mock_server.task import Task, TaskEvents, TaskNotRetriable
from mock_server.templates import InvalidValues, UnknownTemplate
from mock_server.world import World
from tests.mock_server.conftest import DATA

GUEST = Principal("user:default/guest")


@pytest.fixture
def simulator() -> Simulator:
    return MockServer(Options(seed=1)).simulator


@pytest.fixture
def world(simulator: Simulator) -> World:
    world = simulator.worlds.get("default")
    world.clock.freeze()
    return world


async def ended(simulator: Simulator, world: World, **new: Any) -> Task:
    """A task that has ended a minute ago."""
    new = {"template_ref": "hello-world", "values": {}} | new
    task = (await simulator.create_task(world, GUEST, NewTask(**new))).task
    assert task.ends_at is not None
    world.clock.advance(task.ends_at - world.clock.now() + 60_000)
    return task


def ids(task: Task, world: World) -> list[int]:
    return [event["id"] for event in TaskEvents(task).between(0, world.clock.now())]


async def test_a_retry_has_greater_event_ids_than_all_that_was_before(simulator, world):
    task = await ended(simulator, world)
    other = await ended(simulator, world)
    before = ids(task, world) + ids(other, world)
    again = (await simulator.retry_task(world, task.id, {})).task
    assert again.first_event_id > max(before)
    assert ids(again, world) == [*ids(task, world)[:-1], again.first_event_id]


async def test_a_retry_leaves_room_for_the_ids_of_a_whole_run(simulator, world):
    task = await ended(simulator, world)
    again = (await simulator.retry_task(world, task.id, {})).task
    world.clock.advance(again.ends_at - world.clock.now())
    other = await ended(simulator, world)
    assert other.first_event_id > max(ids(again, world))


async def test_a_retry_is_a_use_of_a_scenario(simulator, world):
    task = await ended(simulator, world, scenario="flaky")
    assert task.status(world.clock.now()) == "failed"
    again = await simulator.retry_task(world, task.id, {}, "flaky")
    assert again.choice.scenario == "flaky"
    assert again.task.plan.error.message.endswith("(attempt 2)")


async def test_a_retry_takes_the_active_scenario_if_it_names_none(simulator, world):
    task = await ended(simulator, world, scenario="first-step-fails")
    assert (await simulator.retry_task(world, task.id, {})).choice.scenario == "happy-path"


async def test_a_retry_that_is_refused_is_no_use(simulator, world):
    task = await ended(simulator, world, scenario="flaky")
    with pytest.raises(UnknownScenario):
        await simulator.retry_task(world, task.id, {}, "nope")
    await simulator.retry_task(world, task.id, {}, "flaky")
    with pytest.raises(TaskNotRetriable):
        await simulator.retry_task(world, task.id, {}, "flaky")
    assert world.count_use("flaky", "template:default/hello-world") == 3


async def test_with_a_seed_a_retry_goes_the_same_way_each_time():
    plans = []
    for _ in range(2):
        simulator = MockServer(Options(seed=7)).simulator
        world = simulator.worlds.get("default")
        world.clock.freeze()
        task = await ended(simulator, world)
        plans.append((await simulator.retry_task(world, task.id, {})).task.plan)
    assert plans[0] == plans[1]


async def test_an_unknown_task_cannot_be_retried(simulator, world):
    with pytest.raises(UnknownTask):
        await simulator.retry_task(world, "nope", {})


async def test_a_task_whose_template_is_gone_cannot_be_retried(simulator, world):
    task = await ended(simulator, world)
    simulator.catalog = MockServer(Options(templates=[DATA / "recorded_entities.yaml"])).simulator.catalog
    with pytest.raises(UnknownTemplate):
        await simulator.retry_task(world, task.id, {})


async def test_a_retry_needs_the_secrets_again_and_says_so_before_anything_else(simulator, world, demo_values):
    secrets = {"deployToken": "not-so-secret"}
    new = NewTask("secret-deploy-key", demo_values["template:default/secret-deploy-key"], secrets)
    task = (await simulator.create_task(world, GUEST, new)).task
    with pytest.raises(InvalidValues):
        await simulator.retry_task(world, task.id, {})
    with pytest.raises(TaskNotRetriable):
        await simulator.retry_task(world, task.id, secrets)


async def test_of_two_retries_at_once_one_is_refused(simulator, world, monkeypatch):
    task = await ended(simulator, world)
    replace = world.store.replace

    async def overtaken(task: Task, *, expected_version: int) -> None:
        monkeypatch.setattr(world.store, "replace", replace)
        await simulator.retry_task(world, task.id, {})
        raise VersionConflict

    monkeypatch.setattr(world.store, "replace", overtaken)
    with pytest.raises(TaskNotRetriable):
        await simulator.retry_task(world, task.id, {})
