"""One step: what it logs, how long it takes, how it ends and what it gives."""

import json
import random

import jsonschema_rs
import pytest

from mock_server.actions.catalogue import Action, ActionCatalogue, load_actions
from mock_server.entities import Entities
from mock_server.lifecycle import StepStatus
from mock_server.permissions import EVERYTHING, EXECUTE, Decision, Permits, Policy
from mock_server.plan import LIMITS
from mock_server.planned import Failure
from mock_server.redaction import Redactor
from mock_server.rendering import Budget
from mock_server.scenario import Behaviour, Duration, FailRule, LogRule, StepRule
from mock_server.step_lines import LINE_NUMBER
from mock_server.step_plan import StepOutcome, StepPosition, Tools, plan_step
from tests.mock_server.actions.workplaces import a_workplace

ACTIONS = load_actions()
INFO = "\u001b[32minfo\u001b[39m: "
REPO = "github.com?owner=acme&repo=shop"
COMPONENT = {
    "apiVersion": "backstage.io/v1alpha1",
    "kind": "Component",
    "metadata": {"name": "cart-api", "title": "Cart"},
    "spec": {},
}


def run(
    action: str,
    input: dict | None = None,
    rule: StepRule | None = None,
    *,
    secrets: dict | None = None,
    values: dict | None = None,
    use: int = 1,
    dry_run: bool = False,
    failed_before: bool = False,
    actions: ActionCatalogue = ACTIONS,
    permits: Permits = EVERYTHING,
    **keys: object,
) -> StepOutcome:
    """The outcome of a step that begins a second after the task."""
    step = {"id": "it", "name": "It", "action": action, **({} if input is None else {"input": input}), **keys}
    secrets = secrets or {}
    tools = Tools(
        behaviour=Behaviour(steps=() if rule is None else (rule,)),
        actions=actions,
        entities=Entities([COMPONENT]),
        draw=random.Random(0),
        redactor=Redactor(secrets.values()),
        budget=Budget(LIMITS),
        secrets=secrets,
        use=use,
        workplace=a_workplace() if dry_run else None,
        permits=permits,
    )
    context = {"parameters": values or {}, "user": {"ref": "user:default/guest"}, "steps": {}}
    functions = {"always": lambda: True, "failure": lambda: failed_before}
    return plan_step(step, tools, StepPosition(1, 1, 1_000, context, functions, failed_before))


def lines(outcome: StepOutcome) -> list[str]:
    """Each distinct line, with `#` where its number stands."""
    return ["#".join(line.parts) for line in outcome.step.lines]


def duration(outcome: StepOutcome) -> int | None:
    step = outcome.step
    return None if step.ends_at is None else step.ends_at - step.starts_at


def test_a_step_that_works_is_completed_and_says_so():
    outcome = run("debug:log", {"message": "hi"})
    assert (outcome.step.ends_as, outcome.step.message) == (StepStatus.COMPLETED, "Finished step It")
    assert outcome.step.announced
    assert outcome.error is None


def test_debug_log_logs_its_rendered_input_and_then_its_message():
    outcome = run("debug:log", {"message": "Hello, ${{ parameters.name }}!"}, values={"name": "Köln"})
    assert lines(outcome) == [f'{INFO}{{\n  "message": "Hello, Köln!"\n}}', f"{INFO}Hello, Köln!"]


@pytest.mark.parametrize(
    ("input", "milliseconds"),
    [
        ({"seconds": 2}, 2_000),
        ({"minutes": 1, "seconds": 2, "milliseconds": 3}, 62_003),
        ({"seconds": "${{ parameters.seconds }}"}, 90_000),
        ({"milliseconds": 0.4}, 0),
        ({"seconds": -5}, 0),
        ({"minutes": 10}, 600_000),
        ({}, 0),
        (None, 0),
    ],
)
def test_debug_wait_lasts_as_long_as_it_is_told(input, milliseconds):
    assert duration(run("debug:wait", input, values={"seconds": 90})) == milliseconds


