"""A rule: a pure function over the evidence, with everything a reader of its verdict wants to know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.profile import Profile

BOTH_PROFILES = frozenset(Profile)
PUBLISHED_ONLY = frozenset({Profile.PUBLISHED})
BACKSTAGE_ONLY = frozenset({Profile.BACKSTAGE})


class Level(StrEnum):
    """How binding a rule is: a broken SHOULD is advice, unless the run asks for more."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a rule looked at. `expected` and `observed` complete "expected ..., observed ...".

    `operation` is the operationId that is to blame, `exchanges` what shows it, the most telling first.
    """

    holds: bool
    operation: str | None
    expected: str
    observed: str
    exchanges: tuple[Exchange, ...] = ()


Judge = Callable[[Evidence], Iterator[Observation]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` never changes its meaning. `source` is the JSON pointer in the document, or the standard, that `sentence`
    enforces; `why` says what breaks where it is broken; `needs` what the user can do when there is nothing to judge;
    `probes` are the names of the probes whose evidence it judges."""

    id: str
    sentence: str
    source: str
    why: str
    needs: str
    judge: Judge
    probes: frozenset[str]
    level: Level = Level.MUST
    profiles: frozenset[Profile] = BOTH_PROFILES

    @property
    def family(self) -> str:
        return self.id.partition("-")[0]


def rule(
    id: str,
    sentence: str,
    *,
    source: str,
    why: str,
    needs: str,
    probes: frozenset[str] | set[str],
    level: Level = Level.MUST,
    profiles: frozenset[Profile] = BOTH_PROFILES,
) -> Callable[[Judge], Rule]:
    """Make a function over the evidence a rule."""

    def made(judge: Judge) -> Rule:
        return Rule(id, sentence, source, why, needs, judge, frozenset(probes), level, profiles)

    return made


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules of a family's module, in the order they are written down."""
    return tuple(value for value in vars(module).values() if isinstance(value, Rule))


def kept(operation: str | None, *exchanges: Exchange) -> Observation:
    """The rule held here."""
    return Observation(holds=True, operation=operation, expected="", observed="", exchanges=exchanges)


def broken(operation: str | None, *exchanges: Exchange, expected: str, observed: str) -> Observation:
    """The rule was broken here."""
    return Observation(holds=False, operation=operation, expected=expected, observed=observed, exchanges=exchanges)


def judged(holds: bool, operation: str | None, *exchanges: Exchange, expected: str, observed: str) -> Observation:
    """The rule held here or was broken, as `holds` says."""
    return Observation(holds=holds, operation=operation, expected=expected, observed=observed, exchanges=exchanges)
