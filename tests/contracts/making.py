"""Exchanges and evidence made by hand, to show rules what they must let pass and what they must not.

Without `began`, each exchange begins after the one made before it has ended.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from contracts.contract import contract_of
from contracts.evidence import Evidence, FuzzReport
from contracts.exchange import Exchange, Purpose, Request, Response, Trouble
from contracts.profile import Profile
from contracts.rule import Observation, Rule
from contracts.sse import Ending, Frame, StreamReading
from contracts.target import TemplateChoice, Templates

TASK_ID = "task-1"
TEMPLATES = Templates(
    ordinary=TemplateChoice("template:default/ordinary", {}),
    slow=TemplateChoice("template:default/slow", {}),
    failing=TemplateChoice("template:default/failing", {}),
)
JSON = (("content-type", "application/json"),)
EVENT_STREAM = (("content-type", "text/event-stream"),)
NUMBERS = count(1)


def exchange(
    operation: str | None,
    status: int | None = 200,
    body: Any = None,
    *,
    sent: Any = None,
    task_id: str | None = None,
    path: Mapping[str, str] | str | None = None,
    method: str | None = None,
    query: Sequence[tuple[str, str]] = (),
    purpose: Purpose = Purpose.ORDINARY,
    headers: Sequence[tuple[str, str]] | None = None,
    request_headers: Sequence[tuple[str, str]] = (("Authorization", "Bearer $TOKEN"),),
    content: bytes | None = None,
    request_content: bytes | None = None,
    began: float | None = None,
    took: float = 0.5,
    stream: StreamReading | None = None,
    trouble: Trouble | None = None,
    label: str = "",
    group: int = 0,
    profile: Profile = Profile.PUBLISHED,
) -> Exchange:
    """One request and its answer. `body` is sent back as JSON, `content` as it is; `status` None: no answer came;
    `task_id` is short for the path parameter; `path` is the path parameters, or an undocumented path itself."""
    number = next(NUMBERS)
    began = float(number) if began is None else began
    documented = contract_of(profile).operations[operation] if operation else None
    parameters = {"taskId": task_id} if task_id is not None else dict(path) if isinstance(path, Mapping) else {}
    raw_path = path if isinstance(path, str) else documented.path.format(**parameters) if documented else "/"
    if content is None:
        content = b"" if body is None else json.dumps(body).encode()
    if request_content is None and sent is not None:
        request_content = json.dumps(sent).encode()
    return Exchange(
        number=number,
        purpose=purpose,
        operation=operation,
        request=Request(
            method or (documented.method if documented else "GET"),
            raw_path,
            tuple(query),
            tuple(request_headers),
            request_content,
        ),
        response=None
        if status is None
        else Response(status, tuple(headers if headers is not None else JSON if content else ()), content),
        began=began,
        ended=began + took,
        path_parameters=parameters,
        stream=stream,
        trouble=trouble,
        label=label,
        group=group,
    )


def created(
    task_id: str = TASK_ID,
    *,
    ref: str = "template:default/ordinary",
    values: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    **rest: Any,
) -> Exchange:
    """A task is created."""
    sent = {"templateRef": ref, "values": dict(values or {}), **({"secrets": dict(secrets)} if secrets else {})}
    return exchange("createTask", 201, {"id": task_id}, sent=sent, **rest)


def polled(status: str = "completed", *, task_id: str = TASK_ID, fields: Mapping[str, Any] | None = None, **rest: Any):
    """A task is read; `fields` replace what `task()` says of it."""
    return exchange("getTask", 200, task(status, id=task_id, **(fields or {})), task_id=task_id, **rest)


def listed(*tasks: Mapping[str, Any], **rest: Any) -> Exchange:
    """The tasks are listed."""
    return exchange("listTasks", 200, {"tasks": list(tasks)}, **rest)


def logged(events: Iterable[Mapping[str, Any]], *, task_id: str = TASK_ID, **rest: Any) -> Exchange:
    """The log of a task is read."""
    return exchange("getTaskLogs", 200, list(events), task_id=task_id, **rest)


def cancelled(status: int = 200, *, task_id: str = TASK_ID, **rest: Any) -> Exchange:
    """A task is cancelled."""
    return exchange("cancelTask", status, task_id=task_id, **rest)


def streamed(
    events: Iterable[Mapping[str, Any] | Frame],
    *,
    task_id: str = TASK_ID,
    ending: Ending = Ending.CLOSED,
    began: float | None = None,
    took: float = 0.5,
    problems: tuple[str, ...] = (),
    comments: int = 0,
    **rest: Any,
) -> Exchange:
    """The event stream of a task is read; an event arrives 10 ms after the one before, unless it is a Frame."""
    made = exchange("getTaskEventStream", 200, task_id=task_id, began=began, took=took, headers=EVENT_STREAM, **rest)
    frames = tuple(
        found if isinstance(found, Frame) else frame(found, arrived=made.began + 0.01 * place)
        for place, found in enumerate(events)
    )
    reading = StreamReading(frames, ending, made.began, made.ended, comments, problems)
    return _with_stream(made, reading)


def frame(event: Mapping[str, Any], *, arrived: float = 0.0, id: str | None = None) -> Frame:
    """An event as a frame: its type is the name of the frame, too."""
    fields = ("event", "data") if id is None else ("id", "event", "data")
    return Frame(str(event.get("type", "message")), json.dumps(event), id, arrived, fields)


def task(status: str = "completed", *, id: str = TASK_ID, **fields: Any) -> dict[str, Any]:
    """A task as a server of the published document shows it; a field given as None is left out."""
    shown: dict[str, Any] = {
        "id": id,
        "spec": {
            "apiVersion": "scaffolder.backstage.io/v1beta3",
            "templateInfo": {"entityRef": "template:default/ordinary"},
            "steps": [{"id": "first", "name": "First", "action": "debug:log"}],
            "parameters": {},
            "output": {},
        },
        "status": status,
        "createdAt": at(0),
        "createdBy": "user:default/guest",
    }
    if status != "open":
        shown["lastHeartbeatAt"] = at(5)
    if status in {"completed", "failed", "cancelled"}:
        shown["completedAt"] = at(5)
    shown.update(fields)
    return {name: value for name, value in shown.items() if value is not None}


def event(
    id: int | None,
    type: str = "log",
    message: str | None = "it goes on",
    *,
    task_id: str | None = TASK_ID,
    created_at: str | None = None,
    **body: Any,
) -> dict[str, Any]:
    """An event; `body` is added to its message, which None leaves out. None as its id or task_id leaves those out."""
    told: dict[str, Any] = {
        "id": id,
        "taskId": task_id,
        "type": type,
        "createdAt": created_at or at(id or 0),
        "body": body if message is None else {"message": message, **body},
    }
    return {name: value for name, value in told.items() if value is not None}


def completion(id: int | None, *, error: str | None = None, **rest: Any) -> dict[str, Any]:
    """The event that a task ends with: well, unless there is an error."""
    how = {"output": {}} if error is None else {"error": {"name": "Error", "message": error}}
    return event(id, "completion", "that was it", **{**how, **rest})


def at(second: float) -> str:
    """A time of the target's clock."""
    return f"2026-11-22T10:{int(second) // 60:02d}:{int(second) % 60:02d}.{round(second % 1 * 1000):03d}Z"


