"""What a cancel makes of a plan: by the document, or as a real worker goes about it.

By the document the task ends at once, as `cancelled`. A real worker looks for cancels once a second: the task goes on
until then, and fails. Each part of that is a quirk of its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import EventType, RecoveryStrategy, TaskStatus
from mock_server.planned import Cancellation, Moment, Plan, begun_step, end_of
from mock_server.quirks import Quirk
from mock_server.segments import cancelled_moment
from mock_server.timeline import Timeline

# The real server writes an event for each cancel, without end.
MAX_NOTES = 100


class StepReductionFault(Exception):
    """The real server looks for the newest step among the events and trips over having none."""

    def __init__(self) -> None:
        super().__init__("Reduce of empty array with no initial value")


@dataclass(frozen=True, slots=True)
class Past:
    """What the earlier runs of a task have left behind: whether there are events, and the newest step among them."""

    has_events: bool = False
    step_id: str | None = None


def cancel(
    plan: Plan, at: Milliseconds, task_id: str, *, quirks: Collection[Quirk] = (), past: Past | None = None
) -> Plan:
    """The plan that a cancel at this offset puts in the place of another; the same one if it changes nothing.

    What has happened stays, an event at this very offset included. Raises StepReductionFault.
    """
    past = past or Past()
    has_events, step_id = _newest_step(plan, at) if quirks else (False, None)
    has_events, step_id = has_events or past.has_events, step_id or past.step_id
    if Quirk.REDUCE_FAULT in quirks and has_events and step_id is None:
        raise StepReductionFault
    named = step_id if step_id is not None else 0 if Quirk.STEP_ZERO in quirks else None
    end = end_of(plan)
    if end is not None and end <= at:
        return _noted(plan, at, named) if Quirk.LATE_CANCEL_EVENT in quirks else plan
    is_claimed = plan.claimed_at is not None and plan.claimed_at <= at
    if (Quirk.CANCEL_FAILS if is_claimed else Quirk.STEP_ZERO) not in quirks:
        notes = _notes(plan, at)
        cancellation = Cancellation(at, begun_step(plan, at), task_id, notes=len(notes))
        return replace(plan, cancellation=cancellation, notes=notes)
    return _noted(replace(plan, cancellation=_abortion(plan, at, task_id)), at, named)


def _abortion(plan: Plan, at: Milliseconds, task_id: str) -> Cancellation | None:
    """Where the worker notices a cancel, or None if the plan ends before that."""
    claimed = plan.claimed_at
    if _cancels(_notes(plan, at)):
        return plan.cancellation
    if claimed is None or not plan.steps:
        return None
    if at < claimed:
        return Cancellation(claimed, None, task_id, TaskStatus.FAILED)
    notices = claimed + ((at - claimed) // SECOND + 1) * SECOND
    if plan.ends_at is not None and plan.ends_at <= notices:
        return None
    return Cancellation(notices, begun_step(plan, notices), task_id, TaskStatus.FAILED)


def _noted(plan: Plan, at: Milliseconds, step_id: str | int | None) -> Plan:
    notes = _notes(plan, at)
    return replace(plan, notes=notes if _cancels(notes) == MAX_NOTES else (*notes, cancelled_moment(at, step_id)))


def _notes(plan: Plan, at: Milliseconds) -> tuple[Moment, ...]:
    # A cancel that was still to come has come to nothing.
    return tuple(note for note in plan.notes if note.at <= at)


def _cancels(notes: Iterable[Moment]) -> int:
    return sum(note.type is EventType.CANCELLED for note in notes)


def _newest_step(plan: Plan, at: Milliseconds) -> tuple[bool, str | None]:
    """Whether anybody can see an event at this offset, and the step of the newest one that names one."""
    timeline = Timeline(plan)
    happened = timeline.happened(at)
    if happened == 1 and plan.recovery is RecoveryStrategy.START_OVER:
        return False, None
    for index in reversed(range(happened)):
        step_id = timeline[index].body.get("stepId")
        if step_id:
            return True, step_id
    return happened > 0, None
