"""Parameter schemas, and what becomes of values."""

import pytest

from contracts.exchange import Purpose
from contracts.rules import templates, values
from contracts.template_values import make_values
from tests.contracts.making import created, evidence, exchange, failures, holds, is_silent, listed, task

PATH = {"namespace": "default", "kind": "template", "name": "ordinary"}
STRING = {"type": "string"}


def given(schema, *, path=PATH, **rest):
    return exchange("getTemplateParameterSchema", 200, schema, path=path, **rest)


def unknown(status, *, label="an unknown name", **path):
    return exchange(
        "getTemplateParameterSchema",
        status,
        {"error": {"name": "E", "message": "m"}},
        path={**PATH, "name": "contract-tests", **path},
        purpose=Purpose.UNKNOWN_TEMPLATE,
        label=label,
    )


PAGE_RULES = [
    templates.forms_hold_schemas,
    templates.schemas_are_valid,
    templates.schemas_describe_objects,
    templates.references_lead_somewhere,
    templates.required_names_are_described,
    templates.defaults_are_accepted,
    templates.choices_are_of_the_type,
]


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"title": "No pages", "steps": []},
        {"steps": "a word that is no keyword"},
        {"type": ["object"], "properties": {"a": {"type": ["string", "null"], "default": None, "enum": ["x", None]}}},
        {"required": ["a"], "allOf": [{"properties": {"a": STRING}}]},
        {"required": ["a"], "dependencies": {"b": {"oneOf": [{"properties": {"a": STRING}}]}}},
        {"required": ["a"], "additionalProperties": STRING},
        {"definitions": {"a": STRING}, "properties": {"a": {"$ref": "#/definitions/a", "default": "x"}}},
        {"title": "One", "steps": [{"title": "Page", "schema": {"$ref": "#/shared"}}], "shared": {"type": "object"}},
        {"properties": {"a": {"type": "string", "format": "email", "default": ""}}},
        {"properties": {"a": True, "b": {"enum": [1, "one"]}}},
    ],
)
def test_unusual_forms_are_right(rule, schema):
    assert holds(rule, evidence(given(schema)))


@pytest.mark.parametrize("body", [None, [], "text"])
def test_what_is_no_object_is_not_judged_here(body):
    for rule in PAGE_RULES:
        assert is_silent(rule, evidence(given(body)))


@pytest.mark.parametrize(
    "answer",
    [
        unknown(404),
        unknown(403),
        unknown(400, kind="component"),
        unknown(400, name="a b"),
        unknown(404, name="%"),
        unknown(400, namespace="default", kind="default"),
        unknown(400, name=".."),
    ],
    ids=lambda answer: f"{answer.status} {answer.request.path}",
)
def test_not_found_has_more_than_one_form(answer):
    assert holds(templates.unknown_templates_are_not_found, evidence(answer))


@pytest.mark.parametrize("answer", [unknown(200), unknown(400), unknown(500), unknown(200, name="a b")])
def test_other_answers_are_not_not_found(answer):
    assert failures(templates.unknown_templates_are_not_found, evidence(answer))


@pytest.mark.parametrize("status", [429, 503, None])
def test_an_answer_that_is_not_about_the_request_is_not_judged(status):
    assert is_silent(templates.unknown_templates_are_not_found, evidence(unknown(status)))


def test_what_is_around_the_schema_may_change():
    page = {"properties": {"a": STRING}}
    before, after = ({"title": title, "steps": [{"title": title, "schema": page}]} for title in ("before", "after"))
    assert holds(templates.schema_stays_the_same, evidence(given(before), given(after)))


def test_a_template_that_was_only_seen_may_be_gone():
    gone = exchange("getTemplateParameterSchema", 404, {}, path={**PATH, "name": "gone"})
    assert is_silent(templates.templates_in_use_have_a_schema, evidence(created(), gone))


def test_a_reference_may_leave_out_what_goes_without_saying():
    gone = exchange("getTemplateParameterSchema", 404, {}, path=PATH)
    assert failures(templates.templates_in_use_have_a_schema, evidence(created(ref="Ordinary"), gone))


FORM = {"required": ["a"], "properties": {"a": STRING, "b": {**STRING, "ui:field": "EntityPicker"}}}


def refusal(status, sent_values, **rest):
    sent = {"templateRef": "template:default/ordinary", "values": sent_values}
    return exchange("createTask", status, {"error": {"name": "E", "message": "m"}}, sent=sent, **rest)


def test_values_that_the_schema_accepts_have_to_be_accepted():
    assert failures(values.accepted_values_are_accepted, evidence(given(FORM), refusal(400, {"a": "x"})))
    assert holds(values.accepted_values_are_accepted, evidence(given(FORM), created(values={"a": "x", "more": 1})))


@pytest.mark.parametrize(
    ("status", "sent_values"),
    [
        (400, {}),
        (400, {"a": "x", "more": 1}),
        (400, {"a": "x", "b": "component:a"}),
        (403, {"a": "x"}),
        (503, {"a": "x"}),
    ],
)
def test_values_may_be_refused_for_what_the_schema_does_not_say(status, sent_values):
    assert is_silent(values.accepted_values_are_accepted, evidence(given(FORM), refusal(status, sent_values)))


@pytest.mark.parametrize(
    ("sent_values", "blamed"),
    [({"a": "x"}, ["createTask"]), (make_values(FORM), ["getTemplateParameterSchema", "createTask"])],
)
def test_for_values_that_only_the_schema_told_the_schema_is_blamed_first(sent_values, blamed):
    found = failures(values.accepted_values_are_accepted, evidence(given(FORM), refusal(400, sent_values)))
    assert [failure.operation for failure in found] == blamed


def test_secrets_may_be_missing():
    answer = exchange(
        "createTask", 400, {"errors": [{"property": "secrets"}]}, sent={"templateRef": "ordinary", "values": {"a": "x"}}
    )
    assert is_silent(values.accepted_values_are_accepted, evidence(given(FORM), answer))


def test_a_list_that_was_asked_for_earlier_proves_nothing():
    early = listed(task(spec={"parameters": {"contractTests": "mark-01"}}), began=1.0, took=5.0)
    refused = refusal(400, {"contractTests": "mark-01"}, purpose=Purpose.REFUSED_VALUES, began=2.0, took=0.1)
    assert is_silent(values.refused_values_make_no_task, evidence(early, refused))
    late = listed(task(spec={"parameters": {"contractTests": "mark-01"}}), began=9.0)
    assert failures(values.refused_values_make_no_task, evidence(early, refused, late))
