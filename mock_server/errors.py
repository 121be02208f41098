"""Every exception that a request can end in, and the answer it becomes: the one place that knows their statuses."""

import json
import logging
import traceback
from collections.abc import Collection
from typing import Any

from mock_server.answers import Answer, Header, json_answer
from mock_server.auth import ControlClosed, ControlTokenExpected, IllegalToken, MissingCredentials
from mock_server.cancellation import StepReductionFault
from mock_server.clock import ImpossibleTime
from mock_server.connection import NoConnection
from mock_server.directory_contents import MalformedFiles
from mock_server.dry_run import DryRunFailed, without_folders
from mock_server.entity_refs import EmptyEntityRef, MalformedEntityRef
from mock_server.faults.error import InducedError
from mock_server.faults.faults import TooManyFaults, UnknownFault
from mock_server.faults.kinds import InvalidFault
from mock_server.framework import Unauthorized
from mock_server.intervention import NoSuchStep, TaskHasEnded, TooManyPushed
from mock_server.journal import UnknownEntry
from mock_server.permissions import NotAllowed
from mock_server.quirks import Quirk
from mock_server.redaction import TooManySecrets
from mock_server.request import (
    ConditionsNotApplied,
    InvalidEntity,
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
from mock_server.sources import BrokenFile
from mock_server.store import UnknownTask
from mock_server.task import TaskNotRetriable
from mock_server.templates import InvalidTemplate, InvalidValues, UnknownTemplate, UnusableTemplate
from mock_server.validation import InvalidSchema
from mock_server.world import InvalidWorldName, LastingWorld, NothingToCome, UnknownWorld, WorldExists

logger = logging.getLogger(__name__)

STATUSES: dict[str, int] = {
    "InputError": 400,
    "AuthenticationError": 401,
    "NotAllowedError": 403,
    "NotFoundError": 404,
    "ResponseError": 404,
    "MethodNotAllowedError": 405,
    "ConflictError": 409,
    "InternalError": 500,
    "TypeError": 500,
    "NotImplementedError": 501,
    "ServiceUnavailableError": 503,
}
NAMES: dict[type[Exception], str] = {
    BrokenFile: "InputError",
    ConditionsNotApplied: "ResponseError",
    ControlClosed: "NotAllowedError",
    ControlTokenExpected: "AuthenticationError",
    IllegalToken: "AuthenticationError",
    ImpossibleTime: "ConflictError",
    InvalidFault: "InputError",
    InvalidRequest: "InputError",
    InvalidSchema: "InputError",
    InvalidSnapshot: "InputError",
    InvalidTemplate: "InputError",
    InvalidWorldName: "InputError",
    MalformedEntityRef: "InputError",
    MalformedFiles: "InputError",
    MethodNotAllowed: "MethodNotAllowedError",
    MissingCredentials: "AuthenticationError",
    NoSuchEntity: "NotFoundError",
    NoSuchRoute: "NotFoundError",
    NoSuchStep: "InputError",
    ReadOnly: "NotAllowedError",
    NotAllowed: "NotAllowedError",
    NoConnection: "NotImplementedError",
    NoStatus: "InputError",
    NothingToCome: "ConflictError",
    NothingToSeed: "InputError",
    Unauthorized: "AuthenticationError",
    StepReductionFault: "TypeError",
    TaskHasEnded: "ConflictError",
    TaskNotRetriable: "ConflictError",
    TooManyFaults: "ConflictError",
    TooManyPushed: "ConflictError",
    TooManyTasks: "InputError",
    TooManySecrets: "InputError",
    MissingScenario: "NotFoundError",
    TooManyScenarios: "ConflictError",
    UnknownEntry: "NotFoundError",
    UnknownFault: "NotFoundError",
    UnknownProvider: "NotFoundError",
    UnknownScenario: "InputError",
    UnknownTask: "NotFoundError",
    UnknownWorld: "NotFoundError",
    UnknownTemplate: "NotFoundError",
    UnusableTemplate: "InputError",
    UserExpected: "NotAllowedError",
    LastingWorld: "ConflictError",
    WorldExists: "ConflictError",
}
# Of several names of a status the first is the one that Backstage gives it.
_INDUCED = {status: name for name, status in reversed(STATUSES.items()) if status != STATUSES["InternalError"]}
_HIDDEN = "The mock server made a mistake; its log names it"


def answer_to(error: Exception, method: str, url: str, quirks: Collection[Quirk] = ()) -> Answer:
    """The API's answer to an exception; `url` is relative to the mount. One that is not known becomes a 500."""
    if isinstance(error, InvalidValues | InvalidEntity):
        return json_answer(400, {"errors": error.errors})
    if isinstance(error, NoSuchRoute | MethodNotAllowed) and Quirk.EMPTY_NOT_FOUND in quirks:
        return Answer(404)
    name, message, status = _describe(error)
    if isinstance(error, DryRunFailed) and Quirk.FAULTY_DRY_RUN not in quirks:
        message = without_folders(message)
    if isinstance(error, InvalidTemplate | DryRunFailed) and Quirk.FAULTY_DRY_RUN in quirks:
        name = "TypeError" if isinstance(error, InvalidTemplate) else name
        status = STATUSES.get(name, 500)
    if isinstance(error, MalformedEntityRef) and Quirk.FAULTY_REF in quirks:
        name, status = ("Error" if isinstance(error, EmptyEntityRef) else "TypeError"), 500
    described: dict[str, Any] = {"name": name, "message": message}
    if isinstance(error, InvalidRequest) and error.violations and Quirk.FIRST_VIOLATION not in quirks:
        described["violations"] = [violation.to_json() for violation in error.violations]
    if isinstance(error, BrokenFile):
        described["mistakes"] = [{"line": each.line, "message": each.message} for each in error.mistakes]
    body = {"error": described, "request": {"method": method, "url": url}, "response": {"statusCode": status}}
    headers: tuple[Header, ...] = ()
    if isinstance(error, ConditionsNotApplied):
        described |= _from_another_plugin(error.reason)
    if isinstance(error, IllegalToken) and error.cause is not None:
        described["cause"] = error.cause
    if isinstance(error, MethodNotAllowed):
        headers = ((b"allow", ", ".join(error.allowed).encode()),)
    return json_answer(status, body, *headers)


def gist(answer: Answer) -> str | None:
    """What an answer of `answer_to` says, in a line; None if it says nothing."""
    said = json.loads(answer.body) if answer.body else {}
    if "errors" in said:
        return f"InputError: {said['errors'][0].get('message', '')}"
    return f"{said['error']['name']}: {said['error']['message']}" if said else None


def _from_another_plugin(reason: str) -> dict[str, Any]:
    """What one plugin of Backstage tells of another's refusal."""
    cause = {"name": "NotFoundError", "message": reason}
    request = {"method": "POST", "url": "/.well-known/backstage/permissions/apply-conditions"}
    body = {"error": cause, "request": request, "response": {"statusCode": 404}}
    return {"response": {}, "body": body, "cause": cause, "statusCode": 404, "statusText": "Not Found"}


def _describe(error: Exception) -> tuple[str, str, int]:
    if isinstance(error, DryRunFailed):
        # The fault lies in the template that was sent, so what the real server calls a 500 is a 400 here.
        status = {"NotAllowedError": 403, "NotFoundError": 404}.get(error.failure.name, 400)
        return error.failure.name, error.failure.message, status
    if isinstance(error, InducedError):
        # As Backstage reads a status that it has no error for.
        return _INDUCED.get(error.status, "Error"), str(error), error.status
    for kind in type(error).__mro__:
        if kind in NAMES:
            return NAMES[kind], str(error), STATUSES[NAMES[kind]]
    # Where, but not what: the message of an exception may quote the request, and with it a secret.
    logger.error("%s in\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return "InternalError", _HIDDEN, STATUSES["InternalError"]
