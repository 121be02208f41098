"""What a server tells of a task is checked before anything is made of it."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.recording.recorded import NotRecordable, run_of, task_of
from mock_server.recording.rehearsal import Unplayable, rehearse
from mock_server.recording.scenario_of import scenario_of
from mock_server.recording.template_of import template_of
from mock_server.recording.writing import Unwritable, scenario_text, template_text
from tests.mock_server.conftest import DATA

RUNS = json.loads((DATA / "recorded_runs.json").read_text(encoding="utf-8"))
REAL = next(run for run in RUNS if "form" in run)


def with_times(*times: str) -> Any:
    task = task_of(REAL["task"] | {"createdAt": "2026-01-01T00:00:00.000Z"})
    return run_of(task, [{"type": "log", "body": {}, "createdAt": f"2026-01-01T00:00:{time}"} for time in times])


def test_events_keep_their_time_since_the_creation():
    assert [event.at for event in with_times("01.250Z", "02.000Z").events] == [1_250, 2_000]


def test_a_time_without_an_offset_is_utc():
    assert [event.at for event in with_times("01.250", "02.000+00:00").events] == [1_250, 2_000]


def test_no_event_is_earlier_than_the_one_before_it():
    run = with_times("02.000Z", "01.999Z", "03.000Z")
    assert ([event.at for event in run.events], run.moved) == ([2_000, 2_000, 3_000], 1)


def test_events_are_in_the_order_of_their_ids_if_all_have_one():
    task, events = task_of(REAL["task"]), REAL["events"]
    assert run_of(task, events[::-1]) == run_of(task, events)
    bare = [{key: value for key, value in event.items() if key != "id"} for event in events]
    assert run_of(task, bare) == run_of(task, events)


def test_a_retried_task_is_its_last_run():
    retried = next(run for run in RUNS if run["name"] == "retried")
    run = run_of(task_of(retried["task"]), retried["events"])
    assert run.is_retry
    assert run.events[0].body == {"message": "Starting up task with 4 steps"}
    assert len(run.events) == 13


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths to everything within a JSON value."""
    members = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [found for key, member in members for found in [(*path, key), *places(member, (*path, key))]]


def replaced(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["${{", "processing", "skipped", "log", "cancelled", "2026-01-01T00:00:00Z", "always()"]),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=5), value, max_size=3),
    max_leaves=4,
)
PLACES = places({key: REAL[key] for key in ("task", "events", "form")})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_whatever_the_server_tells_it_is_recorded_or_refused(changes):
    told = {key: REAL[key] for key in ("task", "events", "form")}
    for path, value in changes:
        try:
            told = replaced(told, path, value)
        except (LookupError, TypeError, AttributeError):
            continue
    form = told["form"] if isinstance(told["form"], dict) else {}
    try:
        task = task_of(told["task"])
        run = run_of(task, told["events"])
        rehearse(task, run, scenario_text(scenario_of(task, run)), template_text(template_of(task, form)))
    except (NotRecordable, Unplayable, Unwritable):
        return


def test_nothing_is_taken_for_granted():
    for path in PLACES:
        told = replaced({key: REAL[key] for key in ("task", "events", "form")}, path, None)
        try:
            task = task_of(told["task"])
            scenario_of(task, run_of(task, told["events"]))
        except NotRecordable:
            continue
        template_of(task, told["form"] or {})
