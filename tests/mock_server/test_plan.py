"""Whole plans: which steps run, when the task ends and how, and what comes out."""

import json
import random
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.actions.catalogue import load_actions
from mock_server.entities import Entities
from mock_server.lifecycle import EventType, RecoveryStrategy, StepStatus, TaskStatus
from mock_server.plan import Brief, make_plan
from mock_server.planned import Failure, Plan
from mock_server.quirks import Quirk
from mock_server.scenario import Behaviour, Duration, FailRule, LogRule, StepRule
from mock_server.task_specs import numbered_steps
from mock_server.timeline import Timeline, View, event_capacity, view
from tests.mock_server.actions.workplaces import a_workplace

ACTIONS = load_actions()
RECORDED = json.loads((Path(__file__).parent / "rendering" / "templating.json").read_text(encoding="utf-8"))["step_if"]
NEVER = Duration(0, 0, never=True)


def say(id: str, message: str = "hello", **keys: object) -> dict:
    return {"id": id, "name": id.title(), "action": "debug:log", "input": {"message": message}, **keys}


def fail(id: str, **keys: object) -> dict:
    """A step that fails by itself, with this message: its action waits longer than it may."""
    return {"id": id, "name": id.title(), "action": "debug:wait", "input": {"minutes": 11}, **keys}


TOO_LONG = "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds"


def planned(
    *steps: dict,
    behaviour: Behaviour | None = None,
    seed: int = 0,
    use: int = 1,
    dry_run: bool = False,
    quirks: Collection[Quirk] = (),
    **brief,
) -> Plan:
    parts = {"output": {}, "values": {}, "secrets": {}, "user": {}} | brief
    task = Brief(task_id="42", steps=numbered_steps(steps), **parts)
    draw = random.Random(seed)
    return make_plan(
        task,
        behaviour or Behaviour(),
        ACTIONS,
        Entities([]),
        draw,
        use=use,
        workplace=a_workplace() if dry_run else None,
        quirks=quirks,
    )


def messages(plan: Plan) -> list[str]:
    timeline = Timeline(plan)
    return [timeline[index].body["message"] for index in range(len(timeline))]


def statuses(plan: Plan) -> list[StepStatus]:
    return [step.ends_as for step in plan.steps]


def test_steps_without_an_id_or_a_name_get_the_real_servers():
    assert numbered_steps([{"action": "a"}, {"id": "two", "name": "Two", "action": "b"}, {"action": "c"}]) == [
        {"action": "a", "id": "step-1", "name": "a"},
        {"action": "b", "id": "two", "name": "Two"},
        {"action": "c", "id": "step-3", "name": "c"},
    ]


def test_the_keys_of_a_step_are_kept_when_it_is_numbered():
    (step,) = numbered_steps([{"action": "a", "backstage:permissions": {"tags": ["x"]}, "if": False}])
    assert step == {"action": "a", "backstage:permissions": {"tags": ["x"]}, "if": False, "id": "step-1", "name": "a"}


def test_a_template_without_steps_completes_when_it_is_claimed():
    plan = planned(behaviour=Behaviour(queue=Duration(2, 2)))
    assert messages(plan) == ["Starting up task with 0 steps", "Run completed with status: completed"]
    assert (plan.claimed_at, plan.ends_at, plan.output) == (2_000, 2_000, {})


def test_each_step_starts_when_the_one_before_it_ends():
    plan = planned(say("a"), say("b"), say("c"), behaviour=Behaviour(steps=(StepRule(duration=Duration(1, 1)),)))
    assert [(step.starts_at, step.ends_at) for step in plan.steps] == [(0, 1_000), (1_000, 2_000), (2_000, 3_000)]
    assert plan.ends_at == 3_000


def test_the_queue_delays_the_first_step():
    plan = planned(say("a"), behaviour=Behaviour(queue=Duration(3, 3)))
    assert plan.claimed_at == plan.steps[0].starts_at == 3_000


def test_a_task_whose_queue_never_ends_is_never_claimed():
    plan = planned(say("a"), behaviour=Behaviour(queue=NEVER))
    assert (plan.claimed_at, plan.ends_at) == (None, None)
    assert len(Timeline(plan)) == 0
    assert view(plan, 10**10) == View(TaskStatus.OPEN, None, None)


