"""What the rules of robustness must let pass."""

import json

import pytest

from contracts.exchange import Exchange, Purpose, Trouble, TroubleKind
from contracts.probes.hostile_input import AFTER, BEFORE
from contracts.probes.hostile_values import HOSTILE_VALUE, KEPT
from contracts.profile import Profile
from contracts.rules import robustness
from contracts.rules.hostile_exchange import difference
from contracts.rules.leaks import innards_in
from tests.contracts.making import created, evidence, exchange, failures, holds, is_silent, listed, polled, task

BROKEN = Trouble(TroubleKind.BROKEN, "the server closed it")
HANGING = Trouble(TroubleKind.TIMEOUT, "after 10 seconds")
PAGE = (("content-type", "text/html"),)
MARKUP = "<script>contractTests()</script>"


def hostile(operation: str | None, status: int | None = 400, *arguments, **rest) -> Exchange:
    return exchange(operation, status, *arguments, purpose=Purpose.HOSTILE, **rest)


def test_a_method_that_is_not_implemented_is_no_fault():
    assert is_silent(robustness.no_fault, evidence(exchange(None, 501, purpose=Purpose.UNDOCUMENTED_METHOD)))
    assert failures(robustness.no_fault, evidence(hostile("listTasks", 501)))


def test_a_server_that_says_when_to_come_back_has_not_failed():
    busy = hostile("listTasks", 503, headers=(("retry-after", "1"),))
    assert is_silent(robustness.no_fault, evidence(busy))


@pytest.mark.parametrize(("ref", "is_allowed"), [("", True), ("x/", True), (":x", True), ("template:default/x", False)])
def test_only_a_malformed_template_is_a_fault_that_the_real_server_may_have(ref, is_allowed):
    fault = hostile("createTask", 500, sent={"templateRef": ref, "values": {}})
    assert failures(robustness.no_fault, evidence(fault, profile=Profile.PUBLISHED))
    assert bool(failures(robustness.no_fault, evidence(fault, profile=Profile.BACKSTAGE))) is not is_allowed


def test_the_operation_of_a_raw_path_is_blamed():
    fault = hostile(None, 500, path="/v2/tasks/%ff?x=%")
    assert [found.operation for found in failures(robustness.no_fault, evidence(fault))] == ["getTask"]


@pytest.mark.parametrize(
    ("path", "blamed"),
    [("/v2/tasks/x/logs", "getTaskLogs"), ("/v2/tasks/x", "getTask"), ("/v2/tasks", None), ("/v3", None)],
)
def test_the_only_operation_of_a_path_is_blamed_for_any_method(path, blamed):
    fault = exchange(None, 500, path=path, method="DELETE", purpose=Purpose.UNDOCUMENTED_METHOD)
    assert [found.operation for found in failures(robustness.no_fault, evidence(fault))] == [blamed]


def test_a_creation_that_was_broken_off_once_can_be_an_idle_connection():
    once = hostile("createTask", None, sent={}, trouble=BROKEN)
    again = hostile("createTask", None, sent={}, trouble=BROKEN)
    assert is_silent(robustness.answers, evidence(once))
    assert failures(robustness.answers, evidence(once, again))
    assert failures(robustness.answers, evidence(hostile("getTask", None, task_id="x", trouble=BROKEN)))


def test_half_an_answer_is_always_broken_off():
    assert failures(robustness.answers, evidence(hostile("createTask", 400, sent={}, trouble=BROKEN)))


def test_a_long_body_may_be_turned_away_before_it_is_read():
    long = hostile("dryRunTask", None, request_content=b"x" * 100_000, trouble=BROKEN)
    assert is_silent(robustness.answers, evidence(long))


def test_the_stream_of_a_queued_task_may_keep_its_client_waiting():
    waiting = exchange("getTaskEventStream", None, task_id="x", trouble=HANGING)
    assert is_silent(robustness.answers_in_time, evidence(waiting))
    assert failures(
        robustness.answers_in_time, evidence(hostile("getTaskEventStream", None, task_id="\0", trouble=HANGING))
    )


def test_a_long_list_is_not_late():
    assert is_silent(robustness.answers_in_time, evidence(listed(trouble=Trouble(TroubleKind.TOO_LONG))))


@pytest.mark.parametrize(
    "message",
    [
        "No task with id 'x' found",
        "Template template:default/x not found. See https://backstage.io/docs/features/software-templates/ on how to",
        "instance.name does not match pattern at position 12:3",
        "Unexpected token } in JSON at position 10",
        "please select one from the list, where name is not empty",
        "request/body/values must be object",
        "Relative path is not allowed to refer to a directory outside its parent",
        "the file skeleton/src/main.rs is not a template",
    ],
)
def test_what_an_error_may_say(message):
    assert not list(innards_in(message, ""))


