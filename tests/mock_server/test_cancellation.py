"""A cancel, as plans and lists: by the document in test_timeline.py, here as a real worker goes about it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.cancellation import MAX_NOTES, Past, StepReductionFault, cancel
from mock_server.lifecycle import EventType, RecoveryStrategy, StepStatus, TaskStatus
from mock_server.planned import Failure, Lines, Plan, PlannedStep
from mock_server.quirks import Quirk
from mock_server.timeline import Timeline, View, event_capacity, view

FAILS = {Quirk.CANCEL_FAILS}
ZERO = {Quirk.STEP_ZERO}
LATE = {Quirk.LATE_CANCEL_EVENT}
REDUCES = {Quirk.REDUCE_FAULT}
ALL = frozenset(Quirk)


def step(
    id: str, starts_at: int, ends_at: int | None, ends_as: StepStatus = StepStatus.COMPLETED, **keys
) -> PlannedStep:
    return PlannedStep(id, id.upper(), starts_at, ends_at, ends_as, f"{id} has ended", **keys)


def plan_of(*steps: PlannedStep, claimed_at: int | None = 100, **keys) -> Plan:
    last = steps[-1].ends_at if steps else claimed_at
    return Plan(claimed_at, steps, None if claimed_at is None else last, TaskStatus.COMPLETED, output={}, **keys)


PLAN = plan_of(step("a", 100, 600), step("b", 600, 5_000), step("c", 5_000, 6_000))


def events(plan: Plan, *, first: int = 0) -> list[tuple[int, str, object, object]]:
    """When, what and of which step; without the message."""
    timeline = Timeline(plan)
    moments = [timeline[index] for index in range(first, len(timeline))]
    return [(at, type.value, body.get("stepId"), body.get("status")) for at, type, body in map(parts, moments)]


def parts(moment):
    return moment.at, moment.type, moment.body


def messages(plan: Plan) -> list[str]:
    timeline = Timeline(plan)
    return [timeline[index].body.get("message", "") for index in range(len(timeline))]


def test_the_task_goes_on_until_the_worker_looks_and_then_fails():
    cancelled = cancel(PLAN, 2_500, "42", quirks=FAILS)
    assert events(cancelled, first=4) == [
        (2_500, "cancelled", "b", "cancelled"),
        (3_100, "log", "b", "failed"),
        (3_100, "log", "c", "skipped"),
        (3_100, "completion", None, None),
    ]
    assert view(cancelled, 3_099) == View(TaskStatus.PROCESSING, 2_100, None)
    assert view(cancelled, 3_100) == View(TaskStatus.FAILED, 3_100, 3_100)


def test_what_a_failed_cancel_says():
    timeline = Timeline(cancel(PLAN, 2_500, "42", quirks=FAILS))
    assert [timeline[index].body for index in range(4, 8)] == [
        {"message": "Step b has been cancelled.", "stepId": "b", "status": "cancelled"},
        {
            "message": "Error: Step b (B) of task 42 has been cancelled.\n    at step b",
            "stepId": "b",
            "status": "failed",
        },
        {"message": "Skipping step c because a previous step failed", "stepId": "c", "status": "skipped"},
        {
            "message": "Run completed with status: failed",
            "error": {"name": "Error", "message": "Step b (B) of task 42 has been cancelled."},
        },
    ]


@pytest.mark.parametrize(("at", "noticed"), [(100, 1_100), (1_099, 1_100), (1_100, 2_100), (4_500, 5_100)])
def test_the_worker_looks_once_a_second_from_the_claim_on(at, noticed):
    assert view(cancel(PLAN, at, "42", quirks=FAILS), noticed - 1).status is TaskStatus.PROCESSING
    assert view(cancel(PLAN, at, "42", quirks=FAILS), noticed).status is TaskStatus.FAILED


def test_a_step_that_begins_before_the_worker_looks_is_the_one_that_fails():
    cancelled = cancel(PLAN, 4_500, "42", quirks=FAILS)
    assert events(cancelled, first=4) == [
        (4_500, "cancelled", "b", "cancelled"),
        (5_000, "log", "b", "completed"),
        (5_000, "log", "c", "processing"),
        (5_100, "log", "c", "failed"),
        (5_100, "completion", None, None),
    ]


def test_a_task_that_ends_before_the_worker_looks_ends_as_it_would_have():
    cancelled = cancel(PLAN, 5_500, "42", quirks=FAILS)
    assert view(cancelled, 6_000) == View(TaskStatus.COMPLETED, 5_100, 6_000)
    assert events(cancelled, first=6) == [
        (5_500, "cancelled", "c", "cancelled"),
        (6_000, "log", "c", "completed"),
        (6_000, "completion", None, None),
    ]


def test_a_step_that_would_never_end_does():
    endless = plan_of(step("a", 100, None), step("b", 100, None, StepStatus.SKIPPED, announced=False))
    cancelled = cancel(endless, 90_000, "42", quirks=FAILS)
    assert view(cancelled, 90_100).status is TaskStatus.FAILED
    assert events(cancelled, first=2) == [
        (90_000, "cancelled", "a", "cancelled"),
        (90_100, "log", "a", "failed"),
        (90_100, "log", "b", "skipped"),
        (90_100, "completion", None, None),
    ]


def test_lines_come_until_the_worker_looks():
    chatty = plan_of(step("a", 100, 10_100, lines=(Lines(100, ("x",), 10, 10_000),)))
    assert [at for at, *_ in events(cancel(chatty, 1_500, "42", quirks=FAILS))] == [
        *(100, 100, 100, 1_100, 1_500, 2_100, 2_100, 2_100)
    ]


def test_a_clean_up_begins_and_fails_as_well():
    plan = plan_of(step("a", 100, 5_000), step("b", 5_000, 5_000), step("c", 5_000, 5_000, follows_failure=True))
    cancelled = cancel(plan, 500, "42", quirks=FAILS)
    assert events(cancelled, first=3) == [
        (1_100, "log", "a", "failed"),
        (1_100, "log", "b", "skipped"),
        (1_100, "log", "c", "processing"),
        (1_100, "log", "c", "failed"),
        (1_100, "completion", None, None),
    ]
    assert messages(cancelled)[6] == (
        "Additional error occurred: Step c (C) of task 42 has been cancelled.\n"
        "Error: Step c (C) of task 42 has been cancelled.\n    at step c"
    )


def test_a_cancelled_clean_up_leaves_the_task_its_first_error():
    failed = step("a", 100, 600, StepStatus.FAILED)
    plan = plan_of(failed, step("b", 600, 5_000, follows_failure=True), error=Failure("InputError", "no"))
    cancelled = cancel(plan, 700, "42", quirks=FAILS)
    assert events(cancelled, first=5) == [
        (1_100, "log", "b", "failed"),
        (1_100, "log", "b", "failed"),
        (1_100, "completion", None, None),
    ]
    timeline = Timeline(cancelled)
    assert timeline[len(timeline) - 1].body["error"] == {"name": "InputError", "message": "no"}


def test_a_second_cancel_adds_its_event_and_changes_nothing_else():
    once = cancel(PLAN, 2_500, "42", quirks=FAILS)
    twice = cancel(once, 3_000, "42", quirks=FAILS)
    assert [event[:3] for event in events(twice, first=4)][:2] == [(2_500, "cancelled", "b"), (3_000, "cancelled", "b")]
    assert events(twice, first=6) == events(once, first=5)


def test_however_often_a_task_is_cancelled_its_events_are_bounded():
    plan = PLAN
    for _ in range(MAX_NOTES + 50):
        plan = cancel(plan, 2_500, "42", quirks=FAILS)
    assert len(plan.notes) == MAX_NOTES
    assert len(Timeline(plan)) <= event_capacity(PLAN, notes=MAX_NOTES)


def test_a_cancel_in_the_queue_still_ends_the_task_at_once_if_only_running_ones_fail():
    assert view(cancel(PLAN, 50, "42", quirks=FAILS), 50).status is TaskStatus.CANCELLED


def test_a_cancel_in_the_queue_names_step_zero_and_leaves_the_task_there():
    cancelled = cancel(PLAN, 50, "42", quirks=ZERO)
    assert Timeline(cancelled)[0].body == {"message": "Step 0 has been cancelled.", "stepId": 0, "status": "cancelled"}
    assert view(cancelled, 99).status is TaskStatus.OPEN


def test_a_task_that_was_cancelled_in_the_queue_fails_when_it_is_claimed():
    cancelled = cancel(PLAN, 50, "42", quirks=ZERO)
    assert view(cancelled, 100) == View(TaskStatus.FAILED, 100, 100)
    assert events(cancelled) == [
        (50, "cancelled", 0, "cancelled"),
        (100, "log", None, None),
        (100, "completion", None, None),
    ]


def test_a_task_that_lost_its_token_in_the_queue_fails_without_a_step():
    assert Timeline(cancel(PLAN, 50, "42", quirks=ZERO))[2].body == {
        "message": "Run completed with status: failed",
        "error": {"name": "ResponseError", "message": "Request failed with 401 Unauthorized"},
    }


def test_a_retried_task_that_is_aborted_at_the_claim_keeps_its_recovery():
    cancelled = cancel(replace(PLAN, recovery=RecoveryStrategy.NONE), 50, "42", quirks=ZERO)
    timeline = Timeline(cancelled)
    assert timeline[0].type is EventType.RECOVERED
    assert events(cancelled, first=2)[0] == (100, "log", None, None)


def test_without_steps_there_is_nothing_to_abort():
    cancelled = cancel(plan_of(), 50, "42", quirks=ZERO)
    assert view(cancelled, 100).status is TaskStatus.COMPLETED


def test_a_cancelled_task_that_is_never_claimed_stays_in_the_queue():
    cancelled = cancel(plan_of(step("a", 0, None), claimed_at=None), 50, "42", quirks=ZERO)
    assert view(cancelled, 10**9).status is TaskStatus.OPEN
    assert len(Timeline(cancelled)) == 1


@pytest.mark.parametrize("quirks", [frozenset(), FAILS, ZERO, REDUCES])
def test_cancelling_what_has_ended_changes_nothing(quirks):
    assert cancel(PLAN, 6_000, "42", quirks=quirks) is PLAN


def test_a_late_cancel_adds_an_event_behind_the_completion():
    cancelled = cancel(PLAN, 9_000, "42", quirks=LATE)
    assert events(cancelled, first=7) == [(6_000, "completion", None, None), (9_000, "cancelled", "c", "cancelled")]
    assert view(cancelled, 9_000) == view(PLAN, 9_000)
    assert Timeline(cancelled).completion == 7


def test_a_late_cancel_is_one_of_a_task_that_was_cancelled_as_well():
    cancelled = cancel(cancel(PLAN, 1_000, "42", quirks=LATE), 2_000, "42", quirks=LATE)
    assert view(cancelled, 2_000) == View(TaskStatus.CANCELLED, 100, 1_000)
    assert events(cancelled)[-1] == (2_000, "cancelled", "c", "cancelled")


def test_the_completion_is_found_behind_the_events_of_cancels():
    cancelled = cancel(cancel(PLAN, 2_500, "42", quirks=FAILS), 2_600, "42", quirks=FAILS)
    timeline = Timeline(cancelled)
    assert timeline.completion == len(timeline) - 1


@pytest.mark.parametrize("plan", [PLAN, plan_of(step("a", 0, None), claimed_at=None)])
def test_the_completion_of_a_plan_is_its_last_event_if_there_is_one(plan):
    assert Timeline(plan).completion == (7 if plan is PLAN else None)


def test_the_first_cancel_in_the_queue_finds_no_event_to_trip_over():
    assert view(cancel(PLAN, 50, "42", quirks=REDUCES), 50).status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    ("plan", "at"),
    [
        (cancel(PLAN, 50, "42", quirks=ZERO), 60),
        (plan_of(step("a", 200, 900)), 150),
        (plan_of(), 100),
        (plan_of(), 9_000),
        (replace(PLAN, recovery=RecoveryStrategy.NONE), 50),
    ],
    ids=["a second one in the queue", "only started up", "no steps", "no steps, long finished", "recovered"],
)
def test_a_cancel_trips_over_events_without_a_step(plan, at):
    with pytest.raises(StepReductionFault, match=r"^Reduce of empty array with no initial value$"):
        cancel(plan, at, "42", quirks=REDUCES | ZERO)


def test_a_cancel_finds_the_step_of_an_earlier_run():
    again = replace(PLAN, recovery=RecoveryStrategy.NONE)
    cancelled = cancel(again, 50, "42", quirks=REDUCES | ZERO, past=Past(has_events=True, step_id="c"))
    assert events(cancelled)[1] == (50, "cancelled", "c", "cancelled")


def test_a_cancel_finds_nothing_where_a_recovery_hides_itself():
    again = replace(PLAN, recovery=RecoveryStrategy.START_OVER)
    assert events(cancel(again, 50, "42", quirks=REDUCES | ZERO))[1] == (50, "cancelled", 0, "cancelled")


def test_without_a_step_to_name_a_cancel_names_the_task_unless_it_names_step_zero():
    without = cancel(plan_of(), 9_000, "42", quirks=LATE)
    assert messages(without)[-1] == "Task has been cancelled."
    assert messages(cancel(plan_of(), 9_000, "42", quirks=LATE | ZERO))[-1] == "Step 0 has been cancelled."


def test_a_cancel_takes_the_place_of_one_that_was_still_to_come():
    later = cancel(PLAN, 4_500, "42", quirks=FAILS)
    sooner = cancel(later, 2_500, "42", quirks=FAILS)
    assert sooner == cancel(PLAN, 2_500, "42", quirks=FAILS)


@given(
    st.lists(st.integers(0, 9_000), max_size=6),
    st.sampled_from([frozenset(), FAILS, ZERO, LATE, FAILS | ZERO, FAILS | LATE, ZERO | LATE, ALL]),
    st.sampled_from([PLAN, replace(PLAN, recovery=RecoveryStrategy.START_OVER), plan_of(step("a", 100, None))]),
)
def test_whenever_a_task_is_cancelled_what_has_happened_stays_and_the_views_agree(instants, quirks, plan):
    capacity = event_capacity(plan, notes=MAX_NOTES)
    for at in sorted(instants):
        before = Timeline(plan)
        happened = [before[index] for index in range(before.happened(at))]
        try:
            plan = cancel(plan, at, "42", quirks=quirks)
        except StepReductionFault:
            continue
        after = Timeline(plan)
        assert [after[index] for index in range(len(happened))] == happened
    timeline = Timeline(plan)
    moments = [timeline[index] for index in range(len(timeline))]
    assert len(moments) <= capacity
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    for now in range(0, 10_000, 50):
        seen = moments[: timeline.happened(now)]
        assert all(moment.at <= now for moment in seen)
        assert all(moment.at > now for moment in moments[len(seen) :])
        completed = [moment for moment in seen if moment.type is EventType.COMPLETION]
        assert len(completed) == (view(plan, now).completed_at is not None)
        if completed:
            assert completed[0].body["message"] == f"Run completed with status: {view(plan, now).status}"
            assert moments[timeline.completion] == completed[0]
