"""Reads the tokens of one tag, one after the other."""

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.tokens import END, Token


class TokenReader:
    """The tokens of one tag and how many of them have been read."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._next = 0

    def finish(self) -> None:
        """Insist that nothing is left."""
        if self.peek() is not END:
            raise self.unexpected()

    def name(self) -> str:
        """A name, which is required here."""
        token = self.take()
        if token.kind != "name":
            raise TemplateSyntaxError("a name is missing")
        return token.text

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
        self._next += token is not END
        return token

    def after_next(self) -> Token:
        """The token after the next one, which is not the end."""
        return self._tokens[self._next + 1]

    def expect(self, text: str) -> None:
        """Step over a symbol that is required here."""
        if not self.skip(text):
            raise self.unexpected()

    def unexpected(self) -> TemplateSyntaxError:
        """The error that the next token is."""
        return TemplateSyntaxError(f"unexpected {self.peek().text or 'end'}")
