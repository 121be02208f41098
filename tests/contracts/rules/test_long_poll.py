"""Long polls that are right in an unusual way are let pass."""

import pytest

from contracts.exchange import Exchange, Trouble, TroubleKind
from contracts.profile import Profile
from contracts.rules import long_poll
from contracts.sse import Ending
from tests.contracts import making
from tests.contracts.making import TASK_ID, completion, created, exchange, failures, holds, is_silent, polled, streamed

LEFT = Trouble(TroubleKind.LEFT)


def evidence(*exchanges: Exchange):
    return making.evidence(*exchanges, profile=Profile.BACKSTAGE)


def event(id: int, **rest):
    return {**making.event(id, **rest), "isTaskRecoverable": False}


def end(id: int):
    return {**completion(id), "isTaskRecoverable": False}


def asked(events, *, after: int | None = None, status: int | None = 200, **rest) -> Exchange:
    query = [] if after is None else [("after", str(after))]
    body = None if status is None else events
    return exchange("getTaskEvents", status, body, task_id=TASK_ID, query=query, profile=Profile.BACKSTAGE, **rest)


def test_an_event_of_every_type_is_as_described():
    recovered = {**event(3, message=None, recoverStrategy="none"), "type": "recovered"}
    cancelled = {**event(2, stepId=0, status="cancelled"), "type": "cancelled"}
    assert holds(long_poll.batches_are_as_described, evidence(asked([event(1), cancelled, recovered, end(4)])))
    for wrong in ({**event(1), "type": "step"}, {**event(1), "taskId": "another"}, {**event(1), "id": "1"}, "text"):
        assert failures(long_poll.batches_are_as_described, evidence(asked([wrong])))


def test_events_that_are_gone_were_there_before():
    shrunk = asked([event(1), event(2)]), asked([event(2)])
    assert failures(long_poll.whole_batches_are_whole, evidence(created(), *shrunk))
    grown = asked([event(1)]), asked([event(1), event(2)])
    assert holds(long_poll.whole_batches_are_whole, evidence(created(), *grown))


def test_two_answers_at_once_may_be_of_different_moments():
    first, second = asked([event(1), event(2)], began=5.0, took=2.0), asked([event(1)], began=5.5, took=2.0)
    assert holds(long_poll.whole_batches_are_whole, evidence(created(), first, second))


@pytest.mark.parametrize(("since", "fails"), [(1.0, False), (3.0, True)])
def test_a_completion_may_come_a_little_later_than_the_status(since, fails):
    seen = evidence(polled("completed", began=1.0, took=0.0), asked([event(1)], began=1.0 + since))
    assert bool(failures(long_poll.ended_task_has_completion, seen)) is fails


def test_only_a_completion_is_told_again():
    whole = asked([event(1), event(2), end(3)])
    assert holds(long_poll.after_is_exclusive, evidence(created(), whole, asked([end(3)], after=3)))
    assert failures(long_poll.after_is_exclusive, evidence(created(), whole, asked([event(2), end(3)], after=2)))
    assert failures(long_poll.after_is_exclusive, evidence(created(), whole, asked([end(3)], after=1)))


def test_who_knows_the_completion_is_told_it_again():
    seen = created(), asked([event(1), end(2)])
    assert holds(long_poll.completion_is_sent_again, evidence(*seen, asked([end(2)], after=1_000)))
    assert failures(long_poll.completion_is_sent_again, evidence(*seen, asked([], after=2)))
    left = asked([], after=2, status=None, trouble=LEFT, took=5.0)
    assert failures(long_poll.completion_is_sent_again, evidence(*seen, left))


def test_who_leaves_early_cannot_tell_what_would_have_come():
    seen = created(), asked([event(1), end(2)])
    soon = asked([], after=2, status=None, trouble=LEFT, took=0.4)
    assert is_silent(long_poll.completion_is_sent_again, evidence(*seen, soon))
    left = asked([], after=2, status=None, trouble=LEFT, took=5.0)
    slow = polled("completed", began=left.began + 1, took=2.0)
    assert is_silent(long_poll.completion_is_sent_again, evidence(*seen, left, slow))


def test_what_happens_while_somebody_waits_may_be_told_late_by_another_rule():
    whole = asked([event(1)])
    late = asked([event(2)], after=1, took=9.0)
    assert is_silent(long_poll.what_is_there_is_told_at_once, evidence(created(), late))
    assert holds(long_poll.nothing_new_is_waited_for, evidence(created(), whole, late))
    assert failures(long_poll.what_is_there_is_told_at_once, evidence(created(), whole, asked([event(1)], took=4.0)))


@pytest.mark.parametrize(("took", "fails"), [(4.0, False), (30.0, True)])
def test_ten_thousand_events_take_a_while_to_tell(took, fails):
    many = [event(number) for number in range(1, 10_001)]
    seen = evidence(created(), asked(many, began=20.0), asked(many, began=60.0, took=took))
    assert bool(failures(long_poll.what_is_there_is_told_at_once, seen)) is fails


@pytest.mark.parametrize(("took", "fails"), [(5.0, False), (30.0, True)])
def test_ten_thousand_events_are_waited_for_a_little_longer(took, fails):
    many = asked([*(event(number) for number in range(1, 10_000)), end(10_000)], began=20.0)
    left = asked([], status=None, trouble=LEFT, began=60.0, took=took)
    seen = evidence(created(), many, left)
    assert bool(failures(long_poll.completion_is_sent_again, seen)) is fails
    assert bool(failures(long_poll.what_is_there_is_told_at_once, seen)) is fails


def test_an_empty_answer_has_waited():
    assert failures(long_poll.nothing_new_is_waited_for, evidence(created(), asked([], after=1, took=0.1)))
    assert holds(long_poll.nothing_new_is_waited_for, evidence(created(), asked([], after=1, took=30.0)))
    left = asked([], after=1, status=None, trouble=LEFT, took=4.0)
    assert holds(long_poll.nothing_new_is_waited_for, evidence(created(), left))


@pytest.mark.parametrize(("took", "fails"), [(2.5, False), (8.0, True)])
def test_a_server_may_look_for_events_now_and_then(took, fails):
    stream = streamed([event(1), making.frame(event(2), arrived=11.0)], began=9.0, took=9.0, ending=Ending.OVERDUE)
    waiting = asked([event(2)], after=1, began=10.0, took=took)
    assert bool(failures(long_poll.who_waits_is_answered, evidence(created(), stream, waiting))) is fails


def test_what_the_stream_says_is_what_is_told():
    events = [event(1), event(2), end(3)]
    stream = streamed(events)
    assert holds(long_poll.views_agree, evidence(created(), stream, asked(events)))
    others = [event(1), event(2, message="otherwise"), end(3)]
    assert failures(long_poll.views_agree, evidence(created(), stream, asked(others)))
    assert is_silent(long_poll.views_agree, evidence(created(), stream, asked(events[:2])))
