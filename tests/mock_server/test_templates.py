"""Templates: which are accepted, the form of each, and what a task of one starts from."""

import json
from pathlib import Path

import pytest

from mock_server.entities import Entities
from mock_server.entity_refs import EntityRef, MalformedEntityRef
from mock_server.shipped import SCENARIOS
from mock_server.sources import BrokenFile
from mock_server.templates import (
    API_VERSION,
    Catalog,
    InvalidTemplate,
    InvalidValues,
    UnknownTemplate,
    UnusableTemplate,
    base_url,
    check_secrets,
    check_template,
    check_values,
    load_catalog,
    pages,
    parameter_schema,
    parse_template_ref,
)

# What a real server answered to dry runs of these.
SENT_TEMPLATES = json.loads((Path(__file__).parent / "data/sent_templates.json").read_text(encoding="utf-8"))
HEAD = """\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: it
spec:
  type: service
"""
NAME = {"title": "Name it", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 5}}}
SIZE = {"description": "How big?", "properties": {"size": {"type": "number"}}}


def template(*, api_version: str = API_VERSION, kind: str = "Template", metadata: dict | None = None, **spec) -> dict:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "it", **(metadata or {})},
        "spec": {"type": "service", "steps": [], **spec},
    }


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> Catalog:
        path = tmp_path / "template.yaml"
        path.write_text(text, encoding="utf-8")
        return load_catalog([path])

    return load


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog([SCENARIOS / "templates"])


def test_the_demo_templates_load(shipped):
    files = {file.stem for file in (SCENARIOS / "templates").glob("*.yaml")}
    assert {ref.removeprefix("template:default/") for ref in shipped.template_refs} == files - {"org", "components"}


def test_every_demo_template_accepts_its_demo_values(shipped, demo_values):
    assert sorted(demo_values) == shipped.template_refs
    for ref, values in demo_values.items():
        check_values(shipped.template(parse_template_ref(ref)), values)


def test_every_demo_template_shows_a_form(shipped):
    for ref in shipped.template_refs:
        schema = parameter_schema(shipped.template(parse_template_ref(ref)))
        assert schema["title"]
        assert schema["description"]
        assert all(step["title"] and step["schema"]["properties"] for step in schema["steps"])


@pytest.mark.parametrize("text", ["template:default/it", "Template:Default/IT", "it", "default/it"])
def test_a_template_is_found_whatever_the_case_of_the_reference(text):
    catalog = Catalog(Entities([template()]))
    assert catalog.template(parse_template_ref(text)) == template()


def test_a_reference_to_another_kind_is_not_even_looked_up():
    with pytest.raises(UnusableTemplate, match="Invalid kind, only 'Template' kind is supported"):
        Catalog(Entities([])).template(EntityRef("component", "default", "it"))


def test_an_unknown_template_is_told_by_its_canonical_reference():
    with pytest.raises(UnknownTemplate) as caught:
        Catalog(Entities([])).template(EntityRef("Template", "Default", "IT"))
    assert str(caught.value) == "Template template:default/it not found"


def test_a_template_of_another_version_cannot_be_used():
    catalog = Catalog(Entities([template(api_version="backstage.io/v1beta2")]))
    with pytest.raises(UnusableTemplate, match="Unsupported apiVersion field in schema entity, backstage"):
        catalog.template(parse_template_ref("it"))


def test_a_malformed_reference_is_refused():
    with pytest.raises(MalformedEntityRef):
        parse_template_ref("template:")


def test_only_templates_that_can_be_run_are_listed_and_in_order():
    others = [
        template(metadata={"name": "old"}, api_version="backstage.io/v1beta2"),
        template(metadata={"name": "b"}),
        template(metadata={"name": "a", "namespace": "zoo"}),
        template(metadata={"name": "A"}, kind="template"),
        template(metadata={"name": "it"}, kind="Component"),
    ]
    refs = ["template:default/a", "template:default/b", "template:zoo/a"]
    assert Catalog(Entities(others)).template_refs == refs


def test_what_is_no_template_is_loaded_too(load):
    catalog = load(f"{HEAD}  steps: []\n---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: ops}}\n")
    assert catalog.entities.find("group:ops") is not None
    assert catalog.template_refs == ["template:default/it"]


def test_a_template_of_another_version_is_loaded_unchecked(load):
    assert load(HEAD.replace("v1beta3", "v1beta2")).template_refs == []


def test_a_loaded_template_is_completed(load):
    metadata = load(f"{HEAD}  steps: []\n").template(parse_template_ref("it"))["metadata"]
    assert metadata["namespace"] == "default"
    assert {"uid", "etag", "annotations"} <= metadata.keys()


