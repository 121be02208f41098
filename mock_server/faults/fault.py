"""What a fault is, and what it may use."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mock_server.answers import App
from mock_server.clock import Clock, Signal


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a fault occurs: the clock of the world, what fires when the world goes, draws that can be repeated, and
    a way to make the world refuse the token of the request from now on."""

    clock: Clock
    closing: Signal
    draw: random.Random
    refuse_token: Callable[[], None]


class Fault(Protocol):
    """One way in which a request, or its answer, goes wrong. The fields of a class are its parameters."""

    def around(self, app: App, situation: Situation) -> App:
        """The application with the fault around it, for one request."""
        ...
