"""Servers that lose their countenance over what they are sent."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

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
    editing_json,
    error_answer,
    json_answer,
)

TRACEBACK = "Traceback (most recent call last):\n  File \"/srv/app/tasks.py\", line 12, in create\nKeyError: 'name'"
HTML = [(b"content-type", b"text/html; charset=utf-8")]
CREATES = {"createTask"}
WITH_BODIES = {"createTask", "dryRunTask"}


@defect("ROBUST-01", blames="getTask")
def nul_in_an_id_is_a_fault(app: App) -> App:
    """The database refuses NUL, and nobody expected it."""
    return answering(app, {"getTask"}, lambda call: error_answer(500) if "%00" in call.path else None)


@defect("ROBUST-01", blames="createTask")
def bytes_that_are_not_utf_8_are_a_fault(app: App) -> App:
    """The body is decoded before anyone looks."""

    def reply(call: Call) -> Answer | None:
        try:
            call.body.decode()
        except UnicodeDecodeError:
            return error_answer(500)
        return None

    return answering(app, CREATES, reply)


@defect("ROBUST-01", blames="dryRunTask")
def deep_nesting_is_a_fault(app: App) -> App:
    """The parser's recursion ends in an exception."""
    return answering(app, {"dryRunTask"}, lambda call: error_answer(500) if b"[" * 5000 in call.body else None)


@defect("ROBUST-01", blames="getTaskLogs")
def a_number_beyond_64_bits_is_a_fault(app: App) -> App:
    """The database has no such number."""

    def reply(call: Call) -> Answer | None:
        after = dict(call.query).get("after", "")
        return error_answer(500) if after.isdecimal() and int(after) >= 2**63 else None

    return answering(app, {"getTaskLogs"}, reply)


@defect("ROBUST-01", blames="listTasks")
def a_repeated_parameter_is_a_fault(app: App) -> App:
    """A list comes where a text was expected."""

    def reply(call: Call) -> Answer | None:
        return error_answer(500) if [name for name, _ in call.query].count("createdBy") > 1 else None

    return answering(app, {"listTasks"}, reply)


@defect("ROBUST-01", blames="listActions")
def a_strange_accept_header_is_a_fault(app: App) -> App:
    """Content negotiation fails over a weight that is no number."""
    return answering(
        app, {"listActions"}, lambda call: error_answer(500) if "banana" in (call.header("accept") or "") else None
    )


@defect("ROBUST-01", blames="createTask")
def a_content_type_is_missing(app: App) -> App:
    """The content type is looked at though there is none."""
    return answering(app, CREATES, lambda call: None if call.header("content-type") else error_answer(500))


@defect("ROBUST-01", blames="createTask")
def wrong_types_are_a_fault(app: App) -> App:
    """Methods of a text are called on whatever the template is."""

    def reply(call: Call) -> Answer | None:
        sent = call.json
        return error_answer(500) if isinstance(sent, dict) and isinstance(sent.get("templateRef"), dict) else None

    return answering(app, CREATES, reply)


@defect("ROBUST-01", blames="getTemplateParameterSchema")
def a_bad_gateway_behind_odd_names(app: App) -> App:
    """The catalog is asked for a name as it is, and chokes on a slash."""
    return answering(
        app,
        {"getTemplateParameterSchema"},
        lambda call: error_answer(502) if "/" in call.parameters.get("name", "") else None,
    )


@defect("ROBUST-01", blames="dryRunTask")
def an_expression_is_a_fault(app: App) -> App:
    """An unknown filter in an expression is an exception that nobody catches."""
    return answering(app, {"dryRunTask"}, lambda call: error_answer(500) if b"| contractTests" in call.body else None)


@defect("ROBUST-01", blames="getTaskLogs")
def a_method_that_is_not_there_is_a_fault(app: App) -> App:
    """A method that nobody wrote is looked up all the same."""

    def reply(call: Call) -> Answer | None:
        return error_answer(500) if call.method == "DELETE" and call.path.endswith("/logs") else None

    return answering(app, None, reply)


