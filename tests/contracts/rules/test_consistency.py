"""CONS lets pass whatever a conforming server may do, however odd."""

import base64

import pytest

from contracts.exchange import Purpose
from contracts.profile import Profile
from contracts.rules import consistency, secrecy, views
from contracts.sse import Ending
from tests.contracts.making import (
    TASK_ID,
    completion,
    created,
    event,
    evidence,
    exchange,
    failures,
    frame,
    holds,
    is_silent,
    listed,
    logged,
    polled,
    streamed,
    task,
)

BACKSTAGE = Profile.BACKSTAGE
SECRET = "contract-tests-0123456789ab-secret-0"


def with_spec(**members) -> dict:
    shown = task()
    shown["spec"].update(members)
    return shown


def read(shown: dict, **rest):
    return exchange("getTask", 200, shown, task_id=shown["id"], **rest)


# --- lists


def test_a_list_that_began_before_need_not_hold_the_task():
    assert is_silent(consistency.list_holds_what_was_created, evidence(listed(began=1, took=9), created(began=2)))


def test_a_filtered_list_need_not_hold_it_either():
    filtered = listed(query=[("createdBy", "user:default/nobody")], purpose=Purpose.FILTERED, began=9)
    assert is_silent(consistency.list_holds_what_was_created, evidence(created(began=1), filtered))


@pytest.mark.parametrize("id", [None, 1, {"a": 1}, []])
def test_nonsense_in_a_list_is_not_looked_at(id):
    odd = exchange("listTasks", 200, {"tasks": [task(), {"id": id}, None, "x"]}, began=9)
    assert holds(consistency.list_holds_what_was_created, evidence(created(began=1), odd))
    assert holds(consistency.list_holds_a_task_once, evidence(odd))


def test_the_list_may_be_behind_what_is_read_at_the_same_time():
    reading = polled("completed", began=10, took=1)
    seen = evidence(created(began=1), reading, listed(task("processing"), began=10.5, took=1))
    assert not failures(consistency.list_agrees_on_status, seen)


def test_the_list_may_be_ahead_of_what_was_read_before():
    seen = evidence(created(began=1), polled("processing", began=10), listed(task("failed"), began=11))
    assert holds(consistency.list_agrees_on_status, seen)


def test_the_list_may_write_a_time_in_another_way():
    seen = evidence(polled(), listed(task(createdAt="2026-11-22T12:00:00+02:00")))
    assert holds(consistency.list_agrees_on_origin, seen)


# --- what was sent


@pytest.mark.parametrize(
    ("ref", "shown"),
    [
        ("website", "template:default/website"),
        ("Template:Default/Website", "template:default/website"),
        ("acme/website", "template:acme/website"),
        ("template:website", "template:default/website"),
        ("template:default/website", "website"),
    ],
)
def test_a_reference_may_be_written_in_full(ref, shown):
    seen = evidence(created(ref=ref), read(with_spec(templateInfo={"entityRef": shown})))
    assert holds(consistency.template_comes_back, seen)


def test_defaults_may_be_added_to_the_parameters():
    seen = evidence(created(values={"a": 1}), read(with_spec(parameters={"a": 1.0, "b": "default"})))
    assert holds(consistency.values_come_back, seen)


@pytest.mark.parametrize(("sent", "shown"), [(True, 1), (0, False), (None, ""), ([], {}), ("1", 1), ({"a": 1}, {})])
def test_another_value_is_not_the_same(sent, shown):
    seen = evidence(created(values={"a": sent}), read(with_spec(parameters={"a": shown})))
    assert failures(consistency.values_come_back, seen)


def test_values_that_no_template_declares_may_be_dropped_all_or_none():
    sent = {"a": 1, "contractTests": "mark", "contractTestsNull": None}
    for shown, passes in ({"a": 1}, True), ({"a": 1, "contractTests": "mark"}, False), ({}, False), (sent, True):
        seen = evidence(created(values=sent), read(with_spec(parameters=shown)))
        assert bool(failures(consistency.values_come_back, seen)) is not passes


def test_the_view_that_is_behind_is_blamed():
    ended, stale = listed(task("completed"), began=10), polled("processing", began=12)
    told = streamed([event(1), completion(2)], began=5)
    late = failures(consistency.list_agrees_on_status, evidence(created(began=1), told, ended, stale))
    assert [found.operation for found in late] == ["getTask"]
    early = failures(consistency.list_agrees_on_status, evidence(created(began=1), ended, stale))
    assert [found.operation for found in early] == ["listTasks"]


@pytest.mark.parametrize(
    ("entries", "events", "blamed"),
    [
        ([1, 2, 3], [1, 3], "getTaskEventStream"),
        ([1, 2, 3], [1, 2, 2, 3], "getTaskEventStream"),
        ([1, 2, 3], [2, 1, 3], "getTaskEventStream"),
        ([1, 3], [1, 2, 3], "getTaskLogs"),
        ([2, 1, 3], [1, 2, 3], "getTaskLogs"),
    ],
)
def test_the_view_that_is_spoiled_is_blamed(entries, events, blamed):
    told = [[*(event(number) for number in numbers), completion(9)] for numbers in (entries, events)]
    seen = [polled(began=5, took=0.1), streamed(told[1], began=6, took=0.5), logged(told[0], began=8)]
    found = failures(views.log_equals_stream, evidence(created(began=1), *seen))
    assert [one.operation for one in found] == [blamed]


