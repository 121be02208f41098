"""How much one rendering may do."""

from dataclasses import dataclass
from typing import NoReturn

from mock_server.rendering.errors import BudgetExhausted

CHARACTERS_PER_STEP = 32
COMPARISONS_PER_STEP = 1_024

# In longer texts, and for longer parts of them, Python searches in linear time.
_LONGEST_COMPARED_TEXT = 30_000
_LONGEST_COMPARED_PART = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one call may use, and of it a single text; the defaults end a hostile template within 0.1 s."""

    steps: int = 50_000
    depth: int = 100
    output: int = 1_000_000
    text_steps: int | None = None


DEFAULT_LIMITS = Limits()


class Budget:
    """What is left of the limits during one call."""

    __slots__ = ("floor", "limits", "owns_context", "remaining")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.remaining = limits.steps
        self.floor = 0
        self.owns_context = False

    def begin_text(self) -> None:
        """Leave to one text no more than it may use, until `end_text`."""
        if self.limits.text_steps is not None:
            self.floor = max(0, self.remaining - self.limits.text_steps)

    def end_text(self) -> None:
        """Give back what the text did not use."""
        self.floor = 0

    def spend(self, steps: int = 1) -> None:
        """Take `steps` from what remains, or end the rendering."""
        self.remaining -= steps
        if self.remaining < self.floor:
            self.end("the template takes too many steps")

    def end(self, reason: str) -> NoReturn:
        """End the text, or what is rendered as a whole, with nothing left of what it may use."""
        self.remaining = self.floor
        raise BudgetExhausted(reason)

    def admit(self, length: int) -> None:
        """Pay for a text or array of `length` before it is made, or end the rendering."""
        if length > self.limits.output:
            raise BudgetExhausted("the template makes too long a text")
        self.spend(length // CHARACTERS_PER_STEP)

    def charge_search(self, text: str, part: str, times: int = 1) -> None:
        """Pay for what looking for `part` takes beyond reading `text`: every part of a short text may be compared."""
        if len(text) < _LONGEST_COMPARED_TEXT:
            comparisons = len(text) * min(len(part), _LONGEST_COMPARED_PART)
            self.spend(times * comparisons // COMPARISONS_PER_STEP)

    def charge(self, values: tuple[object, ...]) -> None:
        """Pay for looking at each of `values` once."""
        for value in values:
            if isinstance(value, str):
                self.spend(len(value) // CHARACTERS_PER_STEP)
            elif isinstance(value, (list, dict)):
                self.spend(len(value))
