"""LIFE: what may become of a task, and when."""

from collections.abc import Iterator
from itertools import pairwise

from contracts.evidence import Evidence
from contracts.lifecycle import Status, is_terminal, may_follow
from contracts.rule import Observation, judged, rule

STATUS = "#/components/schemas/Task/properties/status"
NEEDS_A_TASK = "--template and --values, so that a task can be created"


@rule(
    "LIFE-01",
    "A task only goes from open to processing and from there to an end, or from open to an end.",
    source=STATUS,
    why="A page that shows progress jumps back, or never gets to its end.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def transitions_are_legal(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for before, after in pairwise(story.sightings):
            if before.ended > after.began or is_terminal(before.status):
                continue
            if not {before.status, after.status} <= set(Status):
                continue
            yield judged(
                may_follow(Status(before.status), Status(after.status)),
                after.exchange.operation,
                after.exchange,
                before.exchange,
                expected=f"a status that can follow {before.status}",
                observed=str(after.status),
            )


@rule(
    "LIFE-02",
    "A task that has ended never changes its status again.",
    source=STATUS,
    why="What the user was told of the outcome turns out to be wrong.",
    needs=NEEDS_A_TASK,
    probes={"life", "aftermath"},
)
def terminal_is_final(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for before, after in pairwise(story.sightings):
            if before.ended <= after.began and is_terminal(before.status):
                yield judged(
                    after.status == before.status,
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=f"{before.status} for good",
                    observed=str(after.status),
                )
