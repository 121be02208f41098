"""Does at once what others do one after the other: create tasks, read them, watch them."""

import asyncio

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.target import TemplateChoice

UNKNOWN_TASK = "00000000-0000-4000-8000-0000000000ff"
WHILE_CREATING = "while tasks are created"
SIDE_BY_SIDE = "streams side by side"

CREATED_AT_ONCE = 5
CREATED_AT_ONCE_WHEN_QUICK = 3
SAME_STREAMS = 3
LISTED_AFTER = (0.0, 0.01, 0.03)
PATIENCE = 6.0
PATIENCE_WHEN_QUICK = 1.5


async def create_in_parallel(session: Session) -> None:
    """Create some tasks at once and read them at once by every view."""
    template, group = session.templates.ordinary, session.new_group()
    if template is None:
        return
    count = CREATED_AT_ONCE_WHEN_QUICK if session.limits.quick else CREATED_AT_ONCE
    markers = [f"{session.marker}-{number}" for number in range(count)]
    made, _ = await asyncio.gather(
        _create_all(session, template, markers, group),
        asyncio.gather(*(_list(session, group, WHILE_CREATING, after=seconds) for seconds in LISTED_AFTER)),
    )
    if not made:
        return
    task_ids = [task_id for task_id, _ in made]
    await _read_in_parallel(session, [*task_ids, *task_ids], group)
    until = session.now() + (PATIENCE_WHEN_QUICK if session.limits.quick else PATIENCE)
    await asyncio.gather(
        *(
            session.watch(
                task_id, deadline=StreamDeadline(until), purpose=Purpose.PARALLEL, label=SIDE_BY_SIDE, group=group
            )
            for task_id in (*task_ids, *task_ids[:1] * (SAME_STREAMS - 1))
        )
    )
    await _read_in_parallel(session, [*task_ids[:1] * SAME_STREAMS, *task_ids[1:]], group)


async def _create_all(
    session: Session, template: TemplateChoice, markers: list[str], group: int
) -> list[tuple[str, Exchange]]:
    """Create a task for each marker, at once; without markers, if the template does not take them."""
    made = await asyncio.gather(
        *(
            session.create(
                template, purpose=Purpose.PARALLEL, extra_values={"contractTests": marker}, label="at once", group=group
            )
            for marker in markers
        )
    )
    if not any(made):
        group = session.new_group()
        made = await asyncio.gather(
            *(session.create(template, purpose=Purpose.PARALLEL, label="at once", group=group) for _ in markers)
        )
    return [created for created in made if created]


async def _read_in_parallel(session: Session, task_ids: list[str], group: int) -> None:
    await asyncio.gather(
        *(
            session.call("getTask", path={"taskId": task_id}, purpose=Purpose.PARALLEL, label="at once", group=group)
            for task_id in task_ids
        ),
        session.call("getTask", path={"taskId": UNKNOWN_TASK}, purpose=Purpose.UNKNOWN_TASK, label="at once"),
        _list(session, group, "at once"),
        *(
            session.call(
                "getTaskLogs", path={"taskId": task_id}, purpose=Purpose.PARALLEL, label="at once", group=group
            )
            for task_id in dict.fromkeys(task_ids)
        ),
    )


async def _list(session: Session, group: int, label: str, *, after: float = 0.0) -> Exchange:
    await pause(after)
    return await session.call("listTasks", purpose=Purpose.PARALLEL, label=label, group=group)


CONCURRENCY = Probe("concurrency", create_in_parallel, creates=True)
