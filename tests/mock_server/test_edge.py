"""What surrounds the API: worlds, the mock's own parameters and the answers to every error."""

import asyncio
import logging

import httpx
import pytest

from mock_server.actions.catalogue import ActionCatalogue
from mock_server.addresses import MOUNT
from mock_server.answers import encode_json
from mock_server.app import MockServer
from mock_server.cors import Cors
from mock_server.edge import Edge
from mock_server.handlers import event_stream
from mock_server.request import EXCHANGE
from tests.mock_server.conftest import USER, Api

HELLO = {"templateRef": "hello-world", "values": {}}
HOST = "http://mock"
INVALID_NAME = "The name of a world is 1 to 64 letters, digits, '_' or '-'"


@pytest.fixture(scope="module")
def lasting_api(conformance):
    """One server for all tests that look at no list."""
    return Api(MockServer(), conformance)


def below(world, path):
    """A path in a world that the URL chooses."""
    return f"{HOST}/worlds/{world}{MOUNT}{path}"


async def tasks_of(api, **kwargs):
    response = await api.get("/v2/tasks", **kwargs)
    return [task["id"] for task in response.json()["tasks"]]


def names(api):
    return [world.name for world in api.server.simulator.worlds]


@pytest.mark.parametrize(
    ("url", "headers", "world"),
    [
        ("/v2/actions", {}, "default"),
        (below("blue", "/v2/actions"), {}, "blue"),
        ("/v2/actions", {"x-mock-world": "blue"}, "blue"),
        ("/v2/actions", {"cookie": "mock-world=blue"}, "blue"),
        ("/v2/actions", {"cookie": 'a=b; mock-world="blue"; c=d'}, "blue"),
        ("/v2/actions", {"cookie": "mock-world-of=mine; other=1"}, "default"),
        ("/v2/actions", {"cookie": "mock-world="}, "default"),
        ("/v2/actions", {"x-mock-world": ""}, "default"),
        ("/v2/actions", {"x-mock-world": "blue", "cookie": "mock-world=red"}, "blue"),
        (below("blue", "/v2/actions"), {"x-mock-world": "red"}, "blue"),
        (below("blue", "/v2/actions"), {"cookie": "mock-world=red"}, "blue"),
        (below("blue", "/v2/actions"), {"x-mock-world": "red", "cookie": "mock-world=green"}, "blue"),
        (below("default", "/v2/actions"), {"x-mock-world": "red"}, "default"),
        (below("A-Z_0-9", "/v2/actions"), {}, "A-Z_0-9"),
        (below("x" * 64, "/v2/actions"), {}, "x" * 64),
    ],
)
async def test_a_request_chooses_its_world_by_path_then_header_then_cookie(lasting_api, url, headers, world):
    response = await lasting_api.get(url, headers=headers)
    assert response.status_code == 200
    assert response.headers["x-mock-world"] == world


@pytest.mark.parametrize(
    "cookie",
    [
        'preferences={"a":1}; mock-world=blue',
        "mock-world=blue; [odd]=1",
        "a b=c; mock-world=blue",
        "größe=1; mock-world=blue".encode(),
        "mock-world=blue; broken",
        "broken; mock-world=blue",
        "a=1;mock-world=blue",
    ],
)
async def test_the_cookies_of_others_do_not_hide_the_world(lasting_api, cookie):
    response = await lasting_api.get("/v2/actions", headers={"cookie": cookie})
    assert response.headers["x-mock-world"] == "blue"


@pytest.mark.parametrize("name", ["x" * 65, "a b", "a.b", "ö", "a%20b", "a:b", "a%2Fb", "blue%00"])
async def test_a_name_that_no_world_can_have_is_refused(lasting_api, name):
    for response in (
        await lasting_api.get(below(name, "/v2/actions")),
        await lasting_api.get("/v2/actions", headers={"x-mock-world": name.encode()}),
    ):
        assert response.status_code == 400
        assert response.json() == {
            "error": {"name": "InputError", "message": INVALID_NAME},
            "request": {"method": "GET", "url": response.json()["request"]["url"]},
            "response": {"statusCode": 400},
        }
        assert "x-mock-world" not in response.headers


@pytest.mark.parametrize("path", ["/worlds/", "/worlds//api/scaffolder/v2/actions"])
async def test_a_world_without_a_name_is_refused(lasting_api, path):
    assert (await lasting_api.get(HOST + path)).json()["error"]["message"] == INVALID_NAME


