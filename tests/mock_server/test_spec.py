"""Connexion's traps, each of which would break the API that the document promises."""

import inspect
import json
from types import SimpleNamespace

import httpx
import jsonschema_rs
import pytest
from connexion.exceptions import ResolverError

from mock_server.addresses import MOUNT
from mock_server.answers import json_answer
from mock_server.app import DEFAULT_TOKENS, MockServer
from mock_server.auth import Authenticator
from mock_server.cors import Cors
from mock_server.edge import Edge
from mock_server.handlers import actions, tasks, templates
from mock_server.spec import DocumentedApi
from openapi.documents import load_backstage, load_published
from tests.mock_server.conftest import USER, Api

METHODS = ("get", "post", "put", "patch", "delete")
PATHS = {
    path: [method.upper() for method in METHODS if method in item] for path, item in load_backstage()["paths"].items()
}
OPERATIONS = [(method, path) for path, methods in PATHS.items() for method in methods]
JSON = {"content-type": "application/json"}
SECURED = {"security": [{"bearerAuth": []}], "responses": {"200": {"description": "Fine."}}}


@pytest.fixture(scope="module")
def api(conformance):
    """One server for all tests: no test here changes it."""
    return Api(MockServer(), conformance)


def filled(path):
    """A path of the document with something in the place of its parameters."""
    return path.replace("{", "").replace("}", "")


def make_documented(api, document, *functions):
    """The operations of a document, without the rest of the server."""
    return DocumentedApi(
        document,
        base_path=MOUNT,
        functions=functions,
        authenticator=Authenticator(DEFAULT_TOKENS),
        simulator=api.server.simulator,
    )


def client_of(documented):
    transport = httpx.ASGITransport(Edge(documented, Cors()))
    return httpx.AsyncClient(transport=transport, base_url=f"http://mock{MOUNT}", headers=USER)


@pytest.fixture
def extended(api):
    """Make a client of the published document with one more operation."""

    def extend(path, item, **functions):
        document = load_published()
        document["paths"][path] = item
        return client_of(make_documented(api, document, tasks, SimpleNamespace(**functions), templates, actions))

    return extend


def test_a_document_of_openapi_3_1_is_accepted(api):
    document = load_published()
    assert document["openapi"] == "3.1.0"
    make_documented(api, document, tasks, templates, actions)


@pytest.mark.parametrize(
    "change",
    [
        {"info": {}},
        {"info": None},
        {"openapi": "2.0"},
        {"paths": {"no-slash": {}}},
        {"paths": {"/v2/x": {"get": {"parameters": [{"name": "x", "in": "nowhere"}]}}}},
        {"no-such-key": 1},
    ],
)
def test_a_document_that_is_not_valid_is_refused(api, change):
    with pytest.raises(jsonschema_rs.ValidationError):
        make_documented(api, load_published() | change, tasks, templates, actions)


def test_an_operation_without_a_function_stops_the_start(api):
    with pytest.raises(ResolverError, match="listActions"):
        make_documented(api, load_published(), tasks, templates)


async def test_an_operation_is_added_by_a_path_and_a_function(extended):
    async def get_weather(call):
        return json_answer(200, {"city": call.parameters["city"], "who": call.principal.entity_ref})

    parameter = {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}}
    item = {"get": {"operationId": "getWeather", "parameters": [parameter], **SECURED}}
    client = extended("/v2/weather/{city}", item, get_weather=get_weather)
    assert (await client.get("/v2/weather/K%C3%B6ln")).json() == {"city": "Köln", "who": "user:default/guest"}
    assert (await client.get("/v2/weather/Oslo", headers={"authorization": ""})).status_code == 401
    assert (await client.get("/v2/actions")).status_code == 200


