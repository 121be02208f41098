"""A task at an instant, and its events."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.cancellation import StepReductionFault, cancel
from mock_server.clock import timestamp
from mock_server.intervention import push
from mock_server.lifecycle import RecoveryStrategy, StepStatus, TaskStatus
from mock_server.planned import Lines, Plan, PlannedStep
from mock_server.quirks import Quirk
from mock_server.task import MAX_EARLIER_RUNS, Task, TaskEvents, TaskNotRetriable
from mock_server.timeline import Timeline

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


def test_a_task_of_the_real_server_has_a_null_heartbeat_until_it_is_claimed():
    keys = ["id", "spec", "status", "createdAt", "lastHeartbeatAt", "createdBy"]
    seen = task().to_json(START, {Quirk.NULL_HEARTBEAT})
    assert list(seen) == keys
    assert seen["lastHeartbeatAt"] is None
    assert task().to_json(START + 500, {Quirk.NULL_HEARTBEAT}) == task().to_json(START + 500)


def test_a_task_of_the_real_server_does_not_say_when_it_ended():
    plain = task().to_json(START + 99_000)
    del plain["completedAt"]
    assert task().to_json(START + 99_000, {Quirk.NO_COMPLETED_AT}) == plain


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


STARTS_OVER = {"EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"}}
AGAIN = START + 9_000


def retried(of: Task | None = None, *, plan: Plan = PLAN, at: int = AGAIN, first_event_id: int = 30) -> Task:
    before = of or task()
    return before.retried(at, replace(plan, recovery=before.recovery), first_event_id)


def told(of: Task, now: int, after: int = 0) -> list[tuple[int, str, str | None]]:
    events = TaskEvents(of).between(after, now)
    return [(event["id"], event["type"], event["body"].get("message")) for event in events]


FIRST_RUN = [
    (10, "log", "Starting up task with 1 steps"),
    (11, "log", "Beginning step A"),
    (12, "log", "hi"),
    (13, "log", "Finished step A"),
]
SECOND_RUN = [(id + 21, type, message) for id, type, message in FIRST_RUN]
COMPLETED = (35, "completion", "Run completed with status: completed")


@pytest.mark.parametrize("elapsed", [0, 500, 2_499])
def test_a_task_that_has_not_ended_cannot_be_retried(elapsed):
    with pytest.raises(TaskNotRetriable, match=r"^Task with taskId 42 cannot be retried$"):
        retried(at=START + elapsed)


def test_a_retried_task_is_open_again_and_keeps_its_creation():
    again = retried()
    assert again.to_json(AGAIN) == {
        "id": "42",
        "spec": {},
        "status": "open",
        "createdAt": timestamp(START),
        "lastHeartbeatAt": timestamp(AGAIN),
        "createdBy": "user:default/guest",
    }
    assert again.version == 1


def test_a_retried_task_goes_its_way_from_the_retry_on():
    again = retried()
    assert again.status(AGAIN + 500) is TaskStatus.PROCESSING
    assert again.to_json(AGAIN + 1_600)["lastHeartbeatAt"] == timestamp(AGAIN + 1_500)
    assert again.ends_at == AGAIN + 2_500
    assert again.to_json(AGAIN + 2_500)["completedAt"] == timestamp(AGAIN + 2_500)


def test_a_retry_takes_the_completion_away_keeps_the_logs_and_runs_everything_again():
    assert told(retried(), AGAIN) == [*FIRST_RUN, (30, "recovered", None)]
    assert told(retried(), AGAIN + 2_500) == [*FIRST_RUN, (30, "recovered", None), *SECOND_RUN, COMPLETED]


def test_a_retry_takes_the_cancelled_event_away():
    again = retried(task(cancel(PLAN, 1_700, "42")))
    assert told(again, AGAIN) == [*FIRST_RUN[:3], (30, "recovered", None)]


def test_the_recovery_tells_its_strategy_and_nothing_else():
    (event,) = TaskEvents(retried()).between(13, AGAIN)
    assert event["body"] == {"recoverStrategy": "none"}
    assert event["createdAt"] == timestamp(AGAIN)


def test_a_second_retry_keeps_the_recovery_of_the_first():
    twice = retried(retried(), at=AGAIN + 5_000, first_event_id=50)
    assert told(twice, AGAIN + 5_000) == [*FIRST_RUN, (30, "recovered", None), *SECOND_RUN, (50, "recovered", None)]


def test_reading_a_retried_task_can_begin_in_any_run():
    whole = told(retried(), AGAIN + 2_500)
    for after in range(9, 36):
        assert told(retried(), AGAIN + 2_500, after) == [event for event in whole if event[0] > after]


def test_starting_over_hides_all_that_was_before():
    again = retried(task(**STARTS_OVER))
    assert again.recovery is RecoveryStrategy.START_OVER
    assert told(again, AGAIN + 500) == [(30, "recovered", None), *SECOND_RUN[:2]]
    assert told(again, AGAIN + 500, after=12) == told(again, AGAIN + 500)


def test_starting_over_hides_the_recovery_until_something_follows_it():
    again = retried(task(**STARTS_OVER))
    assert told(again, AGAIN + 499) == []
    assert TaskEvents(again).next_at(AGAIN) == AGAIN + 500


def test_a_recovery_that_nothing_follows_stays_hidden():
    again = retried(task(**STARTS_OVER), plan=Plan(None, (), None, TaskStatus.COMPLETED))
    assert told(again, AGAIN + 10**9) == []
    assert TaskEvents(again).next_at(AGAIN) is None


def test_a_retry_that_is_cancelled_in_the_queue_tells_of_both():
    again = retried().cancelled(AGAIN + 100)
    assert again.status(AGAIN + 100) is TaskStatus.CANCELLED
    assert [type for _, type, _ in told(again, AGAIN + 100)][4:] == ["recovered", "cancelled", "completion"]


def test_however_often_a_task_is_retried_it_keeps_the_logs_of_its_last_runs_only():
    again = task()
    for number in range(1, 100):
        again = retried(again, at=START + number * 9_000, first_event_id=number * 20)
    assert len(again.earlier) == MAX_EARLIER_RUNS
    assert told(again, AGAIN * 100)[0][0] == (99 - MAX_EARLIER_RUNS) * 20


def test_a_task_that_starts_over_keeps_no_earlier_run():
    assert retried(task(**STARTS_OVER)).earlier == ()


def test_a_cancel_of_a_retried_task_names_the_step_of_an_earlier_run():
    cancelled = retried().cancelled(AGAIN, {Quirk.STEP_ZERO})
    assert told(cancelled, AGAIN)[-1] == (31, "cancelled", "Step a has been cancelled.")
    assert cancelled.status(AGAIN) is TaskStatus.OPEN


def test_a_cancel_trips_over_an_earlier_run_without_a_step():
    empty = Plan(0, (), 0, TaskStatus.COMPLETED)
    again = retried(task(empty), plan=empty)
    with pytest.raises(StepReductionFault):
        again.cancelled(AGAIN, {Quirk.REDUCE_FAULT})


TASKS = [
    task(),
    task(cancel(PLAN, 1_700, "42")),
    retried(),
    retried(task(cancel(PLAN, 1_700, "42"))),
    retried(task(push(PLAN, 1_700, "42", "hello", None, None))).cancelled(AGAIN + 100),
    retried(task(**STARTS_OVER)),
    retried(task(**STARTS_OVER), plan=Plan(None, (), None, TaskStatus.COMPLETED)),
]


@pytest.mark.parametrize("of", TASKS)
def test_what_is_planned_is_what_is_told_in_the_end(of):
    events = TaskEvents(of)
    planned = list(events.planned())
    assert planned == list(events.between(0, AGAIN * 100))
    assert events.total == len(planned)
    assert list(events.planned(12)) == [event for event in planned if event["id"] > 12]


@pytest.mark.parametrize("of", TASKS)
@pytest.mark.parametrize("elapsed", [0, 500, 1_700, 2_500])
def test_the_newest_id_tells_the_past_from_what_is_to_come(of, elapsed):
    now, events = of.started_at + elapsed, TaskEvents(of)
    past = [event for event in events.planned() if event["id"] <= events.newest_id(now)]
    assert past == list(events.between(0, now))


def test_another_plan_of_a_run_makes_another_version():
    other = task().with_plan(replace(PLAN, output={"a": 1}))
    assert (other.version, other.plan.output) == (1, {"a": 1})
