"""Doors that stand open, or do not open to those who have the key."""

import base64
import json
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    MOUNT,
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

TOKEN = "mock-user-token"
RIGHT = f"Bearer {TOKEN}"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def let_in(call: Call) -> Call:
    return call.with_header("authorization", RIGHT)


def given(call: Call) -> str:
    """What follows the scheme of the Authorization header."""
    return (call.header("authorization") or "").partition(" ")[2]


def letting_in(app: App, operations: set[str] | None, who: Any) -> App:
    return changing_requests(app, operations, lambda call: let_in(call) if who(call) else call)


@defect("AUTH-01", blames="cancelTask")
def cancel_needs_no_token(app: App) -> App:
    """Everybody may cancel."""
    return letting_in(app, {"cancelTask"}, lambda call: call.header("authorization") is None)


@defect("AUTH-01", blames="getTaskEventStream")
def stream_needs_no_token(app: App) -> App:
    """The event stream is open to all, for browsers cannot send a header with it."""
    return letting_in(app, {"getTaskEventStream"}, lambda call: call.header("authorization") is None)


@defect("AUTH-01", blames="listActions")
def missing_token_is_forbidden(app: App) -> App:
    """A missing token is answered 403."""

    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=403) if call.header("authorization") is None else answer

    return editing_answers(app, {"listActions"}, edit)


@defect("AUTH-01", blames="dryRunTask")
def missing_token_leads_to_the_login_page(app: App) -> App:
    """A missing token is answered with a redirect to a page for people."""

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            return None
        return Answer(302, b"", [(b"location", b"https://portal.example/login")])

    return answering(app, {"dryRunTask"}, reply)


@defect("AUTH-01", blames="listTasks")
def header_of_a_proxy_is_trusted(app: App) -> App:
    """Whoever says to be a user by `X-Forwarded-User` is taken for that user."""
    return letting_in(app, {"listTasks"}, lambda call: call.header("x-forwarded-user"))


@defect("AUTH-01", blames="listTasks")
def missing_token_sees_an_empty_list(app: App) -> App:
    """Without a token there are just no tasks to be seen."""

    def reply(call: Call) -> Answer | None:
        return None if call.header("authorization") else json_answer(200, {"tasks": []})

    return answering(app, {"listTasks"}, reply)


@defect("AUTH-02", blames="getTaskLogs")
def any_token_reads_the_log(app: App) -> App:
    """The log only looks whether there is a token."""
    return letting_in(app, {"getTaskLogs"}, lambda call: given(call))


@defect("AUTH-02", blames="createTask")
def token_need_only_begin_right(app: App) -> App:
    """A token that begins with the right one is right."""
    return letting_in(app, None, lambda call: given(call).startswith(TOKEN))


@defect("AUTH-02", blames="listTasks")
def token_that_was_cut_is_right(app: App) -> App:
    """The right token need not be whole."""
    return letting_in(app, None, lambda call: given(call) and TOKEN.startswith(given(call)))


@defect("AUTH-02", blames="getTask")
def last_character_does_not_count(app: App) -> App:
    """The comparison forgets the last character."""
    return letting_in(app, {"getTask"}, lambda call: given(call)[:-1] == TOKEN[:-1])


@defect("AUTH-02", blames="dryRunTask")
def unsigned_tokens_are_believed(app: App) -> App:
    """A token whose algorithm is `none` is believed."""
    return letting_in(app, None, lambda call: given(call).startswith("eyJ") and given(call).endswith("."))


@defect("AUTH-02", blames="listActions")
def tokens_are_compared_without_case(app: App) -> App:
    """The casing of the token does not matter."""
    return letting_in(app, None, lambda call: given(call).lower() == TOKEN)


@defect("AUTH-02", blames="cancelTask")
def undefined_is_a_token(app: App) -> App:
    """`Bearer undefined` is taken for nobody in particular, who may cancel."""
    return letting_in(app, {"cancelTask"}, lambda call: given(call) == "undefined")


@defect("AUTH-03", blames="getTask")
def scheme_is_not_looked_at(app: App) -> App:
    """The token counts under any scheme."""
    return letting_in(app, None, lambda call: given(call) == TOKEN)


@defect("AUTH-03", blames="getTemplateParameterSchema")
def scheme_can_be_left_out(app: App) -> App:
    """The header may hold the token alone."""
    return letting_in(app, None, lambda call: call.header("authorization") == TOKEN)


