"""Servers whose list cannot be paged, filtered by status or sorted."""

import random
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    changing_requests,
    editing_json,
    error_answer,
    json_answer,
)

LIST = {"listTasks"}
Query = list[tuple[str, str]]


@defect("PARAM-17", blames="listTasks")
def limit_is_not_read(app: App) -> App:
    """Whatever the limit, the whole list comes."""
    return _changing_query(app, lambda query: _without(query, "limit"))


@defect("PARAM-17", blames="listTasks")
def limit_is_one_too_many(app: App) -> App:
    """There is one task more than the limit, so that the page knows of a next one."""

    def change(query: Query) -> Query:
        return [
            (name, str(int(value) + 1) if name == "limit" and value.isdecimal() else value) for name, value in query
        ]

    return _changing_query(app, change)


@defect("PARAM-17", blames="listTasks")
def limit_of_none_is_no_limit(app: App) -> App:
    """A limit of zero stands for all tasks."""
    return _changing_query(app, lambda query: [pair for pair in query if pair != ("limit", "0")])


@defect("PARAM-18", blames="listTasks")
def offset_counts_pages(app: App) -> App:
    """The offset is taken for the number of a page."""

    def change(query: Query) -> Query:
        limit = next((int(value) for name, value in query if name == "limit" and value.isdecimal()), 1)
        return [
            (name, str(int(value) * limit) if name == "offset" and value.isdecimal() else value)
            for name, value in query
        ]

    return _changing_query(app, change)


@defect("PARAM-18", blames="listTasks")
def offset_is_not_read(app: App) -> App:
    """Every page is the first one."""
    return _changing_query(app, lambda query: _without(query, "offset"))


@defect("PARAM-18", blames="listTasks")
def offset_is_one_too_many(app: App) -> App:
    """Between two pages a task is lost."""

    def change(query: Query) -> Query:
        return [
            (name, str(int(value) + 1) if name == "offset" and value.isdecimal() and int(value) else value)
            for name, value in query
        ]

    return _changing_query(app, change)


@defect("PARAM-19", blames="listTasks")
def total_is_of_the_page(app: App) -> App:
    """The total counts the tasks of the page."""
    return editing_json(app, LIST, lambda call, body: {**body, "totalTasks": len(body["tasks"])})


@defect("PARAM-19", blames="listTasks")
def total_is_of_all_creators(app: App) -> App:
    """The total counts what the filter leaves out, too."""
    totals: list[int] = [0]

    def edit(call: Call, body: Any) -> Any:
        if "createdBy" in dict(call.query):
            return {**body, "totalTasks": totals[0] + 1}
        totals[0] = max(totals[0], body["totalTasks"])
        return body

    return editing_json(app, LIST, edit)


@defect("PARAM-20", blames="listTasks")
def status_is_not_read(app: App) -> App:
    """The list is not filtered by status."""
    return _changing_query(app, lambda query: _without(query, "status"))


@defect("PARAM-20", blames="listTasks")
def ended_is_ended(app: App) -> App:
    """Whoever asks for tasks that failed gets those that completed, too."""

    def change(query: Query) -> Query:
        more = [("status", "completed")] if ("status", "failed") in query else []
        return [*query, *more]

    return _changing_query(app, change)


@defect("PARAM-21", blames="listTasks")
def only_one_status_counts(app: App) -> App:
    """Of several states only the last one is looked for."""

    def change(query: Query) -> Query:
        states = [pair for pair in query if pair[0] == "status"]
        return [*_without(query, "status"), *states[-1:]]

    return _changing_query(app, change)


@defect("PARAM-21", blames="listTasks")
def states_are_conditions(app: App) -> App:
    """A task would have to be in all of several states at once."""

    def edit(call: Call, body: Any) -> Any:
        several = sum(name == "status" for name, _ in call.query) > 1
        return {"tasks": [], "totalTasks": 0} if several else body

    return editing_json(app, LIST, edit)


