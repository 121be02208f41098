"""Answers with a wrong status, a wrong label or a wrong end."""

import json
import time
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    MOUNT,
    Answer,
    App,
    Call,
    Message,
    Receive,
    Scope,
    Send,
    answering,
    changing_requests,
    editing_answers,
    editing_json,
    error_answer,
    json_answer,
)

HTML = b"<!doctype html><title>Portal</title><div id=root></div>"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def with_status(app: App, operation: str, before: int, after: int) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=after) if answer.status == before else answer

    return editing_answers(app, {operation}, edit)


def with_content_type(app: App, operation: str, content_type: str | None, *, status: int = 200) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_header("content-type", content_type) if answer.status == status else answer

    return editing_answers(app, {operation}, edit)


def with_body(app: App, operation: str, body: bytes, *, status: int = 200) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, body=body) if answer.status == status else answer

    return editing_answers(app, {operation}, edit)


@defect("STATUS-01", blames="getTask")
def unknown_task_is_gone(app: App) -> App:
    """An unknown task is 410."""
    return with_status(app, "getTask", 404, 410)


@defect("STATUS-01", blames="listTasks")
def empty_list_is_not_found(app: App) -> App:
    """A list without tasks is 404."""

    def edit(call: Call, answer: Answer) -> Answer:
        empty = answer.status == 200 and not answer.json["tasks"]
        return error_answer(404, "NotFoundError", "No tasks found") if empty else answer

    return editing_answers(app, {"listTasks"}, edit)


@defect("STATUS-01", blames="cancelTask")
def late_cancel_is_gone(app: App) -> App:
    """Cancelling what has ended is 410."""
    ended: set[str] = set()

    def edit(call: Call, answer: Answer) -> Answer:
        task_id = call.parameters["taskId"]
        if call.operation == "cancelTask":
            return error_answer(410, "GoneError", "It has ended") if task_id in ended else answer
        if answer.status == 200 and answer.json["status"] in {"completed", "failed", "cancelled"}:
            ended.add(task_id)
        return answer

    return editing_answers(app, {"cancelTask", "getTask"}, edit)


@defect("STATUS-02", blames="createTask")
def created_task_is_ok(app: App) -> App:
    """A new task is 200."""
    return with_status(app, "createTask", 201, 200)


@defect("STATUS-02", blames="createTask")
def created_task_is_accepted(app: App) -> App:
    """A new task is 202."""
    return with_status(app, "createTask", 201, 202)


@defect("STATUS-02", blames="cancelTask")
def cancel_has_no_content(app: App) -> App:
    """A cancel is 204."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(204) if answer.status == 200 else answer

    return editing_answers(app, {"cancelTask"}, edit)


@defect("STATUS-02", blames="dryRunTask")
def dry_run_is_created(app: App) -> App:
    """A dry run is 201."""
    return with_status(app, "dryRunTask", 200, 201)


@defect("STATUS-03", blames="listActions")
def actions_have_moved(app: App) -> App:
    """The actions are said to be at another address."""
    return answering(app, {"listActions"}, lambda call: Answer(308, b"", [(b"location", b"/v3/actions")]))


@defect("STATUS-03", blames="createTask")
def create_leads_to_the_task(app: App) -> App:
    """A new task is answered with a redirect to it."""

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 201:
            return answer
        return answer.with_header("location", f"{MOUNT}/v2/tasks/{answer.json['id']}")

    return with_status(editing_answers(app, {"createTask"}, edit), "createTask", 201, 303)


@defect("STATUS-04", blames="getTask")
def task_is_text(app: App) -> App:
    """The task is called text."""
    return with_content_type(app, "getTask", "text/plain; charset=utf-8")


@defect("STATUS-04", blames="createTask")
def new_task_is_of_no_type(app: App) -> App:
    """The answer to a create has no content type."""
    return with_content_type(app, "createTask", None, status=201)


@defect("STATUS-04", blames="getTemplateParameterSchema")
def parameter_schema_has_a_type_of_its_own(app: App) -> App:
    """The parameter schema is called application/schema+json."""
    return with_content_type(app, "getTemplateParameterSchema", "application/schema+json")


@defect("STATUS-05", blames="getTask")
def unknown_task_is_a_page(app: App) -> App:
    """An unknown task is a page for people."""
    return with_content_type(with_body(app, "getTask", HTML, status=404), "getTask", "text/html", status=404)


@defect("STATUS-05", blames="getTemplateParameterSchema")
def unknown_template_is_text(app: App) -> App:
    """An unknown template is `Not Found`."""
    operation = "getTemplateParameterSchema"
    return with_content_type(with_body(app, operation, b"Not Found", status=404), operation, "text/plain", status=404)


@defect("STATUS-05", blames="getTaskEventStream")
def unknown_stream_has_no_body(app: App) -> App:
    """The stream of an unknown task is a 404 with nothing in it."""
    operation = "getTaskEventStream"
    return with_content_type(with_body(app, operation, b"", status=404), operation, None, status=404)


@defect("STATUS-06", blames="listActions")
def actions_are_in_latin_1(app: App) -> App:
    """The actions are said to be in ISO-8859-1."""
    return with_content_type(app, "listActions", "application/json; charset=ISO-8859-1")


@defect("STATUS-06", blames="listTasks")
def list_is_in_utf_16(app: App) -> App:
    """The list is in UTF-16."""

    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, body=answer.body.decode().encode("utf-16")) if answer.status == 200 else answer

    return editing_answers(app, {"listTasks"}, edit)


@defect("STATUS-07", blames="listActions")
def actions_are_printed(app: App) -> App:
    """The actions are what the language of the server prints of them."""

    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, body=repr(answer.json).encode()) if answer.status == 200 else answer

    return editing_answers(app, {"listActions"}, edit)


@defect("STATUS-07", blames="getTaskLogs")
def log_has_a_value_on_each_line(app: App) -> App:
    """The log is one JSON value after the other."""

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        return replace(answer, body="\n".join(map(json.dumps, answer.json)).encode())

    return editing_answers(app, {"getTaskLogs"}, edit)


@defect("STATUS-07", blames="getTask")
def task_holds_nan(app: App) -> App:
    """A number that cannot be computed is NaN."""
    return editing_json(app, {"getTask"}, lambda call, task: {**task, "progress": float("nan")})


@defect("STATUS-07", blames="cancelTask")
def cancel_says_ok(app: App) -> App:
    """The answer to a cancel is `OK` and is called JSON."""
    return with_body(app, "cancelTask", b"OK")


def with_messages(app: App, path: str, change: Any) -> App:
    """Change what goes over the wire for the paths that end so."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def changed(message: Message) -> None:
            for each in change(message):
                await send(each)

        concerned = scope["type"] == "http" and scope["path"].endswith(path)
        await app(scope, receive, changed if concerned else send)

    return wrapped


