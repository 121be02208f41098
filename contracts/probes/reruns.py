"""Runs tasks again that have ended, and follows both of their lives by asking for events."""

import asyncio

from contracts.clock import pause
from contracts.exchange import Exchange, Purpose
from contracts.labels import NOT_JSON_AT_ALL, OTHER_MEDIA_TYPE
from contracts.lifecycle import is_terminal
from contracts.probes.life import follow, is_long, patience, resumption_points
from contracts.probes.long_poll import ask_for_events, follow_by_events, has_long_poll
from contracts.probes.probe import Probe
from contracts.readings import CATCHING_UP
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline
from contracts.stream_reader import CLOSING_GRACE
from contracts.target import TemplateChoice

# Seconds that a task which lasts is watched before it is cancelled; its second life may be shorter.
WATCHED = 1.0
WATCHED_AGAIN = 1.0
SHORT_WAIT = 1.5
BEHIND_ALL = 2**31 - 1
BAD_BODIES = (
    ("an array", b"[]", "application/json"),
    ("secrets that are a text", b'{"secrets": "contract-tests"}', "application/json"),
    ("a secret that is a number", b'{"secrets": {"contractTests": 7}}', "application/json"),
    (NOT_JSON_AT_ALL, b"{", "application/json"),
    (OTHER_MEDIA_TYPE, b'{"secrets": {}}', "text/plain"),
)


async def run_again(session: Session) -> None:
    """Cancel a task that lasts and run it again, and one that ends by itself."""
    if not has_long_poll(session):
        return
    lasting = session.templates.slow or session.templates.ordinary
    ending = session.templates.failing or session.templates.ordinary
    await asyncio.gather(
        *([_cancelled_and_again(session, lasting)] if lasting else []),
        *([_ended_and_again(session, ending)] if ending else []),
    )


async def _cancelled_and_again(session: Session, template: TemplateChoice) -> None:
    task_id = await _created(session, template)
    if task_id is None:
        return
    await _live(session, task_id, WATCHED, refused=True)
    has_many_events = await _read_from_everywhere(session, task_id)
    await _bad_bodies(session, task_id)
    if not has_many_events:
        await ask_for_events(session, task_id, leave_after=CLOSING_GRACE, label="after it was refused to run it again")
    if not await _retried(session, task_id, json_body={}):
        return
    await _live(session, task_id, WATCHED_AGAIN)
    await _look(session, task_id, "when it had ended again")


async def _ended_and_again(session: Session, template: TemplateChoice) -> None:
    task_id = await _created(session, template)
    if task_id is None:
        return
    end = StreamDeadline(session.now() + patience(session))
    if not is_terminal(await follow(session, task_id, end)):
        # It lasts longer than there is time for: it is cleaned up in the end.
        return
    await _look(session, task_id, "when it had ended")
    if not await _retried(session, task_id, json_body=None):
        return
    await follow_by_events(session, task_id, until=session.now() + patience(session), label="run again")
    await _look(session, task_id, "when it had ended again")


async def _created(session: Session, template: TemplateChoice) -> str | None:
    made = await session.create(template, extra_values={"contractTests": session.marker})
    made = made or await session.create(template)
    return made[0] if made else None


async def _live(session: Session, task_id: str, watched: float, *, refused: bool = False) -> None:
    """Follow a task by events and by its stream at once, cancel it after some seconds, and wait for its end."""
    end = session.now() + watched + patience(session)
    deadline = StreamDeadline(end)
    streaming = asyncio.create_task(session.watch(task_id, deadline=deadline, label="beside the events"))
    asking = asyncio.create_task(follow_by_events(session, task_id, until=end, label="as it happens"))
    path = {"taskId": task_id}
    try:
        if refused and not is_terminal(_status(await session.call("getTask", path=path, label="before it is retried"))):
            await session.try_to_retry(task_id, json_body={}, label="of a task that runs")
            await session.call("getTask", path=path, label="after it was retried")
            # However much the task has to say, there is nothing to tell whoever asks for what comes behind it.
            await ask_for_events(session, task_id, after=BEHIND_ALL, leave_after=SHORT_WAIT, label="behind all")
        await asyncio.wait([asking], timeout=watched)
        if not is_terminal(_status(await session.call("getTask", path=path, label="before it is cancelled"))):
            await session.call("cancelTask", path=path, label="of a task that runs")
        if is_terminal(await follow(session, task_id, deadline)):
            deadline.bear_silence(CLOSING_GRACE, session.now())
            # The last of its answers is on its way, or will never come.
            await asyncio.wait([asking], timeout=CLOSING_GRACE)
        await streaming
    finally:
        asking.cancel()
        streaming.cancel()
        await asyncio.gather(asking, streaming, return_exceptions=True)


async def _read_from_everywhere(session: Session, task_id: str) -> bool:
    """Ask for all events of a task that has ended, and for those after some of them; tells whether they are many."""
    whole = await _look(session, task_id, "when it had ended")
    if not any(event.ends_the_task for event in whole.log_events):
        await pause(CATCHING_UP)
        whole = await _look(session, task_id, "long after it had ended")
    numbers = sorted({event.sequence for event in whole.log_events if event.sequence is not None})
    points = resumption_points(numbers) if numbers else []
    for after in points[-2:] if is_long(whole) else points:
        await ask_for_events(session, task_id, after=after, leave_after=CLOSING_GRACE, label="from everywhere")
    return is_long(whole)


async def _look(session: Session, task_id: str, label: str) -> Exchange:
    await session.call("getTask", path={"taskId": task_id}, label=label)
    whole = await ask_for_events(session, task_id, leave_after=CLOSING_GRACE, label=label)
    if not is_long(whole):
        await session.call("getTaskLogs", path={"taskId": task_id}, label=label)
    return whole


async def _retried(session: Session, task_id: str, *, json_body: object) -> bool:
    if not is_terminal(
        _status(await session.call("getTask", path={"taskId": task_id}, label="before it is run again"))
    ):
        return False
    retry = await session.try_to_retry(task_id, json_body=json_body, label="of a task that has ended")
    if retry is None or retry.status is None or retry.status >= 400:
        return False
    await session.call("getTask", path={"taskId": task_id}, label="after it was run again")
    await ask_for_events(session, task_id, leave_after=CLOSING_GRACE, label="after it was run again")
    return True


async def _bad_bodies(session: Session, task_id: str) -> None:
    """Ask for another life of a task that has ended, with bodies that are not allowed, until one is taken."""
    for label, body, media_type in BAD_BODIES:
        retry = await session.try_to_retry(
            task_id,
            body=body,
            headers=[("Content-Type", media_type)],
            purpose=Purpose.MALFORMED_BODY,
            label=label,
        )
        if retry is None or retry.status is None or retry.status < 400:
            return


def _status(exchange: Exchange) -> object:
    return exchange.json.get("status") if exchange.status == 200 and isinstance(exchange.json, dict) else None


RERUNS = Probe("reruns", run_again, creates=True, quick=False)
