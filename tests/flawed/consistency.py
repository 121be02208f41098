"""Views of a task that contradict each other, and what was sent."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import Answer, App, Call, answering, changing_requests, editing_answers, editing_json

ENDED = {"completed", "failed", "cancelled"}
Tasks = list[Any]


def _editing_list(app: App, edit: Callable[[Tasks], Tasks]) -> App:
    return editing_json(app, {"listTasks"}, lambda call, body: {**body, "tasks": edit(body["tasks"])})


def _editing_tasks(app: App, operations: set[str], edit_task: Callable[[Any], Any]) -> App:
    def edit(call: Call, body: Any) -> Any:
        if call.operation == "listTasks":
            return {**body, "tasks": [edit_task(task) for task in body["tasks"]]}
        return edit_task(body)

    return editing_json(app, operations, edit)


def _with_spec(task: Any, **members: Any) -> Any:
    return {**task, "spec": {**task["spec"], **members}}


@defect("CONS-01", blames="listTasks")
def list_holds_the_newest_only(app: App) -> App:
    """The list holds one task only."""
    return _editing_list(app, lambda tasks: tasks[:1])


@defect("CONS-01", blames="listTasks")
def list_lacks_the_newest(app: App) -> App:
    """The list lacks the task that was created last."""
    return _editing_list(app, lambda tasks: sorted(tasks, key=lambda task: str(task["createdAt"]))[:-1])


@defect("CONS-01", blames="listTasks")
def list_lacks_failed_tasks(app: App) -> App:
    """The list lacks tasks that failed."""
    return _editing_list(app, lambda tasks: [task for task in tasks if task["status"] != "failed"])


@defect("CONS-01", blames="listTasks")
def list_is_cached(app: App) -> App:
    """The list is always what it was the first time."""
    first: list[Answer] = []

    def edit(call: Call, answer: Answer) -> Answer:
        if not first and answer.status == 200:
            first.append(answer)
        return first[0] if answer.status == 200 else answer

    return editing_answers(app, {"listTasks"}, edit)


@defect("CONS-02", blames="listTasks")
def list_repeats_the_first(app: App) -> App:
    """The first task of the list is its last, too."""
    return _editing_list(app, lambda tasks: tasks + tasks[:1])


@defect("CONS-02", blames="listTasks")
def list_repeats_what_runs(app: App) -> App:
    """A task that runs is in the list twice."""
    return _editing_list(app, lambda tasks: tasks + [task for task in tasks if task["status"] == "processing"])


@defect("CONS-03", blames="createTask")
def second_task_gets_the_first_id(app: App) -> App:
    """Creating a task gives the id of the first one that was ever created."""
    first: list[str] = []

    def edit(call: Call, body: Any) -> Any:
        first.append(body["id"])
        return {**body, "id": first[0]}

    return editing_json(app, {"createTask"}, edit, status=201)


@defect("CONS-03", blames="createTask")
def ids_are_used_twice(app: App) -> App:
    """Every second task gets the id of the one before it."""
    made: list[str] = []

    def edit(call: Call, body: Any) -> Any:
        made.append(body["id"])
        return {**body, "id": made[(len(made) - 1) // 2 * 2]}

    return editing_json(app, {"createTask"}, edit, status=201)


@defect("CONS-04", blames="getTask")
def newest_task_is_read(app: App) -> App:
    """Reading a task gives the one that was created last."""
    made: list[str] = []

    def note(call: Call, body: Any) -> Any:
        made.append(body["id"])
        return body

    def change(call: Call) -> Call:
        return replace(call, path=f"/v2/tasks/{made[-1]}") if call.parameters["taskId"] in made else call

    return changing_requests(editing_json(app, {"createTask"}, note, status=201), {"getTask"}, change)


@defect("CONS-04", blames="getTask")
def id_is_a_row_number(app: App) -> App:
    """A task that is read has a shorter id than it was created with."""
    return _editing_tasks(app, {"getTask"}, lambda task: {**task, "id": task["id"][:8]})


@defect("CONS-05", blames="listTasks")
def list_has_no_creator(app: App) -> App:
    """In the list, nobody created a task."""

    def edit(task: Any) -> Any:
        return {name: value for name, value in task.items() if name != "createdBy"}

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-05", blames="listTasks")
def list_has_days_only(app: App) -> App:
    """In the list, tasks were created at midnight."""
    return _editing_tasks(
        app, {"listTasks"}, lambda task: {**task, "createdAt": f"{task['createdAt'][:10]}T00:00:00.000Z"}
    )


@defect("CONS-05", blames="listTasks")
def list_has_no_parameters(app: App) -> App:
    """In the list, tasks have no parameters."""
    return _editing_tasks(app, {"listTasks"}, lambda task: _with_spec(task, parameters={}))


@defect("CONS-05", blames="listTasks")
def list_cuts_steps(app: App) -> App:
    """In the list, a task has its first step only."""
    return _editing_tasks(app, {"listTasks"}, lambda task: _with_spec(task, steps=task["spec"]["steps"][:1]))


@defect("CONS-05", blames="listTasks")
def list_mixes_tasks_up(app: App) -> App:
    """In the list, each task has the spec of the next."""

    def edit(tasks: Tasks) -> Tasks:
        specs = [task["spec"] for task in tasks]
        return [{**task, "spec": spec} for task, spec in zip(tasks, specs[1:] + specs[:1], strict=True)]

    return _editing_list(app, edit)


@defect("CONS-06", blames="listTasks")
def list_says_processing_at_once(app: App) -> App:
    """In the list, an ended task that did not complete is processing."""

    def edit(task: Any) -> Any:
        if task["status"] not in {"failed", "cancelled"}:
            return task
        return {name: value for name, value in task.items() if name != "completedAt"} | {"status": "processing"}

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-06", blames="listTasks")
def list_knows_no_failure(app: App) -> App:
    """In the list, a failed task is completed."""
    return _editing_tasks(
        app, {"listTasks"}, lambda task: {**task, "status": "completed"} if task["status"] == "failed" else task
    )


@defect("CONS-06", blames="listTasks")
def list_is_ahead(app: App) -> App:
    """In the list, a task that runs is completed."""

    def edit(task: Any) -> Any:
        if task["status"] == "processing":
            return {**task, "status": "completed", "completedAt": task["createdAt"]}
        return task

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-06", blames="getTask")
def task_is_ahead(app: App) -> App:
    """A task that runs is completed when it is read, and not in the list."""

    def edit(task: Any) -> Any:
        if task["status"] == "processing":
            return {**task, "status": "completed", "completedAt": task["createdAt"]}
        return task

    return _editing_tasks(app, {"getTask"}, edit)


@defect("CONS-07", blames="listTasks")
def list_rounds_the_end(app: App) -> App:
    """In the list, `completedAt` is rounded to minutes."""

    def edit(task: Any) -> Any:
        if "completedAt" in task:
            return {**task, "completedAt": f"{task['completedAt'][:16]}:00.000Z"}
        return task

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-07", blames="listTasks")
def list_has_no_end(app: App) -> App:
    """In the list, no task has a `completedAt`."""
    return _editing_tasks(
        app, {"listTasks"}, lambda task: {name: value for name, value in task.items() if name != "completedAt"}
    )


def _editing_parameters(app: App, edit: Callable[[Any], Any], *operations: str) -> App:
    def edit_task(task: Any) -> Any:
        return _with_spec(task, parameters=edit(task["spec"]["parameters"]))

    return _editing_tasks(app, set(operations) or {"getTask", "listTasks"}, edit_task)


def _everywhere(edit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(inner) for name, inner in value.items()}
        return [walk(inner) for inner in value] if isinstance(value, list) else edit(value)

    return walk


@defect("CONS-08", blames="getTask")
def values_are_texts(app: App) -> App:
    """Numbers come back as texts."""
    return _editing_parameters(app, _everywhere(lambda value: str(value) if type(value) in (int, float) else value))


@defect("CONS-08", blames="getTask")
def values_are_trimmed(app: App) -> App:
    """Texts come back without white space around them."""
    return _editing_parameters(app, _everywhere(lambda value: value.strip() if isinstance(value, str) else value))


@defect("CONS-08", blames="getTask")
def values_are_escaped(app: App) -> App:
    """Texts come back escaped for HTML."""
    return _editing_parameters(
        app, _everywhere(lambda value: value.replace("&", "&amp;") if isinstance(value, str) else value)
    )


@defect("CONS-08", blames="getTask")
def values_are_ascii(app: App) -> App:
    """Texts come back with a question mark for every character beyond ASCII."""
    return _editing_parameters(
        app, _everywhere(lambda value: value.encode("ascii", "replace").decode() if isinstance(value, str) else value)
    )


@defect("CONS-08", blames="getTask")
def numbers_are_doubles(app: App) -> App:
    """Large integers come back rounded."""
    return _editing_parameters(
        app, _everywhere(lambda value: value - 1 if isinstance(value, int) and value > 2**52 else value)
    )


@defect("CONS-08", blames="getTask")
def nulls_are_dropped(app: App) -> App:
    """A value of null does not come back."""

    def edit(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: edit(inner) for name, inner in value.items() if inner is not None}
        return value

    return _editing_parameters(app, edit)


@defect("CONS-08", blames="getTask")
def false_is_nothing(app: App) -> App:
    """What is false, zero or empty comes back as null."""
    return _editing_parameters(app, _everywhere(lambda value: value or None))


@defect("CONS-08", blames="listTasks")
def values_are_flat_in_the_list(app: App) -> App:
    """In the list, nested values come back as their JSON."""
    return _editing_parameters(
        app,
        lambda values: {name: str(value) if isinstance(value, dict) else value for name, value in values.items()},
        "listTasks",
    )


@defect("CONS-08", blames="getTask")
def names_are_lower_case(app: App) -> App:
    """The names of values come back in lower case."""
    return _editing_parameters(app, lambda values: {name.lower(): value for name, value in values.items()})


@defect("CONS-08", blames="getTask")
def values_of_the_last_task(app: App) -> App:
    """Every task has the values of the one that was created last."""
    last: dict[str, Any] = {}

    def change(call: Call) -> Call:
        if isinstance(call.json, dict) and "values" in call.json:
            last["values"] = call.json["values"]
        return call

    def edit(task: Any) -> Any:
        return _with_spec(task, parameters=last.get("values", {}))

    return changing_requests(_editing_tasks(app, {"getTask", "listTasks"}, edit), {"createTask"}, change)


def _editing_info(app: App, edit: Callable[[str], str], *operations: str) -> App:
    def edit_task(task: Any) -> Any:
        info = task["spec"]["templateInfo"]
        return _with_spec(task, templateInfo={**info, "entityRef": edit(info["entityRef"])})

    return _editing_tasks(app, set(operations), edit_task)


@defect("CONS-09", blames="getTask")
def template_is_of_another_namespace(app: App) -> App:
    """The template is said to be of the namespace `development`."""
    return _editing_info(app, lambda ref: ref.replace("default/", "development/"), "getTask", "listTasks")


@defect("CONS-09", blames="listTasks")
def template_is_of_another_kind(app: App) -> App:
    """In the list, the template is a component."""
    return _editing_info(app, lambda ref: ref.replace("template:", "component:"), "listTasks")


@defect("CONS-10", blames="getTask")
def every_task_has_a_creator_of_its_own(app: App) -> App:
    """`createdBy` is made of the id of the task."""
    return _editing_tasks(
        app, {"getTask", "listTasks"}, lambda task: {**task, "createdBy": f"user:default/{task['id'][:8]}"}
    )


@defect("CONS-10", blames="getTask")
def who_fails_is_nobody(app: App) -> App:
    """Nobody created a task that failed."""

    def edit(task: Any) -> Any:
        return {**task, "createdBy": "user:default/unknown"} if task["status"] == "failed" else task

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("CONS-11", blames="getTask")
def steps_are_named_alike(app: App) -> App:
    """Every step has the id of the first."""

    def edit(task: Any) -> Any:
        steps = task["spec"]["steps"]
        return _with_spec(task, steps=[{**step, "id": steps[0]["id"]} for step in steps])

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("CONS-11", blames="listTasks")
def steps_have_the_id_of_their_action(app: App) -> App:
    """In the list, the id of a step is its action."""

    def edit(task: Any) -> Any:
        return _with_spec(task, steps=[{**step, "id": step["action"]} for step in task["spec"]["steps"]])

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-06", blames="listTasks")
def list_is_late(app: App) -> App:
    """The list shows each status one list later."""
    before: dict[str, Any] = {}

    def edit(task: Any) -> Any:
        shown = before.get(task["id"], task)
        before[task["id"]] = task
        return shown

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("CONS-01", blames="listTasks")
def list_needs_a_moment(app: App) -> App:
    """A task is in the list from its second list on."""
    seen: set[str] = set()

    def edit(tasks: Tasks) -> Tasks:
        known = [task for task in tasks if task["id"] in seen]
        seen.update(task["id"] for task in tasks)
        return known

    return _editing_list(app, edit)


@defect("CONS-04", blames="getTask")
def tasks_are_swapped_by_a_cache(app: App) -> App:
    """Every fifth reading gives the task that was read before."""
    answers: list[Answer] = []

    def reply(call: Call) -> Answer | None:
        return answers[-1] if len(answers) % 5 == 4 else None

    def note(call: Call, answer: Answer) -> Answer:
        if answer.status == 200:
            answers.append(answer)
        return answer

    return editing_answers(answering(app, {"getTask"}, reply), {"getTask"}, note)


@defect("CONS-08", blames="getTask")
def nulls_are_dropped_from_the_values(app: App) -> App:
    """A value that is null itself does not come back."""
    return _editing_parameters(app, lambda values: {name: value for name, value in values.items() if value is not None})


@defect("CONS-08", blames="getTask")
def false_is_dropped_from_the_values(app: App) -> App:
    """A value that is false itself does not come back."""
    return _editing_parameters(
        app, lambda values: {name: value for name, value in values.items() if value is not False}
    )


@defect("CONS-08", blames="getTask")
def lists_are_sorted(app: App) -> App:
    """A list of texts comes back in order, each text once."""

    def edit(values: Any) -> Any:
        return {
            name: sorted(set(value))
            if isinstance(value, list) and all(isinstance(one, str) for one in value)
            else value
            for name, value in values.items()
        }

    return _editing_parameters(app, edit)


@defect("CONS-08", blames="getTask")
def names_with_dots_are_paths(app: App) -> App:
    """A name with a dot comes back with an underscore."""
    return _editing_parameters(app, lambda values: {name.replace(".", "_"): value for name, value in values.items()})


@defect("CONS-08", blames="getTask")
def texts_are_cut(app: App) -> App:
    """A value comes back with 255 characters at most."""
    return _editing_parameters(
        app,
        lambda values: {name: value[:255] if isinstance(value, str) else value for name, value in values.items()},
    )


@defect("CONS-06", blames="getTask")
def task_is_late(app: App) -> App:
    """A task that has ended is processing for one and a half seconds more when it is read, and not in the list."""
    since: dict[str, float] = {}

    def edit(task: Any) -> Any:
        if task["status"] not in {"completed", "failed"}:
            return task
        if time.monotonic() - since.setdefault(task["id"], time.monotonic()) > 1.5:
            return task
        return {name: value for name, value in task.items() if name != "completedAt"} | {"status": "processing"}

    return _editing_tasks(app, {"getTask"}, edit)