@pytest.mark.parametrize(
    ("spec", "line", "reason"),
    [
        ("", 5, "/spec must have required property 'steps'"),
        ("  steps: {}\n", 7, "/spec/steps must be array"),
        ("  steps: [" + "{action: a}, " * 1_001 + "]\n", 7, "/spec/steps must NOT have more than 1000 items"),
        ("  steps:\n    - id: a\n", 8, "/spec/steps/0 must have required property 'action'"),
        ("  steps:\n    - action: a\n    - action: 5\n", 9, "/spec/steps/1/action must be string"),
        ("  steps:\n    - action: a\n      id: 5\n", 9, "/spec/steps/0/id must be string"),
        ("  steps:\n    - action: a\n      input: text\n", 9, "/spec/steps/0/input must be object"),
        ("  steps: []\n  parameters: text\n", 8, "/spec/parameters must be object or must be array"),
        ("  steps: []\n  parameters:\n    - title: a\n    - text\n", 10, "/spec/parameters/1 must be object"),
        ("  steps: []\n  presentation: []\n", 8, "/spec/presentation must be object"),
        ("  steps: []\n  secrets:\n    schema: text\n", 9, "/spec/secrets/schema must be object"),
        ("  steps: []\n  owner: ''\n", 8, "/spec/owner must NOT have fewer than 1 characters"),
        (
            "  steps: []\n  EXPERIMENTAL_formDecorators:\n    - id: 5\n",
            9,
            "/spec/EXPERIMENTAL_formDecorators/0/id must be string",
        ),
        ("  steps: []\n  output:\n    links: text\n", 9, "/spec/output/links must be array"),
        ("  steps: []\n  output:\n    other: 5\n", 9, "/spec/output/other must be string"),
        ("  steps: []\n  parameters:\n    - $ref: '#/nowhere'\n", 9, "no JSON Schema: there is no schema"),
        (
            "  steps: []\n  parameters:\n    - {}\n    - properties:\n        a: {$ref: '#/nowhere'}\n",
            10,
            "no JSON Schema: there is no schema",
        ),
        ("  steps: []\n  parameters:\n    allOf: 5\n", 8, "no JSON Schema: allOf must be a list"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_mistake_in_a_template_is_told_with_its_file_line_and_reason(load, tmp_path, spec, line, reason):
    with pytest.raises(BrokenFile) as caught:
        load(HEAD + spec)
    assert (caught.value.path, caught.value.line) == (tmp_path / "template.yaml", line)
    assert caught.value.reason.startswith(reason)


def test_a_template_without_a_spec_is_a_mistake(load):
    with pytest.raises(BrokenFile, match="<root> must have required property 'spec'"):
        load(HEAD.partition("spec:")[0])


def test_a_template_of_an_empty_type_is_a_mistake(load):
    with pytest.raises(BrokenFile, match=":6: /spec/type must NOT have fewer than 1 characters"):
        load(f"{HEAD.replace('service', repr(''))}  steps: []\n")


def test_a_template_without_a_type_is_a_mistake(load):
    with pytest.raises(BrokenFile, match=":5: /spec must have required property 'type'"):
        load(HEAD.replace("type: service", "steps: []"))


@pytest.mark.parametrize("value", [None, 5, [], {}, template(steps=[{"id": "a"}])])
def test_a_value_from_a_request_can_be_no_template(value):
    with pytest.raises(InvalidTemplate):
        check_template(value)


def test_a_template_from_a_request_is_one_without_being_loaded():
    check_template(template())


@pytest.mark.parametrize("case", SENT_TEMPLATES, ids=lambda case: json.dumps(case["template"])[:60])
def test_what_is_no_template_is_told_in_the_words_of_the_real_server(case):
    with pytest.raises(InvalidTemplate if case["status"] == 500 else UnusableTemplate) as refused:
        check_template(case["template"])
    assert str(refused.value) == case["message"]


def test_a_list_of_parameters_is_one_page_each():
    assert pages(template(parameters=[NAME, SIZE])) == [NAME, SIZE]


def test_an_object_of_parameters_is_one_page():
    assert pages(template(parameters=NAME)) == [NAME]


@pytest.mark.parametrize("spec", [{}, {"parameters": []}])
def test_without_parameters_there_is_no_page(spec):
    assert pages(template(**spec)) == []


def test_the_form_has_a_step_for_every_page_with_the_whole_page_in_it():
    assert parameter_schema(template(parameters=[NAME, SIZE]))["steps"] == [
        {"title": "Name it", "schema": NAME},
        {"title": "Please enter the following information", "description": "How big?", "schema": SIZE},
    ]


def test_a_form_without_parameters_has_no_steps():
    assert parameter_schema(template()) == {"title": "it", "steps": []}


def test_a_form_says_all_that_the_template_says_in_the_order_of_the_real_server():
    buttons = {"buttonLabels": {"createButtonText": "Go"}}
    decorated = template(
        metadata={"title": "It!", "description": "Does it.", "ui:options": {"a": 1}},
        parameters=NAME,
        presentation=buttons,
        formDecorators=[{"id": "d"}],
    )
    assert list(parameter_schema(decorated).items()) == [
        ("title", "It!"),
        ("presentation", buttons),
        ("description", "Does it."),
        ("ui:options", {"a": 1}),
        ("steps", [{"title": "Name it", "schema": NAME}]),
        ("formDecorators", [{"id": "d"}]),
    ]


@pytest.mark.parametrize(
    ("spec", "decorators"),
    [
        ({"EXPERIMENTAL_formDecorators": [{"id": "old"}]}, [{"id": "old"}]),
        ({"formDecorators": [{"id": "new"}], "EXPERIMENTAL_formDecorators": [{"id": "old"}]}, [{"id": "new"}]),
        ({"formDecorators": []}, []),
    ],
)
def test_form_decorators_have_one_name_in_the_form(spec, decorators):
    schema = parameter_schema(template(**spec))
    assert schema["formDecorators"] == decorators
    assert "EXPERIMENTAL_formDecorators" not in schema


def test_values_that_every_page_accepts_are_accepted():
    check_values(template(parameters=[NAME, SIZE]), {"name": "shop", "size": 1, "undeclared": True})


def test_values_are_refused_by_the_first_page_that_does_not_accept_them():
    with pytest.raises(InvalidValues) as caught:
        check_values(template(parameters=[SIZE, NAME]), {"size": "x"})
    assert [error["property"] for error in caught.value.errors] == ["instance.size"]
    assert str(caught.value) == "instance.size is not of a type(s) number"


def test_all_errors_of_that_page_are_told():
    page = {"required": ["a", "b"]}
    with pytest.raises(InvalidValues) as caught:
        check_values(template(parameters=page), {})
    assert [error["argument"] for error in caught.value.errors] == ["a", "b"]


def test_a_template_without_parameters_accepts_any_values():
    check_values(template(), {"anything": ["goes"]})


SECRET = {"schema": {"type": "object", "required": ["token"], "properties": {"token": {"minLength": 8}}}}


def test_secrets_that_the_template_asks_for_are_accepted():
    check_secrets(template(secrets=SECRET), {"token": "long enough"})


@pytest.mark.parametrize("secrets", [{}, {"schema": {}}])
def test_a_template_that_asks_for_no_secrets_accepts_any(secrets):
    check_secrets(template(secrets=secrets), {"any": "thing"})


def test_a_missing_secret_is_told_by_its_name():
    with pytest.raises(InvalidValues) as caught:
        check_secrets(template(secrets=SECRET), {})
    (error,) = caught.value.errors
    assert error["message"] == "secrets.token is required"


def test_a_secret_that_is_refused_is_not_shown():
    with pytest.raises(InvalidValues) as caught:
        check_secrets(template(secrets=SECRET), {"token": "s3cret"})
    assert "s3cret" not in repr(caught.value.errors)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({"backstage.io/managed-by-location": "file:/work/t.yaml"}, "file:///work/t.yaml"),
        (
            {
                "backstage.io/managed-by-location": "file:/work/t.yaml",
                "backstage.io/source-location": "url:https://acme.example/t/",
            },
            "https://acme.example/t/",
        ),
    ],
)
def test_relative_paths_start_at_the_source_location(annotations, expected):
    assert base_url(template(metadata={"annotations": annotations})) == expected


def test_a_loaded_template_starts_at_its_file_unless_it_says_otherwise(load, tmp_path):
    loaded = load(f"{HEAD}  steps: []\n").template(parse_template_ref("it"))
    assert base_url(loaded) == f"file://{Path(tmp_path).resolve() / 'template.yaml'}"


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("  parameters:\n    properties:\n      a:\n        pattern: '['\n", 10),
        ("  parameters:\n    - items:\n        pattern: '('\n", 9),
        ("  parameters:\n    allOf:\n      - if: {pattern: '('}\n", 10),
        ("  secrets:\n    schema:\n      properties:\n        a:\n          pattern: '['\n", 11),
    ],
)
def test_a_pattern_that_is_none_stops_the_start_at_its_line(load, spec, line):
    with pytest.raises(BrokenFile, match="no JSON Schema") as caught:
        load(f"{HEAD}  steps: []\n{spec}")
    assert caught.value.line == line
