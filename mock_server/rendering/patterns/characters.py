"""Sets of characters."""

from dataclasses import dataclass

from mock_server.rendering.numerals import WHITESPACE

Range = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of some ranges, or all others."""

    ranges: tuple[Range, ...]
    negated: bool = False
    any_case: bool = False

    def __contains__(self, character: str) -> bool:
        found = self._holds(character)
        if not found and self.any_case:
            found = self._holds(character.lower()) or self._holds(character.upper())
        return found is not self.negated

    def _holds(self, character: str) -> bool:
        # A generator would take several times as long, and matching spends its time here.
        for first, last in self.ranges:  # noqa: SIM110
            if first <= character <= last:
                return True
        return False


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
NOT_LINE_ENDS = Characters(LINE_ENDS, negated=True)


def is_word(text: str, position: int) -> bool:
    """Whether a word character stands at `position`."""
    return 0 <= position < len(text) and any(first <= text[position] <= last for first, last in WORD)


def is_line_end(character: str) -> bool:
    """Whether a character ends a line."""
    return any(first <= character <= last for first, last in LINE_ENDS)
