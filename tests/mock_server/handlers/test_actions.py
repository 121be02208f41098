import jsonschema_rs
import pytest

from mock_server.app import MockServer
from tests.mock_server.conftest import Api


@pytest.fixture(scope="module")
def api(conformance):
    return Api(MockServer(), conformance)


@pytest.fixture
async def actions(api):
    response = await api.get("/v2/actions")
    assert response.status_code == 200
    return response.json()


async def test_the_actions_are_listed_in_the_order_of_their_ids(actions):
    ids = [action["id"] for action in actions]
    assert ids == sorted(set(ids), key=str.lower)


async def test_the_built_in_actions_and_the_most_used_modules_are_there(actions):
    ids = {action["id"] for action in actions}
    assert ids >= {
        "catalog:fetch",
        "catalog:register",
        "catalog:write",
        "debug:log",
        "debug:wait",
        "fetch:plain",
        "fetch:plain:file",
        "fetch:template",
        "fetch:template:file",
        "fs:delete",
        "fs:readdir",
        "fs:rename",
        "publish:github",
        "publish:gitlab",
    }


async def test_an_action_shows_what_the_real_server_shows_and_no_more(actions):
    assert all(list(action) == ["id", "description", "examples", "schema"] for action in actions)
    assert all(set(action["schema"]) <= {"input", "output"} and "input" in action["schema"] for action in actions)


async def test_an_action_without_output_has_no_schema_of_it(actions):
    schemas = {action["id"]: action["schema"] for action in actions}
    assert "output" not in schemas["debug:log"]
    assert "output" in schemas["publish:github"]


async def test_every_schema_is_one_of_draft_7(actions):
    for action in actions:
        for schema in action["schema"].values():
            assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
            jsonschema_rs.Draft7Validator(schema)


async def test_every_example_has_a_text_to_copy(actions):
    assert all(example["example"].strip() for action in actions for example in action["examples"])


async def test_the_actions_take_no_parameters(api):
    response = await api.get("/v2/actions?x=1")
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "Unknown query parameter 'x'"


async def test_a_body_on_a_get_is_not_read(api):
    response = await api.http.request("GET", "/v2/actions", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 200
