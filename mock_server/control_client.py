"""A client of the control API, for tests and scripts in Python.

control = Control("http://127.0.0.1:7007")
world = control.create_world(scenario="flaky", frozen=True)
...  # the application works at world.backend_url
world.clock.step()
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import httpx

from mock_server.addresses import CONTROL_MOUNT, MOUNT, WORLDS_PREFIX

_PATIENCE = 10.0
# Ten thousand tasks take their time on a slow machine.
_LONG_PATIENCE = 300.0
EndStatus = Literal["completed", "failed", "cancelled"]
StepStatus = Literal["processing", "completed", "failed", "skipped", "cancelled"]


class ControlRefused(Exception):
    """The control API refused a call. `status` is that of its answer, `name` the class of the error."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(f"{status} {name}: {message}")
        self.status = status
        self.name = name


class Control:
    """The control of a mock server. `origin` is where it listens, `token` that of `--control-token`, if need be."""

    def __init__(self, origin: str, token: str | None = None) -> None:
        self.origin = origin.rstrip("/")
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        # What the environment says of proxies is for other addresses than this one.
        self._http = httpx.Client(base_url=f"{self.origin}{CONTROL_MOUNT}", headers=headers, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def create_world(
        self,
        name: str | None = None,
        *,
        scenario: str | None = None,
        now: datetime | None = None,
        speed: float | None = None,
        frozen: bool = False,
    ) -> "ControlledWorld":
        """A new world, with a name of its own where none is given. Raises ControlRefused."""
        wishes = {
            "name": name,
            "scenario": scenario,
            "now": None if now is None else now.isoformat(),
            "speed": speed,
            "frozen": frozen,
        }
        said = {key: value for key, value in wishes.items() if value is not None}
        return ControlledWorld(self, self.call("POST", "/worlds", said)["name"])

    def restore(self, name: str, snapshot: Mapping[str, Any]) -> "ControlledWorld":
        """A world that lives on as in a snapshot, in the place of the one of this name. Raises ControlRefused."""
        self.call("PUT", f"/worlds/{name}/snapshot", snapshot, patience=_LONG_PATIENCE)
        return ControlledWorld(self, name)

    def world(self, name: str = "default") -> "ControlledWorld":
        """A world that is there. Raises ControlRefused."""
        self.call("GET", f"/worlds/{name}")
        return ControlledWorld(self, name)

    def world_names(self) -> list[str]:
        return [world["name"] for world in self.call("GET", "/worlds")["worlds"]]

    def scenario_names(self) -> list[str]:
        return [scenario["name"] for scenario in self.call("GET", "/scenarios")["scenarios"]]

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        patience: float = _PATIENCE,
    ) -> Any:
        """The JSON of an answer, None for one without, within so many seconds. Raises ControlRefused."""
        response = self._http.request(method, path, json=body, params=query, timeout=patience)
        _check(response)
        return response.json() if response.content else None

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[str]]:
        """The lines of an event stream as they come. Raises ControlRefused."""
        with self._http.stream("GET", path, timeout=httpx.Timeout(_PATIENCE, read=None)) as response:
            if not response.is_success:
                response.read()
            _check(response)
            yield response.iter_lines()


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        try:
            error = response.json()["error"]
            name, message = error["name"], error["message"]
        except (ValueError, LookupError, TypeError):
            name, message = "UnknownError", "this is no answer of a mock server"
        raise ControlRefused(response.status_code, name, message)


def _happenings(lines: Iterator[str]) -> "Iterator[Happening]":
    kind = ""
    for line in lines:
        field, _, said = line.partition(": ")
        if field == "event":
            kind = said
        elif field == "data":
            yield Happening(kind, json.loads(said))


