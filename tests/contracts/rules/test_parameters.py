"""PARAM rules let odd but conforming servers pass."""

import pytest

from contracts.exchange import Purpose
from contracts.labels import (
    DOUBTFUL_INTEGER,
    EMPTY,
    INTEGER,
    MALFORMED_REF,
    NO_INTEGER,
    NOT_JSON_AT_ALL,
    OTHER_CASE,
    OTHER_KIND,
    OTHER_MEDIA_TYPE,
)
from contracts.profile import Profile
from contracts.rules import parameters
from tests.contracts.making import TASK_ID, evidence, exchange, failures, holds, is_silent, listed, polled, task

MINE, YOURS = "user:default/me", "user:default/you"
JSON_SENT = (("Authorization", "Bearer $TOKEN"), ("Content-Type", "application/json; charset=utf-8"))


def filtered(*tasks, by=MINE, **rest):
    return listed(*tasks, query=[("createdBy", by)], purpose=Purpose.FILTERED, **rest)


def of(creator, id="a"):
    return task(id=id, createdBy=creator)


def test_a_filtered_list_holds_only_tasks_of_its_creator():
    assert holds(parameters.filter_lets_nothing_else_through, evidence(filtered(of(MINE))))
    assert failures(parameters.filter_lets_nothing_else_through, evidence(filtered(of(MINE), of(YOURS))))
    assert failures(parameters.filter_lets_nothing_else_through, evidence(filtered(of(None))))


def test_what_an_empty_creator_lists_is_open():
    assert is_silent(parameters.filter_lets_nothing_else_through, evidence(filtered(of(MINE), by="")))


def test_a_task_that_others_create_meanwhile_is_not_missed():
    seen = [listed(of(MINE, "a")), filtered(of(MINE, "a")), listed(of(MINE, "a"), of(MINE, "b"))]
    assert holds(parameters.filter_keeps_nothing_back, evidence(*seen))


def test_a_task_that_leaves_the_list_is_not_missed():
    seen = [listed(of(MINE, "a"), of(MINE, "b")), filtered(of(MINE, "a")), listed(of(MINE, "a"))]
    assert holds(parameters.filter_keeps_nothing_back, evidence(*seen))


def test_a_task_that_stays_is_missed():
    whole = [of(MINE, "a"), of(MINE, "b"), of(YOURS, "c")]
    assert failures(parameters.filter_keeps_nothing_back, evidence(listed(*whole), filtered(whole[0]), listed(*whole)))


def test_lists_that_overlap_say_nothing_of_each_other():
    whole = listed(of(MINE), began=1.0, took=5.0), listed(of(MINE), began=20.0)
    assert is_silent(parameters.filter_keeps_nothing_back, evidence(*whole, filtered(began=2.0)))


def test_tasks_need_not_have_a_creator():
    seen = [listed(of(None)), filtered(), listed(of(None))]
    assert is_silent(parameters.filter_keeps_nothing_back, evidence(*seen))


def test_casing_is_advice_of_its_own():
    other = filtered(of(MINE), by=MINE.upper(), label=OTHER_CASE)
    assert is_silent(parameters.filter_lets_nothing_else_through, evidence(other))
    assert failures(parameters.casing_of_the_creator, evidence(other))


def test_backstage_may_refuse_an_empty_creator():
    asked = exchange("listTasks", 400, query=[("createdBy", "")], purpose=Purpose.FILTERED, label=EMPTY)
    assert failures(parameters.empty_creator_will_do, evidence(asked))
    assert holds(parameters.empty_creator_will_do, evidence(asked, profile=Profile.BACKSTAGE))


def position(value, status, label, operation="getTaskLogs", **rest):
    purpose = Purpose.EDGE_PARAMETER if label == INTEGER else Purpose.MALFORMED_PARAMETER
    return exchange(operation, status, task_id=TASK_ID, query=[("after", value)], purpose=purpose, label=label, **rest)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_malformed_position_is_refused_in_any_way(status):
    assert holds(parameters.malformed_position_is_refused, evidence(position("abc", status, NO_INTEGER)))


@pytest.mark.parametrize("profile", Profile)
def test_the_position_in_a_stream_is_checked_like_any_other(profile):
    asked = position("abc", 200, NO_INTEGER, "getTaskEventStream")
    assert failures(parameters.malformed_position_is_refused, evidence(asked, profile=profile))


def test_what_is_hardly_an_integer_is_advice_of_its_own():
    asked = position("1_000", 200, DOUBTFUL_INTEGER)
    assert is_silent(parameters.malformed_position_is_refused, evidence(asked))
    assert failures(parameters.doubtful_position_is_refused, evidence(asked))


