"""The one table of errors: every exception that a request can end in, and its answer."""

import json
import logging
from pathlib import Path

import pytest

from mock_server.auth import ControlClosed, ControlTokenExpected, IllegalToken, MissingCredentials
from mock_server.cancellation import StepReductionFault
from mock_server.clock import ImpossibleTime
from mock_server.connection import NoConnection
from mock_server.directory_contents import MalformedFiles
from mock_server.dry_run import DryRunFailed
from mock_server.entity_refs import EmptyEntityRef, EntityRef, MalformedEntityRef
from mock_server.errors import NAMES, STATUSES, answer_to
from mock_server.faults.error import InducedError
from mock_server.faults.faults import TooManyFaults, UnknownFault
from mock_server.faults.kinds import InvalidFault
from mock_server.framework import Unauthorized
from mock_server.intervention import MAX_PUSHED, NoSuchStep, TaskHasEnded, TooManyPushed
from mock_server.journal import UnknownEntry
from mock_server.permissions import NotAllowed
from mock_server.planned import Failure
from mock_server.quirks import Quirk
from mock_server.redaction import TooManySecrets
from mock_server.request import (
    ConditionsNotApplied,
    InvalidRequest,
    MethodNotAllowed,
    NoSuchEntity,
    NoSuchRoute,
    ReadOnly,
    UnknownProvider,
    UserExpected,
)
from mock_server.scenario import MissingScenario, TooManyScenarios, UnknownScenario
from mock_server.seeding.refusals import NoStatus, NothingToSeed, TooManyTasks
from mock_server.snapshot.codec import InvalidSnapshot
from mock_server.sources import BrokenFile, Mistake
from mock_server.store import UnknownTask
from mock_server.task import TaskNotRetriable
from mock_server.templates import InvalidTemplate, InvalidValues, UnknownTemplate, UnusableTemplate
from mock_server.validation import InvalidSchema
from mock_server.violations import Violation
from mock_server.world import InvalidWorldName, LastingWorld, NothingToCome, UnknownWorld, WorldExists

VIOLATION = Violation(("body", "a/b", 0), "type", "must be string", ("type", "string"))
TABLE = [
    (ControlClosed(), 403, "The control is open to programs of this machine only; --control-token opens it to others"),
    (ControlTokenExpected(), 401, "The control token is needed here"),
    (IllegalToken(), 401, "Illegal token"),
    (ImpossibleTime("Time cannot go backwards"), 409, "Time cannot go backwards"),
    (InvalidFault("no fault"), 400, "no fault"),
    (InvalidRequest("request/body must be object"), 400, "request/body must be object"),
    (InvalidSchema("no schema"), 400, "no schema"),
    (InvalidSnapshot(("tasks", 0), "must be an object"), 400, "/tasks/0 must be an object"),
    (InvalidTemplate(VIOLATION), 400, "/body/a~1b/0 must be string - type: string"),
    (InvalidTemplate(Violation((), "const", "must be equal to constant")), 400, "<root> must be equal to constant"),
    (InvalidWorldName(), 400, "The name of a world is 1 to 64 letters, digits, '_' or '-'"),
    (LastingWorld(), 409, "The world 'default' cannot be deleted, only reset"),
    (MalformedEntityRef("no reference"), 400, "no reference"),
    (MalformedFiles([]), 400, "Malformed request: []"),
    (MethodNotAllowed("PUT", ["GET", "HEAD"]), 405, "PUT is not allowed here, only GET, HEAD"),
    (MissingCredentials(), 401, "Missing credentials"),
    (NoSuchEntity("No entity named 'x' found"), 404, "No entity named 'x' found"),
    (NotAllowed(), 403, ""),
    (NoConnection(), 501, "This fault needs the connection, which only run-mock-server shows"),
    (NoStatus(), 400, "At least one status needs a weight above 0"),
    (NothingToCome(), 409, "No event is to come"),
    (NothingToSeed(), 400, "There is no template among these for which values can be made up"),
    (NoSuchRoute("/nope"), 404, "There is nothing at /nope"),
    (Unauthorized("No authorization token provided"), 401, "401: No authorization token provided"),
    (StepReductionFault(), 500, "Reduce of empty array with no initial value"),
    (NoSuchStep("z"), 400, "The task has no step 'z'"),
    (TaskHasEnded("1"), 409, "Task 1 has ended"),
    (TooManyPushed(), 409, f"{MAX_PUSHED} events have been pushed to this run of the task already"),
    (TooManyTasks(7), 400, "A world keeps 7 tasks at most"),
    (TaskNotRetriable("1"), 409, "Task with taskId 1 cannot be retried"),
    (TooManySecrets(), 400, "there are more than 1,000 secret texts, or more than 1,000,000 characters in them"),
    (MissingScenario("nope"), 404, "There is no scenario 'nope'"),
    (TooManyScenarios(), 409, "There are 1000 scenarios already"),
    (TooManyFaults(), 409, "There are 100 faults already"),
    (UnknownEntry("7"), 404, "There is no entry '7' in the journal, or none any more"),
    (UnknownFault("7"), 404, "There is no fault '7'"),
    (UnknownProvider("github"), 404, "Unknown auth provider 'github'"),
    (UnknownScenario("nope", ["b", "a"]), 400, "Unknown scenario 'nope'; there are a, b"),
    (UnknownTask("1"), 404, "No task with id '1' found"),
    (UnknownTemplate(EntityRef("Template", "Default", "X")), 404, "Template template:default/x not found"),
    (UnknownWorld("blue"), 404, "There is no world 'blue'"),
    (UnusableTemplate("Input template is not a template"), 400, "Input template is not a template"),
    (WorldExists("blue"), 409, "There is a world 'blue' already"),
    (ReadOnly(), 403, "This operation not allowed in readonly mode"),
    (UserExpected(), 403, "This endpoint does not allow 'service' credentials"),
]
REAL_NAMES = {
    400: "InputError",
    401: "AuthenticationError",
    403: "NotAllowedError",
    404: "NotFoundError",
    409: "ConflictError",
    500: "TypeError",
    501: "NotImplementedError",
}


