"""The store in memory: what is kept, for how long, and who is told."""

import asyncio
from dataclasses import replace

import pytest

from mock_server.clock import VirtualClock, give_way
from mock_server.lifecycle import TaskStatus
from mock_server.planned import Plan
from mock_server.retained import Retained
from mock_server.store import InMemoryTaskStore, UnknownTask, VersionConflict
from mock_server.task import Task, TaskEvents
from mock_server.task_index import TaskQuery


def task(id: str, ends_at: int | None = None, *, created_by: str | None = None, version: int = 0) -> Task:
    """A task that was created at 0 and ends at this instant."""
    plan = Plan(0, (), ends_at, TaskStatus.COMPLETED, output={})
    return Task(id, {}, created_by, created_at=0, first_event_id=1, plan=plan, version=version)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(speed=0, start=0)


@pytest.fixture
def store(clock) -> InMemoryTaskStore:
    return InMemoryTaskStore(clock, limit=3)


async def ids(store: InMemoryTaskStore, created_by: str | None = None) -> list[str]:
    query = TaskQuery(creators=None if created_by is None else frozenset({created_by}))
    return [task.id for task in (await store.find(query)).tasks]


async def test_a_task_that_was_created_is_found(store):
    await store.create(task("a"))
    assert await store.get("a") == task("a")


async def test_an_unknown_task_is_named_as_the_real_server_names_it(store):
    with pytest.raises(UnknownTask) as caught:
        await store.get("nowhere")
    assert str(caught.value) == "No task with id 'nowhere' found"


async def test_the_newest_task_comes_first(store):
    for id in "abc":
        await store.create(task(id))
    assert await ids(store) == ["c", "b", "a"]


async def test_tasks_of_the_past_stand_where_they_belong_by_time(store, clock):
    clock.advance(100)
    await store.create(replace(task("b"), created_at=50))
    await store.create(replace(task("d"), created_at=90))
    await store.create_all([replace(task("c", created_by="user:default/one"), created_at=50)])
    assert await ids(store) == ["d", "c", "b"]
    assert await ids(store, "user:default/one") == ["c"]


async def test_tasks_of_the_past_are_found_by_status(store, clock):
    clock.advance(100)
    await store.create(task("a"))
    assert [one.id for one in (await store.find(TaskQuery(statuses=frozenset({"processing"})))).tasks] == ["a"]
    await store.create_all([task("b", ends_at=50), task("c")])
    found = await store.find(TaskQuery(statuses=frozenset({"completed"})))
    assert [one.id for one in found.tasks] == ["b"]


async def test_of_tasks_of_the_past_no_more_are_kept_than_of_others(store, clock):
    clock.advance(100)
    await store.create(task("a"))
    await store.create_all([task("b", ends_at=50), task("c", ends_at=40), task("d", ends_at=60)])
    assert await ids(store) == ["d", "b", "a"]


async def test_tasks_are_listed_by_their_creator(store):
    await store.create(task("a", created_by="user:default/one"))
    await store.create(task("b", created_by="user:default/two"))
    await store.create(task("c", created_by="user:default/one"))
    assert await ids(store, "user:default/one") == ["c", "a"]
    assert await ids(store, "user:default/two") == ["b"]
    assert await ids(store, "user:default/three") == []


async def test_a_task_of_a_service_has_no_creator(store):
    await store.create(task("a"))
    assert await ids(store, "") == []
    assert await ids(store) == ["a"]


async def test_a_list_does_not_change_when_tasks_come(store):
    await store.create(task("a"))
    listed = (await store.find(TaskQuery())).tasks
    await store.create(task("b"))
    assert [task.id for task in listed] == ["a"]


async def test_the_first_to_have_finished_goes_first(store, clock):
    await store.create(task("running", 10_000))
    await store.create(task("finished late", 500))
    await store.create(task("finished early", 400))
    clock.advance(1_000)
    await store.create(task("new", 5_000))
    assert await ids(store) == ["new", "finished late", "running"]
    await store.create(task("newer"))
    assert await ids(store) == ["newer", "new", "running"]


async def test_without_a_finished_task_the_oldest_goes(store):
    for id in "abcd":
        await store.create(task(id, 1_000))
    assert await ids(store) == ["d", "c", "b"]


async def test_of_tasks_that_end_at_one_instant_the_first_goes_first(store):
    for id in "zyxwv":
        await store.create(task(id, 0))
    assert await ids(store) == ["v", "w", "x"]


async def test_a_task_that_ends_at_once_is_found_beside_running_ones(store):
    for id in "abcd":
        await store.create(task(id, 1_000 if id != "d" else 0))
    assert await ids(store) == ["d", "c", "b"]


async def test_tasks_that_never_end_go_too(store):
    for id in "abcde":
        await store.create(task(id))
    assert await ids(store) == ["e", "d", "c"]


