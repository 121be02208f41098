"""Splits the source of a template into texts, outputs and tags."""

import re
from dataclasses import dataclass

from mock_server.javascript.numerals import WHITESPACE
from mock_server.rendering.dialect import Dialect
from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.expression_parser import ExpressionParser
from mock_server.rendering.limits import Budget
from mock_server.rendering.tokens import read_tag

_SCANNING_COST = 8

_OPENING = re.compile(r"(\$\{\{|\{[%#])(-?)")
_COOKIECUTTER_OPENING = re.compile(r"(\{[{%#])(-?)")
_SPACES = re.compile(f"[{WHITESPACE}]*")
_LINE_END = re.compile(r"(?:\r?\n)?")
_INDENTATION = WHITESPACE.replace("\n", "")
_RAW_TAGS = {name: re.compile(rf"\{{%[{WHITESPACE}]*(end)?{name}[{WHITESPACE}]*%\}}") for name in ("raw", "verbatim")}


@dataclass(frozen=True, slots=True)
class Tag:
    """`${{ ... }}` or `{% word ... %}`; `word` is empty for the former."""

    word: str
    inside: ExpressionParser
    offset: int


class Scanner:
    """Reads one source from left to right."""

    def __init__(self, source: str, budget: Budget, dialect: Dialect) -> None:
        self._source = source
        self._budget = budget
        self._dialect = dialect
        self._openings = _COOKIECUTTER_OPENING if dialect.cookiecutter else _OPENING
        self._position = 0
        self._raw = ""
        self._begins_line = True
        self._comment_end = -1

    def next(self) -> str | Tag | None:
        """The next text (never empty) or tag, or None at the end."""
        while True:
            opening = self._openings.search(self._source, self._position)
            text = self._text(opening)
            if text or opening is None:
                return text or None
            self._budget.spend(_SCANNING_COST)
            self._position = opening.end()
            if opening[1] == "{#":
                self._skip_comment(opening.start())
                continue
            closing = "%}" if opening[1] == "{%" else "}}"
            tag = read_tag(self._source, opening.start(), self._position, closing, self._budget)
            self._position = tag.end
            inside = ExpressionParser(tag.tokens, self._budget)
            word = inside.name() if closing == "%}" else ""
            if word in _RAW_TAGS:
                inside.finish()
                self._read_raw(word, opening.start(), tag.trims_after)
                continue
            self._skip_after(tag.trims_after, takes_line_end=bool(word) and self._dialect.trim_blocks)
            return Tag(word, inside, opening.start())

    def _text(self, opening: re.Match[str] | None) -> str:
        end = opening.start() if opening else len(self._source)
        self._refuse_comment_end(end)
        text = self._source[self._position : end]
        begins_line = self._begins_line if not text.strip(_INDENTATION) else text.rstrip(_INDENTATION).endswith("\n")
        text, self._raw, self._position, self._begins_line = self._raw + text, "", end, False
        if opening and opening[2]:
            return text.rstrip(WHITESPACE)
        if opening and opening[1] == "{%" and self._dialect.lstrip_blocks and begins_line:
            unindented = text.rstrip(_INDENTATION)
            return unindented if not unindented or unindented.endswith("\n") else text
        return text

    def _refuse_comment_end(self, before: int) -> None:
        if self._comment_end < self._position:
            found = self._source.find("#}", self._position)
            self._comment_end = found if found >= 0 else len(self._source)
        if self._comment_end < before:
            raise TemplateSyntaxError("Unexpected end of comment", self._comment_end)

    def _skip_after(self, trims: bool, *, takes_line_end: bool) -> None:
        if trims or takes_line_end:
            skipped = (_SPACES if trims else _LINE_END).match(self._source, self._position)
            self._position = skipped.end() if skipped else self._position
            self._begins_line = skipped is not None and "\n" in skipped[0]

    def _skip_comment(self, opening: int) -> None:
        end = self._source.find("#}", self._position)
        if end < 0:
            raise TemplateSyntaxError("Unterminated comment tag", opening)
        self._position = end + 2
        self._skip_after(self._source[end - 1] == "-", takes_line_end=False)

    def _read_raw(self, word: str, opening: int, trims: bool) -> None:
        # A minus at the end of the opening tag trims what follows the closing one.
        self._skip_after(False, takes_line_end=self._dialect.trim_blocks)
        start, depth = self._position, 1
        for tag in _RAW_TAGS[word].finditer(self._source, start):
            depth += -1 if tag[1] else 1
            if depth == 0 and "\n" not in tag[0]:
                self._position, self._raw = tag.end(), self._source[start : tag.start()]
                self._begins_line = False
                self._skip_after(trims, takes_line_end=False)
                return
            if depth == 0:
                raise TemplateSyntaxError(f"{word} closing tag cannot contain a line break", tag.start())
        raise TemplateSyntaxError(f'Missing "end{word}" tag', opening)
