"""PARAM: filters filter, positions are exclusive, and what the document does not allow is refused."""

from collections.abc import Iterator
from itertools import pairwise

from contracts.evidence import Evidence
from contracts.exchange import NOT_JSON, Exchange, Purpose
from contracts.labels import (
    DOUBTFUL_INTEGER,
    EMPTY,
    INTEGER,
    MALFORMED_REF,
    NO_INTEGER,
    NOT_JSON_AT_ALL,
    OTHER_CASE,
    OTHER_KIND,
    OTHER_MEDIA_TYPE,
)
from contracts.profile import Allowance
from contracts.rule import Level, Observation, judged, rule
from contracts.rules.answers import (
    NEEDS_A_TASK,
    NEEDS_ROOM,
    NEEDS_THE_TARGET,
    answered,
    is_refusal,
    is_success,
    later_lists,
    mentions,
    told,
)
from contracts.task_story import listed_tasks

CREATED_BY = "#/paths/~1v2~1tasks/get/parameters/0"
AFTER = "#/paths/~1v2~1tasks~1{taskId}~1logs/get/parameters/1/schema"
CREATE_BODY = "#/paths/~1v2~1tasks/post/requestBody"
TEMPLATE_REF = f"{CREATE_BODY}/content/application~1json/schema/properties/templateRef"
DRY_RUN_BODY = "#/paths/~1v2~1dry-run/post/requestBody"
NEEDS_A_CREATOR = "--template and --values, and the token of a user, so that there is a task with a createdBy"
WITH_BODY = frozenset({"createTask", "dryRunTask", "retryTask", "autocomplete"})
POSITIONED = frozenset({"getTaskLogs", "getTaskEventStream", "getTaskEvents"})


@rule(
    "PARAM-01",
    "A list that is filtered by `createdBy` holds tasks of exactly that creator and no others.",
    source=CREATED_BY,
    why="Users see the tasks of others among their own.",
    needs=NEEDS_THE_TARGET,
    probes={"parameters"},
)
def filter_lets_nothing_else_through(evidence: Evidence) -> Iterator[Observation]:
    for exchange, creator in _filtered(evidence):
        if not creator or exchange.label == OTHER_CASE:
            continue
        others = [task.get("createdBy") for task in listed_tasks(exchange) if task.get("createdBy") != creator]
        yield judged(
            not others,
            "listTasks",
            exchange,
            expected=f"only tasks of {creator!r}",
            observed=f"{len(others)} others, such as one of {others[0]!r}" if others else "",
        )


@rule(
    "PARAM-02",
    "A list that is filtered by `createdBy` holds all tasks of that creator.",
    source=CREATED_BY,
    why="Users miss tasks of their own.",
    needs=NEEDS_A_CREATOR,
    probes={"parameters"},
)
def filter_keeps_nothing_back(evidence: Evidence) -> Iterator[Observation]:
    whole = sorted(later_lists(evidence, None), key=lambda listing: listing.began)
    for exchange, creator in _filtered(evidence):
        before = [listing for listing in whole if listing.ended <= exchange.began]
        after = [listing for listing in whole if listing.began >= exchange.ended]
        if not creator or not before or not after:
            continue
        lasting = _ids(before[-1], creator) & _ids(after[0], creator)
        missing = lasting - {str(task.get("id")) for task in listed_tasks(exchange)}
        if lasting:
            yield judged(
                not missing,
                "listTasks",
                exchange,
                before[-1],
                after[0],
                expected=f"all {len(lasting)} tasks of {creator!r} that are in the whole list before and after",
                observed=f"{len(missing)} are missing, such as {min(missing, default='')}",
            )