def test_a_position_in_a_task_that_nobody_saw_says_nothing():
    asked = position("-1", 404, INTEGER)
    assert is_silent(parameters.any_integer_will_do, evidence(asked))
    assert failures(parameters.any_integer_will_do, evidence(polled(began=0.0), asked))


def bad(operation, status, sent=None, label="", **rest):
    return exchange(
        operation, status, sent=sent, purpose=Purpose.MALFORMED_BODY, label=label, request_headers=JSON_SENT, **rest
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"values": {}},
        {"templateRef": "a"},
        {"templateRef": ["a"], "values": {}},
        {"templateRef": "a", "values": []},
        {"templateRef": "a", "values": {}, "secrets": {"b": 1}},
        [],
        None,
    ],
)
def test_a_body_that_the_document_does_not_allow_is_refused(sent):
    content = {"request_content": b"null"} if sent is None else {"sent": sent}
    assert failures(parameters.wrong_body_is_refused, evidence(bad("createTask", 201, **content)))
    assert holds(parameters.wrong_body_is_refused, evidence(bad("createTask", 400, **content)))


@pytest.mark.parametrize("sent", [{"templateRef": "a", "values": {}}, {"templateRef": "", "values": {"a": 1}, "b": 2}])
def test_a_body_that_it_allows_may_be_accepted(sent):
    assert is_silent(parameters.wrong_body_is_refused, evidence(bad("createTask", 201, sent)))


def test_whether_hostile_bodies_make_it_fail_is_judged_elsewhere():
    asked = exchange("createTask", 500, sent=[], purpose=Purpose.HOSTILE, request_headers=JSON_SENT)
    assert holds(parameters.wrong_body_is_refused, evidence(asked))
    assert failures(parameters.wrong_body_is_refused, evidence(bad("createTask", 500, [])))


def test_a_form_is_no_json_and_json_may_be_called_text():
    form = bad("createTask", 201, request_content=b"a=b", label=NOT_JSON_AT_ALL)
    text = bad("createTask", 201, {"templateRef": "a", "values": {}}, label=OTHER_MEDIA_TYPE)
    assert failures(parameters.unreadable_body_is_refused, evidence(form))
    assert is_silent(parameters.unreadable_body_is_refused, evidence(text))
    assert failures(parameters.other_media_types_are_refused, evidence(text))


@pytest.mark.parametrize("profile", Profile)
def test_that_a_server_fails_over_a_malformed_reference_is_told_once(profile):
    asked = bad("createTask", 500, {"templateRef": "x/", "values": {}}, label=MALFORMED_REF)
    assert failures(parameters.malformed_reference_is_refused, evidence(asked, profile=profile))


@pytest.mark.parametrize("status", [400, 404])
def test_another_kind_is_refused_in_any_way(status):
    asked = bad("createTask", status, {"templateRef": "component:a/b", "values": {}}, label=OTHER_KIND)
    assert holds(parameters.other_kind_is_refused, evidence(asked))


def test_a_refused_create_is_looked_for_in_a_later_list():
    mark = "contract-tests-0123456789ab-refused-3"
    attempt = bad("createTask", 400, {"templateRef": 7, "values": {"contractTests": mark}}, began=5.0)
    made = task(spec={"parameters": {"contractTests": f"{mark}"}})
    assert is_silent(parameters.refused_create_makes_no_task, evidence(listed(began=1.0), attempt))
    assert holds(parameters.refused_create_makes_no_task, evidence(attempt, listed(task(), began=9.0)))
    assert failures(parameters.refused_create_makes_no_task, evidence(attempt, listed(made, began=9.0)))


@pytest.mark.parametrize("body", [{"error": {"name": "E", "message": ""}}, {"errors": [{"message": "no"}]}])
def test_a_refusal_has_one_of_two_forms(body):
    assert holds(parameters.refusal_says_why, evidence(bad("createTask", 400, body=body)))


def test_a_list_that_shrinks_for_good_was_not_filtered():
    seen = [listed(of(MINE, "a"), of(MINE, "b")), filtered(), listed(of(MINE, "a")), listed(of(MINE, "a"))]
    assert holds(parameters.whole_list_stays_whole, evidence(*seen))


def test_a_list_that_lacks_tasks_once_was():
    whole = [of(MINE, "a"), of(YOURS, "b")]
    seen = [listed(*whole), filtered(whole[0]), listed(whole[0]), listed(*whole)]
    assert failures(parameters.whole_list_stays_whole, evidence(*seen))