@dataclass(frozen=True, slots=True)
class ControlledWorld:
    """A world in the hand of a test."""

    control: Control
    name: str

    @property
    def backend_url(self) -> str:
        """The `backend.baseUrl` of a Backstage app that is to live in this world."""
        return f"{self.control.origin}{WORLDS_PREFIX}{self.name}"

    @property
    def base_url(self) -> str:
        """The base URL of the Scaffolder API in this world."""
        return f"{self.backend_url}{MOUNT}"

    @property
    def clock(self) -> "ControlledClock":
        return ControlledClock(self.control, f"/worlds/{self.name}/clock")

    @property
    def scenario(self) -> str:
        """The scenario of tasks that take no other."""
        active: str = self.control.call("GET", f"/worlds/{self.name}")["scenario"]
        return active

    @property
    def journal(self) -> "ControlledJournal":
        return ControlledJournal(self.control, f"/worlds/{self.name}/journal")

    def fault(self, kind: str, **said: Any) -> "ControlledFault":
        """Let something go wrong from now on: `fault("error", code=503, operation="createTask", use=1)`.

        What can be said is what a scenario file can say of a fault. It lasts until it is removed, or to the end of a
        `with` block. Raises ControlRefused for what makes no fault.
        """
        path = f"/worlds/{self.name}/faults"
        return ControlledFault(self.control, path, self.control.call("POST", path, {"fault": kind, **said})["id"])

    def clear_faults(self) -> None:
        self.control.call("DELETE", f"/worlds/{self.name}/faults")

    def issue_token(self, entity_ref: str | None = None, *, lifetime: float | None = None) -> str:
        """A token that is good in this world only, of a user or else of a service, for so many of its seconds."""
        wishes = {"entityRef": entity_ref, "lifetime": lifetime}
        said = {key: value for key, value in wishes.items() if value is not None}
        token: str = self.control.call("POST", f"/worlds/{self.name}/tokens", said)["token"]
        return token

    def expire_token(self, token: str) -> None:
        """Let any token be too old in this world."""
        self.control.call("POST", f"/worlds/{self.name}/tokens/expire", {"token": token})

    def revoke_token(self, token: str) -> None:
        """Let any token be unknown in this world."""
        self.control.call("POST", f"/worlds/{self.name}/tokens/revoke", {"token": token})

    def snapshot(self) -> dict[str, Any]:
        """The world as one document, for `Control.restore`."""
        path = f"/worlds/{self.name}/snapshot"
        snapshot: dict[str, Any] = self.control.call("GET", path, patience=_LONG_PATIENCE)
        return snapshot

    @contextmanager
    def watch(self) -> "Iterator[Iterator[Happening]]":
        """What happens in the world from now on, as it happens; ends with the world. Raises ControlRefused."""
        with self.control.stream(f"/worlds/{self.name}/stream") as lines:
            yield _happenings(lines)

    def play(self, scenario: str) -> None:
        """Say how the next tasks go. Raises ControlRefused for a scenario that is not there."""
        self.control.call("PUT", f"/worlds/{self.name}/scenario", {"name": scenario})

    def task(self, task_id: str) -> "ControlledTask":
        """A task of this world; whether it is there shows when something is done with it."""
        return ControlledTask(self.control, f"/worlds/{self.name}/tasks/{quote(task_id, safe='')}", task_id)

    def seed_tasks(
        self,
        count: int | None = None,
        *,
        days: float | None = None,
        users: int | None = None,
        seed: int | None = None,
        statuses: Mapping[str, float] | None = None,
        templates: Sequence[str] | None = None,
        creators: Sequence[str] | None = None,
    ) -> "SeededTasks":
        """Fill it with tasks of the past days. Raises ControlRefused."""
        wishes = {
            "count": count,
            "days": days,
            "users": users,
            "seed": seed,
            "statuses": statuses,
            "templates": templates,
            "creators": creators,
        }
        said = {key: value for key, value in wishes.items() if value is not None}
        made = self.control.call("POST", f"/worlds/{self.name}/tasks/seed", said, patience=_LONG_PATIENCE)
        return SeededTasks(made["ids"], made["users"], made["statuses"])

    def reset(self) -> None:
        """Let it begin anew, as it was made."""
        self.control.call("POST", f"/worlds/{self.name}/reset")

    def delete(self) -> None:
        self.control.call("DELETE", f"/worlds/{self.name}")


