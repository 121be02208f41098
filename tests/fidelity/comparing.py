"""Compare a recorded answer with ours."""

import difflib
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.fidelity.copying import CUT
from tests.fidelity.identities import Identities, events_of
from tests.fidelity.normalising import levelled
from tests.fidelity.recording import Answer, Exchange


def compare(exchange: Exchange, ours: Answer, identities: Identities) -> Iterator[str]:
    """The lines in which the answers differ, `-` as recorded and `+` as ours. Learns the ids of what is new."""
    recorded = exchange.answer
    if recorded.status == ours.status == 201 and exchange.path.endswith("/v2/tasks"):
        identities.learn_task(recorded.body["id"], ours.body["id"])
    for part in ("status", "content_type"):
        theirs, mine = getattr(recorded, part), getattr(ours, part)
        if theirs != mine:
            yield f"-{part}: {theirs}"
            yield f"+{part}: {mine}"
    if recorded.batches is not None and ours.batches is not None:
        yield from _streams(exchange.path, recorded, ours, identities)
    else:
        identities.learn_events(recorded.body, ours.body)
        yield from _bodies(exchange.path, recorded.body, ours.body, identities)


def _bodies(path: str, recorded: Any, ours: Any, identities: Identities) -> Iterator[str]:
    if isinstance(recorded, list) and recorded[-1:] == [CUT] and isinstance(ours, list):
        recorded = recorded[:-1]
        ours = ours[: len(recorded)]
    known = identities.task_ids
    yield from _diff(levelled(identities.translated(recorded), path, known), levelled(ours, path, known))


def _streams(path: str, recorded: Answer, ours: Answer, identities: Identities) -> Iterator[str]:
    theirs = [events_of(batch.frames) for batch in recorded.batches or ()]
    mine = [events_of(batch.frames) for batch in ours.batches or ()]
    identities.learn_events(list(chain(*theirs)), list(chain(*mine)))
    known = identities.task_ids
    yield from _diff(
        {"closed": recorded.is_closed, "batches": levelled(identities.translated(theirs), path, known)},
        {"closed": ours.is_closed, "batches": levelled(mine, path, known)},
    )
    yield from _diff(_grammar(recorded), _grammar(ours))


def _grammar(answer: Answer) -> list[list[str]]:
    """The frames without what their data say: the name of each line, and of the event."""
    return [
        ["data" if line.startswith("data: {") else line for line in batch.frames.split("\n")]
        for batch in answer.batches or ()
    ]


def _diff(recorded: Any, ours: Any) -> Iterator[str]:
    if json.dumps(recorded) == json.dumps(ours):
        return
    lines = difflib.unified_diff(_lines(recorded), _lines(ours), n=2, lineterm="")
    yield from (line for line in lines if not line.startswith(("---", "+++")))


def _lines(value: Any) -> list[str]:
    return json.dumps(value, indent=1, ensure_ascii=False).split("\n")
