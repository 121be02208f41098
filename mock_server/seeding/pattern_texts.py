"""A text that a regular expression of JavaScript matches, if it is one of the plain sort; whoever asks checks it."""

import random
import re
import string

_LONGEST_PATTERN = 500
_DEEPEST = 20
_MOST_REPETITIONS = 200
_MOST_ATOMS = 5_000
_LONGEST_TEXT = 4_000
# By so much more than the least is repeated what may be repeated.
_STRETCH = 7
_PRINTABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase + " " + string.punctuation
_SHORTHANDS = {
    "d": string.digits,
    "w": string.ascii_lowercase + string.digits,
    "s": " ",
    "D": string.ascii_lowercase,
    "W": "-",
    "S": string.ascii_lowercase + string.digits,
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_QUANTIFIER = re.compile(r"\{(\d{1,9})(?:(,)(\d{0,9}))?\}", re.ASCII)


class _Unreadable(ValueError):
    """A pattern of another sort."""


def draw_text(draw: random.Random, pattern: str) -> str | None:
    """A text, another one for another draw, or None for a pattern that is not understood."""
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        return _Reader(draw, pattern).alternatives(0)
    except _Unreadable:
        return None


class _Reader:
    """Reads a pattern from left to right and makes a text of each part as it comes."""

    def __init__(self, draw: random.Random, pattern: str) -> None:
        self._draw = draw
        self._pattern = pattern
        self._at = 0
        self._atoms_left = _MOST_ATOMS

    def alternatives(self, depth: int) -> str:
        """What stands between two parentheses, or in the whole pattern."""
        if depth > _DEEPEST:
            raise _Unreadable
        texts = [""]
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            if self._pattern[self._at] == "|":
                self._at += 1
                texts.append("")
            else:
                texts[-1] += self._repeated(depth)
            if len(texts[-1]) > _LONGEST_TEXT:
                raise _Unreadable
        return self._draw.choice(texts)

    def _repeated(self, depth: int) -> str:
        begin = self._at
        text = self._atom(depth)
        end = self._at
        least, most = self._quantifier()
        if (least, most) == (1, 1):
            return text
        behind = self._at
        parts = []
        for _ in range(self._draw.randint(least, min(most, least + _STRETCH))):
            # Once more from its beginning, so that each time draws anew.
            self._at = begin
            parts.append(self._atom(depth))
            if self._at != end or sum(map(len, parts)) > _LONGEST_TEXT:
                raise _Unreadable
        self._at = behind
        return "".join(parts)

    def _quantifier(self) -> tuple[int, int]:
        counts = _QUANTIFIER.match(self._pattern, self._at)
        sign = self._pattern[self._at : self._at + 1]
        if counts is not None:
            self._at = counts.end()
            least = int(counts[1])
            most = least if counts[2] is None else int(counts[3] or _MOST_REPETITIONS)
        elif sign and sign in "*+?":
            self._at += 1
            least, most = int(sign == "+"), 1 if sign == "?" else _MOST_REPETITIONS
        else:
            return 1, 1
        if self._pattern[self._at : self._at + 1] == "?":
            self._at += 1
        if not least <= most or least > _MOST_REPETITIONS:
            raise _Unreadable
        return least, most

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            raise _Unreadable
        self._at += 1
        return self._pattern[self._at - 1]

    def _atom(self, depth: int) -> str:
        self._atoms_left -= 1
        if self._atoms_left < 0:
            raise _Unreadable
        sign = self._next()
        match sign:
            case "(":
                return self._group(depth)
            case "[":
                return self._draw.choice(self._members())
            case "\\":
                return self._draw.choice(self._escaped() or [""])
            case ".":
                return self._draw.choice(string.ascii_lowercase)
            case "^" | "$":
                return ""
            case "*" | "+" | "?":
                raise _Unreadable
            case _:
                return sign

    def _group(self, depth: int) -> str:
        if self._pattern.startswith("?:", self._at):
            self._at += 2
        elif self._pattern.startswith("?", self._at):
            raise _Unreadable
        text = self.alternatives(depth + 1)
        self._next()
        return text

    def _escaped(self) -> list[str]:
        letter = self._next()
        if letter in "bB":
            return []
        if letter in _SHORTHANDS:
            return list(_SHORTHANDS[letter])
        if letter.isalnum() and letter not in _CONTROLS:
            raise _Unreadable
        return [_CONTROLS.get(letter, letter)]

    def _members(self) -> list[str]:
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        members: list[str] = []
        while (sign := self._next()) != "]":
            found = self._escaped() if sign == "\\" else [sign]
            is_range = self._pattern.startswith("-", self._at) and not self._pattern.startswith("-]", self._at)
            if is_range and len(found) == 1:
                self._at += 1
                last = self._next()
                lasts = self._escaped() if last == "\\" else [last]
                if len(lasts) != 1 or not ord(found[0]) <= ord(lasts[0]) < ord(found[0]) + 1_000:
                    raise _Unreadable
                found = [chr(code) for code in range(ord(found[0]), ord(lasts[0]) + 1)]
            members += found
        allowed = [sign for sign in _PRINTABLE if sign not in members] if negated else members
        if not allowed:
            raise _Unreadable
        return allowed
