"""ROBUST: nothing that is sent makes the server fail, hang, fall silent or say what it should not."""

import re
from collections.abc import Iterator
from typing import Any

from contracts.evidence import Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose, TroubleKind
from contracts.probes.hostile_corpus import ESCAPED, NO_SUCH_TEMPLATE
from contracts.probes.hostile_input import AFTER, BEFORE
from contracts.probes.hostile_values import HOSTILE_VALUE
from contracts.probes.racing import AFTER_LEAVING
from contracts.profile import Allowance, Profile
from contracts.readings import has_no_log
from contracts.rule import Level, Observation, judged, kept, rule
from contracts.rules.answers import was_overburdened
from contracts.rules.hostile_exchange import (
    difference,
    entity_ref,
    fault_of_json,
    found_by_text,
    is_no_object,
    is_too_long_for_some,
    text_sent,
)
from contracts.rules.leaks import files_in, innards_in, texts_of, without_stack
from contracts.task_story import listed_tasks

NEEDS_AN_ANSWER = "more time for hostile requests: a longer --time-budget, and no --quick"
NEEDS_A_REFUSAL = "hostile requests that the target refuses: a longer --time-budget sends more of them"
NEEDS_A_TASK = "--template and --values, so that a task can be created of values that its template does not know"
HOSTILE = {"hostile-input", "hostile-values"}
WELL_FORMED_REF = re.compile(r"(?:[^:/]+:)?(?:[^:/]+/)?[^:/]+")
UNDOCUMENTED = frozenset({Purpose.UNDOCUMENTED_METHOD, Purpose.UNKNOWN_PATH})
# Said by the HTTP server itself, before there is an API to say it as JSON.
OF_HTTP_ITSELF = frozenset({405, 406, 408, 411, 413, 414, 415, 417, 426, 431})
MARKUP = re.compile(r"<(?:script|img|svg)\b[^>]*>", re.IGNORECASE)
RENDERED = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", ""})
LINE_WITH_A_HEADER = re.compile(r"\r\n([A-Za-z][A-Za-z0-9-]*): ")


