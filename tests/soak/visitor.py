"""Who visits the server: with a connection, in a world, as somebody."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.soak.connection import Answer, Connection, UnexpectedAnswer

USERS = {f"{name}-token": f"user:default/{name}" for name in ("guest", "ann", "bob", "cem", "dora")}
DEMO_VALUES: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "mock_server/data/demo_values.json").read_text(encoding="utf-8")
)
HELLO = "template:default/hello-world"
SECRET = "soaked-deploy-token"
_SOON = 0.2
_CONTROL = "/_mock/v1"
_API = "/api/scaffolder/v2"


class Disagreement(Exception):
    """Two answers that do not fit together."""


@dataclass(slots=True)
class Progress:
    """How far a soak has come. `troubles` is what went wrong."""

    wanted: int
    tasks: int = 0
    worlds: int = 0
    vanished: int = 0
    virtual_seconds: float = 0.0
    answers: int = 0
    is_over: bool = False
    troubles: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return min(1.0, self.tasks / self.wanted)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody in a world."""

    connection: Connection
    draw: random.Random
    progress: Progress
    world: str = "default"
    token: str = "guest-token"

    def elsewhere(self, world: str) -> "Visitor":
        return replace(self, world=world)

    def as_on(self, connection: Connection) -> "Visitor":
        return replace(self, connection=connection)

    def as_user(self, token: str) -> "Visitor":
        return replace(self, token=token)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        expected: Collection[int] = (200,),
    ) -> Answer:
        """A request to the API in the world."""
        address, named = self._address(path)
        return await self.connection.ask(method, address, body, {**named, **(headers or {})}, expected)

    async def control(self, method: str, path: str, body: object = None, expected: Collection[int] = (200,)) -> Any:
        """A call of the control API on the world; the JSON of the answer, None without any."""
        answer = await self.connection.ask(method, f"{_CONTROL}/worlds/{self.world}{path}", body, expected=expected)
        return answer.json if answer.body else None

    async def create(self, scenario: str | None = None, template: str | None = None) -> str:
        """Create a task; returns its id."""
        ref = template or (HELLO if self.draw.random() < 0.6 else self.draw.choice(list(DEMO_VALUES)))
        body = {"templateRef": ref, "values": DEMO_VALUES[ref], **secrets_of(ref)}
        query, headers = "", {}
        if scenario is not None and self.draw.random() < 0.5:
            query = f"?__scenario={scenario}"
        elif scenario is not None:
            headers = {"prefer": f"scenario={scenario}"}
        answer = await self.ask("POST", f"/tasks{query}", body, headers, expected=(201,))
        self.progress.tasks += 1
        task_id: str = answer.json["id"]
        return task_id

    async def task(self, task_id: str) -> dict[str, Any]:
        task: dict[str, Any] = (await self.ask("GET", f"/tasks/{task_id}")).json
        return task

    async def logs(self, task_id: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = (await self.ask("GET", f"/tasks/{task_id}/logs")).json
        return events

    async def open_stream(self, task_id: str, after: int = 0) -> AsyncIterator[tuple[str, Any]]:
        query = f"?after={after}" if after else ""
        return await self.connection.open_stream(*self._address(f"/tasks/{task_id}/eventstream{query}"))

    async def glance(self, stream: AsyncIterator[tuple[str, Any]]) -> None:
        """Read one frame if it comes soon. Nothing else can be done with the connection then."""
        try:
            async with asyncio.timeout(_SOON):
                async for _ in stream:
                    break
        except TimeoutError:
            pass

    async def open_world_stream(self) -> AsyncIterator[tuple[str, Any]]:
        return await self.connection.open_stream(f"{_CONTROL}/worlds/{self.world}/stream", {})

    async def begin(self, path: str, length: int, sent: bytes) -> None:
        """Send a part of a request with a body."""
        address, headers = self._address(path)
        await self.connection.begin("POST", address, {**headers, "content-type": "application/json"}, length, sent)

    async def watch(self, task_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The events of a stream that is not cut. Raises Disagreement unless it ends with the completion."""
        events = []
        async for _, event in await self.open_stream(task_id, after):
            events.append(event)
            if event["type"] == "completion" and event["isTaskRecoverable"]:
                # Such a stream stays open for the retry that may come.
                self.connection.close()
                break
        if not events or events[-1]["type"] != "completion":
            raise Disagreement(f"the stream of {task_id} ended without a completion")
        return events

    def _address(self, path: str) -> tuple[str, dict[str, str]]:
        bearer = {"authorization": f"Bearer {self.token}"}
        if self.world == "default":
            return f"{_API}{path}", bearer
        if self.draw.random() < 0.5:
            return f"/worlds/{self.world}{_API}{path}", bearer
        return f"{_API}{path}", {**bearer, "x-mock-world": self.world}


def secrets_of(template: str) -> dict[str, Any]:
    return {"secrets": {"deployToken": SECRET}} if template.endswith("/secret-deploy-key") else {}


def must_be(found: object, expected: object, what: str) -> None:
    """Raises Disagreement."""
    if found != expected:
        raise Disagreement(f"{what}: {str(found)[:200]} instead of {str(expected)[:200]}")


TROUBLES = (UnexpectedAnswer, Disagreement, TimeoutError, OSError)
