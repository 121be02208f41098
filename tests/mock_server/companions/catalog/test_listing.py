"""Plain lists: their order, and their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.companions.catalog.cursors import decode_offset_cursor
from mock_server.companions.catalog.entity_index import EntityIndex
from mock_server.companions.catalog.listing import MAX_ORDERS, MAX_ROWS, Order, stretch_of
from mock_server.request import InvalidRequest


def entity(name: str, uid: str, **spec):
    return {"kind": "Component", "metadata": {"name": name, "uid": uid}, "spec": spec}


INDEX = EntityIndex(
    [
        entity("d", "1", size="small", tags=["x", "b"]),
        entity("c", "2", size="big", tags=["a"]),
        entity("b", "3", size="small", tags=None),
        entity("a", "4"),
    ]
)
SIZE, TAGS = Order("spec.size", descends=False), Order("spec.tags", descends=False)


def names(orders, *, index=INDEX, chosen=None, limit=None, offset=0) -> str:
    chosen = index.everybody if chosen is None else chosen
    found = stretch_of(index, chosen, orders, limit=limit, offset=offset)
    return "".join(each["metadata"]["name"] for each in found.entities)


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([], "abcd"),
        ([SIZE], "cdba"),
        ([Order("spec.size", descends=True)], "dbca"),
        ([TAGS], "cddba"),
        ([SIZE, Order("metadata.name", descends=False)], "cbda"),
        ([SIZE, Order("metadata.name", descends=True)], "cdba"),
        ([Order("metadata.name", descends=True), SIZE], "dcba"),
        ([TAGS, SIZE], "cddba"),
        ([Order("spec.none", descends=False)], "dcba"),
    ],
)
def test_a_list_goes_by_its_orders_and_who_has_no_value_comes_last(orders, found):
    assert names(orders) == found


def test_only_the_chosen_are_listed():
    assert names([], chosen=INDEX.having("spec.size")) == "bcd"
    assert names([SIZE], chosen=INDEX.having_value("spec.size", "small")) == "db"


@given(limit=st.integers(1, 6), orders=st.lists(st.sampled_from([SIZE, TAGS]), max_size=2))
def test_the_parts_of_a_list_are_the_list(limit, orders):
    told, offset = "", 0
    while True:
        part = stretch_of(INDEX, INDEX.everybody, orders, limit=limit, offset=offset)
        told += "".join(each["metadata"]["name"] for each in part.entities)
        if part.after is None:
            break
        assert decode_offset_cursor(part.after) == {"limit": limit, "offset": offset + limit}
        offset += limit
    assert told == names(orders)


def test_there_are_no_more_orders_than_anybody_needs():
    with pytest.raises(InvalidRequest, match=f"More than {MAX_ORDERS}"):
        names([SIZE] * (MAX_ORDERS + 1))


def test_values_are_not_multiplied_without_end():
    many = [str(number) for number in range(200)]
    index = EntityIndex([entity("a", "1", one=many, two=many)])
    orders = [Order("spec.one", descends=False), Order("spec.two", descends=False)]
    assert MAX_ROWS < 200 * 200
    with pytest.raises(InvalidRequest, match=f"more than {MAX_ROWS} rows"):
        names(orders, index=index)
