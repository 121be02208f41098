"""Lives through tasks: creates one, watches it by every view at once, and comes back when it has ended."""

import asyncio

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import is_terminal
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.sse import Ending
from contracts.stream_deadline import StreamDeadline
from contracts.stream_reader import CLOSING_GRACE
from contracts.target import TemplateChoice

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.5
SHARE_OF_BUDGET = 0.35
MOST_PATIENCE = 20.0
MOST_RESUMPTIONS = 6
# Bytes; a longer log is read once in so many seconds, and resumed only among its last events.
LONG_LOG = 100_000
RARELY = 2.0
FEW = 20
# Values that get lost or change easily on their way through a server.
SPOILABLE = {
    "nothing": None,
    "no": False,
    "zero": 0,
    "empty": ["", [], {}],
    "digits": "007",
    "fraction": 0.1,
    "large": 9_007_199_254_740_991,
    "text": 'Grüße, 你好 🎉 e\u0301 <b>&amp;</b> "quoted" \\ / % + ${x}\n\tsecond line  ',
    "ünïcode": {"nested": {"deeper": [1, [2, [3]]]}},
}

# Some are lost or changed only where they are values of their own.
SPOILABLE_ALONE = {
    "contractTestsNull": None,
    "contractTestsFalse": False,
    "contractTestsZero": 0,
    "contractTestsList": ["b", "a", "b"],
    "contractTestsText": " <b>&amp; ä ",
    "contractTestsLong": "0123456789" * 30,
    "contractTests.dotted": "x",
}


def patience(session: Session) -> float:
    """How many seconds a task gets to end."""
    return min(MOST_PATIENCE, session.limits.time_budget * SHARE_OF_BUDGET)


async def live(session: Session) -> None:
    """Watch an ordinary task and one that fails, at once."""
    chosen = [template for template in (session.templates.ordinary, session.templates.failing) if template]
    await asyncio.gather(*(_live_through(session, template) for template in chosen))


async def _live_through(session: Session, template: TemplateChoice) -> None:
    secret = f"{session.marker}-secret-{len(session.secrets)}"
    session.secrets.append(secret)
    made = None
    nested = {"contractTestsValues": {**SPOILABLE, "template": template.ref}}
    for extra in ({**SPOILABLE_ALONE, **nested}, nested, {}):
        marked = {"contractTests": session.marker, **extra}
        made = made or await session.create(template, secrets={"contractTests": secret}, extra_values=marked)
    made = made or await session.create(template, secrets={"contractTests": secret}) or await session.create(template)
    if made is None:
        return
    task_id, _ = made
    deadline = StreamDeadline(session.now() + patience(session))
    watchers = [asyncio.create_task(session.watch(task_id, deadline=deadline, label="from the start"))]
    try:
        await follow(session, task_id, deadline)
        watched = [await watcher for watcher in watchers]
    finally:
        for watcher in watchers:
            watcher.cancel()
    await come_back(session, task_id, watched[0])


async def follow(session: Session, task_id: str, deadline: StreamDeadline, *, until: float | None = None) -> str | None:
    """Ask for the task, its log and the list again and again, until it ends; returns the status seen last.

    Once the task has ended, its stream may not be silent for more than CLOSING_GRACE seconds.
    """
    wait, status, listed = FIRST_PAUSE, None, -LONGEST_PAUSE
    next_log = 0.0
    end = deadline.at if until is None else until
    while session.now() < end:
        seen = await session.call("getTask", path={"taskId": task_id}, label="while it runs")
        status = seen.json.get("status") if seen.status == 200 and isinstance(seen.json, dict) else None
        if is_terminal(status):
            deadline.bear_silence(CLOSING_GRACE, session.now())
            return status
        if seen.status is None:
            return None
        if session.now() >= next_log:
            log = await session.call("getTaskLogs", path={"taskId": task_id}, label="while it runs")
            next_log = session.now() + (RARELY if is_long(log) else 0.0)
        if session.now() - listed >= LONGEST_PAUSE:
            listed = session.now()
            await session.call("listTasks", label="while it runs")
        await pause(wait)
        wait = min(LONGEST_PAUSE, wait * 1.5)
    return status


async def come_back(session: Session, task_id: str, watched: Exchange) -> None:
    """Read everything of a task once more: late, from any position, twice at once."""
    path = {"taskId": task_id}
    logs = await session.call("getTaskLogs", path=path, label="late")
    seen = await session.call("getTask", path=path, label="late")
    await session.call("listTasks", label="late")
    status = seen.json.get("status") if isinstance(seen.json, dict) else None
    is_over = watched.stream is not None and watched.stream.ending is Ending.CLOSED
    if not (is_over or is_terminal(status)):
        # Each stream of a task that goes on would be read for as long as the patience lasts.
        return
    await asyncio.gather(*(read_late(session, task_id, label="late") for _ in range(2)))
    events = watched.stream_events or logs.log_events
    numbers = sorted({event.sequence for event in events if event.sequence is not None})
    if is_long(logs):
        numbers = numbers[-FEW:]
    if numbers:
        closes = True
        for after in resumption_points(numbers):
            # One stream that stays open shows as much as six, each of which is waited for.
            closes = closes and is_closed(await read_late(session, task_id, after=after, label="resumed"))
            await session.call("getTaskLogs", path=path, query=[("after", str(after))], label="resumed")
    await session.call("getTask", path=path, label="late")


def is_closed(read: Exchange) -> bool:
    """Whether the target has closed the stream that was read, or answered otherwise."""
    return read.trouble is None and (read.stream is None or read.stream.ending is Ending.CLOSED)


def is_long(log: Exchange) -> bool:
    """Whether reading such a log again and again would keep the target, and the suite, from everything else."""
    return log.response is not None and len(log.response.body) > LONG_LOG


def resumption_points(numbers: list[int]) -> list[int]:
    """Where to resume: before all, at the first, in the middle, before the last, at the last and behind it."""
    middle = len(numbers) // 2
    candidates = [numbers[0] - 1, numbers[0], numbers[middle], numbers[-2] if len(numbers) > 1 else numbers[0]]
    return list(dict.fromkeys([*candidates, numbers[-1], numbers[-1] + 1_000_000]))[:MOST_RESUMPTIONS]


async def read_late(
    session: Session,
    task_id: str,
    *,
    after: int | None = None,
    purpose: Purpose = Purpose.ORDINARY,
    label: str,
    group: int = 0,
) -> Exchange:
    """Read the whole stream of a task that has ended; what it has to say, it can say at once."""
    deadline = StreamDeadline(session.now() + MOST_PATIENCE, silence=CLOSING_GRACE)
    return await session.watch(task_id, deadline=deadline, after=after, purpose=purpose, label=label, group=group)


LIFE = Probe("life", live, creates=True)
