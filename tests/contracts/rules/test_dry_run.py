"""Dry runs that are odd and right."""

import base64

import pytest

from contracts import dry_runs
from contracts.exchange import Purpose
from contracts.profile import Profile
from contracts.rules import dry_run, dry_run_limits, workspaces
from tests.contracts.making import evidence, exchange, failures, holds, is_silent, listed, task

MARKER = "contract-tests-0123456789ab"
STEPS = [dry_runs.saying("say", "Say it"), dry_runs.saying("say-again", "Again")]
ALL = [
    *(dry_run.good_templates_run, dry_run.steps_come_back, dry_run.steps_are_over, dry_run.log_tells_of_all_steps),
    *(dry_run.values_are_used, workspaces.contents_are_base64, workspaces.workspace_is_preserved),
    *(workspaces.workspaces_are_separate, workspaces.files_come_once, dry_run_limits.values_are_checked_all_or_none),
]


def b64(content):
    return base64.b64encode(content).decode()


def run(
    shown=None,
    *,
    files=None,
    steps=STEPS,
    status=200,
    label=dry_runs.ACCEPTED,
    purpose=Purpose.ORDINARY,
    text="abc",
    **result,
):
    sent_files = dry_runs.contents(dry_runs.FILES) if files is None else files
    sent = {
        "template": dry_runs.template(dry_runs.dry_run_name(MARKER), steps),
        "values": {"text": text},
        "directoryContents": sent_files,
    }
    body = {
        "log": [{"body": {"message": "m"}}] if steps else [],
        "directoryContents": sent_files,
        "steps": [{"id": step["id"], "name": step["name"], "status": "completed"} for step in steps],
        "output": {},
        **(shown or {}),
        **result,
    }
    return exchange("dryRunTask", status, body if status == 200 else {}, sent=sent, label=label, purpose=purpose)


def saying(text):
    return [{"type": "log", "body": {"message": f"{dry_runs.OPENING}{text}{dry_runs.CLOSING}"}}]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "result",
    [
        {},
        {"log": saying("${{ parameters.text }}")},
        {"log": saying("abc"), "output": {"text": "says [abc] and ends"}},
        {"steps": [{"id": "prepare", "name": "P"}, *({**step, "status": "skipped"} for step in STEPS), {"id": 7}]},
        {"directoryContents": [{"path": "extra.txt", "base64Content": ""}, *dry_runs.contents(dry_runs.FILES)]},
        {
            "directoryContents": [
                {**file, "path": f"./{file['path']}", "executable": False}
                for file in reversed(dry_runs.contents(dry_runs.FILES))
            ]
        },
        {"log": [{"body": {"message": "m", "stepId": step}} for step in ("prepare", "say-again", "say")]},
    ],
)
def test_results_in_another_style_are_right(rule, result):
    assert holds(rule, evidence(run(result)))


@pytest.mark.parametrize("body", [None, [], {}, {"log": 7, "directoryContents": {}, "steps": "none", "output": []}])
def test_a_result_of_another_form_breaks_no_rule_of_files(body):
    sent = {"template": {}, "values": {}, "directoryContents": "none"}
    found = evidence(exchange("dryRunTask", 200, body, sent=sent, label=dry_runs.ACCEPTED))
    for rule in (workspaces.contents_are_base64, workspaces.files_come_once, workspaces.workspaces_are_separate):
        assert not failures(rule, found)


@pytest.mark.parametrize(
    "files",
    [
        [{"path": "a", "base64Content": "%%%"}],
        [{"path": "../a", "base64Content": ""}],
        [{"path": "a", "base64Content": b64(b"x")}, {"path": "A", "base64Content": b64(b"y")}],
        [{"path": "a", "base64Content": ""}, {"path": "a", "base64Content": ""}],
        [{"path": "", "base64Content": ""}],
        [{"path": "a/", "base64Content": ""}],
        [{"path": "a\0b", "base64Content": ""}],
        [{"path": "a\\b", "base64Content": ""}],
        [{"path": "x" * 300, "base64Content": ""}],
        [{"path": " ", "base64Content": ""}],
    ],
)
def test_files_that_not_every_workspace_can_hold_need_not_come_back(files):
    assert is_silent(workspaces.workspace_is_preserved, evidence(run(files=files, directoryContents=[])))


def test_garbage_may_come_back_as_it_was():
    garbage = [{"path": "a", "base64Content": "%%%"}]
    assert holds(workspaces.contents_are_base64, evidence(run(files=garbage)))


