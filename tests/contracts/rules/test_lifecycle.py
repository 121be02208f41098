"""LIFE lets pass whatever a conforming server may do, however odd."""

import pytest

from contracts.evidence import Evidence
from contracts.exchange import Purpose, Trouble, TroubleKind
from contracts.probes.unknown_tasks import similar_ids
from contracts.profile import Profile
from contracts.readings import LEFT_ALONE, OTHER_FORM
from contracts.rules import asynchrony, cancelling, lifecycle, times
from contracts.sse import Ending
from tests.contracts.making import (
    TASK_ID,
    at,
    cancelled,
    completion,
    created,
    event,
    evidence,
    exchange,
    failures,
    holds,
    is_silent,
    listed,
    logged,
    polled,
    streamed,
    task,
)

BACKSTAGE = Profile.BACKSTAGE


def watched(*statuses: str, began: float = 10.0, every: float = 0.5) -> list:
    return [polled(status, began=began + every * place, took=0.1) for place, status in enumerate(statuses)]


# --- statuses


def test_states_in_between_need_not_be_seen():
    assert holds(lifecycle.transitions_are_legal, evidence(created(began=1), *watched("open", "completed")))


def test_overlapping_answers_have_no_order():
    early, late = polled("processing", began=10, took=5), polled("open", began=11, took=1)
    assert is_silent(lifecycle.transitions_are_legal, evidence(created(began=1), early, late))


def test_an_older_answer_in_between_does_not_hide_a_step_back():
    around = polled("processing", began=10.05, took=9)
    seen = [polled("processing", began=10, took=0.1), around, polled("open", began=12, took=0.1)]
    assert failures(lifecycle.transitions_are_legal, evidence(created(began=1), *seen))


def test_tasks_of_others_may_be_started_over():
    again = evidence(*watched("completed", "open", "completed"))
    assert is_silent(lifecycle.terminal_is_final, again)
    assert is_silent(lifecycle.transitions_are_legal, again)


@pytest.mark.parametrize("nonsense", [None, 7, {"a": 1}, [], "RUNNING"])
def test_nonsense_is_for_one_rule_alone(nonsense):
    odd = exchange("getTask", 200, {**task(), "status": nonsense}, task_id=TASK_ID, began=20)
    seen = evidence(created(began=1), *watched("open"), odd)
    assert failures(lifecycle.statuses_are_known, seen)
    assert not failures(lifecycle.transitions_are_legal, seen)


def test_spec_may_grow_while_the_task_runs():
    bare, full = task("open"), task("completed")
    bare["spec"].update(steps=[], output=None)
    full["spec"]["output"] = {"links": []}
    full["spec"]["steps"][0]["input"] = {"rendered": True}
    seen = [exchange("getTask", 200, shown, task_id=TASK_ID) for shown in (bare, full)]
    assert holds(lifecycle.origin_never_changes, evidence(created(began=1), *seen))


def test_a_time_may_be_written_in_another_way():
    utc = polled("completed", fields={"completedAt": "2026-11-22T10:00:05Z"})
    local = polled("completed", fields={"completedAt": "2026-11-22T11:00:05.000+01:00"})
    assert holds(lifecycle.completion_time_is_final, evidence(created(began=1), utc, local))


# --- being there


def test_a_404_counts_only_for_who_asks_as_a_client():
    refused = exchange("getTaskLogs", 404, task_id=TASK_ID, query=[("after", "abc")], began=10)
    hostile = exchange("getTask", 404, task_id=TASK_ID, purpose=Purpose.HOSTILE, began=11)
    assert is_silent(lifecycle.created_task_is_there, evidence(created(began=1), refused, hostile))


def test_only_the_published_document_asks_for_logs():
    seen = [created(began=1), exchange("getTaskLogs", 404, task_id=TASK_ID, began=10)]
    assert failures(lifecycle.created_task_is_there, evidence(*seen))
    assert is_silent(lifecycle.created_task_is_there, evidence(*seen, profile=BACKSTAGE))


def test_an_unknown_task_that_was_never_answered_proves_nothing():
    broken = Trouble(TroubleKind.BROKEN)
    asked = exchange("getTask", None, task_id="nobody", purpose=Purpose.UNKNOWN_TASK, trouble=broken)
    assert is_silent(lifecycle.unknown_tasks_are_not_found, evidence(asked))


