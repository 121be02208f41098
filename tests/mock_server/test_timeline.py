"""A plan, derived by hand: every test here looks at offsets and never at a clock."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.cancellation import cancel
from mock_server.lifecycle import EventType, RecoveryStrategy, StepStatus, TaskStatus
from mock_server.planned import Failure, Lines, Moment, Plan, PlannedStep
from mock_server.timeline import Timeline, View, event_capacity, view

FETCH = PlannedStep(
    "fetch", "Fetch", 100, 1_100, StepStatus.COMPLETED, "Finished step Fetch", lines=(Lines(100, ("one",)),)
)
PUBLISH = PlannedStep("publish", "Publish", 1_100, 4_000, StepStatus.COMPLETED, "Finished step Publish")
PLAN = Plan(100, (FETCH, PUBLISH), 4_000, TaskStatus.COMPLETED, output={"links": []})
QUEUED = Plan(None, (FETCH,), None, TaskStatus.COMPLETED)
CHATTY = PlannedStep(
    "s", "S", 0, 10_000, StepStatus.COMPLETED, "Finished step S", lines=(Lines(0, ("line ", ""), 10_000, 10_000),)
)


def bodies(plan: Plan) -> list[dict]:
    timeline = Timeline(plan)
    return [timeline[index].body for index in range(len(timeline))]


def test_a_run_tells_its_steps_in_order_and_ends_with_its_output():
    assert bodies(PLAN) == [
        {"message": "Starting up task with 2 steps"},
        {"message": "Beginning step Fetch", "stepId": "fetch", "status": "processing"},
        {"message": "one", "stepId": "fetch"},
        {"message": "Finished step Fetch", "stepId": "fetch", "status": "completed"},
        {"message": "Beginning step Publish", "stepId": "publish", "status": "processing"},
        {"message": "Finished step Publish", "stepId": "publish", "status": "completed"},
        {"message": "Run completed with status: completed", "output": {"links": []}},
    ]


def test_only_the_last_event_is_a_completion():
    timeline = Timeline(PLAN)
    assert [timeline[index].type for index in range(len(timeline))] == [EventType.LOG] * 6 + [EventType.COMPLETION]


def test_a_failed_run_ends_with_its_error_and_no_output():
    step = PlannedStep("a", "A", 0, 5, StepStatus.FAILED, "Error: no\n    at a")
    plan = Plan(0, (step,), 5, TaskStatus.FAILED, error=Failure("Error", "no"))
    assert bodies(plan)[-1] == {
        "message": "Run completed with status: failed",
        "error": {"name": "Error", "message": "no"},
    }


def test_a_step_that_is_not_announced_says_only_that_it_was_skipped():
    step = PlannedStep("a", "A", 0, 0, StepStatus.SKIPPED, "Skipping step a", announced=False)
    assert bodies(Plan(0, (step,), 0, TaskStatus.FAILED))[1:-1] == [
        {"message": "Skipping step a", "stepId": "a", "status": "skipped"}
    ]


def test_nothing_follows_a_step_that_never_ends():
    endless = PlannedStep("a", "A", 0, None, StepStatus.COMPLETED, "Finished step A")
    behind = PlannedStep("b", "B", 0, None, StepStatus.COMPLETED, "Finished step B", announced=False)
    timeline = Timeline(Plan(0, (endless, behind), None, TaskStatus.COMPLETED))
    assert len(timeline) == 2
    assert timeline[1].body["message"] == "Beginning step A"


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (0, View(TaskStatus.OPEN, None, None)),
        (99, View(TaskStatus.OPEN, None, None)),
        (100, View(TaskStatus.PROCESSING, 100, None)),
        (1_099, View(TaskStatus.PROCESSING, 100, None)),
        (1_100, View(TaskStatus.PROCESSING, 1_100, None)),
        (3_999, View(TaskStatus.PROCESSING, 3_100, None)),
        (4_000, View(TaskStatus.COMPLETED, 3_100, 4_000)),
        (99_000, View(TaskStatus.COMPLETED, 3_100, 4_000)),
    ],
)
def test_the_state_of_a_task_is_a_function_of_elapsed_time(elapsed, expected):
    assert view(PLAN, elapsed) == expected


def test_a_task_that_is_never_claimed_stays_open():
    assert view(QUEUED, 10**12) == View(TaskStatus.OPEN, None, None)
    assert len(Timeline(QUEUED)) == 0


def test_a_cancel_ends_the_running_step_and_skips_the_rest():
    cancelled = cancel(PLAN, 500, "42")
    assert bodies(cancelled)[3:] == [
        {"message": "Step fetch has been cancelled.", "stepId": "fetch", "status": "cancelled"},
        {
            "message": "Skipping step publish because a previous step failed",
            "stepId": "publish",
            "status": "skipped",
        },
        {
            "message": "Run completed with status: cancelled",
            "error": {"name": "Error", "message": "Step fetch (Fetch) of task 42 has been cancelled."},
        },
    ]
    assert view(cancelled, 499).status is TaskStatus.PROCESSING
    assert view(cancelled, 500) == View(TaskStatus.CANCELLED, 100, 500)


def test_a_cancel_in_the_queue_names_no_step():
    cancelled = cancel(QUEUED, 7, "42")
    assert bodies(cancelled) == [
        {"message": "Task has been cancelled.", "status": "cancelled"},
        {
            "message": "Run completed with status: cancelled",
            "error": {"name": "Error", "message": "Task 42 has been cancelled."},
        },
    ]
    assert view(cancelled, 7) == View(TaskStatus.CANCELLED, None, 7)


def test_an_event_at_the_instant_of_the_cancel_has_happened():
    messages = [body["message"] for body in bodies(cancel(PLAN, 1_100, "42"))]
    assert messages[3:6] == ["Finished step Fetch", "Beginning step Publish", "Step publish has been cancelled."]


def test_the_lines_of_a_chatty_step_carry_their_numbers():
    timeline = Timeline(Plan(0, (CHATTY,), 10_000, TaskStatus.COMPLETED))
    assert len(timeline) == 10_004
    assert timeline[2].body["message"] == "line 1"
    assert timeline[10_001].body["message"] == "line 10000"
    assert timeline[10_001].at == 9_999


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    at = claimed = draw(st.integers(0, 50))
    steps = []
    for number in range(draw(st.integers(0, 4))):
        start = at
        lines = []
        for _ in range(draw(st.integers(0, 3))):
            span = draw(st.integers(0, 200))
            lines.append(Lines(at, ("x", ""), draw(st.integers(1, 50)), span))
            at += span
        at += draw(st.integers(0, 100))
        steps.append(PlannedStep(f"s{number}", "S", start, at, StepStatus.COMPLETED, "done", lines=tuple(lines)))
    plan = Plan(claimed, tuple(steps), at, TaskStatus.COMPLETED, output={})
    if draw(st.booleans()):
        plan = cancel(plan, draw(st.integers(0, at)), "42")
    return plan


@given(plans())
def test_events_are_in_the_order_of_time(plan):
    timeline = Timeline(plan)
    offsets = [timeline[index].at for index in range(len(timeline))]
    assert all(earlier <= later for earlier, later in pairwise(offsets))


@given(plans(), st.integers(-10, 1_000))
def test_what_has_happened_is_exactly_what_lies_at_or_before_the_instant(plan, elapsed):
    timeline = Timeline(plan)
    by_looking = sum(timeline[index].at <= elapsed for index in range(len(timeline)))
    assert timeline.happened(elapsed) == by_looking


@given(plans(), st.integers(0, 1_000))
def test_the_status_is_terminal_exactly_when_the_completion_has_happened(plan, elapsed):
    timeline = Timeline(plan)
    happened = timeline.happened(elapsed)
    completed = happened > 0 and timeline[happened - 1].type is EventType.COMPLETION
    assert (view(plan, elapsed).completed_at is not None) == completed


@given(plans())
def test_the_capacity_is_enough_for_a_cancel_at_any_time(plan):
    uncancelled = Plan(plan.claimed_at, plan.steps, plan.ends_at, plan.ends_as, plan.output)
    assert len(Timeline(plan)) <= event_capacity(uncancelled)


@pytest.mark.parametrize("at", [0, 3, 99, 10_000])
def test_a_cancel_before_the_claim_names_no_step_however_late_it_comes(at):
    stuck = Plan(None, (FETCH, PUBLISH), None, TaskStatus.COMPLETED)
    queued = Plan(20_000, (FETCH, PUBLISH), 24_000, TaskStatus.COMPLETED)
    for plan in (stuck, queued):
        assert "stepId" not in bodies(cancel(plan, at, "42"))[0]


def test_a_retried_run_begins_with_its_recovery():
    plan = replace(PLAN, recovery=RecoveryStrategy.NONE)
    assert bodies(plan) == [{"recoverStrategy": "none"}, *bodies(PLAN)]
    assert Timeline(plan)[0] == Moment(0, EventType.RECOVERED, {"recoverStrategy": "none"})


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (0, View(TaskStatus.OPEN, 0, None)),
        (99, View(TaskStatus.OPEN, 0, None)),
        (100, View(TaskStatus.PROCESSING, 100, None)),
        (4_000, View(TaskStatus.COMPLETED, 3_100, 4_000)),
    ],
)
def test_a_retry_is_a_heartbeat(elapsed, expected):
    assert view(replace(PLAN, recovery=RecoveryStrategy.NONE), elapsed) == expected
