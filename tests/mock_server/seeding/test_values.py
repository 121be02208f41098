"""Values that templates take."""

import random
from typing import Any

import pytest

from mock_server.entities import Entities
from mock_server.seeding.faking import make_faker
from mock_server.seeding.values import draw_values
from mock_server.shipped import DEMO_ENTITIES
from mock_server.templates import check_secrets, check_values, load_catalog, parse_template_ref

CATALOG = load_catalog([DEMO_ENTITIES])
TEAM = {"apiVersion": "v1", "kind": "Group", "metadata": {"name": "team"}}
SHOP = {"apiVersion": "v1", "kind": "Component", "metadata": {"name": "shop"}}


def drawn(template, seed: int = 1, entities: Entities = CATALOG.entities):
    return draw_values(random.Random(seed), make_faker(seed), entities, template)


def template_of(*pages: Any, secrets: Any = None) -> dict[str, Any]:
    spec: dict[str, Any] = {"parameters": list(pages)}
    return {"spec": spec if secrets is None else {**spec, "secrets": {"schema": secrets}}}


def values_of(seed: int = 1, /, **properties: Any) -> dict[str, Any]:
    page = {"required": list(properties), "properties": properties}
    found = drawn(template_of(page), seed, Entities([TEAM, SHOP]))
    assert found is not None
    return found[0]


def seen(schema: Any, count: int = 60) -> list[Any]:
    return [values_of(seed, field=schema)["field"] for seed in range(count)]


@pytest.mark.parametrize("ref", CATALOG.template_refs)
def test_every_demo_template_takes_what_is_made_up_for_it(ref):
    template = CATALOG.template(parse_template_ref(ref))
    for seed in range(40):
        found = drawn(template, seed)
        assert found is not None
        values, secrets = found
        check_values(template, values)
        check_secrets(template, secrets)


def test_the_same_seed_gives_the_same_values():
    template = CATALOG.template(parse_template_ref("python-service"))
    assert drawn(template, 3) == drawn(template, 3) != drawn(template, 4)


def test_fields_that_depend_on_others_are_filled_in_with_them():
    template = CATALOG.template(parse_template_ref("python-service"))
    made = [values for values, _ in (drawn(template, seed) for seed in range(60))]
    assert any("databaseVersion" in values for values in made)
    assert any("hostname" in values for values in made)
    assert any("autoscaling" in values.get("resources", {}) for values in made)


def test_pickers_pick_what_they_offer():
    repo = {
        "type": "string",
        "ui:field": "RepoUrlPicker",
        "ui:options": {"allowedHosts": ["gitlab.com"], "allowedOwners": ["acme"], "allowedRepos": ["shop"]},
    }
    picked = values_of(
        repo=repo,
        azure={**repo, "ui:options": {"allowedHosts": ["dev.azure.com"], "allowedProjects": ["p"]}},
        owner={"type": "string", "ui:field": "OwnerPicker"},
        component={"ui:field": "EntityPicker", "ui:options": {"catalogFilter": [{"kind": "Component"}]}},
        many={"type": "array", "ui:field": "MultiEntityPicker", "ui:options": {"defaultKind": "Component"}},
    )
    assert picked["repo"] == "gitlab.com?owner=acme&repo=shop"
    assert picked["azure"].startswith("dev.azure.com?")
    assert "organization=acme" in picked["azure"]
    assert picked["owner"] == "group:default/team"
    assert picked["component"] == "component:default/shop"
    assert picked["many"] == ["component:default/shop"]


def test_what_a_picker_offers_is_not_taken_where_it_is_refused():
    picky = {"type": "string", "ui:field": "RepoUrlPicker", "pattern": "^[a-z-]+$"}
    assert "?" not in values_of(repo=picky)["repo"]