@rule(
    "PARAM-03",
    "Any text will do as `createdBy`; who created nothing has an empty list.",
    source=f"{CREATED_BY}/schema",
    why="The page of a new user shows an error in place of an empty list.",
    needs=NEEDS_THE_TARGET,
    probes={"parameters"},
)
def any_creator_will_do(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("listTasks", Purpose.FILTERED):
        if answered(exchange) and exchange.query("createdBy"):
            yield judged(
                exchange.status == 200,
                "listTasks",
                exchange,
                expected="200 and a list",
                observed=told(exchange),
            )


@rule(
    "PARAM-04",
    "An empty `createdBy` is a text like any other.",
    source=f"{CREATED_BY}/schema",
    why="A form whose field was left empty shows an error in place of a list.",
    needs=NEEDS_THE_TARGET,
    probes={"parameters"},
)
def empty_creator_will_do(evidence: Evidence) -> Iterator[Observation]:
    refusable = evidence.contract.profile.allows(Allowance.EMPTY_QUERY_IS_REFUSED)
    for exchange in evidence.of("listTasks", Purpose.FILTERED):
        if answered(exchange) and exchange.label == EMPTY:
            yield judged(
                exchange.status == 200 or (refusable and exchange.status == 400),
                "listTasks",
                exchange,
                expected="200 and a list",
                observed=told(exchange),
            )


@rule(
    "PARAM-05",
    "The filter `createdBy` tells capitals from small letters.",
    source=CREATED_BY,
    why="Two servers of one portal show a user different lists.",
    needs=NEEDS_A_CREATOR,
    probes={"parameters"},
    level=Level.SHOULD,
)
def casing_of_the_creator(evidence: Evidence) -> Iterator[Observation]:
    for exchange, creator in _filtered(evidence):
        if exchange.label == OTHER_CASE:
            others = [task.get("createdBy") for task in listed_tasks(exchange) if task.get("createdBy") != creator]
            yield judged(
                not others,
                "listTasks",
                exchange,
                expected=f"no tasks of others than {creator!r}",
                observed=f"{len(others)} tasks, such as one of {others[0]!r}" if others else "",
            )


@rule(
    "PARAM-06",
    "An `after` that is no integer is refused.",
    source=AFTER,
    why="A client with a mistake in its position gets everything again, or nothing, and is not told why.",
    needs=NEEDS_THE_TARGET,
    probes={"parameters"},
)
def malformed_position_is_refused(evidence: Evidence) -> Iterator[Observation]:
    yield from _positions_refused(evidence, NO_INTEGER)


@rule(
    "PARAM-07",
    "An `after` that only a lenient reader takes for an integer is refused.",
    source=AFTER,
    why="Whether a mistake in a client is noticed depends on the server.",
    needs=NEEDS_THE_TARGET,
    probes={"parameters"},
    level=Level.SHOULD,
)
def doubtful_position_is_refused(evidence: Evidence) -> Iterator[Observation]:
    yield from _positions_refused(evidence, DOUBTFUL_INTEGER)


@rule(
    "PARAM-08",
    "Every integer will do as `after`: a negative one, zero, and one beyond 32 bits or 53.",
    source=AFTER,
    why="A client that starts before the first event, or has followed for long, is refused.",
    needs=NEEDS_A_TASK,
    probes={"parameters"},
)
def any_integer_will_do(evidence: Evidence) -> Iterator[Observation]:
    no_logs = evidence.contract.profile.allows(Allowance.NO_LOGS)
    for exchange in evidence.of(None, Purpose.EDGE_PARAMETER):
        if exchange.operation not in POSITIONED or exchange.label != INTEGER or not answered(exchange):
            continue
        is_missing = no_logs and exchange.operation == "getTaskLogs" and exchange.status == 404
        if not _was_seen(evidence, exchange) or is_missing:
            continue
        yield judged(
            exchange.status == 200,
            exchange.operation,
            exchange,
            expected="200",
            observed=f"{told(exchange)} to {exchange.query('after')}",
        )


@rule(
    "PARAM-09",
    "A body that lacks what is required, or has it of the wrong type, is refused.",
    source=f"{CREATE_BODY}/content/application~1json/schema",
    why="A task runs with something else than what the user wanted, or fails long after it was accepted.",
    needs=NEEDS_THE_TARGET,
    probes={"bodies"},
)
def wrong_body_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.authenticated:
        if exchange.operation not in WITH_BODY or not _is_sent_as_json(exchange) or not answered(exchange):
            continue
        if exchange.sent is NOT_JSON:
            continue
        violations = evidence.contract.request_violations(exchange.operation, exchange.sent)
        if violations:
            # Whether it fails over strange bodies is judged elsewhere: here, only whether it takes them.
            strict = exchange.purpose is Purpose.MALFORMED_BODY
            yield judged(
                is_refusal(exchange) if strict else not is_success(exchange),
                exchange.operation,
                exchange,
                expected=f"a refusal, for {violations[0]}",
                observed=told(exchange),
            )


@rule(
    "PARAM-10",
    "A body that is not JSON is refused.",
    source=f"{CREATE_BODY}/content",
    why="A task runs with none of the values that the user gave.",
    needs=NEEDS_THE_TARGET,
    probes={"bodies"},
)
def unreadable_body_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.MALFORMED_BODY):
        if exchange.label == NOT_JSON_AT_ALL and answered(exchange):
            yield judged(
                is_refusal(exchange),
                exchange.operation,
                exchange,
                expected="a refusal",
                observed=f"{told(exchange)} to {(exchange.request.body or b'')[:40]!r}",
            )


