"""FUZZ rules let odd but conforming servers pass."""

import pytest

from contracts.evidence import FuzzReport
from contracts.exchange import Purpose, Trouble, TroubleKind
from contracts.profile import Profile
from contracts.rules import fuzzed
from tests.contracts.making import TASK_ID, created, evidence, exchange, failures, holds, is_silent

GONE_WELL = FuzzReport(1)
BODY = {"template": {}, "values": {}}
DRY_RUN_WORKS = exchange("dryRunTask", 200, {}, sent=BODY)


def sent(operation, status, **rest):
    return exchange(operation, status, {} if status == 200 else None, purpose=Purpose.FUZZED, **rest)


def of(*exchanges, **rest):
    return evidence(*exchanges, **{"fuzz": GONE_WELL, **rest})


def test_a_refused_body_counts_only_where_another_one_succeeds():
    refused = sent("dryRunTask", 400, sent={"template": []})
    assert holds(fuzzed.wrong_bodies_are_refused, of(refused, DRY_RUN_WORKS))
    assert is_silent(fuzzed.wrong_bodies_are_refused, of(refused))


def test_nothing_counts_after_an_error_of_the_fuzzer():
    refused = sent("dryRunTask", 400, sent={"template": []})
    report = FuzzReport(1, errors=("it broke",))
    assert is_silent(fuzzed.wrong_bodies_are_refused, of(refused, DRY_RUN_WORKS, fuzz=report))


def test_an_accepted_wrong_body_is_a_failure_all_the_same():
    report = FuzzReport(1, errors=("it broke",))
    assert failures(fuzzed.wrong_bodies_are_refused, of(sent("dryRunTask", 200, sent=[]), fuzz=report))


@pytest.mark.parametrize("body", [{"template": {"kind": "x"}, "values": {"a": None}}, {**BODY, "extra": 1}])
def test_an_allowed_body_may_be_accepted_or_refused(body):
    for status in (200, 400, 404, 422):
        seen = of(sent("dryRunTask", status, sent=body), DRY_RUN_WORKS)
        assert is_silent(fuzzed.wrong_bodies_are_refused, seen)
        assert is_silent(fuzzed.mistakes_inside_are_refused, seen)


def test_a_mistake_inside_is_of_the_other_rule():
    seen = of(sent("dryRunTask", 200, sent={**BODY, "secrets": {"a": 1}}))
    assert is_silent(fuzzed.wrong_bodies_are_refused, seen)
    (failure,) = failures(fuzzed.mistakes_inside_are_refused, seen)
    assert failure.operation == "dryRunTask"


def test_a_fault_of_the_server_is_no_acceptance():
    assert is_silent(fuzzed.wrong_bodies_are_refused, of(sent("dryRunTask", 500, sent=[])))
    assert is_silent(fuzzed.wrong_bodies_are_refused, of(sent("dryRunTask", None, sent=[])))


@pytest.mark.parametrize("after", ["1", "-1", "+1", "007", "1.0", "1e3", "", " ", "٣", "9" * 40])
def test_what_some_reader_takes_for_an_integer_may_be_accepted(after):
    seen = of(sent("getTaskLogs", 200, task_id=TASK_ID, query=[("after", after)]))
    assert is_silent(fuzzed.malformed_after_is_refused, seen)


@pytest.mark.parametrize("after", ["abc", "null", "0.5", "true", "NaN", "1,2", "{}"])
def test_what_nobody_takes_for_an_integer_is_refused(after):
    seen = of(sent("getTaskLogs", 200, task_id=TASK_ID, query=[("after", after)]))
    assert failures(fuzzed.malformed_after_is_refused, seen)


@pytest.mark.parametrize("profile", Profile)
def test_the_query_of_a_stream_is_checked_like_any_other(profile):
    seen = sent("getTaskEventStream", 200, task_id=TASK_ID, query=[("after", "abc")])
    assert failures(fuzzed.malformed_after_is_refused, of(seen, profile=profile))


@pytest.mark.parametrize(
    "query", [[("createdBy", "")], [("createdBy", "a\0b")], [("createdBy", "a"), ("createdBy", "b")], [("x", "y")]]
)
def test_a_list_may_be_refused_for_what_the_document_does_not_settle(query):
    assert is_silent(fuzzed.allowed_requests_are_understood, of(sent("listTasks", 400, query=query)))


def test_an_unknown_id_may_be_malformed():
    assert is_silent(fuzzed.allowed_requests_are_understood, of(sent("getTask", 422, task_id="not-a-number")))


def test_the_id_of_a_task_that_was_created_is_not_malformed():
    assert failures(fuzzed.allowed_requests_are_understood, of(created(), sent("getTask", 422, task_id=TASK_ID)))


@pytest.mark.parametrize("status", [404, 429, 503])
def test_other_refusals_are_not_about_the_form(status):
    seen = of(created(), sent("getTask", status, task_id=TASK_ID), exchange("getTask", 200, {}, task_id=TASK_ID))
    assert failures(fuzzed.allowed_requests_are_understood, seen) == []


def test_without_a_log_the_real_server_is_not_held_against_it():
    seen = of(created(), sent("getTaskLogs", 404, task_id=TASK_ID), profile=Profile.BACKSTAGE)
    assert holds(fuzzed.allowed_requests_are_understood, seen)


@pytest.mark.parametrize("kind", [TroubleKind.UNREACHABLE, TroubleKind.BROKEN, TroubleKind.GARBAGE])
def test_a_broken_connection_is_no_endless_answer(kind):
    assert is_silent(fuzzed.every_answer_ends, of(sent("getTask", None, task_id="1", trouble=Trouble(kind))))


def test_the_operation_that_hung_is_blamed():
    (failure,) = failures(fuzzed.every_answer_ends, of(fuzz=FuzzReport(0, hung=("getTask",))))
    assert failure.operation == "getTask"


@pytest.mark.parametrize("status", [404, 405, 501, 301])
def test_any_answer_but_a_success_is_right_for_an_undocumented_method(status):
    seen = of(sent(None, status, method="PUT", path="/v2/tasks/1"))
    assert holds(fuzzed.undocumented_methods_do_nothing, seen)


def test_the_template_of_the_run_may_be_created_of():
    sound = sent("createTask", 201, sent={"templateRef": "template:default/ordinary", "values": {}})
    assert is_silent(fuzzed.only_templates_that_exist_run, of(sound))


@pytest.mark.parametrize("task_id", ["1", "a-b", "a b", "%5D", "１２", "٣"])
def test_an_id_that_might_be_one_may_be_found(task_id):
    assert is_silent(fuzzed.impossible_ids_are_refused, of(sent("getTask", 200, task_id=task_id)))


def test_an_id_of_foreign_letters_may_be_malformed_or_unknown():
    works = exchange("getTask", 200, {}, task_id="1")
    for status in (404, 400, 422):
        assert holds(fuzzed.impossible_ids_are_refused, of(sent("getTask", status, task_id="Ö"), works))
    assert failures(fuzzed.impossible_ids_are_refused, of(sent("getTask", 200, task_id="Ö")))


def test_without_fuzzing_there_is_nothing_to_judge():
    seen = evidence(exchange("dryRunTask", 200, {}, sent=[]), exchange("getTask", 200, {}, task_id="Ö"))
    for rule in (value for value in vars(fuzzed).values() if isinstance(value, type(fuzzed.every_answer_ends))):
        assert is_silent(rule, seen)
