from hypothesis import given
from hypothesis import strategies as st

from mock_server.ordered_ids import OrderedIds


def kept(count: int) -> OrderedIds:
    ids = OrderedIds()
    for number in range(1, count + 1):
        ids.add(str(number), number)
    return ids


@given(st.integers(0, 3_500), st.data())
def test_a_page_is_a_slice_of_what_was_added_and_not_removed(count, data):
    ids = kept(count)
    removed = data.draw(st.sets(st.integers(1, max(1, count)), max_size=50))
    span = data.draw(st.integers(0, count))
    gone = {number for number in removed | set(range(1, span + 1)) if number <= count}
    for number in sorted(gone):
        ids.remove(str(number))
    expected = [str(number) for number in range(1, count + 1) if number not in gone]
    assert len(ids) == len(expected)
    offset, size = data.draw(st.integers(0, count + 2)), data.draw(st.integers(0, 1_500))
    assert ids.page(offset, size, newest_first=False) == expected[offset : offset + size]
    assert ids.page(offset, size, newest_first=True) == expected[::-1][offset : offset + size]


class Looked(list[str]):
    """Ids that tell how many of them were looked at."""

    looks = 0

    def __iter__(self):
        for id in super().__iter__():
            Looked.looks += 1
            yield id

    def __reversed__(self):
        for id in super().__reversed__():
            Looked.looks += 1
            yield id


def test_before_a_page_in_the_middle_no_more_than_a_thousand_ids_are_looked_at():
    ids = kept(100_000)
    ids._thousands = {number: Looked(together) for number, together in ids._thousands.items()}
    for newest_first in (True, False):
        Looked.looks = 0
        assert len(ids.page(50_500, 10, newest_first=newest_first)) == 10
        assert Looked.looks <= 1_011