async def test_parameters_of_a_path_hold_for_its_operations(extended):
    async def get_weather(call):
        return json_answer(200, dict(call.parameters))

    parameters = [
        {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "days", "in": "query", "required": True, "schema": {"type": "number", "maximum": 7}},
    ]
    item = {"parameters": parameters, "get": {"operationId": "getWeather", **SECURED}}
    client = extended("/v2/weather/{city}", item, get_weather=get_weather)
    assert (await client.get("/v2/weather/Oslo?days=1.5")).json() == {"city": "Oslo", "days": 1.5}
    refused = (await client.get("/v2/weather/Oslo")).json()["error"]
    assert refused["violations"] == [
        {"pointer": "/query", "rule": "required", "message": "must have required property 'days'"}
    ]
    too_many = (await client.get("/v2/weather/Oslo?days=8")).json()["error"]
    assert too_many["message"] == "request/query/days must be <= 7"
    assert (await client.put("/v2/weather/Oslo")).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("content", "headers", "status", "body"),
    [
        (b"", {}, 200, None),
        (b"[]", JSON, 200, []),
        (b"", JSON, 400, None),
        (b"{}", JSON, 400, None),
        (b"[]", {}, 200, None),
        (b"[]", {"content-type": "text/plain"}, 400, None),
    ],
)
async def test_a_body_that_the_document_does_not_require_may_be_absent(extended, content, headers, status, body):
    async def report(call):
        return json_answer(200, {"body": call.body})

    schema = {"content": {"application/json": {"schema": {"type": "array"}}}}
    client = extended(
        "/v2/report", {"post": {"operationId": "report", "requestBody": schema, **SECURED}}, report=report
    )
    response = await client.post("/v2/report", content=content, headers=headers)
    assert response.status_code == status
    assert status == 400 or response.json() == {"body": body}


async def test_an_operation_that_asks_for_no_token_is_answered_without_one(extended):
    async def ping(call):
        return json_answer(200, {"who": call.principal.entity_ref})

    client = extended("/v2/ping", {"get": {"operationId": "ping", "responses": SECURED["responses"]}}, ping=ping)
    response = await client.get("/v2/ping", headers={"authorization": ""})
    assert response.status_code == 200
    assert response.json() == {"who": None}


async def test_a_chunked_body_is_a_body(api):
    async def chunks():
        yield b'{"templateRef": "hello-world",'
        yield b""
        yield b' "values": []}'

    response = await api.post("/v2/tasks", content=chunks(), headers=JSON)
    assert response.request.headers["transfer-encoding"] == "chunked"
    assert response.json()["error"]["message"] == "request/body/values must be object"


async def test_all_violations_of_body_and_query_are_reported(api):
    body = {"templateRef": 1, "values": 1, "secrets": {"a": 1}}
    error = (await api.post("/v2/tasks?x=1&y=2", json=body)).json()["error"]
    assert [violation["pointer"] for violation in error["violations"]] == [
        "/query/x",
        "/query/y",
        "/body/templateRef",
        "/body/values",
        "/body/secrets/a",
    ]
    assert error["message"] == "Unknown query parameter 'x'"


async def test_a_slash_in_an_id_is_no_slash_of_the_path(api):
    response = await api.get("/v2/tasks/a%2Flogs")
    assert response.json()["error"]["message"] == "No task with id 'a/logs' found"


