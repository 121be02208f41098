"""What the runs of a step are given: rendered, held against the action's schema, and with the secrets in it known."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.actions.catalogue import Action
from mock_server.planned import Failure
from mock_server.redaction import MASK, Redactor, TooManySecrets, differing_texts, masked
from mock_server.rendering import UNDEFINED, Budget, BudgetExhausted, Rendered, render, truthy
from mock_server.rendering.json_text import json_text
from mock_server.rendering.limits import CHARACTERS_PER_STEP
from mock_server.rendering.values import to_text
from mock_server.validation import InvalidSchema, stacks

Step = Mapping[str, Any]
Context = Mapping[str, Any]

MAX_ITEMS = 1_000
# What a run of an action costs beside its rendering, in steps of the rendering budget: in itself, and for its input.
_STEPS_PER_RUN = 40
_STEPS_PER_VALUE = 2


class StepFailed(Exception):
    """A step ends with an error."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(name, message)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an action: what its templates see, its input and the texts in that which are secret.

    `item` is the JSON of the item of `each` that it is for, `wanted` whether the step's `if` lets it be.
    """

    context: Context
    input: dict[str, Any]
    secret: frozenset[str] = frozenset()
    item: str | None = None
    wanted: bool = True


def holds(condition: Any) -> bool:
    """Whether a rendered `if` lets its step, item or link be. Unlike in JavaScript, an empty array does not."""
    return truthy(condition) and condition != []


class StepInputs:
    """Renders what a step says. `redactor` learns what of it is secret; `budget` is used up."""

    def __init__(
        self,
        step: Step,
        action: Action | None,
        context: Context,
        functions: Mapping[str, Callable[..., bool]],
        redactor: Redactor,
        budget: Budget,
    ) -> None:
        self._step = step
        self._action = action
        self._context = context
        self._functions = functions
        self._redactor = redactor
        self._budget = budget
        self._cost = _STEPS_PER_RUN + _size(step.get("input"))

    def shown(self) -> str:
        """The JSON of the input that a dry run shows: rendered once for all items, and without the secrets."""
        hidden = dict.fromkeys(self._context["secrets"], MASK)
        rendered = self._rendered(self._step.get("input", {}), {**self._context, "secrets": hidden})
        return self._json(self._redactor.value(rendered.value), indent="  ")

    def runs(self) -> list[Run]:
        """One run, or one for each item; all are rendered before the first begins. Raises StepFailed."""
        if "each" not in self._step:
            return [self._run(self._context, frozenset())]
        source = self._step["each"]
        complaint = f"Invalid value on action {self._step['action']}.each parameter,"
        rendered = self._rendered(source, self._context)
        self._learn(rendered.redactions)
        items = rendered.value
        if items is UNDEFINED:
            raise StepFailed("InputError", f'{complaint} "{source}" cannot be resolved to a value')
        if not isinstance(items, list | dict):
            raise StepFailed("InputError", f"{complaint} must resolve to an array or object")
        if len(items) > MAX_ITEMS:
            raise StepFailed("InputError", f"{complaint} must not have more than {MAX_ITEMS} items")
        pairs = items.items() if isinstance(items, dict) else enumerate(items)
        contexts = [{**self._context, "each": {"key": str(key), "value": value}} for key, value in pairs]
        return [self._run(context, rendered.redactions) for context in contexts]

    def render(self, value: Any, context: Context) -> Any:
        """The rendered value. Raises StepFailed when it holds more secrets than can be kept."""
        rendered = self._rendered(value, context)
        self._learn(rendered.redactions)
        return rendered.value

    def spend(self, steps: int) -> None:
        """Take from the budget. Raises StepFailed when nothing is left."""
        try:
            self._budget.spend(steps)
        except BudgetExhausted as error:
            raise StepFailed("InputError", str(error)) from error

    def _run(self, context: Context, secret_items: frozenset[str]) -> Run:
        self.spend(self._cost)
        each = context.get("each")
        shown = None if each is None else self._described(each)
        if each and "if" in self._step and not holds(self.render(self._step["if"], context)):
            return Run(context, {}, item=shown, wanted=False)
        if self._action is None:
            return Run(context, {}, item=shown)
        source = self._step.get("input", {})
        rendered = self._rendered(source, context)
        secret = rendered.redactions
        if secret_items:
            blind = self._rendered(source, {**context, "each": masked(each, secret_items)})
            secret |= differing_texts(rendered.value, blind.value)
        self._learn(secret)
        subject = self._step["action"] if each is None else f"{self._step['action']}[{each['key']}]"
        _check_input(self._action, rendered.value, subject)
        return Run(context, rendered.value, secret, shown)

    def _described(self, each: Mapping[str, Any]) -> str:
        # The real server turns values into texts here, which of an object leaves nothing.
        return self._json({key: to_text(value, self._budget) for key, value in self._redactor.value(each).items()})

    def _json(self, value: Any, indent: str = "") -> str:
        try:
            return json_text(value, indent, self._budget)
        except BudgetExhausted as error:
            raise StepFailed("InputError", str(error)) from error

    def _rendered(self, value: Any, context: Context) -> Rendered:
        return render(value, context, functions=self._functions, budget=self._budget)

    def _learn(self, texts: Collection[str]) -> None:
        try:
            self._redactor.learn(texts)
        except TooManySecrets as error:
            raise StepFailed("InputError", str(error)) from error


def _size(value: Any) -> int:
    """What it costs to look at a JSON value once."""
    size, pending = 0, [value]
    while pending:
        current = pending.pop()
        size += _STEPS_PER_VALUE
        if isinstance(current, str):
            size += len(current) // CHARACTERS_PER_STEP
        elif isinstance(current, list):
            pending += current
        elif isinstance(current, dict):
            pending += current.values()
    return size


def _check_input(action: Action, input: dict[str, Any], subject: str) -> None:
    if action.accepts(input):
        return
    try:
        mistakes = stacks(input, action.input_schema)
    except InvalidSchema as error:
        mistakes = [str(error)]
    if mistakes:
        raise StepFailed("InputError", f"Invalid input passed to action {subject}, {', '.join(mistakes)}")
