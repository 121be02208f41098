"""Dry runs that change something, or take what they should not."""

from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.runs import OPERATION, is_run, result_of
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    changing_requests,
    editing_answers,
    editing_json,
    error_answer,
    json_answer,
)

FORM = {"getTemplateParameterSchema"}


def forgiving(app: App, is_refused_for: Callable[[dict[str, Any]], bool]) -> App:
    """Have a result for values that were refused, where all of the errors are such."""

    def edit(call: Call, answer: Answer) -> Answer:
        errors = (answer.json or {}).get("errors", []) if answer.status == 400 else []
        if errors and all(is_refused_for(error) for error in errors):
            return json_answer(200, {"log": [], "directoryContents": [], "steps": [], "output": {}})
        return answer

    return editing_answers(app, OPERATION, edit)


def task_of(call: Call, number: int) -> dict[str, Any]:
    return {
        "id": f"dry-run-{number}",
        "spec": {"templateInfo": {"entityRef": "template:default/x"}, "steps": [], "parameters": call.json["values"]},
        "status": "completed",
        "createdAt": "2026-01-01T00:00:00Z",
        "completedAt": "2026-01-01T00:00:00Z",
    }


@defect("DRY-13", blames="dryRunTask")
def dry_run_is_listed(app: App) -> App:
    """A dry run is stored as a task."""
    tasks: list[Any] = []

    def remember(call: Call, answer: Answer) -> Answer:
        if answer.status == 200:
            tasks.append(task_of(call, len(tasks)))
        return answer

    def show(call: Call, body: Any) -> Any:
        return {**body, "tasks": [*tasks, *body["tasks"]]}

    return editing_json(editing_answers(app, OPERATION, remember), {"listTasks"}, show)


@defect("DRY-13", blames="dryRunTask")
def dry_run_that_was_refused_is_listed(app: App) -> App:
    """A dry run is stored as a task that failed when its values are refused."""
    tasks: list[Any] = []

    def remember(call: Call, answer: Answer) -> Answer:
        if answer.status == 400 and is_run(call):
            tasks.append(task_of(call, len(tasks)))
        return answer

    def show(call: Call, body: Any) -> Any:
        return {**body, "tasks": [*tasks, *body["tasks"]]}

    return editing_json(editing_answers(app, OPERATION, remember), {"listTasks"}, show)


@defect("DRY-14", blames="dryRunTask")
def template_is_registered(app: App) -> App:
    """The template of a dry run is put into the catalog."""
    names: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.operation == "dryRunTask" and is_run(call):
            names.add(str((call.json["template"].get("metadata") or {}).get("name")))
        if call.operation == "getTemplateParameterSchema" and call.parameters["name"] in names:
            return json_answer(200, {"title": "It was only a dry run", "steps": []})
        return None

    return answering(app, OPERATION | FORM, reply)


@defect("DRY-14", blames="dryRunTask")
def every_template_is_found_after_a_dry_run(app: App) -> App:
    """A dry run leaves its template in the place where templates are looked up next."""
    left: list[Any] = []

    def reply(call: Call) -> Answer | None:
        if call.operation == "dryRunTask" and is_run(call):
            left.append(call.json["template"])
        if call.operation == "getTemplateParameterSchema" and left:
            return json_answer(200, {"title": "The last one", "steps": []})
        return None

    return answering(app, OPERATION | FORM, reply)


@defect("DRY-15", blames="dryRunTask")
def shortest_text_may_be_one_shorter(app: App) -> App:
    """The least length of a text is off by one."""
    return forgiving(app, lambda error: error["name"] == "minLength" and len(error["instance"]) == 2)


@defect("DRY-15", blames="dryRunTask")
def largest_number_may_be_one_larger(app: App) -> App:
    """The largest number is off by one."""
    return forgiving(app, lambda error: error["name"] == "maximum" and error["instance"] == error["argument"] + 1)


@defect("DRY-15", blames="dryRunTask")
def second_page_is_not_checked(app: App) -> App:
    """Only the first page of the parameters is looked at."""
    return forgiving(app, lambda error: error["path"] == ["after"])


@defect("DRY-15", blames="dryRunTask")
def lists_may_be_empty(app: App) -> App:
    """How many items there are is not counted."""
    return forgiving(app, lambda error: error["name"] == "minItems")


