"""Streams that are odd and right, and what it takes to call one wrong."""

from dataclasses import replace

import pytest

from contracts.exchange import Trouble, TroubleKind
from contracts.profile import Profile
from contracts.rules import stream, stream_course, stream_delivery, stream_replay
from contracts.rules.stream import OPERATION
from contracts.sse import Ending, Frame
from tests.contracts.making import (
    EVENT_STREAM,
    at,
    completion,
    created,
    event,
    evidence,
    exchange,
    failures,
    frame,
    holds,
    is_silent,
    logged,
    polled,
    streamed,
)

WHOLE = (event(1), event(2, stepId="first", status="processing"), event(3), completion(4))
MODULES = (stream, stream_course, stream_replay, stream_delivery)
ALL_RULES = [rule for module in MODULES for rule in vars(module).values() if hasattr(rule, "judge")]


def objections(*exchanges, **rest):
    found = evidence(*exchanges, **rest)
    return {
        rule.id: [observation.observed for observation in failures(rule, found)]
        for rule in ALL_RULES
        if found.contract.profile in rule.profiles and failures(rule, found)
    }


def resumed(events, after, **rest):
    return streamed(events, query=[("after", str(after))], **rest)


def with_headers(made, *headers):
    return replace(made, response=replace(made.response, headers=headers))


def test_a_life_as_it_should_be():
    life = (
        created(began=0),
        streamed(WHOLE, began=1, took=5),
        polled("processing", began=2),
        polled(began=7),
        logged(WHOLE, began=8),
        streamed(WHOLE, began=9),
        resumed(WHOLE[2:], 2, began=10),
        logged(WHOLE[2:], query=[("after", "2")], began=11),
        resumed((), 4, began=12),
    )
    assert objections(*life) == {"STREAM-03": ["no Cache-Control"] * 4}


def test_a_stream_in_another_style():
    """Frames with ids and no id in the data, a sign of life with a name of its own, a time to wait, more fields."""
    said = [{"type": "log", "createdAt": at(1), "body": {"message": "hello", "more": 1}, "extra": True}]
    said.append({"type": "completion", "createdAt": "2026-11-22T11:00:01+01:00", "body": {}})
    frames = [replace(frame(data, id=str(place)), arrived=1.0) for place, data in enumerate(said)]
    ping = Frame("ping", "", None, 1.0, ("event", "data"))
    made = with_headers(
        streamed([ping, frames[0], ping, frames[1]], began=1, comments=3),
        ("content-type", 'Text/Event-Stream; charset="UTF-8"'),
        ("cache-control", "private, No-Store"),
    )
    assert objections(created(began=0), made, polled(began=2)) == {"STREAM-10": ["events named ping"]}


@pytest.mark.parametrize("seconds", [0, 1])
def test_events_of_one_moment(seconds):
    events = [event(number, created_at=at(seconds)) for number in (5, 9, 100)]
    assert holds(stream_course.times_grow, evidence(streamed([*events, completion(101, created_at=at(seconds))])))


def test_numbers_of_frames_with_leading_zeros_or_of_another_kind():
    numbered = [frame(event(1), id="001"), frame(event(2), id="task-1/2"), frame(completion(3), id="3")]
    assert holds(stream_course.ids_agree, evidence(streamed(numbered)))


def test_odd_numbers_in_data_and_frames():
    odd = [frame({**event(1), "id": 1.0}), frame({**event(None)}, id="--1"), frame({**event(None)}, id="9" * 5000)]
    assert len(failures(stream_course.events_are_numbered, evidence(streamed(odd)))) == 1


@pytest.mark.parametrize("data", ["[1]", "{", "", "null", '{"type": []}', '{"type": {"a": 1}, "id": true, "body": 3}'])
@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_no_rule_stumbles_over_any_data(rule, data):
    made = streamed([Frame("log", data, "x", 1.0), Frame("message", data, None, 1.0)], began=1)
    odd_poll = exchange("getTask", 200, {"id": [], "status": {}, "spec": {"steps": [1, {"id": 2}]}}, task_id="task-1")
    list(rule.judge(evidence(created(began=0), made, odd_poll, logged([{}, {"body": 1, "type": []}], began=9))))


def test_a_stream_that_the_reader_left():
    left = streamed(WHOLE[:2], ending=Ending.STOPPED, began=1)
    back = resumed(WHOLE[2:], 2, began=2)
    assert objections(created(began=0), left, back, streamed(WHOLE, began=1, took=3), polled(began=6)).keys() <= {
        "STREAM-03"
    }


def test_a_task_that_never_ends():
    open_ended = streamed(WHOLE[:2], ending=Ending.OVERDUE, began=1, took=20)
    polls = [polled("processing", began=second) for second in range(2, 30, 4)]
    assert objections(created(began=0), open_ended, *polls).keys() <= {"STREAM-03"}


