"""Servers whose long poll goes wrong."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    App,
    Call,
    Receive,
    Scope,
    Send,
    changing_requests,
    editing_json,
)

EVENTS = {"getTaskEvents"}


def after_of(call: Call) -> int | None:
    given = dict(call.query).get("after", "")
    return int(given) if given.removeprefix("-").isdecimal() else None


def delaying(app: App, seconds: float, *, when: Callable[[str], bool] = lambda query: True) -> App:
    """Answer later; `when` chooses by the query of a request for events."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        query = scope.get("query_string", b"").decode()
        if path.endswith("/events") and when(query):
            await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return wrapped


@defect("EVENTS-01", blames="getTaskEvents")
def batch_comes_in_an_object(app: App) -> App:
    """The events are wrapped in an object."""
    return editing_json(app, EVENTS, lambda call, body: {"events": body})


@defect("EVENTS-01", blames="getTaskEvents")
def batch_forgets_the_task(app: App) -> App:
    """An event does not say whose it is."""

    def edit(call: Call, body: Any) -> Any:
        return [{name: value for name, value in event.items() if name != "taskId"} for event in body]

    return editing_json(app, EVENTS, edit)


@defect("EVENTS-01", blames="getTaskEvents")
def batch_counts_in_texts(app: App) -> App:
    """The id of an event is a text."""
    return editing_json(app, EVENTS, lambda call, body: [{**event, "id": str(event["id"])} for event in body])


@defect("EVENTS-02", blames="getTaskEvents")
def newest_event_of_a_batch_comes_first(app: App) -> App:
    """The last event is told first."""
    return editing_json(app, EVENTS, lambda call, body: list(reversed(body)))


@defect("EVENTS-02", blames="getTaskEvents")
def events_are_told_once(app: App) -> App:
    """Who has read an event does not get it again."""
    told: Counter[str] = Counter()

    def edit(call: Call, body: Any) -> Any:
        if call.query:
            return body
        task = call.parameters["taskId"]
        told[task] += 1
        return body[1:] if told[task] > 1 else body

    return editing_json(app, EVENTS, edit)


@defect("EVENTS-03", blames="getTaskEvents")
def batch_never_ends(app: App) -> App:
    """No completion is ever told."""
    return editing_json(app, EVENTS, lambda call, body: [event for event in body if event["type"] != "completion"])


@defect("EVENTS-03", blames="getTaskEvents")
def batch_is_cut_at_the_end(app: App) -> App:
    """The last event is left out where all are asked for."""
    return editing_json(app, EVENTS, lambda call, body: body if call.query or len(body) < 2 else body[:-1])


@defect("EVENTS-04", blames="getTaskEvents")
def after_is_not_read(app: App) -> App:
    """Whatever `after` says, everything is told."""
    return changing_requests(app, EVENTS, lambda call: call.with_query([]) if after_of(call) else call)


@defect("EVENTS-04", blames="getTaskEvents")
def after_is_inclusive_in_batches(app: App) -> App:
    """The event that the client knows is told again."""

    def change(call: Call) -> Call:
        after = after_of(call)
        return call if not after else call.with_query([("after", str(after - 1))])

    return changing_requests(app, EVENTS, change)


@defect("EVENTS-04", blames="getTaskEvents")
def after_skips_one(app: App) -> App:
    """The event right behind the one that the client knows is left out."""

    def change(call: Call) -> Call:
        after = after_of(call)
        return call if after is None or after < 0 else call.with_query([("after", str(after + 1))])

    return changing_requests(app, EVENTS, change)


@defect("EVENTS-05", blames="getTaskEvents")
def completion_is_told_once(app: App) -> App:
    """A completion that lies before `after` is left out."""

    def edit(call: Call, body: Any) -> Any:
        after = after_of(call)
        return body if after is None else [event for event in body if event["id"] > after]

    return editing_json(app, EVENTS, edit)


@defect("EVENTS-05", blames="getTaskEvents")
def nobody_reads_after_the_end(app: App) -> App:
    """Who knows the completion waits for what never comes."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Any) -> None:
            content = message.get("body", b"")
            if asked and b'"completion"' in content and content.count(b'"taskId"') == 1:
                await asyncio.sleep(8)
            await send(message)

        asked = scope.get("path", "").endswith("/events") and b"after" in scope.get("query_string", b"")
        await app(scope, receive, hold)

    return wrapped


@defect("EVENTS-06", blames="getTaskEvents")
def every_batch_waits(app: App) -> App:
    """What is there is told two seconds and a half later."""
    return delaying(app, 2.5)


@defect("EVENTS-06", blames="getTaskEvents")
def resumed_batch_waits(app: App) -> App:
    """Who comes back waits, though there is something to tell."""
    return delaying(app, 2.5, when=lambda query: "after" in query)


@defect("EVENTS-07", blames="getTaskEvents")
def long_poll_is_a_short_one(app: App) -> App:
    """It is answered empty at once where there is nothing new."""
    return _waiting(app, 0.15, empty=True)


@defect("EVENTS-07", blames="getTaskEvents")
def long_poll_waits_for_half_a_second(app: App) -> App:
    """It waits, but no longer than half a second."""
    return _waiting(app, 0.5, empty=True)


@defect("EVENTS-08", blames="getTaskEvents")
def long_poll_sleeps_on(app: App) -> App:
    """Who waits is not woken by an event."""
    return _waiting(app, 0.15, late=12.0)


@defect("EVENTS-08", blames="getTaskEvents")
def long_poll_looks_rarely(app: App) -> App:
    """Who waits learns of an event five seconds later."""
    return _waiting(app, 0.15, late=5.0)


@defect("EVENTS-09", blames="getTaskEvents")
def batch_has_other_texts(app: App) -> App:
    """The messages are not those of the stream."""

    def edit(call: Call, body: Any) -> Any:
        return [
            {**event, "body": {**event["body"], "message": event["body"]["message"].upper()}}
            if "message" in event["body"]
            else event
            for event in body
        ]

    return editing_json(app, EVENTS, edit)


@defect("EVENTS-09", blames="getTaskEvents")
def batch_leaves_the_queue_out(app: App) -> App:
    """The first event, which is of no step, is told by the stream alone."""

    def edit(call: Call, body: Any) -> Any:
        return [event for event in body if "stepId" in event["body"] or event["type"] != "log"]

    return editing_json(app, EVENTS, edit)


def _waiting(app: App, seconds: float, *, empty: bool = False, late: float = 0.0) -> App:
    """Do otherwise with a request for events that is not answered within so many seconds: answer it empty, or late."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("path", "").endswith("/events"):
            await app(scope, receive, send)
            return
        handed_on = _HandedOn(send)
        answering = asyncio.create_task(app(scope, receive, handed_on))
        await asyncio.wait([answering], timeout=seconds)
        if empty and not handed_on.began:
            answering.cancel()
            await _empty(send)
            return
        handed_on.delay = late
        await answering

    return wrapped


class _HandedOn:
    """Hands on an answer, later if it is to, and tells whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = False
        self.delay = 0.0

    async def __call__(self, message: Any) -> None:
        if not self.began and self.delay:
            await asyncio.sleep(self.delay)
        self.began = True
        await self._send(message)


async def _empty(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"[]"})
