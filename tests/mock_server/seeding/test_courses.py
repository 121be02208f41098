"""How a task has gone that is to have a status by now."""

import random
from collections.abc import Callable

import pytest

from mock_server.actions.catalogue import load_actions
from mock_server.entities import Entities
from mock_server.lifecycle import TERMINAL, TaskStatus
from mock_server.plan import Brief, make_plan
from mock_server.planned import Plan
from mock_server.scenario import Behaviour
from mock_server.seeding.courses import draw_course, natural_course
from mock_server.task_specs import numbered_steps
from mock_server.timeline import view

ACTIONS = load_actions()
STEPS = [
    {"id": "skeleton", "action": "fetch:plain", "input": {"url": "./skeleton"}},
    {"id": "never", "if": False, "action": "debug:log"},
    {"id": "publish", "action": "publish:github", "input": {"repoUrl": "github.com?owner=acme&repo=shop"}},
    {"id": "tidy", "if": "${{ always() }}", "action": "fs:delete", "input": {"files": ["a"]}},
]


def planner(steps, draw: random.Random) -> Callable[[Behaviour], Plan]:
    brief = Brief("42", numbered_steps(steps), {}, {}, {}, {})
    return lambda behaviour: make_plan(brief, behaviour, ACTIONS, Entities([]), draw)


def course_of(status: TaskStatus, seed: int, steps=STEPS):
    draw = random.Random(seed)
    return draw_course(draw, status, "42", numbered_steps(steps), planner(steps, draw))


@pytest.mark.parametrize("status", TaskStatus)
def test_a_course_leads_to_its_status(status):
    for seed in range(40):
        course = course_of(status, seed)
        assert course is not None
        assert view(course.plan, course.age).status is status
        assert course.is_exact == (status not in TERMINAL)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_finished_task_has_not_finished_before_its_age(status):
    course = course_of(status, 1)
    assert course is not None
    assert view(course.plan, course.age - 1).status not in TERMINAL


def test_tasks_fail_in_many_ways_and_places():
    errors, places = set(), set()
    for seed in range(60):
        course = course_of(TaskStatus.FAILED, seed)
        assert course is not None
        errors.add(course.plan.error)
        places.add(next(step.id for step in course.plan.steps if step.ends_as == "failed"))
    assert len(errors) > 8
    assert places == {"skeleton", "publish", "tidy"}


FAILS = [{"id": "a", "action": "no:such"}]
NOTHING = [{"id": "a", "if": False, "action": "debug:log"}]


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (TaskStatus.COMPLETED, FAILS),
        (TaskStatus.FAILED, NOTHING),
        (TaskStatus.CANCELLED, NOTHING),
        (TaskStatus.PROCESSING, NOTHING),
    ],
)
def test_where_steps_do_not_lead_there_is_no_course(status, steps):
    assert course_of(status, 1, steps) is None
    draw = random.Random(1)
    natural = natural_course(draw, planner(steps, draw))
    assert view(natural.plan, natural.age).status in TERMINAL