async def test_worlds_know_nothing_of_each_other(api):
    here = await api.create()
    blue = await api.create(headers={"x-mock-world": "blue"})
    assert await tasks_of(api) == [here]
    assert await tasks_of(api, headers={"x-mock-world": "blue"}) == [blue]
    assert await tasks_of(api, headers={"x-mock-world": "red"}) == []
    assert (await api.get(below("red", f"/v2/tasks/{here}"))).status_code == 404
    assert (await api.get(below("blue", f"/v2/tasks/{blue}"))).status_code == 200


async def test_the_clock_of_a_world_is_its_own(api):
    here = await api.create()
    await api.create(headers={"x-mock-world": "blue"})
    blue = api.server.simulator.worlds.get("blue").clock
    blue.freeze()
    blue.advance(3_600_000)
    assert (await api.task(here))["status"] == "open"
    listed = (await api.get("/v2/tasks", headers={"x-mock-world": "blue"})).json()["tasks"]
    assert listed[0]["status"] == "completed"


async def test_uses_of_a_scenario_are_counted_in_each_world(api):
    flaky = {"prefer": "scenario=flaky"}
    for _ in range(2):
        await api.finish(await api.create(headers=flaky))
    assert (await api.finish(await api.create(headers=flaky)))["status"] == "completed"
    await api.create(headers={**flaky, "x-mock-world": "blue"})
    blue = api.server.simulator.worlds.get("blue").clock
    blue.freeze()
    blue.advance(3_600_000)
    listed = (await api.get("/v2/tasks", headers={"x-mock-world": "blue"})).json()["tasks"]
    assert listed[0]["status"] == "failed"


async def test_a_request_that_is_refused_makes_no_world(api):
    for path, headers in [
        ("/v2/tasks", {"authorization": ""}),
        ("/v2/tasks", {"authorization": "Bearer wrong"}),
        ("/v2/tasks?x=1", {}),
        ("/v2/nope", {}),
        ("/openapi.json", {}),
        ("/ui/", {}),
    ]:
        await api.get(path, headers={"x-mock-world": "blue", **headers})
    assert names(api) == ["default"]
    await api.get("/v2/actions", headers={"x-mock-world": "blue"})
    assert names(api) == ["default", "blue"]


@pytest.mark.parametrize(
    ("url", "headers", "status"),
    [
        ("/v2/actions", {}, 200),
        ("/v2/actions", {"authorization": ""}, 401),
        ("/v2/actions?x=1", {}, 400),
        ("/v2/tasks/none", {}, 404),
        ("/v2/nope", {}, 404),
        ("/v2/tasks/none/cancel", {}, 405),
        ("/openapi.json", {}, 200),
        ("/ui", {}, 307),
        (f"{HOST}/nope", {}, 404),
        (f"{HOST}/_mock/v1/health", {}, 200),
    ],
)
async def test_every_answer_names_its_world(lasting_api, url, headers, status):
    response = await lasting_api.get(url, headers={"x-mock-world": "blue", **headers})
    assert response.status_code == status
    assert response.headers.get_list("x-mock-world") == ["blue"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/v2/tasks?__scenario=slow&x=1", "/v2/tasks?x=1"),
        ("/v2/tasks?x=1&__scenario=slow", "/v2/tasks?x=1"),
        ("/v2/tasks?x=1&__anything&y=%202", "/v2/tasks?x=1&y=%202"),
        ("/v2/tasks?%5F%5Fscenario=slow&x", "/v2/tasks?x"),
        ("/v2/tasks?_%5fscenario=slow&x", "/v2/tasks?x"),
        ("/v2/tasks?_x=1", "/v2/tasks?_x=1"),
        ("/v2/tasks?x__y=1", "/v2/tasks?x__y=1"),
        ("/v2/tasks?x=__y", "/v2/tasks?x=__y"),
        ("/v2/tasks?x=%5F%5Fy", "/v2/tasks?x=%5F%5Fy"),
        ("/v2/nope?__world=blue", "/v2/nope"),
        ("/v2/nope/?a=b&a=c", "/v2/nope/?a=b&a=c"),
        ("/v2/n%6Fpe%2F", "/v2/n%6Fpe%2F"),
        (below("blue", "/v2/nope?a"), "/v2/nope?a"),
        (f"{HOST}/nope?a", "/nope?a"),
        (f"{HOST}/worlds/blue/nope", "/nope"),
        (f"{HOST}{MOUNT}", "/"),
        (f"{HOST}{MOUNT}/", "/"),
        (f"{HOST}{MOUNT}?a=b", "/?a=b"),
        (f"{HOST}{MOUNT}er/v2/tasks", f"{MOUNT}er/v2/tasks"),
        (f"{HOST}/worlds/blue", "/"),
    ],
)
async def test_an_error_names_the_url_below_the_mount_without_our_own_parameters(lasting_api, url, shown):
    response = await lasting_api.get(url)
    assert response.status_code in {400, 404}
    assert response.json()["request"] == {"method": "GET", "url": shown}


