"""A hand from outside, as plans and lists: it pushes an event, or ends the task."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.cancellation import MAX_NOTES, StepReductionFault, cancel
from mock_server.intervention import MAX_PUSHED, NoSuchStep, TaskHasEnded, TooManyPushed, end, push
from mock_server.lifecycle import EventType, RecoveryStrategy, StepStatus, TaskStatus
from mock_server.planned import Failure, Lines, Plan, PlannedStep
from mock_server.quirks import Quirk
from mock_server.timeline import Timeline, View, event_capacity, view

FETCH = PlannedStep("a", "A", 100, 600, StepStatus.COMPLETED, "Finished step A", lines=(Lines(100, ("n",), 5, 500),))
BUILD = PlannedStep("b", "B", 600, 5_000, StepStatus.COMPLETED, "Finished step B")
CLEAN = PlannedStep("c", "C", 5_000, 6_000, StepStatus.COMPLETED, "Finished step C", follows_failure=True)
PLAN = Plan(100, (FETCH, BUILD, CLEAN), 6_000, TaskStatus.COMPLETED, output={"links": []})
QUEUED = Plan(None, (FETCH, BUILD), None, TaskStatus.COMPLETED, output={})
ENDLESS = Plan(100, (replace(FETCH, ends_at=None),), None, TaskStatus.COMPLETED, output={})
ERROR = Failure("HttpError", "No")


def moments(plan: Plan) -> list[tuple[int, str]]:
    timeline = Timeline(plan)
    return [(timeline[index].at, timeline[index].body.get("message", "")) for index in range(len(timeline))]


def bodies(plan: Plan, first: int) -> list[dict]:
    timeline = Timeline(plan)
    return [timeline[index].body for index in range(first, len(timeline))]


def test_a_pushed_event_stands_behind_what_has_happened_and_the_rest_goes_on():
    pushed = push(PLAN, 600, "42", "hi", None, None)
    before = moments(PLAN)
    place = Timeline(PLAN).happened(600)
    assert moments(pushed) == [*before[:place], (600, "hi"), *before[place:]]
    assert view(pushed, 700) == view(PLAN, 700)
    assert Timeline(pushed).happened(599) == Timeline(PLAN).happened(599)


@pytest.mark.parametrize(
    ("step_id", "status", "body"),
    [
        (None, None, {"message": "hi"}),
        ("b", None, {"message": "hi", "stepId": "b"}),
        ("b", StepStatus.FAILED, {"message": "hi", "stepId": "b", "status": "failed"}),
    ],
)
def test_a_pushed_event_says_what_it_is_told_to(step_id, status, body):
    assert bodies(push(PLAN, 0, "42", "hi", step_id, status), 0)[0] == body


def test_events_can_be_pushed_to_a_task_in_the_queue_and_to_one_that_never_ends():
    assert moments(push(QUEUED, 7, "42", "hi", None, None)) == [(7, "hi")]
    assert moments(push(ENDLESS, 9_000, "42", "hi", None, None))[-1] == (9_000, "hi")


def test_events_of_one_instant_keep_their_order():
    plan = PLAN
    for text in ("one", "two", "three"):
        plan = push(plan, 700, "42", text, None, None)
    assert [text for at, text in moments(plan) if at == 700] == ["one", "two", "three"]


@pytest.mark.parametrize("cut", [lambda plan: cancel(plan, 700, "42"), lambda plan: end(plan, 700, "42")])
def test_what_was_pushed_stays_before_an_end_of_the_same_instant(cut):
    pushed = push(PLAN, 700, "42", "hi", None, None)
    before = moments(pushed)[: Timeline(pushed).happened(700)]
    assert moments(cut(pushed))[: len(before)] == before


def test_an_event_is_pushed_before_a_cancel_that_is_still_to_come():
    plan = push(cancel(PLAN, 2_500, "42", quirks=frozenset(Quirk)), 700, "42", "hi", None, None)
    assert [at for at, _ in moments(plan)] == sorted(at for at, _ in moments(plan))
    assert (2_500, "Step b has been cancelled.") in moments(plan)


def test_a_task_that_has_ended_takes_no_event():
    with pytest.raises(TaskHasEnded):
        push(PLAN, 6_000, "42", "hi", None, None)


def test_a_step_that_there_is_not_has_no_events():
    with pytest.raises(NoSuchStep, match="no step 'z'"):
        push(PLAN, 0, "42", "hi", "z", None)


def test_there_is_room_for_so_many_pushed_events_and_no_more():
    plan = PLAN
    for _ in range(MAX_PUSHED):
        plan = push(plan, 700, "42", "hi", None, None)
    with pytest.raises(TooManyPushed):
        push(plan, 700, "42", "hi", None, None)


def test_a_task_that_is_completed_ends_its_step_and_skips_the_others():
    ended = end(PLAN, 1_000, "42", output={"text": []})
    assert bodies(ended, 8) == [
        {"message": "Beginning step B", "stepId": "b", "status": "processing"},
        {"message": "Finished step B", "stepId": "b", "status": "completed"},
        {
            "message": "Skipping step c because its if condition was false",
            "stepId": "c",
            "status": "skipped",
        },
        {"message": "Run completed with status: completed", "output": {"text": []}},
    ]
    assert view(ended, 999) == View(TaskStatus.PROCESSING, 100, None)
    assert view(ended, 1_000) == view(ended, 9_000) == View(TaskStatus.COMPLETED, 100, 1_000)


def test_without_an_output_a_completed_task_has_the_planned_one():
    assert bodies(end(PLAN, 1_000, "42"), 0)[-1]["output"] == {"links": []}
    assert bodies(end(replace(PLAN, output=None), 1_000, "42"), 0)[-1]["output"] == {}


def test_a_task_that_is_failed_says_so_like_a_real_one():
    ended = end(PLAN, 1_000, "42", error=ERROR)
    assert bodies(ended, 9) == [
        {"message": "HttpError: No\n    at step b", "stepId": "b", "status": "failed"},
        {"message": "Skipping step c because a previous step failed", "stepId": "c", "status": "skipped"},
        {"message": "Run completed with status: failed", "error": {"name": "HttpError", "message": "No"}},
    ]
    assert view(ended, 1_000).status is TaskStatus.FAILED


@pytest.mark.parametrize("plan", [QUEUED, replace(PLAN, claimed_at=9_000)])
def test_a_task_in_the_queue_is_claimed_when_it_is_ended(plan):
    ended = end(plan, 50, "42", error=ERROR)
    assert moments(ended)[0] == (50, f"Starting up task with {len(plan.steps)} steps")
    skipped = ["skipped"] * (len(plan.steps) - 1)
    assert [body["status"] for body in bodies(ended, 1)[:-1]] == ["processing", "failed", *skipped]
    assert view(ended, 49) == View(TaskStatus.OPEN, None, None)
    assert view(ended, 50) == View(TaskStatus.FAILED, 50, 50)


def test_a_task_that_is_completed_in_the_queue_skips_every_step():
    assert [body.get("status") for body in bodies(end(QUEUED, 50, "42"), 0)] == [None, "skipped", "skipped", None]


def test_a_task_without_steps_fails_all_the_same():
    assert bodies(end(Plan(None, (), None, TaskStatus.COMPLETED), 50, "42", error=ERROR), 1) == [
        {"message": "Run completed with status: failed", "error": {"name": "HttpError", "message": "No"}}
    ]


def test_an_end_takes_the_place_of_a_cancel_that_was_still_to_come():
    ended = end(cancel(PLAN, 2_500, "42", quirks=frozenset(Quirk)), 700, "42")
    assert ended == end(PLAN, 700, "42")


def test_a_task_that_has_ended_does_not_end_again():
    for plan in (end(PLAN, 700, "42"), cancel(PLAN, 700, "42"), end(PLAN, 700, "42", error=ERROR)):
        with pytest.raises(TaskHasEnded, match="Task 42 has ended"):
            end(plan, 700, "42")


def test_a_late_cancel_of_a_task_that_was_ended_comes_behind_its_completion():
    late = cancel(end(PLAN, 700, "42"), 700, "42", quirks=frozenset({Quirk.LATE_CANCEL_EVENT}))
    timeline = Timeline(late)
    assert timeline.completion == len(timeline) - 2
    assert timeline[len(timeline) - 1].type is EventType.CANCELLED


def test_events_are_counted_by_their_type():
    plan = cancel(push(replace(PLAN, recovery=RecoveryStrategy.NONE), 50, "42", "hi", None, None), 700, "42")
    timeline = Timeline(plan)
    for types in ({EventType.LOG}, {EventType.CANCELLED, EventType.COMPLETION}, {EventType.RECOVERED}, set(EventType)):
        assert timeline.count(types) == sum(timeline[index].type in types for index in range(len(timeline)))


HANDS = {
    "push": lambda plan, at, quirks: push(plan, at, "42", "hi", "a", None),
    "cancel": lambda plan, at, quirks: cancel(plan, at, "42", quirks=quirks),
    "complete": lambda plan, at, quirks: end(plan, at, "42"),
    "fail": lambda plan, at, quirks: end(plan, at, "42", error=ERROR),
}


@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.sampled_from(sorted(HANDS))), max_size=8),
    st.sampled_from([PLAN, QUEUED, ENDLESS, replace(PLAN, recovery=RecoveryStrategy.START_OVER)]),
    st.sampled_from([frozenset[Quirk](), frozenset(Quirk)]),
)
def test_whoever_interferes_what_has_happened_stays_and_the_views_agree(interferences, plan, quirks):
    capacity = event_capacity(plan, notes=MAX_NOTES + MAX_PUSHED)
    for at, hand in sorted(interferences):
        before = Timeline(plan)
        happened = [before[index] for index in range(before.happened(at))]
        try:
            plan = HANDS[hand](plan, at, quirks)
        except (TaskHasEnded, StepReductionFault):
            continue
        after = Timeline(plan)
        assert [after[index] for index in range(len(happened))] == happened
    timeline = Timeline(plan)
    told = [timeline[index] for index in range(len(timeline))]
    assert len(told) <= capacity
    assert [moment.at for moment in told] == sorted(moment.at for moment in told)
    for now in range(0, 10_000, 50):
        completed = any(moment.type is EventType.COMPLETION and moment.at <= now for moment in told)
        assert (view(plan, now).completed_at is not None) == completed or not plan.steps
        assert timeline.happened(now) == sum(moment.at <= now for moment in told)
