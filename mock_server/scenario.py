"""Scenarios: how a task is to go, and which one a task takes when it is created."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import StepStatus
from mock_server.permissions import Policy

DEFAULT_SCENARIO = "happy-path"
MAX_SCENARIOS = 1_000


class UnknownScenario(LookupError):
    """A name that no loaded scenario has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"Unknown scenario '{name}'; there are {', '.join(sorted(known))}")


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of time drawn between two bounds, or one that never ends."""

    least: float
    most: float
    never: bool = False

    def draw(self, draw: random.Random) -> Milliseconds | None:
        """Milliseconds, or None for never. Draws in any case, so that what comes after does not depend on it."""
        fraction = draw.random()
        return None if self.never else round((self.least + (self.most - self.least) * fraction) * SECOND)


NO_TIME = Duration(0, 0)


@dataclass(frozen=True, slots=True)
class Uses:
    """A range of uses, counted from 1; `last` is None for an open one."""

    first: int
    last: int | None

    def __contains__(self, use: int) -> bool:
        return self.first <= use and (self.last is None or use <= self.last)


@dataclass(frozen=True, slots=True)
class LogRule:
    """A line that a step logs, `repeat` times; `every` seconds apart, or spread over the step's time.

    One with `at` comes so long after the step's beginning; one that `is_late` comes behind the step's end. `step` is
    the id of another step whose line it is. One that `is_cancel` is no line, but somebody's wish to cancel, which
    ends nothing. In one that `is_numbered` the placeholder for the number of the line has been rendered.
    """

    text: str
    level: str = "info"
    repeat: int = 1
    every: float | None = None
    is_numbered: bool = False
    at: Milliseconds | None = None
    is_late: bool = False
    step: str | None = None
    is_cancel: bool = False


@dataclass(frozen=True, slots=True)
class FailRule:
    """The error with which a step fails. `stack` is what is logged of it, None for one that is made up."""

    name: str
    message: str
    stack: str | None = None


@dataclass(frozen=True, slots=True)
class StepRule:
    """What a scenario says of the steps that it matches; None where it says nothing.

    With a `status`, neither the condition of the step nor its input nor its action is asked how it goes.
    """

    ids: tuple[str, ...] = ("*",)
    actions: tuple[str, ...] = ("*",)
    position: int | Literal["first", "last"] | None = None
    duration: Duration | None = None
    logs: tuple[LogRule, ...] | None = None
    fail: FailRule | None = None
    outputs: Mapping[str, Any] | None = None
    delay: Milliseconds | None = None
    status: StepStatus | None = None

    def matches(self, id: str, action: str, number: int, last: int) -> bool:
        """Whether the rule is about the step of this id, action and number, where `last` is the last one's number."""
        place = {"first": 1, "last": last}.get(str(self.position), self.position)
        return (place is None or place == number) and _any_glob(self.ids, id) and _any_glob(self.actions, action)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a task goes, as far as a scenario says so."""

    queue: Duration | None = None
    cancel: Milliseconds | None = None
    steps: tuple[StepRule, ...] = ()
    output: Mapping[str, Any] | None = None
    completion: Milliseconds | None = None

    def over(self, other: "Behaviour") -> "Behaviour":
        """This behaviour, with the other where it says nothing."""
        return Behaviour(
            self.queue if self.queue is not None else other.queue,
            self.cancel if self.cancel is not None else other.cancel,
            self.steps + other.steps,
            self.output if self.output is not None else other.output,
            self.completion if self.completion is not None else other.completion,
        )

    def rule_for(self, id: str, action: str, number: int, last: int) -> StepRule:
        """All that is said of one step: for each key, the first rule that has it counts."""
        rules = [rule for rule in self.steps if rule.matches(id, action, number, last)]
        if len(rules) < 2:
            return rules[0] if rules else StepRule()
        return StepRule(
            duration=next((rule.duration for rule in rules if rule.duration is not None), None),
            logs=next((rule.logs for rule in rules if rule.logs is not None), None),
            fail=next((rule.fail for rule in rules if rule.fail is not None), None),
            outputs=next((rule.outputs for rule in rules if rule.outputs is not None), None),
            delay=next((rule.delay for rule in rules if rule.delay is not None), None),
            status=next((rule.status for rule in rules if rule.status is not None), None),
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """A create for which a scenario is sought."""

    template_ref: str
    values: Mapping[str, Any]
    created_by: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """Which creates take a scenario by themselves."""

    templates: tuple[str, ...] = ("*",)
    creators: tuple[str, ...] = ("*",)
    values: tuple[tuple[str, Any], ...] = ()
    uses: Uses = Uses(1, None)

    def fits(self, occasion: Occasion) -> bool:
        """Whether everything but the number of the use holds."""
        return (
            _any_glob((glob.lower() for glob in self.templates), occasion.template_ref)
            and _any_glob(self.creators, occasion.created_by or "")
            and all(key in occasion.values and _fits(wanted, occasion.values[key]) for key, wanted in self.values)
        )


# By provider and kind of resource: what there is to choose from.
Suggestions = Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file. `match` is None for a scenario that is only used by name, `source` the YAML that says it
    all."""

    name: str
    description: str
    match: Match | None
    behaviour: Behaviour
    uses: tuple[tuple[Uses, Behaviour], ...] = ()
    autocomplete: Suggestions = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    source: str = ""

    def at_use(self, use: int) -> Behaviour:
        """The behaviour at the n-th use (from 1)."""
        behaviour = self.behaviour
        for uses, special in reversed(self.uses):
            if use in uses:
                behaviour = special.over(behaviour)
        return behaviour


class MissingScenario(LookupError):
    """A scenario that is asked for by its address, and is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no scenario '{name}'")


class TooManyScenarios(Exception):
    """A scenario more than can be kept."""

    def __init__(self) -> None:
        super().__init__(f"There are {MAX_SCENARIOS} scenarios already")


class Scenarios:
    """The loaded scenarios by name; matches are tried in the order of the sequence."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._scenarios = {scenario.name: scenario for scenario in scenarios}

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self._scenarios.values())

    def __contains__(self, name: str) -> bool:
        return name in self._scenarios

    def with_first(self, scenario: Scenario) -> "Scenarios":
        """These and one more, which is tried first and replaces one of its name. Raises TooManyScenarios."""
        others = [other for other in self if other.name != scenario.name]
        if len(others) >= MAX_SCENARIOS:
            raise TooManyScenarios
        return Scenarios([scenario, *others])

    def named(self, name: str) -> Scenario:
        """Raises UnknownScenario."""
        try:
            return self._scenarios[name]
        except KeyError:
            raise UnknownScenario(name, self._scenarios) from None


def select(
    scenarios: Scenarios, occasion: Occasion, *, named: str | None, active: str, use: Callable[[str], int]
) -> tuple[Scenario, int]:
    """The scenario that a create takes and the number of this use of it.

    The one that the request names, else the first whose match holds, else the active one. `use` counts a use of a
    scenario with the occasion's template and returns its number; a match counts each create that it fits.
    Raises UnknownScenario.
    """
    if named is not None:
        return scenarios.named(named), use(named)
    for scenario in scenarios:
        if scenario.match is not None and scenario.match.fits(occasion):
            number = use(scenario.name)
            if number in scenario.match.uses:
                return scenario, number
    return scenarios.named(active), use(active)


def _any_glob(globs: Iterable[str], text: str) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, str) and isinstance(value, str):
        return fnmatchcase(value, wanted)
    # In JSON 2 equals 2.0, but 1 is not true.
    return isinstance(wanted, bool) == isinstance(value, bool) and bool(wanted == value)
