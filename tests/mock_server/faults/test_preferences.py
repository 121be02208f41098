"""What a request asks for itself."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.faults.drop_after import DropAfter
from mock_server.faults.error import Error
from mock_server.faults.kinds import InvalidFault
from mock_server.faults.preferences import wishes


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("fault=drop-after; n=3", [DropAfter(3)]),
        ("fault=drop-after;n=3;how=end", [DropAfter(3, "end")]),
        ('fault="drop-after" ; n = "3"', [DropAfter(3)]),
        ("FAULT=drop-after", [DropAfter(1)]),
        ("code=503", [Error(503)]),
        ("code=503; done", [Error(503, done=True)]),
        ("code=503, fault=drop-after", [Error(503), DropAfter(1)]),
        ('scenario=flaky, x="a,b;c", code=503', [Error(503)]),
        ("respond-async; fault=drop-after", []),
        ("", []),
        (";;;=,", []),
    ],
)
def test_faults_are_found_among_preferences(text, faults):
    assert [wish.fault for wish in wishes([text])] == faults


def test_several_headers_are_one():
    assert len(wishes(["code=503", "fault=reset", "wait=1"])) == 2


def test_a_request_asks_for_so_many_faults_and_no_more():
    assert len(wishes(["code=503," * 20])) == 20
    with pytest.raises(InvalidFault):
        wishes(["code=503," * 21])


@given(st.text(alphabet='fault=code503; ,"\\\t-nx', max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(InvalidFault):
        wishes([text])


@pytest.mark.parametrize(
    "text", ["fault=" + " " * 60_000 + "x y", " " * 60_000 + "=", "a" * 60_000 + " b", 'x="' * 20_000]
)
def test_a_long_text_takes_no_time_to_read(text):
    began = time.process_time()
    wishes([text])
    assert time.process_time() - began < 1
