"""Requests of every form, answered as scaffolder-backend 4.2.0 answered them when it was asked the same.

It ran with the entities of `recorded_entities.yaml`, an empty database and one service token. What describes actions,
filters and permissions is in our own words, and only its status and type are held.
"""

import base64
import json
from typing import Any

import pytest

from mock_server.app import MockServer, Options
from mock_server.quirks import Quirk
from tests.mock_server.conftest import DATA

RECORDED = [json.loads(line) for line in (DATA / "recorded_requests.jsonl").read_text(encoding="utf-8").splitlines()]
DESCRIBED = "<described>"


@pytest.fixture(scope="module")
def server() -> MockServer:
    return MockServer(Options(templates=[DATA / "recorded_entities.yaml"], quirks=frozenset(Quirk)))


def named(recorded: dict[str, Any]) -> str:
    told = [recorded["method"], recorded["path"].removeprefix("/api/scaffolder"), *recorded.get("headers", [])[:1]]
    return " ".join([*told, recorded.get("body", "")[:40]])


@pytest.mark.parametrize("recorded", RECORDED, ids=named)
async def test_a_request_is_answered_as_by_the_real_server(server, recorded):
    assert await answered(server, recorded) == {
        "status": recorded["status"],
        "type": recorded.get("type"),
        "answer": recorded.get("answer", ""),
    }


async def answered(server: MockServer, recorded: dict[str, Any]) -> dict[str, Any]:
    body = base64.b64decode(recorded["base64"]) if "base64" in recorded else recorded.get("body", "").encode()
    path, _, query = recorded["path"].partition("?")
    headers = [header.partition(":") for header in recorded.get("headers", [])]
    scope = {
        "type": "http",
        "method": recorded["method"],
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.partition("#")[0].encode(),
        "headers": [(name.lower().encode(), value.strip().encode()) for name, _, value in headers],
    }
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await server(scope, receive, send)
    start, content = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    return {
        "status": start["status"],
        "type": dict(start["headers"]).get(b"content-type", b"").decode() or None,
        "answer": _answer(recorded, content),
    }


def _answer(recorded: dict[str, Any], content: bytes) -> Any:
    # An HTTP server sends no body to HEAD, which this is beneath.
    if recorded["method"] == "HEAD" or recorded.get("answer") == DESCRIBED:
        return recorded.get("answer", "")
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()
