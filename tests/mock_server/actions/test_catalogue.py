"""The catalogue is data: what a client may rely on in every entry of it."""

import json
from importlib.resources import files

import jsonschema
import jsonschema_rs
import pytest
import yaml

from mock_server.actions.catalogue import Action, ActionCatalogue, load_actions
from mock_server.validation import stacks

CATALOGUE = load_actions()
LISTED = CATALOGUE.to_json()
ENTRIES = [
    entry
    for module in files("mock_server.actions").joinpath("modules").iterdir()
    for entry in json.loads(module.read_text(encoding="utf-8"))
]
EXAMPLES = [
    pytest.param(step["action"], step.get("input", {}), id=f"{entry['id']}: {example['description'][:40]}")
    for entry in LISTED
    for example in entry["examples"]
    for step in yaml.safe_load(example["example"])["steps"]
]


def by_id(entry: dict) -> str:
    return entry["id"]


def action(id: str, output_schema: dict | None = None) -> Action:
    return Action(id, "", (), {}, output_schema, False, jsonschema_rs.Draft7Validator({}))


def test_ids_are_unique():
    assert len({entry["id"].lower() for entry in ENTRIES}) == len(ENTRIES) == len(LISTED)


def test_actions_are_listed_in_the_order_of_their_ids():
    ids = [entry["id"] for entry in LISTED]
    assert ids == sorted(ids, key=str.lower)


def test_the_built_in_actions_and_the_most_used_modules_are_there():
    ids = {entry["id"] for entry in LISTED}
    assert {"debug:log", "debug:wait", "fetch:template", "catalog:register", "publish:github", "publish:gitlab"} <= ids


@pytest.mark.parametrize("entry", LISTED, ids=by_id)
def test_every_schema_is_one_of_draft_7(entry):
    for schema in entry["schema"].values():
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("entry", LISTED, ids=by_id)
def test_every_input_is_an_object_that_allows_nothing_else(entry):
    schema = entry["schema"]["input"]
    for alternative in schema.get("anyOf", [schema]):
        assert alternative["type"] == "object"
        assert alternative["additionalProperties"] is False
        assert set(alternative.get("required", [])) <= alternative["properties"].keys()


@pytest.mark.parametrize("entry", LISTED, ids=by_id)
def test_every_action_is_described_and_shown(entry):
    assert entry["description"].endswith(".")
    assert all(example["description"].endswith(".") for example in entry["examples"])
    assert entry["examples"]


@pytest.mark.parametrize(("id", "input"), EXAMPLES)
def test_the_input_of_an_example_is_accepted(id, input):
    assert stacks(input, CATALOGUE.get(id).input_schema) == []


@pytest.mark.parametrize(("id", "input"), EXAMPLES)
def test_the_compiled_schema_and_the_real_servers_dialect_accept_the_same(id, input):
    variants = [input, {}, {**input, "no-such-key": 1}]
    for key in input:
        variants.append({name: value for name, value in input.items() if name != key})
        variants += [
            {**input, key: value} for value in (None, True, 0, 1.0, -1.5, "", "text", [], ["text"], {}, {"a": 1})
        ]
    action = CATALOGUE.get(id)
    for variant in variants:
        assert action.accepts(variant) == (stacks(variant, action.input_schema) == []), variant


@pytest.mark.parametrize("entry", LISTED, ids=by_id)
def test_an_example_shows_its_own_action(entry):
    for example in entry["examples"]:
        assert entry["id"] in [step["action"] for step in yaml.safe_load(example["example"])["steps"]]


@pytest.mark.parametrize("entry", LISTED, ids=by_id)
def test_the_examples_of_an_output_are_of_its_type(entry):
    for schema in entry["schema"].get("output", {}).get("properties", {}).values():
        for example in schema.get("examples", []):
            jsonschema.Draft7Validator(schema).validate(example)


def test_an_action_is_listed_as_the_real_server_lists_it():
    assert {tuple(entry) for entry in LISTED} == {("id", "description", "examples", "schema")}
    assert {tuple(entry["schema"]) for entry in LISTED} == {("input",), ("input", "output")}


def test_an_action_that_declares_no_output_lists_none():
    assert "output" not in action("a").to_json()["schema"]
    assert action("a", output_schema={"type": "object"}).to_json()["schema"]["output"] == {"type": "object"}


@pytest.mark.parametrize(("id", "supported"), [("debug:log", True), ("debug:wait", False), ("publish:github", False)])
def test_an_action_says_whether_a_dry_run_can_execute_it(id, supported):
    assert CATALOGUE.get(id).supports_dry_run is supported


def test_an_action_is_found_by_its_exact_id():
    assert CATALOGUE.get("debug:log").id == "debug:log"
    assert CATALOGUE.get("Debug:Log") is None
    assert CATALOGUE.get("debug") is None


def test_the_case_of_an_id_does_not_decide_its_place():
    listed = ActionCatalogue([action("b"), action("C"), action("a")]).to_json()
    assert [entry["id"] for entry in listed] == ["a", "b", "C"]
