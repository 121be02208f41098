"""What a regular expression consists of."""

from dataclasses import dataclass
from typing import TypeAlias

from mock_server.rendering.patterns.characters import Characters


@dataclass(frozen=True, slots=True)
class Single:
    """One character of a set."""

    characters: Characters


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts that follow each other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, the first preferred."""

    alternatives: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A part some number of times; `most` is None without a bound. It holds the groups `first` to `last`."""

    part: "Node"
    least: int
    most: int | None
    greedy: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose match is remembered under `number`."""

    part: "Node"
    number: int


@dataclass(frozen=True, slots=True)
class Look:
    """A part that must (or must not) match next to the position, which stays."""

    part: "Node"
    behind: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Again:
    """What the group matched before; named groups are numbered once all are known."""

    group: int | str


@dataclass(frozen=True, slots=True)
class Edge:
    """A condition on the position: `^`, `$`, `b` or `B`."""

    kind: str


Node: TypeAlias = Single | Sequence | Choice | Repetition | Group | Look | Again | Edge
