"""Which uses of something are meant, where they are counted from 1."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Uses:
    """A range of uses; `last` is None for an open one."""

    first: int = 1
    last: int | None = None

    def __contains__(self, use: int) -> bool:
        return self.first <= use and (self.last is None or use <= self.last)

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.first} or later"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    @classmethod
    def of(cls, data: Any) -> "Uses":
        """A number, or `from` and `to`, as scenario files have them."""
        # JSON Schema takes 2.0 for an integer, and so does the file.
        if not isinstance(data, dict):
            return cls(int(data), int(data))
        last = data.get("to")
        return cls(int(data.get("from", 1)), None if last is None else int(last))

    def to_json(self) -> dict[str, int]:
        return {"from": self.first} | ({} if self.last is None else {"to": self.last})


EVERY_USE = Uses()
