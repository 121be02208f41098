"""Plan one step: what it logs, how long it takes, how it ends and what it gives to the steps behind it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.actions.catalogue import Action, ActionCatalogue
from mock_server.actions.effects import complete_output, effect_of, example_output
from mock_server.actions.failures import ActionFailed
from mock_server.actions.workbench import Workbench, Workplace
from mock_server.clock import Milliseconds
from mock_server.entities import Entities
from mock_server.lifecycle import StepStatus
from mock_server.permissions import EXECUTE, Permits
from mock_server.planned import Failure, Lines, PlannedStep
from mock_server.redaction import Redactor, masked
from mock_server.rendering import Budget, BudgetExhausted, RenderingError, render_text
from mock_server.rendering.limits import CHARACTERS_PER_STEP
from mock_server.scenario import Behaviour, Duration, LogRule
from mock_server.segments import additional_error, skipped_after_failure, skipped_by_condition
from mock_server.step_inputs import Run, Step, StepFailed, StepInputs
from mock_server.step_lines import LINE_NUMBER, lay_out, lay_out_late
from mock_server.step_memory import Remembered, TaskMemory

_UNREGISTERED = (
    "Template action with ID '{}' is not registered. See "
    "https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module."
)
_UNAUTHORIZED = "Unauthorized action: {}. The action is not allowed."


@dataclass(frozen=True, slots=True)
class Tools:
    """What every step of a task is planned with. `redactor` learns as steps are rendered, `budget` is used up.

    With a `workplace` it is a dry run: actions are executed there, or skipped. `permits` are those of whose task it is.
    `memory` is of tasks that differ in nothing of this, if there is one.
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
    permits: Permits
    memory: TaskMemory | None = None


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


def plan_step(step: Step, tools: Tools, position: StepPosition) -> StepOutcome:
    """How a step goes that is not skipped."""
    step_run = _StepRun(step, tools, position)
    failure: Failure | None = None
    if not step_run.recall():
        try:
            step_run.run()
        except StepFailed as failed:
            failure = Failure(failed.failure.name, tools.redactor.text(failed.failure.message))
    return step_run.outcome(failure)


