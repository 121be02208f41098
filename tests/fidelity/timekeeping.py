"""An event loop whose time is the replay's: a minute of waiting, the mock's or its own, is over when it is turned."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_server.clock import VirtualClock
from tests.mock_server.conftest import settle

Result = TypeVar("Result")
# How far time is turned at once while somebody waits, so that whoever looks once a second looks at every second.
STEP = 50


class TurnedLoop(asyncio.SelectorEventLoop):
    """Its timers are due when the wall clock and what was turned together say so."""

    def __init__(self) -> None:
        super().__init__()
        self.turned = 0.0

    def time(self) -> float:
        return super().time() + self.turned


def run_turned(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in such a loop."""
    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        return runner.run(work)


class Timekeeper:
    """Turns a world's clock and the loop's together, in milliseconds since the replay began."""

    def __init__(self, clock: VirtualClock) -> None:
        clock.freeze()
        self._clock = clock
        self._start = clock.now()

    def now(self) -> int:
        return self._clock.now() - self._start

    async def turn_to(self, instant: int) -> None:
        """Let time pass, step by step, up to an instant."""
        while self.now() < instant:
            await self.turn(min(STEP, instant - self.now()))

    async def turn(self, milliseconds: int = STEP) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TurnedLoop)
        loop.turned += milliseconds / 1000
        self._clock.advance(milliseconds)
        await settle()
