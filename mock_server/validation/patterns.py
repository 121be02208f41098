"""Matching the regular expressions of strangers in bounded time."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from jsonschema_rs import (
    Draft7Validator,
    FancyRegexOptions,
    ReferencingError,
    RegexOptions,
    ValidationError,
    ValidationErrorKind,
)

from mock_server.validation.budget import Budget
from mock_server.validation.invalid_schema import InvalidSchema


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to run patterns, with the steps that compiling and matching take in the worst case measured."""

    options: RegexOptions | FancyRegexOptions
    steps: int
    steps_per_character: int
    characters_per_rescan: int | None = None

    def steps_for(self, length: int) -> int:
        """The steps to set aside for a subject of `length` characters."""
        rescans = length * length // self.characters_per_rescan if self.characters_per_rescan else 0
        return self.steps + length * self.steps_per_character + rescans


# Linear time comes first; only look-around and back references, which templates do use, need to backtrack.
ENGINES = (
    Engine(RegexOptions(size_limit=1 << 16), 25, 2),
    Engine(RegexOptions(size_limit=1 << 20), 4_000, 50),
    Engine(FancyRegexOptions(backtrack_limit=10_000, size_limit=1 << 17), 250, 2, characters_per_rescan=2),
)
LONGEST = 10_000
CHARACTERS_PER_STEP = 2
SHOWN = 100

_LONE_BRACKET = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\})|[\]{}]", re.ASCII | re.DOTALL)


def matches(pattern: str, subject: str, budget: Budget) -> bool:
    """Whether the ECMAScript `pattern` matches somewhere in `subject`.

    Raises `InvalidSchema` for a pattern that no engine takes, or that takes too long.
    """
    engine, validator = _compiled(pattern)
    budget.spend(len(pattern) // CHARACTERS_PER_STEP + engine.steps_for(len(subject)))
    try:
        validator.validate(_well_formed(subject))
    except ValidationError as error:
        if isinstance(error.kind, ValidationErrorKind.BacktrackLimitExceeded):
            raise InvalidSchema(f"the pattern {pattern[:SHOWN]!r} takes too long to match") from None
        return False
    return True


def is_pattern(source: str) -> bool:
    """Whether `source` is a regular expression."""
    try:
        _compiled(source)
    except InvalidSchema:
        return False
    return True


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Engine, Draft7Validator]:
    if len(pattern) > LONGEST:
        raise InvalidSchema(f"a pattern has more than {LONGEST} characters")
    for source, engine in product((pattern, _escaped(pattern)), ENGINES):
        try:
            return engine, Draft7Validator({"pattern": source}, pattern_options=engine.options)
        except (ValidationError, ReferencingError, ValueError):
            continue
    raise InvalidSchema(f"{pattern[:SHOWN]!r} is not a usable regular expression")


def _escaped(pattern: str) -> str:
    # Without the `u` flag, which is the second attempt of what is imitated, brackets without a partner are literal.
    return _LONE_BRACKET.sub(lambda found: found[1] or f"\\{found[0]}", pattern)


def _well_formed(subject: str) -> str:
    return subject.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
