"""Clients that do not send what they owe, or do not read what they asked for, on the wall clock.

Nothing is asked of a connection while it is served: one pass over all of them, once a second, finds who has been late
for how many passes. So a request costs no timer, and ten thousand streams a few milliseconds of each second.
"""

import heapq
import logging
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from mock_server.json_body import BODY_SECONDS

logger = logging.getLogger(__name__)

# Descriptors that are no connections: files, the listener, those that are just being closed.
_RESERVED = 100
_LET_GO_AT_ONCE = 10


class Debt(Enum):
    """What a client owes: a request, the rest of its head or of its body, to read on, or to go after a refusal."""

    REQUEST = "request"
    HEAD = "head"
    BODY = "body"
    READING = "reading"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a client may owe what, and how many of them there may be."""

    head: int = 20
    body: int = BODY_SECONDS
    reading: int = 60
    leaving: int = 2
    connections: int = 20_000

    def within(self, open_files: int | None) -> int:
        """How many connections there may be with so many open files."""
        if open_files is None:
            return self.connections
        # Those that make room for others are there for a moment longer.
        return max(1, min(self.connections, (open_files - _RESERVED) * _LET_GO_AT_ONCE // (_LET_GO_AT_ONCE + 1)))

    def seconds(self, debt: Debt) -> int:
        allowed = {
            Debt.REQUEST: self.head,
            Debt.HEAD: self.head,
            Debt.BODY: self.body,
            Debt.READING: self.reading,
            Debt.LEAVING: self.leaving,
        }
        return allowed[debt]


class Client(Protocol):
    """A connection, and how many passes its client has owed the same."""

    late: int

    @property
    def is_idle(self) -> bool:
        """Whether it could end without anybody's loss: no answer is to come."""
        ...

    def debt(self) -> Debt | None:
        """What the client owes now. Whenever that is paid, `late` is 0 again."""
        ...

    def give_up(self, debt: Debt) -> None:
        """End the connection of a client that owes this for too long."""
        ...


class SlowClients:
    """Ends the connections of clients that are too slow, and of the slowest when there are too many.

    `clients` are all connections, the oldest first.
    """

    def __init__(self, patience: Patience, limit: int) -> None:
        self.clients: dict[Client, None] = {}
        self._patience = patience
        self._limit = limit
        self._leaving = 0
        self._is_full = False
        self._is_told = False

    def look(self) -> None:
        """To be called once a second."""
        self._is_full = False
        for client in list(self.clients):
            debt = client.debt()
            if debt is None:
                client.late = 0
                continue
            client.late += 1
            if client.late > self._patience.seconds(debt):
                client.give_up(debt)

    def admit(self, client: Client) -> bool:
        """Whether one more can be served. Where there are too many, those that wait the longest for nothing go.

        They go by the tenth, so that each of a crowd costs a look at ten others, and not at all of them.
        """
        if len(self.clients) >= self._limit and not self._make_room():
            return False
        self.clients[client] = None
        return True

    def _make_room(self) -> bool:
        if self._leaving == 0 and not self._is_full:
            idle = (client for client in self.clients if client.is_idle)
            slowest = heapq.nlargest(-(-self._limit // _LET_GO_AT_ONCE), idle, key=lambda client: client.late)
            for client in slowest:
                client.give_up(Debt.REQUEST)
            self._leaving = len(slowest)
            self._is_full = not slowest
        if self._is_full:
            self._tell()
            return False
        # One of those that leave is gone for each that comes, if not at once.
        self._leaving -= 1
        return True

    def _tell(self) -> None:
        if not self._is_told:
            self._is_told = True
            logger.warning("%d clients are served, and no more can be; see `ulimit -n`", self._limit)
