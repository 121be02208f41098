"""The readings of the event streams of tasks, side by side."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from contracts.events import INTEGER, Event, instant
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import Status
from contracts.profile import Allowance, Profile
from contracts.sse import Ending, StreamReading
from contracts.task_story import TaskStory

KNOWN_TYPES = frozenset({"log", "completion", "cancelled", "recovered"})
LAST_EVENT_ID = "last-event-id"
# More digits than that are no number to every server.
NUMBER = re.compile(r"-?[0-9]{1,15}")

Key = int | str
Said = tuple[str, float | str, str, str, str]


@dataclass(frozen=True)
class Telling:
    """One reading of the stream of a task.

    `events` are those that count: of a type that every client knows, and without those that the profile lets a server
    tell again or too late.
    """

    exchange: Exchange
    reading: StreamReading
    story: TaskStory
    events: tuple[Event, ...]

    @cached_property
    def after(self) -> int | None:
        """The number that it was to begin after; None if there was none, or none that is a number."""
        given = self.exchange.query("after")
        return int(given) if given is not None and NUMBER.fullmatch(given) else None

    @cached_property
    def last_event_id(self) -> str | None:
        return next((value for name, value in self.exchange.request.headers if name.lower() == LAST_EVENT_ID), None)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all events from the first one were asked for."""
        return not self.exchange.request.query and self.last_event_id is None

    @cached_property
    def is_resumed(self) -> bool:
        """Whether the events after a number were asked for, and nothing else."""
        asked = [name for name, _ in self.exchange.request.query]
        return asked == ["after"] and self.after is not None and self.last_event_id is None

    @cached_property
    def tells_end(self) -> bool:
        """Whether it has the completion; that the task was cancelled is an end, too, where that is what ended it."""
        if any(event.ends_the_task for event in self.events):
            return True
        may_be_cancelled = self.story.ended_as in {Status.CANCELLED, None}
        return bool(self.events) and self.events[-1].type == "cancelled" and may_be_cancelled

    @cached_property
    def is_complete(self) -> bool:
        """Whether it was read up to the end of the task."""
        return self.tells_end and self.exchange.trouble is None and self.reading.ending is not Ending.STOPPED

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """What the events can be told apart by: their numbers, or all they say if one has no number."""
        numbers = [event.sequence for event in self.events]
        if all(number is not None for number in numbers):
            return tuple(number for number in numbers if number is not None)
        return tuple(said(event) for event in self.events)

    @cached_property
    def numbers(self) -> tuple[int, ...] | None:
        """The numbers of the events, None if one has none."""
        numbers = tuple(event.sequence for event in self.events if event.sequence is not None)
        return numbers if len(numbers) == len(self.events) else None


@lru_cache(maxsize=8)
def tellings(evidence: Evidence) -> tuple[Telling, ...]:
    """All streams that were read, in the order in which their reading ended."""
    found = []
    for exchange in evidence.authenticated:
        story = evidence.tasks.get(exchange.path_parameters.get("taskId", ""))
        if exchange.stream is not None and story is not None and any(own is exchange for own in story.streams):
            profile = evidence.contract.profile
            found.append(Telling(exchange, exchange.stream, story, _counting(exchange, story, profile)))
    return tuple(found)


def by_story(evidence: Evidence) -> Mapping[str, list[Telling]]:
    """The readings of each task by its id, in the order in which they were asked for."""
    found: dict[str, list[Telling]] = {}
    for telling in sorted(tellings(evidence), key=lambda telling: telling.exchange.began):
        found.setdefault(telling.story.id, []).append(telling)
    return found


def reference(readings: list[Telling]) -> Telling | None:
    """The reading of a task that others can be measured by: the longest that goes from its first to its last event."""
    whole = [telling for telling in readings if telling.is_whole and telling.is_complete]
    return max(whole, key=lambda telling: len(telling.events), default=None)


def is_known(event: Event) -> bool:
    """Whether it is of a type that every client knows."""
    kind = event.data.get("type")
    return event.type in KNOWN_TYPES or (isinstance(kind, str) and kind in KNOWN_TYPES)


def said(event: Event) -> str:
    """All that an event says beside its number: equal for two if they say the same."""
    return json.dumps([*_kind_and_time(event), event.body], sort_keys=True, default=str)


def say_the_same(one: Event, other: Event) -> bool:
    """Whether all that two events say beside their numbers is equal."""
    if one.data == other.data and repr(one.data) == repr(other.data):
        return True
    return said(one) == said(other)


def logged(event: Event) -> Said:
    """What both a stream and a log say of an event: type, time, message, step and status."""
    body = event.body
    kind, time = _kind_and_time(event)
    return str(kind), time, str(body.get("message")), str(body.get("stepId")), str(body.get("status"))


def late_log(story: TaskStory) -> Exchange | None:
    """The whole log of a task that had ended before it was asked for."""
    return next(
        (
            exchange
            for exchange in story.logs
            if exchange.status == 200
            and not exchange.request.query
            and isinstance(exchange.json, list)
            and story.ended_by is not None
            and exchange.began >= story.ended_by
        ),
        None,
    )


def numbered_log(story: TaskStory, told: Telling | None) -> list[tuple[int, Said]] | None:
    """The number of each entry of the log of a task that has ended, and what it says. The entries tell their numbers,
    else the stream does where it has the same entries in the same order; None if there are none to be had."""
    log = late_log(story)
    if log is None:
        return None
    entries = log.log_events
    numbers = [entry.sequence for entry in entries]
    if None in numbers:
        kinds = {entry.type for entry in entries}
        streamed = [event for event in told.events if event.type in kinds] if told else []
        if [logged(event) for event in streamed] != [logged(entry) for entry in entries]:
            return None
        numbers = [event.sequence for event in streamed]
    numbered = zip(entries, numbers, strict=True)
    found = [(number, logged(entry)) for entry, number in numbered if number is not None]
    return found if len(found) == len(entries) else None


def _counting(exchange: Exchange, story: TaskStory, profile: Profile) -> tuple[Event, ...]:
    events = tuple(event for event in exchange.stream_events if is_known(event))
    end = next((place for place, event in enumerate(events) if event.ends_the_task), None)
    if end is None:
        return events
    behind = events[end + 1 :]
    if profile.allows(Allowance.LATE_CANCEL_IS_TOLD):
        behind = tuple(event for event in behind if event.type != "cancelled")
    if profile.allows(Allowance.COMPLETION_FOR_EVER) and story.is_recoverable:
        behind = tuple(event for event in behind if not event.ends_the_task)
    events = events[: end + 1] + behind
    after = exchange.query("after")
    if profile.allows(Allowance.COMPLETION_AGAIN) and after is not None and INTEGER.fullmatch(after):
        events = tuple(
            event
            for event in events
            if not (event.ends_the_task and event.sequence is not None and event.sequence <= int(after))
        )
    return events


def _kind_and_time(event: Event) -> tuple[Any, float | str]:
    return event.data.get("type", event.type), _moment(str(event.data.get("createdAt")))


@lru_cache(maxsize=100_000)
def _moment(text: str) -> float | str:
    """A time, however it is written; what is none, as it is."""
    time = instant(text)
    return time.timestamp() if time else text
