"""The template of a recorded task."""

from mock_server.entity_refs import EntityRef
from mock_server.recording.recorded import RecordedTask
from mock_server.recording.template_of import template_of

STEPS = [{"id": "a", "name": "A", "action": "debug:log"}]


def task_with(metadata: dict | None = None, recovery: dict | None = None) -> RecordedTask:
    ref = EntityRef("template", "Web", "Shop")
    return RecordedTask("1", "completed", 0, ref, metadata or {}, STEPS, {}, {}, recovery)


def test_a_template_without_a_form_has_its_name_and_its_steps():
    assert template_of(task_with(), {}) == {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "Shop", "namespace": "Web"},
        "spec": {"type": "service", "steps": STEPS},
    }


def test_what_the_form_shows_is_kept():
    buttons = {"buttonLabels": {"createButtonText": "Go"}}
    decorators = [{"id": "deco", "input": {}}]
    form = {"title": "Shop", "presentation": buttons, "ui:options": {"x": 1}, "steps": [], "formDecorators": decorators}
    template = template_of(task_with(), form)
    assert template["metadata"] == {"name": "Shop", "namespace": "Web", "title": "Shop", "ui:options": {"x": 1}}
    assert template["spec"]["presentation"] == buttons
    assert template["spec"]["formDecorators"] == decorators


def test_a_page_has_the_title_that_stands_above_it():
    pages = [
        {"title": "Please enter the following information", "schema": {"properties": {}}},
        {"title": "Name", "description": "Of the shop", "schema": {"required": ["name"]}},
        {"title": "Name", "schema": {"title": "Own"}},
    ]
    assert template_of(task_with(), {"steps": pages})["spec"]["parameters"] == [
        {"properties": {}},
        {"title": "Name", "description": "Of the shop", "required": ["name"]},
        {"title": "Own"},
    ]


def test_what_a_catalog_says_of_its_own_copy_is_left_out():
    annotations = {
        "backstage.io/source-location": "url:https://x/",
        "backstage.io/managed-by-location": "url:https://y/",
    }
    metadata = {"name": "Shop", "uid": "1", "etag": "2", "tags": ["web"], "annotations": annotations}
    assert template_of(task_with(metadata), {})["metadata"] == {
        "name": "Shop",
        "namespace": "Web",
        "tags": ["web"],
        "annotations": {"backstage.io/source-location": "url:https://x/"},
    }


def test_the_template_is_spelt_as_it_spells_itself():
    names = {"name": "SHOP", "namespace": "other"}
    assert template_of(task_with(names), {})["metadata"] == {"name": "SHOP", "namespace": "Web"}


def test_how_a_task_is_recovered_is_kept():
    recovery = {"EXPERIMENTAL_strategy": "startOver"}
    assert template_of(task_with(recovery=recovery), {})["spec"]["EXPERIMENTAL_recovery"] == recovery
