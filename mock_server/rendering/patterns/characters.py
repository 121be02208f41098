"""Sets of characters."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from mock_server.javascript.numerals import WHITESPACE

Range = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of some ranges, or all others; the ranges are sorted and apart, so that one can be looked up."""

    firsts: tuple[str, ...] = ()
    lasts: tuple[str, ...] = ()
    negated: bool = False
    any_case: bool = False

    def __contains__(self, character: str) -> bool:
        found = self._holds(character)
        if not found and self.any_case:
            # Some characters become several, which are none of a set.
            found = any(len(other) == 1 and self._holds(other) for other in (character.lower(), character.upper()))
        return found is not self.negated

    def _holds(self, character: str) -> bool:
        index = bisect_right(self.firsts, character) - 1
        return index >= 0 and character <= self.lasts[index]


def characters_of(ranges: Iterable[Range], *, negated: bool = False, any_case: bool = False) -> Characters:
    """The set of the ranges, which may overlap and come in any order."""
    firsts: list[str] = []
    lasts: list[str] = []
    for first, last in sorted(ranges):
        if lasts and ord(first) <= ord(lasts[-1]) + 1:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return Characters(tuple(firsts), tuple(lasts), negated, any_case)


def excluding(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """The ranges of every other character."""
    gaps: list[Range] = []
    following = 0
    for first, last in sorted(ranges):
        if ord(first) > following:
            gaps.append((chr(following), chr(ord(first) - 1)))
        following = max(following, ord(last) + 1)
    return (*gaps, (chr(following), chr(0x10FFFF)))


DIGITS: tuple[Range, ...] = (("0", "9"),)
WORD: tuple[Range, ...] = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
SPACE: tuple[Range, ...] = tuple((character, character) for character in WHITESPACE)
LINE_ENDS: tuple[Range, ...] = (("\n", "\n"), ("\r", "\r"), ("\u2028", "\u2029"))

CLASSES = {
    "d": DIGITS,
    "D": excluding(DIGITS),
    "w": WORD,
    "W": excluding(WORD),
    "s": SPACE,
    "S": excluding(SPACE),
}
NOT_LINE_ENDS = characters_of(LINE_ENDS, negated=True)


def is_word(text: str, position: int) -> bool:
    """Whether a word character stands at `position`."""
    return 0 <= position < len(text) and any(first <= text[position] <= last for first, last in WORD)


def is_line_end(character: str) -> bool:
    """Whether a character ends a line."""
    return any(first <= character <= last for first, last in LINE_ENDS)