def test_the_output_of_a_step_is_known_to_the_steps_behind_it_and_to_the_output():
    publish = {"id": "publish", "action": "publish:github", "input": {"repoUrl": "github.com?owner=acme&repo=shop"}}
    plan = planned(
        publish,
        say("tell", "at ${{ steps.publish.output.remoteUrl }}"),
        output={"remoteUrl": "${{ steps['publish'].output.remoteUrl }}"},
    )
    assert "\u001b[32minfo\u001b[39m: at https://github.com/acme/shop" in messages(plan)
    assert plan.output == {"remoteUrl": "https://github.com/acme/shop"}


@pytest.mark.parametrize("case", RECORDED["results"], ids=lambda case: str(case["if"]))
def test_a_condition_holds_when_it_did_on_the_real_server(case):
    plan = planned(say("a", **{"if": case["if"]}), values=RECORDED["parameters"])
    assert statuses(plan) == [StepStatus.COMPLETED if case["ran"] else StepStatus.SKIPPED]
    assert plan.ends_as is TaskStatus.COMPLETED


def test_a_step_whose_condition_is_false_is_begun_and_skipped():
    plan = planned(say("a", **{"if": "${{ parameters.nowhere }}"}))
    assert messages(plan)[1:-1] == ["Beginning step A", "Skipping step a because its if condition was false"]


def test_a_condition_that_cannot_be_rendered_is_a_text_and_so_true():
    assert statuses(planned(say("a", **{"if": "${{ parameters.x | no_such_filter }}"}))) == [StepStatus.COMPLETED]


def test_a_skipped_step_takes_no_time_and_gives_nothing():
    plan = planned(
        say("a", **{"if": False}),
        output={"given": "${{ steps.a.output.message }}", "kept": "yes"},
        behaviour=Behaviour(steps=(StepRule(duration=Duration(5, 5), outputs={"message": "x"}),)),
    )
    assert plan.ends_at == 0
    assert plan.output == {"kept": "yes"}


def test_a_failed_step_fails_the_task_and_skips_the_rest_without_beginning_them():
    plan = planned(fail("a"), say("b"), say("c"), output={"x": "y"})
    assert messages(plan) == [
        "Starting up task with 3 steps",
        "Beginning step A",
        f"Error: {TOO_LONG}\n    at debug:wait\n    at step a",
        "Skipping step b because a previous step failed",
        "Skipping step c because a previous step failed",
        "Run completed with status: failed",
    ]
    assert plan.ends_as is TaskStatus.FAILED
    assert plan.error == Failure("Error", TOO_LONG)
    assert plan.output is None


def test_a_false_condition_behind_a_failure_is_not_even_looked_at():
    plan = planned(fail("a"), say("b", **{"if": False}))
    assert messages(plan)[3] == "Skipping step b because a previous step failed"


@pytest.mark.parametrize("condition", ["${{ always() }}", "${{ failure() }}", "${{ failure ( ) }}"])
def test_a_clean_up_step_runs_behind_a_failure(condition):
    plan = planned(fail("a"), say("b"), say("c", **{"if": condition}))
    assert statuses(plan) == [StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.COMPLETED]
    assert plan.ends_as is TaskStatus.FAILED


def test_always_holds_and_failure_does_not_when_nothing_failed():
    plan = planned(say("a"), say("b", **{"if": "${{ always() }}"}), say("c", **{"if": "${{ failure() }}"}))
    assert statuses(plan) == [StepStatus.COMPLETED, StepStatus.COMPLETED, StepStatus.SKIPPED]


def test_a_clean_up_step_whose_condition_is_false_after_all_is_begun_and_skipped():
    plan = planned(fail("a"), say("b", **{"if": "${{ failure() and parameters.loud }}"}))
    assert messages(plan)[3:5] == ["Beginning step B", "Skipping step b because its if condition was false"]


def test_the_first_error_is_the_tasks_and_the_second_one_is_additional():
    plan = planned(
        fail("a"),
        {"id": "b", "action": "no:such", "if": "${{ always() }}"},
        behaviour=Behaviour(steps=(StepRule(ids=("a",), fail=FailRule("FirstError", "first")),)),
    )
    assert plan.error == Failure("Error", TOO_LONG)
    assert messages(plan)[4].startswith("NotFoundError: Template action with ID 'no:such' is not registered.")
    assert messages(plan)[5].startswith(
        "Additional error occurred: Template action with ID 'no:such' is not registered."
    )
    assert messages(plan)[5].endswith(f"\n{messages(plan)[4]}")


