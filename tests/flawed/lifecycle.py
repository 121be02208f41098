"""Tasks whose life goes wrong."""

import json
import re
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    Frames,
    answering,
    changing_requests,
    editing_answers,
    editing_frames,
    editing_json,
    error_answer,
    event_of,
    frame_of,
    json_answer,
)

ENDED = {"completed", "failed", "cancelled"}


@defect("LIFE-01", blames="getTask")
def processing_task_is_queued_again(app: App) -> App:
    """A task that was processing is open again."""
    seen: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        if task["status"] == "processing":
            seen[task["id"]] += 1
            if seen[task["id"]] > 1:
                return {**task, "status": "open"}
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-01", blames="listTasks")
def list_of_two_replicas(app: App) -> App:
    """Every second list comes of a replica that believes every task to wait in the queue."""
    lists: Counter[str] = Counter()

    def edit(call: Call, body: Any) -> Any:
        lists["all"] += 1
        if lists["all"] % 2:
            return body
        waiting = [{**task, "status": "open"} if task["status"] == "processing" else task for task in body["tasks"]]
        return {**body, "tasks": waiting}

    return editing_json(app, {"listTasks"}, edit)


@defect("LIFE-02", blames="getTask")
def ended_task_comes_back(app: App) -> App:
    """A task that has ended is processing again when it is asked for a third time."""
    seen: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        if task["status"] in ENDED:
            seen[task["id"]] += 1
            if seen[task["id"]] == 3:
                return {**task, "status": "processing"}
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-02", blames="getTask")
def failure_is_forgotten(app: App) -> App:
    """A failed task is completed when it is read once more."""
    seen: set[str] = set()

    def edit(call: Call, task: Any) -> Any:
        if task["status"] == "failed":
            if task["id"] in seen:
                return {**task, "status": "completed"}
            seen.add(task["id"])
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-02", blames="listTasks")
def list_forgets_failures(app: App) -> App:
    """A failed task stands as completed in every list but the first that holds it."""
    seen: set[str] = set()

    def edit(call: Call, body: Any) -> Any:
        failed = {task["id"] for task in body["tasks"] if task["status"] == "failed"}
        known = failed & seen
        seen.update(failed)
        return {
            **body,
            "tasks": [{**task, "status": "completed"} if task["id"] in known else task for task in body["tasks"]],
        }

    return editing_json(app, {"listTasks"}, edit)


def _renaming(app: App, operations: set[str], old: str, new: str) -> App:
    def edit(call: Call, body: Any) -> Any:
        if call.operation == "listTasks":
            return {**body, "tasks": [edit_task(task) for task in body["tasks"]]}
        return edit_task(body)

    def edit_task(task: Any) -> Any:
        return {**task, "status": new} if task["status"] == old else task

    return editing_json(app, operations, edit)


@defect("LIFE-03", blames="getTask")
def status_of_another_api(app: App) -> App:
    """A task that runs is `running`."""
    return _renaming(app, {"getTask", "listTasks"}, "processing", "running")


@defect("LIFE-03", blames="listTasks")
def status_in_capitals_in_the_list(app: App) -> App:
    """The list shows completed tasks as `COMPLETED`."""
    return _renaming(app, {"listTasks"}, "completed", "COMPLETED")


@defect("LIFE-03", blames="getTask")
def american_cancel(app: App) -> App:
    """A cancelled task is `canceled`."""
    return _renaming(app, {"getTask"}, "cancelled", "canceled")


@defect("LIFE-04", blames="getTask")
def creation_time_is_now(app: App) -> App:
    """`createdAt` is the last heartbeat."""
    return editing_json(
        app, {"getTask"}, lambda call, task: {**task, "createdAt": task.get("lastHeartbeatAt", task["createdAt"])}
    )


@defect("LIFE-04", blames="getTask")
def parameters_are_dropped_at_the_end(app: App) -> App:
    """A task that has ended has no parameters any more."""

    def edit(call: Call, task: Any) -> Any:
        return {**task, "spec": {**task["spec"], "parameters": {}}} if task["status"] in ENDED else task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-04", blames="getTask")
def creator_is_whoever_reads(app: App) -> App:
    """From the second reading on, a task was created by somebody else."""
    seen: set[str] = set()

    def edit(call: Call, task: Any) -> Any:
        known = task["id"] in seen
        seen.add(task["id"])
        return {**task, "createdBy": "user:default/reader"} if known else task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-04", blames="getTask")
def steps_shrink(app: App) -> App:
    """A task that has ended lists only its first step."""

    def edit(call: Call, task: Any) -> Any:
        steps = task["spec"]["steps"]
        return {**task, "spec": {**task["spec"], "steps": steps[:1]}} if task["status"] in ENDED else task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-05", blames="getTask")
