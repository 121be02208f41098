"""A task is a value: what it was asked to do, its plan, and when that plan started."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.cancellation import Past, cancel
from mock_server.clock import LAST_INSTANT, Milliseconds, timestamp
from mock_server.lifecycle import TERMINAL, EventType, RecoveryStrategy, TaskStatus
from mock_server.planned import Moment, Plan, claim_of, end_of
from mock_server.quirks import Quirk
from mock_server.timeline import Timeline, view

# The real server keeps the logs of every run, without end.
MAX_EARLIER_RUNS = 20
_GONE_AFTER_RETRY = frozenset({EventType.CANCELLED, EventType.COMPLETION})


class TaskNotRetriable(Exception):
    """A retry of a task that has not ended; the message is the real server's."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"Task with taskId {task_id} cannot be retried")


@dataclass(frozen=True, slots=True)
class Run:
    """A plan that started at an instant, and the id of its first event."""

    plan: Plan
    started_at: Milliseconds
    first_event_id: int


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Task:
    """One task. `created_by` is None for one that a service created, `retried_at` for one that was never retried, and
    `scenario` for one that plays none."""

    id: str
    spec: Mapping[str, Any]
    created_by: str | None
    created_at: Milliseconds
    first_event_id: int
    plan: Plan
    version: int = 0
    retried_at: Milliseconds | None = None
    earlier: tuple[Run, ...] = ()
    scenario: str | None = None

    @property
    def started_at(self) -> Milliseconds:
        """When the plan started: at the creation, or at the last retry."""
        return self.created_at if self.retried_at is None else self.retried_at

    @property
    def ends_at(self) -> Milliseconds | None:
        """The instant at which the task reaches a terminal status, or None if it never does."""
        end = end_of(self.plan)
        return None if end is None else self.started_at + end

    @property
    def recovery(self) -> RecoveryStrategy:
        """What a retry does with the events before it."""
        recovery = self.spec.get("EXPERIMENTAL_recovery") or {}
        starts_over = recovery.get("EXPERIMENTAL_strategy") == RecoveryStrategy.START_OVER
        return RecoveryStrategy.START_OVER if starts_over else RecoveryStrategy.NONE

    @property
    def is_recoverable(self) -> bool:
        return self.recovery is RecoveryStrategy.START_OVER

    def status(self, now: Milliseconds) -> TaskStatus:
        return view(self.plan, now - self.started_at).status

    def next_status_at(self, now: Milliseconds) -> Milliseconds | None:
        """When the status next changes after `now`, or None if it never does."""
        offsets = (claim_of(self.plan), end_of(self.plan))
        return min((at for at in (self.started_at + at for at in offsets if at is not None) if at > now), default=None)

    def to_json(self, now: Milliseconds, quirks: Collection[Quirk] = ()) -> dict[str, Any]:
        """The published Task at an instant; without quirks, keys of what has not happened are absent."""
        started = self.started_at
        seen = view(self.plan, now - started)
        task: dict[str, Any] = {
            "id": self.id,
            "spec": self.spec,
            "status": seen.status.value,
            "createdAt": timestamp(self.created_at),
        }
        if seen.last_heartbeat_at is not None:
            task["lastHeartbeatAt"] = timestamp(started + seen.last_heartbeat_at)
        elif Quirk.NULL_HEARTBEAT in quirks:
            task["lastHeartbeatAt"] = None
        if seen.completed_at is not None and Quirk.NO_COMPLETED_AT not in quirks:
            task["completedAt"] = timestamp(started + seen.completed_at)
        if self.created_by is not None:
            task["createdBy"] = self.created_by
        return task

    def cancelled(self, now: Milliseconds, quirks: Collection[Quirk] = ()) -> "Task":
        """The task after a cancel; itself if that changes nothing. Raises StepReductionFault."""
        past = _past(self.earlier) if quirks else None
        plan = cancel(self.plan, now - self.started_at, self.id, quirks=quirks, past=past)
        return self if plan is self.plan else self.with_plan(plan)

    def with_plan(self, plan: Plan) -> "Task":
        """The task with another plan of the same run."""
        return replace(self, plan=plan, version=self.version + 1)

    def retried(self, now: Milliseconds, plan: Plan, first_event_id: int, scenario: str | None = None) -> "Task":
        """The task after a retry, with a plan of a scenario that starts now. Raises TaskNotRetriable."""
        if self.status(now) not in TERMINAL:
            raise TaskNotRetriable(self.id)
        earlier = (*self.earlier, Run(self.plan, self.started_at, self.first_event_id))[-MAX_EARLIER_RUNS:]
        return replace(
            self,
            plan=plan,
            first_event_id=first_event_id,
            version=self.version + 1,
            retried_at=now,
            # Nobody sees again what a retry hides.
            earlier=() if self.is_recoverable else earlier,
            scenario=scenario,
        )


