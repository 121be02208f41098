"""Answers that are not as the document describes them."""

import json
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import Answer, App, Call, editing_answers, editing_json, error_answer

TERMINAL = {"completed", "failed", "cancelled"}


@defect("SCHEMA-01", blames="listTasks")
def list_is_a_bare_array(app: App) -> App:
    """The list is the array itself."""
    return editing_json(app, {"listTasks"}, lambda call, body: body["tasks"])


@defect("SCHEMA-01", blames="listTasks")
def empty_list_is_null(app: App) -> App:
    """Where there are no tasks, `tasks` is null."""
    return editing_json(app, {"listTasks"}, lambda call, body: {**body, "tasks": body["tasks"] or None})


@defect("SCHEMA-01", blames="listTasks")
def list_holds_ids_only(app: App) -> App:
    """The list names the tasks instead of holding them."""
    return editing_json(app, {"listTasks"}, lambda call, body: {"tasks": [task["id"] for task in body["tasks"]]})


@defect("SCHEMA-02", blames="createTask")
def created_id_is_under_another_name(app: App) -> App:
    """The new id is called `taskId`."""
    return editing_json(app, {"createTask"}, lambda call, body: {"taskId": body["id"]}, status=201)


@defect("SCHEMA-02", blames="createTask")
def created_id_is_an_object(app: App) -> App:
    """The new id is wrapped once more."""
    return editing_json(app, {"createTask"}, lambda call, body: {"id": {"value": body["id"]}}, status=201)


@defect("SCHEMA-02", blames="createTask")
def created_answer_is_not_json(app: App) -> App:
    """The new id is answered as plain text."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(201, answer.json["id"].encode(), answer.headers) if answer.status == 201 else answer

    return editing_answers(app, {"createTask"}, edit)


@defect("SCHEMA-03", blames="getTask")
def completion_time_is_a_number(app: App) -> App:
    """`completedAt` is in milliseconds since 1970."""

    def edit(call: Call, task: Any) -> Any:
        return {**task, "completedAt": 1_767_225_600_000} if "completedAt" in task else task

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-03", blames="getTask")
def completion_time_is_empty_while_it_runs(app: App) -> App:
    """`completedAt` is an empty text as long as the task runs."""
    return editing_json(app, {"getTask"}, lambda call, task: {"completedAt": "", **task})


@defect("SCHEMA-03", blames="getTask")
def heartbeat_has_no_zone(app: App) -> App:
    """`lastHeartbeatAt` does not say in which zone."""

    def edit(call: Call, task: Any) -> Any:
        if "lastHeartbeatAt" in task:
            task["lastHeartbeatAt"] = task["lastHeartbeatAt"].rstrip("Z")
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-03", blames="getTask")
def failed_task_has_no_parameters(app: App) -> App:
    """The parameters of a task that failed are gone."""

    def edit(call: Call, task: Any) -> Any:
        if task["status"] == "failed":
            del task["spec"]["parameters"]
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-03", blames="getTask")
def creator_is_an_object(app: App) -> App:
    """`createdBy` is an object with the reference in it."""
    return editing_json(app, {"getTask"}, lambda call, task: {**task, "createdBy": {"ref": task.get("createdBy")}})


@defect("SCHEMA-03", blames="getTask")
def steps_are_counted(app: App) -> App:
    """The ids of the steps are numbers."""

    def edit(call: Call, task: Any) -> Any:
        for number, step in enumerate(task["spec"]["steps"]):
            step["id"] = number
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-03", blames="getTask")
def output_is_null_until_there_is_one(app: App) -> App:
    """`spec.output` is null while the task runs."""

    def edit(call: Call, task: Any) -> Any:
        if task["status"] not in TERMINAL:
            task["spec"]["output"] = None
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-04", blames="listTasks")
def listed_task_has_no_spec(app: App) -> App:
    """The list leaves out the specification of each task."""

    def edit(call: Call, body: Any) -> Any:
        return {"tasks": [{key: task[key] for key in task if key != "spec"} for task in body["tasks"]]}

    return editing_json(app, {"listTasks"}, edit)


@defect("SCHEMA-04", blames="listTasks")
def listed_time_is_of_another_format(app: App) -> App:
    """The list writes times with a blank and without a zone."""

    def edit(call: Call, body: Any) -> Any:
        for task in body["tasks"]:
            task["createdAt"] = task["createdAt"].replace("T", " ")[:19]
        return body

    return editing_json(app, {"listTasks"}, edit)


@defect("SCHEMA-04", blames="listTasks")
def ended_listed_task_does_not_say_when(app: App) -> App:
    """The list leaves out when a task was completed."""

    def edit(call: Call, body: Any) -> Any:
        return {"tasks": [{key: task[key] for key in task if key != "completedAt"} for task in body["tasks"]]}

    return editing_json(app, {"listTasks"}, edit)


@defect("SCHEMA-05", blames="getTaskLogs")
def log_is_wrapped(app: App) -> App:
    """The log is an object with the entries in it."""
    return editing_json(app, {"getTaskLogs"}, lambda call, body: {"events": body})


@defect("SCHEMA-05", blames="getTaskLogs")
def last_entry_has_no_body(app: App) -> App:
    """The completion in the log has no body."""

    def edit(call: Call, body: Any) -> Any:
        for entry in body:
            if entry["type"] == "completion":
                del entry["body"]
        return body

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("SCHEMA-05", blames="getTaskLogs")
def log_times_are_seconds(app: App) -> App:
    """Log entries tell their time in seconds."""

    def edit(call: Call, body: Any) -> Any:
        return [{**entry, "createdAt": 1_767_225_600 + place} for place, entry in enumerate(body)]

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("SCHEMA-05", blames="getTaskLogs")
def log_message_is_a_list(app: App) -> App:
    """A message of several lines is a list of them."""

    def edit(call: Call, body: Any) -> Any:
        for entry in body:
            if "message" in entry["body"]:
                entry["body"]["message"] = entry["body"]["message"].split("\n")
        return body

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("SCHEMA-06", blames="getTemplateParameterSchema")
def parameter_schema_is_a_list_of_pages(app: App) -> App:
    """The parameter schema is the bare list of its pages."""
    return editing_json(app, {"getTemplateParameterSchema"}, lambda call, body: body["steps"])


@defect("SCHEMA-06", blames="getTemplateParameterSchema")
def parameter_schema_is_json_in_a_text(app: App) -> App:
    """The parameter schema is a text that holds the JSON."""
    return editing_json(app, {"getTemplateParameterSchema"}, lambda call, body: json.dumps(body))


@defect("SCHEMA-07", blames="listActions")
def actions_are_by_name(app: App) -> App:
    """The actions are an object, each under its id."""
    return editing_json(app, {"listActions"}, lambda call, body: {action["id"]: action for action in body})


@defect("SCHEMA-07", blames="listActions")
def last_action_has_a_null_description(app: App) -> App:
    """An action without a description says null."""
    return editing_json(app, {"listActions"}, lambda call, body: [*body[:-1], {**body[-1], "description": None}])


@defect("SCHEMA-07", blames="listActions")
def action_schema_is_a_text(app: App) -> App:
    """The schema of an action's input is a text."""

    def edit(call: Call, body: Any) -> Any:
        for action in body:
            if "input" in action.get("schema", {}):
                action["schema"]["input"] = json.dumps(action["schema"]["input"])
        return body

    return editing_json(app, {"listActions"}, edit)