def test_a_clean_up_step_with_a_condition_on_its_items_runs_behind_a_failure():
    plan = planned(
        fail("a"), say("b", "no. ${{ each.value }}", each=[1, 2], **{"if": "${{ failure() and each.value > 1 }}"})
    )
    assert statuses(plan) == [StepStatus.FAILED, StepStatus.COMPLETED]
    assert any("Skipping step each" in message for message in messages(plan))


def test_a_condition_on_items_behind_a_failure_does_not_make_a_clean_up_step():
    plan = planned(fail("a"), say("b", each=[1], **{"if": "${{ each.value }}"}))
    assert statuses(plan) == [StepStatus.FAILED, StepStatus.SKIPPED]


def test_a_step_with_items_is_skipped_whole_only_by_a_plain_false():
    plan = planned(say("a", each=[1], **{"if": False}), say("b", each=[1], **{"if": "${{ false }}"}))
    assert statuses(plan) == [StepStatus.SKIPPED, StepStatus.COMPLETED]


def test_the_last_step_of_a_scenario_is_the_last_one_that_is_no_clean_up():
    behaviour = Behaviour(steps=(StepRule(position="last", fail=FailRule("Error", "no")),))
    plan = planned(say("a"), say("b"), say("c", **{"if": "${{ always() }}"}), behaviour=behaviour)
    assert statuses(plan) == [StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.COMPLETED]


def test_the_last_step_is_the_last_one_if_all_are_clean_up():
    behaviour = Behaviour(steps=(StepRule(position="last", fail=FailRule("Error", "no")),))
    plan = planned(*(say(id, **{"if": "${{ always() }}"}) for id in "ab"), behaviour=behaviour)
    assert statuses(plan) == [StepStatus.COMPLETED, StepStatus.FAILED]


def test_nothing_is_heard_of_the_steps_behind_one_that_never_ends():
    behaviour = Behaviour(steps=(StepRule(ids=("b",), duration=NEVER),))
    plan = planned(say("a"), say("b"), say("c"), say("d", **{"if": "${{ always() }}"}), behaviour=behaviour)
    assert plan.ends_at is None
    assert [step.ends_at for step in plan.steps][1:] == [None, None, None]
    assert [step.announced for step in plan.steps] == [True, True, False, False]
    assert messages(plan)[-1] == "\u001b[32minfo\u001b[39m: hello"


def test_a_step_that_would_fail_but_never_ends_brings_no_error():
    behaviour = Behaviour(steps=(StepRule(duration=NEVER, fail=FailRule("Error", "no")),))
    plan = planned(say("a"), behaviour=behaviour)
    assert plan.error is None
    assert view(plan, 10**10).status is TaskStatus.PROCESSING


def test_the_steps_see_the_values_the_user_the_task_and_the_environment():
    text = "${{ parameters.name }} ${{ user.ref }} ${{ context.task.id }} ${{ environment.parameters | dump }}"
    plan = planned(say("a", text), values={"name": "shop"}, user={"ref": "user:default/guest"})
    assert messages(plan)[3] == "\u001b[32minfo\u001b[39m: shop user:default/guest 42 {}"


@pytest.mark.parametrize("expression", ["secrets.token", "environment.secrets.token"])
def test_a_plain_condition_sees_no_secret(expression):
    plan = planned(say("a", **{"if": f"${{{{ {expression} }}}}"}), secrets={"token": "s3cret"})
    assert statuses(plan) == [StepStatus.SKIPPED]


def test_the_output_sees_no_secret():
    plan = planned(output={"a": "${{ secrets.token }}", "b": "<${{ secrets.token }}>"}, secrets={"token": "s3cret"})
    assert plan.output == {"b": "<>"}


def test_the_output_may_ask_how_the_task_went():
    output = {"always": "${{ always() }}", "failure": "${{ failure() }}", "environment": "${{ environment }}"}
    expected = {"always": True, "failure": False, "environment": {"parameters": {}, "secrets": {}}}
    assert planned(output=output).output == expected


def test_a_secret_that_comes_back_in_the_values_is_masked_in_the_output():
    plan = planned(
        output={"${{ x }}": "${{ parameters.copy }}"}, values={"copy": "s3cret"}, secrets={"token": "s3cret"}
    )
    assert plan.output == {"${{ x }}": "***"}


