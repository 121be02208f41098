"""The suite's connection to the target: every request goes through here, has a deadline and is recorded."""

import asyncio
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import httpx

from contracts.clock import Stopwatch
from contracts.contract import Contract, contract_of
from contracts.exchange import Exchange, Purpose, Request, Response, Trouble, TroubleKind
from contracts.redaction import Redaction
from contracts.sse import Decoder, Ending, Frame, StreamReading
from contracts.target import Limits, Target, TemplateChoice, Templates

REQUEST_DEADLINE = 10.0
CLOSING_GRACE = 5.0
LONGEST_BODY = 16 * 1024 * 1024
MOST_FRAMES = 50_000
LONGEST_STREAM = 64 * 1024 * 1024
# How soon a deadline that has come is looked at again before it counts, and how often one is looked at in any case.
SECOND_LOOK = 0.2
LONGEST_NAP = 3600.0
CHUNK = 64
# Below what servers grant an idle connection, so that none is closed under a request.
KEEPALIVE = 1.0
PARALLEL_REQUESTS = 16

STANDARD: Final = "the target's own token"


class StreamDeadline:
    """How long a stream may still be read: until the second `at` of the session's clock, and no longer than `silence`
    seconds without a byte. Whoever knows that its task has ended tightens it."""

    def __init__(self, at: float, *, silence: float = float("inf")) -> None:
        self._at = at
        self._silence = silence
        self._heard = 0.0
        self._at_ending = Ending.OVERDUE
        self._scope: asyncio.Timeout | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._offset = 0.0

    @property
    def at(self) -> float:
        return self._at

    @property
    def ending(self) -> Ending:
        """What it means when the deadline comes."""
        return self._at_ending if self._at <= self._heard + self._silence else Ending.SILENT

    def close_by(self, at: float) -> None:
        """The last event has come: the server has until then to close the stream."""
        if at < self._at:
            self._at, self._at_ending = at, Ending.LEFT_OPEN
            self._set_alarm()

    def bear_silence(self, seconds: float, now: float) -> None:
        """From now on, give up after so many seconds without a byte."""
        self._silence = min(self._silence, seconds)
        self._heard = max(self._heard, now)
        self._set_alarm()

    def hear(self, now: float) -> None:
        """Bytes came."""
        self._heard = now

    def guard(self, scope: asyncio.Timeout, now: float) -> None:
        """Let this scope end at the deadline; `now` is the second of the session's clock."""
        self._scope = scope
        self._heard = now
        self._offset = asyncio.get_running_loop().time() - now
        self._set_alarm()

    def release(self) -> None:
        """The reading is over."""
        self._scope = None
        if self._alarm is not None:
            self._alarm.cancel()

    @property
    def _due(self) -> float:
        return min(self._at, self._heard + self._silence) + self._offset

    def _set_alarm(self) -> None:
        if self._scope is None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_at(min(self._due, loop.time() + LONGEST_NAP), self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._due:
            self._set_alarm()
        else:
            # This process may have been kept from the processor: what has come meanwhile is read first.
            self._alarm = loop.call_later(SECOND_LOOK, self._look_again)

    def _look_again(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._due:
            self._set_alarm()
        elif self._scope is not None:
            self._scope.reschedule(now)


class Session:
    """Asks the target and keeps what it answers.

    `templates` are found by the first probe; `marker` is written into the values of every task that is created.
    """

    def __init__(self, target: Target, limits: Limits, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.target = target
        self.limits = limits
        self.contract: Contract = contract_of(target.profile)
        self.stopwatch = Stopwatch(limits.time_budget)
        self.exchanges: list[Exchange] = []
        self.templates = Templates()
        self.marker = f"contract-tests-{uuid.uuid4().hex[:12]}"
        self.secrets: list[str] = []
        self.created: list[str] = []
        self._creations = 0
        self._redaction = Redaction(target)
        self._turn = asyncio.Semaphore(PARALLEL_REQUESTS)
        self._patience = min(REQUEST_DEADLINE, limits.time_budget)
        self._groups = 0
        verify: bool | ssl.SSLContext = (
            ssl.create_default_context(cafile=target.verify) if isinstance(target.verify, str) else target.verify
        )
        self._http = httpx.AsyncClient(
            # Nothing of the environment: no proxy, no netrc, no CA bundle.
            trust_env=False,
            verify=verify,
            timeout=None,
            follow_redirects=False,
            transport=transport,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=KEEPALIVE),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def now(self) -> float:
        return self.stopwatch.now()

    def withhold(self, value: str, name: str) -> None:
        """Keep this out of everything that is kept from now on, as the token is; `name` stands in its place."""
        self._redaction.withhold(value, name)

    def new_group(self) -> int:
        """A number for exchanges that belong together."""
        self._groups += 1
        return self._groups

    async def call(
        self,
        operation: str | None,
        *,
        purpose: Purpose = Purpose.ORDINARY,
        path: Mapping[str, str] | str | None = None,
        method: str | None = None,
        query: Sequence[tuple[str, str]] = (),
        json_body: Any = None,
        body: bytes | None = None,
        headers: Iterable[tuple[str, str | None]] = (),
        authorization: str | None = STANDARD,
        label: str = "",
        group: int = 0,
    ) -> Exchange:
        """Send one request and record the whole answer. Never raises for what a server does.

        `path` gives the path parameters of the operation, or the path itself, encoded; `body` goes as it is (in
        chunks, if a header says so), and `json_body` as JSON; `authorization` None sends none; a header of None is
        left out.
        """
        outgoing = self._outgoing(operation, path, method, query, json_body, body, headers, authorization)
        async with self._turn:
            began = self.now()
            response, trouble = await self._complete(outgoing)
            return self._record(outgoing, response, began, purpose, label, group, trouble=trouble)

    async def watch(
        self,
        task_id: str,
        *,
        deadline: StreamDeadline,
        after: int | str | None = None,
        purpose: Purpose = Purpose.ORDINARY,
        headers: Iterable[tuple[str, str]] = (),
        authorization: str | None = STANDARD,
        stop_after: int | None = None,
        label: str = "",
        group: int = 0,
    ) -> Exchange:
        """Read the event stream of a task until it ends, the deadline comes or there were `stop_after` frames, and
        record it.

        After a `completion` the server has CLOSING_GRACE seconds to close it. An answer that is no event stream is
        recorded like any other; of a reading that is cancelled, what was read.
        """
        query = [] if after is None else [("after", str(after))]
        outgoing = self._outgoing(
            "getTaskEventStream",
            {"taskId": task_id},
            None,
            query,
            None,
            None,
            [("Accept", "text/event-stream"), *headers],
            authorization,
        )
        began = self.now()
        reader = _StreamReader(self.stopwatch, deadline, stop_after)
        try:
            connection = _Connection()
            response, trouble, stream = await self._read_stream(outgoing, deadline, reader, connection)
            if response is None and trouble and trouble.kind is TroubleKind.BROKEN and connection.is_used_again:
                response, trouble, stream = await self._read_stream(outgoing, deadline, reader, _Connection())
        except asyncio.CancelledError:
            if reader.head is not None and reader.opened is not None:
                read = reader.reading(Ending.STOPPED)
                self._record(outgoing, reader.head, began, purpose, label, group, trouble=None, stream=read)
            raise
        return self._record(outgoing, response, began, purpose, label, group, trouble=trouble, stream=stream)

    async def create(
        self,
        template: TemplateChoice,
        *,
        purpose: Purpose = Purpose.ORDINARY,
        secrets: Mapping[str, str] | None = None,
        extra_values: Mapping[str, Any] | None = None,
        label: str = "",
        group: int = 0,
    ) -> tuple[str, Exchange] | None:
        """Create a task of a template and return its id with the exchange; None if the run has created all it may, or
        the target did not create one."""
        exchange = await self.try_to_create(
            {
                "templateRef": template.ref,
                "values": {**(template.values or {}), **(extra_values or {})},
                **({"secrets": dict(secrets)} if secrets else {}),
            },
            purpose=purpose,
            label=label,
            group=group,
        )
        if exchange is None or exchange.status != 201 or not isinstance(exchange.json, dict):
            return None
        created = exchange.json.get("id")
        return (created, exchange) if isinstance(created, str) and created else None

    async def try_to_create(
        self,
        json_body: Any,
        *,
        purpose: Purpose,
        body: bytes | None = None,
        authorization: str | None = STANDARD,
        headers: Iterable[tuple[str, str]] = (),
        label: str = "",
        group: int = 0,
    ) -> Exchange | None:
        """Send a body that may create a task, if the run may create one more; a refused one does not count."""
        if self.limits.read_only or self._creations >= self.limits.max_tasks:
            return None
        self._creations += 1
        exchange = await self.call(
            "createTask",
            purpose=purpose,
            json_body=json_body,
            body=body,
            authorization=authorization,
            headers=headers,
            label=label,
            group=group,
        )
        if exchange.status is not None and exchange.status >= 400:
            self._creations -= 1
        elif isinstance(exchange.json, dict) and isinstance(exchange.json.get("id"), str):
            self.created.append(exchange.json["id"])
        return exchange

    def keep(self, exchange: Exchange) -> None:
        """Record what somebody else exchanged with the target for this session."""
        self.exchanges.append(self._redaction.exchange(exchange))
        if exchange.operation == "createTask" and exchange.status is not None and 200 <= exchange.status < 300:
            self._creations += 1
            if isinstance(exchange.json, dict) and isinstance(exchange.json.get("id"), str):
                self.created.append(exchange.json["id"])

    @property
    def tasks_left(self) -> int:
        return 0 if self.limits.read_only else self.limits.max_tasks - self._creations

    def _outgoing(
        self,
        operation: str | None,
        path: Mapping[str, str] | str | None,
        method: str | None,
        query: Sequence[tuple[str, str]],
        json_body: Any,
        body: bytes | None,
        headers: Iterable[tuple[str, str | None]],
        authorization: str | None,
    ) -> "_Outgoing":
        documented = self.contract.operations[operation] if operation else None
        parameters = path if isinstance(path, Mapping) else {}
        if isinstance(path, str):
            raw_path = path
        elif documented is None:
            raise ValueError("an undocumented request needs its path")
        else:
            raw_path = documented.path.format(**{name: quote(value, safe="") for name, value in parameters.items()})
        given = dict(self.target.headers)
        if authorization == STANDARD:
            if self.target.token:
                _replace(given, "Authorization", f"Bearer {self.target.token}")
        else:
            _remove(given, "Authorization")
            if authorization is not None:
                given["Authorization"] = authorization
        if json_body is not None:
            body = json.dumps(json_body).encode()
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        for name, value in headers:
            _remove(given, name)
            if value is not None:
                given[name] = value
        return _Outgoing(
            operation,
            method or (documented.method if documented else "GET"),
            raw_path,
            parameters,
            tuple(query),
            given,
            body,
        )

    async def _complete(self, outgoing: "_Outgoing") -> tuple[Response | None, Trouble | None]:
        connection = _Connection()
        response, trouble = await self._try(outgoing, connection)
        lost = response is None and trouble is not None and trouble.kind is TroubleKind.BROKEN
        # A server may close an idle connection at any moment, even while it is used again (RFC 9112, section 9.3.1).
        if lost and connection.is_used_again and outgoing.operation != "createTask":
            return await self._try(outgoing, _Connection())
        return response, trouble

    async def _try(self, outgoing: "_Outgoing", connection: "_Connection") -> tuple[Response | None, Trouble | None]:
        response: Response | None = None
        rest = outgoing.rest(self.target.base_url)
        rest["extensions"]["trace"] = connection.trace
        try:
            async with (
                asyncio.timeout(self._patience),
                self._http.stream(*outgoing.line(self.target.base_url), **rest) as answer,
            ):
                response = _head(answer)
                content = bytearray()
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > LONGEST_BODY:
                        return _with_body(response, content), Trouble(TroubleKind.TOO_LONG)
            return _with_body(response, content), None
        except TimeoutError:
            return response, Trouble(TroubleKind.TIMEOUT, f"after {self._patience:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            return response, _trouble(error)

    async def _read_stream(
        self, outgoing: "_Outgoing", deadline: StreamDeadline, reader: "_StreamReader", connection: "_Connection"
    ) -> tuple[Response | None, Trouble | None, StreamReading | None]:
        rest = outgoing.rest(self.target.base_url)
        rest["extensions"]["trace"] = connection.trace
        try:
            async with asyncio.timeout(None) as scope:
                deadline.guard(scope, self.now())
                async with self._http.stream(*outgoing.line(self.target.base_url), **rest) as answer:
                    reader.head = _head(answer)
                    if reader.head.status != 200 or reader.head.media_type != "text/event-stream":
                        deadline.close_by(self.now() + self._patience)
                        content = await _bounded(answer)
                        trouble = Trouble(TroubleKind.TOO_LONG) if len(content) > LONGEST_BODY else None
                        return _with_body(reader.head, content), trouble, None
                    reader.opened = self.now()
                    async for chunk in answer.aiter_bytes():
                        if enough := reader.take(chunk):
                            return reader.head, None, reader.reading(enough)
                return reader.head, None, reader.reading(Ending.CLOSED)
        except TimeoutError:
            if reader.opened is None:
                return reader.head, Trouble(TroubleKind.TIMEOUT, str(deadline.ending)), None
            return reader.head, None, reader.reading(deadline.ending)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            if reader.opened is None:
                return reader.head, _trouble(error), None
            return reader.head, _trouble(error), reader.reading(Ending.BROKEN)
        finally:
            deadline.release()

    def _record(
        self,
        outgoing: "_Outgoing",
        response: Response | None,
        began: float,
        purpose: Purpose,
        label: str,
        group: int,
        *,
        trouble: Trouble | None,
        stream: StreamReading | None = None,
    ) -> Exchange:
        exchange = Exchange(
            number=len(self.exchanges) + 1,
            purpose=purpose,
            operation=outgoing.operation,
            request=Request(
                outgoing.method,
                outgoing.path,
                outgoing.query,
                tuple(outgoing.headers.items()),
                outgoing.body,
            ),
            response=response,
            began=began,
            ended=self.now(),
            path_parameters=outgoing.path_parameters,
            stream=stream,
            trouble=trouble,
            label=label,
            group=group,
        )
        exchange = self._redaction.exchange(exchange)
        self.exchanges.append(exchange)
        return exchange


class _Connection:
    """What an exchange learns of the connection that it got."""

    def __init__(self) -> None:
        self.is_used_again = True

    async def trace(self, event: str, _: Mapping[str, Any]) -> None:
        if event.startswith("connection."):
            self.is_used_again = False


class _Outgoing:
    def __init__(
        self,
        operation: str | None,
        method: str,
        path: str,
        path_parameters: Mapping[str, str],
        query: tuple[tuple[str, str], ...],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        self.operation = operation
        self.method = method
        self.path = path
        self.path_parameters = path_parameters
        self.query = query
        self.headers = headers
        self.body = body

    @property
    def _is_chunked(self) -> bool:
        return any(name.lower() == "transfer-encoding" for name in self.headers)

    def line(self, base_url: str) -> tuple[str, str]:
        return self.method, base_url

    def rest(self, base_url: str) -> dict[str, Any]:
        # The target as it is to stand in the request line: the library would tidy up dots and encodings.
        query = f"?{urlencode(self.query)}" if self.query else ""
        target = httpx.URL(base_url).raw_path.rstrip(b"/") + f"{self.path}{query}".encode()
        return {
            "headers": {name: value.encode() for name, value in self.headers.items()},
            "content": _in_chunks(self.body) if self.body is not None and self._is_chunked else self.body,
            "extensions": {"target": target},
        }


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


class _StreamReader:
    def __init__(self, stopwatch: Stopwatch, deadline: StreamDeadline, stop_after: int | None) -> None:
        self.head: Response | None = None
        self.opened: float | None = None
        self._stopwatch = stopwatch
        self._deadline = deadline
        self._stop_after = stop_after
        self._decoder = Decoder()
        self._frames: list[Frame] = []
        self._length = 0

    def take(self, chunk: bytes) -> Ending | None:
        """Read on, until there is a reason to stop."""
        now = self._stopwatch.now()
        self._deadline.hear(now)
        self._length += len(chunk)
        frames = self._decoder.feed(chunk, now)
        self._frames.extend(frames)
        if any(_is_completion(frame) for frame in frames):
            self._deadline.close_by(now + CLOSING_GRACE)
        if self._stop_after is not None and len(self._frames) >= self._stop_after:
            return Ending.STOPPED
        if self._decoder.is_overfull or self._length > LONGEST_STREAM or len(self._frames) >= MOST_FRAMES:
            return Ending.TOO_LONG
        return None

    def reading(self, ending: Ending) -> StreamReading:
        if ending is Ending.CLOSED:
            self._decoder.finish()
        now = self._stopwatch.now()
        return StreamReading(
            tuple(self._frames),
            ending,
            now if self.opened is None else self.opened,
            now,
            self._decoder.comments,
            tuple(self._decoder.problems),
            tuple(self._decoder.undispatched),
        )


def _is_completion(frame: Frame) -> bool:
    return frame.event == "completion" or (frame.event == "message" and '"completion"' in frame.data)


def _head(answer: httpx.Response) -> Response:
    return Response(answer.status_code, tuple((name.lower(), value) for name, value in answer.headers.multi_items()))


def _with_body(response: Response, content: bytes | bytearray) -> Response:
    return Response(response.status, response.headers, bytes(content))


async def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > LONGEST_BODY:
            break
    return bytes(content)


def _trouble(error: Exception) -> Trouble:
    detail = str(error)[:200] or type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Trouble(TroubleKind.UNREACHABLE, detail)
    if isinstance(error, httpx.DecodingError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Trouble(TroubleKind.GARBAGE, detail)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in detail and "closed" not in detail:
        return Trouble(TroubleKind.GARBAGE, detail)
    return Trouble(TroubleKind.BROKEN, detail)


def _replace(headers: dict[str, str], name: str, value: str) -> None:
    _remove(headers, name)
    headers[name] = value


def _remove(headers: dict[str, str], name: str) -> None:
    for known in [known for known in headers if known.lower() == name.lower()]:
        del headers[known]