async def test_a_task_at_the_instant_of_its_end_has_finished(store, clock):
    await store.create(task("running", 1_001))
    await store.create(task("finished", 1_000))
    await store.create(task("endless"))
    clock.advance(1_000)
    await store.create(task("new", 9_000))
    assert await ids(store) == ["new", "endless", "running"]


async def test_the_end_of_a_task_is_that_of_its_present_version(store, clock):
    await store.create(task("delayed", 100))
    await store.create(task("other", 9_000))
    await store.create(task("hurried", 9_000))
    await store.replace(task("delayed", 8_000, version=1), expected_version=0)
    await store.replace(task("hurried", 200, version=1), expected_version=0)
    clock.advance(1_000)
    await store.create(task("new", 9_000))
    assert await ids(store) == ["new", "other", "delayed"]


async def test_the_end_of_a_task_that_is_gone_counts_no_more(clock):
    store = InMemoryTaskStore(clock, limit=1)
    await store.create(task("a", 5_000))
    await store.create(task("b", 6_000))
    clock.advance(5_500)
    await store.create(task("c", 9_000))
    assert await ids(store) == ["c"]


async def test_a_task_that_goes_leaves_the_list_of_its_creator(store):
    for id in "abcd":
        await store.create(task(id, created_by="user:default/one" if id in "ab" else "user:default/two"))
    assert await ids(store, "user:default/one") == ["b"]
    await store.create(task("e"))
    assert await ids(store, "user:default/one") == []
    assert await ids(store, "user:default/two") == ["d", "c"]


async def test_a_task_is_replaced_if_nobody_else_did(store):
    await store.create(task("a", 5))
    await store.replace(task("a", 3, version=1), expected_version=0)
    assert (await store.get("a")).ends_at == 3


async def test_a_replaced_task_keeps_its_place(store):
    for id in "ab":
        await store.create(task(id))
    await store.replace(task("a", 3, version=1), expected_version=0)
    assert await ids(store) == ["b", "a"]


async def test_a_task_that_somebody_else_replaced_is_not_replaced(store):
    await store.create(task("a"))
    await store.replace(task("a", 1, version=1), expected_version=0)
    with pytest.raises(VersionConflict):
        await store.replace(task("a", 2, version=1), expected_version=0)
    assert (await store.get("a")).ends_at == 1


async def test_an_unknown_task_cannot_be_replaced(store):
    with pytest.raises(UnknownTask):
        await store.replace(task("a"), expected_version=0)


async def test_blocks_of_event_ids_never_overlap(store):
    sizes = [3, 1, 10, 2]
    firsts = [await store.allot_event_ids(size) for size in sizes]
    blocks = [range(first, first + size) for first, size in zip(firsts, sizes, strict=True)]
    allotted = [id for block in blocks for id in block]
    assert allotted == sorted(set(allotted))
    assert allotted[0] == 1


async def test_a_replacement_wakes_who_waits_for_the_task(store):
    await store.create(task("a"))
    signal, other = store.changed("a"), store.changed("b")
    await store.replace(task("a", 1, version=1), expected_version=0)
    assert (signal.version, other.version) == (1, 0)


async def test_a_task_that_goes_wakes_who_waits_for_it(store):
    signal = store.changed("a")
    for id in "abcd":
        await store.create(task(id))
    assert signal.version == 1
    with pytest.raises(UnknownTask):
        await store.get("a")


async def test_a_create_wakes_nobody(store):
    signal = store.changed("a")
    await store.create(task("a"))
    assert signal.version == 0


async def test_all_who_wait_for_a_task_share_its_signal(store):
    assert store.changed("a") is (held := store.changed("a"))
    assert store.changed("b") is not held


async def test_a_signal_that_nobody_waits_for_is_not_kept(store):
    store.changed("a").fire()
    assert store.changed("a").version == 0


async def test_closing_wakes_everybody(store):
    signals = [store.changed(id) for id in "abc"]
    store.close()
    assert [signal.version for signal in signals] == [1, 1, 1]


async def test_what_is_remembered_of_ends_is_bounded_by_the_tasks_that_are_kept(clock):
    store = InMemoryTaskStore(clock, limit=3)
    for number in range(1_000):
        await store.create(task(str(number), ends_at=10**9))
    assert len(store._finishing) < 200
    assert await ids(store) == ["999", "998", "997"]


async def test_the_next_event_is_that_of_whichever_task_has_it_first(store, clock):
    assert await store.next_event_at() is None
    for number, ends_at in enumerate((500, 300, None)):
        await store.create(task(str(number), ends_at))
    assert (await store.next_event_at(), await store.count()) == (300, 3)
    clock.advance(300)
    assert await store.next_event_at() == 500
    clock.advance(200)
    assert await store.next_event_at() is None