def test_what_was_made_with_a_secret_is_taken_apart_only_masked():
    publish = {
        "id": "publish",
        "action": "publish:github",
        "input": {"repoUrl": "github.com?owner=acme&repo=${{ secrets.token }}"},
    }
    plan = planned(
        publish,
        say("tell", "${{ steps.publish.output.remoteUrl }}"),
        output={"url": "${{ steps.publish.output.remoteUrl }}"},
        secrets={"token": "s3cret"},
    )
    assert "s3cret" not in repr(plan)
    assert plan.output == {"url": "https://github.com/acme/my-app"}


def test_a_link_whose_condition_is_false_is_left_out():
    links = [
        {"title": "yes", "if": "${{ parameters.yes }}"},
        {"title": "no", "if": "${{ parameters.no }}"},
        {"title": "never", "if": False},
        {"title": "unconditional"},
    ]
    plan = planned(output={"links": links, "text": links}, values={"yes": True, "no": False})
    assert plan.output == {key: [{"title": "yes"}, {"title": "unconditional"}] for key in ("links", "text")}


def test_a_link_whose_condition_is_undefined_stays():
    plan = planned(output={"links": [{"title": "kept", "if": "${{ parameters.nowhere }}"}]})
    assert plan.output == {"links": [{"title": "kept"}]}


def test_an_item_of_the_output_that_is_no_object_stays_as_it_is():
    assert planned(output={"text": ["plain", "${{ 1 + 1 }}"]}).output == {"text": ["plain", 2]}


def test_an_output_of_links_that_is_no_list_is_left_alone():
    assert planned(output={"links": "${{ parameters.links }}"}, values={"links": "x"}).output == {"links": "x"}


def test_what_is_undefined_is_absent_from_the_output():
    plan = planned(output={"gone": "${{ parameters.a.b }}", "null": "${{ null }}", "text": "a${{ parameters.a }}b"})
    assert plan.output == {"null": None, "text": "ab"}


def test_the_scenarios_output_replaces_single_keys_of_the_templates():
    plan = planned(
        output={"kept": "template", "links": [{"title": "old"}]},
        behaviour=Behaviour(output={"links": [{"title": "run ${{ use }} of ${{ parameters.name }}"}]}),
        values={"name": "shop"},
        use=3,
    )
    assert plan.output == {"kept": "template", "links": [{"title": "run 3 of shop"}]}


def test_the_scenarios_output_is_no_use_to_a_task_that_fails():
    assert planned(fail("a"), behaviour=Behaviour(output={"a": 1})).output is None


def test_the_scenarios_output_sees_no_secret():
    plan = planned(behaviour=Behaviour(output={"a": "<${{ secrets.token }}>"}), secrets={"token": "s3cret"})
    assert plan.output == {"a": "<>"}


def test_somebody_elses_cancel_ends_the_task_in_the_running_step():
    behaviour = Behaviour(cancel=1_500, steps=(StepRule(duration=Duration(1, 1)),))
    plan = planned(say("a"), say("b"), say("c"), behaviour=behaviour)
    assert view(plan, 1_499).status is TaskStatus.PROCESSING
    assert view(plan, 1_500) == View(TaskStatus.CANCELLED, 1_000, 1_500)
    assert Timeline(plan)[len(Timeline(plan)) - 1].body["error"] == {
        "name": "Error",
        "message": "Step b (B) of task 42 has been cancelled.",
    }


@pytest.mark.parametrize("cancel", [1_000, 1_001, 99_000])
def test_somebody_elses_cancel_comes_too_late_for_a_task_that_has_ended(cancel):
    plan = planned(say("a"), behaviour=Behaviour(cancel=cancel, steps=(StepRule(duration=Duration(1, 1)),)))
    assert plan.cancellation is None


def test_somebody_else_can_cancel_a_task_that_would_never_end():
    plan = planned(say("a"), behaviour=Behaviour(cancel=9_000, steps=(StepRule(duration=NEVER),)))
    assert view(plan, 9_000).status is TaskStatus.CANCELLED


def test_somebody_else_can_cancel_a_task_while_it_waits_in_the_queue():
    plan = planned(say("a"), behaviour=Behaviour(cancel=500, queue=Duration(1, 1)))
    assert messages(plan) == ["Task has been cancelled.", "Run completed with status: cancelled"]


