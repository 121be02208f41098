"""Reads tasks that are there already: all that a run that creates nothing can see of their lives."""

from contracts.lifecycle import is_terminal
from contracts.probes.life import come_back, read_late
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.task_story import listed_tasks

MOST_TASKS = 5


async def read_existing(session: Session) -> None:
    """Read some tasks of the list by every view, those that have ended. Does nothing in a run that creates its own."""
    if not session.limits.read_only:
        return
    listed = listed_tasks(await session.call("listTasks"))
    ended = [task["id"] for task in listed if is_terminal(task.get("status")) and isinstance(task.get("id"), str)]
    for task_id in ended[:MOST_TASKS]:
        await session.call("getTask", path={"taskId": task_id})
        await come_back(session, task_id, await read_late(session, task_id, label="late"))


EXISTING_TASKS = Probe("existing-tasks", read_existing)
