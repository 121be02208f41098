"""Ask the mock what the real server was asked, at the same pace, and compare the answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from mock_server.app import MockServer, Options
from mock_server.auth import GUEST
from mock_server.clock import SECOND
from mock_server.quirks import Quirk
from mock_server.simulator import Principal
from tests.fidelity.asking import Heard, Request, scope_of
from tests.fidelity.comparing import compare
from tests.fidelity.copying import CUT
from tests.fidelity.identities import Identities
from tests.fidelity.instants import Asked, in_order, milliseconds
from tests.fidelity.recording import DATA, Answer, Batch, Exchange, Server
from tests.fidelity.timekeeping import Timekeeper, run_turned

ENTITIES = DATA.parents[1] / "mock_server" / "data" / "recorded_entities.yaml"
TOKENS = {"<jwt>": Principal(GUEST), "static-token-12345678": Principal(None)}
USER = "Bearer <jwt>"
ORIGIN = "http://localhost:3000"
# A body that was cut was cut because it was too long to keep: longer than the real server accepts.
LONG = 11 << 20
# How long a stream that said nothing was listened to, in seconds.
SILENCE = 2
# Nothing that was recorded waited longer for its answer, in milliseconds.
PATIENCE = 40_000


@dataclass(frozen=True, slots=True)
class Result:
    """How an exchange went: what differs, as lines of a diff; none if nothing does."""

    exchange: Exchange
    differences: tuple[str, ...]

    @property
    def matches(self) -> bool:
        return not self.differences


def replay(servers: Sequence[Server]) -> list[Result]:
    """Every exchange of the servers, in the order of their numbers."""
    results = [result for server in servers for result in run_turned(Replay(server).run())]
    return sorted(results, key=lambda result: result.exchange.n)


class Replay:
    """One server: a mock of its own, set up alike."""

    def __init__(self, server: Server) -> None:
        options: dict[str, Any] = {"scenario": "as-recorded", **server.options}
        self._mock = MockServer(
            Options(
                templates=[ENTITIES, DATA / "more-entities.yaml"],
                scenarios=[DATA / "scenarios"],
                tokens=TOKENS,
                quirks=frozenset(Quirk),
                cors_origins=[ORIGIN],
                **options,
            )
        )
        world = self._mock.simulator.worlds.get("default")
        self._time = Timekeeper(world.clock)
        self._identities = Identities()
        self._asked = in_order(server.exchanges)
        self._unrecorded = _unrecorded(server)
        self._start = next((each.at for each in self._asked if each.at is not None), 0)
        self._open: list[tuple[Exchange, Request, int]] = []
        self._results: list[Result] = []

    async def run(self) -> list[Result]:
        for asked in self._asked:
            await self._catch_up(asked)
            if asked.at is not None:
                await self._time.turn_to(asked.at - self._start)
            await self._ask(asked)
        while self._open:
            await self._time.turn()
            await self._close_streams()
        return self._results

    async def ask(self, method: str, target: str, headers: Mapping[str, str], body: str | None) -> Heard:
        """The whole answer to a request of one's own."""
        return await self._answer(self._request(method, target, headers, body))

    async def _catch_up(self, asked: Asked) -> None:
        """Ask what must have been asked before this, though nobody recorded it."""
        while self._unrecorded and self._unrecorded[0]["before"] <= asked.exchange.n:
            entry = self._unrecorded.pop(0)
            await self._time.turn_to(milliseconds(entry["at"]) - self._start)
            target = self._identities.target(entry["target"])
            headers = {"Authorization": USER, "Content-Type": "application/json"}
            heard = await self.ask(entry["method"], target, headers, json.dumps(entry.get("body", {})))
            if target.endswith("/v2/tasks"):
                self._identities.learn_task(entry["task"], json.loads(heard.content)["id"])

    async def _ask(self, asked: Asked) -> None:
        exchange = asked.exchange
        if exchange.answer.batches is None:
            await self._judge_patiently(asked)
        else:
            request = self._request_of(exchange)
            await self._time.turn(0)
            self._open.append((exchange, request, self._time.now()))
            if not exchange.answer.is_closed or len(exchange.answer.batches) == 1:
                await self._time.turn_to(self._time.now() + _length(exchange.answer))
        await self._close_streams()

    async def _judge_patiently(self, asked: Asked) -> None:
        """A read that differs is asked again until its second is over: recorded times tell no more than the second."""
        exchange = asked.exchange
        is_read = exchange.method == "GET" and asked.at is not None
        second_ends = ((asked.at or 0) // SECOND + 1) * SECOND - self._start
        tried: list[list[str]] = []
        while True:
            asked_at = self._time.now()
            heard = await self._answer(self._request_of(exchange))
            identities = self._identities.copy()
            differences = list(compare(exchange, _seen(exchange, heard), identities))
            tried.append(differences)
            if not differences or not is_read or asked_at < self._time.now() or self._time.now() >= second_ends:
                break
            await self._time.turn()
        self._identities = identities
        self._results.append(Result(exchange, tuple(min(tried, key=len))))

    def _request_of(self, exchange: Exchange) -> Request:
        target = self._identities.target(exchange.target)
        return self._request(exchange.method, target, exchange.headers, _whole(self._identities.body(exchange.body)))

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: str | None) -> Request:
        content = (body or "").encode()
        if body is not None:
            headers = {**headers, "Content-Length": str(len(content))}
        return Request(self._mock, scope_of(method, target, headers), content, self._time.now)

    async def _answer(self, request: Request) -> Heard:
        """The whole answer, turning the clock until it is there."""
        patience = self._time.now() + PATIENCE
        await self._time.turn(0)
        while not request.is_over and self._time.now() < patience:
            await self._time.turn()
        return await request.leave()

    async def _close_streams(self) -> None:
        """Judge the streams that are over, or that the recording client had left by now."""
        still_open = []
        for exchange, request, began in self._open:
            left = self._time.now() >= began + _length(exchange.answer) + (2_000 if exchange.answer.is_closed else 0)
            if request.is_over or left:
                is_over = request.is_over
                seen = _seen(exchange, await request.leave(), began=began, is_over=is_over)
                self._results.append(Result(exchange, tuple(compare(exchange, seen, self._identities))))
            else:
                still_open.append((exchange, request, began))
        self._open = still_open


