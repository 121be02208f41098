"""Second runs that are right in an unusual way are let pass."""

import pytest

from contracts.exchange import Exchange
from contracts.profile import Profile
from contracts.rules import reruns
from tests.contracts import making
from tests.contracts.making import (
    TASK_ID,
    completion,
    created,
    event,
    exchange,
    failures,
    holds,
    is_silent,
    polled,
    streamed,
)


def evidence(*exchanges: Exchange):
    return making.evidence(*exchanges, profile=Profile.BACKSTAGE)


def retried(status: int = 201, body=None, **rest) -> Exchange:
    told = {"id": TASK_ID} if status == 201 and body is None else body
    return exchange("retryTask", status, told, task_id=TASK_ID, profile=Profile.BACKSTAGE, **rest)


def asked(*events, **rest) -> Exchange:
    return exchange("getTaskEvents", 200, list(events), task_id=TASK_ID, profile=Profile.BACKSTAGE, **rest)


def recovered(id: int, strategy: str = "none"):
    return event(id, "recovered", None, recoverStrategy=strategy)


def step(id: int, name: str):
    return event(id, stepId=name, status="processing")


FIRST = (created(began=1.0), polled("failed", began=2.0), asked(step(1, "a"), completion(2, error="no"), began=3.0))
LATER = {"began": 5.0}


def life(*after: Exchange, retry: Exchange | None = None):
    return evidence(*FIRST, retry or retried(began=4.0, took=0.1), *after)


def test_a_running_task_is_a_conflict():
    seen = (polled("processing", began=1.0), retried(409, began=2.0), polled("processing", began=3.0))
    assert holds(reruns.running_task_is_not_run_again, evidence(created(began=0.0), *seen))
    taken = (polled("processing", began=1.0), retried(201, began=2.0), polled("processing", began=3.0))
    assert failures(reruns.running_task_is_not_run_again, evidence(created(began=0.0), *taken))


def test_a_task_that_ended_just_before_may_be_run_again():
    stream = streamed([event(1), completion(2)], began=1.5, took=1.0)
    taken = (polled("processing", began=1.0, took=0.1), stream, retried(began=2.6), polled("processing", began=4.0))
    assert is_silent(reruns.running_task_is_not_run_again, evidence(created(began=0.0), *taken))


@pytest.mark.parametrize(("status", "body"), [(409, None), (200, {"id": TASK_ID}), (201, {"id": "another"})])
def test_an_ended_task_is_run_again_as_itself(status, body):
    assert holds(reruns.ended_task_is_run_again, life())
    assert failures(reruns.ended_task_is_run_again, life(retry=retried(status, body, began=4.0)))


def test_a_second_run_may_be_over_before_anybody_looks():
    over = (polled("failed", **LATER), asked(step(1, "a"), recovered(3), step(4, "a"), completion(5), began=6.0))
    assert holds(reruns.task_is_queued_again, life(*over))
    still = (polled("failed", **LATER), asked(step(1, "a"), completion(2), began=6.0))
    assert failures(reruns.task_is_queued_again, life(*still))
    assert is_silent(reruns.task_is_queued_again, life(polled("failed", **LATER)))


def test_a_second_run_may_be_cancelled_before_anybody_looks():
    cancelled = making.cancelled(began=5.0, took=0.1)
    assert is_silent(reruns.task_is_queued_again, life(cancelled, polled("cancelled", began=6.0)))
    events = asked(step(1, "a"), completion(2), began=4.7, took=0.1)
    assert failures(reruns.task_is_queued_again, life(polled("failed", began=4.5, took=0.1), events, cancelled))


def test_two_retries_of_which_nobody_saw_the_first_are_told_by_two_events():
    again = (retried(began=6.0), asked(step(1, "a"), recovered(3), recovered(4), began=7.0))
    assert holds(reruns.recovery_is_told, life(*again))


def test_the_recovery_is_told_with_its_strategy():
    assert holds(reruns.recovery_is_told, life(asked(step(1, "a"), recovered(3), **LATER)))
    assert failures(reruns.recovery_is_told, life(asked(step(1, "a"), **LATER)))
    assert failures(reruns.recovery_is_told, life(asked(step(1, "a"), recovered(3, "startOver"), **LATER)))


def test_the_first_end_is_taken_back_but_the_log_stays():
    sound = life(asked(step(1, "a"), recovered(3), **LATER))
    assert holds(reruns.first_end_is_taken_back, sound)
    assert holds(reruns.first_log_stays, sound)
    assert failures(reruns.first_end_is_taken_back, life(asked(completion(2), recovered(3), **LATER)))
    assert failures(reruns.first_log_stays, life(asked(recovered(3), **LATER)))


def test_a_template_that_starts_over_hides_its_first_run():
    spec = {**making.task()["spec"], "EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"}}
    seen = polled("processing", fields={"spec": spec}, **LATER)
    hidden = life(seen, asked(recovered(3, "startOver"), began=6.0))
    assert holds(reruns.first_log_stays, hidden)
    assert holds(reruns.recovery_is_told, hidden)
    assert failures(reruns.first_log_stays, life(seen, asked(step(1, "a"), recovered(3, "startOver"), began=6.0)))


def test_ids_and_steps_go_on_behind_the_first_run():
    sound = life(asked(step(1, "a"), recovered(3), step(4, "a"), **LATER))
    assert holds(reruns.ids_go_on, sound)
    assert holds(reruns.all_steps_run_again, sound)
    assert failures(reruns.ids_go_on, life(asked(step(1, "a"), recovered(0), **LATER)))
    assert failures(reruns.all_steps_run_again, life(asked(step(1, "a"), recovered(3), step(4, "b"), **LATER)))
    assert is_silent(reruns.all_steps_run_again, life(asked(step(1, "a"), recovered(3), **LATER)))


def test_only_what_happens_to_a_task_may_change():
    assert holds(reruns.task_stays_the_same, life(polled("processing", **LATER)))
    later = {"createdAt": making.at(99)}
    assert failures(reruns.task_stays_the_same, life(polled("processing", fields=later, **LATER)))


def test_a_refused_retry_leaves_no_trace():
    refused = (created(), retried(409), asked(step(1, "a")))
    assert holds(reruns.refused_retry_changes_nothing, evidence(*refused))
    assert failures(reruns.refused_retry_changes_nothing, evidence(*refused[:2], asked(step(1, "a"), recovered(2))))