def test_debug_wait_refuses_to_wait_for_more_than_ten_minutes():
    message = "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds"
    outcome = run("debug:wait", {"minutes": 10, "milliseconds": 1})
    assert outcome.error == Failure("Error", message)
    assert duration(outcome) == 0


def test_an_action_that_nobody_knows_fails_as_on_the_real_server():
    outcome = run("acme:deploy", {"any": "thing"})
    assert outcome.error == Failure(
        "NotFoundError",
        "Template action with ID 'acme:deploy' is not registered. See "
        "https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module.",
    )
    assert outcome.step.ends_as is StepStatus.FAILED


def test_a_rule_with_outputs_stands_in_for_an_unknown_action():
    rule = StepRule(outputs={"url": "https://${{ parameters.name }}.acme"})
    outcome = run("acme:deploy", {"any": "thing"}, rule, values={"name": "shop"})
    assert outcome.step.ends_as is StepStatus.COMPLETED
    assert outcome.output == {"url": "https://shop.acme"}


def test_a_rule_without_outputs_does_not_stand_in_for_an_unknown_action():
    outcome = run("acme:deploy", rule=StepRule(duration=Duration(1, 1), logs=(LogRule("x"),)))
    assert outcome.step.ends_as is StepStatus.FAILED
    assert duration(outcome) == 1_000


@pytest.mark.parametrize(
    ("action", "input", "message"),
    [
        (
            "debug:log",
            {"message": 1, "foo": 2},
            "Invalid input passed to action debug:log, instance.message is not of a type(s) string, "
            'instance is not allowed to have the additional property "foo"',
        ),
        ("publish:github", {}, 'Invalid input passed to action publish:github, instance requires property "repoUrl"'),
        (
            "publish:github",
            None,
            'Invalid input passed to action publish:github, instance requires property "repoUrl"',
        ),
        (
            "debug:wait",
            {"seconds": "${{ 'soon' }}"},
            "Invalid input passed to action debug:wait, instance.seconds is not of a type(s) number",
        ),
    ],
)
def test_input_that_the_action_does_not_accept_fails_the_step(action, input, message):
    assert run(action, input).error == Failure("InputError", message)


def test_bad_input_in_an_item_names_the_item():
    outcome = run("debug:log", {"message": "${{ each.value }}"}, each=["fine", 2])
    assert outcome.error is not None
    assert outcome.error.message.startswith("Invalid input passed to action debug:log[1], instance.message")


def test_bad_input_in_an_item_of_an_object_names_its_key():
    outcome = run("debug:log", {"message": "${{ each.value }}"}, each={"first": 1})
    assert outcome.error is not None
    assert outcome.error.message.startswith("Invalid input passed to action debug:log[first], ")


def test_input_that_is_too_deep_to_be_checked_fails_the_step():
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    assert run("debug:log", {"message": deep}).error == Failure(
        "InputError",
        "Invalid input passed to action debug:log, the document is nested more than 128 levels deep",
    )


def test_the_dialect_of_the_real_server_has_the_last_word_on_an_input():
    lenient = Action("it", "", (), {}, None, False, jsonschema_rs.Draft7Validator(False))
    assert run("it", {"any": "thing"}, actions=ActionCatalogue([lenient])).error is None


def test_input_may_hold_half_a_character():
    assert lines(run("debug:log", {"message": "\ud800"}))[1] == f"{INFO}\ud800"


def test_what_renders_to_undefined_is_no_input():
    assert run("debug:log", {"message": "hi", "listWorkspace": "${{ parameters.nowhere }}"}).error is None


def test_a_failed_step_tells_its_error_with_a_stack():
    outcome = run("debug:wait", {"minutes": 11})
    assert outcome.step.message.splitlines() == [
        "Error: Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds",
        "    at debug:wait",
        "    at step it",
    ]


def test_a_second_error_is_told_once_more_as_an_additional_one():
    outcome = run("debug:log", {"message": "x"}, StepRule(fail=FailRule("HttpError", "no")), failed_before=True)
    assert outcome.step.message == "HttpError: no\n    at debug:log\n    at step it"
    assert outcome.step.repeated == f"Additional error occurred: no\n{outcome.step.message}"


