"""Make a plan: how every step of a task will go, from its template, the values, a scenario and a seed."""

import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mock_server.actions.catalogue import ActionCatalogue
from mock_server.actions.workbench import Workplace
from mock_server.cancellation import StepReductionFault, cancel
from mock_server.clock import Milliseconds
from mock_server.entities import Entities
from mock_server.lifecycle import RecoveryStrategy, StepStatus, TaskStatus
from mock_server.permissions import EVERYTHING, Permits
from mock_server.planned import Failure, Plan, PlannedStep, end_of
from mock_server.quirks import Quirk
from mock_server.redaction import Redactor
from mock_server.rendering import Budget, Limits, render
from mock_server.scenario import NO_TIME, Behaviour
from mock_server.step_inputs import Step, holds
from mock_server.step_memory import TaskMemory
from mock_server.step_plan import StepPosition, Tools, plan_skipped, plan_step

# One budget for all that a task renders, so that a hostile template of many steps ends as soon as one of few.
LIMITS = Limits(steps=250_000, text_steps=50_000)
_ASKS_FOR_STATUS = re.compile(r"\b(always|failure)\s*\(")


@dataclass(frozen=True, slots=True)
class Brief:
    """What a task is to do. `steps` have their ids and names; `secrets` are used here and kept nowhere.

    `recovery` is what a retry does with the events before it, None if this is none.
    """

    task_id: str
    steps: Sequence[Step]
    output: Mapping[str, Any]
    values: Mapping[str, Any]
    secrets: Mapping[str, str]
    user: Mapping[str, Any]
    recovery: RecoveryStrategy | None = None


def make_plan(
    brief: Brief,
    behaviour: Behaviour,
    actions: ActionCatalogue,
    entities: Entities,
    draw: random.Random,
    *,
    use: int = 1,
    workplace: Workplace | None = None,
    permits: Permits = EVERYTHING,
    quirks: Collection[Quirk] = (),
    memory: TaskMemory | None = None,
) -> Plan:
    """The plan of a task. The same arguments give the same plan, and no secret is in it.

    With a `workplace` it is a dry run, which leaves its files there. `permits` are those of who runs the task. `memory`
    is of tasks with these values and this user, if there is one.
    """
    redactor = Redactor(brief.secrets.values())
    context: dict[str, Any] = {
        "parameters": brief.values,
        "user": brief.user,
        "steps": {},
        "context": {"task": {"id": brief.task_id}},
        "environment": {"parameters": {}, "secrets": {}},
    }
    claimed_at = (behaviour.queue or NO_TIME).draw(draw)
    budget = Budget(LIMITS)
    tools = Tools(
        behaviour,
        actions,
        entities,
        draw,
        redactor,
        budget,
        brief.secrets,
        use=use,
        workplace=workplace,
        permits=permits,
        # What somebody may not do, and what is secret, changes what is remembered.
        memory=None if brief.secrets or workplace or permits is not EVERYTHING else memory,
    )
    steps, error, ends_at = _plan_steps(brief.steps, tools, context, claimed_at or 0)
    if ends_at is not None:
        told_by = steps[-1].silent_at if steps else None
        ends_at = max(ends_at + (behaviour.completion or 0), told_by or 0)
    if workplace is not None:
        # The real server takes the packing of the results for one more step, with an id of its own.
        context["steps"][brief.task_id.removeprefix("dry-run-")] = {"output": {}}
    output = None
    if error is None:
        output = _render_output(brief.output, context, budget)
        if behaviour.output is not None:
            output |= _render_output(behaviour.output, context | {"use": use}, Budget(LIMITS))
    plan = Plan(
        claimed_at=claimed_at,
        steps=steps,
        ends_at=None if claimed_at is None else ends_at,
        ends_as=TaskStatus.COMPLETED if error is None else TaskStatus.FAILED,
        output=None if output is None else {key: redactor.value(value) for key, value in output.items()},
        error=error,
        recovery=brief.recovery,
    )
    return _cancelled_by_another(plan, behaviour.cancel, brief.task_id, quirks)


