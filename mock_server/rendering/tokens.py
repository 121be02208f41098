"""Splits the inside of a tag into tokens."""

import json
import re
from typing import NamedTuple

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.limits import Budget

_PARSING_COST = 3
_SHOWN = 1_000
_ESCAPES_PER_STEP = 4

_GRAMMAR = r"""\s*+(?:
    (?P<end> -?%s)
  | (?P<pattern> r/[^/\\\n]*+(?:\\.[^/\\\n]*+)*+/[A-Za-z]*)
  | (?P<text> '[^'\\]*+(?:\\.[^'\\]*+)*+' | "[^"\\]*+(?:\\.[^"\\]*+)*+")
  | (?P<number> [0-9]++(?:\.[0-9]*+)?+(?![A-Za-z_]))
  | (?P<name> [A-Za-z_][A-Za-z_0-9]*)
  | (?P<symbol> ===|!==|==|!=|<=|>=|\*\*|//|[-+*/%%~<>=|.,:()\[\]{}])
)"""
RESERVED_NAMES = frozenset(("__proto__", "constructor", "prototype"))
_TOKENS = {closing: re.compile(_GRAMMAR % closing, re.VERBOSE | re.DOTALL) for closing in ("}}", "%}")}
_DIGIT_NAME = re.compile(r"\s*+(?P<name>[0-9]++[A-Za-z_][A-Za-z_0-9]*)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Token(NamedTuple):
    """A piece of a tag, and where it begins; `kind` is text, number, name, symbol, pattern or end."""

    kind: str
    text: str
    offset: int


class Tag(NamedTuple):
    """The tokens of a tag, where it ends in the source, and whether it trims what follows."""

    tokens: tuple[Token, ...]
    end: int
    trims_after: bool


def read_tag(source: str, opening: int, position: int, closing: str, budget: Budget) -> Tag:
    """The tokens from `position` to `closing` (`}}` or `%}`), which may be preceded by a minus.

    `opening` is where the tag begins.
    """
    pattern = _TOKENS[closing]
    tokens: list[Token] = []
    after_dot = False
    while True:
        budget.spend(_PARSING_COST)
        # Only after a dot may a name begin with a digit.
        found = (_DIGIT_NAME.match(source, position) if after_dot else None) or pattern.match(source, position)
        if found is None:
            raise _unreadable(source, position, closing, opening)
        kind = found.lastgroup or ""
        text = found[kind]
        position = found.end()
        if kind == "end":
            # The real renderer cuts the space at the end of a block off.
            offset = tokens[-1].offset + len(tokens[-1].text) if tokens and closing == "%}" else found.start(kind)
            return Tag((*tokens, Token("end", "", offset)), position, text.startswith("-"))
        if kind == "text":
            budget.spend(text.count("\\") // _ESCAPES_PER_STEP)
        if kind == "name" and text in RESERVED_NAMES:
            raise TemplateSyntaxError(f'Template name "{text}" is reserved', found.start(kind))
        if kind == "name" and text == "r" and source.startswith("/", position):
            raise TemplateSyntaxError("Unterminated regular-expression literal", found.start(kind))
        after_dot = text == "."
        tokens.append(Token(kind, text, found.start(kind)))


def _unreadable(source: str, position: int, closing: str, opening: int) -> TemplateSyntaxError:
    rest = source[position : position + _SHOWN].lstrip()
    if not rest or rest[0] in "'\"" or closing not in source[position:]:
        kind = "block" if closing == "%}" else "variable"
        return TemplateSyntaxError(f"Unterminated {kind} tag", opening)
    at = source.index(rest[0], position)
    return TemplateSyntaxError(f"Unexpected character {json.dumps(rest[0])}", at)


def unescaped(literal: str) -> str:
    """The text that a quoted literal stands for."""
    if "\\" not in literal:
        return literal[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), literal[1:-1])
