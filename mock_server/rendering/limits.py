"""How much one rendering may do."""

from dataclasses import dataclass

from mock_server.rendering.errors import BudgetExhausted

CHARACTERS_PER_STEP = 32
COMPARISONS_PER_STEP = 1_024

# In longer texts, and for longer parts of them, Python searches in linear time.
_LONGEST_COMPARED_TEXT = 30_000
_LONGEST_COMPARED_PART = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one call may use; the defaults end a hostile template within tens of milliseconds."""

    steps: int = 50_000
    depth: int = 100
    output: int = 1_000_000


DEFAULT_LIMITS = Limits()


class Budget:
    """What is left of the limits during one call."""

    __slots__ = ("limits", "owns_context", "remaining")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.remaining = limits.steps
        self.owns_context = False

    def spend(self, steps: int = 1) -> None:
        """Take `steps` from what remains, or end the rendering."""
        self.remaining -= steps
        if self.remaining < 0:
            raise BudgetExhausted("the template takes too many steps")

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
