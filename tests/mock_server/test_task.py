"""A task at an instant, and its events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.clock import timestamp
from mock_server.lifecycle import StepStatus, TaskStatus
from mock_server.task import Task, TaskEvents
from mock_server.timeline import Lines, Plan, PlannedStep, Timeline, cancel

START = 1_795_308_581_000
STEP = PlannedStep("a", "A", 500, 2_500, StepStatus.COMPLETED, "Finished step A", lines=(Lines(1_000, ("hi",)),))
PLAN = Plan(500, (STEP,), 2_500, TaskStatus.COMPLETED, output={})
IDS = list(range(10, 15))


def task(plan: Plan = PLAN, *, created_by: str | None = "user:default/guest", **spec: object) -> Task:
    return Task("42", spec, created_by, START, first_event_id=10, plan=plan)


def ids(after: int, elapsed: int, of: Task | None = None) -> list[int]:
    return [event["id"] for event in TaskEvents(of or task()).between(after, START + elapsed)]


def test_a_task_in_the_queue_has_neither_a_heartbeat_nor_an_end():
    assert task(parameters={"a": 1}).to_json(START) == {
        "id": "42",
        "spec": {"parameters": {"a": 1}},
        "status": "open",
        "createdAt": "2026-11-22T00:49:41.000Z",
        "createdBy": "user:default/guest",
    }


def test_a_task_that_is_processed_has_a_heartbeat():
    seen = task().to_json(START + 1_700)
    assert seen["status"] == "processing"
    assert seen["lastHeartbeatAt"] == timestamp(START + 1_500)
    assert "completedAt" not in seen


def test_a_task_that_has_ended_says_when():
    seen = task().to_json(START + 99_000)
    assert seen["status"] == "completed"
    assert seen["completedAt"] == timestamp(START + 2_500)
    assert seen["lastHeartbeatAt"] == timestamp(START + 2_500)


def test_a_cancelled_task_has_ended():
    cancelled = task(cancel(PLAN, 1_700, "42"))
    assert cancelled.status(START + 1_699) is TaskStatus.PROCESSING
    assert cancelled.to_json(START + 1_700)["status"] == "cancelled"
    assert cancelled.ends_at == START + 1_700


def test_a_task_of_a_service_names_no_creator():
    assert "createdBy" not in task(created_by=None).to_json(START)


def test_a_task_ends_where_its_plan_does():
    assert task().ends_at == START + 2_500
    assert task(Plan(None, (), None, TaskStatus.COMPLETED)).ends_at is None


@pytest.mark.parametrize(
    ("spec", "recoverable"),
    [
        ({}, False),
        ({"EXPERIMENTAL_recovery": {}}, False),
        ({"EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "none"}}, False),
        ({"EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"}}, True),
    ],
)
def test_a_task_is_recoverable_if_its_template_wants_to_start_over(spec, recoverable):
    assert task(**spec).is_recoverable is recoverable
    (event,) = TaskEvents(task(Plan(0, (), None, TaskStatus.COMPLETED), **spec)).between(0, START)
    assert event["isTaskRecoverable"] is recoverable


def test_an_event_has_the_keys_of_the_real_server_in_their_order():
    first = next(TaskEvents(task()).between(0, START + 500))
    assert list(first.items()) == [
        ("id", 10),
        ("isTaskRecoverable", False),
        ("taskId", "42"),
        ("body", {"message": "Starting up task with 1 steps"}),
        ("type", "log"),
        ("createdAt", timestamp(START + 500)),
    ]


@pytest.mark.parametrize(
    ("elapsed", "happened"),
    [(0, []), (499, []), (500, IDS[:2]), (999, IDS[:2]), (1_000, IDS[:3]), (2_499, IDS[:3]), (2_500, IDS)],
)
def test_an_event_at_this_very_instant_has_happened(elapsed, happened):
    assert ids(0, elapsed) == happened


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-1, IDS), (0, IDS), (9, IDS), (10, IDS[1:]), (13, IDS[4:]), (14, []), (10**20, [])],
)
def test_only_events_with_greater_ids_are_told(after, expected):
    assert ids(after, 99_000) == expected


def test_the_next_event_is_the_first_that_has_not_happened():
    events = TaskEvents(task())
    instants = [START, START + 500, START + 1_000, START + 2_500]
    assert [events.next_at(now) for now in instants] == [*instants[1:], None]


def test_a_task_that_stays_in_the_queue_has_no_next_event():
    assert TaskEvents(task(Plan(None, (), None, TaskStatus.COMPLETED))).next_at(START) is None


def test_the_ids_of_what_has_happened_stay_when_a_task_is_cancelled():
    cancelled = task(cancel(PLAN, 1_700, "42"))
    assert ids(0, 1_700, cancelled)[:3] == ids(0, 1_700)
    assert ids(0, 1_700, cancelled) == [10, 11, 12, 13, 14]


@given(st.integers(0, 20), st.integers(-100, 3_000), st.integers(0, 3_000))
def test_reading_on_from_any_event_misses_none_and_repeats_none(after, elapsed, later):
    events = TaskEvents(task())
    first = list(events.between(after, START + elapsed))
    seen = first[-1]["id"] if first else after
    rest = list(events.between(seen, START + max(elapsed, later)))
    assert first + rest == list(events.between(after, START + max(elapsed, later)))


def test_a_task_has_an_event_for_every_moment_of_its_plan():
    assert len(ids(0, 2_500)) == len(Timeline(PLAN))