STEPS = st.lists(
    st.builds(
        lambda make, number, keys: make(f"s{number}", **keys),
        st.sampled_from([say, fail]),
        st.integers(0, 9),
        st.sampled_from(
            [
                {},
                {"if": False},
                {"if": "${{ always() }}"},
                {"if": "${{ failure() }}"},
                {"each": ["x", "y"]},
                {"each": "${{ nowhere }}"},
                {"action": "publish:github"},
            ]
        ),
    ),
    max_size=5,
)
DURATIONS = st.sampled_from([None, Duration(0, 0), Duration(1, 3), NEVER])
BEHAVIOURS = st.builds(
    lambda queue, cancel, duration, position, fail: Behaviour(
        queue, cancel, (StepRule(position=position, duration=duration, fail=fail),)
    ),
    DURATIONS,
    st.sampled_from([None, 0, 1_700]),
    DURATIONS,
    st.sampled_from([None, "first", "last", 2]),
    st.sampled_from([None, FailRule("Error", "no")]),
)


@given(STEPS, BEHAVIOURS, st.integers(0, 5))
def test_the_same_seed_gives_the_same_plan(steps, behaviour, seed):
    assert planned(*steps, behaviour=behaviour, seed=seed) == planned(*steps, behaviour=behaviour, seed=seed)


def test_another_seed_gives_other_durations():
    assert planned(say("a"), seed=1).ends_at != planned(say("a"), seed=2).ends_at


@given(STEPS, BEHAVIOURS)
def test_time_never_runs_backwards_in_a_plan(steps, behaviour):
    plan = planned(*steps, behaviour=behaviour)
    timeline = Timeline(plan)
    offsets = [timeline[index].at for index in range(len(timeline))]
    assert all(earlier <= later for earlier, later in pairwise(offsets))
    assert event_capacity(plan) >= len(timeline)


@given(STEPS, BEHAVIOURS)
def test_a_task_fails_exactly_if_it_has_an_error_and_completes_exactly_if_it_has_an_output(steps, behaviour):
    plan = planned(*steps, behaviour=behaviour)
    assert (plan.error is None) == (plan.ends_as is TaskStatus.COMPLETED) == (plan.output is not None)


@given(STEPS, st.sampled_from(["s3cret", "two words", "***"]))
def test_no_secret_is_in_a_plan(steps, secret):
    for step in steps:
        step["input"] = {"message": "a ${{ secrets.token }} ${{ secrets.token | upper }}"}
    plan = planned(*steps, secrets={"token": secret}, output={"a": "${{ steps | dump }}"})
    assert secret.strip("*") == "" or secret not in repr(plan)


def test_a_dry_run_skips_what_it_cannot_execute_and_goes_on_with_examples():
    plan = planned(
        {"id": "wait", "action": "debug:wait", "input": {"nonsense": True}},
        {"id": "register", "action": "catalog:register"},
        {"id": "add", "action": "gitlab:user:info"},
        say("tell", "${{ steps.add.output | dump }}"),
        dry_run=True,
    )
    assert statuses(plan) == [StepStatus.SKIPPED, StepStatus.SKIPPED, StepStatus.SKIPPED, StepStatus.COMPLETED]
    assert [step.message for step in plan.steps[:3]] == [
        f"Skipping because {id} does not support dry-run"
        for id in ("debug:wait", "catalog:register", "gitlab:user:info")
    ]
    assert plan.ends_as is TaskStatus.COMPLETED


def test_a_dry_run_fails_at_an_action_that_nobody_knows():
    plan = planned({"id": "a", "action": "no:such"}, dry_run=True)
    assert plan.error is not None
    assert plan.error.name == "NotFoundError"


def test_all_that_a_task_renders_is_paid_from_one_budget():
    items = list(range(1_000))
    plan = planned(*(say(f"s{number}", each=items) for number in range(20)))
    assert plan.error == Failure("InputError", "the template takes too many steps")
    assert statuses(plan)[0] is StepStatus.COMPLETED
    assert statuses(plan)[-1] is StepStatus.SKIPPED


def test_a_task_that_has_used_up_its_budget_still_plays_its_scenario():
    items = list(range(1_000))
    rule = StepRule(position="last", logs=(LogRule("${{ step.id }} is done", "none"),))
    plan = planned(
        *(say(f"s{number}", each=items, **{"if": "${{ always() }}"}) for number in range(20)),
        behaviour=Behaviour(steps=(rule,)),
    )
    assert plan.steps[-1].ends_as is StepStatus.FAILED
    assert messages(plan)[-4] == "s19 is done"


