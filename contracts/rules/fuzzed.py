"""FUZZ: what becomes of requests that were made up, thousands of kinds of them.

Every other rule judges their answers, too; these need to know whether the document allows what was sent. An operation
that never succeeded was not really fuzzed: what held there is not counted.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from contracts.contract import Operation
from contracts.evidence import Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose, TroubleKind
from contracts.profile import Allowance
from contracts.rule import Level, Observation, broken, judged, kept, rule
from contracts.rules.answers import is_refusal, is_success, told

NEEDS = "--template and --values that work, so that every operation is fuzzed where it succeeds (and no --read-only)"
INTEGER = re.compile(r"[+-]?[0-9]+")
# What every integer type holds.
LARGEST = 2**31 - 1
NEVER_ENDS = frozenset({TroubleKind.TIMEOUT, TroubleKind.TOO_LONG})
UNREADABLE = frozenset({400, 406, 411, 413, 414, 415, 422, 431})
OF_A_TASK = frozenset({"getTask", "getTaskLogs", "getTaskEventStream", "getTaskEvents", "cancelTask", "retryTask"})
# What a target can do without: it may have no logs, and nobody knows a provider of suggestions.
MAY_BE_ABSENT = frozenset({"autocomplete"})


@rule(
    "FUZZ-01",
    "A body that is no JSON, or lacks or misstates what the operation asks for, is refused.",
    source="#/paths/~1v2~1tasks/post/requestBody",
    why="A client with a mistake in it is told that all is well, and something else than it wanted happens.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def wrong_bodies_are_refused(evidence: Evidence) -> Iterator[Observation]:
    yield from _where_it_was_reached(evidence, _wrong_bodies(evidence, outermost=True))


@rule(
    "FUZZ-02",
    "A body with a mistake further inside, as in a secret or a file, is refused.",
    source="#/paths/~1v2~1dry-run/post/requestBody/content/application~1json/schema/properties",
    why="A client with a mistake in it is told that all is well, and something else than it wanted happens.",
    needs=NEEDS,
    probes={"fuzzing"},
    level=Level.SHOULD,
)
def mistakes_inside_are_refused(evidence: Evidence) -> Iterator[Observation]:
    yield from _where_it_was_reached(evidence, _wrong_bodies(evidence, outermost=False))


@rule(
    "FUZZ-03",
    "An `after` that is no integer is refused.",
    source="#/paths/~1v2~1tasks~1{taskId}~1logs/get/parameters/1/schema",
    why="A client that lost count gets everything again, or nothing, and does not learn why.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def malformed_after_is_refused(evidence: Evidence) -> Iterator[Observation]:
    def look() -> Iterator[Observation]:
        for exchange in _fuzzed(evidence):
            given = [value for name, value in exchange.request.query if name == "after"]
            if exchange.operation not in OF_A_TASK or len(given) != 1 or not given[0].strip():
                continue
            if _may_be_integer(given[0]):
                continue
            if is_success(exchange) or is_refusal(exchange):
                yield judged(
                    is_refusal(exchange),
                    exchange.operation,
                    exchange,
                    expected=f"a 4xx for after={given[0][:40]!r}",
                    observed=told(exchange),
                )

    yield from _where_it_was_reached(evidence, look())


@rule(
    "FUZZ-04",
    "A request that the document allows, for something that exists, is not refused as malformed.",
    source="#/paths",
    why="Names and ids from other places than the server's own tests do not work.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def allowed_requests_are_understood(evidence: Evidence) -> Iterator[Observation]:
    def look() -> Iterator[Observation]:
        for exchange in _fuzzed(evidence):
            if _is_allowed(evidence, exchange) and exchange.status is not None:
                yield judged(
                    exchange.status not in UNREADABLE,
                    exchange.operation,
                    exchange,
                    expected="any answer but that the request is malformed",
                    observed=told(exchange),
                )

    yield from _where_it_was_reached(evidence, look())


@rule(
    "FUZZ-05",
    "Whatever the request, the answer comes, and it comes to an end.",
    source="RFC 9110, section 15",
    why="One odd request keeps a client, and a worker of the server, for ever.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def every_answer_ends(evidence: Evidence) -> Iterator[Observation]:
    for operation in evidence.fuzz.hung if evidence.fuzz else ():
        yield broken(operation or None, expected="an answer that ends", observed="none before the fuzzer was stopped")
    for exchange in _fuzzed(evidence):
        if exchange.trouble is None:
            yield kept(exchange.operation, exchange)
        elif exchange.trouble.kind in NEVER_ENDS:
            yield broken(exchange.operation, exchange, expected="an answer that ends", observed=str(exchange.trouble))


@rule(
    "FUZZ-06",
    "A method that the document does not have is not carried out.",
    source="RFC 9110, section 15.5.6",
    why="There is a way to change things that nobody knows to guard.",
    needs=NEEDS,
    probes={"fuzzing"},
    level=Level.SHOULD,
)
def undocumented_methods_do_nothing(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _fuzzed(evidence):
        near = _same_path(evidence, exchange)
        if exchange.operation is None and near is not None and exchange.status is not None:
            yield judged(
                not is_success(exchange),
                near.id,
                exchange,
                expected="405, or any refusal",
                observed=told(exchange),
            )


@rule(
    "FUZZ-07",
    "A task is created of a template that exists, and of no other.",
    source="#/paths/~1v2~1tasks/post/requestBody/content/application~1json/schema/properties/templateRef",
    why="A misspelt reference runs some other template, or a task that can never do anything.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def only_templates_that_exist_run(evidence: Evidence) -> Iterator[Observation]:
    def look() -> Iterator[Observation]:
        ordinary = evidence.templates.ordinary
        for exchange in _fuzzed(evidence, "createTask"):
            sent = exchange.sent
            ref = sent.get("templateRef") if isinstance(sent, dict) else None
            if isinstance(ref, str) and (ordinary is None or ref != ordinary.ref) and exchange.status is not None:
                yield judged(
                    not is_success(exchange),
                    exchange.operation,
                    exchange,
                    expected=f"404 for {ref[:60]!r}",
                    observed=told(exchange),
                )

    yield from _where_it_was_reached(evidence, look())


@rule(
    "FUZZ-08",
    "An id that no task can have is refused by every operation on tasks.",
    source="#/components/responses/NotFound",
    why="A client with a wrong id is shown some other task, or that all is well.",
    needs=NEEDS,
    probes={"fuzzing"},
)
def impossible_ids_are_refused(evidence: Evidence) -> Iterator[Observation]:
    def look() -> Iterator[Observation]:
        for exchange in _fuzzed(evidence):
            task_id = exchange.path_parameters.get("taskId", "")
            if exchange.operation in OF_A_TASK and _is_impossible(task_id) and exchange.status is not None:
                yield judged(
                    not is_success(exchange),
                    exchange.operation,
                    exchange,
                    expected=f"404 for the id {task_id[:40]!r}",
                    observed=told(exchange),
                )

    yield from _where_it_was_reached(evidence, look())


def _fuzzed(evidence: Evidence, operation: str | None = None) -> Iterator[Exchange]:
    yield from evidence.of(operation, Purpose.FUZZED)


def _where_it_was_reached(evidence: Evidence, observations: Iterable[Observation]) -> Iterator[Observation]:
    """All of them, unless they would only say that an operation refuses, which succeeds for nobody."""
    absent = MAY_BE_ABSENT - _that_succeed(evidence)
    found = [
        observation for observation in observations if not observation.holds or observation.operation not in absent
    ]
    went_wrong = evidence.fuzz is not None and bool(evidence.fuzz.errors)
    reached = not went_wrong and _reached(evidence, {observation.operation for observation in found})
    if reached or any(not observation.holds for observation in found):
        yield from found


def _reached(evidence: Evidence, operations: set[str | None]) -> bool:
    if evidence.contract.profile.allows(Allowance.NO_LOGS):
        operations = operations - {"getTaskLogs"}
    return operations <= _that_succeed(evidence)


def _that_succeed(evidence: Evidence) -> set[str | None]:
    return {exchange.operation for exchange in evidence.authenticated if is_success(exchange)}


def _wrong_bodies(evidence: Evidence, *, outermost: bool) -> Iterator[Observation]:
    for exchange in _fuzzed(evidence):
        operation = evidence.contract.operations.get(exchange.operation or "")
        if operation is None or not operation.takes_body or not (operation.needs_body or exchange.request.body):
            continue
        wrong = _violation(evidence, exchange)
        if wrong is None or _is_outermost(wrong) is not outermost:
            continue
        if is_success(exchange) or is_refusal(exchange):
            yield judged(
                is_refusal(exchange),
                exchange.operation,
                exchange,
                expected=f"a 4xx ({wrong[:120]})",
                observed=told(exchange),
            )


def _violation(evidence: Evidence, exchange: Exchange) -> str | None:
    """What is wrong with the body, the outermost thing first; None if nothing is."""
    if exchange.sent is NOT_JSON:
        return "/: not JSON"
    violations = evidence.contract.request_violations(exchange.operation or "", exchange.sent)
    return min(violations, key=lambda violation: violation.partition(":")[0].count("/"), default=None)


def _is_outermost(violation: str) -> bool:
    """Whether it is about the body as a whole, or about one of the fields that it must have."""
    return violation.partition(":")[0] in {"/", "/templateRef", "/values", "/template", "/token", "/context"}


def _may_be_integer(value: str) -> bool:
    """Whether some reader takes it for an integer: `1.0` and `1e3` are integers in JSON Schema."""
    if INTEGER.fullmatch(value.strip()):
        return True
    try:
        return float(value).is_integer()
    except ValueError:
        return any(character.isdigit() and not character.isascii() for character in value)


def _is_allowed(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the document allows it, and what it asks for exists."""
    names = [name for name, _ in exchange.request.query]
    match exchange.operation:
        case "listActions" | "getTemplatingExtensions":
            return not names
        case "listTasks":
            return names in ([], ["createdBy"]) and (not names or _is_plain(exchange.query("createdBy") or ""))
        case "getTask" | "getTaskLogs" | "getTaskEventStream" | "getTaskEvents":
            after = exchange.query("after") or ""
            fits = names == [] or (names == ["after"] and after.isascii() and after.isdigit() and int(after) <= LARGEST)
            story = evidence.tasks.get(exchange.path_parameters["taskId"])
            return fits and story is not None and story.created is not None
    return False


def _is_plain(text: str) -> bool:
    """Whether it is an ordinary text: not empty, and without control characters and halves of surrogate pairs."""
    return bool(text.strip()) and not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def _same_path(evidence: Evidence, exchange: Exchange) -> Operation | None:
    located = (
        evidence.contract.locate(operation.method, exchange.request.path)
        for operation in evidence.contract.operations.values()
    )
    return next((found[0] for found in located if found), None)


def _is_impossible(task_id: str) -> bool:
    """Whether it holds a character that no server makes ids of, nor reads as a digit."""
    return any(not (character.isascii() or character.isdigit() or character.isspace()) for character in task_id)
