"""Pages of a query: however long they are, forth and back, they tell everybody once and in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.companions.catalog.cursors import decode_entity_cursor
from mock_server.companions.catalog.entity_index import EntityIndex
from mock_server.companions.catalog.queries import Page, first_cursor, page_of
from mock_server.request import InvalidRequest

# Few values, so that many entities share one; some have none.
SIZES = st.lists(st.sampled_from(["big", "small", "tiny", None]), max_size=12)
ORDERS = st.sampled_from([[], [{"field": "spec.size", "order": "asc"}], [{"field": "Spec.Size", "order": "desc"}]])


def index_of(sizes) -> EntityIndex:
    return EntityIndex(
        {
            "kind": "Component",
            "metadata": {"name": f"c{number}", "uid": f"{number:02}"},
            "spec": {} if size is None else {"size": size},
        }
        for number, size in enumerate(sizes)
    )


def expected(sizes, order, term="") -> list[str]:
    """The uids in the order asked for, reckoned anew: who has no value of the field is left out of an order by it."""
    rows = [(size or "", f"{number:02}") for number, size in enumerate(sizes) if not order or size is not None]
    if not order:
        return [uid for _, uid in rows]
    return [uid for size, uid in sorted(rows, reverse=order[0]["order"] == "desc") if term in size or not term]


def uids(page: Page) -> list[str]:
    return [entity["metadata"]["uid"] for entity in page.entities]


def forth(index, cursor, limit) -> list[Page]:
    pages = [page_of(index, cursor, limit)]
    while pages[-1].next_cursor is not None:
        pages.append(page_of(index, decode_entity_cursor(pages[-1].next_cursor), limit))
    return pages


@given(sizes=SIZES, order=ORDERS, limit=st.integers(1, 5))
def test_pages_of_any_length_tell_everybody_once_and_in_order(sizes, order, limit):
    pages = forth(index_of(sizes), first_cursor(None, order, None), limit)
    assert [uid for page in pages for uid in uids(page)] == expected(sizes, order)
    assert {page.total for page in pages} == {len(expected(sizes, order))}


@given(sizes=SIZES, order=ORDERS, limit=st.integers(1, 5))
def test_who_turns_back_sees_the_same_pages(sizes, order, limit):
    index = index_of(sizes)
    pages = forth(index, first_cursor(None, order, None), limit)
    seen, page = [uids(pages[-1])], pages[-1]
    while page.previous_cursor is not None:
        page = page_of(index, decode_entity_cursor(page.previous_cursor), limit)
        seen.append(uids(page))
    assert seen[::-1] == [uids(each) for each in pages]


@given(sizes=SIZES, term=st.sampled_from(["", "i", "T", "mal"]), limit=st.integers(1, 5))
def test_a_text_is_looked_for_in_what_is_gone_by(sizes, term, limit):
    order = [{"field": "spec.size", "order": "asc"}]
    pages = forth(index_of(sizes), first_cursor(None, order, {"term": term}), limit)
    assert [uid for page in pages for uid in uids(page)] == expected(sizes, order, term.lower())


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_behind():
    first, last = forth(index_of(["big", "tiny"]), first_cursor(None, [], None), 1)
    assert (first.previous_cursor, last.next_cursor) == (None, None)
    assert first.next_cursor
    assert last.previous_cursor


def test_a_page_of_nobody_still_counts():
    page = page_of(index_of(["big", "tiny"]), first_cursor(None, [], None), 0)
    assert (uids(page), page.total, page.next_cursor, page.previous_cursor) == ([], 2, None, None)
    assert page_of(index_of(["big"]), first_cursor(None, [], None), counts=False).total == 0


def test_a_query_is_kept_by_its_cursors():
    query = first_cursor({"spec.size": "big"}, [], None)
    assert [uids(page) for page in forth(index_of(["big", "tiny", "big"]), query, 1)] == [["00"], ["02"]]


def test_an_older_cursor_has_another_filter():
    older = {"orderFields": [], "isPrevious": False, "filter": {"key": "spec.size", "values": ["big"]}}
    assert uids(page_of(index_of(["big", "tiny", "big"]), older)) == ["00", "02"]


def test_a_cursor_that_goes_by_no_field_has_no_value_of_one():
    with pytest.raises(InvalidRequest, match="names none"):
        page_of(index_of(["big"]), {"orderFields": [], "isPrevious": False, "orderFieldValues": ["big", "00"]})