@rule(
    "PARAM-11",
    "A body that does not call itself JSON is refused, even if it is.",
    source=f"{CREATE_BODY}/content",
    why="A page of strangers can make the browser of a user send it: only JSON makes the browser ask first.",
    needs=NEEDS_THE_TARGET,
    probes={"bodies"},
    level=Level.SHOULD,
)
def other_media_types_are_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.MALFORMED_BODY):
        if exchange.label == OTHER_MEDIA_TYPE and answered(exchange):
            sent = next((value for name, value in exchange.request.headers if name.lower() == "content-type"), "")
            yield judged(
                is_refusal(exchange),
                exchange.operation,
                exchange,
                expected="a refusal",
                observed=f"{told(exchange)} to {sent}",
            )


@rule(
    "PARAM-12",
    "A `templateRef` that is no entity reference is refused.",
    source=TEMPLATE_REF,
    why="A mistake in a reference starts another template, or is taken for a fault of the server.",
    needs=NEEDS_ROOM,
    probes={"bodies"},
)
def malformed_reference_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask", Purpose.MALFORMED_BODY):
        if exchange.label == MALFORMED_REF and answered(exchange):
            yield judged(
                is_refusal(exchange),
                "createTask",
                exchange,
                expected="a refusal",
                observed=f"{told(exchange)} to {_ref(exchange)!r}",
            )


@rule(
    "PARAM-13",
    "A `templateRef` of another kind than template is refused.",
    source=TEMPLATE_REF,
    why="A reference to something else starts the template that happens to have its name.",
    needs=NEEDS_ROOM,
    probes={"bodies"},
)
def other_kind_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask", Purpose.MALFORMED_BODY):
        if exchange.label == OTHER_KIND and answered(exchange):
            yield judged(
                is_refusal(exchange),
                "createTask",
                exchange,
                expected="a refusal",
                observed=f"{told(exchange)} to {_ref(exchange)!r}",
            )


@rule(
    "PARAM-14",
    "A create that is refused for its body makes no task.",
    source="#/paths/~1v2~1tasks/post/responses/201",
    why="The user corrects the form, sends it again, and has two tasks.",
    needs=NEEDS_A_TASK,
    probes={"bodies", "aftermath"},
)
def refused_create_makes_no_task(evidence: Evidence) -> Iterator[Observation]:
    listing = max(later_lists(evidence, None), key=lambda listing: listing.began, default=None)
    for exchange in evidence.of("createTask"):
        if exchange.purpose not in {Purpose.MALFORMED_BODY, Purpose.REFUSED_VALUES} or not is_refusal(exchange):
            continue
        mark = _mark(evidence, exchange)
        if mark is not None and listing is not None and listing.began >= exchange.ended:
            yield judged(
                not mentions(listing, mark),
                "createTask",
                exchange,
                listing,
                expected="no task in the list with the values that were refused",
                observed="there is one",
            )


