"""The quirks of requests, as the mock answers with one of them on."""

import pytest

from mock_server.quirks import Quirk
from tests.mock_server.handlers.requests import refusal


@pytest.fixture
def with_quirk(make_api):
    return lambda quirk, **options: make_api(quirks=frozenset({quirk}), **options)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2/nope"), ("DELETE", "/v2/tasks"), ("GET", "http://mock/nope"), ("PUT", "/")]
)
async def test_what_is_nowhere_is_answered_with_nothing(with_quirk, method, path):
    response = await with_quirk(Quirk.EMPTY_NOT_FOUND).http.request(method, path)
    assert (response.status_code, response.content) == (404, b"")
    assert "content-type" not in response.headers


@pytest.mark.parametrize("query", ["createdBy=", "status", "order=", "limit=&offset=1"])
async def test_an_empty_value_is_refused(with_quirk, query):
    response = await with_quirk(Quirk.EMPTY_QUERY_REFUSED).get(f"/v2/tasks?{query}")
    name = query.split("&")[0].rstrip("=")
    assert refusal(response)["message"] == f"Empty value found for query parameter '{name}'"


@pytest.mark.parametrize("query", ["createdBy=&createdBy=", "status[]="])
async def test_a_list_with_an_empty_value_is_not_empty(with_quirk, query):
    assert (await with_quirk(Quirk.EMPTY_QUERY_REFUSED).get(f"/v2/tasks?{query}")).status_code == 200


@pytest.mark.parametrize(("ref", "name"), [("", "Error"), ("x/", "TypeError"), (":x", "TypeError")])
async def test_a_malformed_reference_is_a_fault(with_quirk, ref, name):
    response = await with_quirk(Quirk.FAULTY_REF).post("/v2/tasks", {"templateRef": ref, "values": {}})
    assert response.status_code == 500
    assert response.json()["error"]["name"] == name


async def test_the_first_violation_is_told_alone(with_quirk):
    response = await with_quirk(Quirk.FIRST_VIOLATION).post("/v2/tasks", {"templateRef": 1})
    assert refusal(response) == {"name": "InputError", "message": "request/body must have required property 'values'"}


async def test_there_are_no_logs(with_quirk):
    api = with_quirk(Quirk.NO_LOGS)
    task_id = await api.create()
    assert (await api.get(f"/v2/tasks/{task_id}/logs")).status_code == 404
    assert (await api.get(f"/v2/tasks/{task_id}/logs", headers={"authorization": ""})).status_code == 401
    assert "/v2/tasks/{taskId}/logs" not in (await api.get("/openapi.json")).json()["paths"]


async def test_a_wrong_token_is_refused_where_none_is_needed(with_quirk):
    api = with_quirk(Quirk.NEEDLESS_TOKEN_CHECKED, auth="off")
    response = await api.get("/v2/tasks", headers={"authorization": "Bearer nope"})
    assert response.status_code == 401
    assert response.json()["error"]["cause"]["message"] == "Illegal token"
    assert (await api.get("/v2/tasks", headers={"authorization": ""})).status_code == 200
