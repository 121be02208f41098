"""Tokens in the hand of a program."""

import pytest

from mock_server.clock import SECOND


def bearing(token, world="default"):
    return {"authorization": f"Bearer {token}", "x-mock-world": world}


@pytest.fixture
async def issue(control):
    async def issue(**asked):
        answer = await control.post("/worlds/default/tokens", json=asked)
        assert answer.status_code == 201
        return answer.json()

    return issue


async def test_a_token_is_its_users(api, issue):
    token = await issue(entityRef="user:default/ann")
    task_id = await api.create(headers=bearing(token["token"]))
    assert (await api.task(task_id))["createdBy"] == "user:default/ann"
    assert (token["entityRef"], token["expiresAt"]) == ("user:default/ann", None)


async def test_a_token_without_a_user_is_a_services(api, issue):
    task_id = await api.create(headers=bearing((await issue())["token"]))
    assert "createdBy" not in await api.task(task_id)


async def test_a_token_is_good_in_its_world_only(api, control, issue):
    await control.post("/worlds", json={"name": "blue"})
    refused = await api.get("/v2/tasks", headers=bearing((await issue())["token"], "blue"))
    assert refused.status_code == 401


async def test_a_token_expires_by_the_clock_of_its_world(api, issue):
    token = (await issue(entityRef="ann", lifetime=60))["token"]
    api.clock.advance(60 * SECOND - 1)
    assert (await api.get("/v2/tasks", headers=bearing(token))).status_code == 200
    api.clock.advance(1)
    refused = await api.get("/v2/tasks", headers=bearing(token))
    assert refused.status_code == 401
    assert refused.json()["error"]["message"] == "Failed user token verification"


@pytest.mark.parametrize(
    ("how", "message"), [("expire", "Failed user token verification"), ("revoke", "Illegal token")]
)
async def test_any_token_can_be_taken_from_everybody_in_a_world(api, control, how, message):
    taken = await control.post(f"/worlds/default/tokens/{how}", json={"token": "mock-user-token"})
    assert taken.status_code == 204
    refused = await api.get("/v2/tasks")
    assert (refused.status_code, refused.json()["error"]["message"]) == (401, message)
    assert (await api.get("/v2/tasks", headers={"x-mock-world": "blue"})).status_code == 200


async def test_a_token_that_is_taken_is_refused_with_any_token_allowed(make_api):
    api = make_api(auth="any")
    api.world.tokens.refuse(b"somebodys", "revoked")
    assert (await api.get("/v2/tasks", headers=bearing("somebodys"))).status_code == 401
    assert (await api.get("/v2/tasks", headers=bearing("another"))).status_code == 200


async def test_where_no_token_is_needed_one_that_is_taken_does_not_matter(make_api):
    api = make_api(auth="off")
    api.world.tokens.refuse(b"mock-user-token", "expired")
    assert (await api.get("/v2/tasks")).status_code == 200


async def test_no_token_is_kept(api, issue, control):
    token = (await issue(entityRef="ann"))["token"]
    await control.post("/worlds/default/tokens/expire", json={"token": "mock-user-token"})
    kept = repr(vars(api.world.tokens))
    assert token not in kept
    assert "mock-user-token" not in kept


@pytest.mark.parametrize(
    "body", [{"entityRef": "user:"}, {"entityRef": ""}, {"lifetime": 0}, {"lifetime": 1e12}, {"x": 1}]
)
async def test_what_makes_no_token_is_refused(control, body):
    assert (await control.post("/worlds/default/tokens", json=body)).status_code == 400


@pytest.mark.parametrize("token", ["", "é" * 40_000, "\ud800", "☃"])
async def test_what_no_header_can_hold_is_no_token(control, token):
    body = b'{"token": "%s"}' % token.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    headers = {"content-type": "application/json"}
    answer = await control.post("/worlds/default/tokens/expire", content=body, headers=headers)
    assert answer.status_code == 400