@defect("SCHEMA-08", blames="dryRunTask")
def dry_run_has_no_output(app: App) -> App:
    """A dry run without an output says null."""
    return editing_json(app, {"dryRunTask"}, lambda call, body: {**body, "output": None})


@defect("SCHEMA-08", blames="dryRunTask")
def dry_run_log_is_text(app: App) -> App:
    """The log of a dry run is a list of lines."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "log": [str(entry["body"].get("message")) for entry in body["log"]]}

    return editing_json(app, {"dryRunTask"}, edit)


@defect("SCHEMA-08", blames="dryRunTask")
def dry_run_steps_have_no_id(app: App) -> App:
    """The steps of a dry run have names and no ids."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "steps": [{key: step[key] for key in step if key != "id"} for step in body["steps"]]}

    return editing_json(app, {"dryRunTask"}, edit)


@defect("SCHEMA-09", blames="getTask")
def not_found_is_a_text(app: App) -> App:
    """The error of an unknown task is a text and no object."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_json({"error": "Not Found"}) if answer.status == 404 else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("SCHEMA-09", blames="cancelTask")
def cancel_of_unknown_says_nothing(app: App) -> App:
    """The 404 of a cancel is empty."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(404, b"", []) if answer.status == 404 else answer

    return editing_answers(app, {"cancelTask"}, edit)


