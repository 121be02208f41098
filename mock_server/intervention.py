"""What a hand from outside makes of a plan: an event that nobody planned, and another end."""

from bisect import bisect_right
from dataclasses import replace

from mock_server.clock import Milliseconds
from mock_server.lifecycle import EventType, StepStatus, TaskStatus
from mock_server.planned import Body, Ending, Failure, Moment, Plan, begun_step, end_of

# The ids of a run are allotted before it begins.
MAX_PUSHED = 100


class TaskHasEnded(Exception):
    """A hand that comes too late."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"Task {task_id} has ended")


class TooManyPushed(Exception):
    """An event more than a run has room for."""

    def __init__(self) -> None:
        super().__init__(f"{MAX_PUSHED} events have been pushed to this run of the task already")


class NoSuchStep(LookupError):
    """A step that the task does not have."""

    def __init__(self, step_id: str) -> None:
        super().__init__(f"The task has no step '{step_id}'")


def push(
    plan: Plan, at: Milliseconds, task_id: str, message: str, step_id: str | None, status: StepStatus | None
) -> Plan:
    """The plan with one more log event at this offset, behind all that has happened by then; the rest goes on.

    Raises TaskHasEnded, NoSuchStep or TooManyPushed.
    """
    if has_ended(plan, at):
        raise TaskHasEnded(task_id)
    if step_id is not None and all(step.id != step_id for step in plan.steps):
        raise NoSuchStep(step_id)
    if sum(note.type is EventType.LOG for note in plan.notes) >= MAX_PUSHED:
        raise TooManyPushed
    body: Body = {"message": message}
    if step_id is not None:
        body["stepId"] = step_id
    if status is not None:
        body["status"] = status.value
    # A cancel may be planned that is still to come.
    place = bisect_right(plan.notes, at, key=lambda note: note.at)
    notes = (*plan.notes[:place], Moment(at, EventType.LOG, body), *plan.notes[place:])
    return replace(plan, notes=notes)


def end(
    plan: Plan, at: Milliseconds, task_id: str, *, error: Failure | None = None, output: Body | None = None
) -> Plan:
    """The plan that ends at this offset: failed if there is an error, else completed, with the planned output if no
    other is given.

    Raises TaskHasEnded.
    """
    if has_ended(plan, at):
        raise TaskHasEnded(task_id)
    notes = tuple(note for note in plan.notes if note.at <= at)
    ends_as = TaskStatus.COMPLETED if error is None else TaskStatus.FAILED
    if error is None and output is None:
        output = plan.output or {}
    ending = Ending(at, begun_step(plan, at), ends_as, output, error, len(notes))
    return replace(plan, cancellation=None, notes=notes, ending=ending)


def has_ended(plan: Plan, at: Milliseconds) -> bool:
    last = end_of(plan)
    return last is not None and last <= at