def test_what_a_form_hides_stays_out_of_the_values():
    hidden = {"type": "string", "ui:field": "Secret"}
    found = drawn(
        template_of(
            {"properties": {"token": hidden}},
            secrets={"required": ["token"], "properties": {"token": {"minLength": 8}}},
        )
    )
    assert found is not None
    assert found[0] == {}
    assert len(found[1]["token"]) >= 8


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 3, "maximum": 5},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 8, "multipleOf": 0.25},
        {"type": "integer", "minimum": 3, "exclusiveMinimum": True},
        {"type": "integer", "maximum": 3, "exclusiveMaximum": True, "minimum": 2},
        {"type": "integer", "exclusiveMaximum": 3, "exclusiveMinimum": 1},
        {"type": "integer", "maximum": -5},
        True,
        {"type": "null"},
        {"items": {"type": "boolean"}, "minItems": 1},
        {"properties": {"a": {"type": "boolean"}}, "required": ["a"]},
        {"type": "number", "maximum": 0},
        {"type": "string", "minLength": 300, "maxLength": 400},
        {"type": "string", "maxLength": 3},
        {"type": "array", "minItems": 2, "maxItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        {"type": ["null", "boolean"]},
        {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}, "b": {"enum": ["x"]}}},
        {"oneOf": [{"type": "string", "pattern": "^a"}, {"type": "integer"}]},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "boolean"}}}], "type": "object"},
        *(
            {"type": "string", "format": name}
            for name in ("email", "uri", "date", "date-time", "ipv4", "uuid", "color")
        ),
    ],
)
def test_values_keep_within_what_is_asked_for(schema):
    # A template refuses what does not, and then there would be none.
    assert len(seen(schema, 20)) == 20


def test_examples_and_defaults_are_taken_now_and_then():
    found = seen({"type": "string", "default": "plain", "examples": ["fancy"]})
    assert {"plain", "fancy"} < set(found)


def test_a_reference_leads_to_its_schema():
    page = {
        "definitions": {"size": {"enum": ["S", "M"]}},
        "required": ["size"],
        "properties": {"size": {"$ref": "#/definitions/size"}},
    }
    found = drawn(template_of(page))
    assert found is not None
    assert found[0]["size"] in {"S", "M"}


def test_what_is_wanted_and_nowhere_described_is_a_text():
    found = drawn(template_of({"required": ["name"]}))
    assert found is not None
    assert isinstance(found[0]["name"], str)


def test_what_cannot_be_made_up_is_left_out_where_it_may_be():
    odd = {"type": "string", "pattern": "(?=x)(?!x)"}
    page = {"required": ["name"], "properties": {"name": {"type": "string"}, "odd": odd}}
    for seed in range(20):
        found = drawn(template_of(page), seed)
        assert found is not None
        assert found[0].keys() == {"name"}


def test_what_is_refused_in_the_end_is_left_out_where_it_may_be():
    too_few = {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"enum": ["a", "b"]}}
    page = {"required": ["name"], "properties": {"name": {"type": "string"}, "odd": too_few}}
    for seed in range(20):
        found = drawn(template_of(page), seed)
        assert found is not None
        assert found[0].keys() == {"name"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "(?=x)(?!x)"},
        {"type": "integer", "minimum": 5, "maximum": 3},
        {"type": "number", "minimum": 1e308, "multipleOf": 1e-308},
        {"type": "array", "minItems": 1_000_000, "items": {"type": "string"}},
        {"$ref": "#/properties/field"},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#/properties/field/nowhere"},
        False,
        {"type": "string", "minLength": 100_000},
        {"type": "string", "ui:field": "Secret"},
    ],
)
def test_a_template_that_wants_the_impossible_gets_nothing(schema):
    assert drawn(template_of({"required": ["field"], "properties": {"field": schema}})) is None


def test_a_schema_without_end_ends():
    endless = {"type": "object", "required": ["again"], "properties": {"again": {"$ref": "#/properties/field"}}}
    assert drawn(template_of({"required": ["field"], "properties": {"field": endless}})) is None
    bushy = {"type": "object", "properties": {name: {"$ref": "#/properties/field"} for name in "abcdefgh"}}
    drawn(template_of({"required": ["field"], "properties": {"field": bushy}}))
