"""What of an entity can be searched for."""

import pytest

from mock_server.companions.catalog.search_rows import SearchRow, search_rows


def rows(**parts) -> list[tuple[str, str | None]]:
    entity = {"kind": "Component", "metadata": {"name": "Cart", "uid": "U-1", "etag": "e"}, **parts}
    return [(row.key, row.value) for row in search_rows(entity)]


def test_names_are_searched_and_the_etag_is_not():
    assert rows() == [
        ("kind", "component"),
        ("metadata.name", "cart"),
        ("metadata.namespace", "default"),
        ("metadata.uid", "u-1"),
    ]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"Type": "A"}, [("spec.type", "a")]),
        ({"a": {"b.c": {"d": 1}}}, [("spec.a.b.c.d", "1")]),
        ({"tags": ["X", "x", 7]}, [("spec.tags", "x"), ("spec.tags.x", "true"), ("spec.tags", "7")]),
        ({"a": [["x"], {"b": "c"}]}, [("spec.a", "x"), ("spec.a.x", "true"), ("spec.a.b", "c")]),
        ({"a": None, "b": [], "c": {}}, [("spec.a", None)]),
        ({"a": True, "b": 1.5, "c": 1e-7}, [("spec.a", "true"), ("spec.b", "1.5"), ("spec.c", "1e-7")]),
        ({"a": "x" * 200, "b": "x" * 201}, [("spec.a", "x" * 200), ("spec.b", None)]),
        ({"k" * 195: 1, "k" * 196: 1}, [(f"spec.{'k' * 195}", "1")]),
    ],
)
def test_each_value_is_a_row_of_its_path(spec, found):
    assert rows(spec=spec)[1 : 1 + len(found)] == found
    assert len(rows(spec=spec)) == 4 + len(found)


def test_relations_are_searched_by_their_type():
    assert ("relations.ownedby", "group:default/a") in rows(
        relations=[{"type": "ownedBy", "targetRef": "group:default/a"}]
    )


def test_a_value_is_kept_as_it_was_written():
    entity = {"kind": "API", "metadata": {"name": "a"}}
    assert search_rows(entity)[0] == SearchRow("kind", "api", "API")
