"""A world is filled with tasks that look as if they had been there for weeks."""

import asyncio
import subprocess
import sys
from collections import Counter

import pytest

from mock_server.app import MockServer, Options
from mock_server.clock import SECOND, VirtualClock
from mock_server.lifecycle import TaskStatus
from mock_server.seeding.days import DAY
from mock_server.seeding.refusals import NoStatus, NothingToSeed, TooManyTasks
from mock_server.seeding.seeding import Wanted, seed_tasks
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.store import UnknownTask
from mock_server.task import Task, TaskEvents
from mock_server.task_index import TaskQuery
from mock_server.templates import UnknownTemplate, check_values, parse_template_ref
from mock_server.world import Beginning, UnknownWorld, World

NOW = 1_795_308_581_000
ONE_IS_IMPOSSIBLE = """\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: odd}
spec:
  type: service
  parameters: {required: [a], properties: {a: {type: string, pattern: "(?=x)(?!x)"}}}
  steps: [{id: a, action: debug:log, input: {message: hi}}]
"""


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return MockServer(Options(seed=1)).simulator


_NAMES = iter(range(10_000))


@pytest.fixture
def world(simulator) -> World:
    return world_of(simulator)


def world_of(simulator: Simulator) -> World:
    return simulator.worlds.create(f"w{next(_NAMES)}", Beginning(now=NOW, frozen=True))


async def listed(world: World, **query) -> list[Task]:
    return list((await world.store.find(TaskQuery(**query))).tasks)


