"""Filters the list by creators there are and are not, and asks for positions that are none or lie at the edge."""

import asyncio

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.labels import DOUBTFUL_INTEGER, EMPTY, HUGE_INTEGER, INTEGER, NO_INTEGER, NOBODY, OTHER_CASE
from contracts.probes.cancellation import UNKNOWN_TASK
from contracts.probes.life import read_late
from contracts.probes.long_poll import EVENTS, has_long_poll
from contracts.probes.probe import Probe
from contracts.probes.some_task import has_ended, own_task, some_task
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.task_story import listed_tasks

MOST_CREATORS = 3
NOBODIES = ("user:default/contract-tests-nobody", "contract tests & söhne + 100%", "*", "%", ".*", "null")
POSITIONS = {
    NO_INTEGER: ("abc", "1.5", "NaN", "12abc"),
    DOUBTFUL_INTEGER: ("", "1 2", "1,2", "1_000", "true", "Infinity"),
    INTEGER: ("-1", "0", "2147483648", "9007199254740993", "9223372036854775807"),
    HUGE_INTEGER: ("9223372036854775808", "1000000000000000000000000000000"),
}
STREAM_SECONDS = 5.0
# Seconds until the list is filtered again.
A_WHILE = 1.5
LEFT_FOR_OTHERS = 4


async def parameters(session: Session) -> None:
    """Ask with every kind of value in every query parameter."""
    await asyncio.gather(_filters(session), _positions(session))


async def _filters(session: Session) -> None:
    creators = _creators(await session.call("listTasks"))
    if not creators and await own_task(session):
        creators = _creators(await session.call("listTasks"))
    for creator in creators[:MOST_CREATORS]:
        await session.call("listTasks", label="before it is filtered")
        await _filtered(session, creator, "by somebody who created a task")
        await session.call("listTasks", label="after it was filtered")
    for creator in creators[:1]:
        for other in _near(creator):
            await _filtered(session, other, NOBODY)
        if creator.swapcase() != creator:
            await _filtered(session, creator.swapcase(), OTHER_CASE)
    for nobody in NOBODIES:
        await _filtered(session, nobody, NOBODY)
    for _ in range(2):
        await session.call("listTasks", label="after it was filtered")
    await _filtered(session, "", EMPTY)
    if creators and not session.limits.quick:
        await _look_again(session, creators[0])


async def _look_again(session: Session, creator: str) -> None:
    """Filter once more, later, when one more task has been created and cancelled."""
    template = session.templates.slow or session.templates.ordinary
    made = None
    if template is not None and session.tasks_left > LEFT_FOR_OTHERS:
        made = await session.create(template, extra_values={"contractTests": session.marker})
    if made is not None:
        await session.call("cancelTask", path={"taskId": made[0]}, label="to be filtered")
    await pause(A_WHILE)
    listing = await session.call("listTasks", label="before it is filtered again")
    ours = [task.get("createdBy") for task in listed_tasks(listing) if made and task.get("id") == made[0]]
    for other in dict.fromkeys([creator, *(found for found in ours if isinstance(found, str) and found)]):
        await _filtered(session, other, "by somebody who created a task, again")
    await session.call("listTasks", label="after it was filtered again")


async def _filtered(session: Session, creator: str, label: str) -> Exchange:
    return await session.call("listTasks", query=[("createdBy", creator)], purpose=Purpose.FILTERED, label=label)


def _creators(listing: Exchange) -> list[str]:
    found = [task.get("createdBy") for task in listed_tasks(listing)]
    return list(dict.fromkeys(creator for creator in found if isinstance(creator, str) and creator))


def _near(creator: str) -> list[str]:
    """What a filter might take for that creator that is not exact."""
    name = creator.rpartition("/")[2] or creator[1:]
    return [
        *(creator[:-1], creator[1:], name),
        *(f"{creator}x", f"{creator[:-1]}_", f"{NOBODIES[0]},{creator}", f" {creator}", f"{creator} "),
    ]


async def _positions(session: Session) -> None:
    task_id = await some_task(session) or UNKNOWN_TASK
    ended = task_id != UNKNOWN_TASK and await has_ended(session, task_id)
    await asyncio.gather(
        *(
            _position(session, task_id, value, label, ended=ended)
            for label, values in POSITIONS.items()
            for value in (values[:2] if session.limits.quick else values)
        )
    )


async def _position(session: Session, task_id: str, value: str, label: str, *, ended: bool) -> None:
    malformed = label in {NO_INTEGER, DOUBTFUL_INTEGER}
    purpose = Purpose.MALFORMED_PARAMETER if malformed else Purpose.EDGE_PARAMETER
    await session.call("getTaskLogs", path={"taskId": task_id}, query=[("after", value)], purpose=purpose, label=label)
    if has_long_poll(session) and (malformed or (label == INTEGER and (ended or int(value) <= 0))):
        await session.call(
            EVENTS,
            path={"taskId": task_id},
            query=[("after", value)],
            purpose=purpose,
            leave_after=STREAM_SECONDS,
            label=label,
        )
    if malformed:
        deadline = StreamDeadline(session.now() + STREAM_SECONDS, silence=STREAM_SECONDS / 2)
        await session.watch(task_id, deadline=deadline, after=value, purpose=purpose, label=label)
    elif ended and label == INTEGER:
        await read_late(session, task_id, after=int(value), purpose=purpose, label=label)


PARAMETERS = Probe("parameters", parameters)