def test_a_failed_step_gives_nothing():
    assert run("publish:github", {"repoUrl": REPO}, StepRule(fail=FailRule("Error", "no"))).output == {}


def test_a_scenarios_failure_comes_after_what_the_action_does():
    outcome = run("debug:wait", {"seconds": 3}, StepRule(fail=FailRule("HttpError", "no")))
    assert outcome.error == Failure("HttpError", "no")
    assert duration(outcome) == 3_000


def test_the_actions_own_failure_wins_over_the_scenarios():
    outcome = run("debug:wait", {"minutes": 11}, StepRule(fail=FailRule("HttpError", "no")))
    assert outcome.error is not None
    assert outcome.error.name == "Error"


def test_the_texts_of_a_scenario_know_the_step_the_use_the_user_and_the_values():
    text = "${{ step.id }}|${{ step.name }}|${{ step.action }}|${{ use }}|${{ user.ref }}|${{ parameters.name }}"
    rule = StepRule(logs=(LogRule(text, "none"),), fail=FailRule("Error", text), outputs={"text": text})
    written = "it|It|debug:log|7|user:default/guest|shop"
    outcome = run("debug:log", {"message": "x"}, rule, use=7, values={"name": "shop"})
    assert lines(outcome) == [written]
    assert outcome.error == Failure("Error", written)
    outcome = run("debug:log", {"message": "x"}, StepRule(outputs={"text": text}), use=7, values={"name": "shop"})
    assert outcome.output == {"text": written}


def test_the_texts_of_a_scenario_see_no_secret():
    text = "<${{ secrets.token }}${{ environment.secrets.token }}>"
    rule = StepRule(logs=(LogRule(text, "none"),), outputs={"text": text})
    outcome = run("debug:log", {"message": "x"}, rule, secrets={"token": "s3cret"})
    assert lines(outcome) == ["<>"]
    assert outcome.output == {"text": "<>"}


def test_a_text_of_a_scenario_that_cannot_be_rendered_stays_as_it_is():
    text = "${{ parameters.name | no_such_filter }}"
    outcome = run("debug:log", {"message": "x"}, StepRule(logs=(LogRule(text, "none"),)))
    assert lines(outcome) == [text]


@pytest.mark.parametrize("action", ["acme:deploy", "debug:log"])
def test_a_step_whose_status_is_told_asks_neither_its_input_nor_its_action(action):
    rule = StepRule(status=StepStatus.COMPLETED, duration=Duration(1, 1))
    outcome = run(action, {"no": "such input"}, rule, each="${{ parameters.nothing }}")
    assert (outcome.step.ends_as, outcome.step.message) == (StepStatus.COMPLETED, "Finished step It")
    assert (outcome.error, outcome.output, lines(outcome), duration(outcome)) == (None, {}, [], 1_000)


def test_a_step_whose_status_is_told_gives_the_outputs_of_the_rule():
    rule = StepRule(status=StepStatus.COMPLETED, outputs={"by": "${{ step.id }}"})
    assert run("acme:deploy", rule=rule, each=["a", "b"]).output == {"by": "it"}


def test_a_step_that_is_told_to_fail_fails_with_the_error_of_the_rule_alone():
    rule = StepRule(status=StepStatus.FAILED, fail=FailRule("HttpError", "no"))
    assert run("debug:wait", {"minutes": 11}, rule).error == Failure("HttpError", "no")


def test_a_step_that_is_told_to_be_skipped_is_so_as_by_its_condition():
    outcome = run("debug:log", {"message": "x"}, StepRule(status=StepStatus.SKIPPED, duration=Duration(2, 2)))
    assert outcome.step.ends_as is StepStatus.SKIPPED
    assert outcome.step.message == "Skipping step it because its if condition was false"
    assert (outcome.output, lines(outcome), duration(outcome)) == ({}, [], 2_000)