def test_the_document_names_no_function_that_reads_tokens():
    assert "x-bearerInfoFunc" not in json.dumps(load_published())


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "Missing credentials"),
        ("", "Missing credentials"),
        ("Bearer", "Missing credentials"),
        ("Bearer ", "Missing credentials"),
        ("mock-user-token", "Missing credentials"),
        ("Basic bW9jazp1c2Vy", "Missing credentials"),
        ("Bearer two words", "Missing credentials"),
        ("Bearer wrong", "Illegal token"),
        ("Bearer MOCK-USER-TOKEN", "Illegal token"),
    ],
)
async def test_no_operation_is_done_for_a_stranger(api, method, path, authorization, message):
    headers = {} if authorization is None else {"authorization": authorization}
    async with httpx.AsyncClient(transport=api.http._transport, base_url=api.http.base_url) as stranger:
        response = await stranger.request(method, filled(path), headers=headers)
    assert response.status_code == 401
    assert response.json()["error"] == {"name": "AuthenticationError", "message": message}
    assert "www-authenticate" not in response.headers


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    "authorization", ["Bearer mock-user-token", "bearer mock-user-token", "BEARER   mock-service-token"]
)
async def test_every_operation_is_done_for_who_has_a_token(api, method, path, authorization):
    response = await api.http.request(method, filled(path), headers={"authorization": authorization})
    assert response.status_code in {200, 400, 404}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_a_stranger_is_refused_before_the_request_is_looked_at(api, method, path):
    response = await api.http.request(
        method, f"{filled(path)}?x=1", content=b"{", headers={"authorization": "", "content-type": "text/plain"}
    )
    assert response.status_code == 401


@pytest.mark.parametrize("path", [path for path, methods in PATHS.items() if "GET" in methods])
async def test_what_can_be_got_can_be_asked_for_its_head(api, path):
    head, got = await api.http.head(filled(path)), await api.get(filled(path))
    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_another_method_is_told_all_that_are_allowed(api, method, path):
    response = await api.http.request(method, filled(path))
    allowed = sorted([*PATHS[path], "OPTIONS", *(["HEAD"] if "GET" in PATHS[path] else [])])
    assert response.status_code == 405
    assert response.headers["allow"] == ", ".join(allowed)
    assert response.json()["error"] == {
        "name": "MethodNotAllowedError",
        "message": f"{method} is not allowed here, only {', '.join(allowed)}",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_options_tells_what_is_allowed(api, path):
    response = await api.http.request("OPTIONS", filled(path))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["allow"] == response.text
    assert sorted(response.text.split(",")) == sorted([*PATHS[path], *(["HEAD"] if "GET" in PATHS[path] else [])])


async def test_options_are_told_in_the_words_of_the_real_server(api):
    response = await api.http.options("/v2/actions")
    assert response.text == "GET,HEAD"
    assert response.headers["etag"] == 'W/"8-ZRAf8oNBS3Bjb/SU2GYZCmbtmXg"'


async def test_a_cancel_is_not_got(api):
    response = await api.get("/v2/tasks/any/cancel")
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    "path", ["/v2", "/v2/nope", "/v2/tasks/a/b", "/v2/tasks/a/b/c/d", "/v1/tasks", "/v2/templates"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_an_unknown_path_is_named_to_who_has_a_token(api, method, path):
    response = await api.http.request(method, path)
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": f"There is nothing at {path}"}


@pytest.mark.parametrize(
    "path", ["", "/", "/v2", "/v2/nope", "/v2/tasks/a/b", "/openapi", "/u", "/uix", "/openapi.jsonx"]
)
async def test_a_stranger_does_not_learn_what_there_is(api, path):
    response = await api.get(path, headers={"authorization": ""})
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "Missing credentials"


@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
async def test_a_stranger_does_not_learn_which_methods_there_are(api, method):
    response = await api.http.request(method, "/v2/tasks", headers={"authorization": ""})
    assert response.status_code == 401
    assert "allow" not in response.headers


async def test_no_signature_is_inspected_while_a_request_is_answered(api, monkeypatch):
    await api.get("/v2/tasks")

    def refuse(*_, **__):
        raise AssertionError("a signature was inspected")

    monkeypatch.setattr(inspect, "signature", refuse)
    assert (await api.get("/v2/tasks")).status_code == 200
    assert (await api.get("/v2/actions")).status_code == 200


async def test_a_stream_is_answered_by_a_coroutine_and_delivered_event_by_event(api):
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await stream.opened()
        await api.finish(task_id)
        assert len(await stream.rest()) > 3
