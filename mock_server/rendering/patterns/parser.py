"""Reads the source of a regular expression (JavaScript's syntax without the flags u and v)."""

import re

from mock_server.rendering.errors import BudgetExhausted, TemplateSyntaxError
from mock_server.rendering.patterns.characters import CLASSES, NOT_LINE_ENDS, Range, characters_of
from mock_server.rendering.patterns.syntax import Again, Choice, Edge, Group, Look, Node, Repetition, Sequence, Single

DEEPEST = 50

_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f"}
_BOUNDS = re.compile(r"\{([0-9]{1,6})(,([0-9]{0,6}))?\}")
_BACK_REFERENCE = re.compile(r"[1-9][0-9]{0,3}")
_OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_CAPTURE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(\((?:\?<(?![=!])|(?!\?)))", re.DOTALL)
_LOOKS = {"?=": (False, False), "?!": (False, True), "?<=": (True, False), "?<!": (True, True)}
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class PatternParser:
    """Reads one source, from left to right."""

    def __init__(self, source: str, any_case: bool) -> None:
        self.source = source
        self.any_case = any_case
        self.position = 0
        self.depth = 0
        self.groups = 0
        self.names: dict[str, int] = {}
        captures = [found[1] for found in _CAPTURE.finditer(source) if found[1]]
        # What is no reference for want of groups is an escaped character.
        self._total = len(captures)
        self._named = "(?<" in captures

    def parse(self) -> Node:
        """The whole pattern."""
        node = self._choice()
        if self.position < len(self.source):
            raise TemplateSyntaxError("unmatched ) in a regular expression")
        return node

    def _choice(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BudgetExhausted("the regular expression is nested too deeply")
        alternatives = [self._sequence()]
        while self._skip("|"):
            alternatives.append(self._sequence())
        self.depth -= 1
        return alternatives[0] if len(alternatives) == 1 else Choice(tuple(alternatives))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.position < len(self.source) and self.source[self.position] not in "|)":
            groups = self.groups
            parts.append(self._repeated(self._atom(), groups + 1))
        return Sequence(tuple(parts))

    def _repeated(self, part: Node, first: int) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return part
        least, most = bounds
        if isinstance(part, Edge) or (isinstance(part, Look) and part.behind) or (most is not None and most < least):
            raise TemplateSyntaxError("nothing to repeat in a regular expression")
        return Repetition(part, least, most, not self._skip("?"), first, self.groups)

    def _bounds(self) -> tuple[int, int | None] | None:
        character = self._peek()
        if character in _QUANTIFIERS:
            self.position += 1
            return _QUANTIFIERS[character]
        found = _BOUNDS.match(self.source, self.position)
        if found is None:
            return None
        self.position = found.end()
        least = int(found[1])
        return least, int(found[3]) if found[3] else None if found[2] else least

    def _atom(self) -> Node:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return self._set()
        if character == "\\":
            return self._escape()
        if character == ".":
            return Single(NOT_LINE_ENDS)
        if character in "^$":
            return Edge(character)
        if character in "*+?" or (character == "{" and _BOUNDS.match(self.source, self.position - 1)):
            raise TemplateSyntaxError("nothing to repeat in a regular expression")
        return self._single(((character, character),))

    def _group(self) -> Node:
        for opening, (behind, negative) in _LOOKS.items():
            if self._skip(opening):
                return Look(self._closed(), behind, negative)
        if self._skip("?:"):
            return self._closed()
        self.groups += 1
        number = self.groups
        if self._skip("?<"):
            name = self._name()
            if name in self.names:
                raise TemplateSyntaxError("two groups of a regular expression have one name")
            self.names[name] = number
        elif self._peek() == "?":
            raise TemplateSyntaxError("unknown kind of group in a regular expression")
        return Group(self._closed(), number)

    def _closed(self) -> Node:
        node = self._choice()
        if not self._skip(")"):
            raise TemplateSyntaxError("unmatched ( in a regular expression")
        return node

    def _name(self) -> str:
        name, closing, _ = self.source[self.position :].partition(">")
        if not closing or not name.isidentifier():
            raise TemplateSyntaxError("malformed group name in a regular expression")
        self.position += len(name) + 1
        return name

    def _escape(self) -> Node:
        character = self._peek()
        if character in ("b", "B"):
            self.position += 1
            return Edge(character)
        if character in CLASSES:
            self.position += 1
            return self._single(CLASSES[character])
        if self._named and self._skip("k<"):
            return Again(self._name())
        number = _BACK_REFERENCE.match(self.source, self.position)
        if number and int(number[0]) <= self._total:
            self.position = number.end()
            return Again(int(number[0]))
        literal = self._escaped_character()
        return self._single(((literal, literal),))

    def _escaped_character(self) -> str:
        octal = _OCTAL.match(self.source, self.position)
        if octal:
            self.position = octal.end()
            return chr(int(octal[0], 8))
        character = self._take()
        if not character:
            raise TemplateSyntaxError("a regular expression ends in a backslash")
        for letter, length in (("x", 2), ("u", 4)):
            digits = self.source[self.position : self.position + length]
            if (
                character == letter
                and len(digits) == length
                and all(digit in "0123456789abcdefABCDEF" for digit in digits)
            ):
                self.position += length
                return chr(int(digits, 16))
        if character == "c" and self._peek().isascii() and self._peek().isalpha():
            return chr(ord(self._take()) % 32)
        return _CONTROLS.get(character, character)

    def _set(self) -> Node:
        negated = self._skip("^")
        ranges: list[Range] = []
        while not self._skip("]"):
            first = self._member()
            if (
                isinstance(first, tuple)
                or self._peek() != "-"
                or self.source[self.position + 1 : self.position + 2] in ("]", "")
            ):
                ranges.extend(first if isinstance(first, tuple) else ((first, first),))
                continue
            self.position += 1
            last = self._member()
            if isinstance(last, tuple):
                ranges.extend(((first, first), ("-", "-"), *last))
            elif last < first:
                raise TemplateSyntaxError("range out of order in a regular expression")
            else:
                ranges.append((first, last))
        return self._single(tuple(ranges), negated)

    def _member(self) -> str | tuple[Range, ...]:
        character = self._take()
        if not character:
            raise TemplateSyntaxError("unmatched [ in a regular expression")
        if character != "\\":
            return character
        if self._peek() in CLASSES:
            return CLASSES[self._take()]
        return "\b" if self._skip("b") else self._escaped_character()

    def _single(self, ranges: tuple[Range, ...], negated: bool = False) -> Single:
        return Single(characters_of(ranges, negated=negated, any_case=self.any_case))

    def _peek(self) -> str:
        return self.source[self.position : self.position + 1]

    def _take(self) -> str:
        character = self._peek()
        self.position += 1
        return character

    def _skip(self, expected: str) -> bool:
        found = self.source.startswith(expected, self.position)
        self.position += len(expected) if found else 0
        return found
