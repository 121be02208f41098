"""SCHEMA rules take what the document leaves open, in any style."""

import pytest

from contracts.exchange import Purpose, Trouble, TroubleKind
from contracts.profile import Profile
from contracts.rules import schema
from contracts.rules.spelling import almost
from tests.contracts.making import (
    completion,
    created,
    event,
    evidence,
    exchange,
    failures,
    holds,
    is_silent,
    listed,
    logged,
    polled,
    task,
)

ERROR = {"error": {"name": "NotFoundError", "message": "no"}}


def of(*exchanges, **rest):
    return evidence(*exchanges, **rest)


def test_an_empty_list_is_a_list():
    assert holds(schema.list_has_tasks, of(listed()))


def test_a_list_may_tell_more():
    assert holds(schema.list_has_tasks, of(exchange("listTasks", 200, {"tasks": [], "totalTasks": 0, "next": None})))


def test_a_bad_task_is_not_the_fault_of_the_list():
    seen = of(listed({"id": 5}))
    assert holds(schema.list_has_tasks, seen)
    assert failures(schema.listed_tasks_are_as_described, seen)


@pytest.mark.parametrize("body", [{}, [], {"tasks": None}, {"tasks": {}}, None, {"tasks": ["1"]}])
def test_other_shapes_are_no_list(body):
    (failure,) = failures(
        schema.list_has_tasks,
        of(exchange("listTasks", 200, content=b"null") if body is None else exchange("listTasks", 200, body)),
    )
    assert failure.operation == "listTasks"


def test_a_body_that_was_cut_off_is_not_judged():
    cut = exchange("listTasks", 200, content=b'{"tasks": [', trouble=Trouble(TroubleKind.BROKEN))
    assert is_silent(schema.list_has_tasks, of(cut))
    assert is_silent(schema.json_is_strict, of(cut))


def test_another_method_on_the_path_is_not_the_operation():
    assert is_silent(schema.list_has_tasks, of(exchange("listTasks", 200, method="HEAD")))


def test_tasks_of_another_style_are_tasks():
    other = task("open", createdBy=None, progress=0.5, spec={**task()["spec"], "secrets": None, "user": {}})
    seen = of(polled(fields={"spec": other["spec"]}), listed(other), created("7"))
    for rule in (schema.tasks_are_as_described, schema.listed_tasks_are_as_described, schema.tasks_fit_the_structure):
        assert holds(rule, seen)


def test_fuzzed_answers_are_judged_too():
    assert failures(schema.tasks_are_as_described, of(polled("done", purpose=Purpose.FUZZED)))


def test_the_log_of_the_real_server_is_a_log():
    seen = of(logged([event(1, stepId="a", status="processing"), event(2, "cancelled", "x"), completion(3)]))
    assert holds(schema.logs_are_as_described, seen)
    assert holds(schema.logs_are_as_described, of(logged([])))


def test_a_failure_in_a_log_names_the_entry():
    (failure,) = failures(schema.logs_are_as_described, of(logged([event(1), {**event(2), "body": None}])))
    assert failure.observed.startswith("/1/body: ")


def test_an_unknown_log_has_no_shape():
    assert is_silent(schema.logs_are_as_described, of(exchange("getTaskLogs", 404, ERROR, task_id="1")))


def test_an_error_needs_no_more_than_a_name_and_a_message():
    assert holds(schema.documented_errors_are_as_described, of(exchange("getTask", 404, ERROR, task_id="1")))


def test_an_error_may_tell_more():
    body = {"error": {**ERROR["error"], "stack": "", "cause": None}, "request": {"method": "GET"}, "response": {}}
    assert holds(schema.documented_errors_are_as_described, of(exchange("getTask", 404, body, task_id="1")))


def test_undocumented_paths_have_no_documented_error():
    seen = of(exchange(None, 404, path="/v2/nothing"), exchange(None, 401, path="/"))
    assert is_silent(schema.documented_errors_are_as_described, seen)
    assert is_silent(schema.other_errors_are_alike, seen)


def test_without_a_log_the_real_server_says_nothing():
    empty = exchange("getTaskLogs", 404, task_id="1")
    assert failures(schema.documented_errors_are_as_described, of(empty))
    assert is_silent(schema.documented_errors_are_as_described, of(empty, profile=Profile.BACKSTAGE))


@pytest.mark.parametrize("body", [ERROR, {"errors": [{"message": "too short"}]}])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 415, 422])
def test_refusals_of_either_kind_are_refusals(body, status):
    assert holds(schema.other_errors_are_alike, of(exchange("createTask", status, body)))


@pytest.mark.parametrize(
    "time", ["2026-11-22t10:00:00z", "2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00+01:00"]
)
def test_every_way_to_write_a_time_fits_the_structure(time):
    assert holds(schema.tasks_fit_the_structure, of(polled(fields={"createdAt": time, "completedAt": time})))


def test_a_time_that_is_none_does_not_fit_the_structure():
    assert failures(schema.tasks_fit_the_structure, of(polled(fields={"createdAt": "yesterday"})))


@pytest.mark.parametrize("content", [b"{}", b' [1e400, "\\ud800"]\n', '"é"'.encode(), b"1"])
def test_what_the_standard_calls_json_is_json(content):
    assert holds(schema.json_is_strict, of(exchange("listActions", 200, content=content)))


@pytest.mark.parametrize(
    "content", [b"{'a': 1}", b"[NaN]", b"\xef\xbb\xbf{}", b'["\xe9"]', b'{"a": 1, "a": 2}', b"{} {}"]
)
def test_what_readers_disagree_on_is_not(content):
    assert failures(schema.json_is_strict, of(exchange("listActions", 200, content=content)))


def test_an_answer_without_a_body_is_no_json():
    assert is_silent(schema.json_is_strict, of(exchange("cancelTask", 200, task_id="1", content=b"")))


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        ("created_at", "createdAt"),
        ("createdat", "createdAt"),
        ("CreatedAt", "createdAt"),
        ("createAt", "createdAt"),
        ("craetedAt", "createdAt"),
        ("stpes", "steps"),
        ("directoryContent", "directoryContents"),
    ],
)
def test_slips_of_the_pen_are_noticed(odd, name):
    assert almost(odd, name)


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        ("updatedAt", "createdAt"),
        ("completed", "completedAt"),
        ("completedBy", "completedAt"),
        ("uid", "id"),
        ("in", "id"),
    ],
)
def test_other_words_are_other_words(odd, name):
    assert not almost(odd, name)


def test_names_beside_the_documented_ones_are_no_slips():
    both = polled(fields={"created_at": "2026-11-22T10:00:00Z", "createdByName": "Ada"})
    assert holds(schema.names_are_spelt_as_documented, of(both))


def test_what_the_user_named_is_not_looked_at():
    spec = {**task()["spec"], "parameters": {"stats": 1}, "output": {"link": []}}
    assert holds(schema.names_are_spelt_as_documented, of(polled(fields={"spec": spec})))


@pytest.mark.parametrize("task_id", ["", ".", "..", "a%2Fb", "a/b", "a\\b", "a\0", "a?b"])
def test_a_path_that_may_be_read_in_another_way_is_not_judged(task_id):
    seen = of(exchange("getTask", 200, {"tasks": []}, path={"taskId": task_id}))
    assert is_silent(schema.tasks_are_as_described, seen)
