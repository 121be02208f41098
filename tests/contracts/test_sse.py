"""The strict reader of event streams."""

import json
import time

import pytest

from contracts.sse import LONGEST_FRAME, Decoder, Frame


def decoded(*chunks: bytes) -> tuple[list[Frame], Decoder]:
    decoder = Decoder()
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk, 0.0)]
    decoder.finish()
    return frames, decoder


def in_single_bytes(content: bytes) -> list[bytes]:
    return [content[place : place + 1] for place in range(len(content))]


def said(frames: list[Frame]) -> list[tuple[str, str, str | None]]:
    return [(frame.event, frame.data, frame.id) for frame in frames]


TWO_EVENTS = "event: log\ndata: one 🎉\n\nid: 7\nevent: completion\ndata: two\n\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("split", [lambda content: [content], in_single_bytes], ids=["whole", "in single bytes"])
def test_every_line_end_and_every_split_gives_the_same_frames(line_end, split):
    frames, decoder = decoded(*split(TWO_EVENTS.replace("\n", line_end).encode()))
    assert said(frames) == [("log", "one 🎉", None), ("completion", "two", "7")]
    assert decoder.problems == []


def test_every_place_to_split_a_stream_of_mixed_line_ends_gives_the_same_frames():
    content = "\ufeff: hello\r\nevent: log\rdata: ä\r\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n".encode()
    for place in range(len(content) + 1):
        frames, decoder = decoded(content[:place], content[place:])
        assert said(frames) == [("log", "ä\nb", None), ("message", "c", None), ("message", "d", None)]
        assert (decoder.comments, decoder.problems) == (1, [])


def test_a_blank_line_after_a_split_carriage_return_and_line_feed_ends_the_frame():
    frames, _ = decoded(b"data: x\r", b"\n", b"\n")
    assert said(frames) == [("message", "x", None)]


def test_a_byte_order_mark_is_skipped_at_the_start_only():
    frames, _ = decoded(b"\xef", b"\xbb", b"\xbfdata: x\n\n\xef\xbb\xbfdata: y\n\n")
    assert said(frames) == [("message", "x", None)]


def test_one_space_after_the_colon_is_no_part_of_the_value():
    frames, _ = decoded(b"data:x\ndata: y\ndata:  z\n\n")
    assert frames[0].data == "x\ny\n z"


def test_a_field_without_a_colon_is_empty():
    frames, _ = decoded(b"data\nevent\nid\n\n")
    assert said(frames) == [("message", "", "")]


def test_data_over_several_lines_is_one_event():
    printed = json.dumps({"type": "log", "body": {"message": "hello"}}, indent=2)
    frames, decoder = decoded("".join(f"data: {line}\n" for line in printed.splitlines()).encode() + b"\n")
    assert json.loads(frames[0].data)["body"]["message"] == "hello"
    assert (decoder.problems, frames[0].oddities) == ([], ())


def test_what_looks_like_a_line_end_to_others_is_part_of_the_data():
    frames, _ = decoded("data: a\u2028b\u0085c\x0bd\x0ce\n\n".encode())
    assert frames[0].data == "a\u2028b\u0085c\x0bd\x0ce"


@pytest.mark.parametrize(
    "content", [b": hello\n\n", b":\n", b"retry: 3000\n\n", b"id: 4\n\n", b"\n\n\n", b"", b": bye"]
)
def test_what_is_no_event_is_no_problem(content):
    frames, decoder = decoded(content)
    assert (frames, decoder.problems, decoder.undispatched) == ([], [], [])


def test_an_event_without_data_is_noted_and_not_given():
    frames, decoder = decoded(b"event: log\n\ndata: x\n\n")
    assert said(frames) == [("message", "x", None)]
    assert decoder.undispatched == ["log"]


@pytest.mark.parametrize(
    ("line", "oddity"),
    [
        ("time: 12:00", "a line that is no known field: 'time: 12:00'"),
        ("Data: x", "a line that is no known field: 'Data: x'"),
        (" data: x", "a line that is no known field: ' data: x'"),
        ("retry: 3s", "a retry that is no number: '3s'"),
        ("retry: ²", "a retry that is no number: '²'"),
        ("id: a\0b", "an id that holds NUL"),
        ("event: other", "more than one event field"),
    ],
)
def test_what_the_standard_ignores_is_odd_and_no_problem(line, oddity):
    frames, decoder = decoded(f"event: log\n{line}\ndata: {{}}\n\n".encode())
    assert frames[0].oddities == (oddity,)
    assert decoder.problems == []
    assert frames[0].id is None


@pytest.mark.parametrize("content", [b"data: x", b"data: x\n", b"data: x\n\nevent: log", b"event: log\ndata: {\n"])
def test_a_stream_that_ends_in_the_middle_of_a_frame_has_a_problem(content):
    _, decoder = decoded(content)
    assert decoder.problems == ["the stream ends in the middle of a frame"]


def test_bytes_that_are_no_utf_8_are_a_problem_and_the_rest_is_still_read():
    frames, decoder = decoded(b"data: \xe9\n\ndata: \xf0\x9f", b"x\n\ndata: end\n\n")
    assert [frame.data for frame in frames] == ["\ufffd", "\ufffdx", "end"]
    assert decoder.problems == ["not UTF-8: invalid continuation byte"]


def test_a_character_that_is_cut_by_the_end_is_a_problem():
    _, decoder = decoded(b": \xf0\x9f")
    assert decoder.problems == ["not UTF-8: unexpected end of data"]


def test_a_frame_that_never_ends_is_given_up():
    decoder = Decoder()
    for _ in range(LONGEST_FRAME // 1_000_000 + 2):
        assert decoder.feed(b"data: " + b"x" * 1_000_000, 0.0) == []
    assert decoder.is_overfull
    assert decoder.feed(b"\n\ndata: y\n\n", 0.0) == []


def test_lines_without_end_in_one_frame_are_given_up():
    decoder = Decoder()
    for _ in range(LONGEST_FRAME // 60_000 + 2):
        decoder.feed(b"data: x\n" * 10_000, 0.0)
    assert decoder.is_overfull


def test_the_time_for_single_bytes_grows_with_their_number_only():
    def seconds(length: int) -> float:
        decoder = Decoder()
        began = time.process_time()
        for _ in range(length):
            decoder.feed(b"x", 0.0)
        return time.process_time() - began

    seconds(10_000)
    assert seconds(800_000) < 100 * min(seconds(40_000) for _ in range(3))