def test_a_task_that_somebody_has_is_not_unknown():
    asked = exchange("getTask", 200, task(id="17"), task_id="17", purpose=Purpose.UNKNOWN_TASK)
    assert is_silent(lifecycle.unknown_tasks_are_not_found, evidence(listed(task(id="17")), asked))


# --- events and status


def test_status_may_lag_behind_the_completion():
    told = streamed([event(1), completion(2)], began=10, took=1)
    lagging = polled("processing", began=10.9, took=0.1)
    assert is_silent(lifecycle.told_completion_ends_the_task, evidence(created(began=1), told, lagging))


def test_status_may_not_lag_for_ever():
    told = streamed([event(1), completion(2)], began=10, took=1)
    assert failures(
        lifecycle.told_completion_ends_the_task, evidence(created(began=1), told, polled("processing", began=12))
    )


def test_the_completion_of_another_task_in_a_stream_ends_no_task():
    told = streamed([event(1), completion(2, task_id="another")], began=10, took=1)
    running = polled("processing", began=16)
    assert is_silent(lifecycle.told_completion_ends_the_task, evidence(created(began=1), told, running))


def test_a_hasty_id_may_be_refused_as_no_id():
    asked = exchange("getTask", 400, task_id="17x", purpose=Purpose.UNKNOWN_TASK, label=OTHER_FORM)
    assert holds(lifecycle.unknown_tasks_are_not_found, evidence(asked))


def test_ids_that_a_hasty_server_reads_as_the_same_number():
    assert [id for id, _ in similar_ids("17")] == ["17x", "17.0"]
    assert similar_ids("task-17") == []


def test_a_cancelled_task_ends_without_success():
    ended = polled("cancelled")
    success = logged([event(1), completion(2)])
    assert failures(lifecycle.completion_agrees_with_status, evidence(ended, success))
    assert failures(
        lifecycle.completion_agrees_with_status, evidence(ended, logged([completion(2, status="completed")]))
    )


@pytest.mark.parametrize("body", [{}, {"error": {"message": "stopped"}}, {"output": {}, "status": "cancelled"}])
def test_a_cancelled_task_may_say_so_in_its_own_way(body):
    told = logged([event(1), event(2, "completion", "that was it", **body)])
    assert holds(lifecycle.completion_agrees_with_status, evidence(polled("cancelled"), told))


def test_completion_may_lag_behind_the_status():
    ended = polled("completed", began=10, took=0.1)
    assert is_silent(lifecycle.ended_task_has_completion, evidence(ended, logged([event(1)], began=10.5)))
    assert failures(lifecycle.ended_task_has_completion, evidence(ended, logged([event(1)], began=13)))


def test_a_late_stream_does_not_show_that_a_task_goes_on():
    ended = polled("completed", began=10, took=0.1)
    slow = streamed([event(number) for number in range(1, 500)], began=2, took=60, ending=Ending.OVERDUE)
    assert holds(lifecycle.ended_task_does_not_go_on, evidence(created(began=1), ended, slow))


def test_a_log_that_grows_shows_that_a_task_goes_on():
    ended = polled("completed", began=10, took=0.1)
    logs = [logged([event(n) for n in range(1, last)], began=10.0 + last, took=0.1) for last in (4, 8)]
    assert failures(lifecycle.ended_task_does_not_go_on, evidence(created(began=1), ended, *logs))


def test_a_completion_may_say_nothing_of_status_and_error():
    ended = polled("completed")
    told = logged([event(1), event(2, "completion", None)])
    assert holds(lifecycle.completion_agrees_with_status, evidence(ended, told))


def test_a_queued_task_that_is_cancelled_stays_open_in_backstage():
    stray = event(1, "cancelled", "Step 0 has been cancelled.", stepId=0, status="cancelled")
    seen = evidence(created(began=1), logged([stray], began=2), polled("open", began=30), profile=BACKSTAGE)
    assert is_silent(lifecycle.running_task_is_not_open, seen)


@pytest.mark.parametrize("profile", Profile)
def test_that_a_late_cancel_is_told_is_objected_to(profile):
    told = logged([event(1), completion(2), event(3, "cancelled")])
    assert failures(lifecycle.nothing_follows_completion, evidence(told, profile=profile))


# --- times


