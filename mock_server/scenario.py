"""Scenarios: how a task is to go, and which one a task takes when it is created."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from mock_server.clock import SECOND, Milliseconds
from mock_server.faults.rule import FaultRule
from mock_server.journal import Choice, NearMiss
from mock_server.lifecycle import StepStatus
from mock_server.permissions import Policy
from mock_server.uses import EVERY_USE, Uses

DEFAULT_SCENARIO = "happy-path"
MAX_SCENARIOS = 1_000
_LONGEST = 100


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
    """What a scenario says of the steps that it matches; None where it says nothing. `pointer` is its place there.

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
    pointer: str = field(default="", compare=False)

    def matches(self, id: str, action: str, number: int, last: int) -> bool:
        """Whether the rule is about the step of this id, action and number, where `last` is the last one's number."""
        place = {"first": 1, "last": last}.get(str(self.position), self.position)
        return (place is None or place == number) and _any_glob(self.ids, id) and _any_glob(self.actions, action)


NO_RULE = StepRule()


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

    def pointers(self, steps: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Where the rules stand that match one of a template's numbered steps by its id and action."""
        found = (
            rule.pointer
            for rule in self.steps
            if any(_any_glob(rule.ids, step["id"]) and _any_glob(rule.actions, step["action"]) for step in steps)
        )
        return tuple(pointer for pointer in found if pointer)

    def rule_for(self, id: str, action: str, number: int, last: int) -> StepRule:
        """All that is said of one step: for each key, the first rule that has it counts."""
        rules = [rule for rule in self.steps if rule.matches(id, action, number, last)] if self.steps else []
        if len(rules) < 2:
            return rules[0] if rules else NO_RULE
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
    uses: Uses = EVERY_USE

    def fits(self, occasion: Occasion) -> bool:
        """Whether everything but the number of the use holds."""
        return next(self.unmet(occasion), None) is None

    def unmet(self, occasion: Occasion) -> Iterator[str]:
        """What does not hold, the number of the use apart, in words."""
        if not _any_glob((glob.lower() for glob in self.templates), occasion.template_ref):
            yield f"template: {occasion.template_ref} is not {' or '.join(self.templates)}"
        if not _any_glob(self.creators, occasion.created_by or ""):
            yield f"createdBy: {occasion.created_by or 'a service'} is not {' or '.join(self.creators)}"
        for key, wanted in self.values:
            if key not in occasion.values:
                yield f"values: there is no {key}"
            elif not _fits(wanted, occasion.values[key]):
                yield f"values: {key} is {_short(occasion.values[key])}, not {_short(wanted)}"


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
    faults: tuple[FaultRule, ...] = ()
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
    """The loaded scenarios by name; matches are tried in the order of the sequence. `have_faults` if any has."""

    def __init__(self, scenarios: Sequence[Scenario], uploaded: frozenset[str] = frozenset()) -> None:
        """`uploaded` are the names of those that come from no file."""
        self._uploaded = uploaded
        self._scenarios = {scenario.name: scenario for scenario in scenarios}
        self.have_faults = any(scenario.faults for scenario in self._scenarios.values())

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self._scenarios.values())

    def __contains__(self, name: str) -> bool:
        return name in self._scenarios

    def with_first(self, scenario: Scenario) -> "Scenarios":
        """These and one more, which is tried first and replaces one of its name. Raises TooManyScenarios."""
        others = [other for other in self if other.name != scenario.name]
        if len(others) >= MAX_SCENARIOS:
            raise TooManyScenarios
        return Scenarios([scenario, *others], self._uploaded | {scenario.name})

    def uploaded_over(self, loaded: "Scenarios") -> "Scenarios":
        """Those of these that come from no file, and behind them the loaded ones of other names."""
        uploaded = [scenario for scenario in self if scenario.name in self._uploaded]
        others = [scenario for scenario in loaded if scenario.name not in self._uploaded]
        return Scenarios([*uploaded, *others], self._uploaded)

    def named(self, name: str) -> Scenario:
        """Raises UnknownScenario."""
        try:
            return self._scenarios[name]
        except KeyError:
            raise UnknownScenario(name, self._scenarios) from None


def select(
    scenarios: Scenarios, occasion: Occasion, *, named: str | None, active: str, use: Callable[[str], int]
) -> tuple[Scenario, Choice]:
    """The scenario that a create takes, and why.

    The one that the request names, else the first whose match holds, else the active one. `use` counts a use of a
    scenario with the occasion's template and returns its number; a match counts each create that it fits.
    Raises UnknownScenario.
    """
    if named is not None:
        return scenarios.named(named), Choice(named, "request", use(named))
    misses: list[NearMiss] = []
    for scenario in scenarios:
        if scenario.match is None:
            continue
        unmet = tuple(scenario.match.unmet(occasion))
        if not unmet:
            number = use(scenario.name)
            if number in scenario.match.uses:
                return scenario, Choice(scenario.name, "match", number)
            unmet = (f"use: this is number {number}, not {scenario.match.uses}",)
        misses.append(NearMiss(scenario.name, unmet))
    nearest = min(misses, key=lambda miss: len(miss.unmet), default=None)
    return scenarios.named(active), Choice(active, "active", use(active), nearest=nearest)


def _any_glob(globs: Iterable[str], text: str) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, str) and isinstance(value, str):
        return fnmatchcase(value, wanted)
    # In JSON 2 equals 2.0, but 1 is not true.
    return isinstance(wanted, bool) == isinstance(value, bool) and bool(wanted == value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
