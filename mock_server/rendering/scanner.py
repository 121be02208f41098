"""Splits the source of a template into texts, outputs and tags."""

import re
from dataclasses import dataclass

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.expression_parser import ExpressionParser
from mock_server.rendering.limits import Budget
from mock_server.rendering.numerals import WHITESPACE
from mock_server.rendering.tokens import read_tag

_OPENING = re.compile(r"\$\{\{-?|\{%-?|\{#-?")
_RAW_TAGS = {name: re.compile(rf"\{{%\s*(end)?{name}\s*%\}}") for name in ("raw", "verbatim")}


@dataclass(frozen=True, slots=True)
class Tag:
    """`${{ ... }}` or `{% word ... %}`; `word` is empty for the former."""

    word: str
    inside: ExpressionParser


class Scanner:
    """Reads one source from left to right."""

    def __init__(self, source: str, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        self._position = 0
        self._trims = False

    def next(self) -> str | Tag | None:
        """The next text (never empty) or tag, or None at the end."""
        while True:
            opening = _OPENING.search(self._source, self._position)
            text = self._text(opening)
            if text or opening is None:
                return text or None
            self._budget.spend()
            self._position = opening.end()
            if opening[0].startswith("{#"):
                self._comment()
                continue
            closing = "}}" if opening[0].startswith("$") else "%}"
            tag = read_tag(self._source, self._position, closing, self._budget)
            self._position, self._trims = tag.end, tag.trims_after
            inside = ExpressionParser(tag.tokens, self._budget)
            if closing == "}}":
                return Tag("", inside)
            word = inside.name()
            if word not in _RAW_TAGS:
                return Tag(word, inside)
            inside.finish()
            raw = self._raw(word)
            if raw:
                return raw

    def _text(self, opening: re.Match[str] | None) -> str:
        end = opening.start() if opening else len(self._source)
        text = self._source[self._position : end]
        if self._trims:
            text = text.lstrip(WHITESPACE)
        if opening and opening[0].endswith("-"):
            text = text.rstrip(WHITESPACE)
        self._position, self._trims = end, False
        return text

    def _comment(self) -> None:
        end = self._source.find("#}", self._position)
        if end < 0:
            raise TemplateSyntaxError("a comment has no end")
        self._trims = self._source[self._position : end].endswith("-")
        self._position = end + 2

    def _raw(self, word: str) -> str:
        start, depth = self._position, 1
        for tag in _RAW_TAGS[word].finditer(self._source, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                self._position = tag.end()
                return self._source[start : tag.start()]
        raise TemplateSyntaxError(f"end{word} is missing")
