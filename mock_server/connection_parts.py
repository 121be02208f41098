"""What uvicorn has for each connection, in less room: a stream has two events and a queue that nobody ever uses."""

import asyncio
from collections import deque
from typing import Any, Literal

from uvicorn.protocols.http.flow_control import FlowControl


class LazyEvent(asyncio.Event):
    """Keeps no room for those who wait until somebody does."""

    def __init__(self) -> None:
        self._waiters: Any = ()
        self._value = False

    async def wait(self) -> Literal[True]:
        if not self._value and not self._waiters:
            self._waiters = deque()
        return await super().wait()


class LazyFlowControl(FlowControl):
    """Has a lazy event for writers that have to wait."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.read_paused = self.write_paused = False
        self._is_writable_event = LazyEvent()
        self._is_writable_event.set()


class Pipeline(list[Any]):
    """What uvicorn's queue of requests has to know: for one that is nearly always empty, a deque is large."""

    __slots__ = ()

    def appendleft(self, item: Any) -> None:
        self.insert(0, item)

    def popleft(self) -> Any:
        return self.pop(0)
