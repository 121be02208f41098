"""What a hostile request sent, and what its answer makes of that."""

import json
from typing import Any

from contracts.exchange import NOT_JSON, Exchange
from contracts.rules.leaks import texts_of
from contracts.task_story import listed_tasks

# A server may turn away what is longer than this before it has read it, and close the connection.
LONGEST_BODY = 64 * 1024
LONGEST_HEAD = 4 * 1024
OF_ONE_TASK = frozenset({"getTask", "getTaskLogs", "getTaskEventStream", "getTaskEvents", "cancelTask", "retryTask"})
MOST_SHOWN = 120


def is_too_long_for_some(exchange: Exchange) -> bool:
    request = exchange.request
    head = max(len(request.path) + len(str(exchange)), *(len(value) for _, value in request.headers), 0)
    return head > LONGEST_HEAD or len(request.body or b"") > LONGEST_BODY


def text_sent(exchange: Exchange) -> str:
    """All text that was sent, decoded; and as it went over the wire."""
    request = exchange.request
    body = (request.body or b"").decode(errors="replace")
    return "\n".join(
        (
            request.path,
            *exchange.path_parameters.values(),
            *(text for pair in request.query for text in pair),
            *(value for _, value in request.headers),
            body,
            "" if exchange.sent is NOT_JSON else texts_of(exchange.sent),
        )
    )


def fault_of_json(body: bytes) -> str | None:
    try:
        json.loads(body.decode(), parse_constant=_refuse)
    except RecursionError:
        return None
    except ValueError as error:
        return f"{str(error)[:MOST_SHOWN]} in {body[:40]!a}"
    return None


def found_by_text(exchange: Exchange) -> str | None:
    """What a request for something that there is not has found: an empty text for nothing, None where it is none."""
    status, body = exchange.status or 0, exchange.json
    task_id = exchange.path_parameters.get("taskId", "")
    if exchange.operation in OF_ONE_TASK and task_id.strip():
        if status >= 300:
            return ""
        if exchange.operation == "cancelTask":
            return f"{status}: something is cancelled"
        if exchange.operation == "getTask":
            return "a task" if isinstance(body, dict) and isinstance(body.get("id"), str) else ""
        return "events" if exchange.response is not None and exchange.response.body.strip() not in {b"", b"[]"} else ""
    if exchange.operation == "getTemplateParameterSchema" and exchange.path_parameters:
        return "a template" if 200 <= status < 300 else ""
    creator = exchange.query("createdBy")
    if exchange.operation == "listTasks" and creator is not None and creator.strip():
        others = [task for task in listed_tasks(exchange) if task.get("createdBy") != creator]
        return f"{len(others)} tasks of others" if others else ""
    return None


def is_no_object(exchange: Exchange) -> bool:
    """Whether the body is something else than a JSON object, whichever way it is read, or ends before it closes."""
    headers = {name.lower(): value.lower() for name, value in exchange.request.headers}
    body = exchange.request.body
    if body is None or "content-encoding" in headers or "charset" in headers.get("content-type", ""):
        return False
    if not headers.get("content-type", "").startswith("application/json") or b"\0" in body[:4] or body[:1] == b"\xff":
        return False
    text = body.decode(errors="replace").removeprefix("\ufeff").strip()
    return not text.startswith("{") or (exchange.sent is NOT_JSON and text.count("{") > text.count("}"))


def entity_ref(task: Any) -> str:
    spec = task.get("spec")
    info = spec.get("templateInfo") if isinstance(spec, dict) else None
    return str(info.get("entityRef")) if isinstance(info, dict) else ""


def difference(sent: Any, shown: Any, pointer: str = "") -> str | None:
    """Where two JSON values differ first, None if they do not; numbers are compared as numbers."""
    if isinstance(sent, dict) and isinstance(shown, dict):
        if sent.keys() != shown.keys():
            keys = ", ".join(ascii(key)[:MOST_SHOWN] for key in sorted(sent.keys() ^ shown.keys())[:3])
            return f"{pointer or '/'}: {keys}"
        found = (difference(sent[key], shown[key], f"{pointer}/{ascii(key)[1:-1][:40]}") for key in sent)
        return next((where for where in found if where), None)
    if isinstance(sent, list) and isinstance(shown, list) and len(sent) == len(shown):
        found = (
            difference(one, other, f"{pointer}/{place}")
            for place, (one, other) in enumerate(zip(sent, shown, strict=True))
        )
        return next((where for where in found if where), None)
    if isinstance(sent, bool) is isinstance(shown, bool) and sent == shown:
        return None
    return f"{pointer or '/'}: {ascii(shown)[:MOST_SHOWN]} for {ascii(sent)[:MOST_SHOWN]}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
