"""A task is a value: what it was asked to do, its plan, and when that plan started."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.clock import Milliseconds, timestamp
from mock_server.lifecycle import TaskStatus
from mock_server.timeline import Moment, Plan, Timeline, end_of, view


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `created_by` is None for one that a service created."""

    id: str
    spec: Mapping[str, Any]
    created_by: str | None
    created_at: Milliseconds
    first_event_id: int
    plan: Plan
    version: int = 0

    @property
    def ends_at(self) -> Milliseconds | None:
        """The instant at which the task reaches a terminal status, or None if it never does."""
        end = end_of(self.plan)
        return None if end is None else self.created_at + end

    @property
    def is_recoverable(self) -> bool:
        recovery = self.spec.get("EXPERIMENTAL_recovery", {})
        return bool(recovery.get("EXPERIMENTAL_strategy") == "startOver")

    def status(self, now: Milliseconds) -> TaskStatus:
        return view(self.plan, now - self.created_at).status

    def to_json(self, now: Milliseconds) -> dict[str, Any]:
        """The published Task at an instant; keys of what has not happened are absent."""
        seen = view(self.plan, now - self.created_at)
        task = {
            "id": self.id,
            "spec": self.spec,
            "status": seen.status.value,
            "createdAt": timestamp(self.created_at),
        }
        if seen.last_heartbeat_at is not None:
            task["lastHeartbeatAt"] = timestamp(self.created_at + seen.last_heartbeat_at)
        if seen.completed_at is not None:
            task["completedAt"] = timestamp(self.created_at + seen.completed_at)
        if self.created_by is not None:
            task["createdBy"] = self.created_by
        return task


class TaskEvents:
    """The events of a task as of one version of it."""

    __slots__ = ("_task", "_timeline")

    def __init__(self, task: Task) -> None:
        self._task = task
        self._timeline = Timeline(task.plan)

    def between(self, after: int, now: Milliseconds) -> Iterator[dict[str, Any]]:
        """The events that have happened by now and whose id is greater than `after`, oldest first."""
        happened = self._timeline.happened(now - self._task.created_at)
        for index in range(max(0, after + 1 - self._task.first_event_id), happened):
            yield self._event(index, self._timeline[index])

    def next_at(self, now: Milliseconds) -> Milliseconds | None:
        """When the first event happens that has not happened by now, or None if there is none to come."""
        happened = self._timeline.happened(now - self._task.created_at)
        return None if happened == len(self._timeline) else self._task.created_at + self._timeline[happened].at

    def _event(self, index: int, moment: Moment) -> dict[str, Any]:
        return {
            "id": self._task.first_event_id + index,
            "isTaskRecoverable": self._task.is_recoverable,
            "taskId": self._task.id,
            "body": moment.body,
            "type": moment.type.value,
            "createdAt": timestamp(self._task.created_at + moment.at),
        }
