"""The faults of a world: those that were added to it, and how often each rule was for a request."""

import itertools
import random
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from mock_server.clock import Clock, Milliseconds, Signal
from mock_server.draws import draws_of
from mock_server.faults.rule import FaultRule

MAX_FAULTS = 100


class UnknownFault(LookupError):
    """No fault of this id was added, or it is gone."""

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"There is no fault '{fault_id}'")


class TooManyFaults(Exception):
    """A fault more than a world can have."""

    def __init__(self) -> None:
        super().__init__(f"There are {MAX_FAULTS} faults already")


@dataclass(frozen=True, slots=True)
class AddedFault:
    """A rule that was added while the server runs. `ends_at` is when it goes by itself, None for never."""

    id: str
    rule: FaultRule
    ends_at: Milliseconds | None


class Faults:
    """Keeps the rules of a world, and decides which of them strike a request. `altered` fires when one comes or goes
    by hand."""

    def __init__(self, clock: Clock, seed: str) -> None:
        """`seed` is what the draws of rules without a seed of their own are made of."""
        self._clock = clock
        self._seed = seed
        self._added: dict[str, AddedFault] = {}
        self._ids = itertools.count(1)
        self._uses: Counter[Hashable] = Counter()
        self.altered = Signal()

    def __iter__(self) -> Iterator[AddedFault]:
        """Those that are still there, the oldest first."""
        now = self._clock.now()
        return iter([each for each in self._added.values() if each.ends_at is None or now < each.ends_at])

    def __bool__(self) -> bool:
        return bool(self._added)

    def add(self, rule: FaultRule) -> AddedFault:
        """Raises TooManyFaults."""
        self._added = {each.id: each for each in self}
        if len(self._added) >= MAX_FAULTS:
            raise TooManyFaults
        ends_at = None if rule.lifetime is None else self._clock.now() + rule.lifetime
        added = AddedFault(str(next(self._ids)), rule, ends_at)
        self._added[added.id] = added
        self.altered.fire()
        return added

    def uses(self, key: Hashable) -> int:
        """How many requests the rule of this key was for by now."""
        return self._uses[key]

    def remove(self, fault_id: str) -> None:
        """Raises UnknownFault."""
        if all(each.id != fault_id for each in self):
            raise UnknownFault(fault_id)
        del self._added[fault_id]
        self.altered.fire()

    def clear(self) -> None:
        self._added.clear()
        self.altered.fire()

    def strike(self, key: Hashable, rule: FaultRule, operation: str, task_id: str | None) -> random.Random | None:
        """Count a request that the rule is for; what the fault draws from, or None if it does not occur."""
        if not rule.is_for(operation, task_id):
            return None
        self._uses[key] += 1
        use = self._uses[key]
        draw = self.draw(key, use) if rule.seed is None else draws_of(rule.seed, use)
        return draw if rule.strikes(self._uses[key], draw) else None

    def draw(self, *circumstances: object) -> random.Random:
        """Draws that come out the same whenever the same is repeated in a world of the name."""
        return draws_of(self._seed, *circumstances)
