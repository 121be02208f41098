"""The mock in the same process: one server for a test, its clock in the test's hand."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.app import MockServer, Options
from mock_server.clock import VirtualClock
from mock_server.world import World
from tests.conformance import MOUNT, Conformance, ConformingTransport, check_frames

# Skeletons and what comes of them hold tests of their own.
collect_ignore = ["dry_runs"]

DATA = Path(__file__).parent / "data"
USER = {"authorization": "Bearer mock-user-token"}
SERVICE = {"authorization": "Bearer mock-service-token"}


@pytest.fixture(scope="session")
def conformance() -> Conformance:
    return Conformance()


@pytest.fixture(scope="session")
def demo_values() -> dict[str, Any]:
    """Values that each demo template accepts, by its reference."""
    return json.loads((DATA / "demo_values.json").read_text(encoding="utf-8"))


class Api:
    """A client of a mock in the same process, with a frozen clock. Every exchange is held against the document."""

    def __init__(self, server: MockServer, conformance: Conformance) -> None:
        self.server = server
        self.world: World = server.simulator.worlds.get("default")
        self.clock: VirtualClock = self.world.clock
        self.clock.freeze()
        self.http = httpx.AsyncClient(
            transport=ConformingTransport(httpx.ASGITransport(server), conformance, server.simulator.settings.quirks),
            base_url=f"http://mock{MOUNT}",
            headers=USER,
        )

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.http.get(path, **kwargs)

    async def post(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.http.post(path, json=json, **kwargs)

    async def create(self, template: str = "hello-world", values: Any = None, **kwargs: Any) -> str:
        """Create a task; returns its id."""
        body = {"templateRef": template, "values": values or {}, **kwargs.pop("body", {})}
        response = await self.post("/v2/tasks", json=body, **kwargs)
        assert response.status_code == 201, response.text
        return response.json()["id"]

    async def task(self, task_id: str) -> dict[str, Any]:
        return (await self.get(f"/v2/tasks/{task_id}")).json()

    async def logs(self, task_id: str, after: int = 0) -> list[dict[str, Any]]:
        return (await self.get(f"/v2/tasks/{task_id}/logs", params={"after": after})).json()

    async def finish(self, task_id: str) -> dict[str, Any]:
        """Advance the clock to the end of a task; returns the task."""
        end = (await self.world.store.get(task_id)).ends_at
        assert end is not None
        self.clock.advance(max(0, end - self.clock.now()))
        return await self.task(task_id)

    def stream(self, task_id: str, after: int | None = None, **headers: str) -> "Stream":
        query = "" if after is None else f"after={after}"
        return Stream(self.server, f"{MOUNT}/v2/tasks/{task_id}/eventstream", query, {**USER, **headers})


class Stream:
    """An open event stream, read as the server writes it: one message at a time."""

    def __init__(self, server: MockServer, path: str, query: str, headers: dict[str, str]) -> None:
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._server = server
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._unread: deque[dict[str, Any]] = deque()
        self.content = b""

    async def __aenter__(self) -> "Stream":
        self._running = asyncio.create_task(self._server(self._scope, self._receive, self._sent.put))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()
        async with asyncio.timeout(5):
            await self._running

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def leave(self) -> None:
        """Go away, as a closed tab does."""
        self._gone.set()

    async def next_message(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self._sent.get()

    async def opened(self) -> dict[str, Any]:
        """Wait for the headers."""
        message = await self.next_message()
        assert message["type"] == "http.response.start"
        return message

    async def next_event(self) -> dict[str, Any] | None:
        """The next event, or None once the server has closed the stream. A write is of whole events."""
        while not self._unread:
            message = await self.next_message()
            if not message.get("more_body"):
                assert message["body"] == b""
                return None
            self.content += message["body"]
            self._unread.extend(check_frames(message["body"]))
        return self._unread.popleft()

    async def rest(self) -> list[dict[str, Any]]:
        """Every event up to the end of the stream."""
        events = []
        while (event := await self.next_event()) is not None:
            events.append(event)
        return events

    async def pending(self) -> list[dict[str, Any]]:
        """What has been written by now, without waiting for time to pass."""
        await settle()
        events = []
        while self._unread or not self._sent.empty():
            event = await self.next_event()
            if event is None:
                break
            events.append(event)
        return events

    @property
    def is_running(self) -> bool:
        return not self._running.done()


async def settle() -> None:
    """Let everything that is ready run until it waits again."""
    for _ in range(20):
        await asyncio.sleep(0)


MakeApi = Callable[..., Api]


@pytest.fixture
async def make_api(conformance: Conformance) -> AsyncIterator[MakeApi]:
    made: list[Api] = []

    def make(**options: Any) -> Api:
        made.append(Api(MockServer(Options(**options)), conformance))
        return made[-1]

    yield make
    for api in made:
        await api.http.aclose()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()
