"""`catalog:fetch` and `catalog:write`."""

import pytest

from mock_server.actions.execution import execute
from mock_server.actions.failures import ActionFailed
from mock_server.entities import Entities
from tests.mock_server.actions.workplaces import Bench

CART = {"kind": "Component", "metadata": {"name": "cart", "namespace": "web"}}
ENTITIES = Entities([CART])
ANNOTATED = """\
kind: Component
metadata:
  name: cart
  annotations:
    a: b
    backstage.io/source-template: template:default/dry-run
"""


def write(bench: Bench | None = None, **input: object) -> Bench:
    bench = bench or Bench(workspace={"file": "", "folder/file": ""})
    execute("catalog:write", input, bench.bench)
    return bench


def test_an_entity_is_written_with_where_it_comes_from():
    bench = write(entity={"kind": "Component", "metadata": {"name": "cart", "annotations": {"a": "b"}}})
    assert bench.texts()["catalog-info.yaml"] == ANNOTATED
    assert bench.log == ["Writing catalog-info.yaml"]


def test_an_entity_is_written_to_the_path_that_is_asked_for():
    bench = write(entity={"metadata": {}}, filePath="new/a.yaml")
    assert bench.texts()["new/a.yaml"].startswith("metadata:\n  annotations:\n    backstage.io/")
    assert bench.log == ["Writing new/a.yaml"]


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ({"entity": {}}, "Cannot read properties of undefined (reading 'annotations')"),
        ({"entity": {"metadata": None}}, "Cannot read properties of null (reading 'annotations')"),
        (
            {"entity": {"metadata": {}}, "filePath": "folder"},
            "EISDIR: illegal operation on a directory, open '/work/folder'",
        ),
        ({"entity": {"metadata": {}}, "filePath": ""}, "EISDIR: illegal operation on a directory, open '/work'"),
        ({"entity": {"metadata": {}}, "filePath": "file/a"}, "ENOTDIR: not a directory, lstat '/work/file/a'"),
        (
            {"entity": {"metadata": {}}, "filePath": "../a"},
            "Relative path is not allowed to refer to a directory outside its parent",
        ),
    ],
)
def test_what_cannot_be_written_is_told_as_the_real_server_tells_it(input, message):
    with pytest.raises(ActionFailed) as failed:
        write(**input)
    assert str(failed.value) == message


@pytest.mark.parametrize(
    ("input", "output"),
    [
        ({"entityRef": "component:web/cart"}, {"entity": CART}),
        ({"entityRefs": ["component:web/cart"]}, {"entities": [CART]}),
        (
            {"entityRef": "cart", "entityRefs": [], "defaultKind": "component", "defaultNamespace": "web"},
            {"entity": CART, "entities": []},
        ),
        ({"entityRefs": ["component:no"], "optional": True}, {"entities": [None]}),
        ({"optional": True}, {}),
    ],
)
def test_entities_are_fetched_from_those_that_are_loaded(input, output):
    assert execute("catalog:fetch", input, Bench(entities=ENTITIES).bench) == output


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ({}, "Missing entity reference or references"),
        ({"entityRef": "component:no"}, "Entity component:no not found"),
        ({"entityRefs": ["component:web/cart", "component:no"]}, "Entity component:no not found"),
    ],
)
def test_an_entity_that_is_not_loaded_fails_the_step(input, message):
    with pytest.raises(ActionFailed) as failed:
        execute("catalog:fetch", input, Bench(entities=ENTITIES).bench)
    assert str(failed.value) == message


@pytest.mark.parametrize(
    ("ref", "name", "message"),
    [
        (
            "cart",
            "Error",
            'Entity reference "cart" had missing or empty kind (e.g. did not start with "component:" or similar)',
        ),
        ("cart/", "TypeError", 'Entity reference "cart/" was not on the form [<kind>:][<namespace>/]<name>'),
        ("", "Error", "Entity reference must not be empty"),
    ],
)
def test_a_text_that_is_no_reference_fails_the_step_even_if_the_entity_is_optional(ref, name, message):
    with pytest.raises(ActionFailed) as failed:
        execute("catalog:fetch", {"entityRefs": [ref], "optional": True}, Bench(entities=ENTITIES).bench)
    assert (failed.value.name, str(failed.value)) == (name, message)
