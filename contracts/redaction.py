"""Keeps the token, and whatever the user's own headers say, out of everything that is kept."""

import re
from dataclasses import replace

from contracts.exchange import Exchange, Response, Trouble
from contracts.sse import Frame, StreamReading
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

    def withhold(self, value: str, name: str) -> None:
        """From now on, keep this out as well."""
        self._secrets = sorted({*self._secrets, (value, name)}, key=lambda pair: -len(pair[0]))
        self._recognisable = [pair for pair in self._secrets if len(pair[0]) >= SHORTEST_SECRET]

    def response(self, response: Response) -> Response:
        body, withheld = response.body, set(response.withheld)
        for value, placeholder in self._recognisable:
            if value.encode() in body or any(value in text for _, text in response.headers):
                withheld.add(placeholder)
                body = body.replace(value.encode(), placeholder.encode())
        headers = tuple((name, self._in(value)) for name, value in response.headers)
        return Response(response.status, headers, body, frozenset(withheld))

    def text(self, text: str) -> str:
        """A text of any origin; only what is long enough to be recognised is replaced."""
        for value, name in self._recognisable:
            text = text.replace(value, name)
        return text

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange of any origin, wherever a secret may stand in it."""
        request, response, stream, trouble = exchange.request, exchange.response, exchange.stream, exchange.trouble
        body = request.body
        for value, name in self._recognisable if body is not None else ():
            body = (body or b"").replace(value.encode(), name.encode())
        return replace(
            exchange,
            request=replace(
                request,
                path=self.text(request.path),
                query=tuple((self.text(name), self.text(value)) for name, value in request.query),
                headers=tuple(
                    (name, self._headers.get(name.lower()) or self._in(value)) for name, value in request.headers
                ),
                body=body,
            ),
            response=None if response is None else self._with_stream(self.response(response), stream),
            stream=None
            if stream is None
            else replace(stream, frames=tuple(self._frame(frame) for frame in stream.frames)),
            trouble=None if trouble is None else Trouble(trouble.kind, self.text(trouble.detail)),
        )

    def _with_stream(self, response: Response, stream: StreamReading | None) -> Response:
        data = [frame.data for frame in stream.frames] if stream else []
        found = {name for value, name in self._recognisable if any(value in text for text in data)}
        return replace(response, withheld=response.withheld | found) if found else response

    def _frame(self, frame: Frame) -> Frame:
        data = self.text(frame.data)
        return frame if data == frame.data else replace(frame, data=data)

    def _in(self, text: str) -> str:
        for value, placeholder in self._secrets:
            text = text.replace(value, placeholder)
        return text


def placeholder(header: str) -> str:
    """The shell variable that stands for what the user's own header says."""
    return f"$HEADER_{re.sub('[^A-Z0-9]', '_', header.upper())}"
