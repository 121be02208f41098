"""The journal of a world: its last exchanges, each with what made it what it is. No body and no header is kept."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from typing import Literal
from urllib.parse import unquote

from mock_server.clock import Milliseconds, Signal

MAX_ENTRIES = 500
MAX_TEXT = 2_000

_CONFIDENTIAL = re.compile(r"token|secret|password|credential|auth|key", re.IGNORECASE)

Reason = Literal["request", "match", "active", "task"]
FaultSource = Literal["request", "control", "scenario"]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The scenario that came nearest to matching a create, and what did not hold."""

    scenario: str
    unmet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The scenario that a request met, and why this one.

    The request named it, its match held, it is the active one, or that of the task. `use` is the number of the use that
    a create or a retry was, `rules` are the places in the scenario that said how the task goes.
    """

    scenario: str
    reason: Reason
    use: int | None = None
    rules: tuple[str, ...] = ()
    nearest: NearMiss | None = None


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that struck a request: which, who said so, and by which id or name."""

    kind: str
    source: FaultSource
    rule: str | None = None


@dataclass(slots=True)
class Entry:
    """One exchange, filled in as it goes. `status` is None for one that got no answer; a note has only a message."""

    method: str = ""
    url: str = ""
    id: int = 0
    at: Milliseconds = 0
    is_frozen: bool = False
    speed: float = 1.0
    status: int | None = None
    operation: str | None = None
    task_id: str | None = None
    choice: Choice | None = None
    faults: list[Struck] = field(default_factory=list)
    error: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Which entries are asked for; None for what does not matter. `path` is a glob, without the query."""

    after: int = 0
    method: str | None = None
    path: str | None = None
    operation: str | None = None
    status: int | None = None
    task_id: str | None = None

    def fits(self, entry: Entry) -> bool:
        return (
            entry.id > self.after
            and self.method in {None, entry.method}
            and self.operation in {None, entry.operation}
            and self.status in {None, entry.status}
            and self.task_id in {None, entry.task_id}
            and (self.path is None or fnmatchcase(entry.url.partition("?")[0], self.path))
        )


class UnknownEntry(LookupError):
    """An entry that was never made, or is no longer kept."""

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"There is no entry '{entry_id}' in the journal, or none any more")


class Journal:
    """Keeps the last entries; `grown` fires with each."""

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._last_id = 0
        self.grown = Signal()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def last_id(self) -> int:
        """The id of the newest entry, 0 if there was none."""
        return self._last_id

    def add(self, entry: Entry) -> None:
        """Give the entry its id and keep it, without what its query may tell of tokens and secrets."""
        self._last_id = entry.id = self._last_id + 1
        if "?" in entry.url:
            entry.url = _masked(entry.url)
        entry.url = _short(entry.url)
        entry.task_id = entry.task_id and _short(entry.task_id)
        entry.error = entry.error and _short(entry.error)
        self._entries.append(entry)
        self.grown.fire()

    def note(self, message: str, at: Milliseconds) -> None:
        """Keep a message to whoever runs the server."""
        self.add(Entry(at=at, message=message))

    def get(self, entry_id: str) -> Entry:
        """Raises UnknownEntry."""
        for entry in self._entries:
            if str(entry.id) == entry_id:
                return entry
        raise UnknownEntry(entry_id)

    def find(self, query: EntryQuery, limit: int = MAX_ENTRIES) -> list[Entry]:
        """The first so many entries that fit, oldest first."""
        return list(islice(self._fitting(query), limit))

    def clear(self) -> None:
        """Forget all entries; ids go on."""
        self._entries.clear()

    def _fitting(self, query: EntryQuery) -> Iterator[Entry]:
        return (entry for entry in list(self._entries) if query.fits(entry))


def _masked(url: str) -> str:
    path, _, query = url.partition("?")
    parts = (part.partition("=") for part in query.split("&"))
    shown = (
        f"{name}=***" if _CONFIDENTIAL.search(unquote(name)) else f"{name}{equals}{value}"
        for name, equals, value in parts
    )
    return f"{path}?{'&'.join(shown)}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
