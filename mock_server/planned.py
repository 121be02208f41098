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

    `step` is the one of the steps that it ends, None if none has begun. So many `notes` come before what it tells, even
    if they are of the same instant.
    """

    at: Milliseconds
    step: int | None
    task_id: str
    ends_as: TaskStatus = TaskStatus.CANCELLED
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """An end, completed or failed, that somebody puts in the place of the planned one; the rest as in a cancellation.

    A task that nobody has claimed by then is claimed at this instant.
    """

    at: Milliseconds
    step: int | None
    ends_as: TaskStatus
    output: Body | None = None
    error: Failure | None = None
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a timeline, without the identity that its task gives it."""

    at: Milliseconds
    type: EventType
    body: Body


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen to a task from its creation or from a retry on.

    `claimed_at` is None for a task that stays in the queue, `ends_at` None for one that never ends. `recovery` is the
    strategy of a retry, None for the first run. Of `cancellation` and `ending` one is None at least; `notes` are events
    that end nothing and come behind what has happened before them.
    """

    claimed_at: Milliseconds | None
    steps: tuple[PlannedStep, ...]
    ends_at: Milliseconds | None
    ends_as: TaskStatus
    output: Body | None = None
    error: Failure | None = None
    recovery: RecoveryStrategy | None = None
    cancellation: Cancellation | None = None
    notes: tuple[Moment, ...] = ()
    ending: Ending | None = None


def cut_of(plan: Plan) -> Cancellation | Ending | None:
    """What cuts the plan short, if anything does."""
    return plan.cancellation if plan.ending is None else plan.ending


def end_of(plan: Plan) -> Milliseconds | None:
    """The offset at which the task reaches a terminal status, or None if it never does."""
    cut = cut_of(plan)
    return plan.ends_at if cut is None else cut.at


def claim_of(plan: Plan) -> Milliseconds | None:
    """The offset at which the task leaves the queue, or None if it never does."""
    if plan.ending is not None and (plan.claimed_at is None or plan.claimed_at > plan.ending.at):
        return plan.ending.at
    return plan.claimed_at


def begun_step(plan: Plan, at: Milliseconds) -> int | None:
    """Which of the steps has begun last by this offset, None if none has."""
    claimed = plan.claimed_at is not None and plan.claimed_at <= at
    begun = [index for index, step in enumerate(plan.steps) if claimed and step.announced and step.starts_at <= at]
    return begun[-1] if begun else None
