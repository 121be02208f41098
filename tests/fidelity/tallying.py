"""Count what is alike, by operation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

from tests.fidelity.operations import operation_of
from tests.fidelity.recording import DATA
from tests.fidelity.replay import Result


@dataclass(frozen=True, slots=True)
class Tally:
    """How many exchanges there are, how many are answered alike, and how many need not be."""

    recorded: int = 0
    alike: int = 0
    excepted: int = 0

    @property
    def differ(self) -> int:
        return self.recorded - self.alike - self.excepted

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.recorded + other.recorded, self.alike + other.alike, self.excepted + other.excepted)


def tallied(results: Iterable[Result], exceptions: Mapping[int, str]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for result in results:
        one = Tally(1, int(result.matches), int(not result.matches and result.exchange.n in exceptions))
        operation = operation_of(result.exchange)
        tallies[operation] = tallies.get(operation, Tally()) + one
    return tallies


def excepted() -> dict[int, str]:
    """The exchanges that cannot be answered alike, with the reasons."""
    entries = yaml.safe_load((DATA / "exceptions.yaml").read_text(encoding="utf-8"))
    return {number: entry["reason"] for entry in entries for number in entry["exchanges"]}


def floor() -> dict[str, int]:
    """How many exchanges of each operation are answered alike, at least."""
    counts: dict[str, int] = yaml.safe_load((DATA / "floor.yaml").read_text(encoding="utf-8"))
    return counts