def test_what_is_sent_to_break_things_may_come_back_changed():
    odd = created(values={"a": "\ud800"}, purpose=Purpose.HOSTILE)
    assert is_silent(consistency.values_come_back, evidence(odd, read(with_spec(parameters={"a": "?"}))))


def test_a_server_need_not_say_who_created_a_task():
    silent = [created(began=1), polled(fields={"createdBy": None}), listed(task(createdBy=None))]
    assert holds(consistency.creator_is_the_same, evidence(*silent))


def test_a_fuzzed_id_may_be_written_in_another_case():
    shown = read(task(id="ABC"))
    odd = exchange("getTask", 200, task(id="abc"), task_id="ABC", purpose=Purpose.FUZZED)
    assert holds(consistency.task_is_the_one_asked_for, evidence(shown, odd))


# --- logs and streams


def test_a_log_need_not_number_its_entries():
    bare = [event(None, created_at=f"2026-11-22T10:00:0{n}Z", task_id=None) for n in range(3)]
    ended = completion(None, task_id=None, created_at="2026-11-22T10:00:09Z")
    numbered = [frame(one, id=str(10 * place)) for place, one in enumerate([*bare, ended])]
    seen = evidence(polled(began=1), logged([*bare, ended], began=5), streamed(numbered, began=6))
    assert holds(views.log_equals_stream, seen)
    assert holds(views.log_is_numbered, seen)


def test_a_stream_that_broke_off_is_not_compared():
    broken = streamed([event(1)], ending=Ending.BROKEN)
    assert is_silent(views.log_equals_stream, evidence(polled(), logged([event(1), completion(2)]), broken))


def test_a_log_may_lag_a_little_behind_the_stream():
    stream = streamed([event(n) for n in range(1, 6)], began=10, took=9, ending=Ending.OVERDUE)
    log = [event(1)]
    assert not failures(views.log_keeps_up_with_stream, evidence(created(began=1), stream, logged(log, began=11)))
    assert failures(views.log_keeps_up_with_stream, evidence(created(began=1), stream, logged(log, began=13)))


def test_tasks_of_others_may_be_started_over_between_two_readings():
    seen = evidence(
        polled("completed", began=1),
        logged([event(1), completion(2)], began=2),
        polled("open", began=3),
        logged([event(1)], began=4),
    )
    assert is_silent(views.log_only_grows, seen)


def test_the_real_server_has_no_log():
    missing = exchange("getTaskLogs", 404, task_id=TASK_ID)
    for rule in (views.log_equals_stream, views.log_only_grows, views.log_keeps_up_with_stream):
        assert holds(rule, evidence(created(began=1), polled(), missing, profile=BACKSTAGE))
        assert is_silent(rule, evidence(created(began=1), polled(), missing))


def test_the_real_server_names_step_zero_when_a_queued_task_is_cancelled():
    told = logged([event(1, "cancelled", stepId=0)])
    assert failures(views.events_name_known_steps, evidence(polled(), told))
    assert holds(views.events_name_known_steps, evidence(polled(), told, profile=BACKSTAGE))


def test_steps_that_never_began_have_no_order():
    shown = with_spec(steps=[{"id": id, "name": id, "action": "a"} for id in ("one", "two", "three")])
    told = logged([event(1, stepId="one"), event(2, stepId="three"), event(3, stepId="one")])
    assert holds(views.steps_begin_in_order, evidence(read(shown), told))


def test_a_step_may_be_told_of_without_a_status():
    told = logged([event(1, stepId="first"), completion(2)])
    assert holds(views.every_step_is_told_of, evidence(polled(), told))


@pytest.mark.parametrize("odd", [{"stepId": ["first"]}, {"stepId": {"id": "first"}}, {"stepId": 7, "status": {}}])
def test_odd_steps_do_not_stop_the_judge(odd):
    seen = evidence(polled(), logged([event(1, stepId="first"), event(2, **odd), completion(3)]))
    assert failures(views.events_name_known_steps, seen)
    assert holds(views.every_step_is_told_of, seen)
    assert holds(views.steps_begin_in_order, seen)


# --- secrets


def leaking(text: str):
    return evidence(
        created(secrets={"contractTests": SECRET}), read(with_spec(parameters={"leak": text})), secrets=[SECRET]
    )


@pytest.mark.parametrize("prefix", ["", "a", "ab", '{"token": "'])
def test_a_secret_is_found_wherever_base64_begins(prefix):
    assert failures(
        secrecy.secrets_never_come_back, leaking(base64.b64encode(f'{prefix}{SECRET}"}}'.encode()).decode())
    )


@pytest.mark.parametrize("text", [SECRET.upper(), SECRET[::-1], SECRET.encode().hex(), f"x{SECRET}x"])
def test_a_secret_is_found_in_other_forms(text):
    assert failures(secrecy.secrets_never_come_back, leaking(text))


def test_what_is_masked_or_looks_alike_is_no_secret():
    assert holds(secrecy.secrets_never_come_back, leaking(f"*** {SECRET[:-2]} contract-tests-0123456789ab"))


def test_a_secret_that_was_never_sent_cannot_come_back():
    assert is_silent(secrecy.secrets_never_come_back, evidence(created(), polled(), secrets=[SECRET]))
