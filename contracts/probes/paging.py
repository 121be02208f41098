"""Reads the task list page by page, in every order, by status, and with positions and orders that are none."""

import asyncio
from collections.abc import Sequence

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.labels import MALFORMED_PAGE, ORDERED, PAGE, PAGED_WHOLE, STATUSES, TOTAL
from contracts.lifecycle import Status
from contracts.probes.probe import Probe
from contracts.probes.some_task import has_ended, own_task
from contracts.session import Session
from contracts.task_story import listed_tasks

ENOUGH_TASKS = 4
# Seconds that other probes have for creating them.
PATIENCE = 1.5
BETWEEN_LOOKS = 0.3
PAGE_SIZE = 2
PAGES = 3
OLDEST_FIRST = ("order", "asc:created_at")
BEHIND_ALL = "1000000"
ORDERS = (
    (("order", "desc:created_at"),),
    (("order", "asc:status"),),
    (("order", "desc:status"), ("order", "asc:created_at")),
    (("order", "asc:created_by"), ("order", "desc:created_at")),
)
NO_STATUS = "contract-tests-no-status"
BY_STATUS = (
    (Status.COMPLETED,),
    (Status.FAILED,),
    (Status.COMPLETED, Status.FAILED, Status.CANCELLED),
    (Status.OPEN, Status.PROCESSING),
    (NO_STATUS,),
)
MALFORMED = (
    *(("limit", value) for value in ("-1", "abc", "1.5")),
    *(("offset", value) for value in ("-1", "abc")),
    *(("order", value) for value in ("created_at", "up:created_at", "asc:contract_tests")),
)


async def page(session: Session) -> None:
    """Ask for the list in every way that there is, if the target is held to have them."""
    if ("query", "limit") not in session.contract.operations["listTasks"].parameters:
        return
    await _wait_for_tasks(session)
    await asyncio.gather(_pages(session), _totals(session), _by_status(session), _malformed(session))
    for order in ORDERS:
        await _list(session, order, ORDERED)


async def _wait_for_tasks(session: Session) -> None:
    end = session.now() + PATIENCE
    while (count := len(listed_tasks(await session.call("listTasks")))) < ENOUGH_TASKS and session.now() < end:
        await pause(BETWEEN_LOOKS)
    made = [await own_task(session) for _ in range(ENOUGH_TASKS - count)]
    if made and made[-1] is not None:
        # What is filtered by status needs tasks whose status stays.
        await has_ended(session, made[-1])


async def _pages(session: Session) -> None:
    """New tasks come behind the oldest ones: these pages do not change while others create tasks."""
    group = session.new_group()
    await _list(session, [OLDEST_FIRST], PAGED_WHOLE, group)
    for number in range(PAGES):
        query = [OLDEST_FIRST, ("limit", str(PAGE_SIZE)), ("offset", str(number * PAGE_SIZE))]
        await _list(session, query, PAGE, group)
    await _list(session, [OLDEST_FIRST, ("offset", "1")], PAGE, group)
    await _list(session, [OLDEST_FIRST, ("offset", BEHIND_ALL)], PAGE, group)
    await _list(session, [OLDEST_FIRST], PAGED_WHOLE, group)


async def _totals(session: Session) -> None:
    """Between two whole lists, ask for less and less of it."""
    listing = await session.call("listTasks", label=TOTAL)
    creators = [task["createdBy"] for task in listed_tasks(listing) if isinstance(task.get("createdBy"), str)]
    for query in (
        [("limit", "0")],
        [("limit", "1")],
        [("limit", "1"), ("offset", "1")],
        *([("createdBy", creator), ("limit", "1")] for creator in creators[:1]),
        *([("createdBy", "user:default/contract-tests-nobody"), ("createdBy", creator)] for creator in creators[:1]),
    ):
        await _list(session, query, TOTAL)
    await session.call("listTasks", label=TOTAL)


async def _by_status(session: Session) -> None:
    for statuses in BY_STATUS:
        await _list(session, [("status", status) for status in statuses], STATUSES)
    await session.call("listTasks", label=STATUSES)


async def _malformed(session: Session) -> None:
    await asyncio.gather(
        *(
            session.call("listTasks", query=[asked], purpose=Purpose.MALFORMED_PARAMETER, label=MALFORMED_PAGE)
            for asked in MALFORMED
        )
    )


async def _list(session: Session, query: Sequence[tuple[str, str]], label: str, group: int = 0) -> Exchange:
    return await session.call("listTasks", query=query, purpose=Purpose.PAGED, label=label, group=group)


PAGING = Probe("paging", page, quick=False)
