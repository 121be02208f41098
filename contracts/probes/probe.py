"""What a probe is."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from contracts.session import Session


@dataclass(frozen=True, slots=True)
class Probe:
    """Drives the target by a session. `creates` tells that it needs to create tasks; `quick` that it takes part in a
    quick run."""

    name: str
    run: Callable[[Session], Coroutine[Any, Any, None]]
    creates: bool = False
    quick: bool = True
