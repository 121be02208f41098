"""Splits the inside of a tag into tokens."""

import re
from dataclasses import dataclass

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.limits import Budget

_PARSING_COST = 4

_TOKEN = re.compile(
    r"""
    (?P<pattern> r/(?:[^/\\\n]|\\.)*/[A-Za-z]*)
  | (?P<text> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
  | (?P<number> [0-9]++(?:\.[0-9]*+)?+(?![A-Za-z_]))
  | (?P<name> [A-Za-z_][A-Za-z_0-9]*)
  | (?P<symbol> ===|!==|==|!=|<=|>=|\*\*|//|[-+*/%~<>=|.,:()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_DIGIT_NAME = re.compile(r"[0-9]+[A-Za-z_][A-Za-z_0-9]*")
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a tag; `kind` is text, number, name, symbol, pattern or end."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """The tokens of a tag, where it ends in the source, and whether it trims what follows."""

    tokens: tuple[Token, ...]
    end: int
    trims_after: bool


END = Token("end", "")


def read_tag(source: str, position: int, closing: str, budget: Budget) -> Tag:
    """The tokens from `position` to `closing` (`}}` or `%}`), which may be preceded by a minus."""
    tokens: list[Token] = []
    after_dot = False
    while True:
        position = _skip_space(source, position)
        trims = source.startswith(f"-{closing}", position)
        if trims or source.startswith(closing, position):
            return Tag((*tokens, END), position + len(closing) + trims, trims)
        budget.spend(_PARSING_COST)
        found = (_DIGIT_NAME if after_dot else _TOKEN).match(source, position) or _TOKEN.match(source, position)
        if found is None:
            raise TemplateSyntaxError(f"unexpected character at offset {position}")
        token = Token(found.lastgroup or "name", found[0])
        after_dot = token.text == "." and token.kind == "symbol"
        tokens.append(token)
        position = found.end()


def unescaped(literal: str) -> str:
    """The text that a quoted literal stands for."""
    if "\\" not in literal:
        return literal[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), literal[1:-1])


def _skip_space(source: str, position: int) -> int:
    found = _SPACE.match(source, position)
    return found.end() if found else position