def test_times_may_be_rounded_to_seconds():
    seen = polled(fields={"createdAt": at(5.9), "lastHeartbeatAt": at(5), "completedAt": at(5)})
    assert holds(times.times_are_in_order, evidence(seen))


@pytest.mark.parametrize(("line", "passes"), [(1.04, True), (1.2, False), (2.0, True)])
def test_only_whole_seconds_may_be_rounded(line, passes):
    life = polled(fields={"createdAt": at(0.5), "completedAt": at(1.001)})
    told = logged([event(1, created_at=at(line)), completion(2, created_at=at(line))])
    assert bool(failures(times.events_lie_within_the_life, evidence(created(began=1), life, told))) is not passes


def test_a_task_without_heartbeats_has_none_that_stand_still():
    quiet = [polled("processing", fields={"lastHeartbeatAt": None}, began=10 + n, took=0.1) for n in range(9)]
    seen = evidence(created(began=1), *quiet)
    assert holds(times.heartbeats_advance, seen)
    assert holds(times.heartbeats_never_move_backwards, seen)


def test_a_heartbeat_may_rest_for_less_than_five_seconds():
    seen = evidence(created(began=1), *watched("processing", "processing", "processing", every=2.2))
    assert is_silent(times.heartbeats_advance, seen)


def test_a_heartbeat_may_be_taken_back_at_the_end():
    ended = polled("completed", fields={"lastHeartbeatAt": None}, began=20)
    assert not failures(
        times.heartbeats_never_move_backwards, evidence(created(began=1), *watched("processing"), ended)
    )


def test_one_late_beat_is_no_life_after_death():
    beats = [5, 6, 6, 6, 6]
    seen = [
        polled("completed", fields={"lastHeartbeatAt": at(beat)}, began=10 + place) for place, beat in enumerate(beats)
    ]
    assert holds(times.heart_stops_at_the_end, evidence(created(began=1), *seen))


def test_a_cancelled_step_may_have_last_words():
    ended = polled("cancelled", fields={"completedAt": at(5)})
    told = logged([event(1), event(9, message="shutting down"), completion(10, error="cancelled")])
    assert holds(times.events_lie_within_the_life, evidence(ended, told))


def test_null_is_no_completion_time():
    seen = task("processing")
    seen["completedAt"] = None
    assert holds(times.no_completion_time_before_the_end, evidence(exchange("getTask", 200, seen, task_id=TASK_ID)))


# --- cancelling


def cancelled_while_it_ran(end: str, *, task_id: str = TASK_ID, began: float = 10.0) -> list:
    return [
        created(task_id, ref=f"template:default/{task_id}", began=began - 5),
        polled("processing", task_id=task_id, began=began - 1, took=0.1),
        cancelled(task_id=task_id, began=began, took=0.1),
        polled(end, task_id=task_id, began=began + 1, took=0.1),
    ]


def test_a_task_may_end_by_itself_in_the_moment_of_its_cancel():
    seen = evidence(*cancelled_while_it_ran("completed"))
    assert is_silent(cancelling.cancelled_task_ends_cancelled, seen)


def test_two_tasks_do_not_end_by_themselves_in_the_moment_of_their_cancel():
    seen = evidence(*cancelled_while_it_ran("failed"), *cancelled_while_it_ran("failed", task_id="task-2", began=40))
    assert len(failures(cancelling.cancelled_task_ends_cancelled, seen)) == 2


def test_a_task_that_ran_on_for_seconds_was_not_cancelled():
    running = polled("processing", began=15, took=0.1)
    first, *rest = cancelled_while_it_ran("processing")
    seen = evidence(first, *rest, running, polled("completed", began=20))
    assert failures(cancelling.cancelled_task_ends_cancelled, seen)


def test_a_cancelled_task_may_fail_in_backstage():
    assert holds(
        cancelling.cancelled_task_ends_cancelled, evidence(*cancelled_while_it_ran("failed"), profile=BACKSTAGE)
    )


def test_a_cancel_may_take_a_while():
    seen = evidence(
        *cancelled_while_it_ran("processing"), polled("processing", began=25), polled("cancelled", began=27)
    )
    assert holds(cancelling.cancelled_task_ends_in_time, seen)
    assert holds(cancelling.cancelled_task_ends_cancelled, seen)


def test_a_task_that_waits_in_a_queue_is_given_more_time():
    seen = evidence(created(began=1), cancelled(began=2), polled("open", began=40))
    assert is_silent(cancelling.cancelled_task_ends_in_time, seen)


