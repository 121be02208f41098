"""What only requests bring to light that nobody would think of."""

import asyncio
from dataclasses import replace
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    Receive,
    Scope,
    Send,
    answering,
    changing_requests,
    editing_answers,
    error_answer,
    json_answer,
)


@defect("FUZZ-01", blames="dryRunTask")
def dry_run_takes_any_values(app: App) -> App:
    """A dry run takes values that are no object for none."""

    def change(call: Call) -> Call:
        body = call.json
        if isinstance(body, dict) and "values" in body and not isinstance(body["values"], dict):
            return call.with_json({**body, "values": {}})
        return call

    return changing_requests(app, {"dryRunTask"}, change)


@defect("FUZZ-01", blames="dryRunTask")
def dry_run_needs_no_values(app: App) -> App:
    """A dry run without values takes place."""

    def change(call: Call) -> Call:
        body = call.json
        return call.with_json({"values": {}, **body}) if isinstance(body, dict) else call

    return changing_requests(app, {"dryRunTask"}, change)


@defect("FUZZ-01", blames="createTask")
def array_creates_a_task(app: App) -> App:
    """A body that is an array is accepted."""

    def reply(call: Call) -> Answer | None:
        return json_answer(201, {"id": "0"}) if isinstance(call.json, list) else None

    return answering(app, {"createTask"}, reply)


@defect("FUZZ-02", blames="dryRunTask")
def dry_run_takes_any_secret(app: App) -> App:
    """A dry run takes secrets that are no texts."""

    def change(call: Call) -> Call:
        body = call.json
        if isinstance(body, dict) and isinstance(body.get("secrets"), dict):
            return call.with_json({**body, "secrets": {name: str(value) for name, value in body["secrets"].items()}})
        return call

    return changing_requests(app, {"dryRunTask"}, change)


@defect("FUZZ-02", blames="dryRunTask")
def dry_run_drops_odd_files(app: App) -> App:
    """A dry run leaves out files that are none."""

    def change(call: Call) -> Call:
        body = call.json
        if isinstance(body, dict) and isinstance(body.get("directoryContents"), list):
            return call.with_json({**body, "directoryContents": []})
        return call

    return changing_requests(app, {"dryRunTask"}, change)


def _without_odd_after(call: Call) -> Call:
    odd = any(name == "after" and not value.lstrip("-").isdigit() for name, value in call.query)
    return call.with_query([pair for pair in call.query if pair[0] != "after"]) if odd else call


@defect("FUZZ-03", blames="getTaskLogs")
def odd_after_is_ignored_by_the_log(app: App) -> App:
    """The log takes an `after` that is no number for none."""
    return changing_requests(app, {"getTaskLogs"}, _without_odd_after)


@defect("FUZZ-03", blames="getTaskEventStream")
def odd_after_is_ignored_by_the_stream(app: App) -> App:
    """The event stream takes an `after` that is no number for none."""
    return changing_requests(app, {"getTaskEventStream"}, _without_odd_after)


@defect("FUZZ-04", blames="listTasks")
def short_creators_are_refused(app: App) -> App:
    """A creator that is no entity reference is refused."""

    def reply(call: Call) -> Answer | None:
        odd = any(name == "createdBy" and ":" not in value for name, value in call.query)
        return error_answer(400, "InputError", "createdBy is no entity reference") if odd else None

    return answering(app, {"listTasks"}, reply)


@defect("FUZZ-04", blames="getTaskLogs")
def log_refuses_large_numbers(app: App) -> App:
    """The log refuses an `after` that is larger than a small integer."""

    def reply(call: Call) -> Answer | None:
        large = any(name == "after" and value.isdigit() and int(value) > 255 for name, value in call.query)
        return error_answer(422) if large else None

    return answering(app, {"getTaskLogs"}, reply)


@defect("FUZZ-05", blames="getTaskLogs")
def negative_after_hangs(app: App) -> App:
    """The log of a task after a negative number never comes."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/logs") and b"after=-" in scope["query_string"]:
            await asyncio.sleep(60)
        await app(scope, receive, send)

    return wrapped


@defect("FUZZ-05", blames="dryRunTask")
def answer_to_an_array_never_ends(app: App) -> App:
    """The answer to a dry run of an array drips for ever."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith("/dry-run"):
            await app(scope, receive, send)
            return
        message = await receive()
        if not message.get("body", b"").startswith(b"["):
            given = [message]

            async def again() -> Any:
                return given.pop() if given else await receive()

            await app(scope, again, send)
            return
        await send({"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"application/json")]})
        for _ in range(300):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return wrapped


@defect("FUZZ-06", blames="getTask")
def task_can_be_replaced(app: App) -> App:
    """PUT on a task is answered as if it had been done."""

    def reply(call: Call) -> Answer | None:
        replaces = call.method == "PUT" and call.path.startswith("/v2/tasks/") and call.path.count("/") == 3
        return json_answer(200, {}) if replaces else None

    return answering(app, None, reply)


@defect("FUZZ-06", blames="listTasks")
def any_method_lists_tasks(app: App) -> App:
    """Whatever the method, the list of tasks comes."""

    def change(call: Call) -> Call:
        lists = call.path == "/v2/tasks" and call.method not in {"GET", "POST", "OPTIONS", "HEAD"}
        return replace(call, method="GET", body=b"") if lists else call

    return changing_requests(app, None, change)


@defect("FUZZ-07", blames="createTask")
def unknown_template_is_accepted(app: App) -> App:
    """A task of an unknown template is accepted, and nothing comes of it."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(201, {"id": "b7c9e7aa"}) if answer.status == 404 else answer

    return editing_answers(app, {"createTask"}, edit)


@defect("FUZZ-07", blames="createTask")
def empty_reference_is_accepted(app: App) -> App:
    """A task without the name of a template is accepted."""

    def reply(call: Call) -> Answer | None:
        body = call.json
        return json_answer(201, {"id": "0"}) if isinstance(body, dict) and body.get("templateRef") == "" else None

    return answering(app, {"createTask"}, reply)


@defect("FUZZ-08", blames="getTask")
def letters_of_an_id_are_thrown_away(app: App) -> App:
    """An id with letters beyond ASCII finds an empty task."""

    def reply(call: Call) -> Answer | None:
        id = call.parameters["taskId"]
        return None if id.isascii() else json_answer(200, {"id": id, "status": "open", "spec": {}})

    return answering(app, {"getTask"}, reply)


@defect("FUZZ-08", blames="cancelTask")
def odd_tasks_are_cancelled(app: App) -> App:
    """Cancelling a task whose id has letters beyond ASCII succeeds."""

    def reply(call: Call) -> Answer | None:
        return None if call.parameters["taskId"].isascii() else json_answer(200, {"status": "cancelled"})

    return answering(app, {"cancelTask"}, reply)
