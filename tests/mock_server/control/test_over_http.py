"""The control over HTTP: the frozen clock before two streams, a poller, a list and a cancel."""

import asyncio

import httpx
import pytest

from tests.server_process import running_server

USER = {"authorization": "Bearer mock-user-token"}
HELLO = {"templateRef": "hello-world", "values": {}}


@pytest.fixture(scope="module")
def origin():
    with running_server() as server:
        yield server.url.removesuffix("/api/scaffolder")


@pytest.fixture
async def client(origin):
    async with httpx.AsyncClient(base_url=origin, headers=USER, timeout=10) as client:
        yield client


async def frozen_world(client) -> tuple[str, str]:
    """The paths of the API and of the control of a world whose clock stands still."""
    world = (await client.post("/_mock/v1/worlds", json={"frozen": True})).json()
    return world["path"], f"/_mock/v1/worlds/{world['name']}"


async def told(client, path) -> str:
    """All that an event stream says until the server closes it."""
    async with client.stream("GET", path) as response:
        return "".join([text async for text in response.aiter_text()])


async def test_a_stopped_world_is_seen_alike_by_all_and_goes_on_when_it_is_told(client):
    api, control = await frozen_world(client)
    task = (await client.post(f"{api}/v2/tasks", json=HELLO)).json()["id"]
    streams = [asyncio.create_task(told(client, f"{api}/v2/tasks/{task}/eventstream")) for _ in range(2)]
    before = [(await client.get(f"{api}/v2/tasks/{task}")).json() for _ in range(2)]
    assert before[0] == before[1]
    assert before[0]["status"] == "open"
    assert (await client.post(f"{control}/clock/step")).status_code == 200
    assert (await client.get(f"{api}/v2/tasks/{task}")).json()["status"] == "processing"
    assert (await client.get(f"{api}/v2/tasks")).json()["tasks"][0]["status"] == "processing"
    await client.post(f"{control}/clock/advance", json={"seconds": 3600})
    first, second = await asyncio.gather(*streams)
    assert first == second
    assert first.count("event: completion") == 1
    assert (await client.get(f"{api}/v2/tasks")).json()["tasks"][0]["status"] == "completed"


async def test_a_cancel_in_a_stopped_world_ends_the_task_there_and_then(client):
    api, control = await frozen_world(client)
    task = (await client.post(f"{api}/v2/tasks", json=HELLO)).json()["id"]
    await client.post(f"{control}/clock/step")
    stream = asyncio.create_task(told(client, f"{api}/v2/tasks/{task}/eventstream"))
    assert (await client.post(f"{api}/v2/tasks/{task}/cancel")).status_code == 200
    assert "event: cancelled" in await stream
    assert (await client.get(f"{api}/v2/tasks/{task}")).json()["status"] == "cancelled"


async def test_a_page_of_another_origin_cannot_control(client):
    for headers in ({"origin": "http://localhost:3000"}, {"host": "rebound.example"}, {"x-forwarded-for": "192.0.2.7"}):
        assert (await client.post("/_mock/v1/worlds", headers=headers)).status_code == 403


async def test_the_page_of_the_control_may_use_it(client, origin):
    page = await client.get("/_mock/v1/ui/")
    assert page.headers["content-type"].startswith("text/html")
    assert (await client.get("/_mock/v1/openapi.json")).json()["info"]["title"] == "Control of the Scaffolder mock"
    assert (await client.post("/_mock/v1/worlds", headers={"origin": origin})).status_code == 201
