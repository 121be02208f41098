"""STATUS rules let odd but conforming servers pass."""

import pytest

from contracts.exchange import Purpose, Trouble, TroubleKind
from contracts.profile import Profile
from contracts.rules import status
from tests.contracts.making import TASK_ID, created, evidence, exchange, failures, holds, is_silent, polled

ERROR = {"error": {"name": "NotFoundError", "message": "no"}}
METHOD = {"purpose": Purpose.UNDOCUMENTED_METHOD, "path": f"/v2/tasks/{TASK_ID}", "label": "getTask"}


def answer(operation="listTasks", code=200, body=None, **rest):
    return exchange(operation, code, {"tasks": []} if body is None else body, **rest)


@pytest.mark.parametrize("code", [400, 403, 405, 413, 415, 422, 431])
def test_what_any_server_may_say_is_no_broken_rule(code):
    assert holds(status.refusals_are_documented, evidence(answer(code=code, body=ERROR)))


@pytest.mark.parametrize("code", [404, 409, 410])
def test_a_status_of_another_meaning_is(code):
    assert failures(status.refusals_are_documented, evidence(answer(code=code, body=ERROR)))


@pytest.mark.parametrize("code", [429, 500, 503])
def test_faults_are_judged_elsewhere(code):
    assert is_silent(status.refusals_are_documented, evidence(answer(code=code, body=ERROR)))


@pytest.mark.parametrize("task_id", ["..", "a/b", "", "%00", "a b"])
def test_an_odd_path_may_be_read_as_another(task_id):
    asked = exchange("getTask", 308, task_id=task_id, purpose=Purpose.HOSTILE)
    assert is_silent(status.nobody_is_redirected, evidence(asked))
    assert is_silent(status.errors_have_their_media_type, evidence(exchange("getTask", 404, task_id=task_id)))


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8", '; charset="utf-8"', ";charset=utf8"])
def test_json_may_say_that_it_is_utf_8(charset):
    asked = answer(headers=[("content-type", f"application/json{charset}")])
    assert holds(status.json_is_utf8, evidence(asked))
    assert holds(status.successes_have_their_media_type, evidence(asked))


def test_a_cancel_may_be_answered_with_nothing():
    nothing = exchange("cancelTask", 200, task_id=TASK_ID, headers=[("content-type", "application/json")])
    assert is_silent(status.json_is_json, evidence(nothing))
    assert is_silent(status.successes_have_their_media_type, evidence(nothing))


def test_a_promised_body_may_not_be_nothing():
    nothing = exchange("listTasks", 200, headers=[("content-type", "application/json")])
    assert failures(status.json_is_json, evidence(nothing))


def test_there_may_be_no_logs_in_backstage():
    missing = exchange("getTaskLogs", 404, task_id=TASK_ID, profile=Profile.BACKSTAGE)
    assert is_silent(status.errors_have_their_media_type, evidence(missing, profile=Profile.BACKSTAGE))
    assert failures(status.errors_have_their_media_type, evidence(missing))


def test_a_target_that_went_away_broke_no_answer_off():
    broken_off = answer(trouble=Trouble(TroubleKind.BROKEN))
    assert failures(status.answers_are_whole, evidence(broken_off))
    assert is_silent(status.answers_are_whole, evidence(broken_off, gone="it went away"))
    assert holds(status.answers_are_whole, evidence(answer(trouble=Trouble(TroubleKind.TIMEOUT))))


@pytest.mark.parametrize("code", [404, 501])
def test_a_method_can_be_refused_in_several_ways(code):
    asked = exchange(None, code, method="DELETE", **METHOD)
    for rule in (status.undocumented_methods_are_refused, status.not_allowed_says_what_is, status.allow_is_complete):
        assert holds(rule, evidence(asked))


def test_allow_is_read_in_any_style():
    asked = exchange(None, 405, method="PUT", headers=[("allow", "head,get , OPTIONS")], **METHOD)
    assert holds(status.not_allowed_says_what_is, evidence(asked))
    assert holds(status.allow_is_complete, evidence(asked))


def test_a_running_task_goes_on_while_methods_are_refused():
    seen = [
        created(),
        polled("open", label="before undocumented methods"),
        exchange(None, 405, method="DELETE", **METHOD),
        polled("completed", label="after undocumented methods"),
    ]
    assert holds(status.refused_methods_change_nothing, evidence(*seen))
    gone = [*seen[:-1], exchange("getTask", 404, ERROR, task_id=TASK_ID, label="after undocumented methods")]
    assert failures(status.refused_methods_change_nothing, evidence(*gone))


@pytest.mark.parametrize("response", [{}, {"response": "none"}, {"response": {"statusCode": 404}}])
def test_an_error_need_not_repeat_its_status(response):
    asked = exchange("getTask", 404, {**ERROR, **response}, task_id=TASK_ID)
    assert holds(status.errors_agree_with_themselves, evidence(asked))


@pytest.mark.parametrize("directives", ["no-cache", "no-store, max-age=60", "private, max-age=0", "max-age=00"])
def test_an_answer_may_be_kept_if_it_is_checked(directives):
    asked = answer(headers=[("content-type", "application/json"), ("cache-control", directives)])
    assert holds(status.tasks_are_not_kept, evidence(asked))


@pytest.mark.parametrize(
    ("headers", "is_kept"),
    [
        ([("date", "Sun, 22 Nov 2026 07:00:00 GMT"), ("expires", "Sun, 22 Nov 2026 07:05:00 GMT")], True),
        ([("date", "Sun, 22 Nov 2026 07:00:00 GMT"), ("expires", "Sun, 22 Nov 2026 07:00:00 GMT")], False),
        ([("date", "Sun, 22 Nov 2026 07:00:00 GMT"), ("expires", "0")], False),
        ([("expires", "Sun, 22 Nov 2099 07:00:00 GMT")], False),
    ],
)
def test_an_answer_expires_by_the_clock_of_its_server(headers, is_kept):
    asked = answer(headers=[("content-type", "application/json"), *headers])
    assert bool(failures(status.tasks_are_not_kept, evidence(asked))) is is_kept


@pytest.mark.parametrize("directives", ["no-cache", "max-age=0", "no-store"])
def test_what_is_said_of_caches_goes_before_a_later_expiry(directives):
    dates = [("date", "Sun, 22 Nov 2026 07:00:00 GMT"), ("expires", "Sun, 22 Nov 2026 07:05:00 GMT")]
    asked = answer(headers=[("content-type", "application/json"), ("cache-control", directives), *dates])
    assert holds(status.tasks_are_not_kept, evidence(asked))