def completion_time_moves(app: App) -> App:
    """`completedAt` is a second later with every reading."""
    seen: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        if "completedAt" not in task:
            return task
        seen[task["id"]] += 1
        return {**task, "completedAt": f"{task['completedAt'][:17]}{seen[task['id']] % 60:02d}.000Z"}

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-05", blames="getTask")
def completion_time_vanishes(app: App) -> App:
    """`completedAt` is told once."""
    seen: set[str] = set()

    def edit(call: Call, task: Any) -> Any:
        if task["id"] in seen:
            task.pop("completedAt", None)
        if "completedAt" in task:
            seen.add(task["id"])
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-06", blames="getTask")
def new_task_is_not_there_yet(app: App) -> App:
    """A task that was only just created is answered 404 the first time."""
    seen: set[str] = set()

    def reply(call: Call) -> Answer | None:
        id = call.parameters["taskId"]
        if id in seen:
            return None
        seen.add(id)
        return error_answer(404, "NotFoundError", "not yet")

    return answering(app, {"getTask"}, reply)


def _remembering(app: App, status: str, ended: set[str]) -> App:
    def edit(call: Call, task: Any) -> Any:
        if task["status"] == status:
            ended.add(task["id"])
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-06", blames="getTaskLogs")
def log_of_a_failed_task_is_gone(app: App) -> App:
    """The log of a failed task is 404."""
    ended: set[str] = set()

    def reply(call: Call) -> Answer | None:
        return error_answer(404, "NotFoundError") if call.parameters["taskId"] in ended else None

    return answering(_remembering(app, "failed", ended), {"getTaskLogs"}, reply)


@defect("LIFE-06", blames="cancelTask")
def ended_task_cannot_be_found_to_cancel(app: App) -> App:
    """Cancelling a completed task is 404."""
    ended: set[str] = set()

    def reply(call: Call) -> Answer | None:
        return error_answer(404, "NotFoundError") if call.parameters["taskId"] in ended else None

    return answering(_remembering(app, "completed", ended), {"cancelTask"}, reply)


@defect("LIFE-06", blames="getTask")
def cancelled_task_is_deleted(app: App) -> App:
    """A task is gone soon after it was cancelled."""
    cancelled: Counter[str] = Counter()

    def reply(call: Call) -> Answer | None:
        id = call.parameters["taskId"]
        if call.operation == "cancelTask":
            cancelled[id] += 1
        elif id in cancelled:
            cancelled[id] += 1
            return error_answer(404, "NotFoundError") if cancelled[id] > 3 else None
        return None

    return answering(app, {"getTask", "cancelTask"}, reply)


def _finding_everything(app: App, operation: str, body: Any) -> App:
    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(200, body) if answer.status == 404 else answer

    return editing_answers(app, {operation}, edit)


@defect("LIFE-07", blames="cancelTask")
def unknown_task_is_cancelled(app: App) -> App:
    """Cancelling a task that never was is 200."""
    return _finding_everything(app, "cancelTask", {"status": "cancelled"})


@defect("LIFE-07", blames="getTaskLogs")
def unknown_task_has_an_empty_log(app: App) -> App:
    """The log of a task that never was is empty."""
    return _finding_everything(app, "getTaskLogs", [])


@defect("LIFE-07", blames="getTask")
def unknown_task_is_null(app: App) -> App:
    """A task that never was is null."""
    return _finding_everything(app, "getTask", None)


@defect("LIFE-07", blames="getTaskEventStream")
def unknown_task_has_an_empty_stream(app: App) -> App:
    """The stream of a task that never was is open for a moment, and empty."""

    def edit(call: Call, answer: Answer) -> Answer:
        return Answer(200, b"", [(b"content-type", b"text/event-stream")]) if answer.status == 404 else answer

    return editing_answers(app, {"getTaskEventStream"}, edit)


