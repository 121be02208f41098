"""Texts that a regular expression of JavaScript matches, if it is one of the plain sort; whoever asks checks them."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_PATTERN = 500
MOST_REPETITIONS = 200
# Repetitions of repetitions multiply.
LONGEST_TEXT = 10_000
DEEPEST = 20
# By how much more than the least is repeated what may be repeated.
STRETCHES = (0, 1, 2, 4, 8, 16, 32)
PREFERRED = "a1A-_ ./:@=ß\n" + "".join(map(chr, range(33, 127)))
SHORTHANDS = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "b": "", "B": ""}
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
QUANTIFIER = re.compile(r"\{(\d{1,9})(?:(,)(\d{0,9}))?\}")
LOOKAROUNDS = ("?=", "?!", "?<=", "?<!")


def texts_for(pattern: str) -> Iterator[str]:
    """Texts that the pattern may match, short ones first."""
    if len(pattern) > LONGEST_PATTERN:
        return
    try:
        choices = _Reader(pattern).choices(0)
    except (IndexError, ValueError):
        return
    for stretch in STRETCHES:
        for sequence in choices:
            try:
                yield _text(sequence, stretch)
            except _TooLong:
                continue


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A text, or choices of sequences, and how often it comes at least and at most."""

    what: "str | _Choices"
    least: int
    most: int


_Sequence = list[_Repeated]
_Choices = list[_Sequence]


class _TooLong(Exception):
    """A text that nobody wants to send."""


def _text(sequence: _Sequence, stretch: int) -> str:
    parts, length = [], 0
    for part in sequence:
        count = min(part.least + stretch, part.most, MOST_REPETITIONS)
        once = part.what if isinstance(part.what, str) else _text(part.what[0], stretch)
        length += len(once) * count
        if length > LONGEST_TEXT:
            raise _TooLong
        parts.append(once * count)
    return "".join(parts)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def choices(self, depth: int) -> _Choices:
        """What stands between two parentheses, or in the whole pattern."""
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        choices: _Choices = [[]]
        while self._at < len(self._pattern) and self._peek() != ")":
            if self._peek() == "|":
                self._at += 1
                choices.append([])
            else:
                choices[-1].append(self._repeated(self._atom(depth)))
        return choices

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _atom(self, depth: int) -> "str | _Choices":
        match self._next():
            case "(":
                return self._group(depth)
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case ".":
                return "a"
            case "^" | "$":
                return ""
            case literal:
                return literal

    def _group(self, depth: int) -> "str | _Choices":
        rest = self._pattern[self._at :]
        looks_around = rest.startswith(LOOKAROUNDS)
        opening = re.match(r"\?(?:[:=!]|<[=!]|<\w+>)", rest)
        self._at += len(opening.group()) if opening else 0
        choices = self.choices(depth + 1)
        if self._next() != ")":
            raise ValueError("an open group")
        return "" if looks_around else choices

    def _escape(self) -> str:
        letter = self._next()
        if letter in "xu":
            length = 2 if letter == "x" else 4
            self._at += length
            return chr(int(self._pattern[self._at - length : self._at], 16))
        if letter in "pP" and self._peek() == "{":
            self._at = self._pattern.index("}", self._at) + 1
            return "a" if letter == "p" else "1"
        return SHORTHANDS.get(letter, CONTROLS.get(letter, letter))

    def _class(self) -> str:
        begin = self._at
        if self._peek() == "^":
            self._at += 1
        while self._next() != "]":
            if self._pattern[self._at - 1] == "\\":
                self._at += 1
        members = self._pattern[begin : self._at - 1]
        with warnings.catch_warnings():
            # Python warns of classes that may mean something else in a later version.
            warnings.simplefilter("ignore", FutureWarning)
            try:
                one_of = re.compile(f"[{members}]")
            except re.error as error:
                raise ValueError(str(error)) from error
        fitting: Iterator[str] = (char for char in (*PREFERRED, *members) if one_of.fullmatch(char))
        return next(fitting, "")

    def _repeated(self, what: "str | _Choices") -> _Repeated:
        least, most = 1, 1
        match self._peek():
            case "*":
                self._at, least, most = self._at + 1, 0, MOST_REPETITIONS
            case "+":
                self._at, least, most = self._at + 1, 1, MOST_REPETITIONS
            case "?":
                self._at, least, most = self._at + 1, 0, 1
            case "{" if found := QUANTIFIER.match(self._pattern, self._at):
                self._at = found.end()
                least = int(found[1])
                most = least if not found[2] else int(found[3]) if found[3] else MOST_REPETITIONS
        if self._peek() == "?":
            self._at += 1
        return _Repeated(what, least, most)
