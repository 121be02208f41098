"""The operations of the control API on the journal of a world."""

from collections.abc import Mapping
from typing import Any

from mock_server.answers import Answer, Receive, Scope, Send, json_answer
from mock_server.clock import deadline, timestamp
from mock_server.control.addressed import addressed_world
from mock_server.journal import MAX_ENTRIES, Choice, Entry, EntryQuery
from mock_server.leaving import ClientLeft, unless_client_leaves
from mock_server.request import Call
from mock_server.world import World


async def list_journal(call: Call) -> "Answer | _Awaited":
    given = call.parameters
    world = addressed_world(call)
    count = int(given.get("count", 1))
    search = _Awaited(world, _query(given), int(given.get("limit", MAX_ENTRIES)), count, given.get("wait", 0))
    return search if given.get("wait", 0) else search.answer()


async def get_journal_entry(call: Call) -> Answer:
    world = addressed_world(call)
    return json_answer(200, entry_to_json(world.journal.get(call.parameters["entryId"])))


async def clear_journal(call: Call) -> Answer:
    addressed_world(call).journal.clear()
    return Answer(204)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """What the control API says of an entry."""
    if entry.message is not None:
        return {"id": entry.id, "kind": "note", "at": timestamp(entry.at), "message": entry.message}
    return {
        "id": entry.id,
        "kind": "exchange",
        "at": timestamp(entry.at),
        "clock": {"frozen": entry.is_frozen, "speed": entry.speed},
        "method": entry.method,
        "url": entry.url,
        "operation": entry.operation,
        "task": entry.task_id,
        "status": entry.status,
        "error": entry.error,
        "scenario": None if entry.choice is None else _choice_to_json(entry.choice),
        "faults": [{"fault": each.kind, "source": each.source, "rule": each.rule} for each in entry.faults],
    }


class _Awaited:
    """The entries that are asked for, once there are as many as asked for, or after so many seconds on the wall."""

    __slots__ = ("_count", "_limit", "_patience", "_query", "_world")

    def __init__(self, world: World, query: EntryQuery, limit: int, count: int, patience: float) -> None:
        self._world = world
        self._query = query
        self._limit = limit
        self._count = count
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with deadline(self._patience):
                await unless_client_leaves(self._enough(), receive)
        except ClientLeft:
            return
        except TimeoutError:
            pass
        await self.answer()(scope, receive, send)

    def answer(self) -> Answer:
        found = self._world.journal.find(self._query, self._limit)
        last_id = self._world.journal.last_id
        return json_answer(200, {"entries": [entry_to_json(entry) for entry in found], "lastId": last_id})

    async def _enough(self) -> None:
        world, grown = self._world, self._world.journal.grown
        while not world.is_closed:
            seen = grown.version
            if len(world.journal.find(self._query)) >= self._count:
                return
            await grown.wait(seen)


def _query(given: Mapping[str, Any]) -> EntryQuery:
    status = given.get("status")
    return EntryQuery(
        after=int(given.get("after", 0)),
        method=given.get("method"),
        path=given.get("path"),
        operation=given.get("operation"),
        status=None if status is None else int(status),
        task_id=given.get("task"),
    )


def _choice_to_json(choice: Choice) -> dict[str, Any]:
    nearest = choice.nearest
    return {
        "name": choice.scenario,
        "chosen": choice.reason,
        "use": choice.use,
        "rules": choice.rules,
        "nearest": None if nearest is None else {"name": nearest.scenario, "unmet": nearest.unmet},
    }
