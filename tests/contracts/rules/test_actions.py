"""Catalogues that are odd and right."""

import pytest

from contracts.rules import actions
from tests.contracts.making import (
    completion,
    created,
    event,
    evidence,
    exchange,
    failures,
    holds,
    is_silent,
    polled,
    streamed,
    task,
)

BARE = [{"id": "greet"}]


def listed(*entries, **rest):
    return exchange("listActions", 200, list(entries), **rest)


SCHEMA_RULES = [
    actions.schemas_are_valid,
    actions.schemas_describe_objects,
    actions.references_lead_somewhere,
    actions.required_names_are_described,
]


@pytest.mark.parametrize("rule", SCHEMA_RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"input": None},
        {"input": True},
        {"input": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
        {"input": {"type": ["object", "null"]}},
        {"input": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, "output": {}},
        {"input": {"required": ["a"], "patternProperties": {"a": {}}}},
    ],
)
def test_unusual_schemas_are_right(rule, schema):
    assert holds(rule, evidence(listed({"id": "greet", "schema": schema})))


@pytest.mark.parametrize("rule", [*SCHEMA_RULES, actions.ids_are_unique, actions.examples_are_yaml])
def test_a_bare_catalogue_is_right(rule):
    assert holds(rule, evidence(listed(*BARE)))


@pytest.mark.parametrize("body", [None, {}, {"actions": []}, "text", 7])
def test_what_is_no_list_is_not_judged_here(body):
    for rule in (*SCHEMA_RULES, actions.ids_are_unique, actions.there_are_actions, actions.list_stays_the_same):
        assert is_silent(rule, evidence(exchange("listActions", 200, body)))


def test_ids_that_are_no_texts_are_not_counted():
    assert holds(actions.ids_are_unique, evidence(listed({"id": 1}, {"id": 1}, {}, {})))


def test_the_order_of_actions_may_change():
    assert holds(
        actions.list_stays_the_same, evidence(listed({"id": "a"}, {"id": "b"}), listed({"id": "b"}, {"id": "a"}))
    )


def run(action, *, status="completed", step_status="completed", condition=None):
    step = {"id": "first", "name": "First", "action": action}
    spec = {**task()["spec"], "steps": [step if condition is None else {**step, "if": condition}]}
    told = [event(1, stepId="first", status=step_status), completion(2)]
    return [created(), streamed(told), polled(status, fields={"spec": spec})]


def test_actions_that_ran_are_looked_for():
    assert holds(actions.actions_that_run_are_listed, evidence(listed(*BARE), *run("greet")))
    assert failures(actions.actions_that_run_are_listed, evidence(listed(*BARE), *run("wave")))


def test_actions_that_did_not_run_may_be_unknown():
    assert is_silent(
        actions.actions_that_run_are_listed,
        evidence(listed(*BARE), *run("wave", status="failed", step_status="failed")),
    )
    skipped = run("wave", step_status="skipped", condition="${{ false }}")
    assert is_silent(actions.actions_that_run_are_listed, evidence(listed(*BARE), *skipped))


def test_without_a_catalogue_no_action_is_missing():
    assert is_silent(actions.actions_that_run_are_listed, evidence(*run("wave")))


def test_examples_of_another_form_are_told():
    assert failures(actions.examples_are_yaml, evidence(listed({"id": "a", "examples": "none"})))
