"""LIFE: a task runs by itself, and nobody who creates it has to wait for its end."""

from collections.abc import Iterator
from datetime import datetime

from contracts.events import instant
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import is_terminal
from contracts.readings import first_after
from contracts.rule import Observation, judged, rule
from contracts.task_story import AS_CLIENTS_DO, TaskStory

# Seconds of the judge: an answer that takes as long is one that was waited for.
LONG = 2.0
# What shows that the target itself was well meanwhile: so many answers, each in so many seconds.
OTHERS = 5
AT_ONCE = 0.3
# How long the task took, by our clock, in shares of that: a shorter one was not waited for, and one that tells of a
# longer life runs by a faster clock than ours.
LEAST_SHARE = 0.5
MOST_SHARE = 3.0


@rule(
    "LIFE-29",
    "Creating a task is answered before the task has ended.",
    source="#/paths/~1v2~1tasks/post/description",
    why="A user waits before an empty page, until the connection is given up, instead of watching the task.",
    needs="--template and --values, so that a task can be created",
    probes={"life", "cancellation", "streams", "actions", "unknown-tasks"},
)
def creation_does_not_wait_for_the_end(evidence: Evidence) -> Iterator[Observation]:
    pace = _pace(evidence)
    waited = {story.id for story in evidence.created_tasks if _was_waited_for(evidence, story, pace)}
    slow = {story.id for story in evidence.created_tasks if _is_slow(evidence, story)}
    # One that took long by chance and was short itself is no surprise; two are, of a target that is well.
    is_a_habit = len(waited) > 1 or bool(waited & slow)
    for story in evidence.created_tasks:
        after = first_after(story.sightings, story.created.ended) if story.created else None
        if story.created is None or after is None or (story.id in waited and not is_a_habit):
            continue
        yield judged(
            story.id not in waited,
            "createTask",
            story.created,
            after.exchange,
            expected="an answer while the task is still to run",
            observed=f"one after {story.created.ended - story.created.began:.1f} seconds, to a task that is "
            f"{after.status}",
        )


def _pace(evidence: Evidence) -> float:
    """How many seconds of the target's clock, by which it tells the times of its tasks, pass in one of ours; at least
    one."""
    made = [
        (story.created.began, begun.timestamp())
        for story in evidence.created_tasks
        if story.created is not None and (begun := _begun(story)) is not None
    ]
    if not made:
        return 1.0
    (ours, theirs), (our_last, their_last) = min(made), max(made)
    return max(1.0, (their_last - theirs) / (our_last - ours)) if our_last - ours >= LONG else 1.0


def _begun(story: TaskStory) -> datetime | None:
    return next(filter(None, (instant(seen.task.get("createdAt")) for seen in story.sightings)), None)


def _was_waited_for(evidence: Evidence, story: TaskStory, pace: float) -> bool:
    created = story.created
    if created is None or created.purpose not in AS_CLIENTS_DO or created.ended - created.began < LONG:
        return False
    after = first_after(story.sightings, created.ended)
    if after is None or not is_terminal(after.status):
        return False
    begun, over = instant(after.task.get("createdAt")), instant(after.task.get("completedAt"))
    took = None if begun is None or over is None else (over - begun).total_seconds() / pace
    waited = created.ended - created.began
    # Of a task that does not tell its times, only the template says whether it lived that long.
    lived_so_long = _is_slow(evidence, story) if took is None else LEAST_SHARE <= took / waited <= MOST_SHARE
    return lived_so_long and _was_well(evidence, created)


def _was_well(evidence: Evidence, created: Exchange) -> bool:
    """Whether the target answered others at once while it was asked to create the task."""
    answered = [
        other
        for other in evidence.exchanges
        if other is not created and other.status is not None and other.ended - other.began < AT_ONCE
    ]
    return sum(created.began <= other.began and other.ended <= created.ended for other in answered) >= OTHERS


def _is_slow(evidence: Evidence, story: TaskStory) -> bool:
    slow, sent = evidence.templates.slow, story.created.sent if story.created else None
    return slow is not None and isinstance(sent, dict) and sent.get("templateRef") == slow.ref
