"""A run told as a scenario, without files and servers."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.actions.catalogue import load_actions
from mock_server.entities import Entities
from mock_server.entity_refs import EntityRef
from mock_server.lifecycle import StepStatus
from mock_server.plan import Brief, make_plan
from mock_server.recording.recorded import RecordedEvent, RecordedRun, RecordedTask
from mock_server.recording.rehearsal import rehearse
from mock_server.recording.scenario_of import scenario_of
from mock_server.recording.template_of import template_of
from mock_server.recording.writing import scenario_text, template_text
from mock_server.scenario import Behaviour, Duration, FailRule, LogRule, StepRule
from mock_server.task_specs import numbered_steps
from mock_server.timeline import Timeline

ACTIONS = load_actions()
ID = "0b8a6f4e-6a39-4f4c-a4a9-1c5ad1c3a9d4"


CANCELLED = {"message": "Step a has been cancelled.", "stepId": "a", "status": "cancelled"}


def task_of_steps(steps: list[dict], output: dict | None = None) -> RecordedTask:
    ref = EntityRef("template", "default", "it")
    return RecordedTask(ID, "completed", 0, ref, {}, numbered_steps(steps), output or {}, {}, None)


def run_of_plan(task: RecordedTask, behaviour: Behaviour) -> RecordedRun:
    brief = Brief(task.id, task.steps, task.output, task.values, {}, {})
    timeline = Timeline(make_plan(brief, behaviour, ACTIONS, Entities([]), random.Random(7)))
    moments = [timeline[index] for index in range(len(timeline))]
    return RecordedRun(tuple(RecordedEvent(moment.at, str(moment.type), moment.body) for moment in moments))


def not_as_it_was(task: RecordedTask, run: RecordedRun) -> list[int]:
    return rehearse(task, run, scenario_text(scenario_of(task, run)), template_text(template_of(task, {})))


def log(second: float, message: str, step: str | None = None, status: str | None = None) -> RecordedEvent:
    body = {"message": message, "stepId": step, "status": status}
    return RecordedEvent(round(second * 1_000), "log", {key: value for key, value in body.items() if value is not None})


def completed(second: float, **body: object) -> RecordedEvent:
    message = "Run completed with status: " + ("failed" if "error" in body else "completed")
    return RecordedEvent(round(second * 1_000), "completion", {"message": message, **body})


def test_a_run_is_told_as_somebody_would_write_it():
    task = task_of_steps([{"id": "a", "name": "A", "action": "x:y"}, {"id": "b", "name": "B", "action": "x:y"}])
    run = RecordedRun(
        (
            log(0.5, "Starting up task with 2 steps"),
            log(0.501, "Beginning step A", "a", "processing"),
            log(0.6, "\u001b[32minfo\u001b[39m: of ${{ x }}", "a"),
            log(1.5, f"Error: no {ID}\n    at a.js", "a", "failed"),
            log(1.6, "late", "a"),
            log(1.75, "Skipping step b because a previous step failed", "b", "skipped"),
            completed(2, error={"name": "HttpError", "message": f"no {ID}"}),
        )
    )
    assert not_as_it_was(task, run) == []
    assert scenario_of(task, run) == {
        "description": "A task of template:default/it as it was recorded: completed after 2 s.",
        "match": {"template": "template:default/it"},
        "queue": 0.5,
        "steps": [
            {
                "id": "a",
                "status": "failed",
                "delay": 0.001,
                "duration": 0.999,
                "logs": [
                    {"text": "of ${{ '${{' }} x }}", "at": 0.099},
                    {"text": "late", "level": "none", "at": 1.099, "late": True},
                ],
                "fail": {
                    "name": "HttpError",
                    "message": "no ${{ context.task.id }}",
                    "stack": "Error: no ${{ context.task.id }}\n    at a.js",
                },
            },
            {"id": "b", "delay": 0.25},
        ],
        "completion": 0.25,
    }


def test_steps_of_one_id_are_told_apart_by_their_place():
    task = task_of_steps([{"id": "a[1]", "name": "A", "action": "x:y"}, {"id": "a[1]", "name": "B", "action": "x:y"}])
    run = RecordedRun(
        (
            log(0, "Starting up task with 2 steps"),
            log(0, "Beginning step A", "a[1]", "processing"),
            log(1, "Finished step A", "a[1]", "completed"),
            log(1, "Beginning step B", "a[1]", "processing"),
            log(3, "Finished step B", "a[1]", "completed"),
            completed(3, output={}),
        )
    )
    assert not_as_it_was(task, run) == []


def test_a_line_that_comes_within_another_step_does_so_again():
    task = task_of_steps([{"id": "a", "name": "A", "action": "x:y"}, {"id": "b", "name": "B", "action": "x:y"}])
    run = RecordedRun(
        (
            log(0, "Starting up task with 2 steps"),
            log(0, "Beginning step A", "a", "processing"),
            log(0, "Finished step A", "a", "completed"),
            log(0, "Beginning step B", "b", "processing"),
            log(0, "of a", "a"),
            RecordedEvent(
                0, "cancelled", {"message": "Step a has been cancelled.", "stepId": "a", "status": "cancelled"}
            ),
            log(0, "Finished step B", "b", "completed"),
            log(0, "of a again", "a"),
            completed(0, output={"text": [{"title": "{% x %}", "content": ID}]}),
        )
    )
    assert not_as_it_was(task, run) == []


@pytest.mark.parametrize("events", [(), (log(1, "odd"),), (completed(0),), (log(0, "odd", "a"), log(0, "odd", "a"))])
def test_what_makes_no_sense_is_told_without_a_fault(events):
    task = task_of_steps([{"id": "a", "name": "A", "action": "x:y"}])
    assert not_as_it_was(task, RecordedRun(events)) != [] or not events


TEXTS = st.text(st.sampled_from("ab ${}%#-\\\"'\n\t\u2028\ue000é🎉\x00\x1b[32m: 1e3"), max_size=12)
INSTANTS = st.none() | st.integers(0, 3_000)
LOGS = st.builds(
    LogRule,
    st.just("x ") | TEXTS.map(lambda text: text.replace("{", "(").replace("#", "+")),
    st.sampled_from(["info", "warn", "error", "none"]),
    st.integers(1, 3),
    st.none() | st.floats(0.01, 1),
    at=INSTANTS,
    is_late=st.booleans(),
    step=st.none() | st.sampled_from(["s1", "s2"]),
    is_cancel=st.sampled_from([False, False, False, True]),
)
FAILURES = st.builds(FailRule, st.sampled_from(["Error", "HttpError"]), st.just("no: ") | st.just("no\nway"))
RULES = st.builds(
    StepRule,
    position=st.integers(1, 5),
    duration=st.none() | st.builds(lambda ms: Duration(ms / 1_000, ms / 1_000), st.integers(0, 2_000)),
    logs=st.none() | st.lists(LOGS, max_size=4).map(tuple),
    fail=st.none() | st.none() | FAILURES,
    delay=st.none() | st.integers(0, 50),
    status=st.none() | st.sampled_from([StepStatus.COMPLETED, StepStatus.SKIPPED]),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["debug:log", "debug:wait", "acme:own", "catalog:fetch"]),
        st.sampled_from([None, False, "${{ always() }}", "${{ failure() }}", "${{ parameters.no }}"]),
        st.sampled_from([None, ["a", "b"]]),
    ),
    max_size=5,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(STEPS, st.lists(RULES, max_size=5), st.integers(0, 2_000), st.integers(0, 90), st.none() | st.integers(0, 6_000))
def test_whatever_the_mock_plays_is_played_again(steps, rules, queue, completion, cancel):
    task = task_of_steps(
        [
            {"id": f"s{number}", "name": f"Step {number}", "action": action}
            | ({} if condition is None else {"if": condition})
            | ({} if each is None else {"each": each})
            for number, (action, condition, each) in enumerate(steps, start=1)
        ],
        {"a": "${{ steps.s1.output }}", "text": [{"title": "x", "if": "${{ failure() }}"}]},
    )
    behaviour = Behaviour(Duration(queue / 1_000, queue / 1_000), cancel, tuple(rules), {"b": [1]}, completion)
    run = run_of_plan(task, behaviour)
    assert not_as_it_was(task, run) == []