@defect("SCHEMA-09", blames="getTaskEventStream")
def stream_of_unknown_is_a_web_page(app: App) -> App:
    """The 404 of an event stream is HTML."""

    def edit(call: Call, answer: Answer) -> Answer:
        page = Answer(404, b"<h1>Not found</h1>", [(b"content-type", b"text/html")])
        return page if answer.status == 404 else answer

    return editing_answers(app, {"getTaskEventStream"}, edit)


@defect("SCHEMA-09", blames="listTasks")
def unauthorized_has_no_message(app: App) -> App:
    """A 401 names the error and has no message."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_json({"error": {"name": "AuthenticationError"}}) if answer.status == 401 else answer

    return editing_answers(app, None, edit)


@defect("SCHEMA-10", blames="createTask")
def refusal_has_only_a_message(app: App) -> App:
    """A 400 is an object with nothing but a message."""

    def edit(call: Call, answer: Answer) -> Answer:
        return answer.with_json({"message": "no"}) if answer.status == 400 else answer

    return editing_answers(app, {"createTask"}, edit)


@defect("SCHEMA-10", blames="getTaskLogs")
def refused_parameter_is_plain_text(app: App) -> App:
    """The 400 of a parameter is plain text."""

    def edit(call: Call, answer: Answer) -> Answer:
        text = Answer(400, b"Bad Request", [(b"content-type", b"text/plain")])
        return text if answer.status == 400 else answer

    return editing_answers(app, {"getTaskLogs"}, edit)


@defect("SCHEMA-10", blames="dryRunTask")
def refused_dry_run_has_a_numbered_error(app: App) -> App:
    """The error of a refused dry run is named by a number."""

    def edit(call: Call, answer: Answer) -> Answer:
        refused: Any = error_answer(400).json
        refused["error"]["name"] = 400
        return answer.with_json(refused) if answer.status == 400 else answer

    return editing_answers(app, {"dryRunTask"}, edit)


@defect("SCHEMA-11", blames="getTask")
def version_is_a_number(app: App) -> App:
    """The API version of a task is a number."""

    def edit(call: Call, task: Any) -> Any:
        return {**task, "spec": {**task["spec"], "apiVersion": 3}}

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-11", blames="listTasks")
def listed_output_is_a_list(app: App) -> App:
    """The list has the outputs of a task as a list."""

    def edit(call: Call, body: Any) -> Any:
        for task in body["tasks"]:
            task["spec"]["output"] = list(task["spec"].get("output") or ())
        return body

    return editing_json(app, {"listTasks"}, edit)


@defect("SCHEMA-12", blames="getTask")
def task_holds_not_a_number(app: App) -> App:
    """A task tells of a progress that is NaN."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(200, answer.body[:-1] + b', "progress": NaN}', answer.headers) if answer.status == 200 else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("SCHEMA-12", blames="listTasks")
def list_names_its_tasks_twice(app: App) -> App:
    """The list has an empty `tasks` first and the right one after it."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(200, b'{"tasks": [], ' + answer.body[1:], answer.headers) if answer.status == 200 else answer

    return editing_answers(app, {"listTasks"}, edit)


@defect("SCHEMA-12", blames="getTaskLogs")
def log_is_latin_1(app: App) -> App:
    """The log is written in Latin-1."""

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        entries = [{**entry, "note": "é"} for entry in answer.json]
        return Answer(200, json.dumps(entries, ensure_ascii=False).encode("latin-1", "replace"), answer.headers)

    return editing_answers(app, {"getTaskLogs"}, edit)


@defect("SCHEMA-13", blames="getTask")
def heartbeat_is_in_snake_case(app: App) -> App:
    """The heartbeat is called `last_heartbeat_at`."""

    def edit(call: Call, task: Any) -> Any:
        return {("last_heartbeat_at" if name == "lastHeartbeatAt" else name): task[name] for name in task}

    return editing_json(app, {"getTask"}, edit)


@defect("SCHEMA-13", blames="listTasks")
def listed_creator_is_misspelt(app: App) -> App:
    """The list calls the creator `createBy`."""

    def edit(call: Call, body: Any) -> Any:
        return {
            "tasks": [
                {("createBy" if name == "createdBy" else name): task[name] for name in task} for task in body["tasks"]
            ]
        }

    return editing_json(app, {"listTasks"}, edit)


@defect("SCHEMA-13", blames="listActions")
def description_is_misspelt(app: App) -> App:
    """An action has a `desciption`."""

    def edit(call: Call, body: Any) -> Any:
        return [{("desciption" if name == "description" else name): action[name] for name in action} for action in body]

    return editing_json(app, {"listActions"}, edit)