@defect("LIFE-07", blames="getTask")
def unknown_task_is_gone_for_good(app: App) -> App:
    """A task that never was is 410."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(410, "GoneError") if answer.status == 404 else answer

    return editing_answers(app, {"getTask"}, edit)


@defect("LIFE-07", blames="getTask")
def ids_are_matched_by_their_beginning(app: App) -> App:
    """Whose id begins like a known one is taken for that one."""
    known: list[str] = []

    def edit(call: Call, answer: Answer) -> Answer:
        if isinstance(answer.json, dict) and "id" in answer.json:
            known.append(answer.json["id"])
        return answer

    def change(call: Call) -> Call:
        id = call.parameters["taskId"]
        full = next((one for one in known if one[:-2] == id[:-2]), id)
        return replace(call, path=f"/v2/tasks/{full}")

    return changing_requests(editing_answers(app, {"createTask"}, edit), {"getTask"}, change)


@defect("LIFE-08", blames="getTask")
def task_never_ends(app: App) -> App:
    """A task is processing for ever, whatever its events say."""

    def edit(call: Call, task: Any) -> Any:
        task.pop("completedAt", None)
        return {**task, "status": "processing"} if task["status"] in ENDED else task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-08", blames="listTasks")
def list_never_sees_the_end(app: App) -> App:
    """A failed task is processing for ever in the list."""

    def edit(call: Call, body: Any) -> Any:
        for task in body["tasks"]:
            if task["status"] == "failed":
                task["status"] = "processing"
                del task["completedAt"]
        return body

    return editing_json(app, {"listTasks"}, edit)


def _without_completion(app: App, status: str) -> App:
    ended: set[str] = set()

    def edit(call: Call, entries: Any) -> Any:
        if call.parameters["taskId"] in ended:
            return [entry for entry in entries if entry["type"] != "completion"]
        return entries

    return editing_json(_remembering(app, status, ended), {"getTaskLogs"}, edit)


@defect("LIFE-09", blames="getTaskLogs")
def log_of_a_failed_task_has_no_end(app: App) -> App:
    """The log of a failed task lacks its completion."""
    return _without_completion(app, "failed")


@defect("LIFE-09", blames="getTaskLogs")
def log_of_a_cancelled_task_has_no_end(app: App) -> App:
    """The log of a cancelled task lacks its completion."""
    return _without_completion(app, "cancelled")


@defect("LIFE-09", blames="getTaskLogs")
def log_holds_log_lines_only(app: App) -> App:
    """The log lacks every event that is no log line."""
    return editing_json(
        app, {"getTaskLogs"}, lambda call, entries: [entry for entry in entries if entry["type"] == "log"]
    )


@defect("LIFE-10", blames="getTaskLogs")
def failed_task_is_shown_as_completed(app: App) -> App:
    """Failed tasks are completed; only their events know better."""
    return _renaming(app, {"getTask", "listTasks"}, "failed", "completed")


@defect("LIFE-10", blames="getTaskLogs")
def completed_task_is_shown_as_failed(app: App) -> App:
    """Completed tasks are failed; only their events know better."""
    return _renaming(app, {"getTask", "listTasks"}, "completed", "failed")


@defect("LIFE-10", blames="getTaskEventStream")
def every_completion_has_an_error(app: App) -> App:
    """The streamed completion of a completed task has an empty error."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            event = event_of(frame)
            if event["type"] == "completion":
                event["body"].setdefault("error", {"name": "", "message": ""})
            yield frame_of(event)

    return editing_frames(app, edit)


