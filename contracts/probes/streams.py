"""Reads one stream in several ways: by many at once, coming and going, from odd places."""

import asyncio

from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import is_terminal
from contracts.probes.life import follow, is_closed, patience, read_late
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.sse import Ending
from contracts.stream_deadline import StreamDeadline
from contracts.stream_reader import CLOSING_GRACE

READERS = 3
# How long a task is watched before it is cancelled: long enough to see whether events come as they happen.
WATCHED = 7.0
EVENTS_A_VISIT = 2
MOST_VISITS = 4
# A stream of more is not read again and again.
MANY_EVENTS = 1000
# Before any event, and behind every one.
EDGES = (-1, 0, 2**31 - 1)


async def streams(session: Session) -> None:
    """Watch a task that lasts, if there is a template for one, with several readers; then read it from odd places."""
    template = session.templates.slow or session.templates.ordinary
    made = template and await session.create(template, extra_values={"contractTests": session.marker})
    made = made or (template and await session.create(template))
    if not made:
        return
    task_id, _ = made
    group, end = session.new_group(), session.now() + patience(session)
    deadlines = [StreamDeadline(end) for _ in range(READERS + 1)]
    reading = [asyncio.create_task(_come_and_go(session, task_id, deadlines[0], group))]
    reading += [
        asyncio.create_task(
            session.watch(task_id, deadline=deadline, purpose=Purpose.PARALLEL, label="one of several", group=group)
        )
        for deadline in deadlines[1:]
    ]
    try:
        status = await follow(session, task_id, deadlines[0], until=min(end, session.now() + WATCHED))
        if not is_terminal(status):
            await session.call("cancelTask", path={"taskId": task_id}, label="of a task that runs")
            status = await follow(session, task_id, deadlines[0])
        if is_terminal(status):
            for deadline in deadlines:
                deadline.bear_silence(CLOSING_GRACE, session.now())
        watched = await asyncio.gather(*reading)
    finally:
        for reader in reading:
            reader.cancel()
    if is_terminal(status):
        await _read_from_odd_places(session, task_id, watched[-1])


async def _come_and_go(session: Session, task_id: str, deadline: StreamDeadline, group: int) -> Exchange:
    """Leave the stream after a few events and come back for what follows them, as a hidden tab does."""
    after: int | None = None
    for visit in range(MOST_VISITS):
        is_last = visit == MOST_VISITS - 1
        read = await session.watch(
            task_id,
            deadline=deadline,
            after=after,
            stop_after=None if is_last else EVENTS_A_VISIT,
            label="comes back" if visit else "leaves",
            group=group,
        )
        numbers = [event.sequence for event in read.stream_events if event.sequence is not None]
        if not numbers or read.stream is None or read.stream.ending is not Ending.STOPPED:
            break
        after = max(numbers)
    return read


async def _read_from_odd_places(session: Session, task_id: str, watched: Exchange) -> None:
    is_long = watched.stream is not None and len(watched.stream.frames) > MANY_EVENTS
    for after in EDGES[-1:] if is_long else EDGES:
        read = await read_late(session, task_id, after=after, purpose=Purpose.EDGE_PARAMETER, label="from odd places")
        if not is_closed(read):
            return
    ids = [event.frame.id for event in watched.stream_events if event.frame and event.frame.id]
    if ids:
        deadline = StreamDeadline(session.now() + patience(session), silence=CLOSING_GRACE)
        header = ("Last-Event-ID", ids[len(ids) // 2])
        await session.watch(task_id, deadline=deadline, headers=[header], label="with Last-Event-ID")


STREAMS = Probe("streams", streams, creates=True, quick=False)
