"""Templates that do not mean what they say of their parameters."""

from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
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

CREATION = {"createTask"}


def forgiving(app: App, is_refused_for: Callable[[dict[str, Any]], bool]) -> App:
    """Create a task with values that were refused, where all of the errors are such."""

    def edit(call: Call, answer: Answer) -> Answer:
        errors = (answer.json or {}).get("errors", []) if answer.status == 400 else []
        if errors and all(is_refused_for(error) for error in errors):
            return json_answer(201, {"id": "00000000-0000-4000-8000-00000000f00d"})
        return answer

    return editing_answers(app, CREATION, edit)


@defect("TEMPL-11", blames="createTask")
def values_are_not_checked(app: App) -> App:
    """Whatever values there are, a task is created."""
    return forgiving(app, lambda error: True)


@defect("TEMPL-11", blames="createTask")
def required_values_may_be_missing(app: App) -> App:
    """What is required is not asked for."""
    return forgiving(app, lambda error: error["name"] == "required")


@defect("TEMPL-11", blames="createTask")
def choices_are_not_checked(app: App) -> App:
    """A value need not be one of the choices."""
    return forgiving(app, lambda error: error["name"] == "enum")


@defect("TEMPL-11", blames="createTask")
def patterns_are_not_checked(app: App) -> App:
    """A text need not match its pattern."""
    return forgiving(app, lambda error: error["name"] == "pattern")


@defect("TEMPL-11", blames="createTask")
def longest_text_may_be_one_longer(app: App) -> App:
    """The limit of a text's length is off by one."""
    return forgiving(
        app, lambda error: error["name"] == "maxLength" and len(error["instance"]) == error["argument"] + 1
    )


@defect("TEMPL-11", blames="createTask")
def only_the_first_page_is_checked(app: App) -> App:
    """The values of later pages are taken as they are."""
    return forgiving(app, lambda error: error["argument"] == "repoUrl" or error["path"] == ["backfillSeconds"])


@defect("TEMPL-11", blames="createTask")
def refused_values_are_a_fault(app: App) -> App:
    """Values that are refused end in a 500."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(500) if answer.status == 400 and "errors" in answer.json else answer

    return editing_answers(app, CREATION, edit)


@defect("TEMPL-12", blames="createTask")
def task_is_there_before_values_are_checked(app: App) -> App:
    """The task is stored first and its values are checked then."""
    kept: list[Any] = []

    def remember(call: Call, answer: Answer) -> Answer:
        if answer.status == 400 and isinstance(call.json, dict) and "errors" in answer.json:
            kept.append(call.json)
        return answer

    def show(call: Call, body: Any) -> Any:
        phantoms = [
            {
                "id": f"phantom-{place}",
                "spec": {
                    "templateInfo": {"entityRef": sent["templateRef"]},
                    "steps": [],
                    "parameters": sent["values"],
                },
                "status": "failed",
                "createdAt": "2026-01-01T00:00:00Z",
                "completedAt": "2026-01-01T00:00:00Z",
            }
            for place, sent in enumerate(kept)
        ]
        return {**body, "tasks": [*phantoms, *body["tasks"]]}

    return editing_json(editing_answers(app, CREATION, remember), {"listTasks"}, show)


@defect("TEMPL-12", blames="createTask")
def task_is_created_though_refused(app: App) -> App:
    """The task is created, and then the client is told that it was not, as a limit was applied too late."""

    def change(call: Call) -> Call:
        values = call.json.get("values") if isinstance(call.json, dict) else None
        service = values.get("service") if isinstance(values, dict) else None
        if not isinstance(service, str) or len(service) <= 40:
            return call
        return call.with_json({**call.json, "values": {**values, "service": service[:40]}})

    def edit(call: Call, answer: Answer) -> Answer:
        values = call.json.get("values") if isinstance(call.json, dict) else None
        service = values.get("service") if isinstance(values, dict) else None
        too_long = isinstance(service, str) and len(service) > 40
        return error_answer(400, "InputError", "too long") if too_long and answer.status == 201 else answer

    return editing_answers(changing_requests(app, CREATION, change), CREATION, edit)


@defect("TEMPL-13", blames="createTask")
def name_that_is_allowed_is_refused(app: App) -> App:
    """A rule of its own, which the schema does not tell, refuses names with a hyphen."""

    def reply(call: Call) -> Answer | None:
        values = call.json.get("values") if isinstance(call.json, dict) else None
        hyphen = isinstance(values, dict) and "-" in str(values.get("service", ""))
        return error_answer(400, "InputError", "no hyphens, please") if hyphen else None

    return answering(app, CREATION, reply)


@defect("TEMPL-13", blames="createTask")
def optional_values_are_demanded(app: App) -> App:
    """A parameter with a default has to be given all the same."""

    def reply(call: Call) -> Answer | None:
        values = call.json.get("values") if isinstance(call.json, dict) else None
        lacking = isinstance(values, dict) and "service" in values and "keepOldBuilds" not in values
        return error_answer(400, "InputError", "keepOldBuilds is missing") if lacking else None

    return answering(app, CREATION, reply)


@defect("TEMPL-13", blames="createTask")
def schema_keeps_to_itself_what_is_required(app: App) -> App:
    """The parameter schema does not say which values are required; they are all the same."""

    def edit(call: Call, form: Any) -> Any:
        pages = [{key: value for key, value in step["schema"].items() if key != "required"} for step in form["steps"]]
        return {**form, "steps": [{"title": "A page", "schema": page} for page in pages]}

    return editing_json(app, {"getTemplateParameterSchema"}, edit)


@defect("TEMPL-13", blames="createTask")
def schema_is_always_that_of_the_first_template(app: App) -> App:
    """Whatever template is asked for, the form of the one that was asked for first is given."""
    first: list[Any] = []

    def edit(call: Call, form: Any) -> Any:
        first.append(form)
        return first[0]

    return editing_json(app, {"getTemplateParameterSchema"}, edit)


@defect("TEMPL-13", blames="getTemplateParameterSchema")
def schema_has_no_pages(app: App) -> App:
    """The form has no page at all, and what its pages require is refused all the same when it is missing."""
    return editing_json(app, {"getTemplateParameterSchema"}, lambda call, form: {**form, "steps": []})


@defect("TEMPL-13", blames="getTemplateParameterSchema")
def schema_lacks_what_is_required(app: App) -> App:
    """The last name that a page requires is cut off."""

    def edit(call: Call, form: Any) -> Any:
        steps = [
            {**step, "schema": {**step["schema"], "required": step["schema"].get("required", [])[:-1]}}
            for step in form["steps"]
        ]
        return {**form, "steps": steps}

    return editing_json(app, {"getTemplateParameterSchema"}, edit)
