"""Servers that come apart when things happen at once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    MOUNT,
    Answer,
    App,
    Call,
    Frames,
    Receive,
    Scope,
    Send,
    answering,
    editing_answers,
    editing_frames,
    editing_json,
    error_answer,
    event_of,
    frame_of,
)

TERMINAL = {"completed", "failed", "cancelled"}


def _during_others(app: App, method: str, suffix: str, reply: Callable[[int], Answer | None]) -> App:
    """Answer requests that begin while others like them are not over; `reply` gets how many those are."""
    running: Counter[str] = Counter()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != method or not scope.get("path", "").endswith(suffix):
            await app(scope, receive, send)
            return
        running[suffix] += 1
        try:
            await asyncio.sleep(0.15)
            answer = reply(running[suffix])
            if answer is None:
                await app(scope, receive, send)
                return
            await receive()
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})
        finally:
            running[suffix] -= 1

    return wrapped


def _id_of(answer: Answer) -> str:
    id: str = answer.json["id"]
    return id


@defect("RACE-01", blames="createTask")
def ids_out_of_the_clock(app: App) -> App:
    """Ids are made of the time, and two in the same tenth of a second are equal."""
    last: list[tuple[float, Any]] = []

    def edit(call: Call, body: Any) -> Any:
        now = asyncio.get_running_loop().time()
        if last and now - last[-1][0] < 0.1:
            return last[-1][1]
        last.append((now, body))
        return body

    return editing_json(app, {"createTask"}, edit, status=201)


@defect("RACE-01", blames="createTask")
def equal_requests_are_one(app: App) -> App:
    """Creations of the same template that arrive together are taken for a double click."""
    seen: dict[str, tuple[float, Any]] = {}

    def edit(call: Call, body: Any) -> Any:
        ref, now = str(call.json["templateRef"]), asyncio.get_running_loop().time()
        at, first = seen.get(ref, (0.0, body))
        seen[ref] = (now, body)
        return first if now - at < 0.05 else body

    return editing_json(app, {"createTask"}, edit, status=201)


@defect("RACE-02", blames="createTask")
def the_table_is_locked(app: App) -> App:
    """While a task is written, others cannot be."""
    return _during_others(
        app, "POST", "/v2/tasks", lambda others: error_answer(409, "ConflictError") if others > 3 else None
    )


async def _send(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


@defect("RACE-02", blames="createTask")
def a_sequence_that_collides(app: App) -> App:
    """The second of two tasks that are created together violates a unique key."""
    creating: Counter[str] = Counter()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST" or not scope.get("path", "").endswith(f"{MOUNT}/v2/tasks"):
            await app(scope, receive, send)
            return
        creating["now"] += 1
        try:
            collides = creating["now"] == 2
            await asyncio.sleep(0.15)
            if collides:
                await _send(error_answer(400, "InputError", "the id is taken"), send)
            else:
                await app(scope, receive, send)
        finally:
            creating["now"] -= 1

    return wrapped


@defect("RACE-03", blames="getTask")
def the_answer_of_the_request_before(app: App) -> App:
    """The answer is kept in a variable that all requests share."""
    shared: list[bytes] = [b""]

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sharing(message: Any) -> None:
            if message["type"] == "http.response.body" and is_task:
                shared[0] = message["body"]
                await asyncio.sleep(0.002)
                message = {**message, "body": shared[0]}
            elif message["type"] == "http.response.start" and is_task:
                headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = {**message, "headers": headers}
            await send(message)

        path = scope.get("path", "").partition(f"{MOUNT}/v2/tasks/")[2]
        is_task = bool(path) and "/" not in path and not path.startswith("00000000")
        await app(scope, receive, sharing)

    return wrapped


@defect("RACE-03", blames="getTask")
def busy_tasks_are_not_found(app: App) -> App:
    """While several tasks are read, some are not found."""

    reading: Counter[str] = Counter()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").partition(f"{MOUNT}/v2/tasks/")[2]
        if not path or "/" in path:
            await app(scope, receive, send)
            return
        reading["now"] += 1
        try:
            await asyncio.sleep(0.15)
            if reading["now"] > 5:
                await _send(error_answer(404, "NotFoundError", "no such task"), send)
            else:
                await app(scope, receive, send)
        finally:
            reading["now"] -= 1

    return wrapped


@defect("RACE-04", blames="listTasks")
def the_last_writer_wins(app: App) -> App:
    """Of tasks that are created together, only the last gets into the list."""
    born: dict[str, float] = {}

    def note(call: Call, body: Any) -> Any:
        born[body["id"]] = asyncio.get_running_loop().time()
        return body

    def edit(call: Call, body: Any) -> Any:
        lost = {
            id for id, at in born.items() if any(0 < later - at < 0.1 for other, later in born.items() if other != id)
        }
        return {**body, "tasks": [task for task in body["tasks"] if task["id"] not in lost]}

    return editing_json(editing_json(app, {"createTask"}, note, status=201), {"listTasks"}, edit)


@defect("RACE-04", blames="listTasks")
def the_list_shows_three(app: App) -> App:
    """The list ends after three tasks, though nobody asked for a page."""
    return editing_json(app, {"listTasks"}, lambda _, body: {**body, "tasks": body["tasks"][:3]})


@defect("RACE-05", blames="listTasks")
def lists_fail_while_tasks_are_created(app: App) -> App:
    """The list is a conflict as long as a task is being written."""
    creating: Counter[str] = Counter()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("path", "").endswith("/v2/tasks"):
            await app(scope, receive, send)
            return
        creates = scope.get("method") == "POST"
        creating["now"] += creates
        try:
            await asyncio.sleep(0.3 if creates else 0.1)
            if not creates and creating["now"]:
                await send({"type": "http.response.start", "status": 409, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            else:
                await app(scope, receive, send)
        finally:
            creating["now"] -= creates

    return wrapped


@defect("RACE-05", blames="listTasks")
def two_pages_overlap(app: App) -> App:
    """The list is put together of two pages, and what is new moves a task from the first into the second."""

    def edit(call: Call, body: Any) -> Any:
        return {**body, "tasks": [*body["tasks"], *body["tasks"][-1:]]}

    return editing_json(app, {"listTasks"}, edit)


@defect("RACE-06", blames="getTask")
def values_of_another_parallel_task(app: App) -> App:
    """The values are kept by the template, not by the task: those of the last one are those of all."""
    last: dict[str, Any] = {}

    def note(call: Call, body: Any) -> Any:
        last[call.json["templateRef"]] = call.json["values"]
        return body

    def edit(call: Call, task: Any) -> Any:
        ref = task["spec"]["templateInfo"]["entityRef"]
        return {**task, "spec": {**task["spec"], "parameters": last.get(ref, {})}}

    return editing_json(editing_json(app, {"createTask"}, note, status=201), {"getTask"}, edit)


@defect("RACE-06", blames="listTasks")
def values_change_places_in_the_list(app: App) -> App:
    """The list joins each task with the values of the next one."""

    def edit(call: Call, body: Any) -> Any:
        tasks = body["tasks"]
        following = [*tasks[1:], *tasks[:1]]
        return {
            **body,
            "tasks": [
                {**task, "spec": {**task["spec"], "parameters": other["spec"]["parameters"]}}
                for task, other in zip(tasks, following, strict=True)
            ],
        }

    return editing_json(app, {"listTasks"}, edit)


@defect("RACE-07", blames="getTaskEventStream")
def all_streams_tell_everything(app: App) -> App:
    """An event goes to every stream that is open."""
    told: list[dict[str, Any]] = []

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            event = event_of(frame)
            told.append(event)
            foreign = next((other for other in told if other["taskId"] != event["taskId"]), None)
            if foreign and event["type"] == "completion":
                yield frame_of(foreign)
            yield frame

    return editing_frames(app, edit)


@defect("RACE-07", blames="getTaskLogs")
def logs_are_those_of_the_worker(app: App) -> App:
    """The log is that of the worker, who had another task before."""
    lines: list[Any] = []

    def edit(call: Call, events: Any) -> Any:
        others = [event for event in lines if event["taskId"] != call.parameters["taskId"]]
        lines.extend(events[-1:])
        return [*others[:1], *events]

    return editing_json(app, {"getTaskLogs"}, edit)


@defect("RACE-08", blames="getTaskEventStream")
def streams_share_the_events(app: App) -> App:
    """Of streams that are read at the same time, each gets the events that the others did not."""
    taken: dict[tuple[str, int], float] = {}

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            event, now = event_of(frame), asyncio.get_running_loop().time()
            key = (event["taskId"], event["id"])
            if event["type"] == "completion" or now - taken.get(key, -10.0) > 5.0:
                taken[key] = now
                yield frame

    return editing_frames(app, edit)


@defect("RACE-08", blames="getTaskEventStream")
def later_streams_start_in_the_middle(app: App) -> App:
    """The second stream of a task is not told what the first one was."""
    seen: Counter[str] = Counter()

    async def edit(call: Call, frames: Frames) -> Frames:
        seen[call.parameters["taskId"]] += 1
        skipped = seen[call.parameters["taskId"]] > 1
        async for frame in frames:
            if not skipped:
                yield frame
            skipped = False

    return editing_frames(app, edit)


@defect("RACE-09", blames="getTask")
def created_when_it_is_read(app: App) -> App:
    """The time of creation is that of the copy that answers."""
    times: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        times[task["id"]] += 1
        return {**task, "createdAt": f"2026-01-01T00:00:{times[task['id']] % 2:02d}.000Z"}

    return editing_json(app, {"getTask"}, edit)


@defect("RACE-09", blames="getTask")
def created_by_who_asks(app: App) -> App:
    """The page shows the creator in another writing than the list."""
    return editing_json(app, {"getTask"}, lambda _, task: {**task, "createdBy": str(task.get("createdBy")).upper()})


def _marking_cancelled(app: App) -> tuple[App, set[str]]:
    """The server, and the ids of tasks that were cancelled when they had ended already."""
    ended: set[str] = set()
    late: set[str] = set()

    def note(call: Call, task: Any) -> Any:
        if task["status"] in TERMINAL:
            ended.add(task["id"])
        return task

    def cancelled(call: Call, answer: Answer) -> Answer:
        if call.parameters["taskId"] in ended:
            late.add(call.parameters["taskId"])
        return answer

    return editing_answers(editing_json(app, {"getTask"}, note), {"cancelTask"}, cancelled), late


@defect("RACE-10", blames="listTasks")
def the_list_believes_the_cancel(app: App) -> App:
    """Cancelling a task that has ended changes its status in the table that the list is read from."""
    marked, late = _marking_cancelled(app)

    def edit(call: Call, body: Any) -> Any:
        tasks = [{**task, "status": "cancelled"} if task["id"] in late else task for task in body["tasks"]]
        return {
            **body,
            "tasks": [
                {**task, "status": "failed"} if was["status"] == "cancelled" else task
                for task, was in zip(tasks, body["tasks"], strict=True)
            ],
        }

    return editing_json(marked, {"listTasks"}, edit)


@defect("RACE-10", blames="getTask")
def a_late_cancel_wins_for_a_moment(app: App) -> App:
    """The cache says cancelled after a cancel, or failed if that was what it said before, until it is read again."""
    marked, late = _marking_cancelled(app)

    def edit(call: Call, task: Any) -> Any:
        if task["id"] in late:
            late.discard(task["id"])
            return {**task, "status": "failed" if task["status"] == "cancelled" else "cancelled"}
        return task

    return editing_json(marked, {"getTask"}, edit)


@defect("RACE-11", blames="getTaskEventStream")
def completes_again_after_a_cancel(app: App) -> App:
    """A cancel that comes too late adds a completion of its own."""
    marked, late = _marking_cancelled(app)

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame
            if b"event: completion" in frame and call.parameters["taskId"] in late:
                event = event_of(frame)
                yield frame_of({**event, "id": event["id"] + 1})

    return editing_frames(marked, edit)


@defect("RACE-11", blames="getTaskLogs")
def the_log_completes_twice(app: App) -> App:
    """The worker and the cancelling request both write the last line."""
    marked, late = _marking_cancelled(app)

    def edit(call: Call, events: Any) -> Any:
        ends = [event for event in events if event["type"] == "completion"]
        return [*events, *ends] if call.parameters["taskId"] in late else events

    return editing_json(marked, {"getTaskLogs"}, edit)


@defect("RACE-12", blames="getTaskEventStream")
def every_end_is_a_success(app: App) -> App:
    """The completion of a cancelled task says that it completed."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame.replace(b"status: cancelled", b"status: completed")

    return editing_frames(app, edit)