@defect("DRY-16", blames="dryRunTask")
def anything_is_a_template(app: App) -> App:
    """Nobody looks whether the template is one."""

    def edit(call: Call, answer: Answer) -> Answer:
        refused = answer.status == 400 and is_run(call) and "error" in answer.json
        return result_of(call) if refused else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-16", blames="dryRunTask")
def kind_of_a_template_is_not_checked(app: App) -> App:
    """A component can be run, too."""

    def change(call: Call) -> Call:
        if not is_run(call) or "kind" not in call.json["template"]:
            return call
        return call.with_json({**call.json, "template": {**call.json["template"], "kind": "Template"}})

    return changing_requests(app, OPERATION, change)


@defect("DRY-16", blames="dryRunTask")
def template_without_steps_is_a_fault(app: App) -> App:
    """A template without steps ends in a 500."""

    def reply(call: Call) -> Answer | None:
        spec = call.json["template"].get("spec") if is_run(call) else None
        lacking = isinstance(spec, dict) and not isinstance(spec.get("steps"), list)
        return error_answer(500, "TypeError", "steps is not iterable") if lacking else None

    return answering(app, OPERATION, reply)


@defect("DRY-17", blames="dryRunTask")
def unknown_action_completes(app: App) -> App:
    """A step whose action there is not is taken as done."""

    def edit(call: Call, answer: Answer) -> Answer:
        return result_of(call) if answer.status == 404 else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-17", blames="dryRunTask")
def unknown_action_is_a_fault(app: App) -> App:
    """A step whose action there is not ends in a 500."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(500, "TypeError", "handler is undefined") if answer.status == 404 else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-18", blames="dryRunTask")
def paths_may_lead_outside(app: App) -> App:
    """A path is taken as it is, and comes back so."""

    def edit(call: Call, answer: Answer) -> Answer:
        return result_of(call) if answer.status == 403 else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-18", blames="dryRunTask")
def absolute_paths_are_taken(app: App) -> App:
    """Dots are looked for, but a path may begin with a slash."""

    def edit(call: Call, answer: Answer) -> Answer:
        files = call.json.get("directoryContents") or [] if is_run(call) else []
        absolute = any(isinstance(file, dict) and str(file.get("path")).startswith("/") for file in files)
        return result_of(call) if absolute and answer.status == 403 else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-19", blames="dryRunTask")
def wrong_values_are_a_fault(app: App) -> App:
    """Values that the template does not accept end in a 500."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(500) if answer.status == 400 and "errors" in answer.json else answer

    return editing_answers(app, OPERATION, edit)


@defect("DRY-19", blames="dryRunTask")
def values_of_a_dry_run_are_not_checked(app: App) -> App:
    """A dry run takes whatever values there are."""
    return forgiving(app, lambda error: True)


@defect("DRY-22", blames="dryRunTask")
def garbage_becomes_an_empty_file(app: App) -> App:
    """What cannot be decoded is taken for nothing."""

    def edit(call: Call, result: Any) -> Any:
        garbage = {file["path"] for file in call.json.get("directoryContents", ()) if "%" in file["base64Content"]}
        files = [
            {**file, "base64Content": ""} if file["path"] in garbage else file for file in result["directoryContents"]
        ]
        return {**result, "directoryContents": files}

    return editing_json(app, OPERATION, edit)


@defect("DRY-22", blames="dryRunTask")
def garbage_is_a_fault(app: App) -> App:
    """What cannot be decoded ends in a 500."""

    def reply(call: Call) -> Answer | None:
        files = call.json.get("directoryContents") if is_run(call) else None
        garbage = any("%" in str(file) for file in files) if isinstance(files, list) else False
        return error_answer(500, "ValueError", "illegal base64") if garbage else None

    return answering(app, OPERATION, reply)


@defect("DRY-15", blames="dryRunTask")
def parts_of_values_are_not_checked(app: App) -> App:
    """What an object requires that is a value itself is not asked for."""
    return forgiving(app, lambda error: len(error["path"]) > 0 and error["name"] == "required")


@defect("DRY-15", blames="dryRunTask")
def patterns_of_a_dry_run_are_not_checked(app: App) -> App:
    """A text need not match its pattern."""
    return forgiving(app, lambda error: error["name"] == "pattern")


@defect("DRY-15", blames="dryRunTask")
def items_are_of_any_type(app: App) -> App:
    """What is in a list is not looked at."""
    return forgiving(app, lambda error: len(error["path"]) > 1 and error["name"] == "type")