def evidence(
    *exchanges: Exchange,
    profile: Profile = Profile.PUBLISHED,
    templates: Templates = TEMPLATES,
    marker: str = "contract-tests-0123456789ab",
    secrets: Sequence[str] = (),
    has_token: bool = True,
    fuzz: FuzzReport | None = None,
    gone: str | None = None,
) -> Evidence:
    """What a run brought back."""
    in_order = tuple(sorted(exchanges, key=lambda exchange: exchange.ended))
    return Evidence(contract_of(profile), templates, in_order, marker, tuple(secrets), has_token, fuzz, gone)


def failures(rule: Rule, evidence: Evidence) -> list[Observation]:
    """What the rule objects to."""
    return [observation for observation in rule.judge(evidence) if not observation.holds]


def holds(rule: Rule, evidence: Evidence) -> bool:
    """Whether the rule found something to judge, and nothing to object to."""
    observations = list(rule.judge(evidence))
    return bool(observations) and all(observation.holds for observation in observations)


def is_silent(rule: Rule, evidence: Evidence) -> bool:
    """Whether the rule found nothing to judge."""
    return not list(rule.judge(evidence))


def _with_stream(made: Exchange, reading: StreamReading) -> Exchange:
    return Exchange(
        **{name: getattr(made, name) for name in Exchange.__dataclass_fields__ if name != "stream"}, stream=reading
    )
