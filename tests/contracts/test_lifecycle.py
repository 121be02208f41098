"""The judge's model of a task's life is that of the document, and that of the mock server."""

from itertools import product

import pytest

from contracts.lifecycle import TERMINAL, TRANSITIONS, Status, is_known, is_terminal, may_follow
from mock_server.lifecycle import TERMINAL as MOCK_TERMINAL
from mock_server.lifecycle import TRANSITIONS as MOCK_TRANSITIONS
from openapi.documents import load_published


def test_the_statuses_are_those_of_the_document():
    task = load_published()["components"]["schemas"]["Task"]
    assert [status.value for status in Status] == task["properties"]["status"]["enum"]


def test_the_judge_lets_pass_whatever_the_mock_server_does_between_two_retries():
    for before in set(MOCK_TRANSITIONS) - MOCK_TERMINAL:
        following = {status.value for status in MOCK_TRANSITIONS[before]}
        assert following <= {status.value for status in TRANSITIONS[Status(before.value)]}


def test_both_agree_on_what_is_terminal():
    assert {status.value for status in TERMINAL} == {status.value for status in MOCK_TERMINAL}


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_nothing_follows_an_end(status):
    assert [after for after in Status if may_follow(status, after)] == [status]


def test_what_lies_between_need_not_have_been_seen():
    assert may_follow(Status.OPEN, Status.COMPLETED)
    assert not may_follow(Status.PROCESSING, Status.OPEN)


def test_no_two_statuses_can_follow_each_other():
    for before, after in product(Status, repeat=2):
        assert before is after or not (may_follow(before, after) and may_follow(after, before))


@pytest.mark.parametrize("nonsense", [None, 3, "", "Completed", "done", [], {}])
def test_nonsense_is_no_status(nonsense):
    assert not is_terminal(nonsense)
    assert not is_known(nonsense)
