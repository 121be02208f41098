"""Cancels: a task that runs, the same again, one that has ended, one that never was."""

import asyncio

from contracts.clock import pause
from contracts.evidence import TaskStory
from contracts.exchange import Purpose
from contracts.lifecycle import Status
from contracts.probes.life import come_back, follow, patience
from contracts.probes.probe import Probe
from contracts.session import Session, StreamDeadline

# How long a slow task is watched before it is cancelled: long enough to see it tell of itself while it runs.
WATCHED = 6.0
WATCHED_QUICK = 0.5
UNKNOWN_TASK = "00000000-0000-4000-8000-000000000000"


async def cancel(session: Session) -> None:
    """Cancel in every state that a task can be in."""
    await asyncio.gather(_cancel_a_running_task(session), _cancel_at_once(session), _cancel_unknown(session))


async def _cancel_a_running_task(session: Session) -> None:
    template = session.templates.slow
    made = template and await session.create(template, extra_values={"contractTests": session.marker})
    made = made or (template and await session.create(template))
    if not made:
        return
    task_id, _ = made
    path = {"taskId": task_id}
    deadline = StreamDeadline(session.now() + patience(session) + (WATCHED_QUICK if session.limits.quick else WATCHED))
    watching = asyncio.create_task(session.watch(task_id, deadline=deadline, label="cancelled while it runs"))
    try:
        watched_until = session.now() + (WATCHED_QUICK if session.limits.quick else WATCHED)
        status = await follow(session, task_id, deadline, until=watched_until)
        if status == Status.OPEN and not session.limits.quick:
            status = await follow(session, task_id, deadline, until=watched_until + WATCHED)
        for authorization, purpose in ((None, Purpose.WITHOUT_TOKEN), ("Bearer not-a-token", Purpose.WRONG_TOKEN)):
            await session.call(
                "cancelTask", path=path, authorization=authorization, purpose=purpose, label="of a task that runs"
            )
        await session.call("getTask", path=path, label="before it is cancelled")
        await session.call("cancelTask", path=path, label="of a task that runs")
        await session.call("getTask", path=path, label="after it was cancelled")
        await follow(session, task_id, deadline)
        watched = await watching
    finally:
        watching.cancel()
    await session.call("cancelTask", path=path, label="of a task that was cancelled")
    await come_back(session, task_id, watched)


async def _cancel_at_once(session: Session) -> None:
    """Cancel a task of the slow template right after it was created, perhaps before a worker took it."""
    made = session.templates.slow and await session.create(session.templates.slow)
    if not made:
        return
    task_id, _ = made
    path = {"taskId": task_id}
    await session.call("cancelTask", path=path, label="at once")
    deadline = StreamDeadline(session.now() + patience(session))
    watching = asyncio.create_task(session.watch(task_id, deadline=deadline, label="cancelled at once"))
    try:
        await follow(session, task_id, deadline)
        await watching
    finally:
        watching.cancel()
    await session.call("getTaskLogs", path=path, label="late")


async def _cancel_unknown(session: Session) -> None:
    for operation in ("cancelTask", "getTask", "getTaskLogs"):
        await session.call(operation, path={"taskId": UNKNOWN_TASK}, purpose=Purpose.UNKNOWN_TASK)
    deadline = StreamDeadline(session.now() + 5.0, silence=3.0)
    await session.watch(UNKNOWN_TASK, deadline=deadline, purpose=Purpose.UNKNOWN_TASK)


async def cancel_finished(session: Session, story: TaskStory) -> None:
    """Cancel a task that has ended, and look whether that changed anything."""
    path = {"taskId": story.id}
    await session.call("cancelTask", path=path, label="of a task that has ended")
    await session.call("getTask", path=path, label="after a late cancel")
    await session.call("getTaskLogs", path=path, label="after a late cancel")


async def clean_up(session: Session, running: list[str]) -> None:
    """Cancel what this run created and what still runs: nothing is left behind on the target."""
    for task_id in running:
        await session.call("cancelTask", path={"taskId": task_id}, label="of a task that runs")
        await pause(0)
        await session.call("getTask", path={"taskId": task_id}, label="after it was cancelled")


CANCELLATION = Probe("cancellation", cancel, creates=True)