@defect("PARAM-22", blames="listTasks")
def unknown_status_is_refused(app: App) -> App:
    """A status that the server does not know is refused."""
    known = {"open", "processing", "completed", "failed", "cancelled", "skipped"}

    def reply(call: Call) -> Answer | None:
        odd = any(name == "status" and value not in known for name, value in call.query)
        return error_answer(400, "InputError", "no such status") if odd else None

    return answering(app, LIST, reply)


@defect("PARAM-22", blames="listTasks")
def unknown_status_is_not_found(app: App) -> App:
    """A list that would be empty is not found."""

    def reply(call: Call) -> Answer | None:
        odd = ("status", "contract-tests-no-status") in call.query
        return error_answer(404, "NotFoundError", "no tasks") if odd else None

    return answering(app, LIST, reply)


@defect("PARAM-23", blames="listTasks")
def order_is_not_read(app: App) -> App:
    """The list is in its usual order, whatever was asked for."""
    return _changing_query(app, lambda query: _without(query, "order"))


@defect("PARAM-23", blames="listTasks")
def only_the_first_order_counts(app: App) -> App:
    """Where two tasks are equal by the first field, the second one is not looked at."""

    def edit(call: Call, body: Any) -> Any:
        orders = [value for name, value in call.query if name == "order"]
        if len(orders) < 2:
            return body
        shuffled = list(body["tasks"])
        random.Random(7).shuffle(shuffled)
        way, _, field = orders[0].partition(":")
        key = {"status": "status", "created_by": "createdBy", "created_at": "createdAt"}[field]
        return {**body, "tasks": sorted(shuffled, key=lambda task: str(task.get(key)), reverse=way == "desc")}

    return editing_json(app, LIST, edit)


@defect("PARAM-24", blames="listTasks")
def oldest_come_first(app: App) -> App:
    """Where no order is asked for, the oldest tasks come first."""

    def change(query: Query) -> Query:
        return query if dict(query).get("order") else [*query, ("order", "asc:created_at")]

    return _changing_query(app, change)


@defect("PARAM-24", blames="listTasks")
def list_is_sorted_by_id(app: App) -> App:
    """Where no order is asked for, the tasks come by their ids."""

    def edit(call: Call, body: Any) -> Any:
        if "order" in dict(call.query):
            return body
        return {**body, "tasks": sorted(body["tasks"], key=lambda task: task["id"])}

    return editing_json(app, LIST, edit)


@defect("PARAM-25", blames="listTasks")
def malformed_limit_is_none(app: App) -> App:
    """A limit that is no number is taken for none."""

    def change(query: Query) -> Query:
        return [pair for pair in query if pair[0] != "limit" or pair[1].isdecimal()]

    return _changing_query(app, change)


@defect("PARAM-25", blames="listTasks")
def unknown_order_is_none(app: App) -> App:
    """An order by a field that there is not is taken for none."""

    def change(query: Query) -> Query:
        known = ("created_at", "status", "created_by")
        return [pair for pair in query if pair[0] != "order" or pair[1].endswith(known)]

    return _changing_query(app, change)


@defect("PARAM-25", blames="listTasks")
def negative_offset_is_the_start(app: App) -> App:
    """An offset below zero stands for zero."""
    return _changing_query(app, lambda query: [pair for pair in query if pair[0] != "offset" or pair[1][:1] != "-"])


@defect("PARAM-26", blames="listTasks")
def only_the_first_creator_counts(app: App) -> App:
    """Of several creators only the first one is looked for."""

    def change(query: Query) -> Query:
        creators = [pair for pair in query if pair[0] == "createdBy"]
        return [*_without(query, "createdBy"), *creators[:1]]

    return _changing_query(app, change)


@defect("PARAM-26", blames="listTasks")
def several_creators_are_nobody(app: App) -> App:
    """Several creators find the tasks of nobody."""

    def reply(call: Call) -> Answer | None:
        several = sum(name == "createdBy" for name, _ in call.query) > 1
        return json_answer(200, {"tasks": [], "totalTasks": 0}) if several else None

    return answering(app, LIST, reply)


def _changing_query(app: App, change: Callable[[Query], Query]) -> App:
    return changing_requests(app, LIST, lambda call: call.with_query(change(call.query)))


def _without(query: Query, name: str) -> Query:
    return [pair for pair in query if pair[0] != name]
