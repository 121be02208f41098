"""Cancels at awkward moments: just as a task ends, twice at once, while clients leave in the middle of its stream."""

import asyncio

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import Status, is_terminal
from contracts.probes.concurrency import SIDE_BY_SIDE
from contracts.probes.life import follow, read_late
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.target import TemplateChoice

# The labels that rules know.
AFTER_LEAVING = "after clients left in the middle of a stream"
NEIGHBOUR_BEFORE = "before its neighbour is cancelled"
NEIGHBOUR_AFTER = "after its neighbour was cancelled"
TWICE = "cancelled twice at once"

PATIENCE = 6.0
MOST_RACES = 4
LONGEST_RACING = 12.0
CANCELS_IN_A_RACE = 4
BETWEEN_CANCELS = 0.004
LEAVING = 5
STAYED = 0.3
# A server learns that clients have left when it next writes to them.
NOTICED_AFTER = (0.0, 0.5)
MOST_PAIRS = 2


async def race(session: Session) -> None:
    """One after the other, so that what one cancels is not taken for what the other did."""
    await _leave_and_cancel_twice(session)
    await _race_the_end(session)


async def _race_the_end(session: Session) -> None:
    """Cancel tasks about when they end: earlier after one that had ended, later after one that was cancelled. The last
    one is far from it, if it has always been the same that won."""
    template, until = session.templates.ordinary, session.now() + LONGEST_RACING
    if template is None:
        return
    lasted = await _lasting(session, template)
    if lasted is None:
        return
    delay, early, late = lasted, 0.0, lasted
    outcomes: set[str] = set()
    for number in range(MOST_RACES):
        if number == MOST_RACES - 1 and len(outcomes) == 1:
            delay = 0.0 if Status.COMPLETED in outcomes else 2 * late
        if session.now() + delay + lasted > until:
            return
        status = await _cancel_after(session, template, delay)
        if status is None:
            return
        outcomes.add(status)
        if status == Status.COMPLETED:
            late = delay
        else:
            early, late = delay, max(late, 1.2 * delay)
        delay = (early + late) / 2


async def _lasting(session: Session, template: TemplateChoice) -> float | None:
    """How many seconds a task of this template takes, None if it did not end while it was watched."""
    made = await session.create(template, purpose=Purpose.PARALLEL, label="how long does it take")
    if made is None:
        return None
    task_id, created = made
    watched = await session.watch(
        task_id, deadline=StreamDeadline(session.now() + PATIENCE), purpose=Purpose.PARALLEL, label="to its end"
    )
    return next((event.arrived - created.began for event in watched.stream_events if event.ends_the_task), None)


async def _cancel_after(session: Session, template: TemplateChoice, delay: float) -> str | None:
    """Create a task, cancel it some times around that many seconds later, and see what came of it."""
    group = session.new_group()
    made = await session.create(template, purpose=Purpose.RACE, label="to be cancelled as it ends", group=group)
    if made is None:
        return None
    task_id, created = made
    deadline = StreamDeadline(session.now() + delay + PATIENCE)
    watching = asyncio.create_task(
        session.watch(task_id, deadline=deadline, purpose=Purpose.RACE, label=SIDE_BY_SIDE, group=group)
    )
    try:
        first = created.began + delay - BETWEEN_CANCELS * CANCELS_IN_A_RACE / 2
        await pause(max(0.0, first - session.now()))
        await asyncio.gather(
            *(_cancel_in(session, task_id, BETWEEN_CANCELS * number, group) for number in range(CANCELS_IN_A_RACE))
        )
        status = await follow(session, task_id, deadline)
        await watching
    finally:
        watching.cancel()
    if is_terminal(status):
        await _look_at_the_outcome(session, task_id, Purpose.RACE, group)
        return status
    return None


async def _cancel_in(session: Session, task_id: str, seconds: float, group: int) -> None:
    await pause(seconds)
    await session.call("cancelTask", path={"taskId": task_id}, purpose=Purpose.RACE, label="as it ends", group=group)
    await session.call("getTask", path={"taskId": task_id}, purpose=Purpose.RACE, label="as it ends", group=group)


async def _look_at_the_outcome(session: Session, task_id: str, purpose: Purpose, group: int) -> None:
    path = {"taskId": task_id}
    await asyncio.gather(
        session.call("getTask", path=path, purpose=purpose, label="the outcome", group=group),
        session.call("getTaskLogs", path=path, purpose=purpose, label="the outcome", group=group),
        session.call("listTasks", purpose=purpose, label="the outcome", group=group),
        read_late(session, task_id, purpose=purpose, label="the outcome", group=group),
    )


async def _leave_and_cancel_twice(session: Session) -> None:
    """Leave streams of a running task, then cancel it twice at once, beside another that is left alone. If that one is
    cancelled, too, it may be by chance: then once more."""
    for _ in range(MOST_PAIRS):
        if not await _cancel_one_of_two(session):
            return


async def _cancel_one_of_two(session: Session) -> bool:
    """Tells whether the neighbour was cancelled, too."""
    template, group = session.templates.slow, session.new_group()
    if template is None:
        return False
    made = await asyncio.gather(
        *(session.create(template, purpose=Purpose.PARALLEL, label="side by side", group=group) for _ in range(2))
    )
    both = [created[0] for created in made if created]
    if len(both) < 2:
        return False
    task_id, neighbour = both
    await _leave(session, task_id)
    deadline = StreamDeadline(session.now() + 2 * PATIENCE)
    watching = [
        asyncio.create_task(
            session.watch(
                task_id, deadline=StreamDeadline(deadline.at), purpose=Purpose.PARALLEL, label=SIDE_BY_SIDE, group=group
            )
        )
        for _ in range(2)
    ]
    try:
        await follow(session, task_id, deadline, until=session.now() + STAYED)
        await _look_at_neighbour(session, neighbour, NEIGHBOUR_BEFORE, group)
        path = {"taskId": task_id}
        await asyncio.gather(
            *(
                session.call("cancelTask", path=path, purpose=Purpose.PARALLEL, label=TWICE, group=group)
                for _ in range(2)
            )
        )
        after = await _look_at_neighbour(session, neighbour, NEIGHBOUR_AFTER, group)
        await follow(session, task_id, deadline, until=session.now() + PATIENCE)
        await _look_at_the_outcome(session, task_id, Purpose.PARALLEL, group)
        await asyncio.wait(watching, timeout=PATIENCE)
    finally:
        for watcher in watching:
            watcher.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    await session.call("cancelTask", path={"taskId": neighbour}, label="of a task that runs")
    return isinstance(after.json, dict) and after.json.get("status") == Status.CANCELLED


async def _look_at_neighbour(session: Session, task_id: str, label: str, group: int) -> Exchange:
    return await session.call("getTask", path={"taskId": task_id}, purpose=Purpose.PARALLEL, label=label, group=group)


async def _leave(session: Session, task_id: str) -> None:
    """Open streams, leave them in the middle, and see whether the server still answers."""
    streams = [
        asyncio.create_task(session.watch(task_id, deadline=StreamDeadline(session.now() + PATIENCE)))
        for _ in range(LEAVING)
    ]
    await pause(STAYED)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    for seconds in NOTICED_AFTER:
        await pause(seconds)
        await session.call("getTask", path={"taskId": task_id}, label=AFTER_LEAVING)
        await session.call("listActions", label=AFTER_LEAVING)


RACING = Probe("racing", race, creates=True, quick=False)