@defect("STATUS-08", blames="listActions")
def actions_are_shorter_than_they_say(app: App) -> App:
    """The content length is that of another body."""

    def change(message: Message) -> list[Message]:
        if message["type"] != "http.response.start":
            return [message]
        headers = [
            (name, b"%d" % (int(value) + 7) if name == b"content-length" else value)
            for name, value in message["headers"]
        ]
        return [{**message, "headers": headers}]

    return with_messages(app, "/v2/actions", change)


@defect("STATUS-08", blames="getTaskLogs")
def log_is_broken_off(app: App) -> App:
    """The log ends without its last chunk."""

    def change(message: Message) -> list[Message]:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
            return [{**message, "headers": kept}]
        return [{**message, "more_body": True}]

    return with_messages(app, "/logs", change)


@defect("STATUS-09", blames="getTemplateParameterSchema")
def unknown_template_has_an_empty_form(app: App) -> App:
    """An unknown template has a schema without parameters."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(200, {"title": call.parameters["name"], "steps": []}) if answer.status == 404 else answer

    return editing_answers(app, {"getTemplateParameterSchema"}, edit)


@defect("STATUS-09", blames="getTemplateParameterSchema")
def namespace_is_not_looked_at(app: App) -> App:
    """A template is found under any namespace."""

    def change(call: Call) -> Call:
        return replace(call, path=call.path.replace("/contract-tests-unknown/", "/default/"))

    return changing_requests(app, {"getTemplateParameterSchema"}, change)


@defect("STATUS-09", blames="getTemplateParameterSchema")
def unknown_template_is_a_wrong_request(app: App) -> App:
    """An unknown template is 400."""
    return with_status(app, "getTemplateParameterSchema", 404, 400)


@defect("STATUS-10", blames="createTask")
def unknown_template_makes_a_task(app: App) -> App:
    """A task is created first and looks for its template later."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(201, {"id": UNKNOWN}) if answer.status == 404 else answer

    return editing_answers(app, {"createTask"}, edit)


@defect("STATUS-10", blames="createTask")
def unknown_template_is_a_conflict(app: App) -> App:
    """An unknown template is 409."""
    return with_status(app, "createTask", 404, 409)


def doing(app: App, method: str, path: str, answer: Answer) -> App:
    """Answer an undocumented method where the path ends so."""

    def reply(call: Call) -> Answer | None:
        return answer if call.operation is None and call.method == method and call.path.endswith(path) else None

    return answering(app, None, reply)


@defect("STATUS-11", blames="cancelTask")
def link_cancels(app: App) -> App:
    """A cancel can be had by GET."""
    return doing(app, "GET", "/cancel", json_answer(200, {"status": "cancelled"}))


@defect("STATUS-11", blames="listActions")
def actions_can_be_posted(app: App) -> App:
    """The actions are given to any method."""
    return doing(app, "POST", "/v2/actions", json_answer(200, []))


@defect("STATUS-11", blames="getTaskLogs")
def log_can_be_deleted(app: App) -> App:
    """A log can be thrown away."""
    return doing(app, "DELETE", "/logs", Answer(204))


