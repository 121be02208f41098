"""LIFE: what cancelling a task does, and to which."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import CANCELLED_WITHIN, Status, is_terminal
from contracts.profile import Allowance
from contracts.readings import (
    LEFT_ALONE,
    RACE,
    accepted_cancel,
    all_cancels,
    brief,
    bystanders,
    completion_of,
    first_after,
    last_before,
    same_time,
    told,
)
from contracts.rule import Observation, broken, judged, kept, rule
from contracts.task_story import Sighting, TaskStory

CANCEL = "#/paths/~1v2~1tasks~1{taskId}~1cancel/post"
NEEDS_A_SLOW_TASK = "--slow-template, so that a running task can be cancelled"


@rule(
    "LIFE-24",
    "A task that is cancelled while it runs ends cancelled.",
    source=CANCEL,
    why="What the user wanted to stop is done all the same, or is shown as a fault.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"cancellation"},
)
def cancelled_task_ends_cancelled(evidence: Evidence) -> Iterator[Observation]:
    effects = [effect for story in evidence.created_tasks if (effect := _effect(evidence, story))]
    # One that ended by itself in the very moment of its cancel is no surprise; two are, of tasks that last long.
    short = {_template(story) for story in evidence.created_tasks if _ended_by_itself(evidence, story)}
    surprises = [effect for effect in effects if effect.could_be_a_race and effect.template not in short]
    for effect in effects:
        if effect.is_right or not effect.could_be_a_race or (effect in surprises and len(surprises) > 1):
            yield judged(
                effect.is_right,
                "cancelTask",
                effect.cancel,
                effect.end.exchange,
                expected="cancelled",
                observed=brief(effect.end.status),
            )


@rule(
    "LIFE-25",
    f"A task that is cancelled while it runs ends within {CANCELLED_WITHIN:g} seconds.",
    source=CANCEL,
    why="The user waits for something to stop that does not.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"cancellation"},
)
def cancelled_task_ends_in_time(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        cancel = accepted_cancel(story)
        if cancel is None or not any(sighting.status == Status.PROCESSING for sighting in story.polls):
            continue
        late = first_after(story.polls, cancel.ended + CANCELLED_WITHIN)
        if late is not None:
            yield judged(
                is_terminal(late.status),
                "cancelTask",
                cancel,
                late.exchange,
                expected="an end of the task",
                observed=f"still {late.status} after {late.began - cancel.ended:.0f} seconds",
            )
        elif any(is_terminal(sighting.status) and sighting.began >= cancel.ended for sighting in story.polls):
            yield kept("cancelTask", cancel)


@rule(
    "LIFE-26",
    "Cancelling a task that has ended changes nothing about it.",
    source=CANCEL,
    why="A task that was done well turns into a cancelled one by a click that came too late.",
    needs="--template and --values, so that a task can be created",
    probes={"life", "cancellation", "aftermath"},
)
def late_cancel_changes_nothing(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for cancel in story.cancels:
            before, after = last_before(story.polls, cancel.began), first_after(story.polls, cancel.ended)
            if before is None or after is None or not is_terminal(before.status):
                continue
            unchanged = before.status == after.status and same_time(
                before.task.get("completedAt"), after.task.get("completedAt")
            )
            yield judged(
                unchanged,
                "cancelTask",
                cancel,
                after.exchange,
                before.exchange,
                expected=f"still {before.status} at {before.task.get('completedAt')}",
                observed=f"{after.status} at {after.task.get('completedAt')}",
            )
            yield from _log_is_left_alone(story, cancel)


@rule(
    "LIFE-27",
    "Cancelling a task leaves all others alone.",
    source=f"{CANCEL}/parameters/0",
    why="One user stops the work of another.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"cancellation"},
)
def other_tasks_are_left_alone(evidence: Evidence) -> Iterator[Observation]:
    controls = [story for story in evidence.created_tasks if story.created and story.created.label == LEFT_ALONE]
    for cancel, bystander, after in bystanders(evidence):
        if after.status != Status.CANCELLED:
            yield kept("cancelTask", cancel, after.exchange)
        elif any(_outlived(control, bystander, after) for control in controls):
            yield broken(
                "cancelTask",
                cancel,
                after.exchange,
                expected=f"that task {bystander.id} runs on",
                observed="that it is cancelled, too",
            )


@dataclass(frozen=True, slots=True)
class _Effect:
    """How a task ended that was cancelled while it ran, as far as was seen."""

    cancel: Exchange
    end: Sighting
    template: object
    is_right: bool
    could_be_a_race: bool


def _effect(evidence: Evidence, story: TaskStory) -> _Effect | None:
    cancel = accepted_cancel(story)
    if cancel is None:
        return None
    before = last_before(story.polls, cancel.began)
    later = [sighting for sighting in story.polls if sighting.began >= cancel.ended]
    end = next((sighting for sighting in later if is_terminal(sighting.status)), None)
    running = [sighting for sighting in later if sighting.status in (Status.OPEN, Status.PROCESSING)]
    if end is None or (before is None and not running) or (before is not None and is_terminal(before.status)):
        return None
    may_fail = evidence.contract.profile.allows(Allowance.CANCELLED_TASK_FAILS)
    is_right = end.status == Status.CANCELLED or (may_fail and end.status == Status.FAILED)
    ran_on = bool(running) and running[-1].began > cancel.ended + RACE
    failed_at_leisure = bool(running) and end.status == Status.FAILED
    was_told = not may_fail and any(
        event.type == "cancelled"
        for _, events in (*story.whole_logs, *story.whole_streams)
        if completion_of(events)
        for event in events
    )
    return _Effect(cancel, end, _template(story), is_right, not (is_right or ran_on or failed_at_leisure or was_told))


def _template(story: TaskStory) -> object:
    sent = story.created.sent if story.created else None
    return sent.get("templateRef") if isinstance(sent, dict) else None


def _ended_by_itself(evidence: Evidence, story: TaskStory) -> bool:
    """Whether it was seen to have ended before anybody cancelled it: its like may end so in the middle of a cancel."""
    first_cancel = min((cancel.began for cancel in all_cancels(evidence, story)), default=float("inf"))
    return any(is_terminal(sighting.status) and sighting.ended <= first_cancel for sighting in story.sightings)


def _log_is_left_alone(story: TaskStory, cancel: Exchange) -> Iterator[Observation]:
    logs = story.whole_logs
    before = [log for log in logs if log[0].ended <= cancel.began and completion_of(log[1])][-1:]
    after = [log for log in logs if log[0].began >= cancel.ended][:1]
    for (earlier, old), (later, new) in zip(before, after, strict=True) if before and after else ():
        shown = [told(event) for event in new]
        yield judged(
            shown == [told(event) for event in old],
            "cancelTask",
            cancel,
            later,
            earlier,
            expected=f"the same {len(old)} log entries",
            observed=f"{len(new)} entries, the last of type {new[-1].type if new else None}",
        )


def _outlived(control: TaskStory, other: TaskStory, end: Sighting) -> bool:
    """Whether a task that nobody was to cancel lived longer, and was not cancelled."""
    first_cancel = min((cancel.began for cancel in control.cancels), default=float("inf"))
    last = last_before(control.polls, first_cancel)
    if control.created is None or other.created is None or last is None:
        return False
    return last.status != Status.CANCELLED and last.began - control.created.ended >= end.ended - other.created.began
