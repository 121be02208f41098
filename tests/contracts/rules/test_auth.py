"""AUTH rules let odd but conforming servers pass."""

import dataclasses

import pytest

from contracts.exchange import Purpose, Response, Trouble, TroubleKind
from contracts.labels import IN_THE_QUERY, NOT_THERE, OTHER_SPELLING, THERE, WRONG_IN_ITSELF
from contracts.rules import auth
from tests.contracts.making import (
    cancelled,
    created,
    evidence,
    exchange,
    failures,
    holds,
    is_silent,
    listed,
    polled,
    task,
)

REFUSAL = {"error": {"name": "Unauthorized", "message": "who are you?"}}
WITHOUT = {"purpose": Purpose.WITHOUT_TOKEN, "request_headers": ()}
WRONG = {"purpose": Purpose.WRONG_TOKEN, "request_headers": (("Authorization", "Bearer contract-tests-unknown-token"),)}
MARKED = "contract-tests-0123456789ab-unauthorised-0"


def refused(operation="getTask", status=401, body=REFUSAL, **rest):
    return exchange(operation, status, body, **{"task_id": "task-1", **WITHOUT, **rest})


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_has_no_time_now_is_not_judged(status):
    assert is_silent(auth.no_token_no_answer, evidence(refused(status=status)))
    assert is_silent(auth.token_goes_first, evidence(refused(status=status, label=WRONG_IN_ITSELF)))


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 500])
def test_nothing_but_401_will_do_without_a_token(status):
    assert failures(auth.no_token_no_answer, evidence(refused(status=status)))


def test_no_answer_at_all_says_nothing_of_the_token():
    lost = refused(status=None, trouble=Trouble(TroubleKind.BROKEN))
    assert is_silent(auth.no_token_no_answer, evidence(lost))
    assert is_silent(auth.refused_stream_is_no_stream, evidence(lost))


def test_a_token_that_expires_is_no_broken_rule():
    expired = exchange("listTasks", 401, REFUSAL)
    assert failures(auth.right_token_is_right, evidence(expired))
    assert is_silent(auth.right_token_is_right, evidence(expired, gone="the token has expired"))


def test_only_the_right_token_alone_has_to_be_accepted():
    other = exchange("listTasks", 401, REFUSAL, purpose=Purpose.FUZZED, request_headers=())
    assert is_silent(auth.right_token_is_right, evidence(other))


def test_a_refusal_may_name_what_was_asked_for():
    there, not_there = (
        refused(body={"error": {"name": "Unauthorized", "message": f"{id}: who are you? (request {number})"}}, **rest)
        for id, number, rest in (
            ("task-1", "8f2c", {"label": THERE, "group": 1, "task_id": "task-1"}),
            ("task-2", "91ab", {"label": NOT_THERE, "group": 1, "task_id": "task-2"}),
        )
    )
    assert holds(auth.existence_does_not_show, evidence(there, not_there))


def test_a_refusal_may_not_say_that_there_is_nothing():
    there = refused(label=THERE, group=1)
    not_there = refused(
        body={"error": {"name": "Unauthorized", "message": "no such task"}}, label=NOT_THERE, group=1, task_id="task-2"
    )
    assert failures(auth.existence_does_not_show, evidence(there, not_there))


def test_a_refusal_may_hold_more_than_the_error():
    told = {**REFUSAL, "request": {"method": "GET", "url": "/v2/tasks"}, "response": {"statusCode": 401}, "traceId": 1}
    assert holds(auth.refusal_holds_no_data, evidence(refused(body=told)))
    assert failures(auth.refusal_holds_no_data, evidence(refused(body={**REFUSAL, "task": {"spec": {}}})))


def test_a_list_before_the_refusal_says_nothing_of_its_effect():
    attempt = refused("createTask", sent={"templateRef": "x", "values": {"contractTests": MARKED}}, began=5.0)
    made = task(spec={"parameters": {"contractTests": MARKED}})
    assert is_silent(auth.refused_create_makes_no_task, evidence(listed(began=1.0), attempt))
    assert holds(auth.refused_create_makes_no_task, evidence(attempt, listed(task(), began=9.0)))
    assert failures(auth.refused_create_makes_no_task, evidence(attempt, listed(made, began=9.0)))


def refused_cancel(began):
    return cancelled(401, began=began, **WITHOUT)


def test_a_task_may_end_by_itself_while_a_cancel_is_refused():
    seen = [created(began=0.0), polled("processing", began=1.0), refused_cancel(2.0), polled("completed", began=3.0)]
    assert holds(auth.refused_cancel_cancels_nothing, evidence(*seen))


def test_a_cancel_that_is_allowed_may_overtake_one_that_is_refused():
    seen = [created(began=0.0), polled("processing", began=1.0), refused_cancel(2.0), polled("cancelled", began=3.0)]
    assert failures(auth.refused_cancel_cancels_nothing, evidence(*seen))
    assert is_silent(auth.refused_cancel_cancels_nothing, evidence(*seen, cancelled(began=2.2)))


def test_where_others_cancel_nothing_is_said_of_a_refused_cancel():
    seen = [created(began=0.0), polled("processing", began=1.0), refused_cancel(2.0), polled("cancelled", began=3.0)]
    other = [created("task-2", began=0.0), polled("cancelled", task_id="task-2", began=1.0)]
    assert is_silent(auth.refused_cancel_cancels_nothing, evidence(*seen, *other))


def with_token(asked, response_headers=()):
    held = Response(asked.status, response_headers, b"{}", frozenset({"$TOKEN"}))
    return dataclasses.replace(asked, response=held)


def test_an_error_may_repeat_an_address_that_has_the_token_in_it():
    in_query = exchange("listTasks", 401, REFUSAL, purpose=Purpose.WRONG_SCHEME, label=IN_THE_QUERY, request_headers=())
    assert is_silent(auth.token_is_not_repeated, evidence(with_token(in_query)))
    assert failures(auth.token_is_not_repeated, evidence(with_token(exchange("listTasks"))))


def test_a_text_that_looks_like_the_placeholder_is_no_token():
    documented = exchange("listActions", 200, [{"id": "http:get", "description": 'curl -H "Bearer $TOKEN"'}])
    assert holds(auth.token_is_not_repeated, evidence(documented))


def test_a_refused_stream_may_be_refused_in_any_words():
    asked = refused("getTaskEventStream", headers=(("content-type", "text/plain"),))
    assert holds(auth.refused_stream_is_no_stream, evidence(asked))
    late = refused("getTaskEventStream", trouble=Trouble(TroubleKind.TIMEOUT))
    assert failures(auth.refused_stream_is_no_stream, evidence(late))


def test_another_spelling_may_be_a_page_of_the_portal():
    page = exchange(
        None, 200, path="//v2/tasks", content=b"<html>", headers=(("content-type", "text/html"),),
        label=OTHER_SPELLING, **WITHOUT,
    )  # fmt: skip
    assert holds(auth.no_way_round, evidence(page))


def test_a_refusal_that_repeats_a_wrong_token_is_noticed():
    repeated = {"error": {"name": "Unauthorized", "message": "contract-tests-unknown-token is wrong"}}
    assert failures(auth.wrong_token_is_not_repeated, evidence(exchange("listTasks", 401, repeated, **WRONG)))
    assert holds(auth.wrong_token_is_not_repeated, evidence(exchange("listTasks", 401, REFUSAL, **WRONG)))
