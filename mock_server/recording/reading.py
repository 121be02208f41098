"""Read a task from a running Scaffolder, which may be anybody's: what it sends is bounded in size, depth and time."""

import json
import math
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from mock_server.clock import deadline, pause
from mock_server.entity_refs import EntityRef
from mock_server.recording.recorded import MAX_DEPTH, RecordedTask, task_of
from mock_server.recording.withheld import secret_texts
from mock_server.redaction import Redactor, TooManySecrets

# Of one answer. The server loads no scenario of more than half of that.
MAX_BYTES = 10_000_000
MAX_SECRETS = 100
# The end of a longer one is not noticed before the server closes the stream.
LONGEST_FRAME = 1_000_000
_COMPLETION = re.compile(rb"^event: ?completion\r?\n[^\n]*\n\r?\n", re.MULTILINE)
SECONDS_PER_REQUEST = 60
_SECONDS_BETWEEN_LOOKS = 1
_TERMINAL = frozenset({"completed", "failed", "cancelled", "skipped"})
_NOT_THERE = frozenset({404, 405, 501})


class Unreadable(Exception):
    """The server cannot be reached, refuses, or sends what it may not."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read. `base_url` is that of the API, `token` None for a server that asks for none."""

    base_url: str
    token: str | None = None
    ca_bundle: Path | None = None
    is_insecure: bool = False

    def __post_init__(self) -> None:
        """Raises Unreadable for what is no address, or a token that no header can hold."""
        try:
            parts = urlsplit(self.base_url)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_address = False
        if not is_address or parts.query or parts.fragment or not self.base_url.isprintable():
            raise Unreadable("the base URL must be like https://backstage.example/api/scaffolder")
        if parts.username is not None or parts.password is not None:
            raise Unreadable("the base URL must not hold a user or a password")
        if self.token is not None and not (self.token.isascii() and self.token.isprintable() and " " not in self.token):
            raise Unreadable("the token is none: it must be a word of ASCII characters")


@dataclass(frozen=True, slots=True)
class Material:
    """What was read, without the token and the secrets. `form` is None if the server does not give it."""

    task: RecordedTask
    events: Any
    form: Mapping[str, Any] | None


