"""Work for a client that may go away before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_server.answers import Receive

T = TypeVar("T")


class ClientLeft(Exception):
    """There is nobody left to answer."""


async def unless_client_leaves(work: Coroutine[Any, Any, T], receive: Receive) -> T:
    """What the work gives. Raises ClientLeft, with the work ended, if the client goes away first."""
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


async def until_gone(receive: Receive) -> None:
    """Wait for the end of a connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
