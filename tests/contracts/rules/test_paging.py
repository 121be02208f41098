"""Lists that are right in an unusual way are let pass."""

import pytest

from contracts.exchange import Exchange, Purpose
from contracts.labels import MALFORMED_PAGE, PAGE, PAGED_WHOLE
from contracts.profile import Profile
from contracts.rules import paging
from tests.contracts import making
from tests.contracts.making import at, exchange, failures, holds, is_silent, task


def evidence(*exchanges: Exchange):
    return making.evidence(*exchanges, profile=Profile.BACKSTAGE)


def a_task(number: int, status: str = "completed", *, second: float | None = None, by: str = "user:default/a"):
    return task(status, id=str(number), createdAt=at(number if second is None else second), createdBy=by)


def listed(*tasks, total: int | None = None, **query) -> Exchange:
    rest = {name: query.pop(name) for name in ("label", "group", "purpose", "began", "took") if name in query}
    asked = [
        (name, value) for name, values in query.items() for value in (values if isinstance(values, list) else [values])
    ]
    body = {"tasks": list(tasks), "totalTasks": len(tasks) if total is None else total}
    return exchange("listTasks", 200, body, query=asked, **{"purpose": Purpose.PAGED, **rest})


def whole(*tasks, **rest) -> Exchange:
    return listed(*tasks, **{"purpose": Purpose.ORDINARY, **rest})


ONE, TWO, THREE, FOUR = (a_task(number) for number in range(1, 5))
GROUP = {"group": 1, "order": "asc:created_at"}


def paged(*pages: Exchange, before=(ONE, TWO, THREE), after=(ONE, TWO, THREE, FOUR)):
    first, last = listed(*before, label=PAGED_WHOLE, **GROUP), listed(*after, label=PAGED_WHOLE, **GROUP)
    made = [first, *pages, last]
    return evidence(
        *(Exchange(**{**fields(one), "began": float(place), "ended": place + 0.5}) for place, one in enumerate(made))
    )


def fields(one: Exchange):
    return {name: getattr(one, name) for name in Exchange.__dataclass_fields__}


def test_pages_are_pieces_of_the_whole():
    pages = (
        listed(ONE, TWO, label=PAGE, limit="2", offset="0", **GROUP),
        listed(THREE, FOUR, label=PAGE, limit="2", offset="2", **GROUP),
        listed(TWO, THREE, label=PAGE, offset="1", **GROUP),
        listed(label=PAGE, offset="100", **GROUP),
    )
    assert holds(paging.pages_make_up_the_list, paged(*pages))


@pytest.mark.parametrize("shown", [(TWO, ONE), (ONE, THREE), (ONE,), (ONE, TWO, THREE)])
def test_a_page_that_is_another_piece_is_not(shown):
    page = listed(*shown, label=PAGE, limit="2", offset="0", **GROUP)
    assert failures(paging.pages_make_up_the_list, paged(page))


def test_tasks_of_the_same_moment_may_change_places():
    one, two = a_task(1, second=5), a_task(2, second=5)
    page = listed(two, label=PAGE, limit="1", offset="0", **GROUP)
    assert holds(paging.pages_make_up_the_list, paged(page, before=(one, two), after=(one, two)))


def test_a_list_from_which_tasks_vanish_shows_nothing():
    page = listed(TWO, label=PAGE, limit="1", offset="0", **GROUP)
    assert is_silent(paging.pages_make_up_the_list, paged(page, before=(ONE, TWO), after=(TWO,)))


def between(page: Exchange, *tasks):
    """The page, asked for between two whole lists of these tasks."""
    number = page.began
    return evidence(whole(*tasks, began=number - 0.9, took=0.1), page, whole(*tasks, began=number + 0.9))


def test_the_total_counts_what_the_filter_lets_through():
    tasks = (TWO, ONE, a_task(5, by="user:default/b"))
    filtered = listed(TWO, total=2, createdBy="user:default/a", limit="1")
    assert holds(paging.total_counts_all_pages, between(filtered, *tasks))
    assert failures(paging.total_counts_all_pages, between(listed(TWO, total=1, limit="1"), *tasks))
    grown = (whole(ONE), listed(total=2, limit="0"), whole(FOUR, THREE, ONE))
    assert holds(paging.total_counts_all_pages, evidence(*grown))


def test_a_status_is_a_status():
    failed = a_task(9, "failed")
    sound = between(listed(failed, status=["failed", "cancelled"]), ONE, failed)
    assert holds(paging.status_lets_nothing_else_through, sound)
    assert holds(paging.status_keeps_nothing_back, sound)
    assert failures(paging.status_lets_nothing_else_through, evidence(listed(ONE, status="failed")))
    assert failures(paging.status_keeps_nothing_back, between(listed(status="failed"), ONE, failed))


def test_a_task_that_goes_on_may_be_in_no_list_of_its_status():
    running = a_task(9, "processing")
    assert is_silent(
        paging.status_keeps_nothing_back, evidence(whole(running), listed(status="processing"), whole(running))
    )


def test_a_list_is_sorted_by_the_second_field_where_the_first_is_equal():
    order = ["desc:status", "asc:created_at"]
    failed = a_task(9, "failed")
    assert holds(paging.order_is_kept, evidence(listed(failed, ONE, TWO, order=order)))
    assert failures(paging.order_is_kept, evidence(listed(failed, TWO, ONE, order=order)))
    assert failures(paging.order_is_kept, evidence(listed(ONE, failed, order=order)))


def test_tasks_without_a_creator_are_anywhere():
    nobody = {name: value for name, value in a_task(2).items() if name != "createdBy"}
    assert holds(paging.order_is_kept, evidence(listed(ONE, nobody, THREE, order="asc:created_by")))


def test_the_newest_comes_first_unless_another_order_is_asked_for():
    assert holds(paging.newest_come_first, evidence(whole(THREE, TWO, ONE)))
    assert failures(paging.newest_come_first, evidence(whole(ONE, TWO)))
    assert is_silent(paging.newest_come_first, evidence(listed(ONE, TWO, order="asc:created_at")))


def test_a_page_that_cannot_be_is_refused():
    refused = exchange(
        "listTasks",
        400,
        query=[("limit", "-1")],
        purpose=Purpose.MALFORMED_PARAMETER,
        label=MALFORMED_PAGE,
    )
    taken = listed(limit="-1", purpose=Purpose.MALFORMED_PARAMETER, label=MALFORMED_PAGE)
    assert holds(paging.malformed_pages_are_refused, evidence(refused))
    assert failures(paging.malformed_pages_are_refused, evidence(taken))
