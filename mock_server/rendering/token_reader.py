"""Reads the tokens of one tag, one after the other."""

import json

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.tokens import Token


class TokenReader:
    """The tokens of one tag and how many of them have been read."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._next = 0

    def finish(self) -> None:
        """Insist that nothing is left."""
        if self.peek().kind != "end":
            raise self.missing("eof")

    def name(self) -> str:
        """A name, which is required here."""
        token = self.peek()
        if token.kind != "name":
            raise self.missing("name")
        return self.take().text

    def skip(self, text: str, kind: str = "symbol") -> bool:
        """Step over a token if it is the one given."""
        token = self.peek()
        found = token.kind == kind and token.text == text
        self._next += found
        return found

    def peek(self) -> Token:
        """The next token."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """The next token, which counts as read; the end is never read."""
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def after_next(self) -> Token:
        """The token after the next one, which is not the end."""
        return self._tokens[self._next + 1]

    def expect(self, text: str) -> None:
        """Step over a symbol that is required here."""
        if not self.skip(text):
            raise self.expected(text)

    def expected(self, text: str) -> TemplateSyntaxError:
        """The error that the next token is where a symbol is required."""
        return TemplateSyntaxError(f"Expected {text}", self.peek().offset)

    def missing(self, kind: str) -> TemplateSyntaxError:
        """The error that the next token is where something of `kind` is required."""
        token = self.peek()
        received = "end of input" if token.kind == "end" else json.dumps(token.text)
        return TemplateSyntaxError(f"Expected {kind}, received {received}", token.offset)

    def unexpected(self, token: Token) -> TemplateSyntaxError:
        """The error that a token is."""
        what = "at end of input" if token.kind == "end" else json.dumps(token.text)
        return TemplateSyntaxError(f"Unexpected expression token {what}", token.offset)