def test_a_task_that_waits_in_the_queue():
    nothing = streamed((), ending=Ending.OVERDUE, began=1, took=20, comments=9)
    polls = [polled("open", began=second) for second in range(2, 30, 4)]
    assert objections(created(began=0), nothing, *polls).keys() <= {"STREAM-03"}


def test_a_cancelled_task_may_end_with_the_cancelling():
    told = (event(1), event(2, "cancelled"))
    assert objections(created(began=0), streamed(told, began=1), polled("cancelled", began=2)).keys() <= {"STREAM-03"}


def test_a_stream_that_waits_for_the_completion_after_the_cancelling():
    told = streamed((event(1), event(2, "cancelled")), ending=Ending.OVERDUE, began=1, took=20)
    assert objections(created(began=0), told, polled("processing", began=19)).keys() <= {"STREAM-03"}


def test_a_target_that_went_away_closes_its_streams():
    cut = streamed(WHOLE[:2], began=1)
    assert is_silent(stream_course.closes_with_the_end, evidence(created(began=0), cut, gone="it went away"))
    assert failures(stream_course.closes_with_the_end, evidence(created(began=0), cut))


def test_an_old_task_whose_events_were_thrown_away():
    assert is_silent(stream_course.closes_with_the_end, evidence(polled(began=0), streamed((), began=1)))


def test_a_stream_that_closes_early_is_shown_with_the_task_that_still_runs():
    [found] = failures(
        stream_course.closes_with_the_end,
        evidence(created(began=0), resumed((), 2, began=1), polled("processing", began=3)),
    )
    assert found.observed == "closed by the server without any event, while the task runs"


def test_a_status_that_nobody_knows_does_not_show_that_a_task_runs():
    seen = evidence(created(began=0), resumed((), 2, began=1), polled("canceled", began=3))
    assert not failures(stream_course.closes_with_the_end, seen)


@pytest.mark.parametrize(("took", "told"), [(4.0, False), (6.0, True)])
def test_silence_after_the_end_counts_after_the_grace_only(took, told):
    silent = streamed(WHOLE[:2], ending=Ending.SILENT, began=1, took=0.5 + took)
    found = failures(stream_course.end_is_told, evidence(created(began=0), silent, polled(began=1, took=0.1)))
    assert bool(found) is told


def test_what_the_real_server_does_is_allowed_it_only():
    late = event(5, "cancelled", created_at=at(4))
    again = completion(4)
    life = (
        created(began=0),
        streamed(WHOLE, began=1),
        polled(began=2),
        streamed((*WHOLE, late), began=3),
        resumed((again,), 4, began=4),
        resumed((again, late), 1000, began=5),
    )
    assert objections(*life, profile=Profile.BACKSTAGE).keys() <= {"STREAM-03"}
    assert {"STREAM-17", "STREAM-26"} <= objections(*life).keys()


def test_a_recoverable_task_tells_its_completion_for_ever():
    recoverable = {"spec": {"steps": [], "EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"}}}
    endless = streamed((*WHOLE, WHOLE[3], WHOLE[3]), ending=Ending.LEFT_OPEN, began=1, took=6)
    life = (created(began=0), endless, polled(began=8, fields=recoverable))
    assert objections(*life, profile=Profile.BACKSTAGE).keys() <= {"STREAM-03"}
    assert objections(*life).keys() >= {"STREAM-17"}


def test_the_stream_of_a_recoverable_task_may_stay_open():
    recoverable = {"spec": {"steps": [], "EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"}}}
    stays_open = streamed(WHOLE, ending=Ending.LEFT_OPEN, began=1, took=6)
    assert "STREAM-19" in objections(created(began=0), stays_open, polled(began=8))
    assert "STREAM-19" not in objections(created(began=0), stays_open, polled(began=8, fields=recoverable))


def test_steps_are_not_asked_for_where_the_task_names_none():
    foreign = streamed((event(1, stepId="setup"), completion(2)), began=1)
    assert is_silent(stream_course.steps_are_of_the_task, evidence(foreign))
    assert failures(stream_course.steps_are_of_the_task, evidence(foreign, polled(began=0)))
    unnamed = streamed((event(1, stepId=""), completion(2, stepId=0)), began=1)
    assert holds(stream_course.steps_are_of_the_task, evidence(unnamed, polled(began=0)))


def test_an_after_that_is_no_number_is_not_judged():
    odd = [streamed(WHOLE, query=[("after", text)], began=9) for text in ("", "abc", "1.5", "٣", "9" * 40)]
    assert is_silent(stream_replay.after_is_exclusive, evidence(*odd))
    assert objections(created(began=0), streamed(WHOLE, began=1), polled(began=2), *odd).keys() <= {"STREAM-03"}


def test_log_entries_without_numbers_are_counted_by_the_stream():
    bare = [{name: value for name, value in entry.items() if name not in {"id", "taskId"}} for entry in WHOLE[:3]]
    life = (created(began=0), streamed(WHOLE, began=1), polled(began=2), logged(bare, began=3))
    right = logged(bare[2:], query=[("after", "2")], began=4)
    wrong = logged(bare[1:], query=[("after", "2")], began=4)
    assert holds(stream_replay.logs_after_a_number, evidence(*life, right))
    assert failures(stream_replay.logs_after_a_number, evidence(*life, wrong))


