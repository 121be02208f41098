"""Tasks are found as a look at every one of them would find them, and without that look."""

import random
import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from mock_server.clock import SECOND
from mock_server.lifecycle import TaskStatus
from mock_server.planned import Plan
from mock_server.task import Task
from mock_server.task_index import Ordering, TaskIndex, TaskQuery

CREATORS = (None, "user:default/one", "user:default/two", "user:default/three")
STATUSES = ("open", "processing", "completed", "failed", "cancelled", "bogus")
FIELDS = ("created_at", "status", "created_by")


def make(id: str, *, at: int = 0, claimed: int | None = 1, ends: int | None = 2, created_by: str | None = None) -> Task:
    """A task whose plan is in seconds from its creation."""
    seconds = [None if moment is None else moment * SECOND for moment in (claimed, ends)]
    plan = Plan(seconds[0], (), seconds[1], TaskStatus.COMPLETED, output={})
    return Task(id, {}, created_by, created_at=at * SECOND, first_event_id=1, plan=plan)


class Kept:
    """Tasks with their index."""

    def __init__(self, tasks: Iterable[Task] = ()) -> None:
        self.tasks: dict[str, Task] = {}
        self.index = TaskIndex(self.tasks)
        for task in tasks:
            self.add(task)

    def add(self, task: Task) -> None:
        self.tasks[task.id] = task
        self.index.add(task, task.created_at)

    def find(self, now: int = 0, **query) -> tuple[list[str], int]:
        return self.index.find(TaskQuery(**query), now * SECOND)


def by_looking(kept: Kept, query: TaskQuery, now: int) -> tuple[list[str], int]:
    """The same, found by looking at every task."""
    found = [
        task
        for task in (kept.tasks.values() if query.order else reversed(kept.tasks.values()))
        if (query.creators is None or task.created_by in query.creators)
        and (query.statuses is None or task.status(now) in query.statuses)
    ]
    keys = {
        "created_at": lambda task: task.created_at,
        "status": lambda task: task.status(now),
        "created_by": lambda task: task.created_by or "",
    }
    for ordering in reversed(query.order):
        found.sort(key=keys[ordering.field], reverse=ordering.descending)
    end = None if query.limit is None else query.offset + query.limit
    return [task.id for task in found[query.offset : end]], len(found)


def test_the_newest_comes_first():
    assert Kept(map(make, "abc")).find() == (["c", "b", "a"], 3)


def test_a_page_tells_how_many_there_are_on_all():
    kept = Kept(map(make, "abcde"))
    assert kept.find(offset=1, limit=2) == (["d", "c"], 5)
    assert kept.find(limit=0) == ([], 5)
    assert kept.find(offset=5, limit=2) == ([], 5)
    assert kept.find(offset=3) == (["b", "a"], 5)


@pytest.mark.parametrize("number", [10**30, 2**63])
def test_a_page_may_be_asked_for_in_numbers_of_any_size(number):
    kept = Kept(map(make, "ab"))
    assert kept.find(limit=number) == (["b", "a"], 2)
    assert kept.find(offset=number, limit=number) == ([], 2)


def test_several_creators_are_one_list_by_time():
    kept = Kept(make(id, created_by=creator) for id, creator in zip("abcdef", "xyzxyz", strict=True))
    assert kept.find(creators=frozenset("xz"), limit=3) == (["f", "d", "c"], 4)


def test_a_status_is_that_of_the_time_of_asking():
    kept = Kept([make("a"), make("endless", ends=None), make("stuck", claimed=None, ends=None)])
    for now, status, ids in [
        (0, "open", ["stuck", "endless", "a"]),
        (1, "open", ["stuck"]),
        (1, "processing", ["endless", "a"]),
        (2, "processing", ["endless"]),
        (2, "completed", ["a"]),
    ]:
        assert kept.find(now, statuses=frozenset({status})) == (ids, len(ids)), (now, status)


def test_no_task_has_a_status_that_there_is_not():
    assert Kept([make("a")]).find(statuses=frozenset({"bogus"})) == ([], 0)


def test_a_replaced_task_keeps_its_place_and_has_its_new_status():
    kept = Kept(map(make, "abc"))
    before = kept.tasks["b"]
    kept.tasks["b"] = Task("b", {}, None, 0, 1, Plan(None, (), None, TaskStatus.COMPLETED), version=before.version + 1)
    kept.index.replace(kept.tasks["b"], 0)
    assert kept.find(5, statuses=frozenset({"open"})) == (["b"], 1)
    assert kept.find(5) == (["c", "b", "a"], 3)


