"""Work for a client that may go away before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_server.answers import Receive
from mock_server.connection import Connection

T = TypeVar("T")


class ClientLeft(Exception):
    """There is nobody left to answer."""


def unless_client_leaves(
    work: Coroutine[Any, Any, T], receive: Receive, connection: Connection | None = None
) -> Coroutine[Any, Any, T]:
    """What the work gives. Raises ClientLeft, with the work ended, if the client goes away first.

    A server that shows its connection spares two tasks for each client, and ten thousand clients may be waiting.
    """
    return _unless_gone(work, receive) if connection is None else _unless_lost(work, connection)


async def _unless_gone(work: Coroutine[Any, Any, T], receive: Receive) -> T:
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(until_gone(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        finished = working.done()
    finally:
        working.cancel()
        leaving.cancel()
        outcomes = await asyncio.gather(working, leaving, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    if not finished:
        raise ClientLeft
    return working.result()


async def _unless_lost(work: Coroutine[Any, Any, T], connection: Connection) -> T:
    if connection.is_lost:
        work.close()
        raise ClientLeft
    working, has_left = asyncio.current_task(), False

    def leave() -> None:
        nonlocal has_left
        if working is not None and not has_left:
            has_left = True
            working.cancel()

    connection.when_lost(leave)
    try:
        return await work
    except asyncio.CancelledError:
        # Somebody else may have cancelled it, too.
        if not has_left or (working is not None and working.uncancel() > 0):
            raise
        raise ClientLeft from None
    finally:
        connection.when_lost(None)


async def until_gone(receive: Receive) -> None:
    """Wait for the end of a connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
