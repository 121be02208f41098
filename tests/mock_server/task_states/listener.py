"""Clients of an event stream, in the loop of the machine."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_server.clock import parse_timestamp
from mock_server.sse import replay
from mock_server.world import World
from tests.conformance import check_frames
from tests.mock_server.conftest import settle
from tests.mock_server.task_states.turned_loop import TurnedLoop

T = TypeVar("T")


class Listener:
    """A client that has opened the stream of a task; `heard` are the events that it was sent."""

    def __init__(self, loop: TurnedLoop, world: World, task_id: str, after: int) -> None:
        self.task_id = task_id
        self.heard: list[dict[str, Any]] = []
        self.early: list[dict[str, Any]] = []
        self.world = world
        self._running = loop.create_task(replay(world, task_id, after, self._take))

    @property
    def is_open(self) -> bool:
        return not self._running.done()

    def leave(self) -> None:
        self._running.cancel()

    def result(self) -> None:
        """Raises what has ended the stream, if that is an error."""
        if self._running.done() and not self._running.cancelled():
            self._running.result()

    async def _take(self, frames: bytes) -> None:
        now = self.world.clock.now()
        for event in check_frames(frames):
            self.heard.append(event)
            if parse_timestamp(event["createdAt"]) > now:
                self.early.append(event)


def at_once(deed: Coroutine[Any, Any, T]) -> T:
    """What it returns. Nobody else has a turn meanwhile, even if it would let them."""
    while True:
        try:
            given_way = deed.send(None)
        except StopIteration as end:
            result: T = end.value
            return result
        assert given_way is None, "it waits for something"


def have_turns(loop: TurnedLoop) -> None:
    """Let everything that is ready run until it waits again."""
    loop.run_until_complete(settle())
