"""A task to ask about, for probes that do not care which."""

from contracts.lifecycle import is_terminal
from contracts.probes.life import follow
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.task_story import listed_tasks

# Seconds that a task gets to end, for a probe that could do without.
PATIENCE = 8.0


async def some_task(session: Session) -> str | None:
    """The id of a task in the list, one that has ended if there is any; of one that is created if the list is empty."""
    listed = [
        task for task in listed_tasks(await session.call("listTasks")) if isinstance(task.get("id"), str) and task["id"]
    ]
    ended = [task for task in listed if is_terminal(task.get("status"))]
    for task in (*ended, *listed):
        return str(task["id"])
    return await own_task(session)


async def own_task(session: Session) -> str | None:
    """The id of a task that is created for this; None if none can be."""
    template = session.templates.ordinary
    if template is None:
        return None
    made = await session.create(template, extra_values={"contractTests": session.marker})
    made = made or await session.create(template)
    return made[0] if made else None


async def has_ended(session: Session, task_id: str) -> bool:
    """Wait a while for a task to end."""
    seconds = 1.0 if session.limits.quick else PATIENCE
    return is_terminal(await follow(session, task_id, StreamDeadline(session.now() + seconds)))