def _changing_completions(app: App, change: Any) -> App:
    def edit(call: Call, entries: Any) -> Any:
        return [change(entry) if entry["type"] == "completion" else entry for entry in entries]

    async def edit_frames(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            event = event_of(frame)
            yield frame_of(change(event)) if event["type"] == "completion" else frame

    return editing_frames(editing_json(app, {"getTaskLogs"}, edit), edit_frames)


@defect("LIFE-11", blames="getTaskEventStream")
def failure_without_a_reason(app: App) -> App:
    """The completion of a failed task has no error."""

    def change(event: Any) -> Any:
        event["body"].pop("error", None)
        return event

    return _changing_completions(app, change)


@defect("LIFE-11", blames="getTaskEventStream")
def error_is_a_text(app: App) -> App:
    """The error of a failed task is a text and no object."""

    def change(event: Any) -> Any:
        if "error" in event["body"]:
            event["body"]["error"] = event["body"]["error"]["message"]
        return event

    return _changing_completions(app, change)


@defect("LIFE-11", blames="getTaskLogs")
def error_without_a_message(app: App) -> App:
    """The error of a failed task has a name only."""

    def change(event: Any) -> Any:
        if "error" in event["body"]:
            event["body"]["error"] = {"name": event["body"]["error"]["name"], "message": ""}
        return event

    return _changing_completions(app, change)


@defect("LIFE-12", blames="getTaskEventStream")
def completion_without_output(app: App) -> App:
    """The completion of a completed task has no output."""

    def change(event: Any) -> Any:
        event["body"].pop("output", None)
        return event

    return _changing_completions(app, change)


@defect("LIFE-12", blames="getTaskLogs")
def output_is_json_in_a_text(app: App) -> App:
    """The output of a completed task is a text that holds JSON."""

    def change(event: Any) -> Any:
        if "output" in event["body"]:
            event["body"]["output"] = json.dumps(event["body"]["output"])
        return event

    return _changing_completions(app, change)


@defect("LIFE-13", blames="getTask")
def running_task_stays_open(app: App) -> App:
    """A task is open until it ends."""
    return _renaming(app, {"getTask"}, "processing", "open")


@defect("LIFE-13", blames="listTasks")
def list_shows_running_tasks_as_open(app: App) -> App:
    """In the list, a task is open until it ends."""
    return _renaming(app, {"listTasks"}, "processing", "open")


@defect("LIFE-14", blames="getTaskLogs")
def log_says_goodbye(app: App) -> App:
    """Behind the completion, the log says that the workspace was removed."""

    def edit(call: Call, entries: Any) -> Any:
        if entries and entries[-1]["type"] == "completion":
            last = entries[-1]
            entries.append({**last, "id": last["id"] + 1, "type": "log", "body": {"message": "Workspace removed"}})
        return entries

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("LIFE-14", blames="getTaskEventStream")
def stream_completes_twice(app: App) -> App:
    """The completion is streamed twice."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame
            if event_of(frame)["type"] == "completion":
                yield frame

    return editing_frames(app, edit)


def _ended_too_early(app: App, operations: set[str], status: str) -> App:
    def edit_task(task: Any) -> Any:
        if task["status"] == "processing":
            return {**task, "status": status, "completedAt": task["createdAt"]}
        return task

    def edit(call: Call, body: Any) -> Any:
        if call.operation == "listTasks":
            return {**body, "tasks": [edit_task(task) for task in body["tasks"]]}
        return edit_task(body)

    return editing_json(app, operations, edit)


@defect("LIFE-28", blames="getTask")
def task_completes_when_it_starts(app: App) -> App:
    """A task is said to have completed as soon as it runs."""
    return _ended_too_early(app, {"getTask"}, "completed")


@defect("LIFE-28", blames="listTasks")
def running_tasks_have_failed_in_the_list(app: App) -> App:
    """The list shows every task that runs as failed."""
    return _ended_too_early(app, {"listTasks"}, "failed")


@defect("LIFE-08", blames="getTask")
def status_lags_behind_the_completion(app: App) -> App:
    """A task that has ended is processing for three seconds more."""
    since: dict[str, float] = {}

    def edit(call: Call, task: Any) -> Any:
        if task["status"] not in ENDED:
            return task
        if time.monotonic() - since.setdefault(task["id"], time.monotonic()) > 3:
            return task
        return {name: value for name, value in task.items() if name != "completedAt"} | {"status": "processing"}

    return editing_json(app, {"getTask"}, edit)


def _succeeding(app: App) -> App:
    """Cancelled tasks complete with results."""
    cancelled: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.header("authorization"):
            cancelled.add(call.parameters["taskId"])
        return None

    def edit(call: Call, event: Any) -> Any:
        if event["type"] == "completion" and call.parameters["taskId"] in cancelled:
            return {**event, "body": {"message": event["body"]["message"], "output": {}}}
        return event

    async def edit_frames(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame_of(edit(call, event_of(frame)))

    noting = answering(app, {"cancelTask"}, reply)
    logs = editing_json(noting, {"getTaskLogs"}, lambda call, entries: [edit(call, entry) for entry in entries])
    return editing_frames(logs, edit_frames)


@defect("LIFE-10", blames="getTaskLogs")
def cancelled_task_completes_in_the_log(app: App) -> App:
    """The log of a cancelled task ends with results."""
    return _succeeding(app)


@defect("STREAM-21", blames="getTaskEventStream")
def cancelled_task_completes_in_the_stream(app: App) -> App:
    """The stream of a cancelled task ends with results."""
    return _succeeding(app)


@defect("LIFE-07", blames="getTask")
def ids_are_parsed_as_numbers(app: App) -> App:
    """Tasks are numbered, and whatever comes behind a number in a path is not looked at."""
    ids: dict[str, str] = {}

    def number(id: str) -> str:
        return ids.setdefault(id, str(len(ids) + 1))

    def edit(call: Call, answer: Answer) -> Answer:
        body = answer.json
        if answer.status == 200 and call.operation == "listTasks":
            return answer.with_json({**body, "tasks": [{**task, "id": number(task["id"])} for task in body["tasks"]]})
        if answer.status in (200, 201) and call.operation in ("createTask", "getTask"):
            return answer.with_json({**body, "id": number(body["id"])})
        return answer

    def change(call: Call) -> Call:
        wanted = re.match("[0-9]+(?![0-9a-f]*-)", call.parameters["taskId"])
        id = next((id for id, known in ids.items() if wanted and known == wanted[0]), None)
        return replace(call, path=call.path.replace(call.parameters["taskId"], id, 1)) if id else call

    reading = {"getTask", "getTaskLogs", "getTaskEventStream", "cancelTask"}
    return changing_requests(editing_answers(app, {"createTask", "getTask", "listTasks"}, edit), reading, change)
