"""What a defect is: one thing that a server gets wrong, and who must notice."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from tests.flawed.wrapping import App

# How fast the time of the server with the defects runs.
SPEED = 5.0

Wrap = Callable[[App], App]


@dataclass(frozen=True, slots=True)
class Defect:
    """`rule` is the id of the rule that reports it, `blames` the operationId that it names (None: no operation)."""

    name: str
    rule: str
    blames: str | None
    wrap: Wrap
    description: str

    @property
    def family(self) -> str:
        return self.rule.partition("-")[0]


def defect(rule: str, *, blames: str | None) -> Callable[[Wrap], Defect]:
    """Make a function that wraps an application a defect; its docstring says what is wrong."""

    def made(wrap: Wrap) -> Defect:
        return Defect(wrap.__name__.replace("_", "-"), rule, blames, wrap, (wrap.__doc__ or "").strip())

    return made


def defects_of(module: ModuleType) -> tuple[Defect, ...]:
    """The defects of a module, in the order they are written down."""
    return tuple(value for value in vars(module).values() if isinstance(value, Defect))