def test_the_stack_of_a_scenario_stands_instead_of_a_made_up_one():
    rule = StepRule(fail=FailRule("HttpError", "no", "HttpError: no\n    at ${{ step.id }}.js:1:1"))
    outcome = run("debug:log", {"message": "x"}, rule, failed_before=True)
    assert outcome.step.message == "HttpError: no\n    at it.js:1:1"
    assert outcome.step.repeated == "Additional error occurred: no\nHttpError: no\n    at it.js:1:1"
    assert outcome.error == Failure("HttpError", "no")


def test_the_stack_of_a_scenario_is_redacted_and_not_taken_for_another_error():
    rule = StepRule(fail=FailRule("HttpError", "no", "at s3cret"))
    assert run("debug:log", {"message": "x"}, rule, secrets={"a": "s3cret"}).step.message == "at ***"
    assert "threshold" in run("debug:wait", {"minutes": 11}, rule).step.message


def test_a_line_of_a_scenario_may_hold_the_character_that_stands_for_a_number():
    rule = StepRule(logs=(LogRule(f"{LINE_NUMBER} ${{{{ step.id }}}}", "none", 2),))
    assert lines(run("debug:log", {"message": "x"}, rule)) == [f"{LINE_NUMBER} it"]


def test_a_repeated_line_knows_its_number():
    outcome = run("debug:log", {"message": "x"}, StepRule(logs=(LogRule("[${{ line }}/9] ok", "none", 9),)))
    (line,) = outcome.step.lines
    assert (line.parts, line.count) == (("[", "/9] ok"), 9)


def test_the_logs_of_a_scenario_stand_instead_of_the_actions():
    assert lines(run("debug:log", {"message": "x"}, StepRule(logs=()))) == []


def test_the_duration_of_a_scenario_stands_instead_of_the_actions():
    assert duration(run("debug:wait", {"seconds": 30}, StepRule(duration=Duration(1, 1)))) == 1_000


def test_a_step_that_never_ends_brings_no_error_and_still_logs():
    rule = StepRule(duration=Duration(0, 0, never=True), logs=(LogRule("a"),), fail=FailRule("Error", "no"))
    outcome = run("debug:log", {"message": "x"}, rule)
    assert (outcome.step.ends_at, outcome.error) == (None, None)
    assert lines(outcome) == [f"{INFO}a"]


def test_the_outputs_of_a_scenario_stand_instead_of_everything_else():
    outcome = run("publish:github", {"repoUrl": REPO}, StepRule(outputs={"remoteUrl": "https://else.where"}))
    assert outcome.output == {"remoteUrl": "https://else.where"}


def test_without_a_scenarios_the_outputs_are_made_from_the_input():
    outcome = run("publish:github", {"repoUrl": REPO})
    assert outcome.output["remoteUrl"] == "https://github.com/acme/shop"


def test_outputs_that_nobody_makes_are_the_examples_of_the_schema_or_positionholders():
    declared = ACTIONS.get("publish:github").output_schema["properties"]
    outcome = run("publish:github", {"repoUrl": REPO})
    assert set(outcome.output) == set(declared)
    assert isinstance(outcome.output["commitHash"], str)


def test_an_entity_that_was_fetched_is_the_loaded_one_and_nothing_is_added():
    assert run("catalog:fetch", {"entityRef": "component:cart-api"}).output == {"entity": COMPONENT}


def test_each_runs_the_action_once_for_every_item():
    outcome = run("debug:log", {"message": "${{ each.key }}=${{ each.value }}"}, each=["a", "b"])
    assert [line.removeprefix(INFO) for line in lines(outcome)] == [
        'Running step each: {"key":"0","value":"a"}',
        '{\n  "message": "0=a"\n}',
        "0=a",
        'Running step each: {"key":"1","value":"b"}',
        '{\n  "message": "1=b"\n}',
        "1=b",
    ]


def test_an_item_is_logged_in_its_own_script():
    (line,) = lines(run("debug:wait", {}, each=["Köln"]))
    assert line == f'{INFO}Running step each: {{"key":"0","value":"Köln"}}'


def test_each_takes_the_time_of_all_its_items():
    assert duration(run("debug:wait", {"seconds": "${{ each.value }}"}, each=[1, 2, 3])) == 6_000


