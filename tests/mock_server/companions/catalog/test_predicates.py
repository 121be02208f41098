"""Predicates over a few entities; each is held against what it means for every one of them."""

import pytest

from mock_server.companions.catalog.entity_index import EntityIndex, positions
from mock_server.companions.catalog.filters import read_filters
from mock_server.companions.catalog.predicates import chosen_by, read_predicate
from mock_server.request import InvalidRequest


def entity(name: str, kind: str = "Component", relations=(), **metadata):
    return {"kind": kind, "metadata": {"name": name, "uid": name, **metadata}, "relations": list(relations)}


OWNED = [{"type": "ownedBy", "targetRef": "group:default/web"}]
INDEX = EntityIndex(
    [
        entity("a", tags=["Java", "rest"], count=12, title="Ada"),
        entity("b", tags=["sql"], count="12", title=None, relations=OWNED),
        entity("c", kind="Group", title="Ad hoc"),
    ]
)


def chosen(predicate) -> str:
    found = chosen_by(read_predicate(predicate, ""), INDEX)
    return "".join(INDEX.entities[at]["metadata"]["name"] for at in positions(found))


@pytest.mark.parametrize(
    ("predicate", "names"),
    [
        ({}, "abc"),
        ({"KIND": "cOMPONENT"}, "ab"),
        ({"kind": "component", "metadata.name": "b"}, "b"),
        ({"metadata.count": 12}, "ab"),
        ({"metadata.tags.java": True}, "a"),
        ({"metadata.title": {"$exists": True}}, "abc"),
        ({"metadata.title": {"$hasPrefix": "AD"}}, "ac"),
        ({"metadata.title": {"$hasPrefix": ""}}, "ac"),
        ({"metadata.tags": {"$in": ["JAVA", "sql", 1]}}, "ab"),
        ({"metadata.tags": {"$in": []}}, ""),
        ({"metadata.tags": {"$contains": "rest"}}, "a"),
        ({"metadata.tags": {"$exists": False}}, "c"),
        ({"relations": {"$contains": {"type": "OWNEDBY"}}}, "b"),
        ({"relations": {"$contains": {"type": "ownedBy", "targetRef": "Group:default/web"}}}, "b"),
        ({"relations": {"$contains": {"type": "ownedBy", "targetRef": {"$in": ["x"]}}}}, ""),
        ({"$all": []}, "abc"),
        ({"$any": []}, ""),
        ({"$all": [{"kind": "component"}, {"$not": {"metadata.name": "a"}}]}, "b"),
        ({"$any": [{"metadata.name": "a"}, {"metadata.name": "c"}]}, "ac"),
        ({"$not": {}}, ""),
    ],
)
def test_a_predicate_is_true_of_whom_it_describes(predicate, names):
    assert chosen(predicate) == names


@pytest.mark.parametrize(
    ("predicate", "message"),
    [
        ({"$not": 5}, 'Wrap the value in a field expression, e.g. { "kind": 5 }'),
        ({"kind": {"$contains": {}}}, 'Object form of $contains is not supported for field "kind"'),
        ({"relations": {"$contains": {}}}, 'requires a "type" string property'),
        ({"relations": {"$contains": {"type": "a", "TYPE": "b"}}}, 'Duplicate key "TYPE" in $contains for "relations"'),
        ({"relations": {"$contains": {"type": "a", "x": 1}}}, 'Unsupported key "x" in $contains for "relations"'),
        ({"relations": {"$contains": {"type": "a", "targetRef": 1}}}, "but got 1"),
        ({"relations": {"$contains": {"type": "a", "targetRef": {"$in": []}}}}, 'Empty "$in" array'),
        ({"a\nb": "x"}, 'Validation error: Invalid at "a\nb"'),
        ({"$all": [], "$x": 1}, "Validation error: Unrecognized key(s) in object: '$x'"),
        ({"a.b": {"$in": [None]}}, 'Expected string, received null at "a.b.$in[0]"'),
    ],
)
def test_what_means_nothing_is_refused_in_the_words_of_the_real_catalog(predicate, message):
    with pytest.raises(InvalidRequest) as caught:
        chosen(predicate)
    assert message in str(caught.value)


def test_a_predicate_that_branches_without_end_is_given_up():
    predicate = {"kind": None}
    for _ in range(45):
        predicate = {"$not": {"$contains": predicate}}
    with pytest.raises(InvalidRequest, match=r"too complex|too deep"):
        chosen(predicate)


@pytest.mark.parametrize(
    ("filters", "predicate"),
    [
        (None, None),
        ([",", " , "], None),
        (["kind"], {"kind": {"$exists": True}}),
        (["kind="], {"kind": ""}),
        ([" kind = user "], {"kind": "user"}),
        (["a=1,b=2,a=3"], {"$all": [{"a": {"$in": ["1", "3"]}}, {"b": "2"}]}),
        (["a,a=1"], {"a": "1"}),
        (["a=b=c", "d"], {"$any": [{"a": "b=c"}, {"d": {"$exists": True}}]}),
    ],
)
def test_a_filter_is_read_as_a_predicate(filters, predicate):
    assert read_filters(filters) == predicate


def test_a_filter_without_a_key_is_refused():
    with pytest.raises(InvalidRequest, match="'=x' is not a valid statement"):
        read_filters(["a=b,=x"])
