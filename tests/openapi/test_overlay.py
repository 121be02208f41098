"""Overlays are applied as the Overlay Specification 1.0 has it."""

import copy

import pytest

from openapi.overlay import BrokenOverlay, apply_overlay

DOCUMENT = {
    "info": {"title": "An API", "version": "1"},
    "tags": [{"name": "one"}],
    "paths": {
        "/things": {"get": {"responses": {"200": {"description": "All."}}}},
        "/things/{id}": {"get": {"responses": {"200": {"description": "One."}}}, "put": {"responses": {}}},
    },
}


def applied(*actions: dict) -> dict:
    overlay = {"overlay": "1.0.0", "info": {"title": "Test", "version": "1"}, "actions": list(actions)}
    return apply_overlay(DOCUMENT, overlay)


def test_objects_are_merged_all_the_way_down():
    result = applied({"target": "$", "update": {"info": {"contact": {"name": "us"}, "title": "Our API"}}})
    assert result["info"] == {"title": "Our API", "version": "1", "contact": {"name": "us"}}


def test_an_array_as_target_gets_another_entry():
    assert applied({"target": "$.tags", "update": {"name": "two"}})["tags"] == [{"name": "one"}, {"name": "two"}]


def test_arrays_within_objects_are_concatenated():
    assert applied({"target": "$", "update": {"tags": [{"name": "two"}]}})["tags"] == [{"name": "one"}, {"name": "two"}]


def test_an_object_replaces_what_is_none():
    assert applied({"target": "$.info", "update": {"version": {"major": 1}}})["info"]["version"] == {"major": 1}


def test_every_match_of_the_target_is_updated():
    result = applied({"target": "$.paths.*.*.responses", "update": {"400": {"description": "Refused."}}})
    found = [operation["responses"] for item in result["paths"].values() for operation in item.values()]
    assert all("400" in responses for responses in found)
    assert len(found) == 3


def test_matches_do_not_share_what_they_got():
    result = applied(
        {"target": "$.paths.*.*.responses", "update": {"400": {"description": "Refused."}}},
        {"target": "$.paths['/things'].get.responses['400']", "update": {"description": "Changed."}},
    )
    assert result["paths"]["/things/{id}"]["get"]["responses"]["400"] == {"description": "Refused."}


def test_actions_build_upon_each_other():
    result = applied({"target": "$.info", "update": {"x": {}}}, {"target": "$.info.x", "update": {"y": 1}})
    assert result["info"]["x"] == {"y": 1}


def test_the_document_stays_as_it_was():
    before = copy.deepcopy(DOCUMENT)
    applied({"target": "$.info", "update": {"title": "Changed"}})
    assert before == DOCUMENT


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        ({"target": "$.nowhere", "update": {}}, "finds nothing"),
        ({"target": "$.[", "update": {}}, "not a JSONPath"),
        ({"target": "$.info"}, "never removes"),
        ({"target": "$.info", "update": {}, "remove": True}, "never removes"),
        ({"target": "$.info.title", "update": {"a": 1}}, "cannot be merged"),
        ({"target": "$.info", "update": "text"}, "cannot be merged"),
    ],
)
def test_an_action_that_cannot_be_applied_is_refused(action, complaint):
    with pytest.raises(BrokenOverlay, match=complaint):
        applied(action)