async def test_our_own_parameters_are_not_in_the_url_of_a_request_without_a_world(lasting_api):
    response = await lasting_api.get("/v2/tasks?__scenario=slow&x=1", headers={"x-mock-world": "no name"})
    assert response.json()["request"]["url"] == "/v2/tasks?x=1"


async def test_our_own_parameters_are_unknown_to_no_operation(api):
    assert (await api.get("/v2/tasks?__scenario=slow&__x&__y=1")).status_code == 200
    response = await api.post("/v2/tasks?__scenario=slow", json=HELLO)
    assert response.headers["x-mock-scenario"] == "slow"


@pytest.mark.parametrize(
    ("query", "headers", "scenario"),
    [
        ("", {}, "happy-path"),
        ("", {"prefer": "scenario=slow"}, "slow"),
        ("", {"prefer": 'scenario="slow"'}, "slow"),
        ("", {"prefer": "Scenario = slow"}, "slow"),
        ("", {"prefer": "respond-async, scenario=slow; wait=10"}, "slow"),
        ("", {"prefer": "wait=10;scenario=slow"}, "slow"),
        ("", {"prefer": "my-scenario=slow"}, "happy-path"),
        ("", {"prefer": "return=minimal"}, "happy-path"),
        ("?__scenario=slow", {}, "slow"),
        ("?__scenario=slow", {"prefer": "scenario=chatty"}, "slow"),
        ("?__scenario=chatty&__scenario=slow", {}, "slow"),
        ("?%5f%5Fscenario=sl%6Fw", {}, "slow"),
    ],
)
async def test_a_create_can_name_its_scenario(lasting_api, query, headers, scenario):
    response = await lasting_api.post(f"/v2/tasks{query}", json=HELLO, headers=headers)
    assert response.headers["x-mock-scenario"] == scenario


async def test_an_unknown_scenario_is_refused_and_the_known_are_named(api):
    response = await api.post("/v2/tasks", json=HELLO, headers={"prefer": "scenario=slwo"})
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("Unknown scenario 'slwo'; there are big-output, ")
    assert await tasks_of(api) == []


async def test_a_scenario_binds_only_a_create(lasting_api):
    response = await lasting_api.get("/v2/tasks", headers={"prefer": "scenario=nope"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v2/tasks/",
        "/v2/actions/",
        f"{HOST}{MOUNT}//v2/tasks",
        f"{HOST}{MOUNT}//v2/tasks/",
        "/v2/templates/default/template/hello-world/parameter-schema/",
    ],
)
async def test_a_trailing_slash_does_not_matter(lasting_api, path):
    assert (await lasting_api.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/v2/tasks//", f"{HOST}{MOUNT}///v2/tasks", "/v2//tasks", "/v2/"])
async def test_more_slashes_are_another_path(lasting_api, path):
    assert (await lasting_api.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/V2/Tasks",
        "/v2/ACTIONS/",
        "/V2/templates/Default/TEMPLATE/Hello-World/Parameter-Schema",
        f"{HOST}/API/Scaffolder/v2/tasks",
        f"{HOST}/worlds/blue/Api/scaffolder/V2/tasks",
    ],
)
async def test_a_path_may_be_in_any_letters(lasting_api, path):
    assert (await lasting_api.get(path)).status_code == 200


async def test_what_a_path_names_keeps_its_letters(lasting_api):
    response = await lasting_api.get("/V2/TASKS/Mixed%2FCase")
    assert response.json()["error"]["message"] == "No task with id 'Mixed/Case' found"
    assert response.json()["request"]["url"] == "/V2/TASKS/Mixed%2FCase"


async def test_a_method_is_refused_at_a_path_in_any_letters(lasting_api):
    response = await lasting_api.http.delete("/V2/Tasks")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_an_error_names_the_path_below_the_mount(lasting_api):
    for path in (f"{HOST}{MOUNT}//v2/tasks?x=1", f"{HOST}/API/SCAFFOLDER/v2/tasks?x=1"):
        assert (await lasting_api.get(path)).json()["request"]["url"] == "/v2/tasks?x=1"


