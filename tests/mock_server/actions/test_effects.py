"""What actions seem to do."""

import json
import random

import jsonschema
import jsonschema_rs
import pytest
import yaml

from mock_server.actions.catalogue import Action, load_actions
from mock_server.actions.effects import (
    Effect,
    complete_output,
    effect_of,
    example_output,
    repository_name,
)
from mock_server.entities import Entities
from mock_server.planned import Failure

ACTIONS = load_actions()
LISTED = [ACTIONS.get(entry["id"]) for entry in ACTIONS.to_json()]
REPO = "github.com?owner=acme&repo=shop"
CART = {"apiVersion": "v1", "kind": "Component", "metadata": {"name": "cart", "namespace": "web"}}
ENTITIES = Entities([CART])


def by_id(action: Action) -> str:
    return action.id


def effect_with(id: str, **input: object) -> Effect:
    return effect_of(ACTIONS.get(id), input, ENTITIES)


def declaring(**properties: dict) -> Action:
    return with_output({"type": "object", "properties": properties})


def with_output(schema: dict | None) -> Action:
    return Action("it", "", (), {}, schema, False, jsonschema_rs.Draft7Validator({}))


def example_inputs(action: Action) -> list[dict]:
    return [
        step.get("input", {})
        for example in action.examples
        for step in yaml.safe_load(example["example"])["steps"]
        if step["action"] == action.id
    ]


@pytest.mark.parametrize("action", [action for action in LISTED if action.id != "gitlab:repo:push"], ids=by_id)
def test_every_action_gives_what_its_schema_declares(action):
    schema = action.output_schema or {"properties": {}}
    for input in example_inputs(action):
        effect = effect_of(action, input, ENTITIES)
        if effect.failure is None and not effect.whole:
            output = complete_output(action, effect.output, lambda: random.Random(0))
            assert set(output) >= set(schema["properties"])
            jsonschema.Draft7Validator(schema).validate(output)


@pytest.mark.parametrize("action", LISTED, ids=by_id)
def test_every_action_takes_some_time_between_two_bounds(action):
    for input in example_inputs(action):
        least, most = effect_of(action, input, ENTITIES).duration
        assert 0 <= least <= most


@pytest.mark.parametrize("action", LISTED, ids=by_id)
def test_the_examples_of_a_dry_run_cover_what_the_schema_declares(action):
    declared = (action.output_schema or {}).get("properties", {})
    assert example_output(action).keys() == declared.keys()


def test_an_action_without_an_effect_of_its_own_only_takes_its_time():
    assert effect_with("notification:send", recipients="broadcast", title="x") == Effect()


def test_debug_log_shows_its_input_then_its_message_then_the_workspace():
    assert effect_with("debug:log", message="Grüße", listWorkspace=True).logs == (
        json.dumps({"message": "Grüße", "listWorkspace": True}, indent=2, ensure_ascii=False),
        "Grüße",
        "Workspace:\n",
    )


@pytest.mark.parametrize("input", [{}, {"message": ""}])
def test_debug_log_has_nothing_to_say_without_a_message(input):
    assert effect_with("debug:log", **input).logs == (json.dumps(input, indent=2),)


@pytest.mark.parametrize(
    ("input", "seconds"),
    [
        ({}, 0),
        ({"seconds": 2}, 2),
        ({"minutes": 1}, 60),
        ({"milliseconds": 500}, 0.5),
        ({"minutes": 1, "seconds": 1, "milliseconds": 1}, 61.001),
        ({"seconds": -1}, 0),
        ({"minutes": 10}, 600),
    ],
)
def test_debug_wait_takes_exactly_as_long_as_it_is_told(input, seconds):
    effect = effect_with("debug:wait", **input)
    assert effect.duration == (seconds, seconds)
    assert effect.failure is None


def test_debug_wait_fails_at_once_beyond_ten_minutes():
    effect = effect_with("debug:wait", minutes=10, milliseconds=1)
    assert effect.duration == (0, 0)
    assert effect.failure == Failure(
        "Error", "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds"
    )


def test_fetching_a_template_tells_what_it_renders_and_where_to():
    logs = effect_with("fetch:template", url="./x", values={"name": "Köln"}, targetPath="./out").logs
    assert 'input values {"name":"Köln"}' in logs[2]
    assert logs[-1] == "Template result written to ./out"


