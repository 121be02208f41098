"""What a test reads of a world: its journal, and what happens in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.control_calls import PATIENCE, ControlCalls


class NothingCame(AssertionError):
    """Requests that a test waits for have not come."""


@dataclass(frozen=True, slots=True)
class ControlledJournal:
    """What was asked of a world. Entries are as the control API tells them."""

    control: ControlCalls
    path: str

    def entries(self, **query: Any) -> list[dict[str, Any]]:
        """The entries that fit: `entries(operation="createTask", status=201)`, the oldest first."""
        entries: list[dict[str, Any]] = self.control.call("GET", self.path, query=query)["entries"]
        return entries

    def wait_for(self, *, count: int = 1, seconds: float = 5.0, **query: Any) -> list[dict[str, Any]]:
        """The entries that fit, once there are so many. Raises NothingCame if there are not within the seconds."""
        asked = {**query, "count": count, "wait": seconds}
        entries = self.control.call("GET", self.path, query=asked, patience=seconds + PATIENCE)["entries"]
        if len(entries) < count:
            raise NothingCame(f"{len(entries)} of {count} requests came within {seconds:g} s")
        found: list[dict[str, Any]] = entries
        return found

    def clear(self) -> None:
        self.control.call("DELETE", self.path)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that has happened in a world: a `journal` entry, the `event` of a task, or a `world` that a hand has
    changed."""

    kind: str
    data: Mapping[str, Any]


def read_happenings(lines: Iterator[str]) -> Iterator[Happening]:
    kind = ""
    for line in lines:
        field, _, said = line.partition(": ")
        if field == "event":
            kind = said
        elif field == "data":
            yield Happening(kind, json.loads(said))
