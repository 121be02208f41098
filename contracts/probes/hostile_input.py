"""Sends the hostile corpus, with ordinary requests before and after it."""

import asyncio
from collections.abc import Iterator

from contracts.exchange import Exchange, Purpose, TroubleKind
from contracts.probes.hostile_requests import HostileRequest, chunked_pair, hostile_requests
from contracts.probes.probe import Probe
from contracts.session import Session

AT_ONCE = 6
# A server that hangs or is away is not asked all the rest.
MOST_TROUBLES = 4
MOST_EACH_WHEN_QUICK = 2
SHARE_OF_BUDGET = 0.4
LONGEST_WHEN_QUICK = 1.5
BEFORE = "before hostile input"
AFTER = "after hostile input"
ORDINARY_OPERATIONS = ("listActions", "listTasks")


async def hostile_input(session: Session) -> None:
    """Ask as a client would, send the corpus, and ask the same again."""
    group = session.new_group()
    await _ask_as_a_client_would(session, BEFORE, group)
    pair = session.new_group()
    for request in chunked_pair():
        await send(session, request, group=pair)
    await send_all(session, _requests(session))
    await _ask_as_a_client_would(session, AFTER, group)


def _requests(session: Session) -> Iterator[HostileRequest]:
    return hostile_requests(session.contract.operations, MOST_EACH_WHEN_QUICK if session.limits.quick else None)


async def send_all(session: Session, requests: Iterator[HostileRequest]) -> None:
    """Send these, some at once, as long as there is time and the server answers."""
    end = session.now() + (LONGEST_WHEN_QUICK if session.limits.quick else session.limits.time_budget * SHARE_OF_BUDGET)
    troubles = 0

    async def work() -> None:
        nonlocal troubles
        for request in requests:
            if session.now() > end or troubles >= MOST_TROUBLES:
                return
            exchange = await send(session, request)
            if exchange.trouble is not None:
                troubles += 1

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    if next(requests, None) is not None and not session.limits.quick:
        why = "the target left too many without an answer" if troubles >= MOST_TROUBLES else "time ran out"
        session.notes.append(f"not all of the hostile input was sent: {why}")


async def send(session: Session, request: HostileRequest, *, group: int = 0) -> Exchange:
    """Send one request; one whose connection is broken off, once more."""
    exchange = await _send(session, request, group)
    if exchange.response is None and exchange.trouble and exchange.trouble.kind is TroubleKind.BROKEN:
        exchange = await _send(session, request, group)
    return exchange


async def _send(session: Session, request: HostileRequest, group: int) -> Exchange:
    return await session.call(
        request.operation,
        purpose=Purpose.HOSTILE,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        label=request.label,
        group=group,
    )


async def _ask_as_a_client_would(session: Session, label: str, group: int) -> None:
    for operation in ORDINARY_OPERATIONS:
        await session.call(operation, label=label, group=group)


HOSTILE_INPUT = Probe("hostile-input", hostile_input)
