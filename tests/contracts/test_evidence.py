"""What the rules judge is what was seen, in the right order, and nothing that only looks like it."""

from datetime import UTC, datetime

import pytest

from contracts.events import instant
from contracts.exchange import Purpose
from contracts.profile import Profile
from contracts.sse import Ending, Frame
from tests.contracts.making import (
    TASK_ID,
    cancelled,
    completion,
    created,
    event,
    evidence,
    exchange,
    frame,
    listed,
    logged,
    polled,
    streamed,
    task,
)


def story(*exchanges):
    return evidence(*exchanges).tasks[TASK_ID]


def test_a_story_gathers_every_view_of_a_task():
    told = story(created(), polled("open"), listed(task("open")), cancelled(), logged([]), streamed([]))
    parts = (told.polls, told.listings, told.cancels, told.logs, told.streams)
    assert [len(part) for part in parts] == [1, 1, 1, 1, 1]
    assert told.created is not None


def test_sightings_are_in_the_order_in_which_they_were_asked_for():
    told = story(polled("completed", began=5), listed(task("open"), began=1, took=9), polled("processing", began=3))
    assert [sighting.status for sighting in told.sightings] == ["open", "processing", "completed"]
    assert (told.ended_as, told.ended_by) == ("completed", 5.5)


def test_what_was_refused_for_its_token_tells_nothing_of_a_task():
    refused = exchange("getTask", 200, task(), task_id=TASK_ID, purpose=Purpose.WITHOUT_TOKEN)
    assert evidence(refused).tasks == {}


@pytest.mark.parametrize("body", [None, [], "task", {"tasks": None}, {"tasks": [None, 1, {"id": 7}]}])
def test_garbage_is_no_task(body):
    garbage = [exchange("listTasks", 200, body), exchange("createTask", 201, body)]
    assert evidence(*garbage).tasks == {}


def test_only_what_was_read_from_the_beginning_is_whole():
    resumed = logged([event(2)], query=[("after", "1")])
    hostile = logged([event(3)], purpose=Purpose.HOSTILE)
    told = story(logged([event(1)]), resumed, hostile, logged([1]))
    assert [[one.sequence for one in events] for _, events in told.whole_logs] == [[1]]


def test_a_stream_is_whole_when_it_came_to_its_completion():
    events = [event(1), completion(2)]
    broken, short = streamed(events, ending=Ending.BROKEN), streamed(events[:1])
    again = streamed(events, request_headers=(("Last-Event-ID", "1"),))
    told = story(streamed(events), streamed(events, ending=Ending.LEFT_OPEN), broken, short, again)
    assert (len(told.whole_streams), len(told.streams_from_the_start)) == (2, 4)


def test_an_event_is_numbered_by_its_data_else_by_its_frame():
    numbers = [
        streamed([frame(shown, id=id)]).stream_events[0].sequence
        for shown, id in ((event(3), "9"), (event(None), "9"), (event(None), None), (event(None), "x9"))
    ]
    assert numbers == [3, 9, None, None]


def test_the_type_of_an_event_is_the_name_of_its_frame_or_stands_in_its_data():
    unnamed = Frame("message", '{"type": "completion"}', None, 1.0)
    named = Frame("completion", "{}", None, 1.0)
    assert [one.ends_the_task for one in streamed([unnamed, named]).stream_events] == [True, True]


def test_what_is_no_json_object_is_no_event():
    assert streamed([Frame("log", "so far, so good", None, 1.0), Frame("log", "[]", None, 1.0)]).stream_events == ()
    assert [one.sequence for one in logged([None, event(4), "x"]).log_events] == [4]


@pytest.mark.parametrize("text", ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000+00:00", "2026-11-22T12:00:00+02:00"])
def test_an_instant_can_be_written_in_many_ways(text):
    assert instant(text) == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22", "2026-11-22T10:00:00", 1732269600, None, {}])
def test_what_names_no_instant_is_none(text):
    assert instant(text) is None


def test_a_task_that_is_run_again_has_a_story_for_each_life():
    retry = exchange("retryTask", 201, {"id": TASK_ID}, task_id=TASK_ID, began=10.0, profile=Profile.BACKSTAGE)
    seen = evidence(
        created(began=1.0),
        polled("completed", began=5.0),
        streamed([event(1), completion(2)], began=9.8, took=1.0),
        retry,
        polled("open", began=11.0),
        listed(task("processing"), began=12.0),
        profile=Profile.BACKSTAGE,
    )
    (rerun,) = seen.reruns
    assert [poll.status for poll in seen.tasks[TASK_ID].polls] == ["completed"]
    assert seen.tasks[TASK_ID].listings == ()
    # What was asked before and answered after belongs to neither.
    assert seen.tasks[TASK_ID].streams == rerun.after.streams == ()
    assert rerun.before.created is not None
    assert rerun.retry is retry
    assert [sighting.status for sighting in rerun.after.sightings] == ["open", "processing"]


def test_a_retry_that_is_refused_begins_no_life():
    refused = exchange("retryTask", 409, task_id=TASK_ID, profile=Profile.BACKSTAGE)
    seen = evidence(created(), polled("processing"), refused, polled("completed"), profile=Profile.BACKSTAGE)
    assert seen.reruns == ()
    assert [poll.status for poll in seen.tasks[TASK_ID].polls] == ["processing", "completed"]
