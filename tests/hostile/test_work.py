"""No request takes so much work that others wait for long: counted in calls, which no other program's load changes."""

import asyncio
import cProfile

import pytest

from mock_server.app import MockServer
from tests.hostile.heavy import HEAVY, Heavy

# About half a second.
MOST_CALLS = 2_000_000


@pytest.fixture(scope="module")
def server() -> MockServer:
    return MockServer()


async def answer(server: MockServer, heavy: Heavy) -> int:
    messages = [{"type": "http.request", "body": heavy.body(), "more_body": False}]
    sent = []

    async def receive():
        return messages.pop() if messages else await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    given = {"authorization": "Bearer mock-user-token", "content-type": "application/json", "x-mock-world": "heavy"}
    headers = [(name.encode(), value.encode()) for name, value in given.items()]
    path = f"/api/scaffolder{heavy.path}"
    await server(
        {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, receive, send
    )
    return sent[0]["status"]


@pytest.mark.parametrize("heavy", [pytest.param(heavy, id=heavy.name) for heavy in HEAVY])
async def test_a_heavy_request_ends_before_others_wait_for_long(server, heavy: Heavy):
    profile = cProfile.Profile()
    profile.enable()
    try:
        status = await answer(server, heavy)
    finally:
        profile.disable()
    assert status < 500
    assert sum(entry.callcount for entry in profile.getstats()) < MOST_CALLS
