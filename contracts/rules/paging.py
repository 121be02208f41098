"""PARAM: the list can be read page by page, by status and in order, and says how long it is as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from contracts.events import instant
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.labels import MALFORMED_PAGE, PAGE, PAGED_WHOLE
from contracts.lifecycle import is_terminal
from contracts.readings import brief
from contracts.rule import BACKSTAGE_ONLY, Level, Observation, judged, rule
from contracts.rules.answers import NEEDS_A_TASK, NEEDS_THE_TARGET, answered, is_refusal, later_lists, told
from contracts.task_story import listed_tasks

LIST = "#/paths/~1v2~1tasks/get"
CREATED_BY, STATUS, LIMIT, OFFSET, ORDER = (f"{LIST}/parameters/{place}" for place in range(5))
TOTAL = f"{LIST}/responses/200/content/application~1json/schema/properties/totalTasks"
OPERATION = "listTasks"
FIELDS = {"created_at": "createdAt", "status": "status", "created_by": "createdBy"}
Tasks = Sequence[Mapping[str, Any]]


@rule(
    "PARAM-17",
    "A list with a `limit` holds no more tasks than that.",
    source=LIMIT,
    why="The page shows more rows than it has room for, or the browser is sent thousands.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def limit_is_kept(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        limits = _given(exchange, "limit")
        if len(limits) == 1 and limits[0].isdecimal() and limits[0].isascii():
            count = len(listed_tasks(exchange))
            yield judged(
                count <= int(limits[0]),
                OPERATION,
                exchange,
                expected=f"at most {limits[0]} tasks",
                observed=f"{count} of them",
            )


@rule(
    "PARAM-18",
    "Page by page, the list is the same as in one piece: no task is shown twice or left out.",
    source=OFFSET,
    why="A task is on two pages, and another one on none.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def pages_make_up_the_list(evidence: Evidence) -> Iterator[Observation]:
    for page in _lists(evidence):
        if page.label != PAGE:
            continue
        whole = [other for other in _lists(evidence) if other.label == PAGED_WHOLE and other.group == page.group]
        if len(whole) != 2 or not _only_grew(*map(listed_tasks, whole)):
            continue
        offset, limit = int(page.query("offset") or 0), page.query("limit")
        end = None if limit is None else offset + int(limit)
        shown = listed_tasks(page)
        least, most = (listed_tasks(listing)[offset:end] for listing in whole)
        yield judged(
            len(least) <= len(shown) <= len(most) and _in_the_same_places(shown, most, listed_tasks(whole[1])),
            OPERATION,
            page,
            whole[0],
            expected=f"{brief([task.get('id') for task in least])}",
            observed=brief([task.get("id") for task in shown]),
        )


@rule(
    "PARAM-19",
    "`totalTasks` counts the tasks that the filters let through, on all pages.",
    source=TOTAL,
    why="The list has pages that are empty, or tasks that are on none.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def total_counts_all_pages(evidence: Evidence) -> Iterator[Observation]:
    whole = sorted(later_lists(evidence, None), key=lambda listing: listing.began)
    for exchange in _lists(evidence):
        total = exchange.json.get("totalTasks")
        if not set(_names(exchange)) <= {"createdBy", "limit", "offset", "order"} or not isinstance(total, int):
            continue
        if not exchange.request.query:
            least = most = len(listed_tasks(exchange))
        else:
            before = [listing for listing in whole if listing.ended <= exchange.began]
            after = [listing for listing in whole if listing.began >= exchange.ended]
            if not before or not after:
                continue
            creators = set(_given(exchange, "createdBy"))
            counts = [_count(before[-1], creators), _count(after[0], creators)]
            least, most = min(counts), max(counts)
        yield judged(
            least <= total <= most,
            OPERATION,
            exchange,
            expected=f"{least}" if least == most else f"{least} to {most}",
            observed=str(total),
        )


@rule(
    "PARAM-20",
    "A list that is filtered by `status` holds tasks in those states and no others.",
    source=STATUS,
    why="Who looks for what has failed is shown what went well.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def status_lets_nothing_else_through(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        states = _given(exchange, "status")
        if states and all(states):
            others = [task.get("status") for task in listed_tasks(exchange) if task.get("status") not in states]
            yield judged(
                not others,
                OPERATION,
                exchange,
                expected=f"only tasks that are {' or '.join(states)}",
                observed=f"{len(others)} others, such as one that is {others[0]}" if others else "",
            )


@rule(
    "PARAM-21",
    "A list that is filtered by `status` holds all tasks in any of those states.",
    source=STATUS,
    why="A task that has failed is in no list of those that have.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def status_keeps_nothing_back(evidence: Evidence) -> Iterator[Observation]:
    whole = sorted(later_lists(evidence, None), key=lambda listing: listing.began)
    for exchange in _lists(evidence):
        states = {state for state in _given(exchange, "status") if is_terminal(state)}
        before = [listing for listing in whole if listing.ended <= exchange.began]
        after = [listing for listing in whole if listing.began >= exchange.ended]
        if set(_names(exchange)) != {"status"} or not states or not before or not after:
            continue
        lasting = _in_states(before[-1], states) & _in_states(after[0], states)
        missing = {id for id, _ in lasting} - {str(task.get("id")) for task in listed_tasks(exchange)}
        if lasting:
            yield judged(
                not missing,
                OPERATION,
                exchange,
                before[-1],
                after[0],
                expected=f"all {len(lasting)} tasks that are {' or '.join(sorted(states))} before and after",
                observed=f"{len(missing)} are missing, such as {min(missing, default='')}",
            )


@rule(
    "PARAM-22",
    "Any text will do as `status`; one that is no state finds nothing.",
    source=f"{STATUS}/description",
    why="A page that knows a state which the server does not shows an error in place of an empty list.",
    needs=NEEDS_THE_TARGET,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def any_status_will_do(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.PAGED):
        if set(_names(exchange)) == {"status"} and answered(exchange):
            yield judged(
                exchange.status == 200, OPERATION, exchange, expected="200 and a list", observed=told(exchange)
            )


@rule(
    "PARAM-23",
    "A list with an `order` is sorted by each of its fields in turn.",
    source=ORDER,
    why="The page says that it is sorted, and is not.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def order_is_kept(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        orders = [order.partition(":") for order in _given(exchange, "order")]
        if not orders or any(field not in FIELDS or way not in {"asc", "desc"} for way, _, field in orders):
            continue
        wrong = _out_of_order(listed_tasks(exchange), [(way, field) for way, _, field in orders])
        yield judged(
            wrong is None,
            OPERATION,
            exchange,
            expected=f"tasks by {', '.join(_given(exchange, 'order'))}",
            observed=f"{wrong} one after the other",
        )


@rule(
    "PARAM-24",
    "Without an `order`, the newest tasks come first.",
    source=f"{ORDER}/description",
    why="The task that was just created is on the last page.",
    needs=NEEDS_A_TASK,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def newest_come_first(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        if "order" not in _names(exchange) and len(listed_tasks(exchange)) > 1:
            wrong = _out_of_order(listed_tasks(exchange), [("desc", "created_at")])
            yield judged(
                wrong is None,
                OPERATION,
                exchange,
                expected="tasks by createdAt, the newest first",
                observed=f"{wrong} one after the other",
            )


@rule(
    "PARAM-25",
    "A `limit` or `offset` that is no integer or below zero is refused, and so is an `order` by nothing that there is.",
    source=f"{LIMIT}/schema",
    why="A client with a mistake in it is shown some page, in some order, and is not told that it is another one.",
    needs=NEEDS_THE_TARGET,
    probes={"paging"},
    profiles=BACKSTAGE_ONLY,
)
def malformed_pages_are_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.MALFORMED_PARAMETER):
        if exchange.label == MALFORMED_PAGE and answered(exchange):
            yield judged(
                is_refusal(exchange),
                OPERATION,
                exchange,
                expected="a refusal",
                observed=f"{told(exchange)} to {exchange}"[:120],
            )


@rule(
    "PARAM-26",
    "Of several creators, the list holds the tasks of each.",
    source=f"{CREATED_BY}/schema",
    why="A page of a team shows the tasks of one of its members, or of nobody.",
    needs="--template and --values, and the token of a user, so that there is a task with a createdBy",
    probes={"paging"},
    level=Level.SHOULD,
    profiles=BACKSTAGE_ONLY,
)
def several_creators_will_do(evidence: Evidence) -> Iterator[Observation]:
    whole = sorted(later_lists(evidence, None), key=lambda listing: listing.began)
    for exchange in evidence.of(OPERATION, Purpose.PAGED):
        creators = _given(exchange, "createdBy")
        before = [listing for listing in whole if listing.ended <= exchange.began]
        if set(_names(exchange)) != {"createdBy"} or len(creators) < 2 or not answered(exchange) or not before:
            continue
        lasting = {str(task.get("id")) for task in listed_tasks(before[-1]) if task.get("createdBy") in creators}
        missing = lasting - {str(task.get("id")) for task in listed_tasks(exchange)}
        others = [task.get("createdBy") for task in listed_tasks(exchange) if task.get("createdBy") not in creators]
        yield judged(
            exchange.status == 200 and not missing and not others,
            OPERATION,
            exchange,
            before[-1],
            expected=f"the {len(lasting)} tasks of {' and '.join(creators)}",
            observed=f"{told(exchange)} with {len(missing)} missing and {len(others)} others",
        )


def _lists(evidence: Evidence) -> Iterator[Exchange]:
    for exchange in evidence.authenticated:
        is_list = exchange.operation == OPERATION and exchange.status == 200 and exchange.trouble is None
        if is_list and exchange.request.method == "GET" and isinstance(exchange.json, dict):
            yield exchange


def _names(exchange: Exchange) -> list[str]:
    return [name for name, _ in exchange.request.query]


def _given(exchange: Exchange, name: str) -> list[str]:
    return [value for key, value in exchange.request.query if key == name]


def _count(listing: Exchange, creators: set[str]) -> int:
    return sum(not creators or task.get("createdBy") in creators for task in listed_tasks(listing))


def _in_states(listing: Exchange, states: set[str]) -> set[tuple[str, str]]:
    return {
        (str(task.get("id")), str(task.get("status"))) for task in listed_tasks(listing) if task.get("status") in states
    }


def _only_grew(before: Tasks, after: Tasks) -> bool:
    """Whether all that came to the list came behind what was there."""
    return [task.get("id") for task in before] == [task.get("id") for task in after[: len(before)]]


def _in_the_same_places(shown: Tasks, expected: Tasks, whole: Tasks) -> bool:
    """Whether each task is where it must be; those that were created in the same moment may change places."""
    times = [task.get("createdAt") for task in whole]
    return all(
        task.get("id") == other.get("id")
        or (task.get("createdAt") == other.get("createdAt") and times.count(task.get("createdAt")) > 1)
        for task, other in zip(shown, expected, strict=False)
    )


def _out_of_order(tasks: Tasks, order: Sequence[tuple[str, str]]) -> str | None:
    """The values of two tasks that are in the wrong order, None if there are no such two."""
    for one, other in pairwise(tasks):
        for way, field in order:
            first, second = _value(one, field), _value(other, field)
            if first is None or second is None:
                break
            if first != second:
                if (first > second) == (way == "asc"):
                    return f"{one.get(FIELDS[field])} and {other.get(FIELDS[field])}"
                break
    return None


def _value(task: Mapping[str, Any], field: str) -> Any:
    value = task.get(FIELDS[field])
    return instant(value) if field == "created_at" else value if isinstance(value, str) else None