@pytest.mark.parametrize("secret", ['pa"ss', "a\\b", "-----BEGIN KEY-----\nMIIabc\n-----END KEY-----", "top secret"])
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    "step",
    [
        say("a", "${{ secrets.key }}"),
        say("a", "${{ secrets | dump }}"),
        say("a", "x", each=["${{ secrets.key }}"]),
        {"id": "a", "action": "fetch:template", "input": {"url": "./", "values": {"key": "${{ secrets.key }}"}}},
        {"id": "a", "action": "publish:github", "input": {"repoUrl": "github.com?owner=a&repo=${{ secrets.key }}"}},
    ],
    ids=["text", "dumped", "each", "values", "address"],
)
def test_no_form_of_a_secret_is_in_what_is_told(step, secret, dry_run):
    told = json.dumps(messages(planned(step, secrets={"key": secret}, dry_run=dry_run)))
    for form in (secret, json.dumps(secret)[1:-1], secret.replace(" ", "%20"), secret.replace(" ", "+")):
        assert json.dumps(form)[1:-1] not in told


def test_a_secret_that_was_changed_and_taken_apart_is_not_told():
    step = {
        "id": "a",
        "action": "publish:github",
        "input": {"repoUrl": "github.com?owner=acme&repo=${{ secrets.key | upper }}"},
    }
    plan = planned(step, secrets={"key": "s3cret"}, output={"url": "${{ steps.a.output.remoteUrl }}"})
    assert "S3CRET" not in repr(plan)


def test_level_and_colour_of_a_line_are_no_secret():
    told = messages(planned(say("a", "hi"), secrets={"key": "info", "number": "32"}))
    assert "\u001b[32minfo\u001b[39m: hi" in told


def test_the_keys_of_an_output_are_no_secret():
    assert planned(output={"text": []}, secrets={"key": "ex"}).output == {"text": []}


def test_links_of_a_scenario_may_have_conditions_too():
    behaviour = Behaviour(output={"links": [{"title": "a", "if": False}, {"title": "b", "if": True}]})
    assert planned(behaviour=behaviour).output == {"links": [{"title": "b"}]}


def test_a_task_of_too_many_secrets_fails():
    step = say("a", "${{ secrets.key.split(',') }}", each="${{ secrets.key.split(',') }}")
    plan = planned(step, secrets={"key": ",".join(f"part-{number}" for number in range(5_000))})
    assert plan.error is not None
    assert plan.error.name == "InputError"


def test_a_plan_knows_which_steps_follow_a_failure_even_where_ids_are_not_unique():
    plan = planned(say("a"), say("a", **{"if": "${{ always() }}"}), say("b", **{"if": "${{ parameters.x }}"}))
    assert [step.follows_failure for step in plan.steps] == [False, True, False]


def test_a_step_behind_one_that_never_ends_can_follow_a_failure_as_well():
    behaviour = Behaviour(steps=(StepRule(ids=("a",), duration=NEVER),))
    plan = planned(say("a"), say("b", **{"if": "${{ failure() }}"}), behaviour=behaviour)
    assert [step.follows_failure for step in plan.steps] == [False, True]


def test_a_retried_run_begins_with_its_recovery_and_goes_like_any_other():
    again = planned(say("a"), recovery=RecoveryStrategy.NONE)
    assert replace(again, recovery=None) == planned(say("a"))
    assert len(Timeline(again)) == len(Timeline(planned(say("a")))) + 1


def test_somebody_elses_cancel_goes_as_a_real_one_where_asked():
    behaviour = Behaviour(cancel=500, steps=(StepRule(duration=Duration(3, 3)),))
    plan = planned(say("a"), behaviour=behaviour, quirks={Quirk.CANCEL_FAILS})
    assert view(plan, 999).status is TaskStatus.PROCESSING
    assert view(plan, 1_000) == View(TaskStatus.FAILED, 1_000, 1_000)


def test_somebody_elses_cancel_that_trips_changes_nothing():
    behaviour = Behaviour(cancel=500, queue=Duration(1, 1))
    quirks = {Quirk.REDUCE_FAULT}
    again = planned(say("a"), behaviour=behaviour, quirks=quirks, recovery=RecoveryStrategy.NONE)
    assert view(again, 99_000).status is TaskStatus.COMPLETED


