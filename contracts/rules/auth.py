"""AUTH: who has no right token learns nothing and changes nothing."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from contracts.credentials import PART_PLACEHOLDER, UNKNOWN_WORD
from contracts.evidence import UNAUTHENTICATED, Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose
from contracts.labels import IN_THE_QUERY, NOT_THERE, OTHER_SPELLING, THERE, WRONG_IN_ITSELF
from contracts.lifecycle import Status, is_terminal
from contracts.rule import Level, Observation, judged, rule
from contracts.rules.answers import (
    NEEDS_A_TASK,
    NEEDS_A_TOKEN,
    NEEDS_THE_TARGET,
    answered,
    has_right_token,
    is_refusal,
    is_success,
    later_lists,
    mentions,
    told,
    was_overburdened,
)

BEARER = "#/components/securitySchemes/bearerAuth"
UNAUTHORIZED = "#/components/responses/Unauthorized"
TOKEN = "$TOKEN"  # noqa: S105 what the redaction leaves of it
OUT_OF_PLACE = frozenset(
    {"tasks", "spec", "steps", "templateInfo", "createdBy", "createdAt", "lastHeartbeatAt", "completedAt"}
    | {"directoryContents", "base64Content", "isTaskRecoverable", "taskId"}
)
# An ordinary word, which no id is.
_WORD = re.compile(r"(?<![\w/-])[A-Z]?[a-z]{1,13}(?![\w/-])")
BEFORE_AUTHENTICATION = frozenset({NOT_THERE, WRONG_IN_ITSELF})


@rule(
    "AUTH-01",
    "Every operation answers 401 to a request without a token.",
    source=f"{UNAUTHORIZED}/description",
    why="Anybody can run templates, or read what others made.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def no_token_no_answer(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WITHOUT_TOKEN):
        if exchange.operation and exchange.label not in BEFORE_AUTHENTICATION:
            yield from _unauthorised(exchange)


@rule(
    "AUTH-02",
    "Every operation answers 401 to a token that is wrong, however near to the right one it is.",
    source=f"{UNAUTHORIZED}/description",
    why="A token that was guessed, cut off, forged or never signed opens the door.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def wrong_token_no_answer(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WRONG_TOKEN):
        if exchange.operation:
            yield from _unauthorised(exchange)


@rule(
    "AUTH-03",
    "The token counts only as a bearer token in the Authorization header; sent in any other way it is answered 401.",
    source=f"{BEARER}/scheme",
    why="A token that also counts elsewhere, as in an address, gets into logs that others read.",
    needs=NEEDS_A_TOKEN,
    probes={"auth"},
)
def wrong_scheme_no_answer(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WRONG_SCHEME):
        yield from _unauthorised(exchange)


@rule(
    "AUTH-04",
    "The name of the scheme counts in any casing: `bearer` is as good as `Bearer`.",
    source="RFC 9110, section 11.1",
    why="HTTP libraries and proxies write it as they like, and their users are locked out.",
    needs=NEEDS_A_TOKEN,
    probes={"auth"},
)
def casing_of_the_scheme(evidence: Evidence) -> Iterator[Observation]:
    if evidence.gone:
        return
    for exchange in evidence.of(None, Purpose.ODD_CASING):
        if answered(exchange):
            yield judged(
                exchange.status != 401,
                exchange.operation,
                exchange,
                expected="the same answer as with Bearer",
                observed=told(exchange),
            )


@rule(
    "AUTH-05",
    "The right token is accepted by every operation.",
    source=BEARER,
    why="The user is signed out in the middle of the work.",
    needs=NEEDS_A_TOKEN,
    probes={"auth", "paths"},
)
def right_token_is_right(evidence: Evidence) -> Iterator[Observation]:
    if evidence.gone:
        return
    for exchange in evidence.authenticated:
        if exchange.operation and answered(exchange) and has_right_token(exchange):
            yield judged(
                exchange.status != 401,
                exchange.operation,
                exchange,
                expected="the token to be accepted",
                observed=told(exchange),
            )


@rule(
    "AUTH-06",
    "A 401 says what is wrong: JSON with the name and the message of an error.",
    source=f"{UNAUTHORIZED}/content",
    why="A client cannot tell its user that the session is over.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def unauthorised_body(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(status=401):
        if exchange.operation is None or exchange.response is None or exchange.trouble:
            continue
        if exchange.request.method == "HEAD":
            continue
        if exchange.response.media_type != "application/json":
            faults = [exchange.response.media_type or "no content type"]
        elif exchange.json is NOT_JSON:
            faults = ["what is not JSON"]
        else:
            faults = evidence.contract.body_violations(exchange.operation, 401, exchange.json)
        yield judged(
            not faults,
            exchange.operation,
            exchange,
            expected='application/json with {"error": {"name": ..., "message": ...}}',
            observed="".join(faults[:1]),
        )


@rule(
    "AUTH-07",
    "The token is looked at first: without one, an unknown id or a wrong request is a 401, too.",
    source=f"{UNAUTHORIZED}/description",
    why="Strangers learn which tasks and templates there are, and reach code that was to be behind the door.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def token_goes_first(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WITHOUT_TOKEN):
        if exchange.operation and exchange.label in BEFORE_AUTHENTICATION:
            yield from _unauthorised(exchange)


@rule(
    "AUTH-08",
    "A request without a token is answered alike whether what it asks for exists or not.",
    source=f"{UNAUTHORIZED}/description",
    why="Strangers learn which tasks and templates there are.",
    needs=NEEDS_A_TASK,
    probes={"auth"},
)
def existence_does_not_show(evidence: Evidence) -> Iterator[Observation]:
    pairs: dict[int, dict[str, Exchange]] = defaultdict(dict)
    for exchange in evidence.of(None, Purpose.WITHOUT_TOKEN):
        if exchange.group and answered(exchange) and not exchange.trouble:
            pairs[exchange.group][exchange.label] = exchange
    for pair in pairs.values():
        if not {THERE, NOT_THERE} <= pair.keys() or dict(pair[THERE].path_parameters) == dict(
            pair[NOT_THERE].path_parameters
        ):
            continue
        names = {name for exchange in pair.values() for name in exchange.path_parameters.values()}
        there, not_there = (_shape(pair[label], names) for label in (THERE, NOT_THERE))
        yield judged(
            there == not_there,
            pair[THERE].operation,
            pair[THERE],
            pair[NOT_THERE],
            expected=f"the same as for an unknown one, {not_there}",
            observed=str(there),
        )


@rule(
    "AUTH-09",
    "What is refused for want of a token holds nothing of what was asked for.",
    source=f"{UNAUTHORIZED}/description",
    why="The door is shut and the window is open: the data is in the refusal.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def refusal_holds_no_data(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of():
        if exchange.purpose not in UNAUTHENTICATED or not is_refusal(exchange) or exchange.response is None:
            continue
        found = sorted(_names(exchange.json) & OUT_OF_PLACE)
        unasked = evidence.marker.encode() not in (exchange.request.body or b"") + exchange.request.path.encode()
        if not found and evidence.marker and unasked and evidence.marker.encode() in exchange.response.body:
            found = ["values of a task"]
        yield judged(
            not found,
            exchange.operation,
            exchange,
            expected="an error and nothing else",
            observed=f"{exchange.status} with {', '.join(found)}",
        )


@rule(
    "AUTH-10",
    "A create that is refused for want of a token makes no task.",
    source=f"{UNAUTHORIZED}/description",
    why="Anybody can run templates, and is even told that it did not work.",
    needs=NEEDS_A_TASK,
    probes={"auth", "aftermath"},
)
def refused_create_makes_no_task(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask"):
        if exchange.purpose not in UNAUTHENTICATED or not is_refusal(exchange) or not isinstance(exchange.sent, dict):
            continue
        values = exchange.sent.get("values")
        mark = values.get("contractTests") if isinstance(values, dict) else None
        if not isinstance(mark, str) or not mark.startswith(f"{evidence.marker}-"):
            continue
        for listing in later_lists(evidence, exchange)[-1:]:
            yield judged(
                not mentions(listing, mark),
                "createTask",
                exchange,
                listing,
                expected="no task in the list with the values that were refused",
                observed="there is one",
            )


@rule(
    "AUTH-11",
    "A cancel that is refused for want of a token cancels nothing.",
    source=f"{UNAUTHORIZED}/description",
    why="Anybody can stop the work of others, and is even told that it did not work.",
    needs="--slow-template, a template whose tasks run for some seconds",
    probes={"cancellation", "life"},
)
def refused_cancel_cancels_nothing(evidence: Evidence) -> Iterator[Observation]:
    if _others_cancel(evidence):
        return
    for story in evidence.created_tasks:
        refused = [
            exchange
            for exchange in evidence.of("cancelTask")
            if exchange.purpose in UNAUTHENTICATED
            and is_refusal(exchange)
            and exchange.path_parameters.get("taskId") == story.id
        ]
        allowed = [cancel for cancel in story.cancels if not is_refusal(cancel)]
        for exchange in refused:
            before = [poll for poll in story.polls if poll.ended <= exchange.began]
            after = [poll for poll in story.polls if poll.began >= exchange.ended]
            if not before or not after or is_terminal(before[-1].status):
                continue
            if any(cancel.began < after[0].ended for cancel in allowed):
                continue
            yield judged(
                after[0].status != Status.CANCELLED,
                "cancelTask",
                exchange,
                after[0].exchange,
                expected=f"the task to go on, {before[-1].status}",
                observed=str(after[0].status),
            )


@rule(
    "AUTH-12",
    "No answer holds the token that it was asked with, nor most of it.",
    source="RFC 6750, section 5.3",
    why="Tokens get into logs, pages and bug reports, and whoever reads them can use them.",
    needs=NEEDS_A_TOKEN,
    probes={"auth"},
)
def token_is_not_repeated(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.response is None or exchange.operation is None or not _sends(exchange, TOKEN):
            continue
        found = exchange.response.withheld & {TOKEN, PART_PLACEHOLDER}
        yield judged(
            not found,
            exchange.operation,
            exchange,
            expected="an answer without the token",
            observed=f"{exchange.status} with {'the token' if TOKEN in found else 'most of it'} in it",
        )


@rule(
    "AUTH-13",
    "A refusal does not repeat the token that it refuses.",
    source="RFC 6750, section 5.3",
    why="A token with a slip of the pen is nearly the right one, and stands in logs and bug reports.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
    level=Level.SHOULD,
)
def wrong_token_is_not_repeated(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WRONG_TOKEN):
        if exchange.response is None or not _sends(exchange, UNKNOWN_WORD):
            continue
        texts = [exchange.response.body, *(value.encode() for _, value in exchange.response.headers)]
        yield judged(
            not any(UNKNOWN_WORD.encode() in text for text in texts),
            exchange.operation,
            exchange,
            expected="a refusal without the token",
            observed=f"{exchange.status} with the token in it",
        )


@rule(
    "AUTH-14",
    "An event stream that is refused is an ordinary answer with an end, and no stream.",
    source="#/paths/~1v2~1tasks~1{taskId}~1eventstream/get/responses/401",
    why="A client waits for events that never come, and does not sign in again.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def refused_stream_is_no_stream(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("getTaskEventStream"):
        if exchange.purpose not in UNAUTHENTICATED or exchange.response is None or not answered(exchange):
            continue
        if exchange.trouble and (evidence.gone or was_overburdened(evidence, exchange)):
            continue
        is_stream = exchange.response.media_type == "text/event-stream"
        yield judged(
            not is_stream and exchange.trouble is None,
            exchange.operation,
            exchange,
            expected="a whole answer that is no event stream",
            observed=f"{told(exchange)}, {exchange.trouble}" if exchange.trouble else told(exchange),
        )


@rule(
    "AUTH-15",
    "No other spelling of a path leads past the token.",
    source=f"{UNAUTHORIZED}/description",
    why="Whoever guards the paths and whoever serves them read them differently, and anybody can get in between.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def no_way_round(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.WITHOUT_TOKEN):
        if exchange.label != OTHER_SPELLING or exchange.response is None:
            continue
        found = sorted(_names(exchange.json) & (OUT_OF_PLACE | {"id"}))
        yield judged(
            not (is_success(exchange) and found),
            _read_leniently(evidence, exchange),
            exchange,
            expected="401, or 404 for a path that nobody serves",
            observed=f"{exchange.status} with {', '.join(found)}",
        )


def _unauthorised(exchange: Exchange) -> Iterator[Observation]:
    if answered(exchange):
        yield judged(
            exchange.status == 401,
            exchange.operation,
            exchange,
            expected="401",
            observed=f"{told(exchange)}, {exchange.label}" if exchange.label else told(exchange),
        )


def _others_cancel(evidence: Evidence) -> bool:
    """Whether a task of this run was cancelled though nobody here cancelled it."""
    cancelled = [exchange.path_parameters.get("taskId") for exchange in evidence.of("cancelTask")]
    return any(story.ended_as == Status.CANCELLED and story.id not in cancelled for story in evidence.created_tasks)


def _sends(exchange: Exchange, token: str) -> bool:
    """Whether a header of the request holds it, and nothing that a server may well repeat."""
    headers = [value for name, value in exchange.request.headers if name.lower() == "authorization"]
    return any(token in value for value in headers) and exchange.label != IN_THE_QUERY


def _shape(exchange: Exchange, names: set[str]) -> tuple[object, ...]:
    """What of an answer must not depend on whether there is what it was asked for: not these names, nor any ids."""
    error = exchange.json.get("error") if isinstance(exchange.json, dict) else None
    if not isinstance(error, dict):
        return (exchange.status,)
    words = [word for word in _WORD.findall(str(error.get("message"))) if word not in names]
    return (exchange.status, error.get("name"), " ".join(words))


def _read_leniently(evidence: Evidence, exchange: Exchange) -> str | None:
    """The operation that a lenient server may take the path for."""
    path = re.sub("/+", "/", unquote(exchange.request.path)).lower().rstrip("/")
    located = evidence.contract.locate("GET", path)
    return located[0].id if located else "listTasks"


def _names(value: Any) -> set[str]:
    """All names in a JSON value."""
    if isinstance(value, dict):
        return {str(name) for name in value}.union(*map(_names, value.values()))
    if isinstance(value, list):
        return set[str]().union(*map(_names, value))
    return set()
