import gc
import json

import pytest

from mock_server.planned import Plan
from mock_server.quirks import Quirk
from mock_server.task_bodies import TaskBodies
from tests.mock_server.test_task import PLAN, task

NEVER = Plan(claimed_at=None, steps=(), ends_at=None, ends_as=PLAN.ends_as)


@pytest.mark.parametrize("quirks", [(), tuple(Quirk)], ids=["none", "all"])
def test_a_body_is_the_task_at_the_instant(quirks):
    bodies, seen = TaskBodies(quirks), task()
    for now in [*range(0, 60_000, 50), 5_000, 0]:
        assert json.loads(bodies.body(seen, seen.created_at + now)) == seen.to_json(seen.created_at + now, quirks)


def test_while_nothing_changes_the_answer_is_the_same():
    bodies, seen = TaskBodies(), task(NEVER)
    assert bodies.answer(seen, seen.created_at) is bodies.answer(seen, seen.created_at + 3_600_000)


def test_another_version_of_a_task_is_another_task():
    bodies, seen = TaskBodies(), task(NEVER)
    before, cancelled = bodies.body(seen, seen.created_at), seen.cancelled(seen.created_at)
    assert json.loads(bodies.body(cancelled, seen.created_at))["status"] == "cancelled"
    assert bodies.body(seen, seen.created_at) == before


def test_tasks_of_one_id_in_two_worlds_are_told_apart():
    bodies, one, other = TaskBodies(), task(NEVER, title="one"), task(NEVER, title="other")
    assert one.id == other.id
    for seen in (one, other, one):
        assert json.loads(bodies.body(seen, seen.created_at)) == seen.to_json(seen.created_at)


def test_no_more_is_kept_than_was_allowed_and_what_was_asked_for_last_stays():
    tasks = [task(NEVER) for _ in range(5)]
    size = len(TaskBodies().body(tasks[0], 0))
    bodies = TaskBodies(max_bytes=3 * size)
    first = bodies.answer(tasks[0], 0)
    for seen in tasks[1:3]:
        bodies.body(seen, 0)
    assert bodies.answer(tasks[0], 0) is first
    for seen in tasks[3:]:
        bodies.body(seen, 0)
    assert len(bodies) == 3
    assert bodies.answer(tasks[0], 0) is first


def test_a_body_that_is_larger_than_all_that_may_be_kept_is_answered():
    bodies, seen = TaskBodies(max_bytes=10), task(NEVER)
    assert json.loads(bodies.body(seen, 0))["id"] == seen.id
    assert len(bodies) == 0


def test_nothing_is_kept_of_a_task_that_is_gone():
    bodies, seen = TaskBodies(), task(NEVER)
    bodies.body(seen, 0)
    del seen
    gc.collect()
    assert len(bodies) == 0