def _plan_steps(
    steps: Sequence[Step], tools: Tools, context: dict[str, Any], at: Milliseconds
) -> tuple[tuple[PlannedStep, ...], Failure | None, Milliseconds | None]:
    planned: list[PlannedStep] = []
    error: Failure | None = None
    ends_at: Milliseconds | None = at
    functions = {"always": lambda *_: True, "failure": lambda *_: error is not None}
    last = _last_regular(steps)
    for number, step in enumerate(steps, start=1):
        if ends_at is None:
            planned.append(_unreached(step, planned[-1].starts_at))
            continue
        rule = tools.behaviour.rule_for(step["id"], step["action"], number, last)
        starts_at = ends_at + (rule.delay or 0)
        if planned:
            starts_at = max(starts_at, planned[-1].silent_at or 0)
        position = StepPosition(number, last, starts_at, context, functions, failed_before=error is not None)
        is_left_out = error is not None and not _asks_for_status(step)
        if is_left_out or (rule.status is None and not _is_wanted(step, context, functions, tools.budget)):
            planned.append(plan_skipped(step, tools, position, announced=not is_left_out))
            ends_at = starts_at
            continue
        outcome = plan_step(step, tools, position)
        planned.append(outcome.step)
        if rule.status is not StepStatus.SKIPPED:
            context["steps"][step["id"]] = {"output": outcome.output}
        error = error or outcome.error
        ends_at = outcome.step.ends_at
    marked = (
        replace(planned_step, follows_failure=True) if _asks_for_status(step) else planned_step
        for step, planned_step in zip(steps, planned, strict=True)
    )
    return tuple(marked), error, ends_at


def _last_regular(steps: Sequence[Step]) -> int:
    """The number of the last step that is no clean-up; of the last one if all are."""
    regular = [number for number, step in enumerate(steps, start=1) if not _asks_for_status(step)]
    return regular[-1] if regular else len(steps)


def _is_wanted(step: Step, context: Mapping[str, Any], functions: Mapping[str, Any], budget: Budget) -> bool:
    condition = step.get("if", True)
    # With `each`, an expression is asked again for every item.
    if "each" in step:
        return condition is not False
    return holds(render(condition, context, functions=functions, budget=budget).value)


def _asks_for_status(step: Step) -> bool:
    condition = step.get("if")
    return isinstance(condition, str) and _ASKS_FOR_STATUS.search(condition) is not None


def _unreached(step: Step, at: Milliseconds) -> PlannedStep:
    return PlannedStep(step["id"], step["name"], at, None, StepStatus.SKIPPED, "", announced=False)


def _render_output(output: Mapping[str, Any], context: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    functions = {"always": lambda *_: True, "failure": lambda *_: False}
    rendered: dict[str, Any] = render(dict(output), context, functions=functions, budget=budget).value
    for key in ("links", "text"):
        if isinstance(rendered.get(key), list):
            rendered[key] = [_without_if(item) for item in rendered[key] if _is_kept(item)]
    return rendered


def _is_kept(item: Any) -> bool:
    # An `if` that renders to undefined has dropped its key, so the item stays: a missing flag is not a false one.
    return not isinstance(item, dict) or holds(item.get("if", True))


def _without_if(item: Any) -> Any:
    return {key: value for key, value in item.items() if key != "if"} if isinstance(item, dict) else item


def _cancelled_by_another(plan: Plan, at: Milliseconds | None, task_id: str, quirks: Collection[Quirk]) -> Plan:
    end = end_of(plan)
    if at is None or (end is not None and end <= at):
        return plan
    try:
        return cancel(plan, at, task_id, quirks=quirks)
    except StepReductionFault:
        # The other one got the error, and the task goes on.
        return plan