def test_log_entries_that_cannot_be_counted_are_not_judged():
    other = [{"type": "log", "createdAt": at(9), "body": {"message": "another log"}}]
    life = (created(began=0), streamed(WHOLE, began=1), polled(began=2), logged(other, began=3))
    asked = logged(other, query=[("after", "2")], began=4)
    assert is_silent(stream_replay.logs_after_a_number, evidence(*life, asked))


def test_last_event_id_is_only_asked_for_where_frames_have_ids():
    assert holds(stream_replay.last_event_id_is_honoured, evidence(streamed(WHOLE)))
    numbered = [frame(told, id=str(told["id"])) for told in WHOLE]
    asked = [("Last-Event-ID", "2")]
    found = evidence(streamed(numbered, began=1), streamed(numbered, request_headers=asked, began=2))
    assert failures(stream_replay.last_event_id_is_honoured, found)


def test_headers_that_come_late():
    late = streamed(WHOLE, began=1)
    late = replace(late, stream=replace(late.stream, opened=8.0))
    polls = (created(began=0), polled("processing", began=3))
    assert failures(stream_delivery.headers_come_promptly, evidence(*polls, late))
    assert is_silent(stream_delivery.headers_come_promptly, evidence(*polls, late, profile=Profile.BACKSTAGE))
    slow = polled("processing", began=2, took=5)
    assert is_silent(stream_delivery.headers_come_promptly, evidence(created(began=0), slow, late))


def test_headers_that_never_come():
    nothing = exchange(
        OPERATION, None, task_id="task-1", began=1, took=6, trouble=Trouble(TroubleKind.TIMEOUT), headers=EVENT_STREAM
    )
    assert failures(stream_delivery.headers_come_promptly, evidence(nothing))


def test_an_event_that_the_log_had_long_before_the_stream():
    burst = [frame(told, arrived=9.0) for told in WHOLE]
    life = [created(began=0), streamed(burst, began=1, took=9), logged(WHOLE[:1], began=2)]
    witness = polled("processing", began=7)
    assert failures(stream_delivery.not_behind_the_log, evidence(*life, witness))
    assert holds(stream_delivery.not_behind_the_log, evidence(*life))


def test_equal_lines_one_after_the_other_are_not_taken_for_each_other():
    same = {"type": "log", "createdAt": at(0), "body": {"message": "..."}}
    told = [frame({**same, "id": number}, arrived=1.0 + number) for number in range(8)]
    life = [created(began=0), streamed(told, ending=Ending.OVERDUE, began=1, took=9)]
    logs = [logged([same] * length, began=1.2 + length, took=0.1) for length in range(1, 8)]
    assert holds(stream_delivery.not_behind_the_log, evidence(*life, *logs))


def polls(*seconds):
    return [polled("processing", began=second, took=0.1) for second in seconds]


def test_events_of_a_whole_life_that_come_at_its_end():
    burst = [frame(event(number, created_at=at(number)), arrived=10.0) for number in range(1, 10)]
    life = [created(began=0), streamed(burst, began=0.6, took=10), *polls(2, 4, 6, 8, 9)]
    assert failures(stream_delivery.sent_when_they_happen, evidence(*life))


def test_events_that_all_happen_at_the_end_of_a_long_step():
    burst = [frame(event(number, created_at=at(9 + number / 10)), arrived=10.0) for number in range(1, 10)]
    life = [created(began=0), streamed(burst, began=0.6, took=10), *polls(2, 4, 6, 8, 9)]
    assert holds(stream_delivery.sent_when_they_happen, evidence(*life))


def test_events_of_a_target_whose_time_passes_a_hundred_times_as_fast():
    burst = [frame(event(number, created_at=at(900 + number)), arrived=9.9 + number / 90) for number in range(1, 10)]
    life = [created(began=0), streamed(burst, began=0.6, took=10), *polls(2, 4, 6, 8, 9)]
    assert holds(stream_delivery.sent_when_they_happen, evidence(*life))


def test_a_late_reader_gets_everything_at_once():
    life = [created(began=0), polled(began=30), streamed(WHOLE, began=60), *polls(2, 20)]
    assert holds(stream_delivery.sent_when_they_happen, evidence(*life))


def test_a_stream_that_has_more_to_send_than_it_can_is_busy_and_not_late():
    many = [frame(event(number, created_at=at(1)), arrived=2.0 + number / 100) for number in range(1, 1000)]
    life = [created(began=0), streamed(many, began=0.6, took=12), logged([event(999, created_at=at(1))], began=2.1)]
    busy = evidence(*life, *polls(2, 4, 6, 8, 9))
    assert holds(stream_delivery.sent_when_they_happen, busy)
    assert holds(stream_delivery.not_behind_the_log, busy)
