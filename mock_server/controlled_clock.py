"""The clock of a world in the hand of a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_server.control_calls import ControlCalls


@dataclass(frozen=True, slots=True)
class ControlledClock:
    """The clock of a world."""

    control: ControlCalls
    path: str

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._shown()["now"])

    @property
    def is_frozen(self) -> bool:
        return bool(self._shown()["frozen"])

    @property
    def next_event_at(self) -> datetime | None:
        """When the next event of any task is due, None if none is to come."""
        due = self._shown()["nextEventAt"]
        return None if due is None else datetime.fromisoformat(due)

    def freeze(self) -> None:
        self.control.call("POST", f"{self.path}/freeze")

    def run(self, speed: float | None = None) -> None:
        """Let time run, as fast as before where no speed is given."""
        self.control.call("POST", f"{self.path}/run", {} if speed is None else {"speed": speed})

    def advance(self, seconds: float) -> None:
        """Move time ahead; whatever is due in between happens, in its order."""
        self.control.call("POST", f"{self.path}/advance", {"seconds": seconds})

    def step(self) -> None:
        """Move time ahead to the next event. Raises ControlRefused if none is to come."""
        self.control.call("POST", f"{self.path}/step")

    def set(self, now: datetime) -> None:
        """Set the clock; back only while the world has no tasks. Raises ControlRefused."""
        self.control.call("PUT", self.path, {"now": now.isoformat()})

    def _shown(self) -> Mapping[str, Any]:
        shown: Mapping[str, Any] = self.control.call("GET", self.path)
        return shown
