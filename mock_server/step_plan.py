"""Plan one step: what it logs, how long it takes, how it ends and what it gives to the steps behind it."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.actions.catalogue import Action, ActionCatalogue
from mock_server.actions.effects import complete_output, effect_of, example_output
from mock_server.actions.execution import execute
from mock_server.actions.failures import ActionFailed
from mock_server.actions.workbench import Workbench, Workplace
from mock_server.clock import Milliseconds
from mock_server.entities import Entities
from mock_server.lifecycle import StepStatus
from mock_server.planned import Failure, PlannedStep
from mock_server.redaction import Redactor, TooManySecrets
from mock_server.rendering import UNDEFINED, Budget, BudgetExhausted, RenderingError, render, render_text, truthy
from mock_server.rendering.limits import CHARACTERS_PER_STEP
from mock_server.scenario import Behaviour, Duration, LogRule
from mock_server.segments import additional_error
from mock_server.step_lines import LINE_NUMBER, lay_out
from mock_server.validation import InvalidSchema, stacks

Step = Mapping[str, Any]

MAX_ITEMS = 1_000
# What a run of an action costs beside its rendering, in steps of the rendering budget.
_STEPS_PER_RUN = 40
_UNREGISTERED = (
    "Template action with ID '{}' is not registered. See "
    "https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module."
)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every step of a task is planned with. `redactor` learns as steps are rendered, `budget` is used up.

    With a `workplace` it is a dry run: actions are executed there, or skipped.
    """

    behaviour: Behaviour
    actions: ActionCatalogue
    entities: Entities
    draw: random.Random
    redactor: Redactor
    budget: Budget
    secrets: Mapping[str, str]
    use: int
    workplace: Workplace | None


