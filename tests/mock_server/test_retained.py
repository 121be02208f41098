"""What a task takes up for itself, about."""

from dataclasses import replace

import pytest

from mock_server.lifecycle import EventType, StepStatus, TaskStatus
from mock_server.planned import Failure, Lines, Moment, Plan, PlannedStep
from mock_server.retained import bytes_of
from mock_server.task import Run, Task

LONG = "x" * 100_000
PLAN = Plan(0, (), 1, TaskStatus.COMPLETED)
TASK = Task("a", {}, None, 0, 1, PLAN)
LINES = (Lines(0, ("a", LONG)),)


def step(**told) -> PlannedStep:
    return replace(PlannedStep("a", "A", 0, 1, StepStatus.COMPLETED, ""), **told)


@pytest.mark.parametrize(
    "task",
    [
        replace(TASK, spec={"parameters": {"a": [{"b": LONG}]}}),
        replace(TASK, spec={"parameters": {LONG: 1}}),
        replace(TASK, spec={"parameters": {"a": list(range(4_000))}}),
        *(
            replace(TASK, plan=replace(PLAN, **planned))
            for planned in (
                {"output": {"a": LONG}},
                {"error": Failure("Error", LONG)},
                {"notes": (Moment(0, EventType.LOG, {"message": LONG}),)},
                {"steps": (step(message=LONG),)},
                {"steps": (step(lines=LINES),)},
                {"steps": (step(late_lines=LINES),)},
                {"steps": (step(),) * 400},
            )
        ),
        replace(TASK, earlier=(Run(replace(PLAN, output={"a": LONG}), 0, 1),)),
    ],
)
def test_what_a_task_has_for_itself_is_counted(task):
    assert 100_000 < bytes_of(task) - bytes_of(TASK) < 250_000


def test_what_tasks_share_is_not_counted():
    shared = {"steps": [{"id": LONG}], "templateInfo": {"entity": {"metadata": {"description": LONG}}}}
    assert bytes_of(replace(TASK, spec=shared)) == bytes_of(TASK)