def test_a_removed_task_is_found_no_more():
    kept = Kept(make(id, created_by="x") for id in "ab")
    for query in ({}, {"creators": frozenset("x")}, {"statuses": frozenset({"open"})}):
        assert kept.find(**query) == (["b", "a"], 2)
    kept.index.remove(kept.tasks.pop("a"))
    for query in ({}, {"creators": frozenset("x")}, {"statuses": frozenset({"open"})}):
        assert kept.find(**query) == (["b"], 1)
    kept.index.remove(kept.tasks.pop("b"))
    assert kept.find(5, creators=frozenset("x")) == ([], 0)


def test_equal_tasks_are_ordered_by_the_next_field():
    kept = Kept(
        make(id, created_by=creator, ends=ends)
        for id, creator, ends in [("a", "y", 2), ("b", "x", 9), ("c", "x", 2), ("d", None, 2)]
    )
    status, creator = Ordering("status", descending=False), Ordering("created_by", descending=True)
    assert kept.find(5, order=(status, creator))[0] == ["a", "c", "d", "b"]


def test_what_an_ordering_leaves_open_comes_as_it_was_created():
    kept = Kept(map(make, "abc"))
    for descending in (True, False):
        assert kept.find(order=(Ordering("status", descending),))[0] == ["a", "b", "c"]


def test_what_is_found_is_what_looking_at_every_task_finds():
    draw = random.Random(7)
    kept = Kept(
        make(
            f"{number}",
            at=number // 3,
            claimed=draw.choice([None, 0, draw.randint(0, 40)]),
            ends=draw.choice([None, draw.randint(40, 200)]),
            created_by=draw.choice(CREATORS),
        )
        for number in range(200)
    )
    for now in range(67, 400, 3):
        for _ in range(20):
            query = TaskQuery(
                creators=draw.choice([None, frozenset(draw.sample(CREATORS[1:], draw.randint(0, 3)))]),
                statuses=draw.choice([None, frozenset(draw.sample(STATUSES, draw.randint(0, 3)))]),
                order=tuple(Ordering(field, draw.random() < 0.5) for field in draw.sample(FIELDS, draw.randint(0, 3))),
                offset=draw.choice([0, 0, 5, 300]),
                limit=draw.choice([None, 0, 1, 5, 50]),
            )
            found, expected = kept.index.find(query, now * SECOND), by_looking(kept, query, now * SECOND)
            if query.order and query.order[0].field == "created_at" and len(query.order) == 1:
                # Tasks of one instant stand in no order of their own.
                found, expected = (
                    (sorted(kept.tasks[id].created_at for id in found[0]), found[1]),
                    (
                        sorted(kept.tasks[id].created_at for id in expected[0]),
                        expected[1],
                    ),
                )
            assert found == expected, query


def test_looking_for_a_page_of_a_status_does_not_look_at_every_task():
    kept = Kept(make(f"{number}", at=number, created_by=f"user:default/{number % 7}") for number in range(2_000))
    kept.find(5_000, statuses=frozenset({"completed"}))
    asked = []
    kept.index._all.numbers = Counting(kept.index._all.numbers, asked)
    assert kept.find(5_000, limit=5, statuses=frozenset({"completed"}))[1] == 2_000
    assert len(asked) < 50


class Counting(dict):
    """A mapping that notes which of its keys are walked over."""

    def __init__(self, items: dict, asked: list) -> None:
        super().__init__(items)
        self._asked = asked

    def __reversed__(self):
        for key in reversed(list(super().keys())):
            self._asked.append(key)
            yield key


@pytest.mark.parametrize("asked_before", [True, False])
def test_tasks_that_come_change_and_go_are_found_by_status(asked_before):
    kept = Kept()
    if asked_before:
        assert kept.find(statuses=frozenset({"open"})) == ([], 0)
    for task in map(make, "abc"):
        kept.add(task)
    kept.index.remove(kept.tasks.pop("a"))
    kept.tasks["b"] = replace(kept.tasks["b"], plan=replace(kept.tasks["b"].plan, claimed_at=None), version=1)
    kept.index.replace(kept.tasks["b"], 0)
    assert kept.find(1, statuses=frozenset({"open"})) == (["b"], 1)
    assert kept.find(1, statuses=frozenset({"processing"})) == (["c"], 1)
    kept.add(make("d", at=1))
    assert kept.find(1, statuses=frozenset({"open"})) == (["d", "b"], 2)
    assert kept.find(3, statuses=frozenset({"completed"})) == (["d", "c", "b"], 3)


def test_a_field_that_is_named_again_orders_nothing_and_costs_nothing():
    kept = Kept(make(str(number), created_by=CREATORS[number % 3]) for number in range(5_000))
    order = (Ordering("created_by", descending=True), Ordering("status", descending=False)) * 500
    query = TaskQuery(order=(*order, Ordering("created_by", descending=False)), limit=20)
    began = time.process_time()
    assert kept.find(order=query.order, limit=20) == by_looking(kept, TaskQuery(order=order[:2], limit=20), 0)
    assert time.process_time() - began < 1
