"""When things were asked, going by the times in the answers: recordings have no other clock.

A create happened when its task says it was created, a retry or cancel when the event that it caused says so, if any
later answer shows it. Anything else happened no earlier than the latest time in its answer, and nothing before what
was recorded before it. A stream is recorded when it ends: one that told of things as they happened began as much
earlier as its last news took to come.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fidelity.identities import events_of, is_event
from tests.fidelity.recording import Answer, Exchange

Milliseconds = int

_HALF: Milliseconds = 500
_LATE: Milliseconds = 999
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_CHANGE = re.compile(r"/v2/tasks/([^/]+)/(retry|cancel)$")
_CAUSED = {"retry": "recovered", "cancel": "cancelled"}


@dataclass(frozen=True, slots=True)
class Asked:
    """An exchange and the recorded instant at which it was asked; None if nothing tells."""

    exchange: Exchange
    at: Milliseconds | None


def in_order(exchanges: Sequence[Exchange]) -> list[Asked]:
    """The exchanges in the order in which they were asked, with their instants."""
    witness = _Witness(exchanges)
    asked: list[Asked] = []
    latest: Milliseconds | None = None
    for exchange in exchanges:
        began = _live_since(exchange.answer)
        if began is not None:
            place = next((i for i, each in enumerate(asked) if each.at is not None and each.at > began), len(asked))
            asked.insert(place, Asked(exchange, began))
            continue
        seen = witness.instant(exchange)
        latest = seen if latest is None else max(latest, seen or latest)
        asked.append(Asked(exchange, latest))
    return asked


class _Witness:
    """What all answers together tell of when something happened."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._created: dict[str, Milliseconds] = {}
        self._caused: dict[tuple[str, str], list[Milliseconds]] = {}
        happened: dict[tuple[str, int], tuple[str, Milliseconds]] = {}
        for exchange in exchanges:
            for item in _objects(_content(exchange.answer)):
                if is_event(item):
                    happened[item["taskId"], item["id"]] = (item["type"], milliseconds(item["createdAt"]))
                elif "createdAt" in item and "id" in item:
                    self._created[item["id"]] = milliseconds(item["createdAt"])
        for (task, _), (type, at) in sorted(happened.items()):
            self._caused.setdefault((task, type), []).append(at)
            self._created.setdefault(task, at)
        self._starts = [(each.n, at) for each in exchanges if (at := self._start_of_run(each)) is not None]

    def instant(self, exchange: Exchange) -> Milliseconds | None:
        start = next((at for n, at in self._starts if n == exchange.n), None)
        if start is not None:
            return start + _HALF
        answer, change = exchange.answer, _CHANGE.search(exchange.path)
        if change is not None and answer.status == 200:
            caused = self._caused.get((change[1], _CAUSED["cancel"]), [])
            # An event that came later than what was recorded later is of another cancel: a retry deletes them.
            if caused and not any(exchange.n < n and at < caused[0] for n, at in self._starts):
                return caused.pop(0)
        return max(_times(_content(answer)), default=None)

    def _start_of_run(self, exchange: Exchange) -> Milliseconds | None:
        if exchange.answer.status != 201:
            return None
        change = _CHANGE.search(exchange.path)
        if change is None:
            return self._created.get(exchange.answer.body["id"])
        caused = self._caused.get((change[1], _CAUSED["retry"]), [])
        return caused.pop(0) if caused else None


def milliseconds(text: str) -> Milliseconds:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _live_since(answer: Answer) -> Milliseconds | None:
    batches = answer.batches or ()
    news = [max(_times(events_of(batch.frames))) for batch in batches]
    if not news or news[-1] <= news[0]:
        return None
    newest = news.index(news[-1])
    return max(news[0] + _HALF, news[newest] + _LATE - round(batches[newest].offset * 1000))


def _content(answer: Answer) -> Any:
    if answer.batches is None:
        return answer.body
    return [event for batch in answer.batches for event in events_of(batch.frames)]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)


def _times(value: Any) -> Iterator[Milliseconds]:
    for item in _objects(value):
        for key in ("createdAt", "lastHeartbeatAt"):
            if isinstance(item.get(key), str) and _TIME.fullmatch(item[key]):
                yield milliseconds(item[key])