def _unrecorded(server: Server) -> list[dict[str, Any]]:
    """What must have been asked of the server, unless its recording has turned up."""
    entries = yaml.safe_load((DATA / "unrecorded.yaml").read_text(encoding="utf-8"))
    created = {
        each.answer.body["id"] for each in server.exchanges if each.method == "POST" and each.answer.status == 201
    }
    missing = [
        entry
        for entry in entries
        if any(entry["before"] in part for part in server.numbers) and entry["task"] not in created
    ]
    return sorted(missing, key=lambda entry: (entry["before"], entry["at"]))


def _whole(body: str | None) -> str | None:
    return body if body is None or not body.endswith(CUT) else body.removesuffix(CUT).ljust(LONG, "x")


def _length(answer: Answer) -> int:
    return round((answer.batches or (Batch(SILENCE, ""),))[-1].offset * 1000)


def _seen(exchange: Exchange, heard: Heard, *, began: int = 0, is_over: bool = True) -> Answer:
    content_type = heard.headers.get("content-type", "")
    is_stream = heard.status is None or content_type.startswith("text/event-stream")
    if exchange.answer.batches is not None and is_stream:
        return Answer(heard.status or 0, content_type, batches=_batches(heard, began), is_closed=is_over)
    # A server sends no body in answer to HEAD, whatever the application gives it.
    text = "" if exchange.method == "HEAD" else heard.content.decode("utf-8", "replace")
    is_json = content_type.startswith("application/json") and text
    return Answer(heard.status or 0, content_type, json.loads(text) if is_json else text)


def _batches(heard: Heard, began: int) -> tuple[Batch, ...]:
    batches: dict[int, str] = {}
    for at, piece in heard.pieces:
        batches[at] = batches.get(at, "") + piece.decode()
    return tuple(Batch((at - began) / 1000, frames) for at, frames in batches.items())