def test_each_goes_through_an_object_by_its_keys():
    outcome = run("debug:log", {"message": "${{ each.key }}=${{ each.value }}"}, each="${{ {'x': 1, 'y': 2} }}")
    assert [line for line in lines(outcome) if "=" in line and "\n" not in line] == [f"{INFO}x=1", f"{INFO}y=2"]


def test_each_of_nothing_completes():
    outcome = run("debug:log", {"message": "x"}, each=[])
    assert (outcome.step.ends_as, outcome.output, lines(outcome)) == (StepStatus.COMPLETED, {}, [])


def test_each_asks_its_condition_for_every_item():
    outcome = run("debug:wait", {"seconds": 1}, each=["a", "b"], **{"if": "${{ each.value == 'b' }}"})
    assert lines(outcome) == [
        f'{INFO}Skipping step each: {{"key":"0","value":"a"}}',
        f'{INFO}Running step each: {{"key":"1","value":"b"}}',
    ]
    assert duration(outcome) == 1_000


def test_the_condition_of_an_item_sees_the_secrets():
    outcome = run("debug:wait", {}, each=["a"], secrets={"go": "yes"}, **{"if": "${{ secrets.go == 'yes' }}"})
    assert lines(outcome)[0].startswith(f"{INFO}Running step each")


def test_the_outputs_of_all_items_are_collected_in_lists():
    outcome = run(
        "publish:github",
        {"repoUrl": "github.com?owner=acme&repo=${{ each.value }}"},
        each=["one", "two"],
    )
    assert outcome.output["remoteUrl"] == ["https://github.com/acme/one", "https://github.com/acme/two"]


def test_an_output_that_one_item_lacks_is_not_in_the_list():
    rule = StepRule(outputs={"key": "${{ each.key }}", "name": "${{ each.value.name }}"})
    outcome = run("debug:wait", {}, rule, each=[{}, {"name": "b"}])
    assert outcome.output == {"key": ["0", "1"], "name": ["b"]}


@pytest.mark.parametrize(
    ("each", "complaint"),
    [
        ("${{ parameters.nowhere }}", '"${{ parameters.nowhere }}" cannot be resolved to a value'),
        ("${{ 5 }}", "must resolve to an array or object"),
        ("${{ null }}", "must resolve to an array or object"),
        ("some text", "must resolve to an array or object"),
        ([0] * 1_001, "must not have more than 1000 items"),
    ],
    ids=["undefined", "number", "null", "text", "too many"],
)
def test_each_needs_items(each, complaint):
    outcome = run("debug:log", {"message": "x"}, each=each)
    assert outcome.error == Failure("InputError", f"Invalid value on action debug:log.each parameter, {complaint}")


def test_each_has_as_many_items_as_it_may():
    assert run("debug:wait", {}, each=[0] * 1_000).error is None


def test_an_unknown_action_with_items_still_needs_outputs():
    outcome = run("acme:deploy", {}, StepRule(outputs={"n": "${{ each.value }}"}), each=[1, 2])
    assert outcome.output == {"n": [1, 2]}


def test_the_input_sees_the_secrets_and_the_log_does_not():
    outcome = run("debug:log", {"message": "${{ secrets.token }}"}, secrets={"token": "s3cret"})
    assert lines(outcome) == [f'{INFO}{{\n  "message": "***"\n}}', f"{INFO}***"]


def test_the_secrets_of_the_environment_are_not_those_of_the_task():
    outcome = run("debug:log", {"message": "<${{ environment.secrets.token }}>"}, secrets={"token": "s3cret"})
    assert lines(outcome)[1] == f"{INFO}<>"


def test_what_is_made_with_a_secret_is_masked_as_a_whole():
    outcome = run("debug:log", {"message": "token ${{ secrets.token | upper }}!"}, secrets={"token": "s3cret"})
    assert lines(outcome)[1] == f"{INFO}***"


def test_a_secret_is_masked_in_the_items_of_a_step():
    outcome = run("debug:wait", {}, each="${{ [secrets.token | upper] }}", secrets={"token": "s3cret"})
    assert lines(outcome) == [f'{INFO}Running step each: {{"key":"0","value":"***"}}']


