"""A task in the hand of a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mock_server.control_calls import ControlCalls

EndStatus = Literal["completed", "failed", "cancelled"]
StepStatus = Literal["processing", "completed", "failed", "skipped", "cancelled"]


@dataclass(frozen=True, slots=True)
class SeededTasks:
    """What was made: the ids, oldest first, who created them and how many have which status."""

    ids: Sequence[str]
    users: Sequence[str]
    statuses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ControlledTask:
    """A task in the hand of a test."""

    control: ControlCalls
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