@rule(
    "PARAM-15",
    "Who refuses a body or a parameter says why: JSON with name and message of an error, or with a list of errors.",
    source="#/components/responses/NotFound/content",
    why="The user is told that something is wrong, and not what.",
    needs=NEEDS_THE_TARGET,
    probes={"bodies", "parameters"},
    level=Level.SHOULD,
)
def refusal_says_why(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.MALFORMED_BODY, Purpose.MALFORMED_PARAMETER):
        if exchange.operation is None or exchange.trouble or not is_refusal(exchange) or not answered(exchange):
            continue
        body = exchange.json if isinstance(exchange.json, dict) else {}
        error, errors = body.get("error"), body.get("errors")
        says = isinstance(error, dict) and isinstance(error.get("message"), str) and bool(error.get("name"))
        no_logs = evidence.contract.profile.allows(Allowance.NO_LOGS) and exchange.operation == "getTaskLogs"
        yield judged(
            says or (isinstance(errors, list) and bool(errors)) or no_logs,
            exchange.operation,
            exchange,
            expected='{"error": {"name": ..., "message": ...}}',
            observed=f"{told(exchange)} with {exchange.response.body[:60]!r}" if exchange.response else "",
        )


@rule(
    "PARAM-16",
    "A filter is for one request: the next list without one is whole again.",
    source="#/paths/~1v2~1tasks/get/responses/200",
    why="What one user filters is what all others see.",
    needs=NEEDS_A_TASK,
    probes={"parameters"},
)
def whole_list_stays_whole(evidence: Evidence) -> Iterator[Observation]:
    whole = sorted(later_lists(evidence, None), key=lambda listing: listing.began)
    filtered = [exchange for exchange, _ in _filtered(evidence)]
    for before, after in pairwise(whole):
        between = [each for each in filtered if before.ended <= each.began and each.ended <= after.began]
        if before.ended > after.began or not between:
            continue
        later = [listing for listing in whole if listing.began >= after.ended]
        known = _all_ids(before) & set[str]().union(*(_all_ids(listing) for listing in later))
        missing = known - _all_ids(after)
        if known:
            yield judged(
                not missing,
                "listTasks",
                after,
                between[-1],
                before,
                expected=f"all {len(known)} tasks that are in the list before and later",
                observed=f"{len(missing)} are missing, such as {min(missing, default='')}",
            )


def _filtered(evidence: Evidence) -> Iterator[tuple[Exchange, str]]:
    """The lists that were asked for by creator alone."""
    for exchange in evidence.authenticated:
        if exchange.operation == "listTasks" and exchange.status == 200 and exchange.trouble is None:
            names = [name for name, _ in exchange.request.query]
            creator = exchange.query("createdBy")
            if names == ["createdBy"] and creator is not None:
                yield exchange, creator


def _positions_refused(evidence: Evidence, label: str) -> Iterator[Observation]:
    for exchange in evidence.of(None, Purpose.MALFORMED_PARAMETER):
        if exchange.operation not in POSITIONED or exchange.label != label or not answered(exchange):
            continue
        yield judged(
            is_refusal(exchange),
            exchange.operation,
            exchange,
            expected="a refusal",
            observed=f"{told(exchange)} to {exchange.query('after')!r}",
        )


def _is_sent_as_json(exchange: Exchange) -> bool:
    headers = {name.lower(): value for name, value in exchange.request.headers}
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" and "content-encoding" not in headers


def _was_seen(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether its task was there before it was asked about."""
    story = evidence.tasks.get(exchange.path_parameters.get("taskId", ""))
    return story is not None and any(sighting.ended <= exchange.began for sighting in story.sightings)


def _mark(evidence: Evidence, exchange: Exchange) -> str | None:
    """What the values of the request could be known by."""
    values = exchange.sent.get("values") if isinstance(exchange.sent, dict) else None
    mark = values.get("contractTests") if isinstance(values, dict) else None
    return mark if isinstance(mark, str) and mark.startswith(f"{evidence.marker}-") else None


def _ref(exchange: Exchange) -> object:
    return exchange.sent.get("templateRef") if isinstance(exchange.sent, dict) else None


def _all_ids(listing: Exchange) -> set[str]:
    return {str(task.get("id")) for task in listed_tasks(listing)}


def _ids(listing: Exchange, creator: str) -> set[str]:
    return {str(task.get("id")) for task in listed_tasks(listing) if task.get("createdBy") == creator}
