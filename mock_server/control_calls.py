"""Calls of the control API over HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from mock_server.addresses import CONTROL_MOUNT

PATIENCE = 10.0
# Ten thousand tasks take their time on a slow machine.
LONG_PATIENCE = 300.0


class ControlRefused(Exception):
    """The control API refused a call. `status` is that of its answer, `name` the class of the error."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(f"{status} {name}: {message}")
        self.status = status
        self.name = name


class ControlCalls:
    """Calls of the control API of the server at `origin`, with the token of `--control-token`, if need be."""

    def __init__(self, origin: str, token: str | None = None) -> None:
        self.origin = origin.rstrip("/")
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        # What the environment says of proxies is for other addresses than this one.
        self._http = httpx.Client(base_url=f"{self.origin}{CONTROL_MOUNT}", headers=headers, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        patience: float = PATIENCE,
    ) -> Any:
        """The JSON of an answer, None for one without, within so many seconds. Raises ControlRefused."""
        response = self._http.request(method, path, json=body, params=query, timeout=patience)
        _check(response)
        return response.json() if response.content else None

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[str]]:
        """The lines of an event stream as they come. Raises ControlRefused."""
        with self._http.stream("GET", path, timeout=httpx.Timeout(PATIENCE, read=None)) as response:
            if not response.is_success:
                response.read()
            _check(response)
            yield response.iter_lines()


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        try:
            error = response.json()["error"]
            name, message = error["name"], error["message"]
        except (ValueError, LookupError, TypeError):
            name, message = "UnknownError", "this is no answer of a mock server"
        raise ControlRefused(response.status_code, name, message)
