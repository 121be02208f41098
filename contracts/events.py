"""The events of a task, as the frames of a stream or the entries of a log tell them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from contracts.sse import Frame

INTEGER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a task. `sequence` is what `after` counts: the id in the data, else the id of the frame; None if it
    has neither. `arrived` is when the judge had it. `body` is empty where the data has no object of that name,
    `created_at` None where it tells no time."""

    data: Mapping[str, Any]
    sequence: int | None
    type: str
    arrived: float
    frame: Frame | None = None
    body: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    created_at: datetime | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        body = self.data.get("body")
        object.__setattr__(self, "body", body if isinstance(body, dict) else {})
        object.__setattr__(self, "created_at", instant(self.data.get("createdAt")))

    @property
    def ends_the_task(self) -> bool:
        """Whether this is the event after which nothing happens to the task any more."""
        return self.type == "completion"


def events_of_frames(frames: Iterable[tuple[Frame, Any]]) -> tuple[Event, ...]:
    """The events that frames tell, each given with its data as JSON; those whose data is no JSON object are left
    out."""
    return tuple(
        Event(
            data,
            _sequence(data, frame),
            str(data.get("type") if frame.event == "message" else frame.event),
            frame.arrived,
            frame,
        )
        for frame, data in frames
        if isinstance(data, dict)
    )


def events_of_entries(entries: Iterable[Any], arrived: float) -> tuple[Event, ...]:
    """The events that the entries of a log tell, which all arrived at once; what is no object is left out."""
    return tuple(
        Event(entry, _sequence(entry, None), str(entry.get("type")), arrived)
        for entry in entries
        if isinstance(entry, dict)
    )


def instant(value: object) -> datetime | None:
    """The time that a string of the date-time format names, None for anything else."""
    return _parsed(value) if isinstance(value, str) else None


@lru_cache(maxsize=65_536)
def _parsed(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


def _sequence(data: Mapping[str, Any], frame: Frame | None) -> int | None:
    number = data.get("id")
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if frame is not None and frame.id is not None and INTEGER.fullmatch(frame.id):
        return int(frame.id)
    return None