class Reader:
    """Reads from one server."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._redactor = Redactor(() if source.token is None else (source.token,))

    async def read(self, task_id: str, *, wait: float = 0) -> Material:
        """The task, its events and its form, if need be after it has ended. Raises Unreadable or NotRecordable."""
        source = self._source
        headers = {"accept-encoding": "identity", "user-agent": "run-mock-server-record"}
        if source.token is not None:
            headers["authorization"] = f"Bearer {source.token}"
        try:
            async with httpx.AsyncClient(headers=headers, verify=self._verify(), timeout=SECONDS_PER_REQUEST) as http:
                return await self._material(http, task_id, wait)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # The text of any other may hold what the server sent.
            why = str(error) if isinstance(error, httpx.ConnectError) else type(error).__name__
            raise Unreadable(f"{self._host} cannot be read: {why}") from error

    @property
    def _host(self) -> str:
        return urlsplit(self._source.base_url).netloc

    def _verify(self) -> ssl.SSLContext | bool:
        if self._source.is_insecure:
            return False
        if self._source.ca_bundle is None:
            return True
        try:
            return ssl.create_default_context(cafile=self._source.ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise Unreadable(f"{self._source.ca_bundle} holds no certificates") from error

    async def _material(self, http: httpx.AsyncClient, task_id: str, wait: float) -> Material:
        path = f"/v2/tasks/{quote(task_id, safe='')}"
        told = await self._ended(http, path, task_id, wait)
        try:
            # Each is looked for in everything that is read.
            secrets = set(islice(secret_texts(told), MAX_SECRETS + 1))
            if len(secrets) > MAX_SECRETS:
                raise Unreadable(f"the task has more than {MAX_SECRETS} secrets")
            self._redactor.learn(secrets)
        except TooManySecrets as error:
            raise Unreadable(str(error)) from error
        task = task_of(self._redactor.value(told))
        events = self._redactor.value(await self._events(http, path))
        return Material(task, events, self._redactor.value(await self._form(http, task.template)))

    async def _ended(self, http: httpx.AsyncClient, path: str, task_id: str, wait: float) -> Any:
        while True:
            status, content = await self._get(http, path)
            if status == 404:
                raise Unreadable(
                    f"{self._host} has no task {task_id!a}, or the Scaffolder is at another path than "
                    f"{urlsplit(self._source.base_url).path or '/'}"
                )
            task = self._json(status, content)
            told = task.get("status") if isinstance(task, dict) else None
            if not isinstance(told, str) or told in _TERMINAL:
                return task
            if wait <= 0:
                raise Unreadable("the task has not ended yet; --wait SECONDS waits for that")
            await pause(_SECONDS_BETWEEN_LOOKS)
            wait -= _SECONDS_BETWEEN_LOOKS

    async def _events(self, http: httpx.AsyncClient, path: str) -> Any:
        for view in ("events?after=0", "logs?after=0"):
            status, content = await self._get(http, f"{path}/{view}")
            if status not in _NOT_THERE:
                return self._json(status, content)
        status, content = await self._get(http, f"{path}/eventstream", until=_COMPLETION)
        if status != 200:
            raise self._refused(status)
        return [_parsed(data) for data in _frames(content)]

    async def _form(self, http: httpx.AsyncClient, ref: EntityRef) -> Mapping[str, Any] | None:
        name = "/".join(quote(part, safe="") for part in (ref.namespace, ref.kind, ref.name))
        status, content = await self._get(http, f"/v2/templates/{name}/parameter-schema")
        if status in {403, 404}:
            return None
        form = self._json(status, content)
        if not isinstance(form, dict):
            raise Unreadable(f"{self._host} serves a form that is no JSON object")
        return form

    def _json(self, status: int, content: bytes) -> Any:
        if status != 200:
            raise self._refused(status)
        return _parsed(content)

    def _refused(self, status: int) -> Unreadable:
        if status in {401, 403}:
            why = "a token is needed" if self._source.token is None else "the token is not accepted"
            return Unreadable(f"{self._host} answered {status}: {why} (MOCK_SERVER_RECORD_TOKEN)")
        return Unreadable(f"{self._host} answered {status}")

    async def _get(
        self, http: httpx.AsyncClient, path: str, *, until: re.Pattern[bytes] | None = None
    ) -> tuple[int, bytes]:
        """The status and the content of an answer; of a stream, what comes up to the frame that `until` matches."""
        content = bytearray()
        url = self._source.base_url.rstrip("/") + path
        try:
            async with deadline(SECONDS_PER_REQUEST), http.stream("GET", url) as response:
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise Unreadable(f"{self._host} compresses what it was asked to send as it is")
                async for piece in response.aiter_raw():
                    content += piece
                    if len(content) > MAX_BYTES:
                        raise Unreadable(f"{self._host} sends more than {MAX_BYTES:,} bytes")
                    # A frame may have come in pieces.
                    start = max(0, len(content) - len(piece) - LONGEST_FRAME)
                    end = None if until is None else until.search(content, start)
                    if end is not None:
                        del content[end.end() :]
                        break
        except TimeoutError as error:
            raise Unreadable(f"{self._host} takes more than {SECONDS_PER_REQUEST} s for an answer") from error
        return response.status_code, bytes(content)


def _frames(content: bytes) -> list[bytes]:
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    return [line.removeprefix(b"data:") for line in lines if line.startswith(b"data:")]


def _parsed(content: bytes) -> Any:
    try:
        value = json.loads(content, parse_constant=_refuse, parse_float=_finite)
        return _checked(value, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the server sends what is no JSON, or nested too deeply") from error


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _checked(value: Any, room: int) -> Any:
    """The value with half characters replaced, which no file can hold. Raises ValueError if it is too deep."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if room == 0 and isinstance(value, list | dict):
        raise ValueError
    if isinstance(value, list):
        return [_checked(item, room - 1) for item in value]
    if isinstance(value, dict):
        return {_checked(key, 0): _checked(item, room - 1) for key, item in value.items()}
    return value