@pytest.mark.parametrize("id", ["fetch:template", "fetch:template:file"])
def test_a_single_file_is_rendered_as_a_whole_template_is(id):
    assert effect_with(id, url="./x").logs[0] == "Fetching template content from remote URL"


@pytest.mark.parametrize("id", ["fetch:plain", "fetch:plain:file"])
def test_fetching_something_plain_says_so(id):
    assert effect_with(id, url="./x").logs == ("Fetching plain content from remote URL",)


@pytest.mark.parametrize("id", ["fs:delete", "fs:rename", "fs:readdir"])
def test_the_file_system_is_quiet(id):
    assert effect_with(id).logs == ()


def test_an_entity_is_fetched_from_the_catalog():
    effect = effect_with("catalog:fetch", entityRef="Component:web/CART")
    assert effect.output == {"entity": CART}
    assert effect.whole


def test_the_defaults_of_a_fetch_complete_its_references():
    effect = effect_with("catalog:fetch", entityRef="cart", defaultKind="component", defaultNamespace="web")
    assert effect.output == {"entity": CART}


def test_several_entities_are_fetched_in_their_order():
    refs = ["component:web/cart", "component:web/cart"]
    assert effect_with("catalog:fetch", entityRefs=refs).output == {"entities": [CART, CART]}


@pytest.mark.parametrize(
    "input",
    [
        {"entityRef": "component:web/none"},
        {"entityRefs": ["component:web/cart", "component:web/none"]},
    ],
)
def test_fetching_an_entity_that_is_not_there_fails(input):
    assert effect_with("catalog:fetch", **input).failure == Failure("Error", "Entity component:web/none not found")


def test_a_fetch_may_find_nothing_if_it_is_optional():
    assert effect_with("catalog:fetch", entityRef="component:none", optional=True).output == {"entity": None}
    found = effect_with("catalog:fetch", entityRefs=["component:none", "component:web/cart"], optional=True)
    assert found.output == {"entities": [None, CART]}


@pytest.mark.parametrize(
    ("input", "url"),
    [
        (
            {"catalogInfoUrl": "https://github.com/acme/shop/blob/main/catalog-info.yaml"},
            "https://github.com/acme/shop/blob/main/catalog-info.yaml",
        ),
        (
            {"repoContentsUrl": "https://github.com/acme/shop/blob/main"},
            "https://github.com/acme/shop/blob/main/catalog-info.yaml",
        ),
        (
            {"repoContentsUrl": "https://github.com/acme/shop/blob/main/", "catalogInfoPath": "/docs/info.yaml"},
            "https://github.com/acme/shop/blob/main/docs/info.yaml",
        ),
    ],
)
def test_a_registration_names_the_file_and_the_entity_in_it(input, url):
    effect = effect_with("catalog:register", **input)
    assert effect.output == {"catalogInfoUrl": url, "entityRef": "component:default/shop"}
    assert effect.logs == (f"Registering {url} in the catalog",)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/shop", "shop"),
        ("https://github.com/acme/shop/blob/main/catalog-info.yaml", "shop"),
        ("https://github.com/acme/shop/tree/main/a/b", "shop"),
        ("https://gitlab.com/acme/web/shop/-/blob/main/catalog-info.yaml", "shop"),
        ("https://dev.azure.com/acme/libraries/_git/kit?path=/catalog-info.yaml", "kit"),
        ("https://bitbucket.acme.example/projects/WEB/repos/shop/browse/catalog-info.yaml", "shop"),
        ("https://acme.example/catalog-info.yaml", "example"),
        ("https://acme.example", "example"),
        ("", "example"),
    ],
)
def test_the_repository_is_read_from_a_url_as_far_as_it_tells(url, name):
    assert repository_name(url) == name


@pytest.mark.parametrize(
    ("input", "log"),
    [({}, "Writing catalog-info.yaml"), ({"filePath": "docs/info.yaml"}, "Writing docs/info.yaml")],
)
def test_an_entity_is_written_where_it_is_told(input, log):
    assert effect_with("catalog:write", entity={}, **input).logs == (log,)


@pytest.mark.parametrize("id", ["publish:github", "github:repo:create", "github:repo:push"])
def test_a_published_repository_has_an_address(id):
    effect = effect_with(id, repoUrl=REPO)
    assert effect.output["remoteUrl"] == "https://github.com/acme/shop"
    assert effect.logs[0] == "Creating the repository https://github.com/acme/shop"


