"""What judges each statement of the published document, and what of it cannot be checked from outside."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("statements.yaml")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is at a JSON pointer of the document, and below it as far as no longer pointer speaks for it.

    `rules` are the ids of those that judge it; `not_checkable` says what of it nobody can check from outside, None if
    the rules judge all of it. At least one of the two is there.
    """

    pointer: str
    rules: tuple[str, ...] = ()
    not_checkable: str | None = None

    def covers(self, pointer: str) -> bool:
        """Whether the pointer is this one, or one below it."""
        return f"{pointer}/".startswith(f"{self.pointer}/")


@cache
def statements() -> tuple[Statement, ...]:
    """All entries, in the order of the operations they are about."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        Statement(entry["statement"], tuple(entry.get("rules", ())), entry.get("not_checkable")) for entry in entries
    )


def not_checkable() -> tuple[Statement, ...]:
    """Those that cannot be checked from outside, or not all that they say."""
    return tuple(statement for statement in statements() if statement.not_checkable is not None)


def speaks_for(pointer: str) -> Statement | None:
    """The entry that speaks for what is at this pointer: the one with the longest pointer that covers it."""
    covering = (statement for statement in statements() if statement.covers(pointer))
    return max(covering, key=lambda statement: len(statement.pointer), default=None)