@dataclass(frozen=True, slots=True)
class StepPosition:
    """Where a step stands: its number (from 1) and the last one's, when it starts, and what happened before."""

    number: int
    last: int
    starts_at: Milliseconds
    context: Mapping[str, Any]
    functions: Mapping[str, Callable[..., bool]]
    failed_before: bool


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A planned step, what it gives to later ones, and the error that it brings to the task."""

    step: PlannedStep
    output: dict[str, Any]
    error: Failure | None


def holds(condition: Any) -> bool:
    """Whether a rendered `if` lets its step, item or link be. Unlike in JavaScript, an empty array does not."""
    return truthy(condition) and condition != []


class _StepFailed(Exception):
    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(name, message)


def plan_step(step: Step, tools: Tools, position: StepPosition) -> StepOutcome:
    """How a step goes that is not skipped."""
    step_run = _StepRun(step, tools, position)
    failure: Failure | None = None
    try:
        step_run.run()
    except _StepFailed as failed:
        failure = Failure(failed.failure.name, tools.redactor.text(failed.failure.message))
    return step_run.outcome(failure)


class _StepRun:
    """How one step goes, while it is being planned."""

    def __init__(self, step: Step, tools: Tools, position: StepPosition) -> None:
        self._step = step
        self._tools = tools
        self._position = position
        self._action = tools.actions.get(step["action"])
        self._rule = tools.behaviour.rule_for(step["id"], step["action"], position.number, position.last)
        self._context = {
            **position.context,
            "secrets": dict(tools.secrets),
            "environment": {"parameters": {}, "secrets": {}},
        }
        self._logs: list[LogRule] = []
        self._duration: Milliseconds = 0
        self._outputs: list[dict[str, Any]] = []
        self._skipped: str | None = None

    def run(self) -> None:
        """Raises _StepFailed at the point where the step fails."""
        action = self._action
        if action is None and self._rule.outputs is None:
            raise _StepFailed("NotFoundError", _UNREGISTERED.format(self._step["action"]))
        if action is not None and self._tools.workplace and not self._enters_dry_run(action):
            return
        if "each" in self._step:
            self._run_each()
        else:
            self._run_once(self._context, self._step["action"])
        if self._rule.fail is not None:
            raise _StepFailed(self._rule.fail.name, self._scenario_text(self._rule.fail.message))

    def outcome(self, failure: Failure | None) -> StepOutcome:
        step, rule, tools = self._step, self._rule, self._tools
        duration = self._duration if rule.duration is None else rule.duration.draw(tools.draw)
        if rule.logs is not None:
            self._logs = [replace(log, text=self._scenario_text(log.text), is_numbered=True) for log in rule.logs]
        starts_at, failed_before = self._position.starts_at, self._position.failed_before
        status, message = self._ending(failure)
        planned = PlannedStep(
            id=step["id"],
            name=step["name"],
            starts_at=starts_at,
            ends_at=None if duration is None else starts_at + duration,
            ends_as=status,
            message=message,
            lines=lay_out(self._logs, starts_at, duration, tools.redactor.text),
            repeated=None if failure is None or not failed_before else additional_error(failure.message, message),
        )
        output = {} if failure is not None else tools.redactor.value(self._collected_output())
        return StepOutcome(planned, output, None if duration is None else failure)

    def _ending(self, failure: Failure | None) -> tuple[StepStatus, str]:
        if failure is not None:
            stack = f"{failure.name}: {failure.message}\n    at {self._step['action']}\n    at step {self._step['id']}"
            return StepStatus.FAILED, stack
        if self._skipped is not None:
            return StepStatus.SKIPPED, self._skipped
        return StepStatus.COMPLETED, f"Finished step {self._step['name']}"

    def _enters_dry_run(self, action: Action) -> bool:
        input = self._tools.redactor.value(self._input(self._context))
        shown = json.dumps(input, indent=2, ensure_ascii=False)
        self._log(f"Running {action.id} in dry-run mode with inputs (secrets redacted): {shown}")
        if action.supports_dry_run:
            return True
        self._skipped = f"Skipping because {action.id} does not support dry-run"
        self._outputs.append(example_output(action))
        return False

    def _run_each(self) -> None:
        for key, value in self._items():
            context = {**self._context, "each": {"key": key, "value": value}}
            item = json.dumps(self._tools.redactor.value(context["each"]), separators=(",", ":"), ensure_ascii=False)
            if "if" in self._step and not holds(self._render(self._step["if"], context)):
                self._log(f"Skipping step each: {item}")
                continue
            self._log(f"Running step each: {item}")
            self._run_once(context, f"{self._step['action']}[{key}]")

    def _items(self) -> list[tuple[str, Any]]:
        source = self._step["each"]
        complaint = f"Invalid value on action {self._step['action']}.each parameter,"
        rendered = self._render(source, self._context)
        if rendered is UNDEFINED:
            raise _StepFailed("InputError", f'{complaint} "{source}" cannot be resolved to a value')
        if not isinstance(rendered, list | dict):
            raise _StepFailed("InputError", f"{complaint} must resolve to an array or object")
        if len(rendered) > MAX_ITEMS:
            raise _StepFailed("InputError", f"{complaint} must not have more than {MAX_ITEMS} items")
        pairs = rendered.items() if isinstance(rendered, dict) else enumerate(rendered)
        return [(str(key), value) for key, value in pairs]

    def _run_once(self, context: Mapping[str, Any], subject: str) -> None:
        self._spend(_STEPS_PER_RUN)
        action, output = self._action, dict[str, Any]()
        if action is not None:
            input = self._input(context)
            _check_input(action, input, subject)
            # What an action logs and gives is shown, so it is made of what may be shown.
            shown = self._tools.redactor.value(input)
            place = self._tools.workplace
            output = self._seem(action, shown) if place is None else self._execute(action, shown, place)
        if self._rule.outputs is not None:
            output = self._render(dict(self._rule.outputs), self._scenario_context(context))
        self._outputs.append(output)

    def _seem(self, action: Action, input: dict[str, Any]) -> dict[str, Any]:
        effect = effect_of(action, input, self._tools.entities)
        for message in effect.logs:
            self._log(message)
        self._duration += Duration(*effect.duration).draw(self._tools.draw) or 0
        if effect.failure is not None:
            raise _StepFailed(effect.failure.name, effect.failure.message)
        output = dict(effect.output)
        return output if effect.whole else complete_output(action, output, self._tools.draw)

    def _execute(self, action: Action, input: dict[str, Any], place: Workplace) -> dict[str, Any]:
        tools = self._tools
        bench = Workbench(place.contents, place.workspace, tools.entities, tools.budget, self._log)
        try:
            return execute(action.id, input, bench)
        except ActionFailed as failed:
            raise _StepFailed(failed.name, str(failed)) from failed
        except BudgetExhausted as error:
            raise _StepFailed("InputError", str(error)) from error

    def _collected_output(self) -> dict[str, Any]:
        if "each" not in self._step or self._skipped is not None:
            return self._outputs[0] if self._outputs else {}
        names = {name: None for output in self._outputs for name in output}
        return {name: [output.get(name) for output in self._outputs] for name in names}

    def _input(self, context: Mapping[str, Any]) -> dict[str, Any]:
        rendered: dict[str, Any] = self._render(self._step.get("input", {}), context)
        return rendered

    def _render(self, value: Any, context: Mapping[str, Any]) -> Any:
        rendered = render(value, context, functions=self._position.functions, budget=self._tools.budget)
        try:
            self._tools.redactor.learn(rendered.redactions)
        except TooManySecrets as error:
            raise _StepFailed("InputError", str(error)) from error
        return rendered.value

    def _scenario_text(self, text: str) -> str:
        try:
            return render_text(text, self._scenario_context(self._context))
        except RenderingError:
            return text

    def _scenario_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        # A scenario tells what the world sees, so it gets no secrets.
        step = {key: self._step[key] for key in ("id", "name", "action")}
        return {**context, "secrets": {}, "step": step, "use": self._tools.use, "line": LINE_NUMBER}

    def _log(self, message: str) -> None:
        self._spend(len(message) // CHARACTERS_PER_STEP)
        self._logs.append(LogRule(message))

    def _spend(self, steps: int) -> None:
        try:
            self._tools.budget.spend(steps)
        except BudgetExhausted as error:
            raise _StepFailed("InputError", str(error)) from error


def _check_input(action: Action, input: dict[str, Any], subject: str) -> None:
    if action.accepts(input):
        return
    try:
        mistakes = stacks(input, action.input_schema)
    except InvalidSchema as error:
        mistakes = [str(error)]
    if mistakes:
        raise _StepFailed("InputError", f"Invalid input passed to action {subject}, {', '.join(mistakes)}")