def bystander(end: str) -> list:
    return [
        *cancelled_while_it_ran("cancelled"),
        created("beside", began=1),
        polled("processing", task_id="beside", began=9.7, took=0.1),
        polled(end, task_id="beside", began=10.2, took=0.1),
    ]


def test_what_runs_on_beside_was_left_alone_however_slow_the_target_is():
    seen = [
        *cancelled_while_it_ran("cancelled"),
        created("beside", began=1),
        polled("processing", task_id="beside", began=5, took=3),
        polled("processing", task_id="beside", began=14, took=3),
    ]
    assert holds(cancelling.other_tasks_are_left_alone, evidence(*seen))


def test_somebody_else_may_cancel_what_runs_beside():
    assert not failures(cancelling.other_tasks_are_left_alone, evidence(*bystander("cancelled")))


def left_alone(end: str) -> Evidence:
    control = [
        created("control", began=50, label=LEFT_ALONE),
        polled(end, task_id="control", began=62),
        cancelled(task_id="control", began=63),
        polled("cancelled", task_id="control", began=64),
    ]
    return evidence(*bystander("cancelled"), *control)


def test_what_is_left_alone_shows_whether_somebody_else_cancels():
    assert not failures(cancelling.other_tasks_are_left_alone, left_alone("cancelled"))
    assert failures(cancelling.other_tasks_are_left_alone, left_alone("processing"))


@pytest.mark.parametrize("profile", Profile)
def test_a_late_cancel_may_not_change_the_log(profile):
    seen = [
        created(began=1),
        polled("completed", began=5, took=0.1),
        logged([event(1), completion(2)], began=6, took=0.1),
        cancelled(began=7, took=0.1),
        polled("completed", began=8, took=0.1),
        logged([event(1), completion(2), event(3, "cancelled")], began=9, took=0.1),
    ]
    assert failures(cancelling.late_cancel_changes_nothing, evidence(*seen, profile=profile))


# --- who creates a task does not wait for its end


def waited_for(
    number: int, *, ended: str = "completed", created_at: float = 0.0, took: float | None = 5.0, **rest
) -> list:
    began = 10.0 * number
    times = {"createdAt": at(created_at), "completedAt": None if took is None else at(created_at + took)}
    seen = polled(ended, task_id=f"t{number}", began=began + 6, took=0.1, fields=times)
    others = [listed(began=began + 1 + 0.5 * place, took=0.1) for place in range(5)]
    return [created(f"t{number}", began=began, took=5.0, **rest), seen, *others]


def test_tasks_that_end_before_their_creation_is_answered():
    assert failures(
        asynchrony.creation_does_not_wait_for_the_end, evidence(*waited_for(1), *waited_for(2, ended="failed"))
    )
    slow = waited_for(1, ref="template:default/slow")
    assert failures(asynchrony.creation_does_not_wait_for_the_end, evidence(*slow))


def test_a_creation_may_take_long():
    once, running = waited_for(1), waited_for(2, ended="processing")
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*once, *running))


def test_short_tasks_may_end_before_anybody_looks():
    short = [*waited_for(1, took=0.1), *waited_for(2, took=0.1)]
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*short))


def test_a_task_that_lives_by_a_faster_clock_was_not_waited_for():
    slow = waited_for(1, ref="template:default/slow", took=100.0)
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*slow))


def test_a_clock_that_runs_fast_makes_a_short_life_look_long():
    both = [*waited_for(1), *waited_for(2, created_at=100.0)]
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*both))
    assert failures(
        asynchrony.creation_does_not_wait_for_the_end, evidence(*waited_for(1), *waited_for(2, created_at=10.0))
    )


def test_of_tasks_that_do_not_tell_their_times_only_the_slow_ones_were_surely_waited_for():
    both = [*waited_for(1, took=None), *waited_for(2, took=None)]
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*both, profile=BACKSTAGE))
    slow = waited_for(1, took=None, ref="template:default/slow")
    assert failures(asynchrony.creation_does_not_wait_for_the_end, evidence(*slow, profile=BACKSTAGE))


def test_a_target_that_is_slow_altogether_is_no_surprise():
    both = [made for number in (1, 2) for made in waited_for(number)[:2]]
    assert holds(asynchrony.creation_does_not_wait_for_the_end, evidence(*both))
