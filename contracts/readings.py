"""What was read of a task, put side by side: which sighting followed which, and whole logs and streams."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.events import Event, instant
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import Status, is_terminal
from contracts.profile import Allowance
from contracts.task_story import AS_CLIENTS_DO, Sighting, TaskStory

# A task that is seen running and cancelled no further apart, in seconds of the judge, was cancelled in between by what
# happened just then.
TIGHT = 1.0
# Seconds of the judge that what tells of a task may lag behind what has become of it.
CATCHING_UP = 2.0
# So long after a cancel a step that was about to finish has finished.
RACE = 2.0
# The label of the creation of a task that nobody cancels.
LEFT_ALONE = "left alone"
# The label of a request for a task whose id is not of the form that the target gives its tasks.
OTHER_FORM = "an id of another form"


def views(story: TaskStory) -> tuple[tuple[Sighting, ...], ...]:
    """The sightings of a task by reading it, and those by listing: each view has to make sense alone."""
    return (story.polls, story.listings)


def successions(sightings: Sequence[Sighting]) -> Iterator[tuple[Sighting, Sighting]]:
    """Each sighting with the last one that had ended before it was asked for."""
    in_order_of_ending = sorted(sightings, key=lambda sighting: sighting.ended)
    endings = [sighting.ended for sighting in in_order_of_ending]
    for after in sightings:
        known = bisect_right(endings, after.began)
        if known:
            yield in_order_of_ending[known - 1], after


def last_before(sightings: Iterable[Sighting], moment: float) -> Sighting | None:
    """What was known of the task at that moment."""
    return max(
        (sighting for sighting in sightings if sighting.ended <= moment),
        key=lambda sighting: sighting.ended,
        default=None,
    )


def first_after(sightings: Iterable[Sighting], moment: float) -> Sighting | None:
    """The first sighting that was asked for after that moment."""
    return min(
        (sighting for sighting in sightings if sighting.began >= moment),
        key=lambda sighting: sighting.began,
        default=None,
    )


def is_settled(story: TaskStory) -> bool:
    """Whether the task was seen to have ended whenever it was seen, always in the same way."""
    seen = [(sighting.status, sighting.task.get("completedAt")) for sighting in story.sightings]
    return bool(seen) and is_terminal(seen[0][0]) and all(one == seen[0] for one in seen)


def up_to_the_end(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events until the completion, with it."""
    found: list[Event] = []
    for event in events:
        found.append(event)
        if event.ends_the_task:
            break
    return tuple(found)


def completion_of(events: Iterable[Event]) -> Event | None:
    return next((event for event in events if event.ends_the_task), None)


def tells_success(completion: Event) -> bool:
    """Whether a completion has results, no error, and does not say otherwise itself."""
    body = completion.body
    has_results = body.get("output") is not None and body.get("error") is None
    return body.get("status") == Status.COMPLETED or (has_results and not is_terminal(body.get("status")))


def accepted_cancel(story: TaskStory) -> Exchange | None:
    """The first cancel that the target accepted."""
    return next((cancel for cancel in story.cancels if cancel.status == 200 and cancel.purpose in AS_CLIENTS_DO), None)


def all_cancels(evidence: Evidence, story: TaskStory) -> Iterator[Exchange]:
    """Also those that should have been refused."""
    for exchange in evidence.of("cancelTask"):
        if exchange.path_parameters.get("taskId") == story.id:
            yield exchange


def bystanders(evidence: Evidence) -> Iterator[tuple[Exchange, TaskStory, Sighting]]:
    """For each cancel, the tasks that ran beside the one it was for, with how each was seen right after it."""
    cancels = [cancel for story in evidence.created_tasks if (cancel := accepted_cancel(story))]
    for cancel in cancels:
        for story in evidence.created_tasks:
            if story.id == cancel.path_parameters.get("taskId"):
                continue
            before, after = last_before(story.polls, cancel.began), first_after(story.polls, cancel.ended)
            if before is None or after is None or is_terminal(before.status):
                continue
            if after.status == Status.CANCELLED and after.ended - before.began > TIGHT:
                continue
            if not any(other.began < after.ended for other in all_cancels(evidence, story)):
                yield cancel, story, after


def went_on(story: TaskStory, sighting: Sighting) -> Exchange | None:
    """What shows that the task still ran long after it was seen to have ended, None if nothing does."""
    if not is_terminal(sighting.status):
        return None
    late = sighting.ended + CATCHING_UP
    logs = story.whole_logs
    for exchange, events in logs:
        if exchange.began >= late and completion_of(events) is None:
            later = [up_to_the_end(other) for read, other in logs if read.began >= exchange.ended]
            if any(len(other) > len(events) + 1 for other in later):
                return exchange
    return None


def has_no_log(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether this is the answer of a server that has no logs and need not have any."""
    return exchange.status == 404 and evidence.contract.profile.allows(Allowance.NO_LOGS)


def told(event: Event) -> tuple[str, object, Mapping[str, Any]]:
    """What an event says, however it is written."""
    return event.type, event.created_at or event.data.get("createdAt"), event.body


def same(before: object, after: object) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is no 1."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(value, after[name]) for name, value in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(same(one, other) for one, other in zip(before, after, strict=True))
    return before == after


def same_time(before: object, after: object) -> bool:
    """Whether two date-times name the same instant, however they are written."""
    one, other = instant(before), instant(after)
    return before == after if one is None or other is None else one == other


def brief(value: object) -> str:
    """A value as it is shown in an observation."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
