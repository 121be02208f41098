from xml.etree.ElementTree import fromstring, tostring

from contracts.reports.picture import MOST_MARKS, best_picture, drawn
from contracts.sse import Ending
from tests.contracts.making import (
    TASK_ID,
    cancelled,
    created,
    event,
    evidence,
    exchange,
    listed,
    logged,
    polled,
    streamed,
    task,
)
from tests.contracts.reports.making import HOSTILE, life_of_a_task


def picture(*exchanges):
    return best_picture(evidence(*exchanges))


def lane(found, name):
    return next(each for each in found.lanes if each.name == name)


def test_the_task_of_which_most_was_seen_is_drawn():
    found = picture(created("1"), created("2"), polled(task_id="2"), *(polled(task_id="3") for _ in range(9)))
    assert found.story.id == "2"


def test_what_was_seen_of_its_life_counts_and_not_what_came_later():
    late = (polled(task_id="2", began=20.0 + number) for number in range(90))
    found = picture(*life_of_a_task(), created("2", began=1.0), polled(task_id="2", began=2.0), *late)
    assert found.story.id == TASK_ID


def test_a_task_of_somebody_else_is_drawn_if_none_was_created():
    assert picture(polled(task_id="3")).story.id == "3"
    assert picture() is None


def test_a_task_that_was_only_ever_cancelled_is_nothing_to_draw():
    assert picture(cancelled(404, task_id="9")) is None


def test_the_life_of_a_task_is_drawn_and_what_came_later_is_counted():
    found = picture(*life_of_a_task())
    assert [(bar.kind, round(bar.began, 2)) for bar in lane(found, "status").bars] == [
        ("status-open", 1.3),
        ("status-processing", 2.1),
        ("status-completed", 3.1),
    ]
    assert lane(found, "status").bars[-1].ended == found.ended
    assert [mark.kind for mark in lane(found, "event stream").marks] == ["event-log", "event-log", "event-completion"]
    assert len(lane(found, "reads").marks) == 3
    assert found.began == 1.0
    assert found.ended < 4
    assert found.later == 1


def test_a_task_that_never_ended_is_drawn_to_the_last_that_was_seen():
    found = picture(
        created(began=0.0),
        polled("processing", began=1.0),
        logged([event(1)], began=8.0),
        cancelled(began=9.0, took=1.0),
        listed(task("processing"), began=2.0),
    )
    assert found.ended > 10
    assert [each.name for each in found.lanes] == ["status", "reads", "reads of the log", "lists", "cancels"]


def test_several_streams_and_one_that_was_refused_have_lanes_of_their_own():
    found = picture(
        created(began=0.0),
        streamed([event(1)], began=0.1, ending=Ending.BROKEN),
        exchange("getTaskEventStream", 500, task_id="task-1", began=0.2),
        polled(began=1.0),
    )
    assert "broken off" in lane(found, "event stream 1").bars[0].title
    assert lane(found, "event stream 2").marks[0].kind == "refused"


def test_it_is_sound_svg_within_bounds_whatever_the_task_says():
    events = [event(number, HOSTILE, HOSTILE) for number in range(3 * MOST_MARKS)]
    found = drawn(
        picture(created(HOSTILE, began=0.0), polled(HOSTILE, task_id=HOSTILE, began=0.0),
                streamed(events, task_id=HOSTILE, began=0.0, took=100.0))
    )  # fmt: skip
    content = tostring(found)
    fromstring(content)
    assert len(content) < 1_000_000
    width = float(found.get("viewBox").split()[2])
    assert all(0 <= float(each.get("x")) <= width for each in found.iter("rect"))


def test_a_task_that_took_no_time_can_be_drawn():
    drawn(picture(created(began=0.0, took=0.0), polled(began=0.0, took=0.0)))


def test_a_task_that_took_an_hour_can_be_drawn():
    found = drawn(picture(created(began=0.0, took=0.0), polled(began=3600.0, took=0.0)))
    assert len([line for line in found.iter("line") if line.get("class") == "grid"]) < 20
