"""SCHEMA: every answer is as the document describes it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from contracts.events import instant
from contracts.evidence import Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose, parse_json
from contracts.profile import Allowance
from contracts.readings import has_no_log
from contracts.rule import PUBLISHED_ONLY, Level, Observation, judged, kept, rule
from contracts.rules.answers import NEEDS_A_TASK, NEEDS_THE_TARGET
from contracts.rules.spelling import misspelt
from contracts.task_story import listed_tasks
from openapi.documents import load_task_structure

TASKS = "#/paths/~1v2~1tasks"
TASK = "#/components/schemas/Task"
# A part of a path that stays what it is, however a server or a proxy decodes and tidies it up.
PLAIN = re.compile(r"[\w~:@+][\w.~:@+ -]*")
ENVELOPE = "JSON with `error`, and in it a name and a message"
# The document has these errors itself; the suite only allows the others.
DOCUMENTED = frozenset(
    {
        *("getTask", "cancelTask", "getTaskLogs", "getTaskEventStream", "getTaskEvents", "retryTask"),
        "getTemplateParameterSchema",
    }
)


@rule(
    "SCHEMA-01",
    "The list of tasks is an object whose `tasks` is an array of objects.",
    source=f"{TASKS}/get/responses/200",
    why="The list page breaks for a single answer of another shape, also when there are no tasks.",
    needs=NEEDS_THE_TARGET,
    probes={"life"},
)
def list_has_tasks(evidence: Evidence) -> Iterator[Observation]:
    def violation(body: Any) -> str | None:
        if isinstance(body, dict) and isinstance(body.get("tasks"), list):
            odd = next((item for item in body["tasks"] if not isinstance(item, dict)), None)
            return None if odd is None else f"/tasks: {_shown(odd)} is no object"
        return _first(evidence.contract.body_violations("listTasks", 200, body))

    yield from _bodies(evidence, "listTasks", 200, violation, expected="an object with an array of tasks")


@rule(
    "SCHEMA-02",
    "A created task is answered with its id, a text that is not empty.",
    source=f"{TASKS}/post/responses/201",
    why="A client cannot find the task that it has just created.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def created_has_id(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "createTask", 201, expected="an object with a text as id")


@rule(
    "SCHEMA-03",
    "A task that is read has every field that clients need, and each field has its type and format.",
    source=TASK,
    why="The page of the task shows nothing, or breaks, for tasks that have such a field.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def tasks_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    def violation(task: Any) -> str | None:
        return _first(evidence.contract.task_violations(task))

    yield from _bodies(evidence, "getTask", 200, violation, expected="a task as the document describes it")


@rule(
    "SCHEMA-04",
    "A task in the list has every field that clients need, and each field has its type and format.",
    source=f"{TASKS}/get/responses/200/content/application~1json/schema/properties/tasks/items",
    why="One such task breaks the list for all.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def listed_tasks_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    for exchange, task in _distinct(evidence, "listTasks", listed_tasks):
        found = _first(evidence.contract.task_violations(task))
        yield judged(
            found is None,
            "listTasks",
            exchange,
            expected=f"each task as the document describes it, {_shown(task.get('id'))} too",
            observed=str(found),
        )


@rule(
    "SCHEMA-05",
    "The log of a task is an array of entries, each with its type, its time and its body.",
    source=f"{TASKS}~1{{taskId}}~1logs/get/responses/200",
    why="The log page shows entries without time or text, or none at all.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def logs_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    def violation(body: Any) -> str | None:
        if not isinstance(body, list):
            return f"/: {_shown(body)} is no array"
        entries = ((place, _event_violation(evidence, entry)) for place, entry in enumerate(body))
        return next((f"/{place}{found}" for place, found in entries if found), None)

    absent = (exchange for exchange in evidence.of("getTaskLogs") if has_no_log(evidence, exchange))
    yield from (kept("getTaskLogs", exchange) for exchange in absent)
    yield from _bodies(evidence, "getTaskLogs", 200, violation, expected="an array of log entries")


@rule(
    "SCHEMA-06",
    "The parameter schema of a template is an object.",
    source="#/paths/~1v2~1templates~1{namespace}~1{kind}~1{name}~1parameter-schema/get/responses/200",
    why="The form of the template cannot be drawn.",
    needs="--template, or one of the demo templates on the target",
    probes={"discovery"},
)
def parameter_schema_is_object(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "getTemplateParameterSchema", 200, expected="an object")


@rule(
    "SCHEMA-07",
    "The actions are an array, each with its id, and with texts and objects where the document has them.",
    source="#/paths/~1v2~1actions/get/responses/200",
    why="The page of actions breaks for all actions because of one.",
    needs=NEEDS_THE_TARGET,
    probes={"discovery"},
)
def actions_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "listActions", 200, expected="an array of actions")


@rule(
    "SCHEMA-08",
    "The result of a dry run has its log, its files, its steps and its output, each of the documented shape.",
    source="#/paths/~1v2~1dry-run/post/responses/200",
    why="The template editor shows a part of the result, or nothing.",
    needs="a target on which a dry run of some template succeeds",
    probes={"dry-run"},
)
def dry_run_is_as_described(evidence: Evidence) -> Iterator[Observation]:
    yield from as_described(evidence, "dryRunTask", 200, expected="log, directoryContents, steps and output")


@rule(
    "SCHEMA-09",
    "The 401 and the 404 that the document describes are JSON, with the name and the message of an error.",
    source="#/components/responses/NotFound",
    why="A client shows `undefined` in place of what went wrong.",
    needs=NEEDS_THE_TARGET,
    probes={"unknown-tasks", "auth"},
)
def documented_errors_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _of_documented_method(evidence):
        operation = exchange.operation or ""
        documented = exchange.status == 401 or (exchange.status == 404 and operation in DOCUMENTED)
        no_logs = operation == "getTaskLogs" and evidence.contract.profile.allows(Allowance.NO_LOGS)
        if documented and not (exchange.status == 404 and no_logs):
            yield _error_observation(evidence, exchange, operation, exchange.status or 0)


@rule(
    "SCHEMA-10",
    "Any other refusal of a documented operation is JSON, with the name and the message of an error or a list of them.",
    source="#/components/responses",
    why="A client shows `undefined` in place of what went wrong.",
    needs=NEEDS_THE_TARGET,
    probes={"bodies", "parameters"},
    level=Level.SHOULD,
)
def other_errors_are_alike(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _of_documented_method(evidence):
        status = exchange.status or 0
        if exchange.purpose is Purpose.HOSTILE or not 400 <= status < 500 or status in {401, 429}:
            continue
        if not (status == 404 and exchange.operation in DOCUMENTED):
            yield _error_observation(evidence, exchange, "createTask", 400)


@rule(
    "SCHEMA-11",
    "A task is an instance of the published JSON Structure of a task, too.",
    source="the published JSON Structure of a task, scaffolder-task-structure.json",
    why="Code that was generated from that document cannot read the task.",
    needs=NEEDS_A_TASK,
    probes={"life"},
    profiles=PUBLISHED_ONLY,
)
def tasks_fit_the_structure(evidence: Evidence) -> Iterator[Observation]:
    for operation in ("getTask", "listTasks"):
        for exchange, task in _distinct(evidence, operation, _tasks_of):
            found = next((said for said in _structure().validate(task) if not _is_quibble(said, task)), None)
            yield judged(
                found is None,
                operation,
                exchange,
                expected=f"an instance of the JSON Structure, {_shown(task.get('id'))} too",
                observed=str(found),
            )


@rule(
    "SCHEMA-12",
    "What is sent as JSON is JSON: UTF-8, no NaN, and no name twice in an object.",
    source="RFC 8259, sections 4, 6 and 8.1",
    why="One client reads the answer and the next one does not, or reads another value.",
    needs=NEEDS_THE_TARGET,
    probes={"life"},
)
def json_is_strict(evidence: Evidence) -> Iterator[Observation]:
    fault = cache(_json_fault)
    for exchange in evidence.exchanges:
        response = exchange.response
        if response is None or exchange.trouble or not response.body or response.media_type != "application/json":
            continue
        if exchange.request.method == "HEAD":
            continue
        found = fault(response.body)
        yield judged(found is None, exchange.operation, exchange, expected="JSON", observed=str(found))


@rule(
    "SCHEMA-13",
    "No field is called almost as the document calls one that is missing.",
    source="#/components/schemas",
    why="Clients look for the documented name and take the field for absent.",
    needs=NEEDS_A_TASK,
    probes={"life", "discovery"},
    level=Level.SHOULD,
)
def names_are_spelt_as_documented(evidence: Evidence) -> Iterator[Observation]:
    shapes = _shapes(evidence.contract.document)
    for operation, status in (*((name, 200) for name in shapes if name != "createTask"), ("createTask", 201)):
        for exchange, body in _distinct(evidence, operation, lambda found: [found.json], status=status):
            found = misspelt(body, shapes[operation])
            yield judged(
                found is None,
                operation,
                exchange,
                expected="the names of the document",
                observed=str(found),
            )


def as_described(evidence: Evidence, operation: str, status: int, *, expected: str) -> Iterator[Observation]:
    """Hold every whole body with that status against what the document says of it."""

    def violation(body: Any) -> str | None:
        return _first(evidence.contract.body_violations(operation, status, body))

    yield from _bodies(evidence, operation, status, violation, expected=expected)


def _bodies(
    evidence: Evidence, operation: str, status: int, violation: Callable[[Any], str | None], *, expected: str
) -> Iterator[Observation]:
    """Judge every whole body with that status; those that are alike only once."""
    seen: set[bytes] = set()
    for exchange in _of_documented_method(evidence, operation):
        if exchange.status != status or exchange.response is None or exchange.response.body in seen:
            continue
        seen.add(exchange.response.body)
        found = "no JSON" if exchange.json is NOT_JSON else violation(exchange.json)
        yield judged(found is None, operation, exchange, expected=expected, observed=str(found))


def _distinct(
    evidence: Evidence, operation: str, parts: Callable[[Exchange], list[Any]], *, status: int = 200
) -> Iterator[tuple[Exchange, Any]]:
    """The parts of all answers of an operation, those that are alike only once."""
    seen: set[str] = set()
    for exchange in _of_documented_method(evidence, operation):
        if exchange.status != status or exchange.json is NOT_JSON:
            continue
        for part in parts(exchange):
            key = json.dumps(part, sort_keys=True)
            if key not in seen:
                seen.add(key)
                yield exchange, part


def _of_documented_method(evidence: Evidence, operation: str | None = None) -> Iterator[Exchange]:
    """The whole answers of documented operations, where no reader of the path can have meant another one."""
    for exchange in evidence.of(operation):
        if exchange.operation is None or exchange.response is None or exchange.trouble or exchange.stream:
            continue
        if exchange.request.method != evidence.contract.operations[exchange.operation].method:
            continue
        if all(PLAIN.fullmatch(value) for value in exchange.path_parameters.values()):
            yield exchange


def _error_observation(evidence: Evidence, exchange: Exchange, operation: str, status: int) -> Observation:
    """Hold an error against what that operation is described to answer with that status."""
    if exchange.json is NOT_JSON:
        found: str | None = "no JSON"
    else:
        found = _first(evidence.contract.body_violations(operation, status, exchange.json))
    return judged(
        found is None,
        exchange.operation,
        exchange,
        expected=f"{exchange.status} as {ENVELOPE}",
        observed=str(found),
    )


def _event_violation(evidence: Evidence, entry: Any) -> str | None:
    return _first(evidence.contract.event_violations(entry))


def _tasks_of(exchange: Exchange) -> list[Any]:
    if exchange.operation == "listTasks":
        return list(listed_tasks(exchange))
    return [exchange.json] if isinstance(exchange.json, dict) else []


@cache
def _structure() -> Any:
    # Loaded only when there is a task to judge.
    from json_structure import InstanceValidator  # type: ignore[import-untyped]

    return InstanceValidator(load_task_structure())


def _is_quibble(said: str, task: Mapping[str, Any]) -> bool:
    """Whether the validator objects to a time that RFC 3339 allows: it takes no lower case."""
    said, _, place = said.partition(" at #/")
    return "datetime" in said and isinstance(task.get(place), str) and instant(task[place].upper()) is not None


def _json_fault(content: bytes) -> str | None:
    if parse_json(content) is NOT_JSON:
        return "what no strict reader takes for JSON"
    try:
        json.loads(content, object_pairs_hook=_without_duplicates)
    except ValueError as error:
        return str(error)
    return None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)[:60]!r} twice in an object")
    return found


def _shapes(document: Mapping[str, Any]) -> dict[str, Any]:
    """For each operation that answers JSON, the names that the document has, as nested as there."""
    shapes = {}
    for item in document["paths"].values():
        for operation in item.values():
            success = operation["responses"].get("200") or operation["responses"].get("201")
            schema = success.get("content", {}).get("application/json", {}).get("schema")
            if schema is not None:
                shapes[operation["operationId"]] = _names(schema, document)
    return shapes


def _names(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        schema = {**schema, **document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]}
    if "items" in schema:
        return [_names(schema["items"], document)]
    return {name: _names(part, document) for name, part in schema.get("properties", {}).items()}


def _first(violations: list[str]) -> str | None:
    return violations[0] if violations else None


def _shown(value: Any) -> str:
    return json.dumps(value)[:80]