@defect("AUTH-03", blames="listTasks")
def token_in_the_query_counts(app: App) -> App:
    """`?access_token=` is as good as the header."""

    def change(call: Call) -> Call:
        kept = [(name, value) for name, value in call.query if name != "access_token"]
        return let_in(call.with_query(kept)) if ("access_token", TOKEN) in call.query else call

    return changing_requests(app, {"listTasks"}, change)


@defect("AUTH-03", blames="listActions")
def scheme_is_searched_for(app: App) -> App:
    """`Bearer` may stand anywhere in the header."""
    return letting_in(app, None, lambda call: f"Bearer {TOKEN}" in (call.header("authorization") or ""))


def password_of(call: Call) -> tuple[str, str] | None:
    """User and password of a request with the Basic scheme."""
    try:
        user, _, password = base64.b64decode(given(call), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if (call.header("authorization") or "").startswith("Basic ") else None


@defect("AUTH-03", blames="getTask")
def token_is_a_password(app: App) -> App:
    """The token counts as the password of any user, as scripts with curl like to have it."""
    return letting_in(app, None, lambda call: (password_of(call) or ("", ""))[1] == TOKEN)


@defect("AUTH-03", blames="listTasks")
def token_is_a_password_of_nobody(app: App) -> App:
    """The token counts as a password without a user."""
    return letting_in(app, {"listTasks"}, lambda call: password_of(call) == ("", TOKEN))


@defect("AUTH-04", blames="createTask")
def scheme_is_compared_exactly(app: App) -> App:
    """Only `Bearer` is a scheme, `bearer` is none."""

    def reply(call: Call) -> Answer | None:
        exact = (call.header("authorization") or "").startswith("Bearer ")
        return None if exact else error_answer(401, "AuthenticationError", "Missing credentials")

    return answering(app, None, reply)


@defect("AUTH-04", blames="getTaskEventStream")
def shouted_scheme_is_refused(app: App) -> App:
    """The stream knows `Bearer` and `bearer`, and not `BEARER`."""

    def reply(call: Call) -> Answer | None:
        shouted = (call.header("authorization") or "").startswith("BEARER")
        return error_answer(401, "AuthenticationError", "Missing credentials") if shouted else None

    return answering(app, {"getTaskEventStream"}, reply)


@defect("AUTH-05", blames="getTaskLogs")
def right_token_does_not_open_the_log(app: App) -> App:
    """The log wants another kind of token."""
    return answering(app, {"getTaskLogs"}, lambda call: error_answer(401, "AuthenticationError", "Illegal token"))


@defect("AUTH-05", blames="getTask")
def token_is_forgotten_now_and_then(app: App) -> App:
    """One of several instances does not know the session."""
    asked: Counter[str] = Counter()

    def reply(call: Call) -> Answer | None:
        asked["getTask"] += 1
        if asked["getTask"] % 4 or call.header("authorization") != RIGHT:
            return None
        return error_answer(401, "AuthenticationError", "Illegal token")

    return answering(app, {"getTask"}, reply)


@defect("AUTH-06", blames="listTasks")
def unauthorised_is_a_page(app: App) -> App:
    """The 401 is a page for people."""

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 401:
            return answer
        return replace(answer, body=b"<h1>401 Unauthorized</h1>").with_header("content-type", "text/html")

    return editing_answers(app, None, edit)


@defect("AUTH-06", blames="getTaskEventStream")
def unauthorised_stream_says_nothing(app: App) -> App:
    """The 401 of the event stream is empty."""

    def edit(call: Call, answer: Answer) -> Answer:
        return replace(answer, body=b"", headers=[]) if answer.status == 401 else answer

    return editing_answers(app, {"getTaskEventStream"}, edit)


@defect("AUTH-06", blames="cancelTask")
def unauthorised_error_is_a_string(app: App) -> App:
    """The error of a 401 is a string instead of an object."""
    return editing_json(app, {"cancelTask"}, lambda call, body: {"error": body["error"]["message"]}, status=401)


@defect("AUTH-06", blames="dryRunTask")
def unauthorised_error_has_no_name(app: App) -> App:
    """The error of a 401 has a message only."""
    return editing_json(
        app, {"dryRunTask"}, lambda call, body: {"error": {"message": body["error"]["message"]}}, status=401
    )


@defect("AUTH-07", blames="getTask")
def unknown_task_goes_before_the_token(app: App) -> App:
    """An unknown task is 404 even without a token."""

    def reply(call: Call) -> Answer | None:
        unknown = call.parameters.get("taskId") == UNKNOWN
        return error_answer(404, "NotFoundError", f"No task with id '{UNKNOWN}' found") if unknown else None

    return answering(app, {"getTask"}, reply)


@defect("AUTH-07", blames="createTask")
def body_goes_before_the_token(app: App) -> App:
    """A wrong body is 400 even without a token."""

    def reply(call: Call) -> Answer | None:
        return None if isinstance(call.json.get("templateRef"), str) else error_answer(400, "InputError", "wrong body")

    return answering(app, {"createTask"}, reply)


@defect("AUTH-07", blames="getTaskLogs")
def parameter_goes_before_the_token(app: App) -> App:
    """A wrong `after` is 400 even without a token."""

    def reply(call: Call) -> Answer | None:
        return error_answer(400, "InputError", "must be integer") if ("after", "abc") in call.query else None

    return answering(app, {"getTaskLogs"}, reply)


@defect("AUTH-07", blames="getTemplateParameterSchema")
def unknown_template_goes_before_the_token(app: App) -> App:
    """An unknown template is 404 even without a token."""

    def reply(call: Call) -> Answer | None:
        unknown = call.parameters["name"] == "contract-tests-unknown"
        return error_answer(404, "NotFoundError", "Template not found") if unknown else None

    return answering(app, {"getTemplateParameterSchema"}, reply)


@defect("AUTH-07", blames="createTask")
def body_is_parsed_before_the_token(app: App) -> App:
    """What is no JSON is 400 even without a token."""

    def reply(call: Call) -> Answer | None:
        is_json = call.header("content-type") == "application/json"
        return error_answer(400, "SyntaxError", "no JSON") if is_json and call.json is None else None

    return answering(app, {"createTask"}, reply)


@defect("AUTH-07", blames="dryRunTask")
def media_type_goes_before_the_token(app: App) -> App:
    """A body of another media type is 415 even without a token."""

    def reply(call: Call) -> Answer | None:
        text = call.header("content-type") == "text/plain"
        return error_answer(415, "UnsupportedMediaType", "only JSON") if text else None

    return answering(app, {"dryRunTask"}, reply)


@defect("AUTH-08", blames="getTask")
def refusal_tells_whose_task_it_is(app: App) -> App:
    """Without a token, the message of a task that exists differs."""

    def edit(call: Call, body: Any) -> Any:
        there = call.parameters["taskId"] != UNKNOWN
        return {"error": {**body["error"], "message": "Only its owner may read this task"}} if there else body

    return editing_json(app, {"getTask"}, edit, status=401)


@defect("AUTH-08", blames="getTemplateParameterSchema")
def refusal_has_another_name_for_known_templates(app: App) -> App:
    """Without a token, the error of a template that exists has another name."""

    def edit(call: Call, body: Any) -> Any:
        there = call.parameters["name"] != "contract-tests-unknown"
        return {"error": {**body["error"], "name": "NotAllowedError"}} if there else body

    return editing_json(app, {"getTemplateParameterSchema"}, edit, status=401)


@defect("AUTH-09", blames="getTask")
def refusal_holds_the_task(app: App) -> App:
    """A 401 has the task beside the error."""
    return editing_json(app, {"getTask"}, lambda call, body: {**body, "task": {"spec": {"steps": []}}}, status=401)


@defect("AUTH-09", blames="listTasks")
def refusal_holds_the_list(app: App) -> App:
    """Status and error are those of a refusal, the rest of the body is that of the answer."""
    return editing_json(app, {"listTasks"}, lambda call, body: {**body, "tasks": []}, status=401)


def refused_but_done(app: App, operation: str, status: int) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        authorised = call.header("authorization") == RIGHT
        return answer if authorised else error_answer(status, "AuthenticationError", "Missing credentials")

    return editing_answers(letting_in(app, {operation}, lambda call: True), {operation}, edit)


@defect("AUTH-10", blames="createTask")
def refused_create_creates(app: App) -> App:
    """The token is looked at when the task has been made."""
    return refused_but_done(app, "createTask", 401)


@defect("AUTH-10", blames="createTask")
def forbidden_create_creates(app: App) -> App:
    """The same, and it is answered 403."""
    return refused_but_done(app, "createTask", 403)


@defect("AUTH-11", blames="cancelTask")
def refused_cancel_cancels(app: App) -> App:
    """The token is looked at when the task has been cancelled."""
    return refused_but_done(app, "cancelTask", 401)


@defect("AUTH-11", blames="cancelTask")
def cancel_with_a_wrong_token_cancels(app: App) -> App:
    """A wrong token, but not a missing one, cancels before it is refused."""

    def edit(call: Call, answer: Answer) -> Answer:
        authorised = call.header("authorization") == RIGHT
        return answer if authorised else error_answer(401, "AuthenticationError", "Illegal token")

    return editing_answers(letting_in(app, {"cancelTask"}, given), {"cancelTask"}, edit)


@defect("AUTH-12", blames="getTask")
def task_shows_the_token(app: App) -> App:
    """The token that goes to the steps as a secret is shown with the task."""

    def edit(call: Call, task: Any) -> Any:
        return {**task, "secrets": {"backstageToken": given(call)}}

    return editing_json(app, {"getTask"}, edit)


@defect("AUTH-12", blames="createTask")
def error_shows_the_headers(app: App) -> App:
    """An error shows the request with all its headers."""

    def edit(call: Call, answer: Answer) -> Answer:
        headers = {name.decode(): value.decode() for name, value in call.headers}
        return answer.with_json({**answer.json, "request": {"headers": headers}}) if answer.status == 404 else answer

    return editing_answers(app, {"createTask"}, edit)


@defect("AUTH-12", blames="listActions")
def token_comes_back_as_a_cookie(app: App) -> App:
    """The token is set as a cookie."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_header("set-cookie", f"session={given(call)}") if given(call) else answer

    return editing_answers(app, {"listActions"}, edit)


@defect("AUTH-12", blames="listTasks")
def refusal_shows_most_of_the_token(app: App) -> App:
    """The message of a 401 shows the token without its last two characters."""

    def edit(call: Call, body: Any) -> Any:
        shown = f"{TOKEN[:-2]}.." if TOKEN in given(call) else "none"
        return {"error": {**body["error"], "message": f"Illegal token {shown}"}}

    return editing_json(app, {"listTasks"}, edit, status=401)


@defect("AUTH-13", blames="listTasks")
def refusal_repeats_the_token(app: App) -> App:
    """The message of the 401 has the token in it."""

    def edit(call: Call, body: Any) -> Any:
        return {"error": {**body["error"], "message": f"Illegal token {given(call)}"}}

    return editing_json(app, {"listTasks"}, edit, status=401)


@defect("AUTH-13", blames="createTask")
def refusal_repeats_the_header(app: App) -> App:
    """A header of the 401 has the token in it."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_header("x-refused", call.header("authorization") or "none")

    return editing_answers(app, {"createTask"}, edit)


@defect("AUTH-14", blames="getTaskEventStream")
def refusal_is_an_event(app: App) -> App:
    """The stream is refused by an event in a stream."""

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 401:
            return answer
        event = f"event: error\ndata: {json.dumps(answer.json['error'])}\n\n"
        return replace(answer, body=event.encode()).with_header("content-type", "text/event-stream")

    return editing_answers(app, {"getTaskEventStream"}, edit)


@defect("AUTH-14", blames="getTaskEventStream")
def refusal_never_ends(app: App) -> App:
    """The refusal of the stream is kept open like a stream."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        stream = scope["type"] == "http" and MOUNT in scope["path"] and scope["path"].endswith("/eventstream")
        if not stream or (b"authorization", RIGHT.encode()) in scope["headers"]:
            await app(scope, receive, send)
            return
        answer = error_answer(401, "AuthenticationError", "Missing credentials")
        await send({"type": "http.response.start", "status": 401, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    return wrapped


@defect("AUTH-15", blames="listTasks")
def slash_leads_past_the_token(app: App) -> App:
    """Two slashes are one for who serves the path, and not for who guards it."""

    def change(call: Call) -> Call:
        return let_in(replace(call, path="/v2/tasks")) if call.path == "//v2/tasks" else call

    return changing_requests(app, None, change)


@defect("AUTH-15", blames="getTask")
def last_slash_leads_past_the_token(app: App) -> App:
    """The paths of tasks are guarded by a pattern, which a slash at the end does not match."""

    def change(call: Call) -> Call:
        return let_in(call) if call.operation == "getTask" and call.path.endswith("/") else call

    return changing_requests(app, None, change)


@defect("AUTH-15", blames="listTasks")
def capitals_lead_past_the_token(app: App) -> App:
    """Paths are served in any casing and guarded in one."""

    def change(call: Call) -> Call:
        return call if call.path == call.path.lower() else let_in(replace(call, path=call.path.lower()))

    return changing_requests(app, None, change)
