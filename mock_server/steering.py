"""The tasks of a world in the hand of a test: events are pushed to them, and they are ended."""

from collections.abc import Callable
from dataclasses import dataclass

from mock_server.cancellation import cancel
from mock_server.clock import Milliseconds
from mock_server.intervention import TaskHasEnded, end, has_ended, push
from mock_server.lifecycle import StepStatus, TaskStatus
from mock_server.planned import Body, Failure, Plan
from mock_server.store import VersionConflict
from mock_server.task import Task
from mock_server.world import World

_ENDED = Failure("Error", "The task was ended by a test")


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """A log event that is to happen now. One with a status names its step."""

    message: str
    step_id: str | None = None
    status: StepStatus | None = None


@dataclass(frozen=True, slots=True)
class WantedEnd:
    """How a task is to end now. Without an error of its own a failed one has one that says who it was."""

    status: TaskStatus
    error: Failure | None = None
    output: Body | None = None


async def push_event(world: World, task_id: str, event: PushedEvent) -> tuple[Task, Milliseconds]:
    """Let an event happen. Returns the task, and the instant at which its newest event is this one.

    Raises UnknownTask, TaskHasEnded, NoSuchStep or TooManyPushed.
    """
    return await _replan(
        world, task_id, lambda plan, at: push(plan, at, task_id, event.message, event.step_id, event.status)
    )


async def end_task(world: World, task_id: str, wanted: WantedEnd) -> tuple[Task, Milliseconds]:
    """Let a task end, whatever it was about to do. Returns it, and the instant of its end.

    Raises UnknownTask or TaskHasEnded.
    """

    def ended(plan: Plan, at: Milliseconds) -> Plan:
        if wanted.status is not TaskStatus.CANCELLED:
            error = (wanted.error or _ENDED) if wanted.status is TaskStatus.FAILED else None
            return end(plan, at, task_id, error=error, output=wanted.output)
        if has_ended(plan, at):
            raise TaskHasEnded(task_id)
        # Without the quirks of a cancel, with which it would go on.
        return cancel(plan, at, task_id)

    return await _replan(world, task_id, ended)


async def _replan(
    world: World, task_id: str, change: Callable[[Plan, Milliseconds], Plan]
) -> tuple[Task, Milliseconds]:
    while True:
        task, now = await world.store.get(task_id), world.clock.now()
        changed = task.with_plan(change(task.plan, now - task.started_at))
        try:
            await world.store.replace(changed, expected_version=task.version)
        except VersionConflict:
            continue
        return changed, now