def test_what_is_published_lies_on_the_default_branch():
    effect = effect_with("publish:github", repoUrl=REPO, defaultBranch="trunk")
    assert effect.output["repoContentsUrl"] == "https://github.com/acme/shop/blob/trunk"


def test_a_repository_without_an_address_is_published_in_silence():
    effect = effect_with("publish:github", repoUrl="nonsense")
    assert (effect.output, effect.logs) == ({}, ())


@pytest.mark.parametrize(
    ("id", "repo_url", "key", "address"),
    [
        ("publish:github:pull-request", REPO, "remoteUrl", "https://github.com/acme/shop/pull/1"),
        (
            "publish:gitlab:merge-request",
            "gitlab.com?owner=acme&repo=shop",
            "mergeRequestUrl",
            "https://gitlab.com/acme/shop/-/merge_requests/1",
        ),
        (
            "publish:bitbucketServer:pull-request",
            "bitbucket.acme.example?project=WEB&repo=shop",
            "pullRequestUrl",
            "https://bitbucket.acme.example/projects/WEB/repos/shop/pull-requests/1",
        ),
    ],
)
def test_a_proposed_change_has_an_address(id, repo_url, key, address):
    effect = effect_with(id, repoUrl=repo_url, branchName="topic")
    assert effect.output[key] == address
    assert effect.logs == ("Opening a change request from topic",)


def test_a_proposal_without_a_branch_name_says_so():
    assert effect_with("publish:bitbucketServer:pull-request", repoUrl=REPO).logs == (
        "Opening a change request from a branch",
    )


def test_what_is_missing_is_completed_with_the_example_of_the_schema():
    action = declaring(a={"type": "string", "examples": ["one", "two"]}, b={"type": "string"})
    output = complete_output(action, {"b": "given", "c": "extra"}, lambda: random.Random(0))
    assert output == {"a": "one", "b": "given", "c": "extra"}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, str),
        ({"type": "number"}, int),
        ({"type": "integer"}, int),
        ({"type": "boolean"}, bool),
        ({"type": "array"}, list),
        ({"type": "object"}, dict),
        ({}, str),
    ],
)
def test_without_an_example_there_is_a_placeholder_of_the_right_type(schema, kind):
    output = complete_output(declaring(it=schema), {}, lambda: random.Random(0))
    assert type(output["it"]) is kind


def test_a_placeholder_of_text_is_recognised_by_its_name():
    output = complete_output(declaring(commitHash={"type": "string"}), {}, lambda: random.Random(0))
    assert output["commitHash"].startswith("commitHash-")


def test_the_placeholder_of_an_object_has_its_properties():
    schema = {"type": "object", "properties": {"id": {"type": "number"}, "name": {"examples": ["x"]}}}
    output = complete_output(declaring(it=schema), {}, lambda: random.Random(0))
    assert output["it"].keys() == {"id", "name"}
    assert output["it"]["name"] == "x"


def test_placeholders_depend_on_the_seed_alone():
    action = declaring(a={"type": "string"}, b={"type": "number"})
    draws = (random.Random(seed) for seed in (1, 1, 2))
    once, again, other = (complete_output(action, {}, lambda draw=draw: draw) for draw in draws)
    assert once == again != other


def test_an_action_without_an_output_schema_is_completed_with_nothing():
    action = with_output(None)
    assert complete_output(action, {"a": 1}, lambda: random.Random(0)) == {"a": 1}
    assert example_output(action) == {}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string"}, "<example>"),
        ({"type": "number"}, 0),
        ({"type": "integer"}, "<unknown>"),
        ({"type": ["string", "number"]}, "<unknown>"),
        ({"type": "boolean"}, False),
        ({"type": "array"}, []),
        ({"type": "array", "items": {"type": "string"}}, ["<example>"]),
        ({"type": "object"}, {}),
        ({"type": "object", "properties": {"a": {"type": "number"}}}, {"a": 0}),
        ({}, "<unknown>"),
        ({"type": "string", "examples": ["of the catalogue, not of the real module"]}, "<example>"),
    ],
)
def test_a_dry_run_gives_the_examples_of_the_real_server(schema, example):
    assert example_output(declaring(it=schema)) == {"it": example}
