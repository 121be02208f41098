"""What a plan means: a sequence of events at offsets from its start, and the state of a task at an instant.

Pure and lazy: a plan with ten thousand log lines, or one that never ends, costs its few segments, and an event exists
only while somebody looks at it. Messages, order and fields of the bodies are those of a real backend 4.2.0.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Protocol

from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import EventType, StepStatus, TaskStatus

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """`count` log lines of a step, spread evenly: the k-th (from 0) at `at + k * span // count`.

    `parts` are joined by the number of the line (from 1), so a line without a number has one part.
    """

    at: Milliseconds
    parts: tuple[str, ...]
    count: int = 1
    span: Milliseconds = 0


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """How one step goes. `ends_at` is None for a step that never ends, and for those behind it.

    A step that was skipped because an earlier one failed is not `announced`.
    """

    id: str
    name: str
    starts_at: Milliseconds
    ends_at: Milliseconds | None
    ends_as: StepStatus
    message: str
    announced: bool = True
    lines: tuple[Lines, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """The `error` of a completion."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancel at this offset, and which of the steps it ends (None: no step has begun)."""

    at: Milliseconds
    step: int | None
    error: Failure


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen to a task, as offsets from the instant at which the plan starts.

    `claimed_at` is None for a task that stays in the queue, `ends_at` None for one that never ends.
    """

    claimed_at: Milliseconds | None
    steps: tuple[PlannedStep, ...]
    ends_at: Milliseconds | None
    ends_as: TaskStatus
    output: Body | None = None
    error: Failure | None = None
    cancellation: Cancellation | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a timeline, without the identity that its task gives it."""

    at: Milliseconds
    type: EventType
    body: Body


@dataclass(frozen=True, slots=True)
class View:
    """A plan at an instant. Offsets as in the plan; None for what has not happened."""

    status: TaskStatus
    last_heartbeat_at: Milliseconds | None
    completed_at: Milliseconds | None


def end_of(plan: Plan) -> Milliseconds | None:
    """The offset at which the task reaches a terminal status, or None if it never does."""
    return plan.ends_at if plan.cancellation is None else plan.cancellation.at


def view(plan: Plan, elapsed: Milliseconds) -> View:
    """The state of a task this long after its plan started. An event at this very offset has happened."""
    end = end_of(plan)
    ended = end is not None and elapsed >= end
    beating = end if ended and end is not None else elapsed
    claimed = plan.claimed_at
    heartbeat = None
    if claimed is not None and claimed <= beating:
        heartbeat = claimed + (beating - claimed) // SECOND * SECOND
    if ended:
        return View(plan.ends_as if plan.cancellation is None else TaskStatus.CANCELLED, heartbeat, end)
    return View(TaskStatus.OPEN if heartbeat is None else TaskStatus.PROCESSING, heartbeat, None)


def cancel(plan: Plan, at: Milliseconds, task_id: str) -> Plan:
    """The plan that a cancel at this offset puts in the place of one that has not ended by then.

    What has happened stays, an event at this very offset included.
    """
    claimed = plan.claimed_at is not None and plan.claimed_at <= at
    begun = [index for index, step in enumerate(plan.steps) if claimed and step.announced and step.starts_at <= at]
    index = begun[-1] if begun else None
    running = None if index is None else plan.steps[index]
    subject = f"Task {task_id}" if running is None else f"Step {running.id} ({running.name}) of task {task_id}"
    return replace(plan, cancellation=Cancellation(at, index, Failure("Error", f"{subject} has been cancelled.")))


def event_capacity(plan: Plan) -> int:
    """How many event ids a task with this plan can need, whenever it is cancelled."""
    return len(Timeline(plan)) + len(plan.steps) + 2


class _Segment(Protocol):
    @property
    def at(self) -> Milliseconds: ...

    @property
    def count(self) -> int: ...

    def moment(self, index: int) -> Moment: ...

    def happened(self, elapsed: Milliseconds) -> int: ...


@dataclass(frozen=True, slots=True)
class _One:
    at: Milliseconds
    type: EventType
    body: Body

    @property
    def count(self) -> int:
        return 1

    def moment(self, index: int) -> Moment:  # noqa: ARG002 (there is only one)
        return Moment(self.at, self.type, self.body)

    def happened(self, elapsed: Milliseconds) -> int:
        return int(self.at <= elapsed)