def test_steps_may_change_the_workspace():
    steps = [{"id": "delete", "name": "Delete", "action": "fs:delete", "input": {"files": ["README.md"]}}]
    assert is_silent(workspaces.workspace_is_preserved, evidence(run(steps=steps, directoryContents=[])))


def test_where_contents_are_those_of_the_template_they_come_back_only_if_fetched():
    plain, fetched = run(directoryContents=[]), run(steps=[dry_runs.FETCH, *STEPS], directoryContents=[])
    assert is_silent(workspaces.workspace_is_preserved, evidence(plain, profile=Profile.BACKSTAGE))
    assert failures(workspaces.workspace_is_preserved, evidence(fetched, profile=Profile.BACKSTAGE))
    assert failures(workspaces.workspace_is_preserved, evidence(plain))


def test_values_of_another_run_are_told():
    assert failures(dry_run.values_are_used, evidence(run(log=saying("other"))))


def test_steps_that_ran_are_in_the_log():
    assert failures(dry_run.log_tells_of_all_steps, evidence(run(log=[])))
    assert holds(dry_run.log_tells_of_all_steps, evidence(run(log=[], steps=STEPS, shown={"steps": []})))


def test_a_step_that_comes_twice_is_told():
    again = {"id": "say", "name": "Again", "status": "completed"}
    assert failures(dry_run.steps_come_back, evidence(run(shown={"steps": [*STEPS, again]})))


def output(text):
    return {"text": f"{dry_runs.OPENING}{text}{dry_runs.CLOSING}"}


RAW = "${{ parameters.text }}"


def test_output_and_messages_are_both_rendered_or_neither_is():
    rule = dry_run.all_or_nothing_is_rendered
    assert failures(rule, evidence(run(log=saying(RAW), output=output("abc"))))
    assert failures(rule, evidence(run(log=saying("abc"), output=output(RAW))))
    assert holds(rule, evidence(run(log=[*saying(RAW), *saying("abc")], output=output("abc"))))
    assert is_silent(rule, evidence(run(log=saying(RAW), output=output(RAW))))
    assert is_silent(rule, evidence(run(output=output("abc"))))
    assert is_silent(rule, evidence(run(log=saying("abc"))))


def garbage(status=200, **result):
    return run(status=status, label=dry_runs.NO_BASE64, purpose=Purpose.HOSTILE, files=[dry_runs.GARBAGE], **result)


def test_garbage_is_refused_or_kept_as_far_as_it_goes():
    rule = dry_run_limits.garbage_does_not_vanish
    decoded = [{"path": "garbage.txt", "base64Content": b64(b"not empty")}]
    for right in (garbage(400), garbage(422), garbage(), garbage(directoryContents=decoded)):
        assert holds(rule, evidence(right))
    empty = [{"path": "garbage.txt", "base64Content": ""}]
    for wrong in (garbage(500), garbage(directoryContents=[]), garbage(directoryContents=empty)):
        assert failures(rule, evidence(wrong))


def test_who_may_not_run_dry_is_not_judged():
    assert is_silent(dry_run.good_templates_run, evidence(run(status=403)))


def test_a_template_without_steps_may_be_refused():
    assert is_silent(dry_run.good_templates_run, evidence(run(status=400, steps=[])))


def wrong_values(status):
    return run(status=status, label="without text", purpose=Purpose.REFUSED_VALUES)


def test_values_are_checked_all_or_none():
    rule = dry_run_limits.values_are_checked_all_or_none
    assert holds(rule, evidence(run(), wrong_values(200), wrong_values(200)))
    assert holds(rule, evidence(run(), wrong_values(400), wrong_values(422)))
    assert failures(rule, evidence(run(), wrong_values(400), wrong_values(200)))


def test_tasks_of_others_are_none_of_a_dry_run():
    assert holds(dry_run_limits.no_task_is_made, evidence(run(), listed(task())))
    mine = task(spec={"parameters": {"text": f"{dry_runs.dry_run_name(MARKER)}-first"}})
    assert failures(dry_run_limits.no_task_is_made, evidence(run(), listed(mine)))


def test_a_path_that_is_taken_inside_is_right():
    inside = run(label=dry_runs.OUTSIDE, purpose=Purpose.HOSTILE, files=[], directoryContents=[{"path": "tmp/evil"}])
    assert holds(dry_run_limits.workspace_is_closed, evidence(inside))
