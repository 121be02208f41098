"""Cancels: a task that runs, the same again, one that was only just created, one that has ended."""

import asyncio

from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import CANCELLED_WITHIN, Status, is_terminal
from contracts.probes.life import come_back, follow, is_long, patience
from contracts.probes.probe import Probe
from contracts.profile import Allowance
from contracts.readings import CATCHING_UP, RACE
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.task_story import TaskStory

# How long a slow task is watched before it is cancelled; one long enough to see its heart beat while it runs.
WATCHED = 0.5
WATCHED_LONG = 6.5
# How long one that waits in a queue is waited for.
QUEUED = 3.0
UNKNOWN_TASK = "00000000-0000-4000-8000-000000000000"


async def cancel(session: Session) -> None:
    """Cancel in every state that a task can be in."""
    await asyncio.gather(_cancel_a_running_task(session), _cancel_at_once(session))


async def _cancel_a_running_task(session: Session) -> None:
    if await _cancel_after(session, WATCHED, label="cancelled while it runs"):
        # Perhaps it ended by itself in the very moment of its cancel: once more.
        await _cancel_after(session, WATCHED, label="cancelled while it runs, once more")


async def watch_long(session: Session) -> None:
    """Watch a task that runs for several seconds, and cancel it."""
    await _cancel_after(session, WATCHED_LONG, label="watched for long")


async def _cancel_after(session: Session, watched: float, *, label: str) -> bool:
    """Watch a task for some seconds and cancel it; whether it ended at once, but in another way."""
    template = session.templates.slow
    made = template and await session.create(template, extra_values={"contractTests": session.marker})
    made = made or (template and await session.create(template))
    if not made:
        return False
    task_id, _ = made
    path = {"taskId": task_id}
    deadline = StreamDeadline(session.now() + watched + QUEUED + _time_to_end(session))
    watching = asyncio.create_task(session.watch(task_id, deadline=deadline, label=label))
    try:
        status = await follow(session, task_id, deadline, until=session.now() + watched)
        patient_until = session.now() + (0.0 if session.limits.quick else QUEUED)
        while status == Status.OPEN and session.now() < patient_until:
            status = await follow(session, task_id, deadline, until=session.now() + WATCHED)
        if is_terminal(status):
            # Whether it really has, the stream knows.
            await asyncio.wait([watching], timeout=CATCHING_UP + 1.0)
            await session.call("getTaskLogs", path=path, label="said to have ended")
        await session.call("getTask", path=path, label="before it is refused to cancel it")
        for authorization, purpose in ((None, Purpose.WITHOUT_TOKEN), ("Bearer not-a-token", Purpose.WRONG_TOKEN)):
            await session.call(
                "cancelTask", path=path, authorization=authorization, purpose=purpose, label="of a task that runs"
            )
        before = await session.call("getTask", path=path, label="before it is cancelled")
        cancelled = session.now()
        await session.call("cancelTask", path=path, label="of a task that runs")
        await session.call("getTask", path=path, label="after it was cancelled")
        status = await follow(session, task_id, deadline, until=session.now() + _time_to_end(session))
        at_once = session.now() - cancelled < RACE
        seen = await watching
    finally:
        watching.cancel()
    await session.call("getTaskLogs", path=path, label="of a task that was cancelled")
    if not is_terminal(status):
        return False
    await session.call("cancelTask", path=path, label="of a task that was cancelled")
    await come_back(session, task_id, seen)
    return at_once and not is_terminal(_status(before)) and not _is_cancelled(session, status)


def _is_cancelled(session: Session, status: object) -> bool:
    may_fail = session.contract.profile.allows(Allowance.CANCELLED_TASK_FAILS)
    return status == Status.CANCELLED or (may_fail and status == Status.FAILED)


async def _cancel_at_once(session: Session) -> None:
    """Cancel a task of the slow template right after it was created, perhaps before a worker took it, beside another
    one that is to be left alone."""
    bystander = session.templates.slow and await session.create(session.templates.slow)
    made = session.templates.slow and await session.create(session.templates.slow)
    if not made:
        return
    task_id, _ = made
    path = {"taskId": task_id}
    if bystander:
        await session.call("getTask", path={"taskId": bystander[0]}, label="before another one is cancelled")
    await session.call("cancelTask", path=path, label="at once")
    if bystander:
        await session.call("getTask", path={"taskId": bystander[0]}, label="after another one was cancelled")
        await session.call("cancelTask", path={"taskId": bystander[0]}, label="at once")
    deadline = StreamDeadline(session.now() + _time_to_end(session))
    watching = asyncio.create_task(session.watch(task_id, deadline=deadline, label="cancelled at once"))
    try:
        await follow(session, task_id, deadline)
        await watching
    finally:
        watching.cancel()
    await session.call("getTaskLogs", path=path, label="late")


def _time_to_end(session: Session) -> float:
    """Seconds that a task gets to end after its cancel; a poll more than it may take, if there is time."""
    return min(CANCELLED_WITHIN + 1.0, max(patience(session), session.stopwatch.left() / 2))


def _status(exchange: Exchange) -> object:
    return exchange.json.get("status") if exchange.status == 200 and isinstance(exchange.json, dict) else None


async def cancel_finished(session: Session, story: TaskStory) -> None:
    """Cancel a task that has ended, and look whether that changed anything."""
    path = {"taskId": story.id}
    reads_logs = not any(is_long(log) for log in story.logs)
    if reads_logs:
        await session.call("getTaskLogs", path=path, label="before a late cancel")
    await session.call("getTask", path=path, label="before a late cancel")
    await session.call("cancelTask", path=path, label="of a task that has ended")
    await session.call("getTask", path=path, label="after a late cancel")
    if reads_logs:
        await session.call("getTaskLogs", path=path, label="after a late cancel")


async def clean_up(session: Session, running: list[str]) -> None:
    """Cancel what this run created and what still runs: nothing is left behind on the target."""
    await asyncio.gather(*(_stop(session, task_id) for task_id in running))


async def _stop(session: Session, task_id: str) -> None:
    await session.call("cancelTask", path={"taskId": task_id}, label="of a task that runs")
    await session.call("getTask", path={"taskId": task_id}, label="after it was cancelled")


CANCELLATION = Probe("cancellation", cancel, creates=True)
LONG_WATCH = Probe("long-watch", watch_long, creates=True, quick=False)
