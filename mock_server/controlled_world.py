"""A world in the hand of a test."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from mock_server.addresses import MOUNT, WORLDS_PREFIX
from mock_server.control_calls import LONG_PATIENCE, ControlCalls
from mock_server.controlled_clock import ControlledClock
from mock_server.controlled_journal import ControlledJournal, Happening, read_happenings
from mock_server.controlled_task import ControlledTask, SeededTasks


@dataclass(frozen=True, slots=True)
class ControlledWorld:
    """A world in the hand of a test."""

    control: ControlCalls
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
        snapshot: dict[str, Any] = self.control.call("GET", path, patience=LONG_PATIENCE)
        return snapshot

    @contextmanager
    def watch(self) -> "Iterator[Iterator[Happening]]":
        """What happens in the world from now on, as it happens; ends with the world. Raises ControlRefused."""
        with self.control.stream(f"/worlds/{self.name}/stream") as lines:
            yield read_happenings(lines)

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
        made = self.control.call("POST", f"/worlds/{self.name}/tasks/seed", said, patience=LONG_PATIENCE)
        return SeededTasks(made["ids"], made["users"], made["statuses"])

    def reset(self) -> None:
        """Let it begin anew, as it was made."""
        self.control.call("POST", f"/worlds/{self.name}/reset")

    def delete(self) -> None:
        self.control.call("DELETE", f"/worlds/{self.name}")


@dataclass(frozen=True, slots=True)
class ControlledFault:
    """A fault that was added to a world."""

    control: ControlCalls
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
