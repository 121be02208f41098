"""Which requests a fault is for."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mock_server.clock import SECOND, Milliseconds
from mock_server.faults.fault import Fault
from mock_server.faults.kinds import fault_to_json, read_fault
from mock_server.uses import EVERY_USE, Uses

_SCOPE = frozenset({"fault", "operation", "task", "use", "share", "seed", "lifetime"})


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault and its scope: globs of operationIds, a task, which uses of them, what share of these (drawn from a
    seed), and for how long the rule is kept."""

    kind: str
    fault: Fault
    operations: tuple[str, ...] = ("*",)
    task_id: str | None = None
    uses: Uses = EVERY_USE
    share: float = 1.0
    seed: int | None = None
    lifetime: Milliseconds | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "FaultRule":
        """What a scenario file or a call of the control API says, valid by its schema. Raises InvalidFault."""
        operation, lifetime = data.get("operation", "*"), data.get("lifetime")
        return cls(
            kind=data["fault"],
            fault=read_fault(data["fault"], {name: value for name, value in data.items() if name not in _SCOPE}),
            operations=(operation,) if isinstance(operation, str) else tuple(operation),
            task_id=data.get("task"),
            uses=Uses.of(data.get("use", {})),
            share=data.get("share", 1.0),
            seed=data.get("seed"),
            lifetime=None if lifetime is None else round(lifetime * SECOND),
        )

    def to_json(self) -> dict[str, Any]:
        """What makes the same rule, every default said."""
        said: dict[str, Any] = fault_to_json(self.kind, self.fault)
        said |= {"operation": list(self.operations), "use": self.uses.to_json(), "share": self.share}
        optional = {"task": self.task_id, "seed": self.seed}
        said |= {name: value for name, value in optional.items() if value is not None}
        return said if self.lifetime is None else said | {"lifetime": self.lifetime / SECOND}

    def is_for(self, operation: str, task_id: str | None) -> bool:
        return (self.task_id is None or self.task_id == task_id) and any(
            fnmatchcase(operation, glob) for glob in self.operations
        )

    def strikes(self, use: int, draw: random.Random) -> bool:
        """Whether the fault occurs at the n-th request that it is for."""
        return use in self.uses and draw.random() < self.share
