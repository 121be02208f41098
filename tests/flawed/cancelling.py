"""Cancels that go wrong."""

from dataclasses import replace
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
    json_answer,
)

ENDED = {"completed", "failed", "cancelled"}
ACCEPTED = json_answer(200, {"status": "cancelled"})


@defect("LIFE-25", blames="cancelTask")
def cancel_is_ignored(app: App) -> App:
    """A cancel is answered 200 and nothing happens."""
    return answering(app, {"cancelTask"}, lambda call: ACCEPTED if call.header("authorization") else None)


def _ending_as(app: App, status: str) -> App:
    def edit(call: Call, body: Any) -> Any:
        tasks = body["tasks"] if call.operation == "listTasks" else [body]
        for task in tasks:
            if task["status"] == "cancelled":
                task["status"] = status
        return body

    return editing_json(app, {"getTask", "listTasks"}, edit)


@defect("LIFE-24", blames="cancelTask")
def cancelled_task_fails(app: App) -> App:
    """A cancelled task ends failed."""
    return _ending_as(app, "failed")


@defect("LIFE-24", blames="cancelTask")
def cancelled_task_completes(app: App) -> App:
    """A cancelled task ends completed."""
    return _ending_as(app, "completed")


@defect("LIFE-24", blames="cancelTask")
def silently_cancelled_task_fails(app: App) -> App:
    """A cancelled task ends failed, and no event tells of the cancel."""

    def edit(call: Call, entries: Any) -> Any:
        return [entry for entry in entries if entry["type"] != "cancelled"]

    hidden = answering(_ending_as(app, "failed"), {"getTaskEventStream"}, lambda call: json_answer(200, {}))
    return editing_json(hidden, {"getTaskLogs"}, edit)


@defect("LIFE-25", blames="cancelTask")
def cancel_takes_for_ever(app: App) -> App:
    """A task that was cancelled is processing for ever."""
    cancelled: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if not call.header("authorization"):
            return None
        cancelled.add(call.parameters["taskId"])
        return ACCEPTED

    def edit(call: Call, task: Any) -> Any:
        if task["id"] in cancelled:
            task.pop("completedAt", None)
            return {**task, "status": "processing"}
        return task

    return editing_json(answering(app, {"cancelTask"}, reply), {"getTask"}, edit)


@defect("LIFE-25", blames="cancelTask")
def cancel_waits_for_the_worker(app: App) -> App:
    """A task that was cancelled while it ran is so only for those who list tasks."""

    def edit(call: Call, task: Any) -> Any:
        if task["status"] == "cancelled":
            task.pop("completedAt", None)
            return {**task, "status": "processing"}
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-26", blames="cancelTask")
def completed_task_can_be_cancelled(app: App) -> App:
    """A cancel turns a completed task into a cancelled one."""
    cancelled: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            cancelled.add(call.parameters["taskId"])
        return None

    def edit(call: Call, task: Any) -> Any:
        late = task["id"] in cancelled and task["status"] == "completed"
        return {**task, "status": "cancelled"} if late else task

    return editing_json(answering(app, {"cancelTask"}, reply), {"getTask"}, edit)


@defect("LIFE-26", blames="cancelTask")
def late_cancel_is_logged(app: App) -> App:
    """Cancelling a task that has ended adds an event to its log."""
    cancelled: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            cancelled.add(call.parameters["taskId"])
        return None

    def edit(call: Call, entries: Any) -> Any:
        late = call.parameters["taskId"] in cancelled and not any(entry["type"] == "cancelled" for entry in entries)
        if late and entries and entries[-1]["type"] == "completion" and not call.query:
            body = {"message": "Step 0 has been cancelled.", "status": "cancelled"}
            entries.append({**entries[-1], "id": entries[-1]["id"] + 1, "type": "cancelled", "body": body})
        return entries

    return editing_json(answering(app, {"cancelTask"}, reply), {"getTaskLogs"}, edit)


@defect("LIFE-26", blames="cancelTask")
def second_cancel_moves_the_end(app: App) -> App:
    """Cancelling a task once more moves its `completedAt`."""
    cancels: dict[str, int] = {}

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            cancels[call.parameters["taskId"]] = cancels.get(call.parameters["taskId"], 0) + 1
        return None

    def edit(call: Call, task: Any) -> Any:
        times = cancels.get(task["id"], 0)
        if task["status"] == "cancelled" and times > 1:
            return {**task, "completedAt": f"{task['completedAt'][:17]}{times:02d}.000Z"}
        return task

    return editing_json(answering(app, {"cancelTask"}, reply), {"getTask"}, edit)


@defect("LIFE-27", blames="cancelTask")
def cancel_stops_everything(app: App) -> App:
    """A cancel cancels every task that runs."""
    cancelled_before: set[str] = set()
    created: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            cancelled_before.update(created)
        return None

    def note(call: Call, answer: Answer) -> Answer:
        if isinstance(answer.json, dict) and "id" in answer.json:
            created.add(answer.json["id"])
        return answer

    def edit(call: Call, task: Any) -> Any:
        stopped = task["id"] in cancelled_before and task["status"] not in ENDED
        return {**task, "status": "cancelled", "completedAt": task["createdAt"]} if stopped else task

    noting = editing_answers(app, {"createTask"}, note)
    return editing_json(answering(noting, {"cancelTask"}, reply), {"getTask"}, edit)


@defect("LIFE-27", blames="cancelTask")
def cancel_stops_the_task_before_it(app: App) -> App:
    """A cancel cancels the task that was created before the given one, too."""
    created: list[str] = []
    stopped: set[str] = set()

    def reply(call: Call) -> Answer | None:
        id = call.parameters["taskId"]
        if call.header("authorization") and id in created[1:]:
            stopped.add(created[created.index(id) - 1])
        return None

    def note(call: Call, answer: Answer) -> Answer:
        if isinstance(answer.json, dict) and "id" in answer.json:
            created.append(answer.json["id"])
        return answer

    def edit(call: Call, task: Any) -> Any:
        if task["id"] in stopped and task["status"] not in ENDED:
            return {**task, "status": "cancelled", "completedAt": task["createdAt"]}
        return task

    noting = editing_answers(app, {"createTask"}, note)
    return editing_json(answering(noting, {"cancelTask"}, reply), {"getTask"}, edit)


@defect("LIFE-25", blames="cancelTask")
def cancel_hits_the_newest_task(app: App) -> App:
    """A cancel cancels the task that was created last, whichever was meant."""
    created: list[str] = []

    def note(call: Call, answer: Answer) -> Answer:
        if isinstance(answer.json, dict) and "id" in answer.json:
            created.append(answer.json["id"])
        return answer

    def change(call: Call) -> Call:
        known = call.parameters["taskId"] in created
        return replace(call, path=f"/v2/tasks/{created[-1]}/cancel") if known else call

    return changing_requests(editing_answers(app, {"createTask"}, note), {"cancelTask"}, change)
