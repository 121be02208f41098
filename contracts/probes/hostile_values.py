"""Creates tasks of hostile values, and asks strange things of tasks that there are."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.clock import pause
from contracts.exchange import Purpose
from contracts.lifecycle import is_terminal
from contracts.probes.hostile_corpus import NUMBERS, TEXTS
from contracts.probes.hostile_input import send_all
from contracts.probes.hostile_requests import HostileRequest
from contracts.probes.probe import Probe
from contracts.session import Session

# The value of this name in each of the tasks is the hostile one.
HOSTILE_VALUE = "contractTestsHostile"
# The beginning of a longer id is no id; that of a number may be one.
LONGEST_NUMBER = 20
LOOKS = 20
BETWEEN_LOOKS = 0.2


def _nested(depth: int) -> Any:
    return {"deeper": [_nested(depth - 1)]} if depth else "the bottom"


# What JSON can say, and every server has to keep.
KEPT: Mapping[str, Any] = {
    "texts": {label: text for label, text in TEXTS.items() if "\0" not in text},
    "keys": {text: label for label, text in TEXTS.items() if "\0" not in text and not text.startswith("__")},
    "numbers": [0, -1, 2**53 - 1, 1 - 2**53, 0.1, 1e300, 5e-324, 1e21, 123456.789],
    "shapes": [True, False, None, [], {}, [[]], {"": {"": ""}}, _nested(22)],
    "meanings": {
        "$ref": "#/nowhere",
        "$schema": "x",
        "a.b": 1,
        "a[0]": 2,
        "a": {"b": 3},
        "length": 7,
        "if": "${{ 0 }}",
    },
}
# What a server may rather leave out or refuse.
DOUBTFUL: tuple[Any, ...] = (
    {"__proto__": {"contractTests": "planted"}, "constructor": {"prototype": {"contractTests": "planted"}}},
    {"NUL": "a\0b", "a\0b": "NUL", "half of a character": "\ud800", "\udc00": "half of a character"},
)


async def hostile_values(session: Session) -> None:
    """Create tasks of hostile values, look at them by every view, and ask for them in strange ways."""
    task_ids = [task_id for value in (KEPT, *DOUBTFUL) if (task_id := await _create(session, value))]
    for task_id in task_ids:
        await session.call("getTask", path={"taskId": task_id}, label="of hostile values")
        await session.call("getTaskLogs", path={"taskId": task_id}, label="of hostile values")
    await session.call("listTasks", label="with hostile values")
    if task_ids:
        ended = await _wait_for(session, task_ids[0])
        await send_all(session, _strange_requests(task_ids[0], ended=ended))


async def _create(session: Session, value: Any) -> str | None:
    template = session.templates.ordinary
    if template is None:
        return None
    made = await session.create(
        template,
        purpose=Purpose.HOSTILE,
        extra_values={"contractTests": session.marker, HOSTILE_VALUE: value},
        label="of hostile values",
    )
    return made[0] if made else None


async def _wait_for(session: Session, task_id: str) -> bool:
    """Give the task a while to end; tells whether it did."""
    for _ in range(LOOKS):
        seen = await session.call("getTask", path={"taskId": task_id}, label="of hostile values")
        if not isinstance(seen.json, dict):
            return False
        if is_terminal(seen.json.get("status")):
            return True
        await pause(BETWEEN_LOOKS)
    return False


def _is_uuid(task_id: str) -> bool:
    try:
        uuid.UUID(task_id)
    except ValueError:
        return False
    return True


def _strange_requests(task_id: str, *, ended: bool) -> Iterator[HostileRequest]:
    """Ids that are almost that of the task, and numbers that are none. The stream only of a task that has ended: it
    is not read longer than it takes."""
    for label, almost in {
        "with NUL": f"{task_id}\0",
        "with SQL": f"{task_id}' OR '1'='1",
        "with a wildcard": f"{task_id[:-1]}%",
        "with another wildcard": f"{task_id[:-1]}*",
        "with a pattern": f"{task_id[:-1]}.",
        "the beginning": task_id[: len(task_id) // 2] if len(task_id) > LONGEST_NUMBER else task_id,
        "with a list": f"{task_id},{task_id}",
        # A database knows a UUID in either case.
        "in the other case": task_id if _is_uuid(task_id) else task_id.swapcase(),
        "with a blank before it": f" {task_id}",
        "with a blank behind it": f"{task_id} ",
    }.items():
        if almost != task_id:
            yield HostileRequest(f"task id: {label}", "getTask", path={"taskId": almost})
    for label, number in NUMBERS.items():
        for operation, view in (("getTaskLogs", "logs"), ("getTaskEventStream", "eventstream")):
            if ended or view == "logs":
                path = f"/v2/tasks/{task_id}/{view}"
                yield HostileRequest(f"after: {label}", operation, path=path, query=[("after", number)])


HOSTILE_VALUES = Probe("hostile-values", hostile_values, creates=True, quick=False)
