"""Follows tasks as a client does that cannot read streams: by asking for the next events again and again."""

from contracts.clock import pause
from contracts.exchange import Exchange
from contracts.session import Session

EVENTS = "getTaskEvents"
# So much longer than a server may wait, in seconds.
LONGEST_WAIT = 32.0
# A server that waits for nothing is not asked without a break.
HURRIED = 0.2
MOST_HURRIED = 5


def has_long_poll(session: Session) -> bool:
    """Whether the target is held to have one."""
    return EVENTS in session.contract.operations


async def ask_for_events(
    session: Session, task_id: str, *, after: int | None = None, leave_after: float = LONGEST_WAIT, label: str
) -> Exchange:
    """Ask once for what follows an event, and wait for it."""
    return await session.call(
        EVENTS,
        path={"taskId": task_id},
        query=[] if after is None else [("after", str(after))],
        leave_after=leave_after,
        label=label,
    )


async def follow_by_events(session: Session, task_id: str, *, until: float, label: str) -> list[Exchange]:
    """Ask for what follows what was told last, until the completion is told or that second of the session comes."""
    asked: list[Exchange] = []
    after: int | None = None
    hurried = 0
    while session.now() < until and hurried < MOST_HURRIED:
        left = min(LONGEST_WAIT, until - session.now())
        batch = await ask_for_events(session, task_id, after=after, leave_after=left, label=label)
        asked.append(batch)
        if batch.status != 200:
            break
        events = batch.log_events
        if any(event.ends_the_task for event in events):
            break
        numbers = [event.sequence for event in events if event.sequence is not None and event.sequence > (after or 0)]
        if numbers:
            after = max(numbers)
        elif batch.ended - batch.began < HURRIED:
            hurried += 1
            await pause(HURRIED)
    return asked