@dataclass(frozen=True, slots=True)
class _Many:
    step_id: str
    lines: Lines

    @property
    def at(self) -> Milliseconds:
        return self.lines.at

    @property
    def count(self) -> int:
        return self.lines.count

    def moment(self, index: int) -> Moment:
        lines = self.lines
        text = str(index + 1).join(lines.parts)
        at = lines.at + index * lines.span // lines.count
        return Moment(at, EventType.LOG, {"message": text, "stepId": self.step_id})

    def happened(self, elapsed: Milliseconds) -> int:
        lines, since = self.lines, elapsed - self.lines.at
        if since < 0:
            return 0
        if lines.span == 0:
            return lines.count
        return min(lines.count, ((since + 1) * lines.count - 1) // lines.span + 1)


class Timeline:
    """The events of a plan, in order, each derived when it is asked for."""

    __slots__ = ("_kept", "_offsets", "_segments", "_starts", "_tail")

    def __init__(self, plan: Plan) -> None:
        self._segments: list[_Segment] = list(_segments(plan))
        self._offsets = [segment.at for segment in self._segments]
        self._starts = list(accumulate((segment.count for segment in self._segments), initial=0))
        self._kept = self._starts[-1]
        self._tail: list[_One] = []
        if plan.cancellation is not None:
            self._kept = self.happened(plan.cancellation.at)
            self._tail = list(_cancellation(plan, plan.cancellation))

    def __len__(self) -> int:
        return self._kept + len(self._tail)

    def __getitem__(self, index: int) -> Moment:
        if index >= self._kept:
            return self._tail[index - self._kept].moment(0)
        segment = bisect_right(self._starts, index) - 1
        return self._segments[segment].moment(index - self._starts[segment])

    def happened(self, elapsed: Milliseconds) -> int:
        """How many events have happened this long after the start."""
        if self._tail and elapsed >= self._tail[0].at:
            return len(self)
        segment = bisect_right(self._offsets, elapsed) - 1
        if segment < 0:
            return 0
        return min(self._kept, self._starts[segment] + self._segments[segment].happened(elapsed))


def _log(at: Milliseconds, message: str, step_id: str, status: StepStatus) -> _One:
    return _One(at, EventType.LOG, {"message": message, "stepId": step_id, "status": status.value})


def _segments(plan: Plan) -> Iterator[_Segment]:
    if plan.claimed_at is None:
        return
    yield _One(plan.claimed_at, EventType.LOG, {"message": f"Starting up task with {len(plan.steps)} steps"})
    for step in plan.steps:
        if step.announced:
            yield _log(step.starts_at, f"Beginning step {step.name}", step.id, StepStatus.PROCESSING)
        for lines in step.lines:
            yield _Many(step.id, lines)
        if step.ends_at is None:
            return
        yield _log(step.ends_at, step.message, step.id, step.ends_as)
    if plan.ends_at is not None:
        yield _completion(plan.ends_at, plan.ends_as, plan.output, plan.error)


def _completion(at: Milliseconds, status: TaskStatus, output: Body | None, error: Failure | None) -> _One:
    body: Body = {"message": f"Run completed with status: {status}"}
    if output is not None:
        body["output"] = output
    if error is not None:
        body["error"] = {"name": error.name, "message": error.message}
    return _One(at, EventType.COMPLETION, body)


def _cancellation(plan: Plan, cancellation: Cancellation) -> Iterator[_One]:
    at, index = cancellation.at, cancellation.step
    status = StepStatus.CANCELLED.value
    if index is None:
        yield _One(at, EventType.CANCELLED, {"message": "Task has been cancelled.", "status": status})
    else:
        id = plan.steps[index].id
        body = {"message": f"Step {id} has been cancelled.", "stepId": id, "status": status}
        yield _One(at, EventType.CANCELLED, body)
        for step in plan.steps[index + 1 :]:
            yield _log(at, skipped_after_failure(step.id), step.id, StepStatus.SKIPPED)
    yield _completion(at, TaskStatus.CANCELLED, None, cancellation.error)


def skipped_after_failure(step_id: str) -> str:
    return f"Skipping step {step_id} because a previous step failed"