@defect("RACE-12", blames="getTaskLogs")
def a_late_cancel_is_logged(app: App) -> App:
    """A task that has completed is logged as cancelled when somebody tries."""
    asked: set[str] = set()

    def note(call: Call, answer: Answer) -> Answer:
        asked.add(call.parameters["taskId"])
        return answer

    def edit(call: Call, events: Any) -> Any:
        if call.parameters["taskId"] not in asked or not events or events[-1]["type"] != "completion":
            return events
        return [*events[:-1], {**events[-1], "type": "cancelled", "id": events[-1]["id"] - 1}, events[-1]]

    return editing_json(editing_answers(app, {"cancelTask"}, note), {"getTaskLogs"}, edit)


@defect("RACE-13", blames="cancelTask")
def ended_tasks_cannot_be_found(app: App) -> App:
    """Only tasks that run can be cancelled; of others it is said that there are none."""
    marked, late = _marking_cancelled(app)

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(404, "NotFoundError") if call.parameters["taskId"] in late else answer

    return editing_answers(marked, {"cancelTask"}, edit)


@defect("RACE-13", blames="cancelTask")
def the_second_cancel_fails(app: App) -> App:
    """The second of two cancels finds nothing to abort."""
    times: Counter[str] = Counter()

    def reply(call: Call) -> Answer | None:
        times[call.parameters["taskId"]] += 1
        return error_answer(500) if times[call.parameters["taskId"]] == 2 else None

    return answering(app, {"cancelTask"}, reply)


