"""The events of a plan in pieces: single ones, and runs of log lines that are told one by one only when asked for.

Messages, order and fields of the bodies are those of a real backend 4.2.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mock_server.clock import Milliseconds
from mock_server.lifecycle import EventType, StepStatus, TaskStatus
from mock_server.planned import Body, Cancellation, Ending, Failure, Lines, Moment, Plan, PlannedStep, claim_of

_NO_TOKEN = Failure("ResponseError", "Request failed with 401 Unauthorized")


class Segment(Protocol):
    """A number of events that follow one another."""

    @property
    def at(self) -> Milliseconds: ...

    @property
    def type(self) -> EventType: ...

    @property
    def count(self) -> int: ...

    def moment(self, index: int) -> Moment: ...

    def happened(self, elapsed: Milliseconds) -> int: ...


@dataclass(frozen=True, slots=True)
class One:
    """A single event. `message`, `step_id` and `status` are of its body, and so is the `rest`, behind them.

    The body is made when it is asked for: each of ten thousand streams has the events of its task at hand.
    """

    at: Milliseconds
    type: EventType
    message: str | None = None
    step_id: str | None = None
    status: StepStatus | None = None
    rest: Body | None = None

    @property
    def count(self) -> int:
        return 1

    def moment(self, index: int) -> Moment:  # noqa: ARG002 (there is only one)
        body: Body = {} if self.message is None else {"message": self.message}
        if self.step_id is not None:
            body["stepId"] = self.step_id
        if self.status is not None:
            body["status"] = self.status.value
        return Moment(self.at, self.type, body if self.rest is None else body | self.rest)

    def happened(self, elapsed: Milliseconds) -> int:
        return int(self.at <= elapsed)


@dataclass(frozen=True, slots=True)
class Many:
    """The log lines of a step, and what else is told between its beginning and its end."""

    step_id: str
    lines: Lines

    @property
    def at(self) -> Milliseconds:
        return self.lines.at

    @property
    def type(self) -> EventType:
        return EventType.CANCELLED if self.lines.cancel else EventType.LOG

    @property
    def count(self) -> int:
        return self.lines.count

    def moment(self, index: int) -> Moment:
        lines, step_id = self.lines, self.lines.step_id or self.step_id
        at = lines.at + index * lines.span // lines.count
        if lines.cancel:
            return cancelled_moment(at, step_id)
        text = str(index + 1).join(lines.parts)
        return Moment(at, EventType.LOG, {"message": text, "stepId": step_id})

    def happened(self, elapsed: Milliseconds) -> int:
        lines, since = self.lines, elapsed - self.lines.at
        if since < 0:
            return 0
        if lines.span == 0:
            return lines.count
        return min(lines.count, ((since + 1) * lines.count - 1) // lines.span + 1)


def run_segments(plan: Plan) -> Iterator[Segment]:
    """What happens if nobody interferes."""
    if plan.recovery is not None:
        yield One(0, EventType.RECOVERED, rest={"recoverStrategy": plan.recovery.value})
    if plan.claimed_at is None:
        return
    yield _starting_up(plan, plan.claimed_at)
    for step in plan.steps:
        if step.announced:
            yield _beginning(step, step.starts_at)
        for lines in step.lines:
            yield Many(step.id, lines)
        if step.ends_at is None:
            return
        yield _log(step.ends_at, step.message, step.id, step.ends_as)
        if step.repeated is not None:
            yield _log(step.ends_at, step.repeated, step.id, step.ends_as)
        for lines in step.late_lines:
            yield Many(step.id, lines)
    if plan.ends_at is not None:
        yield _completion(plan.ends_at, plan.ends_as, plan.output, plan.error)


def cut_segments(plan: Plan, cut: Cancellation | Ending) -> Iterator[One]:
    """What happens instead from where a plan is cut short."""
    if isinstance(cut, Ending):
        return _ended(plan, cut)
    if cut.ends_as is TaskStatus.CANCELLED:
        return _cancelled(plan, cut)
    return _aborted(plan, cut)


def cancelled_moment(at: Milliseconds, step_id: str | int | None) -> Moment:
    """A `cancelled` event; `step_id` is what it names, None for the task."""
    subject = "Task" if step_id is None else f"Step {step_id}"
    body: Body = {"message": f"{subject} has been cancelled."}
    if step_id is not None:
        body["stepId"] = step_id
    return Moment(at, EventType.CANCELLED, body | {"status": StepStatus.CANCELLED.value})


def additional_error(message: str, stack: str) -> str:
    return f"Additional error occurred: {message}\n{stack}"


def skipped_after_failure(step_id: str) -> str:
    return f"Skipping step {step_id} because a previous step failed"


def skipped_by_condition(step_id: str) -> str:
    return f"Skipping step {step_id} because its if condition was false"


def _ended(plan: Plan, ending: Ending) -> Iterator[One]:
    at, index, error = ending.at, ending.step, ending.error
    if claim_of(plan) != plan.claimed_at:
        yield _starting_up(plan, at)
    if index is None and error is not None and plan.steps:
        # Something has to fail.
        index = 0
        yield _beginning(plan.steps[0], at)
    if index is not None:
        step = plan.steps[index]
        if error is None:
            yield _log(at, f"Finished step {step.name}", step.id, StepStatus.COMPLETED)
        else:
            stack = f"{error.name}: {error.message}\n    at step {step.id}"
            yield _log(at, stack, step.id, StepStatus.FAILED)
    worded = skipped_by_condition if error is None else skipped_after_failure
    for step in plan.steps[0 if index is None else index + 1 :]:
        yield _log(at, worded(step.id), step.id, StepStatus.SKIPPED)
    yield _completion(at, ending.ends_as, ending.output, error)


def _cancelled(plan: Plan, cancellation: Cancellation) -> Iterator[One]:
    at, index = cancellation.at, cancellation.step
    if index is None:
        yield _one(cancelled_moment(at, None))
        error = Failure("Error", f"Task {cancellation.task_id} has been cancelled.")
    else:
        yield _one(cancelled_moment(at, plan.steps[index].id))
        for step in plan.steps[index + 1 :]:
            yield _log(at, skipped_after_failure(step.id), step.id, StepStatus.SKIPPED)
        error = _cancelled_step(plan.steps[index], cancellation)
    yield _completion(at, TaskStatus.CANCELLED, None, error)


def _aborted(plan: Plan, cancellation: Cancellation) -> Iterator[One]:
    at, index = cancellation.at, cancellation.step
    if index is None:
        # The cancel took the task's own token away, so that the worker cannot even ask what it may do.
        yield _completion(at, TaskStatus.FAILED, None, _NO_TOKEN)
        return
    first = plan.steps[index]
    failed_before = any(step.ends_as is StepStatus.FAILED for step in plan.steps[:index])
    yield _log(at, _stack(first, cancellation), first.id, StepStatus.FAILED)
    if failed_before:
        yield _additional(first, cancellation)
    for step in plan.steps[index + 1 :]:
        if step.follows_failure:
            yield _beginning(step, at)
            yield _additional(step, cancellation)
        else:
            yield _log(at, skipped_after_failure(step.id), step.id, StepStatus.SKIPPED)
    error = plan.error if failed_before else _cancelled_step(first, cancellation)
    yield _completion(at, TaskStatus.FAILED, None, error)


def _cancelled_step(step: PlannedStep, cancellation: Cancellation) -> Failure:
    return Failure("Error", f"Step {step.id} ({step.name}) of task {cancellation.task_id} has been cancelled.")


def _stack(step: PlannedStep, cancellation: Cancellation) -> str:
    return f"Error: {_cancelled_step(step, cancellation).message}\n    at step {step.id}"


def _additional(step: PlannedStep, cancellation: Cancellation) -> One:
    message = _cancelled_step(step, cancellation).message
    text = additional_error(message, _stack(step, cancellation))
    return _log(cancellation.at, text, step.id, StepStatus.FAILED)


def _one(moment: Moment) -> One:
    return One(moment.at, moment.type, rest=moment.body)


def _starting_up(plan: Plan, at: Milliseconds) -> One:
    return One(at, EventType.LOG, f"Starting up task with {len(plan.steps)} steps")


def _beginning(step: PlannedStep, at: Milliseconds) -> One:
    return _log(at, f"Beginning step {step.name}", step.id, StepStatus.PROCESSING)


def _log(at: Milliseconds, message: str, step_id: str, status: StepStatus) -> One:
    return One(at, EventType.LOG, message, step_id, status)


def _completion(at: Milliseconds, status: TaskStatus, output: Body | None, error: Failure | None) -> One:
    rest: Body = {} if output is None else {"output": output}
    if error is not None:
        rest["error"] = {"name": error.name, "message": error.message}
    return One(at, EventType.COMPLETION, f"Run completed with status: {status}", rest=rest)
