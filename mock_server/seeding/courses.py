"""How a task has gone that is to have a status by now."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.cancellation import cancel
from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import TaskStatus
from mock_server.planned import Plan, end_of
from mock_server.scenario import Behaviour, Duration, StepRule
from mock_server.seeding.failures import draw_failure

_QUICK_QUEUE = Duration(0.2, 6)
_LONG_QUEUE = Duration(180, 1_800)
_LONG_STEP = Duration(60, 480)
_MOST_TRIES = 4
_LONGEST_RUN_SO_FAR = 900 * SECOND


@dataclass(frozen=True, slots=True)
class Course:
    """A plan, and how long ago it started: exactly so if it `is_exact`, else at least."""

    plan: Plan
    age: Milliseconds
    is_exact: bool


Planner = Callable[[Behaviour], Plan]


def draw_course(
    draw: random.Random, status: TaskStatus, task_id: str, steps: Sequence[Mapping[str, Any]], plan: Planner
) -> Course | None:
    """A course that leads to the status, None if these steps never do. `plan` gives the plan for a behaviour."""
    match status:
        case TaskStatus.OPEN:
            return _queued(draw, plan)
        case TaskStatus.PROCESSING:
            return _running(draw, plan)
        case TaskStatus.COMPLETED:
            return _finished(plan(_ordinary(draw)), TaskStatus.COMPLETED)
        case TaskStatus.FAILED:
            return _failed(draw, steps, plan)
        case TaskStatus.CANCELLED:
            return _cancelled(draw, task_id, plan)


def natural_course(draw: random.Random, plan: Planner) -> Course:
    """A course as it comes, for steps that do not lead where they should."""
    planned = plan(_ordinary(draw))
    end = end_of(planned)
    return Course(planned, 60 * SECOND if end is None else end, is_exact=end is None)


def _ordinary(draw: random.Random) -> Behaviour:
    slowness = draw.choice((None, None, 5, 30))
    steps = () if slowness is None else (StepRule(duration=Duration(1, slowness)),)
    return Behaviour(queue=_QUICK_QUEUE, steps=steps)


def _finished(plan: Plan, wanted: TaskStatus) -> Course | None:
    return None if plan.ends_at is None or plan.ends_as is not wanted else Course(plan, plan.ends_at, is_exact=False)


def _queued(draw: random.Random, plan: Planner) -> Course | None:
    planned = plan(Behaviour(queue=_LONG_QUEUE))
    if planned.claimed_at is None:
        return None
    return Course(planned, int(planned.claimed_at * draw.uniform(0.02, 0.5)), is_exact=True)


def _running(draw: random.Random, plan: Planner) -> Course | None:
    planned = plan(Behaviour(queue=_QUICK_QUEUE, steps=(StepRule(duration=_LONG_STEP),)))
    if planned.claimed_at is None or planned.ends_at is None or planned.ends_at - planned.claimed_at < SECOND:
        return None
    so_far = min(planned.ends_at - planned.claimed_at, _LONGEST_RUN_SO_FAR) * draw.uniform(0.05, 0.8)
    return Course(planned, planned.claimed_at + int(so_far), is_exact=True)


def _failed(draw: random.Random, steps: Sequence[Mapping[str, Any]], plan: Planner) -> Course | None:
    ordinary = _ordinary(draw)
    for number in draw.sample(range(len(steps)), min(len(steps), _MOST_TRIES)):
        rule = StepRule(position=number + 1, fail=draw_failure(draw, steps[number]["action"]))
        course = _finished(plan(Behaviour(steps=(rule,)).over(ordinary)), TaskStatus.FAILED)
        if course is not None:
            return course
    return None


def _cancelled(draw: random.Random, task_id: str, plan: Planner) -> Course | None:
    planned = plan(_ordinary(draw))
    if planned.claimed_at is None or planned.ends_at is None or planned.ends_at - planned.claimed_at < 2:
        return None
    at = draw.randrange(planned.claimed_at + 1, planned.ends_at)
    return Course(cancel(planned, at, task_id), at, is_exact=False)
