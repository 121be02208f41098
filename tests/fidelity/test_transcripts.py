"""Whole event streams of a real server on PostgreSQL, whose templates are not known: what is true of every stream.

They are not replayed: PostgreSQL stores the log lines of a step in an order that differs from run to run.
"""

import pytest

from tests.conformance import check_frames
from tests.fidelity.identities import events_of
from tests.fidelity.recording import DATA, Exchange, read_exchanges

STREAMS = [each for each in read_exchanges(DATA / "streams.jsonl") if each.answer.batches]
RESUMED = [each for each in STREAMS if "after=" in each.target]
WHOLE = next(each for each in STREAMS if each.label.startswith("stream after completion (replay"))


def events(stream: Exchange) -> list[dict]:
    return [event for batch in stream.answer.batches or () for event in events_of(batch.frames)]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.label)
def test_the_frames_are_those_that_we_hold_our_own_streams_to(stream: Exchange):
    for batch in stream.answer.batches or ():
        check_frames(batch.frames.encode())


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.label)
def test_the_media_type_has_no_charset(stream: Exchange):
    assert stream.answer.content_type == "text/event-stream"


@pytest.mark.parametrize(
    "stream", [each for each in STREAMS if "after=" in each.target], ids=lambda stream: stream.label
)
def test_what_comes_after_an_id_is_all_behind_it_and_the_completion(stream: Exchange):
    after = int(stream.target.partition("after=")[2] or 0)
    assert events(stream) == [each for each in events(WHOLE) if each["id"] > after or each["type"] == "completion"]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.label)
def test_a_stream_ends_with_the_completion(stream: Exchange):
    types = [event["type"] for event in events(stream)]
    assert types[-1] == "completion"