@defect("RACE-14", blames="getTaskLogs")
def each_cancel_is_logged(app: App) -> App:
    """Every cancel writes an event, also when there was one before."""
    times: Counter[str] = Counter()

    def note(call: Call, answer: Answer) -> Answer:
        times[call.parameters["taskId"]] += 1
        return answer

    def edit(call: Call, events: Any) -> Any:
        again = times[call.parameters["taskId"]] > 1
        return [copy for event in events for copy in ([event] * (1 + (again and event["type"] == "cancelled")))]

    return editing_json(editing_answers(app, {"cancelTask"}, note), {"getTaskLogs"}, edit)


@defect("RACE-14", blames="getTaskEventStream")
def each_cancel_is_told(app: App) -> App:
    """Every cancel sends an event to those who watch."""

    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame
            if b"event: cancelled" in frame:
                event = event_of(frame)
                yield frame_of({**event, "id": event["id"] + 1})

    return editing_frames(app, edit)


@defect("RACE-15", blames="cancelTask")
def a_cancel_stops_the_worker(app: App) -> App:
    """A cancel stops the worker, and with it all that it works on."""
    stopped: list[str] = []
    begun: dict[str, int] = {}

    def note(call: Call, answer: Answer) -> Answer:
        if call.operation == "createTask" and answer.status == 201:
            begun[_id_of(answer)] = len(stopped)
        elif call.operation == "cancelTask" and answer.status == 200:
            stopped.append(call.parameters["taskId"])
        return answer

    def edit(call: Call, task: Any) -> Any:
        hit = begun.get(task["id"], 0) < len(stopped) and task["status"] == "processing"
        return {**task, "status": "cancelled", "completedAt": task["createdAt"]} if hit else task

    return editing_json(editing_answers(app, {"createTask", "cancelTask"}, note), {"getTask"}, edit)


@defect("RACE-15", blames="cancelTask")
def a_cancel_is_for_the_template(app: App) -> App:
    """What is cancelled are the tasks of a template."""
    refs: dict[str, str] = {}
    gone: set[str] = set()

    def note(call: Call, answer: Answer) -> Answer:
        if call.operation == "createTask" and answer.status == 201:
            refs[_id_of(answer)] = call.json["templateRef"]
        elif call.operation == "cancelTask" and answer.status == 200:
            ref = refs.get(call.parameters["taskId"])
            gone.update(id for id, other in refs.items() if other == ref)
        return answer

    def edit(call: Call, task: Any) -> Any:
        return {**task, "status": "cancelled"} if task["id"] in gone and task["status"] == "processing" else task

    return editing_json(editing_answers(app, {"createTask", "cancelTask"}, note), {"getTask"}, edit)
