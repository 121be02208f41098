"""Asks for tasks that never were."""

from collections.abc import Sequence

from contracts.exchange import Purpose
from contracts.probes.cancellation import UNKNOWN_TASK
from contracts.probes.probe import Probe
from contracts.readings import OTHER_FORM
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.task_story import listed_tasks

# For a server that numbers its tasks.
UNKNOWN_NUMBER = "987654321"
SHORTEST_RANDOM_ID = 20
READING = ("getTask", "getTaskLogs", "getTaskEvents")
CHANGING = ("cancelTask", "retryTask")


async def ask_for_unknown(session: Session) -> None:
    """Ask for a task that never was by every operation, and for one that is nearly the same as one that is."""
    listed = listed_tasks(await session.call("listTasks"))
    known = [*session.created, *(task["id"] for task in listed if isinstance(task.get("id"), str))]
    unknown = UNKNOWN_NUMBER if known and all(id.isdecimal() for id in known) else UNKNOWN_TASK
    for operation in (*READING, *(() if session.limits.read_only else CHANGING)):
        if operation not in session.contract.operations:
            continue
        await session.call(operation, path={"taskId": unknown}, purpose=Purpose.UNKNOWN_TASK)
    await ask_for_similar(session, known)
    deadline = StreamDeadline(session.now() + 10.0)
    await session.watch(unknown, deadline=deadline, purpose=Purpose.UNKNOWN_TASK)


async def ask_for_similar(session: Session, known: Sequence[str]) -> None:
    """Ask for a task that never was, with an id that is nearly that of one of these."""
    for similar, label in [similar for id in known[:1] for similar in similar_ids(id)]:
        await session.call("getTask", path={"taskId": similar}, purpose=Purpose.UNKNOWN_TASK, label=label)


def similar_ids(id: str) -> list[tuple[str, str]]:
    """Ids that are no other task's, each with its label: one that differs in its last character from a random one,
    those that a hasty server reads as the same number."""
    if id.isdecimal():
        return [(f"{id}x", OTHER_FORM), (f"{id}.0", OTHER_FORM)]
    if len(id) < SHORTEST_RANDOM_ID:
        return []
    return [(f"{id[:-1]}{1 if id[-1] == '0' else 0}", "a similar id")]


UNKNOWN_TASKS = Probe("unknown-tasks", ask_for_unknown)
