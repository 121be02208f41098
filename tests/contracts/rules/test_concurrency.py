"""What the rules about doing things at once must let pass."""

import pytest

from contracts.exchange import Purpose
from contracts.probes.racing import NEIGHBOUR_AFTER, NEIGHBOUR_BEFORE, TWICE
from contracts.profile import Profile
from contracts.rules import concurrency
from contracts.sse import Ending
from tests.contracts.making import (
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

AT_ONCE = {"purpose": Purpose.PARALLEL, "group": 1}


def race(*rest, status: str = "completed"):
    return evidence(
        created(purpose=Purpose.RACE),
        cancelled(purpose=Purpose.RACE),
        polled(status),
        *rest,
    )


def test_too_many_requests_is_an_answer():
    limited = exchange("createTask", 429, sent={}, **AT_ONCE)
    both = (created("a", **AT_ONCE), created("b", **AT_ONCE))
    assert holds(concurrency.all_are_created, evidence(*both, limited))
    assert failures(concurrency.all_are_created, evidence(*both, exchange("createTask", 409, sent={}, **AT_ONCE)))


def test_where_nothing_can_be_created_nothing_is_judged():
    refused = [exchange("createTask", 400, sent={}, **AT_ONCE) for _ in range(3)]
    assert is_silent(concurrency.all_are_created, evidence(*refused))
    assert is_silent(concurrency.ids_are_distinct, evidence(*refused))


def test_a_list_that_was_asked_for_before_need_not_show_the_task():
    early = listed(began=0.5, took=1.0, **AT_ONCE)
    assert is_silent(concurrency.none_is_lost_from_the_list, evidence(early, created(began=1.0, **AT_ONCE)))
    late = listed(began=2.0, **AT_ONCE)
    assert failures(concurrency.none_is_lost_from_the_list, evidence(late, created(began=1.0, **AT_ONCE)))


def test_a_server_may_leave_out_values_that_the_template_does_not_know():
    made = created(values={"contractTests": "x-1"}, **AT_ONCE)
    assert is_silent(concurrency.values_are_not_mixed_up, evidence(made, polled()))


def test_events_need_not_name_their_task():
    told = streamed([event(1, task_id=None), completion(2, task_id=None)])
    assert holds(concurrency.events_are_not_mixed_up, evidence(created(**AT_ONCE), created("b", **AT_ONCE), told))


def test_streams_may_differ_in_what_is_not_of_the_task():
    first = streamed([event(1), completion(2)], group=5)
    other = streamed([event(None, "ping", None, at=3), event(1), completion(2)], group=5)
    assert holds(concurrency.streams_are_the_same, evidence(created(), first, other))


def test_a_stream_that_was_not_read_to_its_end_is_not_compared():
    first = streamed([event(1), completion(2)], group=5)
    other = streamed([event(1)], group=5, ending=Ending.OVERDUE)
    assert is_silent(concurrency.streams_are_the_same, evidence(created(), first, other))


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_whatever_wins_is_right(status):
    told = streamed([event(1), completion(2, error=None if status == "completed" else "no")])
    run = race(told, polled(status), status=status)
    for rule in (concurrency.outcome_is_single, concurrency.completes_once, concurrency.outcome_is_told_as_it_is):
        assert not failures(rule, run)


def test_a_cancelled_task_need_not_complete():
    told = streamed([event(1), event(2, "cancelled")])
    assert not failures(concurrency.completes_once, race(told, status="cancelled"))
    assert holds(concurrency.outcome_is_told_as_it_is, race(told, status="cancelled"))


def test_only_the_real_server_may_tell_of_a_cancel_that_came_too_late():
    told = logged([completion(1), event(2, "cancelled")])
    assert failures(concurrency.outcome_is_told_as_it_is, race(told))
    real = evidence(
        created(purpose=Purpose.RACE),
        cancelled(purpose=Purpose.RACE),
        polled("completed"),
        told,
        profile=Profile.BACKSTAGE,
    )
    assert holds(concurrency.outcome_is_told_as_it_is, real)


@pytest.mark.parametrize(("status", "is_right"), [(200, True), (409, True), (400, True), (404, False), (500, False)])
def test_that_it_is_too_late_to_cancel_may_be_said_but_not_that_there_is_no_task(status, is_right):
    late = cancelled(status, purpose=Purpose.RACE)
    assert bool(failures(concurrency.late_cancels_are_answered, evidence(created(), late))) is not is_right


def test_two_cancels_may_be_two_events_on_the_real_server_only():
    seen = (created(), cancelled(label=TWICE), logged([event(1, "cancelled"), event(2, "cancelled"), completion(3)]))
    assert failures(concurrency.is_cancelled_once, evidence(*seen))
    assert holds(concurrency.is_cancelled_once, evidence(*seen, profile=Profile.BACKSTAGE))


def _neighbour(group: int, before: str, after: str):
    return (
        polled(before, label=NEIGHBOUR_BEFORE, purpose=Purpose.PARALLEL, group=group),
        polled(after, label=NEIGHBOUR_AFTER, purpose=Purpose.PARALLEL, group=group),
    )


def test_somebody_else_may_cancel_the_neighbour_once():
    assert is_silent(concurrency.neighbours_go_on, evidence(*_neighbour(1, "processing", "cancelled")))
    once = (*_neighbour(1, "processing", "cancelled"), *_neighbour(2, "processing", "processing"))
    assert holds(concurrency.neighbours_go_on, evidence(*once))
    twice = (*_neighbour(1, "processing", "cancelled"), *_neighbour(2, "processing", "cancelled"))
    assert failures(concurrency.neighbours_go_on, evidence(*twice))


def test_a_neighbour_that_had_ended_tells_nothing():
    assert is_silent(concurrency.neighbours_go_on, evidence(*_neighbour(1, "completed", "completed")))


def test_readers_may_see_a_task_go_on():
    seen = [polled(status, **AT_ONCE) for status in ("open", "processing", "completed")]
    assert holds(concurrency.readers_agree, evidence(created(**AT_ONCE), *seen))
    other = listed(task("processing", createdAt="2026-11-22T11:00:00.000Z"), **AT_ONCE)
    assert failures(concurrency.readers_agree, evidence(created(**AT_ONCE), *seen, other))
