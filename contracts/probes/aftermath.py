"""What is left to look at when everything else is done: tasks that have ended stay as they are."""

import asyncio

from contracts.clock import pause
from contracts.evidence import Evidence
from contracts.lifecycle import Status
from contracts.probes.cancellation import cancel_finished, clean_up
from contracts.probes.probe import Probe
from contracts.probes.unknown_tasks import ask_for_similar
from contracts.readings import LEFT_ALONE, bystanders
from contracts.session import Session

MOST_LATE_CANCELS = 3
# Seconds that a task is left alone at most.
LONGEST_REST = 1.5
BETWEEN_LOOKS = 0.1


async def look_back(session: Session) -> None:
    """Cancel some tasks that have ended, clean up those that have not, and look at all of them once more."""
    await _leave_one_alone(session)
    evidence = gathered(session)
    stories = evidence.created_tasks
    last_lives = {rerun.after.id: rerun.after for rerun in evidence.reruns}
    ended = [story for story in stories if story.ended_as is not None and story.id not in last_lives]
    by_status = {story.ended_as: story for story in ended}
    lives = {story.id: story for story in stories} | last_lives
    await clean_up(session, [id for id, story in lives.items() if story.ended_as is None])
    await asyncio.gather(*(cancel_finished(session, story) for story in list(by_status.values())[:MOST_LATE_CANCELS]))
    await ask_for_similar(session, [story.id for story in stories])
    await asyncio.gather(*(session.call("getTask", path={"taskId": story.id}, label="in the end") for story in stories))
    # Twice: by now every task has ended, and a list must not change its mind about that.
    for _ in range(2):
        await session.call("listTasks", label="in the end")


async def _leave_one_alone(session: Session) -> None:
    """If a task was cancelled just when another one was to be, see whether that happens when nobody cancels."""
    lives = [
        after.ended - story.created.began
        for _, story, after in bystanders(gathered(session))
        if after.status == Status.CANCELLED and story.created
    ]
    if not lives or min(lives) > LONGEST_REST or session.templates.slow is None:
        return
    made = await session.create(session.templates.slow, label=LEFT_ALONE)
    if made is None:
        return
    until = session.now() + min(lives) + BETWEEN_LOOKS
    while session.now() < until:
        await pause(BETWEEN_LOOKS)
        await session.call("getTask", path={"taskId": made[0]}, label=LEFT_ALONE)


def gathered(session: Session) -> Evidence:
    """What the session has recorded so far, as evidence."""
    return Evidence(
        session.contract,
        session.templates,
        tuple(session.exchanges),
        marker=session.marker,
        secrets=tuple(session.secrets),
        has_token=session.target.token is not None,
        notes=tuple(session.notes),
    )


AFTERMATH = Probe("aftermath", look_back, creates=True)