@dataclass(frozen=True, slots=True)
class SeededTasks:
    """What was made: the ids, oldest first, who created them and how many have which status."""

    ids: Sequence[str]
    users: Sequence[str]
    statuses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ControlledTask:
    """A task in the hand of a test."""

    control: Control
    path: str
    id: str

    def inspect(self, *, after: int = 0, limit: int = 1_000) -> dict[str, Any]:
        """The task with its events, those to come among them. Raises ControlRefused."""
        shown: dict[str, Any] = self.control.call("GET", f"{self.path}?after={after}&limit={limit}")
        return shown

    def push(self, message: str, *, step_id: str | None = None, status: StepStatus | None = None) -> int:
        """Let a log event happen now; returns its id. One with a status names its step. Raises ControlRefused."""
        said = {"message": message, "stepId": step_id, "status": status}
        event = self.control.call("POST", f"{self.path}/events", {k: v for k, v in said.items() if v is not None})
        return int(event["id"])

    def end(
        self,
        status: EndStatus,
        *,
        error: str | Mapping[str, str] | None = None,
        output: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Let it end now; returns the task. An error, for one that fails, is a message or has a name, too.

        Raises ControlRefused.
        """
        described = {"message": error} if isinstance(error, str) else error
        said = {"status": status, "error": described, "output": output}
        task: dict[str, Any] = self.control.call(
            "POST", f"{self.path}/end", {key: value for key, value in said.items() if value is not None}
        )
        return task


@dataclass(frozen=True, slots=True)
class ControlledClock:
    """The clock of a world."""

    control: Control
    path: str

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._shown()["now"])

    @property
    def is_frozen(self) -> bool:
        return bool(self._shown()["frozen"])

    @property
    def next_event_at(self) -> datetime | None:
        """When the next event of any task is due, None if none is to come."""
        due = self._shown()["nextEventAt"]
        return None if due is None else datetime.fromisoformat(due)

    def freeze(self) -> None:
        self.control.call("POST", f"{self.path}/freeze")

    def run(self, speed: float | None = None) -> None:
        """Let time run, as fast as before where no speed is given."""
        self.control.call("POST", f"{self.path}/run", {} if speed is None else {"speed": speed})

    def advance(self, seconds: float) -> None:
        """Move time ahead; whatever is due in between happens, in its order."""
        self.control.call("POST", f"{self.path}/advance", {"seconds": seconds})

    def step(self) -> None:
        """Move time ahead to the next event. Raises ControlRefused if none is to come."""
        self.control.call("POST", f"{self.path}/step")

    def set(self, now: datetime) -> None:
        """Set the clock; back only while the world has no tasks. Raises ControlRefused."""
        self.control.call("PUT", self.path, {"now": now.isoformat()})

    def _shown(self) -> Mapping[str, Any]:
        shown: Mapping[str, Any] = self.control.call("GET", self.path)
        return shown


@dataclass(frozen=True, slots=True)
class ControlledFault:
    """A fault that was added to a world."""

    control: Control
    path: str
    id: str

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Raises ControlRefused if it is gone already."""
        self.control.call("DELETE", f"{self.path}/{self.id}")


@dataclass(frozen=True, slots=True)
class ControlledJournal:
    """What was asked of a world. Entries are as the control API tells them."""

    control: Control
    path: str

    def entries(self, **query: Any) -> list[dict[str, Any]]:
        """The entries that fit: `entries(operation="createTask", status=201)`, the oldest first."""
        entries: list[dict[str, Any]] = self.control.call("GET", self.path, query=query)["entries"]
        return entries

    def wait_for(self, *, count: int = 1, seconds: float = 5.0, **query: Any) -> list[dict[str, Any]]:
        """The entries that fit, once there are so many. Raises NothingCame if there are not within the seconds."""
        asked = {**query, "count": count, "wait": seconds}
        entries = self.control.call("GET", self.path, query=asked, patience=seconds + _PATIENCE)["entries"]
        if len(entries) < count:
            raise NothingCame(f"{len(entries)} of {count} requests came within {seconds:g} s")
        found: list[dict[str, Any]] = entries
        return found

    def clear(self) -> None:
        self.control.call("DELETE", self.path)


class NothingCame(AssertionError):
    """Requests that a test waits for have not come."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that has happened in a world: a `journal` entry, the `event` of a task, or a `world` that a hand has
    changed."""

    kind: str
    data: Mapping[str, Any]