def answered(error):
    answer = answer_to(error, "POST", "/v2/x?y")
    return answer, json.loads(answer.body)


@pytest.mark.parametrize(("error", "status", "message"), TABLE)
def test_an_exception_becomes_the_envelope_of_the_real_server(error, status, message):
    answer, body = answered(error)
    assert answer.status == status
    assert (b"content-type", b"application/json; charset=utf-8") in answer.headers
    assert body == {
        "error": {"name": REAL_NAMES.get(status, "MethodNotAllowedError"), "message": message},
        "request": {"method": "POST", "url": "/v2/x?y"},
        "response": {"statusCode": status},
    }
    assert list(body) == ["error", "request", "response"]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "InputError"),
        (404, "NotFoundError"),
        (418, "Error"),
        (429, "Error"),
        (500, "Error"),
        (503, "ServiceUnavailableError"),
    ],
)
def test_an_induced_error_has_the_name_that_backstage_gives_its_status(status, name):
    answer, body = answered(InducedError(status))
    assert (answer.status, body["error"]["name"], body["response"]["statusCode"]) == (status, name, status)


def test_every_exception_of_the_table_is_held_here():
    assert {type(error) for error, _, _ in TABLE} | {BrokenFile, ConditionsNotApplied} == set(NAMES)


def test_a_broken_file_tells_each_mistake_with_its_line():
    mistakes = (Mistake(3, "must be string"), Mistake(None, "must be there"))
    answer, body = answered(BrokenFile(Path("own.yaml"), 3, "must be string; and 1 more", mistakes))
    assert answer.status == 400
    assert body["error"] == {
        "name": "InputError",
        "message": "own.yaml:3: must be string; and 1 more",
        "mistakes": [{"line": 3, "message": "must be string"}, {"line": None, "message": "must be there"}],
    }


def test_what_one_plugin_tells_of_another_s_refusal_has_all_of_it():
    answer, body = answered(ConditionsNotApplied("No task with id '1' found"))
    cause = {"name": "NotFoundError", "message": "No task with id '1' found"}
    assert answer.status == 404
    assert body["error"] == {
        "name": "ResponseError",
        "message": "Request failed with 404 Not Found",
        "response": {},
        "body": {
            "error": cause,
            "request": {"method": "POST", "url": "/.well-known/backstage/permissions/apply-conditions"},
            "response": {"statusCode": 404},
        },
        "cause": cause,
        "statusCode": 404,
        "statusText": "Not Found",
    }


