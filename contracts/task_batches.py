"""What `/events` answered of a task, answer by answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from contracts.events import INTEGER, Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.task_story import AS_CLIENTS_DO, TaskStory

SOUND = AS_CLIENTS_DO | {Purpose.EDGE_PARAMETER}


@dataclass(frozen=True)
class Batch:
    """An answer of `/events` that is an array. `after` is the id that it was asked to begin behind, None for all."""

    exchange: Exchange
    after: int | None

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return self.exchange.log_events

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        return tuple(event.sequence for event in self.events if event.sequence is not None)

    @property
    def is_whole(self) -> bool:
        """Whether all events were asked for."""
        return self.after is None

    @property
    def has_end(self) -> bool:
        return any(event.ends_the_task for event in self.events)


def lives(evidence: Evidence) -> Iterator[TaskStory]:
    """What was seen of each task, and of each of its later lives."""
    yield from evidence.tasks.values()
    yield from (rerun.after for rerun in evidence.reruns)


def asked(story: TaskStory) -> Iterator[Exchange]:
    """The well-formed requests for its events."""
    for exchange in story.batches:
        query = exchange.request.query
        well_formed = not query or (len(query) == 1 and query[0][0] == "after" and INTEGER.fullmatch(query[0][1]))
        if exchange.purpose in SOUND and well_formed:
            yield exchange


def batches(story: TaskStory) -> Iterator[Batch]:
    """The answers to them, in the order in which they were asked for."""
    for exchange in asked(story):
        if exchange.status == 200 and exchange.trouble is None and isinstance(exchange.json, list):
            after = exchange.query("after")
            yield Batch(exchange, None if after is None else int(after))


def told_by_stream(story: TaskStory) -> tuple[Event, ...]:
    """The events of the stream that was read from the first event on, the longest reading if there are several."""
    return max((events for _, events in story.streams_from_the_start), key=len, default=())