async def test_whoever_follows_is_told_which_tasks_are_altered(store):
    await store.create(task("a"))
    alterations = store.alterations()
    await store.create(task("b"))
    await store.replace(task("a", version=1), expected_version=0)
    assert alterations.take() == ["b", "a"]
    await store.create_all([task("c"), task("d")])
    assert alterations.take() == ["c", "d", "a"]
    assert alterations.take() == []


@pytest.fixture
def looks(monkeypatch) -> list[str]:
    """The tasks whose next event was looked for."""
    looked_at = []
    next_at = TaskEvents.next_at

    def noted(events, now):
        looked_at.append(events._task.id)
        return next_at(events, now)

    monkeypatch.setattr(TaskEvents, "next_at", noted)
    return looked_at


async def test_the_next_event_is_found_without_a_look_at_what_has_not_happened(clock, looks):
    store = InMemoryTaskStore(clock, limit=1_000)
    for number in range(1_000):
        await store.create(task(str(number), 1_000 + number))
    assert await store.next_event_at() == 1_000
    looks.clear()
    clock.advance(1_002)
    assert await store.next_event_at() == 1_003
    assert looks == ["0", "1", "2"]


async def test_others_have_their_turn_while_many_events_are_looked_at(clock):
    store = InMemoryTaskStore(clock, limit=10_000)
    for number in range(10_000):
        await store.create(task(str(number), 1_000))
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await give_way()

    counting = asyncio.create_task(count_turns())
    assert await store.next_event_at() == 1_000
    counting.cancel()
    assert turns >= 50


async def test_what_is_remembered_of_events_is_bounded_by_the_tasks_that_are_kept(clock):
    store = InMemoryTaskStore(clock, limit=3)
    for number in range(1_000):
        await store.create(task(str(number), ends_at=10**9))
    assert len(store._due._entries) < 200


def large(id: str, ends_at: int | None = None, *, megabytes: int = 1, version: int = 0) -> Task:
    """A task that takes up about so many megabytes."""
    return replace(task(id, ends_at, version=version), spec={"parameters": {"text": "x" * megabytes * 1_000_000}})


@pytest.fixture
def roomy(clock) -> InMemoryTaskStore:
    """A store for a thousand tasks, and eight megabytes of them."""
    return InMemoryTaskStore(clock, limit=1_000)


async def test_large_tasks_go_before_there_are_too_many(roomy):
    for number in range(20):
        await roomy.create(large(str(number)))
    assert await ids(roomy) == [str(number) for number in range(19, 12, -1)]


async def test_of_large_tasks_the_first_to_have_finished_goes_first(roomy, clock):
    for number, ends_at in enumerate([9_000, 500, 400, 9_000, 9_000, 9_000, 9_000]):
        await roomy.create(large(str(number), ends_at))
    clock.advance(1_000)
    await roomy.create(large("new", 9_000, megabytes=2))
    assert await ids(roomy) == ["new", "6", "5", "4", "3", "0"]


async def test_a_task_that_grows_lets_others_go(roomy):
    for id in "abcd":
        await roomy.create(large(id))
    await roomy.replace(large("d", megabytes=7, version=1), expected_version=0)
    assert await ids(roomy) == ["d"]


async def test_a_task_is_kept_however_large_it_is(roomy):
    await roomy.create(large("small"))
    await roomy.create(large("huge", megabytes=20))
    assert await ids(roomy) == ["huge"]


async def test_what_a_task_has_left_behind_counts_no_more(roomy):
    for _ in range(3):
        for id in "abcdefg":
            await roomy.create(large(id + str(_)))
    assert await roomy.count() == 7


async def test_large_tasks_of_the_past_are_let_go_like_others(roomy):
    await roomy.create_all(replace(large(str(number)), created_at=number) for number in range(20))
    assert await ids(roomy) == [str(number) for number in range(19, 12, -1)]


async def test_stores_share_a_bound_and_the_one_that_rests_the_longest_gives(clock):
    shared = Retained(10_000_000)
    stores = [InMemoryTaskStore(clock, 1_000, shared) for _ in range(3)]
    for number in range(4):
        for store in stores[:2]:
            await store.create(large(str(number)))
    await stores[0].create(large("again"))
    await stores[2].create(large("new", megabytes=3))
    assert [await ids(store) for store in stores] == [["again", "3", "2", "1", "0"], ["3"], ["new"]]


async def test_what_a_closed_store_has_kept_is_room_for_others(clock):
    shared = Retained(10_000_000)
    closed, store = (InMemoryTaskStore(clock, 1_000, shared) for _ in range(2))
    for number in range(7):
        await closed.create(large(str(number)))
    closed.close()
    await closed.create(large("late"))
    for number in range(7):
        await store.create(large(str(number)))
    assert (await store.count(), await closed.count()) == (7, 7)
