import pytest

from tests.mock_server.handlers.requests import refusal

ASKING = {"token": "a-token", "context": {}}
SCENARIO = """
description: Knows a few branches.
autocomplete:
  github: {branches: [{id: main}, {id: next, title: "The ${{ next } release"}]}
"""


@pytest.fixture
def acme(make_api, tmp_path):
    (tmp_path / "acme.yaml").write_text(SCENARIO, encoding="utf-8")
    return make_api(scenarios=[tmp_path], scenario="acme")


async def test_the_active_scenario_supplies_the_suggestions(acme):
    response = await acme.post("/v2/autocomplete/github/branches", ASKING)
    assert response.status_code == 200
    assert response.json() == {"results": [{"id": "main"}, {"id": "next", "title": "The ${{ next } release"}]}


async def test_a_scenario_that_the_request_names_supplies_them(acme):
    for how in ({"headers": {"prefer": "scenario=happy-path"}}, {"params": {"__scenario": "happy-path"}}):
        response = await acme.post("/v2/autocomplete/gitlab/groups", ASKING, **how)
        assert {"id": "17", "title": "acme"} in response.json()["results"]


@pytest.mark.parametrize(
    ("provider", "resource"),
    [
        ("github", "owners"),
        ("github", "repositoriesWithOwner"),
        ("github", "branches"),
        ("gitlab", "groups"),
        ("gitlab", "repositories"),
        ("bitbucket-cloud", "workspaces"),
        ("bitbucket-cloud", "projects"),
        ("bitbucket-cloud", "repositories"),
        ("bitbucket-cloud", "branches"),
    ],
)
async def test_the_demo_suggests_what_the_pickers_of_backstage_ask_for(lasting_api, provider, resource):
    response = await lasting_api.post(f"/v2/autocomplete/{provider}/{resource}", ASKING)
    assert len(response.json()["results"]) > 1


@pytest.mark.parametrize("path", ["nope/x", "nope/branches", "nope/a%2Fb"])
async def test_what_no_scenario_supplies_is_not_supported(lasting_api, path):
    error = refusal(await lasting_api.post(f"/v2/autocomplete/{path}", ASKING))
    assert error["message"] == "Unsupported provider: nope"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "request/body must have required property 'context'"),
        ({"context": {}}, "request/body must have required property 'token'"),
        ({"context": {"owner": 1}, "token": "t"}, "request/body/context/owner must be string"),
        ({"context": {}, "token": 1}, "request/body/token must be string"),
        ({"context": {}, "token": ""}, "Missing token query parameter"),
    ],
)
async def test_a_request_without_context_and_token_is_refused(lasting_api, body, message):
    assert refusal(await lasting_api.post("/v2/autocomplete/nope/x", body))["message"] == message


async def test_suggestions_are_not_for_strangers(lasting_api):
    response = await lasting_api.post("/v2/autocomplete/github/owners", ASKING, headers={"authorization": ""})
    assert response.status_code == 401
