"""What is left to look at when everything else is done: tasks that have ended stay as they are."""

import asyncio

from contracts.evidence import Evidence
from contracts.probes.cancellation import cancel_finished, clean_up
from contracts.probes.probe import Probe
from contracts.session import Session

MOST_LATE_CANCELS = 3


async def look_back(session: Session) -> None:
    """Cancel some tasks that have ended, clean up those that have not, and look at all of them once more."""
    stories = gathered(session).created_tasks
    ended = [story for story in stories if story.ended_as is not None]
    by_status = {story.ended_as: story for story in ended}
    await asyncio.gather(*(cancel_finished(session, story) for story in list(by_status.values())[:MOST_LATE_CANCELS]))
    await clean_up(session, [story.id for story in stories if story.ended_as is None])
    for story in stories:
        await session.call("getTask", path={"taskId": story.id}, label="in the end")
    await session.call("listTasks", label="in the end")


def gathered(session: Session) -> Evidence:
    """What the session has recorded so far, as evidence."""
    return Evidence(
        session.contract,
        session.templates,
        tuple(session.exchanges),
        marker=session.marker,
        secrets=tuple(session.secrets),
        has_token=session.target.token is not None,
    )


AFTERMATH = Probe("aftermath", look_back, creates=True)
