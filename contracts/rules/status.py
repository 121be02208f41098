"""STATUS: codes and content types, documented and undocumented."""

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parsedate_to_datetime

from contracts.evidence import Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose, Response, TroubleKind
from contracts.lifecycle import is_terminal
from contracts.profile import Allowance
from contracts.rule import Level, Observation, judged, rule
from contracts.rules.answers import (
    NEEDS_A_TASK,
    NEEDS_THE_TARGET,
    answered,
    is_refusal,
    is_success,
    told,
)
from contracts.sse import Ending

PATHS = "#/paths"
# What any server of HTTP may say to any request, whatever it serves (RFC 9110, section 15.5; RFC 6585), a caller that
# may not do it, and another way to say 400.
ALWAYS_POSSIBLE = frozenset({403, 405, 406, 408, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428, 431})
# These ask for every operation once at least; what the others bring back is judged just as well.
EVERY_OPERATION = frozenset({"auth", "paths"})
# The suite, or the server, may well give up half-way.
UNUSUAL = frozenset({Purpose.HOSTILE, Purpose.FUZZED})
_PLAIN = re.compile(r"[\w.~:@-]*\w[\w.~:@-]*", re.ASCII)


@rule(
    "STATUS-01",
    "An operation refuses a request only with a status that the document gives it, or that any server may give.",
    source=PATHS,
    why="A client takes a status that it does not know for a fault, or for something else.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def refusals_are_documented(evidence: Evidence) -> Iterator[Observation]:
    for exchange, documented in _of_operations(evidence):
        if is_refusal(exchange) and _reached_its_operation(exchange):
            yield judged(
                exchange.status in documented or exchange.status in ALWAYS_POSSIBLE,
                exchange.operation,
                exchange,
                expected=f"one of {_listed(documented)}",
                observed=told(exchange),
            )


@rule(
    "STATUS-02",
    "A success has the one status that the document gives it: 201 for a new task, 200 for everything else.",
    source="#/paths/~1v2~1tasks/post/responses/201",
    why="The client that starts templates takes everything but 201 for a failure.",
    needs=NEEDS_A_TASK,
    probes=EVERY_OPERATION,
)
def successes_are_documented(evidence: Evidence) -> Iterator[Observation]:
    for exchange, documented in _of_operations(evidence):
        if is_success(exchange) and _reached_its_operation(exchange):
            yield judged(
                exchange.status in documented,
                exchange.operation,
                exchange,
                expected=_listed({status for status in documented if status < 300}),
                observed=told(exchange),
            )


@rule(
    "STATUS-03",
    "A documented operation answers by itself and redirects nobody.",
    source=PATHS,
    why="A client loses the token, the method or the body on the way, or ends up on a page for people.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def nobody_is_redirected(evidence: Evidence) -> Iterator[Observation]:
    for exchange, _ in _of_operations(evidence):
        if exchange.status is not None and _reached_its_operation(exchange):
            yield judged(
                not 300 <= exchange.status < 400,
                exchange.operation,
                exchange,
                expected="an answer",
                observed=f"{exchange.status} to {exchange.response.header('location')}" if exchange.response else "",
            )


@rule(
    "STATUS-04",
    "The body of a success comes under the media type that the document gives it.",
    source=PATHS,
    why="Clients look at the content type before they read, and take the body for text or a page.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def successes_have_their_media_type(evidence: Evidence) -> Iterator[Observation]:
    for exchange, documented in _of_operations(evidence):
        if exchange.response is None or not is_success(exchange) or not _reached_its_operation(exchange):
            continue
        expected = documented.get(exchange.response.status)
        if expected:
            yield _has_media_type(exchange, expected)


@rule(
    "STATUS-05",
    "A documented error comes as application/json, and not as a page for people.",
    source="#/components/responses/NotFound/content",
    why="A client that reads name and message of the error fails over the error page.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def errors_have_their_media_type(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of():
        if exchange.operation is None or exchange.response is None or not _reached_its_operation(exchange):
            continue
        if exchange.response.status not in {401, 404} or _is_missing_operation(evidence, exchange):
            continue
        expected = evidence.contract.operations[exchange.operation].responses.get(exchange.response.status)
        if expected and exchange.request.method != "HEAD":
            yield _has_media_type(exchange, expected)


@rule(
    "STATUS-06",
    "JSON is sent in UTF-8, and its content type names no other charset.",
    source="RFC 8259, section 8.1",
    why="Every letter beyond ASCII comes out wrong, or the body cannot be read at all.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def json_is_utf8(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of():
        if exchange.response is None or exchange.response.media_type != "application/json":
            continue
        charset = _charset(exchange)
        if charset not in {None, "utf-8", "utf8"}:
            yield _not_utf8(exchange, f"charset={charset}", holds=False)
        elif exchange.trouble is None:
            yield _not_utf8(exchange, "bytes that are none", holds=_is_utf8(exchange.response.body))


@rule(
    "STATUS-07",
    "What is called application/json is JSON.",
    source="RFC 8259, section 2",
    why="A client fails over the answer instead of reading it.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def json_is_json(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of():
        response = exchange.response
        if response is None or exchange.trouble or exchange.request.method == "HEAD" or exchange.operation is None:
            continue
        # Without a body there is nothing that could be called JSON wrongly, where the document has none either.
        promised = evidence.contract.operations[exchange.operation].responses.get(response.status)
        if response.media_type == "application/json" and (response.body or promised) and response.status < 500:
            yield judged(
                exchange.json is not NOT_JSON,
                exchange.operation,
                exchange,
                expected="JSON",
                observed=f"{exchange.status} with {response.body[:60]!r}",
            )


@rule(
    "STATUS-08",
    "An answer is whole: it is not broken off before its end.",
    source="RFC 9112, section 8",
    why="A client gets half of a list, or an error of the network for what went well.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def answers_are_whole(evidence: Evidence) -> Iterator[Observation]:
    if evidence.gone:
        return
    for exchange in evidence.of():
        if exchange.response is None or exchange.operation is None or exchange.purpose in UNUSUAL:
            continue
        if exchange.stream is not None and exchange.stream.ending is not Ending.CLOSED:
            continue
        broken_off = exchange.trouble is not None and exchange.trouble.kind in {TroubleKind.BROKEN, TroubleKind.GARBAGE}
        yield judged(
            not broken_off,
            exchange.operation,
            exchange,
            expected="as much as the head of the answer announces",
            observed=str(exchange.trouble),
        )


@rule(
    "STATUS-09",
    "The parameter schema of a template that there is not is a 404.",
    source="#/paths/~1v2~1templates~1{namespace}~1{kind}~1{name}~1parameter-schema/get/responses/404",
    why="A client shows an empty form for a template that was deleted.",
    needs=NEEDS_THE_TARGET,
    probes={"paths"},
)
def unknown_template_is_not_found(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("getTemplateParameterSchema", Purpose.UNKNOWN_TEMPLATE):
        is_template = exchange.path_parameters.get("kind", "").lower() == "template"
        if answered(exchange) and is_template and _reached_its_operation(exchange):
            yield judged(
                exchange.status in {403, 404},
                exchange.operation,
                exchange,
                expected="404",
                observed=told(exchange),
            )


@rule(
    "STATUS-10",
    "A task of a template that there is not is refused, as not found or as a wrong request.",
    source="#/paths/~1v2~1tasks/post/requestBody/content/application~1json/schema/properties/templateRef",
    why="A task that can do nothing is created, and the user waits for it.",
    needs=NEEDS_THE_TARGET,
    probes={"paths", "auth"},
)
def unknown_template_makes_no_task(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask", Purpose.UNKNOWN_TEMPLATE):
        if answered(exchange):
            yield judged(
                exchange.status in {400, 403, 404, 422},
                exchange.operation,
                exchange,
                expected="404, or 400",
                observed=told(exchange),
            )


@rule(
    "STATUS-11",
    "A method that the document does not name is refused.",
    source=PATHS,
    why="What was to be read is changed or deleted; a link that only reads cancels a task.",
    needs=NEEDS_THE_TARGET,
    probes={"paths"},
)
def undocumented_methods_are_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.UNDOCUMENTED_METHOD):
        if answered(exchange):
            yield judged(
                is_refusal(exchange) or exchange.status == 501,
                _meant(evidence, exchange),
                exchange,
                expected="405, or 404",
                observed=told(exchange),
            )


@rule(
    "STATUS-12",
    "A method that is refused changes nothing: the task stays as it was.",
    source=PATHS,
    why="A task is gone or altered, and who did it was told that it cannot be done.",
    needs=NEEDS_A_TASK,
    probes={"paths", "aftermath"},
)
def refused_methods_change_nothing(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        before = [poll for poll in story.polls if poll.exchange.label == "before undocumented methods"]
        refused = [
            exchange
            for exchange in evidence.of(None, Purpose.UNDOCUMENTED_METHOD)
            if f"/{story.id}" in exchange.request.path and (is_refusal(exchange) or exchange.status == 501)
        ]
        after = [
            exchange
            for exchange in evidence.of("getTask")
            if exchange.label == "after undocumented methods" and exchange.path_parameters.get("taskId") == story.id
        ]
        if not before or not refused or not after or not answered(after[0]):
            continue
        task = after[0].json if isinstance(after[0].json, dict) else {}
        names = ("createdAt", "createdBy", *(("status", "spec") if is_terminal(before[0].status) else ()))
        changed = [name for name in names if task.get(name) != before[0].task.get(name)]
        lost = after[0].status != 200
        yield judged(
            not lost and not changed,
            "getTask",
            after[0],
            *refused,
            expected="the task as it was",
            observed=told(after[0]) if lost else f"another {', '.join(changed)}",
        )


@rule(
    "STATUS-13",
    "A 405 says in `Allow` which methods there are, and the refused one is not among them.",
    source="RFC 9110, section 15.5.6",
    why="A client or a proxy that asks what it may do instead gets no answer.",
    needs=NEEDS_THE_TARGET,
    probes={"paths"},
)
def not_allowed_says_what_is(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.UNDOCUMENTED_METHOD):
        if exchange.response is None or not answered(exchange):
            continue
        allowed = exchange.response.header("allow")
        observed = "no Allow" if allowed is None else f"Allow: {allowed}"
        yield judged(
            exchange.status != 405 or (allowed is not None and exchange.request.method not in _methods(allowed)),
            _meant(evidence, exchange),
            exchange,
            expected=f"an Allow without {exchange.request.method}",
            observed=observed,
        )


@rule(
    "STATUS-14",
    "The `Allow` of a 405 lists every method that the document names for the path.",
    source="RFC 9110, section 10.2.1",
    why="A client or a proxy takes an operation that there is for one that there is not.",
    needs=NEEDS_THE_TARGET,
    probes={"paths"},
    level=Level.SHOULD,
)
def allow_is_complete(evidence: Evidence) -> Iterator[Observation]:
    operations = evidence.contract.operations
    for exchange in evidence.of(None, Purpose.UNDOCUMENTED_METHOD):
        meant = _meant(evidence, exchange)
        if exchange.response is None or not answered(exchange) or meant is None:
            continue
        allowed = exchange.response.header("allow")
        documented = {other.method for other in operations.values() if other.path == operations[meant].path}
        missing = documented - _methods(allowed or "")
        yield judged(
            exchange.status != 405 or allowed is None or not missing,
            meant,
            exchange,
            expected=f"{', '.join(sorted(documented))} in it",
            observed=f"Allow: {allowed}",
        )


@rule(
    "STATUS-15",
    "A path that the document does not name is refused, and is not answered with something else.",
    source=PATHS,
    why="A client with a mistake in its address believes that all is well, and reads a page as data.",
    needs=NEEDS_THE_TARGET,
    probes={"paths"},
)
def unknown_paths_are_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.UNKNOWN_PATH):
        if answered(exchange):
            yield judged(
                is_refusal(exchange) or exchange.status == 501,
                None,
                exchange,
                expected="404",
                observed=told(exchange),
            )


@rule(
    "STATUS-16",
    "Where the body of an error repeats its status, it is the status of the answer.",
    source="#/components/responses/NotFound",
    why="Of two clients, each reads another error.",
    needs=NEEDS_THE_TARGET,
    probes=EVERY_OPERATION,
)
def errors_agree_with_themselves(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of():
        if not is_refusal(exchange) or not isinstance(exchange.json, dict) or exchange.operation is None:
            continue
        response = exchange.json.get("response")
        repeated = response.get("statusCode") if isinstance(response, dict) else None
        yield judged(
            not isinstance(repeated, int) or repeated == exchange.status,
            exchange.operation,
            exchange,
            expected=f"{exchange.status}, as the answer has it",
            observed=str(repeated),
        )


@rule(
    "STATUS-17",
    "No cache may keep what is said of tasks and show it again without asking the server.",
    source="RFC 9111, section 5.2.2",
    why="A browser shows a task as running that has long ended, for it need not ask.",
    needs=NEEDS_THE_TARGET,
    probes={"auth"},
)
def tasks_are_not_kept(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(status=200):
        if exchange.operation not in {"listTasks", "getTask", "getTaskLogs", "getTaskEventStream", "getTaskEvents"}:
            continue
        if exchange.response is None or exchange.request.method != "GET":
            continue
        directives = (exchange.response.header("cache-control") or "").lower()
        checked = "no-cache" in directives or "no-store" in directives
        expires = _expires_later(exchange.response) and not re.search(r"\bmax-age\s*=", directives)
        fresh = expires or re.search(r"(?:s-maxage|max-age)\s*=\s*\"?0*[1-9]", directives)
        yield judged(
            not fresh or checked,
            exchange.operation,
            exchange,
            expected="no Cache-Control or Expires that lets it be kept",
            observed=f"Expires: {exchange.response.header('expires')}" if expires else directives,
        )


def _expires_later(response: Response) -> bool:
    """Whether it lasts beyond the moment that it was answered, by the clock of the server."""
    expires, date = (_moment(response.header(name)) for name in ("expires", "date"))
    return expires is not None and date is not None and expires > date


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (ValueError, OverflowError):
        return None


def _of_operations(evidence: Evidence) -> Iterator[tuple[Exchange, dict[int, frozenset[str]]]]:
    """The answers to authenticated requests of documented operations, with the documented answers of each."""
    for exchange in evidence.authenticated:
        if exchange.operation is None or exchange.request.method == "HEAD" or not answered(exchange):
            continue
        operation = evidence.contract.operations[exchange.operation]
        if exchange.request.method == operation.method:
            yield exchange, dict(operation.responses)


def _reached_its_operation(exchange: Exchange) -> bool:
    """Whether the path can only have been read as the operation's: an odd path parameter may make it another."""
    return all(_PLAIN.fullmatch(value) for value in exchange.path_parameters.values())


def _is_missing_operation(evidence: Evidence, exchange: Exchange) -> bool:
    allows = evidence.contract.profile.allows
    return exchange.operation == "getTaskLogs" and exchange.status == 404 and allows(Allowance.NO_LOGS)


def _meant(evidence: Evidence, exchange: Exchange) -> str | None:
    return exchange.label if exchange.label in evidence.contract.operations else None


def _has_media_type(exchange: Exchange, expected: frozenset[str]) -> Observation:
    media_type = exchange.response.media_type if exchange.response else ""
    return judged(
        media_type in expected,
        exchange.operation,
        exchange,
        expected=" or ".join(sorted(expected)),
        observed=f"{exchange.status} as {media_type or 'nothing in particular'}",
    )


def _not_utf8(exchange: Exchange, observed: str, *, holds: bool) -> Observation:
    return judged(holds, exchange.operation, exchange, expected="UTF-8", observed=observed)


def _charset(exchange: Exchange) -> str | None:
    header = Message()
    header["content-type"] = (exchange.response.header("content-type") if exchange.response else None) or ""
    charset = header.get_param("charset")
    return charset.strip().lower() if isinstance(charset, str) else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _methods(allow: str) -> set[str]:
    return {method.strip().upper() for method in allow.split(",")}


def _listed(statuses: dict[int, frozenset[str]] | set[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))
