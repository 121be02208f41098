"""A client of the control API, for tests and scripts in Python.

control = Control("http://127.0.0.1:7007")
world = control.create_world(scenario="flaky", frozen=True)
...  # the application works at world.backend_url
world.clock.step()
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_server.control_calls import LONG_PATIENCE, ControlCalls
from mock_server.controlled_world import ControlledWorld


class Control(ControlCalls):
    """The control of a mock server."""

    def create_world(
        self,
        name: str | None = None,
        *,
        scenario: str | None = None,
        now: datetime | None = None,
        speed: float | None = None,
        frozen: bool = False,
    ) -> ControlledWorld:
        """A new world, with a name of its own where none is given. Raises ControlRefused."""
        wishes = {
            "name": name,
            "scenario": scenario,
            "now": None if now is None else now.isoformat(),
            "speed": speed,
            "frozen": frozen,
        }
        said = {key: value for key, value in wishes.items() if value is not None}
        return ControlledWorld(self, self.call("POST", "/worlds", said)["name"])

    def restore(self, name: str, snapshot: Mapping[str, Any]) -> ControlledWorld:
        """A world that lives on as in a snapshot, in the place of the one of this name. Raises ControlRefused."""
        self.call("PUT", f"/worlds/{name}/snapshot", snapshot, patience=LONG_PATIENCE)
        return ControlledWorld(self, name)

    def world(self, name: str = "default") -> ControlledWorld:
        """A world that is there. Raises ControlRefused."""
        self.call("GET", f"/worlds/{name}")
        return ControlledWorld(self, name)

    def world_names(self) -> list[str]:
        return [world["name"] for world in self.call("GET", "/worlds")["worlds"]]

    def scenario_names(self) -> list[str]:
        return [scenario["name"] for scenario in self.call("GET", "/scenarios")["scenarios"]]