class TaskEvents:
    """The events of a task as of one version of it."""

    __slots__ = ("_is_recoverable", "_run", "_task", "_timeline")

    def __init__(self, task: Task) -> None:
        self._task = task
        self._is_recoverable = task.is_recoverable
        self._run = Run(task.plan, task.started_at, task.first_event_id)
        self._timeline = Timeline(task.plan)

    def between(self, after: int, now: Milliseconds, *, completion_again: bool = False) -> Iterator[dict[str, Any]]:
        """The events that have happened by now and whose id is greater than `after`, oldest first.

        With `completion_again` the completion is among them, however small its id is.
        """
        for run in self._task.earlier:
            if after < run.first_event_id + len(timeline := Timeline(run.plan)) - 1:
                yield from self._left_over(run, timeline, after)
        happened = self._happened(now)
        first = max(0, after + 1 - self._run.first_event_id)
        if completion_again:
            completion = self._timeline.completion
            if completion is not None and completion < min(first, happened):
                yield self._event(self._run, completion, self._timeline[completion])
        for index in range(first, happened):
            yield self._event(self._run, index, self._timeline[index])

    def planned(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """The events whose id is greater than `after`, oldest first, as if time had come to its end."""
        return self.between(after, LAST_INSTANT)

    def newest_id(self, now: Milliseconds) -> int:
        """No event that has happened by now has a greater id, and all that are to come have."""
        return self._run.first_event_id + self._happened(now) - 1

    @property
    def total(self) -> int:
        """How many events there are, with those to come."""
        timelines = [Timeline(run.plan) for run in self._task.earlier]
        left_over = sum(len(timeline) - timeline.count(_GONE_AFTER_RETRY) for timeline in timelines)
        return left_over + self._happened(LAST_INSTANT)

    def next_at(self, now: Milliseconds) -> Milliseconds | None:
        """When the first event can be seen that cannot be by now, or None if there is none to come."""
        happened = self._happened(now)
        following = happened + (happened == 0 and self._hides_recovery)
        return None if following >= len(self._timeline) else self._run.started_at + self._timeline[following].at

    @property
    def _hides_recovery(self) -> bool:
        # As long as nothing follows it, as on the real server.
        return self._run.plan.recovery is RecoveryStrategy.START_OVER

    def _happened(self, now: Milliseconds) -> int:
        happened = self._timeline.happened(now - self._run.started_at)
        return 0 if happened == 1 and self._hides_recovery else happened

    def _left_over(self, run: Run, timeline: Timeline, after: int) -> Iterator[dict[str, Any]]:
        for index in range(max(0, after + 1 - run.first_event_id), len(timeline)):
            moment = timeline[index]
            if moment.type not in _GONE_AFTER_RETRY:
                yield self._event(run, index, moment)

    def _event(self, run: Run, index: int, moment: Moment) -> dict[str, Any]:
        return {
            "id": run.first_event_id + index,
            "isTaskRecoverable": self._is_recoverable,
            "taskId": self._task.id,
            "body": moment.body,
            "type": moment.type.value,
            "createdAt": timestamp(run.started_at + moment.at),
        }


def _past(earlier: tuple[Run, ...]) -> Past:
    """The newest step among the events that earlier runs have left."""
    for run in reversed(earlier):
        timeline = Timeline(run.plan)
        for index in reversed(range(len(timeline))):
            moment = timeline[index]
            step_id = moment.body.get("stepId")
            if step_id and moment.type not in _GONE_AFTER_RETRY:
                return Past(has_events=True, step_id=step_id)
    return Past(has_events=bool(earlier))
