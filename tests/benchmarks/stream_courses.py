"""How the event streams of a peer come to begin, all of them being open: a task of its own behind each.

Each has events at ten instants half a second apart. The beginnings are spread over half a second, so that there is as
much to do in one millisecond as in another.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import yaml

from tests.benchmarks.event_chunks import INTERVAL
from tests.benchmarks.load import Request, ask
from tests.benchmarks.operations import AUTHORIZATION, EVENT_STREAM, STREAM
from tests.benchmarks.peers import MOCK, serving
from tests.benchmarks.process import Server
from tests.benchmarks.stream_clients import StreamClient
from tests.benchmarks.workloads import created

INSTANTS = 10
# Two frames at the first instant and two at the last: the task and its step begin, and both end.
FRAMES = (0, *range(INSTANTS), INSTANTS - 1)
WORLD = "streams"
_IN_WORLD = f"x-mock-world: {WORLD}"
_CLOCK = f"/_mock/v1/worlds/{WORLD}/clock"
_SPREAD = 0.5
# Until the first event: the server wakes every stream when its clock begins to run.
_LEAD = 1.0
_LEAD_OF_EACH = 0.001
_LOOKS = 2


class Course(Protocol):
    """What a peer has to be told."""

    async def requests(self, count: int) -> Sequence[Request]:
        """The streams that there will be."""
        ...

    async def begin(self) -> float:
        """Called when all are open; returns the instant of the first event, in seconds since the epoch."""
        ...

    def due(self, number: int, client: StreamClient) -> float:
        """When the first event of a stream was due."""
        ...


@contextmanager
def streaming(peer: str, count: int) -> Iterator[tuple[Server, Course]]:
    """A peer that has so many streams."""
    lead = _LEAD + count * _LEAD_OF_EACH
    with TemporaryDirectory() as name:
        begin = Path(name, "begin")
        options = _files(Path(name), lead) if peer == MOCK else ()
        with serving(peer, {EVENT_STREAM: _chunks()}, options, begin) as server:
            yield server, _FrozenWorld(server, lead) if peer == MOCK else _Gate(begin, lead)


class _FrozenWorld:
    """Streams of the mock server: the tasks are created while the clock of their world stands still."""

    def __init__(self, server: Server, lead: float) -> None:
        self._server = server
        self._lead = lead
        self._ahead = 0.0

    async def requests(self, count: int) -> Sequence[Request]:
        await ask(self._server.origin, Request("POST", "/_mock/v1/worlds", {"name": WORLD, "frozen": True}))
        new = {"templateRef": "template:default/ten-events", "values": {}}
        headers = (AUTHORIZATION, _IN_WORLD, "prefer: scenario=ten-events")
        ids = await created(self._server.url, Request("POST", "/v2/tasks", new, headers), count)
        return [_request(id) for id in ids]

    async def begin(self) -> float:
        await ask(self._server.origin, Request("POST", f"{_CLOCK}/run", {}))
        first_at = time.time() + self._lead
        self._ahead = max([await self._seen_ahead() for _ in range(_LOOKS)])
        return first_at

    async def _seen_ahead(self) -> float:
        # The server looks at its clock when all else of the answer is made, which then is on its way for a while.
        clock = await ask(self._server.origin, Request("GET", _CLOCK))
        return datetime.fromisoformat(clock["now"]).timestamp() - time.time()

    def due(self, number: int, client: StreamClient) -> float:
        return client.first_event_at() - self._ahead


class _Gate:
    """Streams of a peer: the id of a task says when its first event is due, in milliseconds behind the beginning."""

    def __init__(self, begin: Path, lead: float) -> None:
        self._begin = begin
        self._lead = lead
        self._at = 0.0
        self._offsets: list[int] = []

    async def requests(self, count: int) -> Sequence[Request]:
        self._offsets = [round(1_000 * _SPREAD * number / count) for number in range(count)]
        return [_request(str(offset)) for offset in self._offsets]

    async def begin(self) -> float:
        self._at = time.time() + self._lead
        written = self._begin.with_suffix(".new")
        written.write_text(str(self._at))
        written.rename(self._begin)
        return self._at

    def due(self, number: int, client: StreamClient) -> float:
        return self._at + self._offsets[number] / 1_000


def _request(task_id: str) -> Request:
    return Request(STREAM.method, STREAM.path.replace("{taskId}", task_id), None, (AUTHORIZATION, _IN_WORLD))


def _files(folder: Path, lead: float) -> list[str | Path]:
    step = {"id": "work", "name": "Work", "action": "debug:log", "input": {"message": "Working"}}
    template = {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "ten-events"},
        "spec": {"owner": "group:default/team", "type": "service", "steps": [step]},
    }
    lines = {"text": "line ${{ line }}", "at": INTERVAL, "repeat": INSTANTS - 2, "every": INTERVAL}
    scenario = {
        "description": "Something happens at ten instants.",
        "queue": [lead, lead + _SPREAD],
        "steps": [{"duration": (INSTANTS - 1) * INTERVAL, "logs": [lines]}],
    }
    templates, scenarios = folder / "template.yaml", folder / "scenarios"
    scenarios.mkdir()
    templates.write_text(yaml.safe_dump(template))
    (scenarios / "ten-events.yaml").write_text(yaml.safe_dump(scenario))
    return ["--templates", templates, "--scenarios", scenarios]


def _chunks() -> list[str]:
    """What the peers send: about as many bytes as the mock server does, in as many frames."""
    event = {
        "id": 1,
        "isTaskRecoverable": False,
        "taskId": "0" * 36,
        "body": {"message": "line 1", "stepId": "work"},
        "type": "log",
        "createdAt": "2026-01-01T00:00:00.000Z",
    }
    frame = f"event: log\ndata: {json.dumps(event, separators=(',', ':'))}\n\n"
    return [frame * FRAMES.count(instant) for instant in range(INSTANTS)]
