"""The suite's connection to the target: every request goes through here, has a deadline and is recorded."""

import asyncio
import json
import ssl
import uuid
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from contracts.clock import Stopwatch
from contracts.contract import Contract, contract_of
from contracts.exchange import Exchange, Purpose, Request, Response, Trouble, TroubleKind
from contracts.redaction import Redaction
from contracts.sse import Ending, StreamReading
from contracts.stream_deadline import StreamDeadline
from contracts.stream_reader import StreamReader
from contracts.target import Limits, Target, TemplateChoice, Templates
from contracts.transport import Connection, Outgoing, head_of, read_body, trouble_of

REQUEST_DEADLINE = 10.0
# Below what servers grant an idle connection, so that none is closed under a request.
KEEPALIVE = 1.0
PARALLEL_REQUESTS = 16

# Each of them counts as one of the tasks that the run may create.
RUNS_A_TEMPLATE: Final = ("createTask", "retryTask")
STANDARD: Final = "the target's own token"


class Session:
    """Asks the target and keeps what it answers.

    `templates` are found by the first probe; `marker` is written into the values of every task that is created;
    `notes` tell the user what the verdict does not show.
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
        self.notes: list[str] = []
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
            timeout=None,  # noqa: S113 every request has a deadline over all of it
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
        leave_after: float | None = None,
        label: str = "",
        group: int = 0,
    ) -> Exchange:
        """Send one request and record the whole answer. Never raises for what a server does.

        `path` gives the path parameters of the operation, or the path itself, encoded; `body` goes as it is (in
        chunks, if a header says so), and `json_body` as JSON; `authorization` None sends none; a header of None is
        left out; an answer that may wait is waited for `leave_after` seconds, or until this is cancelled, and that is
        recorded.
        """
        outgoing = self._outgoing(operation, path, method, query, json_body, body, headers, authorization)
        async with self._turn:
            began = self.now()
            try:
                response, trouble = await self._complete(outgoing, leave_after)
            except asyncio.CancelledError:
                if leave_after is not None:
                    left = Trouble(TroubleKind.LEFT, f"after {self.now() - began:.1f} seconds")
                    self._record(outgoing, None, began, purpose, label, group, trouble=left)
                raise
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
        reader = StreamReader(self.stopwatch, deadline, stop_after)
        try:
            connection = Connection()
            response, trouble, stream = await self._read_stream(outgoing, deadline, reader, connection)
            if response is None and trouble and trouble.kind is TroubleKind.BROKEN and connection.is_used_again:
                response, trouble, stream = await self._read_stream(outgoing, deadline, reader, Connection())
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

    async def try_to_retry(
        self,
        task_id: str,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        headers: Iterable[tuple[str, str]] = (),
        purpose: Purpose = Purpose.ORDINARY,
        label: str = "",
    ) -> Exchange | None:
        """Ask for a task to be run again, if the run may run a template once more; a refused one does not count."""
        if self.limits.read_only or self._creations >= self.limits.max_tasks:
            return None
        self._creations += 1
        exchange = await self.call(
            "retryTask",
            path={"taskId": task_id},
            json_body=json_body,
            body=body,
            headers=headers,
            purpose=purpose,
            label=label,
        )
        if exchange.status is not None and exchange.status >= 400:
            self._creations -= 1
        return exchange

    def keep(self, exchange: Exchange) -> None:
        """Record what somebody else exchanged with the target for this session."""
        self.exchanges.append(self._redaction.exchange(exchange))
        if exchange.operation not in RUNS_A_TEMPLATE or exchange.status is None or not 200 <= exchange.status < 300:
            return
        self._creations += 1
        created = exchange.json.get("id") if isinstance(exchange.json, dict) else None
        if exchange.operation == "createTask" and isinstance(created, str):
            self.created.append(created)

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
    ) -> Outgoing:
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
        return Outgoing(
            operation,
            method or (documented.method if documented else "GET"),
            raw_path,
            parameters,
            tuple(query),
            given,
            body,
        )

    async def _complete(self, outgoing: Outgoing, leave_after: float | None) -> tuple[Response | None, Trouble | None]:
        connection = Connection()
        response, trouble = await self._try(outgoing, connection, leave_after)
        lost = response is None and trouble is not None and trouble.kind is TroubleKind.BROKEN
        # A server may close an idle connection at any moment, even while it is used again (RFC 9112, section 9.3.1).
        if lost and connection.is_used_again and outgoing.operation not in RUNS_A_TEMPLATE:
            return await self._try(outgoing, Connection(), leave_after)
        return response, trouble

    async def _try(
        self, outgoing: Outgoing, connection: Connection, leave_after: float | None
    ) -> tuple[Response | None, Trouble | None]:
        response: Response | None = None
        patience = self._patience if leave_after is None else leave_after
        rest = outgoing.rest(self.target.base_url)
        rest["extensions"]["trace"] = connection.trace
        try:
            async with (
                asyncio.timeout(patience),
                self._http.stream(*outgoing.line(self.target.base_url), **rest) as answer,
            ):
                response = head_of(answer)
                return await read_body(response, answer)
        except TimeoutError:
            kind = TroubleKind.TIMEOUT if leave_after is None else TroubleKind.LEFT
            return response, Trouble(kind, f"after {patience:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            return response, trouble_of(error)

    async def _read_stream(
        self, outgoing: Outgoing, deadline: StreamDeadline, reader: "StreamReader", connection: Connection
    ) -> tuple[Response | None, Trouble | None, StreamReading | None]:
        rest = outgoing.rest(self.target.base_url)
        rest["extensions"]["trace"] = connection.trace
        try:
            async with asyncio.timeout(None) as scope:
                deadline.guard(scope, self.now())
                async with self._http.stream(*outgoing.line(self.target.base_url), **rest) as answer:
                    reader.head = head_of(answer)
                    deadline.hear(self.now())
                    if reader.head.status != 200 or reader.head.media_type != "text/event-stream":
                        deadline.close_by(self.now() + self._patience)
                        return *await read_body(reader.head, answer), None
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
                return reader.head, trouble_of(error), None
            return reader.head, trouble_of(error), reader.reading(Ending.BROKEN)
        finally:
            deadline.release()

    def _record(
        self,
        outgoing: Outgoing,
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


def _replace(headers: dict[str, str], name: str, value: str) -> None:
    _remove(headers, name)
    headers[name] = value


def _remove(headers: dict[str, str], name: str) -> None:
    for known in [known for known in headers if known.lower() == name.lower()]:
        del headers[known]
