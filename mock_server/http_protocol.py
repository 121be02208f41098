"""uvicorn's side of a connection, made to bear clients that are slow, broken or hostile.

uvicorn reads a head of any size for any time, takes a trailer for a header, drops the body of a request that would also
like another protocol, and answers what is no request in plain text, in the middle of an earlier answer if there is one.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_server.connection import CONNECTION
from mock_server.connection_parts import LazyEvent, LazyFlowControl, Pipeline
from mock_server.errors import answer_to
from mock_server.request import InvalidRequest
from mock_server.request_head import MAX_HEAD, absolute, check_head, check_size, too_large
from mock_server.slow_clients import Debt, SlowClients

_LONGEST_SHOWN = 2_000
_ON_AND_AT_ONCE = struct.pack("ii", 1, 0)


class _HalfClosed:
    """A transport that ends only what is sent. Whoever still sends would see a reset and not the answer before it."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        if not self._transport.is_closing():
            self._transport.write_eof()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, and itself the connection in the scope of each request. `SlowClients` look after it.

    What is refused is refused behind the answers that are still to come, and then nothing more is read.
    """

    # uvicorn has as many attributes as Python keeps cheap.
    __slots__ = (
        "_has_refused",
        "_is_in_body",
        "_is_in_head",
        "_slow_clients",
        "_tell",
        "_unread",
        "_unsent",
        "is_lost",
        "late",
    )

    def __init__(self, *, slow_clients: SlowClients, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pipeline = Pipeline()  # type: ignore[assignment]
        self.late = 0
        self.is_lost = False
        self._tell: Callable[[], None] | None = None
        self._slow_clients = slow_clients
        self._has_refused = False
        self._is_in_head = False
        self._is_in_body = False
        # Bytes of a head, or of what is neither head nor body: since any was last read to its end.
        self._unread = 0
        self._unsent = 0

    @property
    def is_idle(self) -> bool:
        return not self._is_served and not self.transport.is_closing()

    @property
    def _is_served(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def awaits_body(self) -> bool:
        """Whether a request is being sent that nothing was answered to yet."""
        return self._is_served and self.cycle.more_body and not self.cycle.response_started

    def debt(self) -> Debt | None:
        if self.flow.write_paused or self.transport.is_closing():
            unsent, self._unsent = self._unsent, self.transport.get_write_buffer_size()
            if unsent != self._unsent:
                self.late = 0
            return Debt.READING
        if self._is_served:
            # Who reads a body sees to it that it comes.
            return None
        if self._has_refused:
            return Debt.LEAVING
        if self._is_in_body:
            return Debt.BODY
        if self._is_in_head or self._unread:
            return Debt.HEAD
        return Debt.REQUEST if self.cycle is None else None

    def give_up(self, debt: Debt) -> None:
        if debt is Debt.READING:
            # Not by an abort, which leaves the system to send what it has.
            self.reset()
        elif debt is Debt.HEAD:
            self._refuse(InvalidRequest("the request head took too long"))
        else:
            self.transport.close()

    def close(self) -> None:
        self.transport.close()

    def reset(self) -> None:
        # Closed with nothing to linger for, a connection is reset instead of ended.
        connected = self.transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ON_AND_AT_ONCE)
        self.transport.abort()

    def when_lost(self, tell: Callable[[], None] | None) -> None:
        self._tell = tell

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        has_room = self._slow_clients.admit(self)
        super().connection_made(transport)
        self.flow = LazyFlowControl(transport)
        if not has_room:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow_clients.clients.pop(self, None)
        self.is_lost = True
        super().connection_lost(exc)
        if self._tell is not None:
            self._tell()
        # uvicorn does so only if the connection ended properly; the timer would keep all of it for another minute.
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._has_refused:
            return
        self._unset_keepalive_if_required()
        self._unread += len(data)
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # What is asked for is optional, and there is nothing else here than HTTP/1.1. The parser thinks that
                # it has no more to do, so another one reads on.
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                continue
            except httptools.HttpParserError as error:
                self._refuse(_reason(error))
            else:
                if self._unread > MAX_HEAD:
                    self._refuse(too_large())
            return

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self.scope["extensions"] = {CONNECTION: self}  # type: ignore[dict-item]

    def on_headers_complete(self) -> None:
        parser, method = self.parser, self.parser.get_method()
        self.scope["method"] = method.decode("ascii")
        if parser.should_upgrade() and method != b"CONNECT":
            return
        check_head(parser.get_http_version(), method, self.url, self.headers)
        if self._unread > MAX_HEAD:
            check_size(self.url, self.headers)
        if not self.url.startswith((b"/", b"*")):
            host, self.url = absolute(self.url)
            self.headers[:] = [(b"host", host), *(header for header in self.headers if header[0] != b"host")]
        super().on_headers_complete()
        self.cycle.message_event = LazyEvent()
        # What comes behind the body is no header of the request.
        self.headers = []
        self._is_in_head, self._is_in_body = False, True
        self._read()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._unread = 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_body = False
        self._read()

    def _read(self) -> None:
        self._unread = self.late = 0

    def _should_upgrade(self) -> bool:
        # Asked only where an upgrade is: such a message is left alone until it comes again without.
        return True

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        kept = (name + b": " + value for name, value in self.headers if name != b"upgrade")
        line = b"%b %b HTTP/%b" % (self.scope["method"].encode(), self.url, version)
        return b"\r\n".join([line, *kept, b"", b""])

    def _refuse(self, error: InvalidRequest) -> None:
        if self.transport.is_closing():
            return
        self._has_refused = True
        waits = self._is_served
        if self._is_in_body:
            broken, self._is_in_body = self.cycle, False
            waits = bool(self.pipeline) and self.pipeline[0][0] is broken
            if waits:
                self.pipeline.popleft()
            elif broken.response_started:
                self.transport.close()
                return
            else:
                # Whoever serves it learns that no more will come, and that nobody will hear the answer.
                broken.disconnected = True
                broken.message_event.set()
        method = self.scope.get("method", "") if self.scope else ""
        url = self.url.decode("latin-1")[:_LONGEST_SHOWN] if method else ""
        self.cycle = self._last_cycle()
        answer: Any = answer_to(error, method, url)
        if waits:
            self.pipeline.appendleft((self.cycle, answer))
        else:
            self._start_asgi_task(self.cycle, answer)

    def _last_cycle(self) -> RequestResponseCycle:
        scope: Any = {"type": "http", "method": "GET", "headers": [], "http_version": "1.1"}
        transport: Any = _HalfClosed(self.transport)
        cycle = RequestResponseCycle(
            scope=scope,
            transport=transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        cycle.more_body = False
        return cycle


def _reason(error: httptools.HttpParserError) -> InvalidRequest:
    if isinstance(error.__context__, InvalidRequest):
        return error.__context__
    if error.__context__ is not None:
        return InvalidRequest("malformed request target")
    return InvalidRequest(f"malformed request: {error}")
