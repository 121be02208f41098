"""Keeps the token, and whatever the user's own headers say, out of everything that is kept."""

from collections.abc import Mapping

from contracts.exchange import Response
from contracts.target import Target

TOKEN_PLACEHOLDER = "$TOKEN"  # noqa: S105 the name of a shell variable


# A shorter value can be part of any answer by chance.
SHORTEST_SECRET = 8


class Redaction:
    """Replaces what must not be shown by the name of the shell variable that stands for it."""

    def __init__(self, target: Target) -> None:
        self._headers = {name.lower(): placeholder(name) for name, _ in target.headers}
        secrets = [(value, placeholder(name)) for name, value in target.headers]
        if target.token:
            secrets.append((target.token, TOKEN_PLACEHOLDER))
        # Of two that overlap, the longer one first.
        self._secrets = sorted((pair for pair in secrets if pair[0]), key=lambda pair: -len(pair[0]))
        self._recognisable = [pair for pair in self._secrets if len(pair[0]) >= SHORTEST_SECRET]

    def request_headers(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._headers.get(name.lower()) or self._in(value)) for name, value in headers.items())

    def response(self, response: Response) -> Response:
        body = response.body
        for value, placeholder in self._recognisable:
            body = body.replace(value.encode(), placeholder.encode())
        headers = tuple((name, self._in(value)) for name, value in response.headers)
        return Response(response.status, headers, body)

    def _in(self, text: str) -> str:
        for value, placeholder in self._secrets:
            text = text.replace(value, placeholder)
        return text


def placeholder(header: str) -> str:
    """The shell variable that stands for what the user's own header says."""
    return f"$HEADER_{header.upper().replace('-', '_')}"