@defect("ROBUST-02", blames="getTask")
def half_an_answer_to_a_long_id(app: App) -> App:
    """The process dies while it answers a request for a long id."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if b"/v2/tasks/%F0%9F" in scope.get("raw_path", b""):
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            raise ConnectionResetError
        await app(scope, receive, send)

    return wrapped


@defect("ROBUST-02", blames="createTask")
def breaks_off_over_a_body(app: App) -> App:
    """A body that is compressed for no reason makes the process break off."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if (b"content-encoding", b"gzip") in scope.get("headers", ()):
            await send({"type": "http.response.start", "status": 400, "headers": [(b"content-length", b"99")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            raise ConnectionResetError
        await app(scope, receive, send)

    return wrapped


@defect("ROBUST-02", blames="listActions")
def says_it_is_compressed(app: App) -> App:
    """The answer is said to be compressed where the request asks for it, and is not."""

    def edit(call: Call, answer: Answer) -> Answer:
        asked = "banana" in (call.header("accept-encoding") or "")
        return answer.with_header("content-encoding", "gzip") if asked else answer

    return editing_answers(app, {"listActions"}, edit)


@defect("ROBUST-03", blames="getTask")
def hangs_over_a_pattern(app: App) -> App:
    """A regular expression goes through all the ways to read a long id."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if b"a" * 2_000 + b"%21" in scope.get("raw_path", b""):
            await asyncio.sleep(30)
        await app(scope, receive, send)

    return wrapped


@defect("ROBUST-03", blames="dryRunTask")
def never_finishes_an_answer(app: App) -> App:
    """A template whose expression never closes is answered by a body that never ends."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("path", "").endswith("/v2/dry-run"):
            await app(scope, receive, send)
            return
        message = await receive()
        if b'${{ parameters.text"' not in message.get("body", b""):
            given = [message]

            async def again() -> Any:
                return given.pop() if given else await receive()

            await app(scope, again, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        for _ in range(60):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.5)

    return wrapped


@defect("ROBUST-04", blames="createTask")
def a_traceback_in_an_error(app: App) -> App:
    """What was caught is shown with its stack trace."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(400, message=TRACEBACK) if answer.status == 400 else answer

    return editing_answers(app, CREATES, edit)


@defect("ROBUST-04", blames="getTask")
def a_query_in_an_error(app: App) -> App:
    """The database's own message is passed on."""
    message = "select * from `tasks` where `id` = 'x' limit 1 - SQLITE_ERROR: unrecognized token"

    def reply(call: Call) -> Answer | None:
        return error_answer(404, "NotFoundError", message) if "%27" in call.path else None

    return answering(app, {"getTask"}, reply)


@defect("ROBUST-04", blames="dryRunTask")
def a_stack_in_the_error(app: App) -> App:
    """Errors carry the stack of the program that threw them."""
    stack = "SyntaxError: Unexpected token\n    at parse (/app/node_modules/body/i.js:9:19)"

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 400 or not isinstance(answer.json, dict) or "error" not in answer.json:
            return answer
        return answer.with_json({**answer.json, "error": {**answer.json["error"], "stack": stack}})

    return editing_answers(app, {"dryRunTask"}, edit)


@defect("ROBUST-05", blames="dryRunTask")
def expressions_reach_the_machine(app: App) -> App:
    """A constructor's constructor runs what it is given."""

    def edit(call: Call, answer: Answer) -> Answer:
        if b".constructor(" not in call.body or answer.status != 200:
            return answer
        body = answer.json
        body["log"].append({"type": "log", "body": {"message": "contract-" + "tests-" + "escaped"}})
        return answer.with_json(body)

    return editing_answers(app, {"dryRunTask"}, edit)


@defect("ROBUST-05", blames=None)
def a_path_leads_out(app: App) -> App:
    """Static files are served from wherever the path leads."""

    def reply(call: Call) -> Answer | None:
        return Answer(200, b"root:x:0:0:root:/root:/bin/sh\n") if "etc/passwd" in unquote(call.path) else None

    return answering(app, None, reply)


@defect("ROBUST-06", blames="getTask")
def an_id_becomes_a_header(app: App) -> App:
    """The id is written into a header as it is, line ends and all."""

    def edit(call: Call, answer: Answer) -> Answer:
        found = re.search(r"\r\n([\w-]+): (\w+)\r\n", call.parameters.get("taskId", ""))
        return answer.with_header(found.group(1).lower(), found.group(2)) if found else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("ROBUST-06", blames="createTask")
def a_template_becomes_a_header(app: App) -> App:
    """The template's name is written into a header as it is."""

    def edit(call: Call, answer: Answer) -> Answer:
        sent = call.json
        found = re.search(r"\r\n([\w-]+): (\w+)\r\n", str(sent.get("templateRef")) if isinstance(sent, dict) else "")
        return answer.with_header(found.group(1).lower(), found.group(2)) if found else answer

    return editing_answers(app, CREATES, edit)


@defect("ROBUST-07", blames="getTask")
def a_page_with_the_id_in_it(app: App) -> App:
    """An unknown task is a page that names its id."""

    def edit(call: Call, answer: Answer) -> Answer:
        page = f"<h1>No task {call.parameters['taskId']}</h1>".encode(errors="replace")
        return Answer(404, page, HTML) if answer.status == 404 else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("ROBUST-07", blames="getTemplateParameterSchema")
def an_error_without_a_content_type(app: App) -> App:
    """The error of an unknown template does not say that it is JSON."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_header("content-type", None) if answer.status == 404 else answer

    return editing_answers(app, {"getTemplateParameterSchema"}, edit)


@defect("ROBUST-08", blames="getTask")
def json_put_together_by_hand(app: App) -> App:
    """The error is put together out of texts, with the id as it is."""

    def edit(call: Call, answer: Answer) -> Answer:
        text = '{"error": {"name": "NotFoundError", "message": "no task ' + call.parameters["taskId"] + '"}}'
        return replace(answer, body=text.encode(errors="replace")) if answer.status == 404 else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("ROBUST-08", blames="dryRunTask")
def numbers_that_are_none(app: App) -> App:
    """Numbers that JSON does not have are written all the same."""

    def edit(call: Call, answer: Answer) -> Answer:
        if b"1 / 0" not in call.body or answer.status != 200:
            return answer
        return replace(answer, body=json.dumps({**answer.json, "output": {"result": float("inf")}}).encode())

    return editing_answers(app, {"dryRunTask"}, edit)


@defect("ROBUST-09", blames="getTask")
def plain_text_for_strange_ids(app: App) -> App:
    """The router refuses strange ids by itself, in plain text."""

    def reply(call: Call) -> Answer | None:
        strange = "%" in call.path
        return Answer(400, b"Bad Request", [(b"content-type", b"text/plain")]) if strange else None

    return answering(app, {"getTask"}, reply)


@defect("ROBUST-09", blames="dryRunTask")
def an_empty_error_for_a_broken_body(app: App) -> App:
    """What cannot be parsed is refused without a word."""

    def reply(call: Call) -> Answer | None:
        return Answer(400) if call.json is None else None

    return answering(app, {"dryRunTask"}, reply)


@defect("ROBUST-10", blames="listActions")
def one_bad_body_breaks_the_server(app: App) -> App:
    """After a body that cannot be parsed, the list of actions fails for good."""
    broken: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.operation in WITH_BODIES and call.json is None:
            broken.add("body")
        return error_answer(400) if broken and call.operation == "listActions" and not call.query else None

    return answering(app, None, reply)


@defect("ROBUST-10", blames="listTasks")
def planted_in_every_object(app: App) -> App:
    """A prototype that was sent becomes part of every object, and filters refuse the unknown member."""
    planted: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.operation == "createTask" and b"__proto__" in call.body:
            planted.add("contractTests")
        if planted and call.operation == "listTasks":
            return error_answer(400, "InputError", "Unknown query parameter 'contractTests'")
        return None

    return answering(app, None, reply)


@defect("ROBUST-11", blames="getTask")
def an_id_is_part_of_a_query(app: App) -> App:
    """An id that closes the quotes finds the first task there is."""

    def edit(call: Call, answer: Answer) -> Answer:
        if "' OR '1'='1" not in call.parameters["taskId"]:
            return answer
        return json_answer(200, {"id": "the-first-task", "spec": {}, "status": "completed"})

    return editing_answers(app, {"getTask"}, edit)


@defect("ROBUST-11", blames="listTasks")
def a_creator_is_part_of_a_query(app: App) -> App:
    """A creator that closes the quotes finds the tasks of everybody."""

    def change(call: Call) -> Call:
        injected = any(name == "createdBy" and "' OR '" in value for name, value in call.query)
        return call.with_query([]) if injected else call

    return changing_requests(app, {"listTasks"}, change)


@defect("ROBUST-11", blames="getTask")
def an_id_ends_at_nul(app: App) -> App:
    """What stands behind NUL in an id is not looked at."""

    def change(call: Call) -> Call:
        return replace(call, path=call.path.partition("%00")[0])

    return changing_requests(app, {"getTask"}, change)


@defect("ROBUST-11", blames="getTask")
def an_id_is_a_pattern(app: App) -> App:
    """Tasks are looked up by LIKE, and a wildcard in an id finds one that begins so."""
    known: list[str] = []

    def note(call: Call, body: Any) -> Any:
        known.append(body["id"])
        return body

    def change(call: Call) -> Call:
        id = call.parameters["taskId"]
        found = next((task for task in known if len(id) > 1 and task.startswith(id.removesuffix("%"))), id)
        return replace(call, path=f"/v2/tasks/{found}") if id.endswith("%") else call

    return changing_requests(editing_json(app, CREATES, note, status=201), {"getTask"}, change)


def looking_up(app: App, meant: Callable[[str], str]) -> App:
    """Look a task up by what is made of its id."""

    def change(call: Call) -> Call:
        return replace(call, path=f"/v2/tasks/{quote(meant(call.parameters['taskId']), safe='')}")

    return changing_requests(app, {"getTask"}, change)


@defect("ROBUST-11", blames="getTask")
def an_id_is_trimmed(app: App) -> App:
    """Blanks around an id are cut off."""
    return looking_up(app, str.strip)


@defect("ROBUST-12", blames="dryRunTask")
def no_body_is_an_empty_object(app: App) -> App:
    """A dry run without a body is a dry run of nothing."""

    def reply(call: Call) -> Answer | None:
        nothing = {"log": [], "directoryContents": [], "steps": [], "output": {}}
        return None if call.body.strip() else json_answer(200, nothing)

    return answering(app, {"dryRunTask"}, reply)


@defect("ROBUST-12", blames="createTask")
def a_cut_off_body_is_enough(app: App) -> App:
    """What cannot be parsed is queued all the same, to be looked at later."""

    def reply(call: Call) -> Answer | None:
        return json_answer(201, {"id": "to-be-looked-at"}) if call.json is None and call.body else None

    return answering(app, CREATES, reply)


@defect("ROBUST-13", blames="createTask")
def refused_tasks_are_stored(app: App) -> App:
    """A task is stored before its template is looked up."""
    stored: list[dict[str, Any]] = []

    def note(call: Call, answer: Answer) -> Answer:
        sent = call.json
        if answer.status == 404 and isinstance(sent, dict):
            ref = str(sent.get("templateRef"))
            spec = {"templateInfo": {"entityRef": ref}, "steps": [], "parameters": {}}
            task = {"id": f"stored-{len(stored)}", "spec": spec, "status": "open", "createdAt": "2026-01-01T00:00:00Z"}
            stored.append(task)
        return answer

    def add(call: Call, body: Any) -> Any:
        return {**body, "tasks": [*body["tasks"], *stored]}

    return editing_json(editing_answers(app, CREATES, note), {"listTasks"}, add)


@defect("ROBUST-13", blames="createTask")
def the_first_refused_task_stays(app: App) -> App:
    """The transaction of a refused task is not rolled back the first time."""
    refused: list[str] = []

    def note(call: Call, answer: Answer) -> Answer:
        if answer.status == 404 and b"no-such-template" in call.body:
            refused.append("template:default/contract-tests-no-such-template")
        return answer

    def add(call: Call, body: Any) -> Any:
        spec = {"templateInfo": {"entityRef": refused[0] if refused else ""}, "steps": [], "parameters": {}}
        left = {"id": "left-over", "spec": spec, "status": "failed", "createdAt": "2026-01-01T00:00:00Z"}
        return {**body, "tasks": [*body["tasks"], left]} if refused else body

    return editing_json(editing_answers(app, CREATES, note), {"listTasks"}, add)


def _in_parameters(task: Any, change: Any) -> Any:
    spec = task.get("spec", {})
    text = json.dumps(spec.get("parameters", {}))
    return {**task, "spec": {**spec, "parameters": json.loads(change(text))}}


@defect("ROBUST-14", blames="getTask")
def values_are_rendered(app: App) -> App:
    """Expressions in values are rendered as if they stood in the template."""
    return editing_json(
        app, {"getTask"}, lambda _, task: _in_parameters(task, lambda text: text.replace("${{ 7 * 191 }}", "1337"))
    )


@defect("ROBUST-14", blames="listTasks")
def values_lose_their_emoji_in_the_list(app: App) -> App:
    """The list is read from a table that knows no emoji."""

    def edit(call: Call, body: Any) -> Any:
        tasks = [_in_parameters(task, lambda text: text.replace("\\ud83d\\ude00", "?")) for task in body["tasks"]]
        return {**body, "tasks": tasks}

    return editing_json(app, {"listTasks"}, edit)


@defect("ROBUST-14", blames="getTask")
def large_numbers_lose_digits(app: App) -> App:
    """Numbers are kept in single precision."""
    return editing_json(
        app,
        {"getTask"},
        lambda _, task: _in_parameters(task, lambda text: text.replace("9007199254740991", "9007199254740992")),
    )


@defect("ROBUST-14", blames="getTask")
def markup_in_values_is_escaped(app: App) -> App:
    """Values are made fit for a page before they are kept."""
    return editing_json(app, {"getTask"}, lambda _, task: _in_parameters(task, lambda text: text.replace("<", "&lt;")))


@defect("ROBUST-15", blames="createTask")
def chunks_are_no_body(app: App) -> App:
    """A body without a length is no body."""

    def reply(call: Call) -> Answer | None:
        chunked = call.header("transfer-encoding") is not None
        return error_answer(400, "InputError", "RequestBody is required") if chunked else None

    return answering(app, CREATES, reply)


@defect("ROBUST-15", blames="createTask")
def only_the_first_chunk_is_read(app: App) -> App:
    """The body is what came first."""

    def change(call: Call) -> Call:
        return replace(call, body=call.body[:64]) if call.header("transfer-encoding") else call

    return changing_requests(app, CREATES, change)


def _after_a_client_left(app: App, then: Answer, operation: str) -> App:
    left: list[str] = []

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def heard() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect" and scope.get("path", "").endswith("/eventstream"):
                left.append(scope["path"])
            return message

        # The mock that is shown a connection need not ask how it ends.
        scope["extensions"] = {}
        try:
            await app(scope, heard, send)
        except (asyncio.CancelledError, OSError):
            left.append(scope.get("path", ""))
            raise

    return answering(noting, {operation}, lambda call: then if len(left) >= 1 else None)


@defect("ROBUST-16", blames="listActions")
def those_who_left_are_still_served(app: App) -> App:
    """A client that leaves takes a worker with it, and there was one."""
    return _after_a_client_left(app, error_answer(503), "listActions")


@defect("ROBUST-16", blames="getTask")
def a_task_is_lost_with_its_readers(app: App) -> App:
    """The task is thrown away when a stream of it breaks."""
    return _after_a_client_left(app, error_answer(404, "NotFoundError"), "getTask")