def told(plan: Plan) -> list[tuple[int, str, str]]:
    timeline = Timeline(plan)
    moments = [timeline[index] for index in range(len(timeline))]
    return [(moment.at, moment.body.get("stepId", ""), moment.body["message"]) for moment in moments]


def test_a_step_may_begin_a_while_after_the_one_before_it():
    behaviour = Behaviour(steps=(StepRule(delay=300, duration=Duration(1, 1)),))
    plan = planned(say("a"), fail("b"), say("c"), say("d", **{"if": "${{ always() }}"}), behaviour=behaviour)
    assert [(step.starts_at, step.ends_at) for step in plan.steps] == [
        (300, 1_300),
        (1_600, 2_600),
        (2_900, 2_900),
        (3_200, 4_200),
    ]


def test_a_task_may_complete_a_while_after_its_last_step():
    rule = StepRule(duration=Duration(1, 1))
    assert planned(say("a"), behaviour=Behaviour(steps=(rule,), completion=250)).ends_at == 1_250
    assert planned(behaviour=Behaviour(queue=Duration(1, 1), completion=250)).ends_at == 1_250


def test_the_condition_of_a_step_whose_status_is_told_is_not_asked():
    rules = (StepRule(ids=("a",), status=StepStatus.COMPLETED), StepRule(ids=("b",), status=StepStatus.SKIPPED))
    plan = planned(say("a", **{"if": False}), say("b"), behaviour=Behaviour(steps=rules))
    assert statuses(plan) == [StepStatus.COMPLETED, StepStatus.SKIPPED]


def test_a_step_behind_a_failed_one_is_skipped_whatever_status_is_told():
    rule = StepRule(ids=("b", "c"), status=StepStatus.COMPLETED)
    plan = planned(fail("a"), say("b"), say("c", **{"if": "${{ failure() }}"}), behaviour=Behaviour(steps=(rule,)))
    assert statuses(plan) == [StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.COMPLETED]


def test_late_lines_come_behind_the_end_of_their_step_and_before_what_follows():
    rules = (
        StepRule(ids=("a",), duration=Duration(1, 1), logs=(LogRule("late", "none", at=1_500, is_late=True),)),
        StepRule(duration=Duration(0, 0), logs=(LogRule("very late", "none", step="a"),)),
    )
    assert told(planned(say("a"), say("b"), behaviour=Behaviour(steps=rules)))[1:] == [
        (0, "a", "Beginning step A"),
        (1_000, "a", "Finished step A"),
        (1_500, "a", "late"),
        (1_500, "b", "Beginning step B"),
        (1_500, "a", "very late"),
        (1_500, "b", "Finished step B"),
        (1_500, "", "Run completed with status: completed"),
    ]


def test_the_task_does_not_complete_before_its_last_line():
    rule = StepRule(duration=Duration(1, 1), logs=(LogRule("late", at=2_000, is_late=True),))
    plan = planned(say("a"), behaviour=Behaviour(steps=(rule,), completion=500))
    assert plan.ends_at == 2_000
    assert event_capacity(plan) >= len(Timeline(plan))


def test_a_step_that_an_earlier_failure_skips_tells_the_late_lines_of_others_only():
    rule = StepRule(ids=("b",), logs=(LogRule("own", is_late=True), LogRule("late", "none", is_late=True, step="a")))
    assert told(planned(fail("a"), say("b"), behaviour=Behaviour(steps=(rule,))))[3:5] == [
        (0, "b", "Skipping step b because a previous step failed"),
        (0, "a", "late"),
    ]


def test_a_cancel_among_the_lines_of_a_step_is_told_and_ends_nothing():
    rule = StepRule(duration=Duration(2, 2), logs=(LogRule("", at=1_000, is_cancel=True), LogRule("on", at=1_500)))
    plan = planned(say("a"), behaviour=Behaviour(steps=(rule,)))
    timeline = Timeline(plan)
    assert (timeline[2].at, timeline[2].type, timeline[2].body) == (
        1_000,
        EventType.CANCELLED,
        {"message": "Step a has been cancelled.", "stepId": "a", "status": "cancelled"},
    )
    assert plan.ends_as is TaskStatus.COMPLETED