async def test_five_hundred_tasks_of_thirty_days_by_twelve_users(simulator, world):
    seeded = await seed_tasks(simulator, world, Wanted(count=500, days=30, users=12, seed=7))
    tasks = await listed(world)
    assert [task.id for task in reversed(tasks)] == [task.id for task in seeded.tasks]
    assert len({task.id for task in tasks}) == 500
    assert Counter(task.status(NOW) for task in tasks) == seeded.statuses
    assert seeded.statuses[TaskStatus.COMPLETED] > 350
    assert all(seeded.statuses.values())
    assert {task.created_by for task in tasks} == set(seeded.users)
    assert len(seeded.users) == 12
    assert all(NOW - 31 * DAY < task.created_at < NOW for task in tasks)
    assert len({task.created_at // DAY for task in tasks}) > 20
    assert [task.created_at for task in tasks] == sorted((task.created_at for task in tasks), reverse=True)
    assert len({task.spec["templateInfo"]["entityRef"] for task in tasks}) == len(simulator.catalog.template_refs)


async def test_every_task_is_one_that_could_have_been_created(simulator, world):
    for task in (await seed_tasks(simulator, world, Wanted(count=200, seed=3))).tasks:
        template = simulator.catalog.template(parse_template_ref(task.spec["templateInfo"]["entityRef"]))
        check_values(template, task.spec["parameters"])
        assert task.spec["user"] == {"ref": task.created_by}
        events = list(TaskEvents(task).between(0, NOW))
        assert (events[-1]["type"] == "completion" if events else False) == (
            task.ends_at is not None and task.ends_at <= NOW
        )


async def test_no_two_events_of_tasks_have_one_id(simulator, world):
    ids = [
        event["id"]
        for task in (await seed_tasks(simulator, world, Wanted(count=100))).tasks
        for event in TaskEvents(task).planned()
    ]
    assert len(set(ids)) == len(ids)


async def test_an_equal_world_gets_equal_tasks_and_the_same_one_gets_others(simulator):
    one, other = world_of(simulator), world_of(simulator)
    wanted = Wanted(count=30, seed=7)
    first, second = [await seed_tasks(simulator, world, wanted) for world in (one, other)]
    assert first == second
    again = await seed_tasks(simulator, one, wanted)
    assert {task.id for task in again.tasks}.isdisjoint(task.id for task in first.tasks)
    assert len(await listed(one)) == 60
    unlike = await seed_tasks(simulator, world_of(simulator), Wanted(count=30, seed=8))
    assert [task.created_by for task in unlike.tasks] != [task.created_by for task in first.tasks]


async def test_no_id_is_given_twice_even_if_nobody_has_counted(simulator):
    one, other = world_of(simulator), world_of(simulator)
    seeded = await seed_tasks(simulator, one, Wanted(count=5, seed=7))
    await other.store.create_all(seeded.tasks)
    await seed_tasks(simulator, other, Wanted(count=5, seed=7))
    assert len({task.id for task in await listed(other)}) == 10


async def test_tasks_that_were_there_stay_in_their_place_by_time(simulator, world):
    before = (await simulator.create_task(world, Principal(None), NewTask("hello-world", {}))).task
    await seed_tasks(simulator, world, Wanted(count=20, statuses={TaskStatus.COMPLETED: 1}))
    assert (await listed(world))[0] == before
    statuses = Counter(task.status(NOW) for task in await listed(world, statuses=frozenset({"completed", "open"})))
    assert statuses == {TaskStatus.COMPLETED: 20, TaskStatus.OPEN: 1}


async def test_whoever_is_known_is_among_those_who_have_created_them(simulator, world):
    known = ["guest", "user:default/guest", "User:Ops/Amara"]
    seeded = await seed_tasks(simulator, world, Wanted(count=40, users=4, creators=known))
    assert seeded.users[:2] == ["user:default/guest", "user:ops/amara"]
    assert len(set(seeded.users)) == 4
    own = await listed(world, creators=frozenset({"user:default/guest"}))
    assert len(own) > 5
    assert own[0].spec["user"]["entity"]["metadata"]["name"] == "guest"
    more = await seed_tasks(simulator, world, Wanted(count=9, users=1, creators=known))
    assert {task.created_by for task in more.tasks} == {"user:default/guest", "user:ops/amara"}


async def test_only_the_templates_that_are_named_are_run(simulator, world):
    seeded = await seed_tasks(
        simulator, world, Wanted(count=10, templates=["hello-world", "template:default/hello-world"])
    )
    assert {task.spec["templateInfo"]["entityRef"] for task in seeded.tasks} == {"template:default/hello-world"}


async def test_a_template_that_always_fails_gives_failed_tasks_whatever_is_wanted(simulator, world):
    wanted = Wanted(count=10, statuses={TaskStatus.COMPLETED: 1}, templates=["broken-legacy-migration"])
    assert (await seed_tasks(simulator, world, wanted)).statuses[TaskStatus.FAILED] == 10


async def test_a_world_gets_no_more_than_it_keeps(simulator, world):
    with pytest.raises(TooManyTasks):
        await seed_tasks(simulator, world, Wanted(count=10_001))
    with pytest.raises(NoStatus):
        await seed_tasks(simulator, world, Wanted(statuses={TaskStatus.OPEN: 0}))
    with pytest.raises(UnknownTemplate):
        await seed_tasks(simulator, world, Wanted(templates=["nope"]))
    assert await listed(world) == []


async def test_templates_for_which_nothing_can_be_made_up_are_passed_over(tmp_path):
    (tmp_path / "odd.yaml").write_text(ONE_IS_IMPOSSIBLE, encoding="utf-8")
    from mock_server.shipped import DEMO_ENTITIES

    simulator = MockServer(Options(templates=[tmp_path, DEMO_ENTITIES])).simulator
    seeded = await seed_tasks(simulator, world_of(simulator), Wanted(count=40))
    assert all(task.spec["templateInfo"]["entityRef"] != "template:default/odd" for task in seeded.tasks)
    with pytest.raises(NothingToSeed):
        await seed_tasks(simulator, world_of(simulator), Wanted(templates=["odd"]))


@pytest.mark.parametrize("now", [0, SECOND, 253_402_300_799_999])
async def test_tasks_are_seeded_at_the_ends_of_time(simulator, now):
    world = simulator.worlds.create(f"w{next(_NAMES)}", Beginning(now=now, frozen=True))
    for task in (await seed_tasks(simulator, world, Wanted(count=50, days=3_650))).tasks:
        task.to_json(now)


async def test_others_have_their_turn_meanwhile(simulator, world):
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    await seed_tasks(simulator, world, Wanted(count=50))
    counting.cancel()
    assert turns >= 50


async def test_a_world_that_goes_meanwhile_is_not_filled(simulator, world):
    seeding = asyncio.create_task(seed_tasks(simulator, world, Wanted(count=50)))
    await asyncio.sleep(0)
    simulator.worlds.delete(world.name)
    with pytest.raises(UnknownWorld):
        await seeding
    with pytest.raises(UnknownTask):
        await world.store.get("42")
    assert await listed(world) == []


def test_the_server_starts_without_faker():
    code = "import sys, mock_server.app; mock_server.app.MockServer(); assert 'faker' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


async def test_running_tasks_go_on_from_where_they_are(simulator, world):
    seeded = await seed_tasks(simulator, world, Wanted(count=10, statuses={TaskStatus.PROCESSING: 1}))
    assert isinstance(world.clock, VirtualClock)
    world.clock.advance(DAY)
    assert {task.status(world.clock.now()) for task in seeded.tasks} <= {TaskStatus.COMPLETED, TaskStatus.FAILED}
