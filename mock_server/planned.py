"""What is planned of a task: values, in offsets from the instant at which the plan starts."""

from dataclasses import dataclass
from typing import Any

from mock_server.clock import Milliseconds
from mock_server.lifecycle import EventType, RecoveryStrategy, StepStatus, TaskStatus

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """`count` log lines of a step, spread evenly: the k-th (from 0) at `at + k * span // count`.

    `parts` are joined by the number of the line (from 1), so a line without a number has one part. `step_id` is None
    for lines of the step that has them. Those that tell of a `cancel` are no lines but events of that type.
    """

    at: Milliseconds
    parts: tuple[str, ...]
    count: int = 1
    span: Milliseconds = 0
    step_id: str | None = None
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """How one step goes. `ends_at` is None for a step that never ends, and for those behind it.

    A step that was skipped because an earlier one failed is not `announced`. One that `follows_failure` is begun
    whatever happened before it, as a clean-up is. `repeated` is what is logged once more of a failure that is not the
    first one, `late_lines` come behind its end.
    """

    id: str
    name: str
    starts_at: Milliseconds
    ends_at: Milliseconds | None
    ends_as: StepStatus
    message: str
    announced: bool = True
    lines: tuple[Lines, ...] = ()
    follows_failure: bool = False
    repeated: str | None = None
    late_lines: tuple[Lines, ...] = ()

    @property
    def silent_at(self) -> Milliseconds | None:
        """When nothing more is told of the step, None for one that never ends."""
        return self.late_lines[-1].at + self.late_lines[-1].span if self.late_lines else self.ends_at


@dataclass(frozen=True, slots=True)
class Failure:
    """The `error` of a completion."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Where a cancel cuts the plan short: what had not happened by `at` is replaced by the end that `ends_as` tells.

    `step` is the one of the steps that it ends, None if none has begun.
    """

    at: Milliseconds
    step: int | None
    task_id: str
    ends_as: TaskStatus = TaskStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class CancelNote:
    """A `cancelled` event that ends nothing by itself. `step_id` is what it names, None for the task."""

    at: Milliseconds
    step_id: str | int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen to a task from its creation or from a retry on.

    `claimed_at` is None for a task that stays in the queue, `ends_at` None for one that never ends. `recovery` is the
    strategy of a retry, None for the first run.
    """

    claimed_at: Milliseconds | None
    steps: tuple[PlannedStep, ...]
    ends_at: Milliseconds | None
    ends_as: TaskStatus
    output: Body | None = None
    error: Failure | None = None
    recovery: RecoveryStrategy | None = None
    cancellation: Cancellation | None = None
    notes: tuple[CancelNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a timeline, without the identity that its task gives it."""

    at: Milliseconds
    type: EventType
    body: Body


def end_of(plan: Plan) -> Milliseconds | None:
    """The offset at which the task reaches a terminal status, or None if it never does."""
    return plan.ends_at if plan.cancellation is None else plan.cancellation.at
