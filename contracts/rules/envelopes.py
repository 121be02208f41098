"""SCHEMA: answers of the whole surface carry what its clients read beside the published fields."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.readings import brief
from contracts.rule import BACKSTAGE_ONLY, Observation, judged, rule
from contracts.rules.answers import NEEDS_A_TASK, NEEDS_THE_TARGET, is_refusal
from contracts.rules.schema import as_described

ODD = frozenset({Purpose.HOSTILE, Purpose.FUZZED})


@rule(
    "SCHEMA-14",
    "The templating extensions are an object with filters, functions and values, each by its name.",
    source="#/paths/~1v2~1templating-extensions/get/responses/200",
    why="The page of the extensions breaks.",
    needs=NEEDS_THE_TARGET,
    probes={"extensions"},
    profiles=BACKSTAGE_ONLY,
)
def extensions_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "getTemplatingExtensions", 200, expected="an object with filters and globals")


@rule(
    "SCHEMA-15",
    "An event of the stream has its id, its task and whether that is recoverable, and the body that its type has.",
    source="#/components/schemas/EventFrame",
    why="The client resumes by the id, and closes or keeps the stream by what is said of the task.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
    profiles=BACKSTAGE_ONLY,
)
def streamed_events_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    seen: set[str] = set()
    for exchange in evidence.authenticated:
        for event in exchange.stream_events:
            if event.frame is None or event.frame.data in seen:
                continue
            seen.add(event.frame.data)
            violations = evidence.contract.typed_event_violations(event.data.get("type"), event.data)
            meant = exchange.path_parameters.get("taskId")
            if not violations and event.data["taskId"] != meant:
                violations = [f"/taskId: {brief(event.data['taskId'])}"]
            yield judged(
                not violations,
                "getTaskEventStream",
                exchange,
                expected=f"an event of {meant} as the document describes it",
                observed=violations[0] if violations else "",
            )


@rule(
    "SCHEMA-16",
    "An error tells the method and the path, below the base path, of the request that it is the answer to.",
    source="#/components/schemas/RefusedRequest",
    why="What a user copies into a ticket names a request that nobody has made.",
    needs=NEEDS_THE_TARGET,
    probes={"unknown-tasks", "parameters", "auth"},
    profiles=BACKSTAGE_ONLY,
)
def errors_name_their_request(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.exchanges:
        if exchange.operation is None or exchange.purpose in ODD or not is_refusal(exchange):
            continue
        body = exchange.json
        if not isinstance(body, dict) or "error" not in body or exchange.request.method == "HEAD":
            continue
        request = body.get("request")
        method, url = (request.get("method"), request.get("url")) if isinstance(request, dict) else (None, None)
        yield judged(
            method == exchange.request.method and _is_of(url, exchange),
            exchange.operation,
            exchange,
            expected=f"{exchange}"[:200],
            observed=brief(request),
        )


@rule(
    "SCHEMA-17",
    "A cancel that is accepted is answered with a status.",
    source="#/paths/~1v2~1tasks~1{taskId}~1cancel/post/responses/200",
    why="The real client reads the answer as JSON, and shows an error for what has worked.",
    needs="--slow-template, a template whose tasks run for some seconds",
    probes={"cancellation"},
    profiles=BACKSTAGE_ONLY,
)
def cancels_have_a_status(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "cancelTask", 200, expected="an object with a status")


@rule(
    "SCHEMA-18",
    "The list says how many tasks there are on all pages.",
    source="#/paths/~1v2~1tasks/get/responses/200",
    why="The list page cannot tell whether there is another page.",
    needs=NEEDS_THE_TARGET,
    probes={"life"},
    profiles=BACKSTAGE_ONLY,
)
def list_has_a_total(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("listTasks", status=200):
        if exchange.trouble is None and isinstance(exchange.json, dict) and exchange.request.method == "GET":
            total = exchange.json.get("totalTasks")
            yield judged(
                isinstance(total, int) and not isinstance(total, bool) and total >= 0,
                "listTasks",
                exchange,
                expected="totalTasks, a number",
                observed=brief(total),
            )


def _is_of(url: object, exchange: Exchange) -> bool:
    """Whether this is the address that was asked, below the base path, however it is encoded."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    asked = [pair for pair in exchange.request.query if not pair[0].startswith("__")]
    return unquote(parts.path) == unquote(exchange.request.path) and parse_qsl(
        parts.query, keep_blank_values=True
    ) == list(asked)