def test_every_name_of_the_table_has_a_status():
    assert set(NAMES.values()) <= set(STATUSES)


def test_a_special_case_of_an_exception_is_answered_like_it():
    class VeryUnknownTask(UnknownTask):
        pass

    assert answered(VeryUnknownTask("1"))[0].status == 404


def test_all_violations_of_a_request_are_told():
    _, body = answered(InvalidRequest("first", [VIOLATION, Violation(("query",), "required", "must have it")]))
    assert body["error"] == {
        "name": "InputError",
        "message": "first",
        "violations": [
            {"pointer": "/body/a~1b/0", "rule": "type", "message": "must be string"},
            {"pointer": "/query", "rule": "required", "message": "must have it"},
        ],
    }


def test_a_method_that_is_not_allowed_names_those_that_are():
    answer, _ = answered(MethodNotAllowed("PUT", ["GET", "HEAD"]))
    assert (b"allow", b"GET, HEAD") in answer.headers


def test_invalid_values_are_answered_with_their_errors_alone():
    errors = [{"stack": "instance.a is not of a type(s) string", "path": ["a"]}]
    answer, body = answered(InvalidValues(errors))
    assert answer.status == 400
    assert body == {"errors": errors}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("InputError", 400),
        ("Error", 400),
        ("HttpError", 400),
        ("NotAllowedError", 403),
        ("NotFoundError", 404),
    ],
)
def test_a_dry_run_ends_in_the_error_of_its_step_and_never_in_one_of_the_server(name, status):
    answer, body = answered(DryRunFailed(Failure(name, "it failed")))
    assert answer.status == status
    assert body["error"] == {"name": name, "message": "it failed"}
    assert body["response"] == {"statusCode": status}


@pytest.mark.parametrize("error", [RuntimeError("hushhush"), KeyError("hushhush"), Exception("hushhush")])
def test_an_unknown_exception_is_the_mistake_of_the_mock_and_tells_nothing(error, caplog):
    answer, body = answered(error)
    assert answer.status == 500
    assert body["error"] == {
        "name": "InternalError",
        "message": "The mock server made a mistake; its log names it",
    }
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(f"{type(error).__name__} in")
    assert "hushhush" not in caplog.text


def test_a_known_exception_is_nothing_to_log(caplog):
    for error, _, _ in TABLE:
        answered(error)
    assert caplog.records == []


@pytest.mark.parametrize("error", [NoSuchRoute("/nope"), MethodNotAllowed("PUT", ["GET"])])
def test_what_is_nowhere_is_an_empty_404_where_asked(error):
    answer = answer_to(error, "GET", "/nope", {Quirk.EMPTY_NOT_FOUND})
    assert (answer.status, answer.body, answer.headers) == (404, b"", ())


@pytest.mark.parametrize("error", [UnknownTask("1"), UnknownTemplate(EntityRef("template", "default", "x"))])
def test_what_is_unknown_at_a_route_is_told_all_the_same(error):
    assert answer_to(error, "GET", "/x", {Quirk.EMPTY_NOT_FOUND}).body


@pytest.mark.parametrize(
    ("error", "name"), [(EmptyEntityRef(), "Error"), (MalformedEntityRef("no reference"), "TypeError")]
)
def test_a_malformed_reference_is_a_fault_where_asked(error, name):
    answer = answer_to(error, "POST", "/v2/tasks", {Quirk.FAULTY_REF})
    assert answer.status == 500
    assert json.loads(answer.body)["error"] == {"name": name, "message": str(error)}
    assert json.loads(answer.body)["response"] == {"statusCode": 500}


def test_only_the_first_violation_is_told_where_asked():
    answer = answer_to(InvalidRequest("first", [VIOLATION, VIOLATION]), "GET", "/x", {Quirk.FIRST_VIOLATION})
    assert json.loads(answer.body)["error"] == {"name": "InputError", "message": "first"}


def test_a_needless_token_that_is_refused_tells_the_cause():
    error = answered(IllegalToken(needless=True))[1]["error"]
    assert error["message"] == "Could not resolve credentials; caused by AuthenticationError: Illegal token"
    assert error["cause"]["message"] == "Illegal token"