async def test_a_trailing_slash_that_is_encoded_is_part_of_the_id(lasting_api):
    response = await lasting_api.get("/v2/tasks/a%2F")
    assert response.json()["error"]["message"] == "No task with id 'a/' found"


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/api", "/api/scaffolderv2/tasks", "/v2/tasks", "/worlds", "/favicon.ico"]
)
async def test_there_is_nothing_beside_the_mount_for_anybody(lasting_api, path):
    response = await lasting_api.get(HOST + path, headers={"authorization": ""})
    assert response.status_code == 404
    assert response.json()["error"]["name"] == "NotFoundError"


async def test_of_our_own_parameters_no_more_than_a_thousand_are_read(lasting_api):
    query = "&".join(["__x"] * 1_000 + ["__scenario=nowhere"])
    assert (await lasting_api.post(f"/v2/tasks?{query}", json=HELLO)).status_code == 201
    assert (await lasting_api.post(f"/v2/tasks?{query[4:]}", json=HELLO)).status_code == 400


async def test_a_mistake_of_the_mock_is_a_500_without_details_and_its_place_is_logged(api, monkeypatch, caplog):
    def explode(_):
        raise RuntimeError("the secret is " + "hush" * 2)

    monkeypatch.setattr(ActionCatalogue, "to_json", explode)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.server), base_url=HOST, headers=USER) as client:
        response = await client.get(f"{MOUNT}/v2/actions?__scenario=x", headers={"origin": "http://localhost:3000"})
    assert response.status_code == 500
    assert response.json() == {
        "error": {"name": "InternalError", "message": "The mock server made a mistake; its log names it"},
        "request": {"method": "GET", "url": "/v2/actions"},
        "response": {"statusCode": 500},
    }
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-mock-world"] == "default"
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("mock_server.errors", logging.ERROR)
    assert record.getMessage().startswith("RuntimeError in\n")
    assert "in explode" in record.getMessage()
    assert "hushhush" not in caplog.text


async def test_an_answer_that_has_begun_is_not_begun_again(api, monkeypatch, caplog):
    async def explode(*_):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(event_stream, "replay", explode)
    task_id = await api.create()
    sent = []

    async def send(message):
        sent.append(message["type"])

    async def receive():
        await asyncio.Event().wait()

    headers = [(name.encode(), value.encode()) for name, value in USER.items()]
    path = f"{MOUNT}/v2/tasks/{task_id}/eventstream"
    await api.server(
        {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}, receive, send
    )
    assert sent == ["http.response.start"]
    assert caplog.records[0].getMessage().startswith("RuntimeError in\n")


async def test_a_server_that_gives_no_raw_path_is_understood():
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope)

    scope = {"type": "http", "method": "GET", "path": "/worlds/blue/x", "query_string": b"", "headers": []}
    await Edge(app, Cors())(scope, None, None)
    assert seen["path"] == "/x"
    assert seen["mock_server.exchange"].world == "blue"


async def test_a_websocket_is_closed(api):
    sent = []

    async def send(message):
        sent.append(message)

    await api.server({"type": "websocket", "path": "/"}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def test_what_was_created_in_one_casing_of_a_name_is_in_another_world(api):
    await api.create(headers={"x-mock-world": "Blue"})
    assert await tasks_of(api, headers={"x-mock-world": "blue"}) == []


async def test_the_idlest_world_goes_when_there_are_too_many(api):
    api.server.simulator.worlds._limit = 3
    for name in ("one", "two", "one", "three"):
        await api.get("/v2/actions", headers={"x-mock-world": name})
    assert set(names(api)) == {"default", "one", "three"}


async def test_an_error_names_what_no_charset_can_say(lasting_api):
    content = encode_json({"templateRef": "\udfff", "values": {}})
    response = await lasting_api.post("/v2/tasks", content=content, headers={"content-type": "application/json"})
    assert "\\udfff not found" in response.text


async def test_nothing_holds_an_answer_that_was_sent(api):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message["type"])

    headers = [(name.lower().encode(), value.encode()) for name, value in USER.items()]
    path = f"{MOUNT}/v2/actions"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await api.server(scope, receive, send)
    assert sent == ["http.response.start", "http.response.body"]
    assert scope[EXCHANGE].outcome.answer is None