@defect("STATUS-11", blames="getTask")
def task_can_be_changed(app: App) -> App:
    """A task can be overwritten."""

    def reply(call: Call) -> Answer | None:
        task = call.path.startswith("/v2/tasks/") and call.path.count("/") == 3
        return json_answer(200, call.json) if task and call.method == "PUT" else None

    return answering(app, None, reply)


@defect("STATUS-12", blames="getTask")
def refused_delete_deletes(app: App) -> App:
    """A DELETE is answered 405, and the task is gone."""
    deleted: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.method == "DELETE" and call.path.count("/") == 3:
            deleted.add(call.path)
        return error_answer(404, "NotFoundError") if call.operation == "getTask" and call.path in deleted else None

    return answering(app, None, reply)


@defect("STATUS-12", blames="getTask")
def refused_patch_changes(app: App) -> App:
    """A PATCH is answered 405, and the task has its new status."""
    patched: dict[str, Any] = {}

    def edit(call: Call, answer: Answer) -> Answer:
        if call.method == "PATCH":
            patched[call.path] = call.json
        if call.operation != "getTask" or call.path not in patched:
            return answer
        return answer.with_json({**answer.json, **patched[call.path]})

    return editing_answers(app, None, edit)


def with_allow(app: App, change: Any) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 405:
            return answer
        allow = next(value.decode() for name, value in answer.headers if name.lower() == b"allow")
        return answer.with_header("allow", change(call, allow))

    return editing_answers(app, None, edit)


@defect("STATUS-13", blames="getTask")
def refused_method_has_no_allow(app: App) -> App:
    """A 405 has no Allow."""
    return with_allow(app, lambda call, allow: None)


@defect("STATUS-13", blames="listTasks")
def refused_method_is_allowed(app: App) -> App:
    """The Allow of a 405 lists all methods that there are."""
    return with_allow(app, lambda call, allow: "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE")


@defect("STATUS-14", blames="listTasks")
def allow_forgets_post(app: App) -> App:
    """The Allow of a 405 knows only the first operation of the path."""
    return with_allow(app, lambda call, allow: allow.replace(", POST", ""))


@defect("STATUS-14", blames="getTaskLogs")
def allow_is_empty(app: App) -> App:
    """The Allow of a 405 is empty."""
    return with_allow(app, lambda call, allow: "")


@defect("STATUS-15", blames=None)
def unknown_path_is_the_page(app: App) -> App:
    """Every path that nobody serves is the page of the portal."""

    def reply(call: Call) -> Answer | None:
        unknown = "contract-tests-unknown" in call.path and call.operation is None
        return Answer(200, HTML, [(b"content-type", b"text/html")]) if unknown else None

    return answering(app, None, reply)


@defect("STATUS-15", blames=None)
def rest_of_the_path_is_not_read(app: App) -> App:
    """What follows the id of a task is not looked at."""

    def change(call: Call) -> Call:
        beyond = call.path.startswith("/v2/tasks/") and call.path.endswith("/contract-tests-unknown")
        return replace(call, path=call.path.rpartition("/")[0]) if beyond else call

    return changing_requests(app, None, change)


@defect("STATUS-15", blames=None)
def unknown_path_leads_home(app: App) -> App:
    """A path that nobody serves is a redirect to the start page."""

    def reply(call: Call) -> Answer | None:
        unknown = call.path == "/v2/contract-tests-unknown"
        return Answer(302, b"", [(b"location", b"/")]) if unknown else None

    return answering(app, None, reply)


@defect("STATUS-16", blames="getTask")
def error_repeats_another_status(app: App) -> App:
    """The body of a 404 says 500."""
    return editing_json(app, {"getTask"}, lambda call, body: {**body, "response": {"statusCode": 500}}, status=404)


@defect("STATUS-16", blames="listTasks")
def unauthorised_body_says_forbidden(app: App) -> App:
    """The body of a 401 says 403."""
    return editing_json(app, {"listTasks"}, lambda call, body: {**body, "response": {"statusCode": 403}}, status=401)


@defect("STATUS-17", blames="getTask")
def task_may_be_kept(app: App) -> App:
    """A task may be kept for a minute."""
    return editing_answers(
        app, {"getTask"}, lambda call, answer: answer.with_header("cache-control", "private, max-age=60")
    )


@defect("STATUS-17", blames="listTasks")
def list_may_be_kept_by_proxies(app: App) -> App:
    """A proxy may keep the list."""
    return editing_answers(
        app, {"listTasks"}, lambda call, answer: answer.with_header("cache-control", "public, s-maxage=30")
    )


@defect("STATUS-17", blames="getTaskLogs")
def log_expires_later(app: App) -> App:
    """A log may be kept until a time that is to come."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_header("expires", formatdate(time.time() + 300, usegmt=True))

    return editing_answers(app, {"getTaskLogs"}, edit)