@pytest.mark.parametrize(
    "message",
    [
        'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in f',
        "Error: no\n    at Object.<anonymous> (/app/dist/index.js:3:9)",
        "Error: no\n    at async file:///app/dist/index.js:3:9",
        "at com.example.Tasks.create(Tasks.java:41)",
        "goroutine 7 [running]:",
        "/srv/app/tasks.rb:3:in `create'",
        'select * from "tasks" where "id" = $1 - invalid input syntax for type uuid: "x"',
        "SQLITE_ERROR: no such table",
        "ENOENT: no such file or directory, open '/tmp/x'",
        "<Task object at 0x7ff15bccbe20>",
    ],
)
def test_what_an_error_must_not_say(message):
    assert list(innards_in(message, ""))


def test_what_was_sent_may_come_back_in_an_error():
    sent = {"templateRef": "Traceback (most recent call last)", "values": {}}
    echo = hostile("createTask", 400, {"error": {"message": f"no template {sent['templateRef']}"}}, sent=sent)
    assert holds(robustness.keeps_its_innards_to_itself, evidence(echo))


def test_a_stack_trace_in_a_log_is_what_failed_in_the_task():
    log = exchange("getTaskLogs", 200, [{"body": {"message": "Error\n    at run (/app/x.js:1:2)"}}], task_id="x")
    assert is_silent(robustness.keeps_its_innards_to_itself, evidence(log))


def test_only_the_real_server_may_show_a_stack_while_it_is_developed():
    error = {"error": {"name": "Error", "message": "no", "stack": "Error: no\n    at run (/app/x.js:1:2)"}}
    told = hostile("getTask", 404, error, task_id="x")
    assert holds(robustness.keeps_its_innards_to_itself, evidence(told, profile=Profile.BACKSTAGE))
    assert failures(robustness.keeps_its_innards_to_itself, evidence(told))


def test_markup_may_come_back_as_text():
    escaped = exchange("getTask", 404, task_id=MARKUP, purpose=Purpose.HOSTILE, content=b"&lt;script&gt;", headers=PAGE)
    as_json = hostile("getTask", 404, {"error": {"message": MARKUP}}, task_id=MARKUP)
    as_page = hostile("getTask", 404, content=MARKUP.encode(), headers=PAGE, task_id=MARKUP)
    assert holds(robustness.markup_is_text, evidence(escaped, as_json))
    assert failures(robustness.markup_is_text, evidence(as_page))


def test_deep_json_is_json():
    deep = hostile("dryRunTask", 400, content=b"[" * 50_000 + b"]" * 50_000)
    assert holds(robustness.json_is_json, evidence(deep))


def test_the_same_status_as_before_is_all_that_is_asked_for():
    before = exchange("listActions", 403, label=BEFORE, group=1)
    assert holds(robustness.goes_on_as_before, evidence(before, exchange("listActions", 403, label=AFTER, group=1)))
    assert failures(robustness.goes_on_as_before, evidence(before, exchange("listActions", 500, label=AFTER, group=1)))


def test_a_list_filtered_by_nothing_may_show_everything():
    everything = listed(task(), purpose=Purpose.HOSTILE, query=[("createdBy", " ")])
    assert is_silent(robustness.text_is_only_text, evidence(everything))
    injected = listed(task(), purpose=Purpose.HOSTILE, query=[("createdBy", "' OR '1'='1")])
    assert failures(robustness.text_is_only_text, evidence(injected))


@pytest.mark.parametrize(
    ("body", "is_judged"),
    [
        (b"", True),
        (b'{"values": {', True),
        (b"[]", True),
        (b"{'values': {}}", False),
        (b"\xef\xbb\xbf{}", False),
        ('{"a": 1}'.encode("utf-16"), False),
        (b'{"a": NaN}', False),
    ],
)
def test_what_a_lenient_parser_takes_is_not_judged(body, is_judged):
    headers = (("Content-Type", "application/json"),)
    taken = hostile("dryRunTask", 200, {}, request_content=body, request_headers=headers)
    assert bool(failures(robustness.bodies_are_read, evidence(taken))) is is_judged


def test_values_are_compared_as_json():
    sent = {"contractTests": "x", HOSTILE_VALUE: KEPT}
    kept = json.loads(json.dumps(sent))
    kept[HOSTILE_VALUE]["numbers"][0] = 0.0
    seen = polled(fields={"spec": {"parameters": kept}})
    assert holds(robustness.values_are_kept, evidence(created(values=sent), seen))


def test_a_server_may_leave_out_values_that_the_template_does_not_know():
    sent = {HOSTILE_VALUE: KEPT}
    seen = polled(fields={"spec": {"parameters": {}}})
    assert is_silent(robustness.values_are_kept, evidence(created(values=sent), seen))


def test_true_is_not_one():
    assert difference({"a": [True]}, {"a": [1]})
    assert difference({"a": "é"}, {"a": "e\u0301"})
    assert difference([1], [1, 2])
    assert difference({"a": 1.0}, {"a": 1}) is None


def test_a_server_may_insist_on_a_length():
    whole = hostile("createTask", 404, label="in one piece", group=3)
    assert holds(robustness.chunks_are_read, evidence(whole, hostile("createTask", 411, label="in chunks", group=3)))
    assert failures(robustness.chunks_are_read, evidence(whole, hostile("createTask", 400, label="in chunks", group=3)))
