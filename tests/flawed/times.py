"""Tasks that do not know what time it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, Frames, editing_frames, editing_json, event_of, frame_of

ENDED = {"completed", "failed", "cancelled"}


def _editing_tasks(app: App, operations: set[str], edit_task: Callable[[Any], Any]) -> App:
    def edit(call: Call, body: Any) -> Any:
        if call.operation == "listTasks":
            return {**body, "tasks": [edit_task(task) for task in body["tasks"]]}
        return edit_task(body)

    return editing_json(app, operations, edit)


def _editing_events(app: App, edit_event: Callable[[Any], Any]) -> App:
    async def edit(call: Call, frames: Frames) -> Frames:
        async for frame in frames:
            yield frame_of(edit_event(event_of(frame)))

    edited = editing_json(app, {"getTaskLogs"}, lambda call, entries: [edit_event(entry) for entry in entries])
    return editing_frames(edited, edit)


def _moved(time: str, **by: float) -> str:
    return (datetime.fromisoformat(time) + timedelta(**by)).isoformat().replace("+00:00", "Z")


@defect("LIFE-15", blames="getTask")
def completed_before_it_began(app: App) -> App:
    """`completedAt` is there from the start."""
    return _editing_tasks(app, {"getTask"}, lambda task: {"completedAt": task["createdAt"], **task})


@defect("LIFE-15", blames="listTasks")
def completion_time_follows_the_heart(app: App) -> App:
    """In the list, `completedAt` is the last heartbeat while a task runs."""

    def edit(task: Any) -> Any:
        if task["status"] == "processing":
            return {**task, "completedAt": task.get("lastHeartbeatAt", task["createdAt"])}
        return task

    return _editing_tasks(app, {"listTasks"}, edit)


def _without(app: App, name: str, operations: set[str], status: set[str]) -> App:
    def edit(task: Any) -> Any:
        if task["status"] in status:
            task.pop(name, None)
        return task

    return _editing_tasks(app, operations, edit)


@defect("LIFE-16", blames="getTask")
def cancelled_task_was_never_completed(app: App) -> App:
    """A cancelled task has no `completedAt`."""
    return _without(app, "completedAt", {"getTask", "listTasks"}, {"cancelled"})


@defect("LIFE-16", blames="listTasks")
def failed_task_was_never_completed_in_the_list(app: App) -> App:
    """In the list, a failed task has no `completedAt`."""
    return _without(app, "completedAt", {"listTasks"}, {"failed"})


@defect("LIFE-17", blames="getTask")
def completed_in_local_time(app: App) -> App:
    """`completedAt` is of a time zone to the west."""

    def edit(task: Any) -> Any:
        return {**task, "completedAt": _moved(task["completedAt"], hours=-5)} if "completedAt" in task else task

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("LIFE-17", blames="getTask")
def created_in_local_time(app: App) -> App:
    """`createdAt` is of a time zone to the east."""
    return _editing_tasks(
        app, {"getTask", "listTasks"}, lambda task: {**task, "createdAt": _moved(task["createdAt"], hours=1)}
    )


@defect("LIFE-17", blames="getTask")
def heart_beats_in_the_future(app: App) -> App:
    """The last heartbeat of a task is two hours ahead."""

    def edit(task: Any) -> Any:
        if "lastHeartbeatAt" in task:
            return {**task, "lastHeartbeatAt": _moved(task["lastHeartbeatAt"], hours=2)}
        return task

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("LIFE-18", blames="getTaskLogs")
def events_in_local_time(app: App) -> App:
    """Events are two hours ahead."""
    return _editing_events(app, lambda event: {**event, "createdAt": _moved(event["createdAt"], hours=2)})


@defect("LIFE-18", blames="getTaskEventStream")
def events_of_the_epoch(app: App) -> App:
    """Events happened in 1970."""
    return _editing_events(app, lambda event: {**event, "createdAt": "1970-01-01T00:00:00.000Z"})


@defect("LIFE-18", blames="getTaskLogs")
def completed_when_created(app: App) -> App:
    """`completedAt` is `createdAt`."""

    def edit(task: Any) -> Any:
        return {**task, "completedAt": task["createdAt"]} if "completedAt" in task else task

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("LIFE-19", blames="getTaskEventStream")
def completion_is_dated_back(app: App) -> App:
    """The completion is dated back by a minute."""

    def edit(event: Any) -> Any:
        return (
            {**event, "createdAt": _moved(event["createdAt"], minutes=-1)} if event["type"] == "completion" else event
        )

    return _editing_events(app, edit)


@defect("LIFE-19", blames="getTaskLogs")
def last_line_first(app: App) -> App:
    """The log is told from its end."""
    return editing_json(app, {"getTaskLogs"}, lambda call, entries: entries[:1] + entries[:0:-1])


def _beating(app: App, operations: set[str], beat: Callable[[Any], str]) -> App:
    def edit(task: Any) -> Any:
        return {**task, "lastHeartbeatAt": beat(task)} if task["status"] == "processing" else task

    return _editing_tasks(app, operations, edit)


@defect("LIFE-20", blames="getTask")
def heart_of_two_clocks(app: App) -> App:
    """Every second heartbeat is of another clock, which is ten seconds behind."""
    beats: dict[str, int] = {}

    def beat(task: Any) -> str:
        beats[task["id"]] = beats.get(task["id"], 0) + 1
        return _moved(task.get("lastHeartbeatAt", task["createdAt"]), seconds=-10 if beats[task["id"]] % 2 else 0)

    return _beating(app, {"getTask"}, beat)


@defect("LIFE-20", blames="getTask")
def heart_beats_backwards(app: App) -> App:
    """Each heartbeat is a second before the last one."""
    beats: dict[str, int] = {}

    def beat(task: Any) -> str:
        beats[task["id"]] = beats.get(task["id"], 0) + 1
        return _moved(task["createdAt"], seconds=60 - beats[task["id"]])

    return _beating(app, {"getTask"}, beat)


@defect("LIFE-20", blames="getTask")
def heartbeat_is_taken_back(app: App) -> App:
    """A heartbeat is told every second time only."""
    reads: dict[str, int] = {}

    def edit(task: Any) -> Any:
        reads[task["id"]] = reads.get(task["id"], 0) + 1
        if task["status"] == "processing" and reads[task["id"]] % 2:
            task.pop("lastHeartbeatAt", None)
        return task

    return _editing_tasks(app, {"getTask"}, edit)


@defect("LIFE-21", blames="getTask")
def heart_beats_once(app: App) -> App:
    """The last heartbeat is the creation."""
    return _beating(app, {"getTask", "listTasks"}, lambda task: str(task["createdAt"]))


@defect("LIFE-21", blames="listTasks")
def list_hears_no_heartbeat(app: App) -> App:
    """In the list, the last heartbeat is the first one that was seen there."""
    first: dict[str, str] = {}
    return _beating(
        app, {"listTasks"}, lambda task: first.setdefault(task["id"], task.get("lastHeartbeatAt", task["createdAt"]))
    )


@defect("LIFE-22", blames="getTask")
def no_heartbeat_while_it_runs(app: App) -> App:
    """A task that runs has no heartbeat."""
    return _without(app, "lastHeartbeatAt", {"getTask", "listTasks"}, {"processing"})


@defect("LIFE-22", blames="listTasks")
def no_heartbeat_in_the_list(app: App) -> App:
    """In the list, no task has a heartbeat."""
    return _without(app, "lastHeartbeatAt", {"listTasks"}, {"processing", *ENDED})


@defect("LIFE-23", blames="getTask")
def heart_beats_after_death(app: App) -> App:
    """The heartbeats of a task go on when it has ended."""
    beats: dict[str, int] = {}

    def edit(task: Any) -> Any:
        if task["status"] not in ENDED:
            return task
        beats[task["id"]] = beats.get(task["id"], 0) + 1
        return {**task, "lastHeartbeatAt": _moved(task["completedAt"], seconds=beats[task["id"]])}

    return _editing_tasks(app, {"getTask"}, edit)


@defect("LIFE-23", blames="listTasks")
def heart_beats_after_death_in_the_list(app: App) -> App:
    """In the list, the heartbeats of a task go on when it has ended."""
    beats: dict[str, int] = {}

    def edit(task: Any) -> Any:
        if task["status"] not in ENDED:
            return task
        beats[task["id"]] = beats.get(task["id"], 0) + 1
        return {**task, "lastHeartbeatAt": _moved(task["completedAt"], seconds=beats[task["id"]])}

    return _editing_tasks(app, {"listTasks"}, edit)


@defect("LIFE-17", blames="getTask")
def heart_beats_half_a_minute_after_the_end(app: App) -> App:
    """The last heartbeat of a task that has ended is of thirty seconds later."""

    def edit(task: Any) -> Any:
        return {**task, "lastHeartbeatAt": _moved(task["completedAt"], seconds=30)} if "completedAt" in task else task

    return _editing_tasks(app, {"getTask", "listTasks"}, edit)


@defect("LIFE-18", blames="getTaskEventStream")
def lines_are_dated_half_a_second_ahead(app: App) -> App:
    """Events happened half a second after they did."""

    def edit(event: Any) -> Any:
        time = datetime.fromisoformat(event["createdAt"]) + timedelta(seconds=0.5, milliseconds=1)
        return {**event, "createdAt": time.isoformat(timespec="milliseconds").replace("+00:00", "Z")}

    return _editing_events(app, edit)
