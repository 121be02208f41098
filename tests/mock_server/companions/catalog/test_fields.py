"""Which parts of an entity are left, as JavaScript sees texts and lists."""

import pytest

from mock_server.companions.catalog.fields import read_fields
from mock_server.request import InvalidRequest

ENTITY = {
    "kind": "API",
    "metadata": {"name": "a", "tags": ["x", "y"], "annotations": {"acme.io/a.b": "c"}, "none": None},
    "spec": {"a": {"b": 1}, "a.b": 2},
}


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        (["kind,metadata.name"], {"kind": "API", "metadata": {"name": "a"}}),
        (["metadata.annotations.acme.io/a.b"], {"metadata": {"annotations": {"acme.io/a.b": "c"}}}),
        (["metadata.none", "nope", "kind.nope"], {"metadata": {"none": None}}),
        (["spec.a.b"], {"spec": {"a": {"b": 1}}}),
        (["metadata.tags.1"], {"metadata": {"tags": [None, "y"]}}),
        (["metadata.tags.length", "metadata.tags.0"], {"metadata": {"tags": {"0": "x", "length": 2}}}),
        (["metadata.tags.0", "metadata.tags.length"], {"metadata": {"tags": ["x", None]}}),
        (["kind", "kind.length"], {"kind": {"length": 3}}),
        (["spec", "spec.a.b"], {"spec": ENTITY["spec"]}),
        ([".".join("a" * 60)], {}),
    ],
)
def test_only_the_fields_are_left(fields, left):
    project = read_fields(fields)
    assert project is not None
    assert project(ENTITY) == left


def test_the_entity_itself_is_not_changed():
    project = read_fields(["metadata", "metadata.name.length"])
    assert project is not None
    assert project(ENTITY)["metadata"]["name"] == {"length": 1}
    assert ENTITY["metadata"]["name"] == "a"


@pytest.mark.parametrize("fields", [None, [], [""], [" , "]])
def test_without_fields_all_is_left(fields):
    assert read_fields(fields) is None


def test_fields_are_bounded():
    with pytest.raises(InvalidRequest, match="More than 1000 fields"):
        read_fields([",".join(map(str, range(1_001)))])