def test_a_secret_is_masked_in_the_outputs():
    rule = StepRule(outputs={"copy": "${{ parameters.copy }}"})
    outcome = run("debug:wait", {}, rule, secrets={"token": "s3cret"}, values={"copy": "a s3cret"})
    assert outcome.output == {"copy": "a ***"}


def test_a_secret_is_masked_in_what_an_action_logs():
    outcome = run("catalog:write", {"entity": {}, "filePath": "${{ secrets.token }}.yaml"}, secrets={"token": "s3cret"})
    assert lines(outcome) == [f"{INFO}Writing ***"]


def test_a_secret_is_masked_in_the_error_and_its_stack():
    outcome = run("catalog:fetch", {"entityRef": "component:${{ secrets.token }}"}, secrets={"token": "s3cret"})
    assert outcome.error == Failure("Error", "Entity *** not found")
    assert "s3cret" not in outcome.step.message


def test_a_secret_is_masked_in_a_scenarios_texts():
    rule = StepRule(logs=(LogRule("${{ parameters.copy }}", "none"),), fail=FailRule("Error", "${{ parameters.copy }}"))
    outcome = run("debug:wait", {}, rule, secrets={"token": "s3cret"}, values={"copy": "s3cret"})
    assert lines(outcome) == ["***"]
    assert outcome.error == Failure("Error", "***")


def test_a_dry_run_tells_the_input_of_an_action_that_it_executes():
    outcome = run("debug:log", {"message": "hi"}, dry_run=True)
    shown = json.dumps({"message": "hi"}, indent=2)
    assert lines(outcome)[0] == f"{INFO}Running debug:log in dry-run mode with inputs (secrets redacted): {shown}"
    assert outcome.step.ends_as is StepStatus.COMPLETED


def test_a_dry_run_masks_the_secrets_in_that_input():
    outcome = run("debug:log", {"message": "${{ secrets.token }}"}, dry_run=True, secrets={"token": "s3cret"})
    assert '"message": "***"' in lines(outcome)[0]


def test_a_dry_run_skips_an_action_that_it_cannot_execute_whatever_its_input():
    outcome = run("publish:github", {"nonsense": True}, dry_run=True)
    assert outcome.step.ends_as is StepStatus.SKIPPED
    assert outcome.step.message == "Skipping because publish:github does not support dry-run"
    assert (duration(outcome), len(lines(outcome)), outcome.error) == (0, 1, None)
    assert lines(outcome)[0].startswith(f"{INFO}Running publish:github in dry-run mode with inputs")


def test_a_dry_run_gives_examples_for_what_it_skips():
    declared = ACTIONS.get("publish:github").output_schema["properties"]
    output = run("publish:github", {}, dry_run=True).output
    assert output.keys() == declared.keys()


def test_a_dry_run_gives_one_example_for_a_step_with_items():
    with_items = run("publish:github", {}, dry_run=True, each=[1, 2])
    assert with_items.output == run("publish:github", {}, dry_run=True).output


NOBODY = Permits(Policy({EXECUTE: Decision("deny")}))
UNAUTHORIZED = "Unauthorized action: debug:log. The action is not allowed."


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_action_that_may_not_be_executed_fails_its_step(dry_run):
    outcome = run("debug:log", {"message": "hi"}, permits=NOBODY, dry_run=dry_run)
    assert outcome.step.ends_as is StepStatus.FAILED
    assert outcome.error == Failure("NotAllowedError", UNAUTHORIZED)
    assert not any(line.endswith("hi") for line in lines(outcome))


def test_an_input_is_refused_before_anybody_is():
    assert run("debug:log", {"message": 1}, permits=NOBODY).error.name == "InputError"


def test_what_is_not_executed_needs_no_permission():
    assert run("publish:github", {"repoUrl": REPO}, permits=NOBODY, dry_run=True).step.ends_as is StepStatus.SKIPPED
    assert run("debug:log", {"message": "hi"}, permits=NOBODY, each=[]).step.ends_as is StepStatus.COMPLETED
