"""The mock in a thread of this process, so that a test holds the clocks of its worlds."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mock_server.app import MockServer, Options
from mock_server.auth import GUEST
from mock_server.clock import SECOND, wall_seconds
from mock_server.lifecycle import EventType, StepStatus
from mock_server.serving import Server
from mock_server.simulator import NewTask, Principal
from mock_server.task import TaskEvents
from mock_server.world import World

DEMO_VALUES = json.loads((Path(__file__).parents[1] / "mock_server/data/demo_values.json").read_text(encoding="utf-8"))

T = TypeVar("T")
Event = dict[str, Any]


class WallClock:
    """The clock that tokens expire by; it can be moved ahead."""

    def __init__(self) -> None:
        self._ahead = 0

    def __call__(self) -> int:
        return wall_seconds() + self._ahead

    def advance(self, seconds: int) -> None:
        self._ahead += seconds


@dataclass(frozen=True)
class Play:
    """A running mock. `backend` is its base URL, `wall` what tokens expire by."""

    backend: str
    wall: WallClock
    server: MockServer
    loop: asyncio.AbstractEventLoop

    def stage(self, name: str, scenario: str) -> "Stage":
        """A world of this name that plays the scenario; its clock is stopped."""

        async def prepare() -> World:
            world = self.server.simulator.worlds.get(name)
            world.scenario = scenario
            world.clock.freeze()
            return world

        return Stage(self, self.run(prepare()))

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something where the server runs."""
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result()


@dataclass(frozen=True)
class Stage:
    """One world of a running mock. Its time stands still but for what a test says."""

    play: Play
    world: World

    @property
    def url(self) -> str:
        """The base URL of the backend, for who is to live in this world."""
        return f"{self.play.backend}/worlds/{self.world.name}"

    def create(self, template: str, values: Mapping[str, Any] | None = None, by: str = GUEST) -> str:
        """Create a task as somebody, with the demo values where none are given; returns its id."""
        ref = f"template:default/{template}"
        new = NewTask(ref, DEMO_VALUES[ref] if values is None else values)
        started = self.play.run(self.play.server.simulator.create_task(self.world, Principal(by), new))
        return started.task.id

    def advance(self, seconds: float) -> None:
        """Let time pass."""

        async def pass_time() -> None:
            self.world.clock.advance(round(seconds * SECOND))

        self.play.run(pass_time())

    def begin(self, task_id: str, step: str) -> None:
        """Let time pass until this step of the task is running."""
        told = (step, StepStatus.PROCESSING)
        self._pass_until(task_id, lambda event: (event["body"].get("stepId"), event["body"].get("status")) == told)

    def end(self, task_id: str) -> None:
        """Let time pass until the task has ended."""
        self._pass_until(task_id, lambda event: event["type"] == EventType.COMPLETION)

    def _pass_until(self, task_id: str, happened: Callable[[Event], bool]) -> None:
        async def pass_until() -> None:
            while not any(map(happened, await self._events(task_id))):
                self.world.clock.advance(SECOND // 10)

        self.play.run(pass_until())

    async def _events(self, task_id: str) -> list[Event]:
        task = await self.world.store.get(task_id)
        return list(TaskEvents(task).between(0, self.world.clock.now()))


@contextmanager
def playing(options: Options, port: int = 0) -> Iterator[Play]:
    """A mock that listens on the loopback until the context ends."""
    wall = WallClock()
    with socket.create_server(("127.0.0.1", port), backlog=2048) as listener:
        app = MockServer(options, wall)
        server = Server(app)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=[server.serve(sockets=[listener])])
        thread.start()
        try:
            yield Play(f"http://127.0.0.1:{listener.getsockname()[1]}", wall, app, loop)
        finally:
            server.should_exit = True
            thread.join()
            loop.close()
