"""Asks for tasks that never were."""

from collections.abc import Sequence

from contracts.evidence import listed_tasks
from contracts.exchange import Purpose
from contracts.probes.cancellation import UNKNOWN_TASK
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline

# For a server that numbers its tasks.
UNKNOWN_NUMBER = "987654321"
SHORTEST_RANDOM_ID = 20


async def ask_for_unknown(session: Session) -> None:
    """Ask for a task that never was by every operation, and for one that is nearly the same as one that is."""
    listed = listed_tasks(await session.call("listTasks"))
    known = [*session.created, *(task["id"] for task in listed if isinstance(task.get("id"), str))]
    unknown = UNKNOWN_NUMBER if known and all(id.isdecimal() for id in known) else UNKNOWN_TASK
    operations = ["getTask", "getTaskLogs"] if session.limits.read_only else ["cancelTask", "getTask", "getTaskLogs"]
    for operation in operations:
        await session.call(operation, path={"taskId": unknown}, purpose=Purpose.UNKNOWN_TASK)
    await ask_for_similar(session, known)
    deadline = StreamDeadline(session.now() + 10.0)
    await session.watch(unknown, deadline=deadline, purpose=Purpose.UNKNOWN_TASK)


async def ask_for_similar(session: Session, known: Sequence[str]) -> None:
    """Ask for a task that never was, with an id that is nearly that of one of these."""
    for similar in [similar for id in known[:1] if (similar := similar_id(id))]:
        await session.call("getTask", path={"taskId": similar}, purpose=Purpose.UNKNOWN_TASK, label="a similar id")


def similar_id(id: str) -> str | None:
    """An id of the same form that differs in its last character; None if that may well be another task's."""
    if len(id) < SHORTEST_RANDOM_ID or id.isdecimal():
        return None
    return f"{id[:-1]}{1 if id[-1] == '0' else 0}"


UNKNOWN_TASKS = Probe("unknown-tasks", ask_for_unknown)