def plan_skipped(step: Step, tools: Tools, position: StepPosition, *, announced: bool) -> PlannedStep:
    """How a step is skipped, by its condition or, where it is not `announced`, because an earlier one failed.

    It logs nothing, but what comes late is told behind it.
    """
    id, at = step["id"], position.starts_at
    message = skipped_by_condition(id) if announced else skipped_after_failure(id)
    late_lines = () if announced else _StepRun(step, tools, position).late_lines()
    return PlannedStep(
        id, step["name"], at, at, StepStatus.SKIPPED, message, announced=announced, late_lines=late_lines
    )


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
        self._inputs = StepInputs(step, self._action, self._context, position.functions, tools.redactor, tools.budget)
        self._logs: list[LogRule] = []
        self._durations: list[Duration] = []
        self._has_drawn = False
        self._outputs: list[dict[str, Any]] = []
        self._skipped: str | None = None
        self._stack: str | None = None

    def run(self) -> None:
        """Raises StepFailed at the point where the step fails."""
        action = self._action
        if self._rule.status is not None:
            self._play_as_told(self._rule.status)
            return
        if action is None and self._rule.outputs is None:
            raise StepFailed("NotFoundError", _UNREGISTERED.format(self._step["action"]))
        if action is not None and self._tools.workplace and not self._enters_dry_run(action):
            return
        before = self._tools.budget.remaining
        runs = self._inputs.runs()
        if any(run.wanted for run in runs) and not self._tools.permits.may(EXECUTE):
            raise StepFailed("NotAllowedError", _UNAUTHORIZED.format(self._step["action"]))
        for run in runs:
            self._play(run)
        self._remember(before - self._tools.budget.remaining)
        self._fail()

    def recall(self) -> bool:
        """Do what the step did before, if it is known what that comes to here."""
        memory, budget = self._memory(), self._tools.budget
        known = memory and memory.recall(self._step, failed_before=self._position.failed_before)
        if not known or budget.remaining - known.spent < (budget.limits.text_steps or 0):
            return False
        budget.spend(known.spent)
        self._logs, self._durations, self._outputs = list(known.logs), list(known.durations), list(known.outputs)
        return True

    def _remember(self, spent: int) -> None:
        memory, budget = self._memory(), self._tools.budget
        # Where the budget of the task, and not that of a text, may have ended a text, another task can come further.
        if memory is not None and not self._has_drawn and budget.remaining >= (budget.limits.text_steps or 0):
            known = Remembered(tuple(self._logs), tuple(self._durations), tuple(self._outputs), spent)
            memory.remember(self._step, known, failed_before=self._position.failed_before)

    def _memory(self) -> TaskMemory | None:
        rule = self._rule
        is_told = rule.status is not None or rule.outputs is not None or rule.fail is not None
        return None if is_told or self._action is None else self._tools.memory

    def outcome(self, failure: Failure | None) -> StepOutcome:
        step, rule, tools = self._step, self._rule, self._tools
        duration: Milliseconds | None = sum(each.draw(tools.draw) or 0 for each in self._durations)
        if rule.duration is not None:
            duration = rule.duration.draw(tools.draw)
        if rule.logs is not None:
            self._logs = [self._scenario_log(log) for log in rule.logs]
        starts_at, failed_before = self._position.starts_at, self._position.failed_before
        ends_at = None if duration is None else starts_at + duration
        status, message = self._ending(failure)
        planned = PlannedStep(
            id=step["id"],
            name=step["name"],
            starts_at=starts_at,
            ends_at=ends_at,
            ends_as=status,
            message=message,
            lines=lay_out(_late(self._logs, False), starts_at, duration, tools.redactor.text),
            late_lines=lay_out_late(_late(self._logs, True), starts_at, ends_at, tools.redactor.text),
            repeated=None if failure is None or not failed_before else additional_error(failure.message, message),
        )
        output = {} if failure is not None else tools.redactor.value(self._collected_output())
        return StepOutcome(planned, output, None if duration is None else failure)

    def late_lines(self) -> tuple[Lines, ...]:
        """What the scenario tells of earlier steps behind one that is not even begun."""
        at = self._position.starts_at
        logs = [self._scenario_log(log) for log in self._rule.logs or () if log.is_late and log.step]
        return lay_out_late(logs, at, at, self._tools.redactor.text)

    def _ending(self, failure: Failure | None) -> tuple[StepStatus, str]:
        if failure is not None and self._stack is not None:
            return StepStatus.FAILED, self._tools.redactor.text(self._stack)
        if failure is not None:
            stack = f"{failure.name}: {failure.message}\n    at {self._step['action']}\n    at step {self._step['id']}"
            return StepStatus.FAILED, stack
        if self._skipped is not None:
            return StepStatus.SKIPPED, self._skipped
        return StepStatus.COMPLETED, f"Finished step {self._step['name']}"

    def _play_as_told(self, status: StepStatus) -> None:
        if status is StepStatus.SKIPPED:
            self._skipped = skipped_by_condition(self._step["id"])
        elif status is StepStatus.FAILED:
            self._fail()
        elif self._rule.outputs is not None:
            self._outputs.append(self._inputs.render(dict(self._rule.outputs), self._scenario_context(self._context)))

    def _fail(self) -> None:
        fail = self._rule.fail
        if fail is not None:
            self._stack = None if fail.stack is None else self._scenario_text(fail.stack)
            raise StepFailed(fail.name, self._scenario_text(fail.message))

    def _enters_dry_run(self, action: Action) -> bool:
        self._log(f"Running {action.id} in dry-run mode with inputs (secrets redacted): {self._inputs.shown()}")
        if action.supports_dry_run:
            return True
        self._skipped = f"Skipping because {action.id} does not support dry-run"
        self._outputs.append(example_output(action))
        return False

    def _play(self, run: Run) -> None:
        if run.item is not None:
            self._log(f"{'Running' if run.wanted else 'Skipping'} step each: {run.item}")
        if not run.wanted:
            return
        action, output = self._action, dict[str, Any]()
        if action is not None:
            # What an action logs and gives is shown, so it is made of what may be shown.
            if self._tools.workplace is None:
                output = self._seem(action, self._tools.redactor.value(run.input))
            else:
                output = self._execute(action, masked(run.input, run.secret), self._tools.workplace)
        if self._rule.outputs is not None:
            output = self._inputs.render(dict(self._rule.outputs), self._scenario_context(run.context))
        self._outputs.append(output)

    def _seem(self, action: Action, input: dict[str, Any]) -> dict[str, Any]:
        effect = effect_of(action, input, self._tools.entities)
        for message in effect.logs:
            self._log(message)
        self._durations.append(Duration(*effect.duration))
        if effect.failure is not None:
            raise StepFailed(effect.failure.name, effect.failure.message)
        output = dict(effect.output)
        return output if effect.whole else complete_output(action, output, self._draws)

    def _draws(self) -> random.Random:
        self._has_drawn = True
        return self._tools.draw

    def _execute(self, action: Action, input: dict[str, Any], place: Workplace) -> dict[str, Any]:
        # Imported here: only a dry run executes anything, and the start need not wait for it.
        from mock_server.actions.execution import execute

        tools = self._tools
        bench = Workbench(place.contents, place.workspace, tools.entities, tools.budget, self._log)
        try:
            output = execute(action.id, input, bench)
        except ActionFailed as failed:
            raise StepFailed(failed.name, str(failed)) from failed
        except BudgetExhausted as error:
            raise StepFailed("InputError", str(error)) from error
        return example_output(action) if output is None else output

    def _collected_output(self) -> dict[str, Any]:
        if "each" not in self._step or self._skipped is not None or self._rule.status is not None:
            return self._outputs[0] if self._outputs else {}
        names = {name: None for output in self._outputs for name in output}
        return {name: [output[name] for output in self._outputs if name in output] for name in names}

    def _scenario_log(self, log: LogRule) -> LogRule:
        # A text with the character itself has no room for a number.
        return replace(log, text=self._scenario_text(log.text), is_numbered=LINE_NUMBER not in log.text)

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
        self._inputs.spend(len(message) // CHARACTERS_PER_STEP)
        self._logs.append(LogRule(message))


def _late(logs: list[LogRule], late: bool) -> list[LogRule]:
    return [log for log in logs if log.is_late is late]