@rule(
    "ROBUST-01",
    "Whatever is sent, the server does not fail: no answer has a status of 500 or above.",
    source="RFC 9110, section 15.6",
    why="Anyone can bring about a fault, and a client cannot tell its own mistake from an outage.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE | {"paths"},
)
def no_fault(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.response is None or _may_fail(exchange, evidence):
            continue
        yield judged(
            exchange.response.status < 500,
            _blamed(exchange, evidence),
            exchange,
            expected="a status below 500",
            observed=f"{exchange.response.status}{_named(exchange)}",
        )


@rule(
    "ROBUST-02",
    "Every request is answered, in HTTP: the server does not break off the connection.",
    source="RFC 9110, section 3.4",
    why="The user sees a network error, and every other request on the connection is lost with it.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def answers(evidence: Evidence) -> Iterator[Observation]:
    broken_off = [exchange for exchange in evidence.exchanges if _is_broken_off(exchange)]
    for exchange in evidence.exchanges:
        if exchange.operation == "getTaskEventStream" or is_too_long_for_some(exchange):
            continue
        if exchange.trouble is None:
            yield kept(_blamed(exchange, evidence), exchange)
        elif exchange.trouble.kind is TroubleKind.GARBAGE or (
            _is_broken_off(exchange) and (_is_of_a_fresh_connection(exchange) or _again(exchange, broken_off))
        ):
            yield judged(
                False,
                _blamed(exchange, evidence),
                exchange,
                expected="an answer",
                observed=f"{exchange.trouble}{_named(exchange)}",
            )


@rule(
    "ROBUST-03",
    "Every request is answered in time: none leaves the client waiting.",
    source="RFC 9110, section 15.5.9",
    why="The page shows a spinner for good, and hanging requests pile up until the server takes no more.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def answers_in_time(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        # An event stream takes as long as its task; only one that cannot be there is answered like anything else.
        if exchange.operation == "getTaskEventStream" and exchange.purpose is not Purpose.HOSTILE:
            continue
        if exchange.response is not None and exchange.response.media_type == "text/event-stream":
            continue
        timed_out = exchange.trouble is not None and exchange.trouble.kind is TroubleKind.TIMEOUT
        if exchange.trouble is None or (timed_out and not was_overburdened(evidence, exchange)):
            yield judged(
                exchange.trouble is None,
                _blamed(exchange, evidence),
                exchange,
                expected="a complete answer in time",
                observed=f"{exchange.trouble}{_named(exchange)}",
            )


@rule(
    "ROBUST-04",
    "An error says what was wrong with the request and nothing of the server's innards: no stack trace, no path, no "
    "query.",
    source="RFC 9110, section 17.11",
    why="Whoever wants to break in learns where to begin, and the user learns nothing.",
    needs=NEEDS_A_REFUSAL,
    probes=HOSTILE,
)
def keeps_its_innards_to_itself(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.response is None or exchange.response.status < 400 or not exchange.response.body:
            continue
        body = exchange.json
        if evidence.contract.profile is Profile.BACKSTAGE:
            body = without_stack(body)
        text = exchange.response.body.decode(errors="replace") if body is NOT_JSON else texts_of(body)
        found = list(innards_in(text, text_sent(exchange)))
        yield judged(
            not found,
            _blamed(exchange, evidence),
            exchange,
            expected="an error without the server's innards",
            observed=f"{', '.join(found)}{_named(exchange)}",
        )


@rule(
    "ROBUST-05",
    "Nothing that is sent reaches the machine: no answer holds one of its files, or what only code on it could say.",
    source="#/paths/~1v2~1dry-run/post",
    why="A template, an id or a path that somebody sends runs as code or reads files on the server.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def stays_in_its_bounds(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.HOSTILE, Purpose.FUZZED):
        if exchange.response is None:
            continue
        text = exchange.response.body.decode(errors="replace")
        found = list(files_in(text, text_sent(exchange)))
        if ESCAPED in text:
            found.append("the result of code that was sent")
        yield judged(
            not found,
            _blamed(exchange, evidence),
            exchange,
            expected="an answer that keeps to the API",
            observed=f"{', '.join(found)}{_named(exchange)}",
        )


@rule(
    "ROBUST-06",
    "Line ends in what is sent do not become headers of the answer.",
    source="RFC 9110, section 5.5",
    why="A link that somebody is sent sets cookies in the name of the portal.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def headers_are_its_own(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.HOSTILE, Purpose.FUZZED):
        names = LINE_WITH_A_HEADER.findall(text_sent(exchange))
        if exchange.response is None or not names:
            continue
        found = [name for name in names if exchange.response.header(name.lower()) is not None]
        yield judged(
            not found,
            _blamed(exchange, evidence),
            exchange,
            expected="no header out of the request",
            observed=f"{', '.join(found)}{_named(exchange)}",
        )


@rule(
    "ROBUST-07",
    "Markup in what is sent does not come back as markup that a browser would show.",
    source="RFC 9110, section 8.3",
    why="A link that somebody is sent runs a script in the name of the portal.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def markup_is_text(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.HOSTILE, Purpose.FUZZED):
        if exchange.response is None:
            continue
        for tag in set(MARKUP.findall(text_sent(exchange))):
            shown = exchange.response.media_type in RENDERED and tag.encode() in exchange.response.body
            yield judged(
                not shown,
                _blamed(exchange, evidence),
                exchange,
                expected="no page with the markup of the request in it",
                observed=f"{tag} as {exchange.response.media_type or 'a body without a content type'}",
            )


@rule(
    "ROBUST-08",
    "What is answered as JSON is JSON, whatever of the request it repeats.",
    source="RFC 8259, section 2",
    why="A client that cannot parse the error shows a parser's message in its place, or fails.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def json_is_json(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        response = exchange.response
        if response is None or exchange.trouble is not None or not response.body:
            continue
        if response.media_type == "application/json" or response.media_type.endswith("+json"):
            fault = fault_of_json(response.body)
            yield judged(
                fault is None,
                _blamed(exchange, evidence),
                exchange,
                expected="JSON",
                observed=f"{fault}{_named(exchange)}",
            )


@rule(
    "ROBUST-09",
    "Hostile input is refused as any other mistake is: by an error as JSON.",
    source="#/components/responses/NotFound",
    why="A client that reads the error of every answer finds none in just those that it did not expect.",
    needs=NEEDS_A_REFUSAL,
    probes=HOSTILE,
    level=Level.SHOULD,
)
def refuses_in_json(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.HOSTILE):
        response = exchange.response
        if response is None or exchange.operation is None or is_too_long_for_some(exchange):
            continue
        if exchange.operation == "getTaskLogs" and has_no_log(evidence, exchange):
            continue
        if 400 <= response.status < 500 and response.status not in OF_HTTP_ITSELF:
            yield judged(
                response.media_type == "application/json" and isinstance(exchange.json, dict),
                exchange.operation,
                exchange,
                expected="an error as application/json",
                observed=f"{response.media_type or 'no content type'}, {response.body[:40]!a}{_named(exchange)}",
            )


@rule(
    "ROBUST-10",
    "After hostile input, ordinary requests are answered as before.",
    source="RFC 9110, section 15.6",
    why="One bad request takes the portal down for everybody.",
    needs="a longer --time-budget, so that ordinary requests follow the hostile ones",
    probes={"hostile-input"},
)
def goes_on_as_before(evidence: Evidence) -> Iterator[Observation]:
    before = {(found.group, found.operation): found for found in evidence.exchanges if found.label == BEFORE}
    for after in evidence.exchanges:
        first = before.get((after.group, after.operation))
        if after.label != AFTER or first is None or first.status is None:
            continue
        what = after.status if after.trouble is None else after.trouble
        yield judged(
            what == first.status,
            after.operation,
            after,
            first,
            expected=f"{first.status}, as before",
            observed=str(what),
        )


@rule(
    "ROBUST-11",
    "A strange id, name or creator finds nothing.",
    source="#/paths/~1v2~1tasks~1{taskId}/get/responses/404",
    why="Text that somebody sends has become part of a query, and shows or changes what belongs to others.",
    needs=NEEDS_AN_ANSWER,
    probes=HOSTILE,
)
def text_is_only_text(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.HOSTILE):
        found = found_by_text(exchange)
        if exchange.response is None or found is None:
            continue
        yield judged(
            not found,
            exchange.operation,
            exchange,
            expected="nothing of that name",
            observed=f"{found}{_named(exchange)}",
        )


@rule(
    "ROBUST-12",
    "A body that is no JSON object is refused.",
    source="#/paths/~1v2~1tasks/post/requestBody",
    why="The server has ignored the body and done something that nobody asked for.",
    needs=NEEDS_AN_ANSWER,
    probes={"hostile-input"},
)
def bodies_are_read(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.response is None or exchange.operation is None or not is_no_object(exchange):
            continue
        operation = evidence.contract.operations[exchange.operation]
        if operation.needs_body or (operation.takes_body and exchange.request.body):
            yield judged(
                exchange.response.status >= 400,
                exchange.operation,
                exchange,
                expected="a status of 400 or above",
                observed=f"{exchange.response.status}{_named(exchange)}",
            )


@rule(
    "ROBUST-13",
    "A task that was refused is not created.",
    source="#/paths/~1v2~1tasks/post",
    why="The list fills with tasks that nobody can explain and that never run.",
    needs="a longer --time-budget, so that the list is read after creations that were refused",
    probes={"hostile-input"},
)
def refused_means_refused(evidence: Evidence) -> Iterator[Observation]:
    refused = [exchange for exchange in evidence.of("createTask", Purpose.HOSTILE) if (exchange.status or 0) >= 400]
    if not refused:
        return
    for exchange in evidence.of("listTasks", status=200):
        if exchange.label != AFTER:
            continue
        found = [task for task in listed_tasks(exchange) if NO_SUCH_TEMPLATE in entity_ref(task)]
        yield judged(
            not found,
            "createTask",
            exchange,
            *refused[:1],
            expected="no task of a template that there is not",
            observed=f"{len(found)} of them in the list",
        )


@rule(
    "ROBUST-14",
    "Values are kept as they were sent, to the last character: they are data, and no part of them is run.",
    source="#/components/schemas/Task/properties/spec/properties/parameters",
    why="Starting over creates something else than the user asked for, or what a user typed is run on the server.",
    needs=NEEDS_A_TASK,
    probes={"hostile-values"},
)
def values_are_kept(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        sent = _hostile_value(story.created.sent) if story.created else None
        if not isinstance(sent, dict) or "texts" not in sent:
            continue
        for sighting in story.sightings:
            spec = sighting.task.get("spec")
            shown = spec.get("parameters") if isinstance(spec, dict) else None
            if isinstance(shown, dict) and HOSTILE_VALUE in shown:
                where = difference(sent, shown[HOSTILE_VALUE])
                yield judged(
                    where is None,
                    sighting.exchange.operation,
                    sighting.exchange,
                    *((story.created,) if story.created else ()),
                    expected="the value that was sent",
                    observed=f"a difference at {where}",
                )


@rule(
    "ROBUST-15",
    "A body that comes in chunks is read like one that comes in one piece.",
    source="RFC 9112, section 7.1",
    why="Clients and proxies send chunks as they see fit; what works on the desk is refused behind a proxy.",
    needs=NEEDS_AN_ANSWER,
    probes={"hostile-input"},
)
def chunks_are_read(evidence: Evidence) -> Iterator[Observation]:
    whole = {found.group: found for found in evidence.of(None, Purpose.HOSTILE) if found.label == "in one piece"}
    for chunked in evidence.of(None, Purpose.HOSTILE):
        first = whole.get(chunked.group)
        if chunked.label != "in chunks" or first is None or first.status is None or chunked.response is None:
            continue
        # A server that wants to know the length beforehand says so.
        yield judged(
            chunked.status in {first.status, 411},
            chunked.operation,
            chunked,
            first,
            expected=f"{first.status}, as in one piece",
            observed=str(chunked.status),
        )


@rule(
    "ROBUST-16",
    "Clients that leave in the middle of a stream disturb nobody.",
    source="#/paths/~1v2~1tasks~1{taskId}~1eventstream/get",
    why="Users close tabs all the time; each of them takes something from those who stay.",
    needs="--slow-template, so that there is a stream to leave",
    probes={"racing"},
)
def leaving_disturbs_nobody(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.label == AFTER_LEAVING:
            what = exchange.status if exchange.trouble is None else exchange.trouble
            yield judged(what == 200, exchange.operation, exchange, expected="200, as ever", observed=str(what))


def _may_fail(exchange: Exchange, evidence: Evidence) -> bool:
    """Whether this status is the server's right: not every 5xx is a fault of its own."""
    if exchange.status == 501 and exchange.purpose in UNDOCUMENTED:
        return True
    if exchange.status == 503 and exchange.response is not None and exchange.response.header("retry-after"):
        return True
    if exchange.operation != "createTask" or exchange.status != 500 or not isinstance(exchange.sent, dict):
        return False
    ref = exchange.sent.get("templateRef")
    malformed = isinstance(ref, str) and not WELL_FORMED_REF.fullmatch(ref)
    return malformed and evidence.contract.profile.allows(Allowance.MALFORMED_REF_IS_A_FAULT)


def _blamed(exchange: Exchange, evidence: Evidence) -> str | None:
    """The operation, also of a request whose path or query was given as it goes over the wire."""
    if exchange.operation is None and exchange.purpose in UNDOCUMENTED:
        return _only_operation(exchange, evidence)
    if exchange.operation is not None or exchange.purpose is not Purpose.HOSTILE:
        return exchange.operation
    located = evidence.contract.locate(exchange.request.method, exchange.request.path.partition("?")[0])
    return located[0].id if located else None


def _only_operation(exchange: Exchange, evidence: Evidence) -> str | None:
    """The operation of the path, whatever the method; None where there are several, or none."""
    methods = {operation.method for operation in evidence.contract.operations.values()}
    path = exchange.request.path.partition("?")[0]
    found = {located[0].id for method in methods if (located := evidence.contract.locate(method, path))}
    return found.pop() if len(found) == 1 else None


def _named(exchange: Exchange) -> str:
    return f" (sent: {exchange.label})" if exchange.purpose is Purpose.HOSTILE and exchange.label else ""


def _is_broken_off(exchange: Exchange) -> bool:
    return exchange.trouble is not None and exchange.trouble.kind is TroubleKind.BROKEN


def _is_of_a_fresh_connection(exchange: Exchange) -> bool:
    """Whether it cannot have been an idle connection that was just closed: what may be is sent again, for others."""
    return exchange.operation != "createTask" or exchange.response is not None


def _again(exchange: Exchange, others: list[Exchange]) -> bool:
    """Whether the same request was broken off another time."""
    return any(other is not exchange and other.request == exchange.request for other in others)


def _hostile_value(sent: Any) -> Any:
    values = sent.get("values") if isinstance(sent, dict) else None
    return values.get(HOSTILE_VALUE) if isinstance(values, dict) else None
