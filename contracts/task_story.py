"""What was seen of one task: its sightings, and the events that logs and streams tell of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.events import Event
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import is_terminal
from contracts.sse import Ending

# Requests that a well-meaning client makes.
AS_CLIENTS_DO = frozenset({Purpose.ORDINARY, Purpose.FUZZED, Purpose.PARALLEL, Purpose.RACE})


@dataclass(frozen=True, slots=True)
class Sighting:
    """A task as one answer showed it: between `began` and `ended`, it looked like `task`."""

    task: Mapping[str, Any]
    exchange: Exchange

    @property
    def status(self) -> Any:
        return self.task.get("status")

    @property
    def began(self) -> float:
        return self.exchange.began

    @property
    def ended(self) -> float:
        return self.exchange.ended


@dataclass(frozen=True)
class TaskStory:
    """All that was seen of one task, each part in the order in which it was asked for. `batches` are the answers of
    `/events`."""

    id: str
    created: Exchange | None
    polls: tuple[Sighting, ...]
    listings: tuple[Sighting, ...]
    cancels: tuple[Exchange, ...]
    logs: tuple[Exchange, ...]
    streams: tuple[Exchange, ...]
    batches: tuple[Exchange, ...] = ()

    @cached_property
    def sightings(self) -> tuple[Sighting, ...]:
        """Polls and listings together, in the order they were asked for."""
        return tuple(sorted((*self.polls, *self.listings), key=lambda sighting: sighting.began))

    @cached_property
    def ended_as(self) -> str | None:
        """The terminal status that it was seen with first, None if it was never seen to end."""
        return next((str(sighting.status) for sighting in self.sightings if is_terminal(sighting.status)), None)

    @cached_property
    def ended_by(self) -> float | None:
        """When the judge first knew that it had ended."""
        return next((sighting.ended for sighting in self.sightings if is_terminal(sighting.status)), None)

    @cached_property
    def whole_logs(self) -> tuple[tuple[Exchange, tuple[Event, ...]], ...]:
        """The logs that were read from their beginning, in the order in which they were asked for."""
        return tuple(
            (exchange, exchange.log_events)
            for exchange in self.logs
            if exchange.status == 200
            and _is_whole(exchange)
            and isinstance(exchange.json, list)
            and all(isinstance(entry, dict) for entry in exchange.json)
        )

    @cached_property
    def streams_from_the_start(self) -> tuple[tuple[Exchange, tuple[Event, ...]], ...]:
        """The streams that were read from the first event on, however far they came."""
        return tuple(
            (exchange, exchange.stream_events)
            for exchange in self.streams
            if exchange.stream is not None and _is_whole(exchange)
        )

    @cached_property
    def whole_streams(self) -> tuple[tuple[Exchange, tuple[Event, ...]], ...]:
        """Those of them that came to the completion."""
        return tuple(
            (exchange, events)
            for exchange, events in self.streams_from_the_start
            if exchange.stream is not None
            and exchange.stream.ending in (Ending.CLOSED, Ending.LEFT_OPEN)
            and len(events) == len(exchange.stream.frames)
            and any(event.ends_the_task for event in events)
        )

    @property
    def is_known(self) -> bool:
        """Whether anything was asked about it."""
        parts = (self.polls, self.listings, self.cancels, self.logs, self.streams, self.batches)
        return self.created is not None or any(parts)

    @property
    def is_recoverable(self) -> bool:
        """Whether its template asks to be started over after a crash, which keeps a real server's stream open."""
        return any(
            isinstance(recovery := sighting.task.get("spec", {}).get("EXPERIMENTAL_recovery"), dict)
            and recovery.get("EXPERIMENTAL_strategy") == "startOver"
            for sighting in self.sightings
            if isinstance(sighting.task.get("spec"), dict)
        )


@dataclass(frozen=True, slots=True)
class Rerun:
    """A task that was run again: its story until then, the retry, and its story from then on."""

    before: TaskStory
    retry: Exchange
    after: TaskStory


def listed_tasks(exchange: Exchange) -> list[Mapping[str, Any]]:
    """The tasks in an answer of the list; what is no object in it is left out."""
    if exchange.status != 200 or not isinstance(exchange.json, dict):
        return []
    tasks = exchange.json.get("tasks")
    return [task for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []


def _is_whole(exchange: Exchange) -> bool:
    """Whether everything was asked for, as a client asks."""
    return (
        exchange.purpose in AS_CLIENTS_DO
        and not exchange.request.query
        and exchange.trouble is None
        and not any(name.lower() == "last-event-id" for name, _ in exchange.request.headers)
    )
