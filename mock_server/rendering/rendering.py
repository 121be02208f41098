"""Renders JSON values and whole texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.dialect import BACKSTAGE, Dialect
from mock_server.rendering.errors import BudgetExhausted, ContextWouldChange, EvaluationError, RenderingError
from mock_server.rendering.limits import DEFAULT_LIMITS, Budget, Limits
from mock_server.rendering.run import HostFunction, Run
from mock_server.rendering.templates import Template, compile_text
from mock_server.rendering.values import Value, to_json


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered value, and the texts in it that were made with secrets."""

    value: Any
    redactions: frozenset[str] = frozenset()


def render(
    value: Any,
    context: Mapping[str, Any],
    *,
    functions: Mapping[str, HostFunction] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    budget: Budget | None = None,
) -> Rendered:
    """Render every text in a JSON value; a text that cannot be rendered stays as it is.

    With a `budget`, several calls share it, and its limits are the ones that hold.

    A text that is nothing but one `${{ }}` becomes the value of its expression. Where that is undefined, a member of
    an object disappears, an element of an array becomes null, and `value` itself becomes `UNDEFINED`.
    """
    if not isinstance(value, list | dict) and not (isinstance(value, str) and BACKSTAGE.is_spoken_in(value)):
        return Rendered(value)
    renderer = _Renderer(context, functions or {}, budget or Budget(limits), BACKSTAGE)
    return Rendered(renderer.rendered(value), frozenset(renderer.redactions))


def render_text(
    text: str,
    context: Mapping[str, Any],
    *,
    functions: Mapping[str, HostFunction] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    budget: Budget | None = None,
    dialect: Dialect = BACKSTAGE,
) -> str:
    """Render a whole text, such as the name or the content of a file, to a text. Raises RenderingError.

    With a `budget`, several calls share it, and its limits are the ones that hold.
    """
    if not dialect.is_spoken_in(text):
        return text
    return str(_Renderer(context, functions or {}, budget or Budget(limits), dialect).written(text))


class _Renderer:
    """One call: all the texts of a value, on one budget."""

    def __init__(
        self, context: Mapping[str, Any], functions: Mapping[str, HostFunction], budget: Budget, dialect: Dialect
    ) -> None:
        self._context = context
        self._functions = functions
        self._budget = budget
        self._dialect = dialect
        self.redactions: set[str] = set()

    def rendered(self, value: Any) -> Any:
        return self._rendered(value, self._budget.limits.depth)

    def _rendered(self, value: Any, room: int) -> Any:
        if isinstance(value, str):
            return self._rendered_text(value) if self._dialect.is_spoken_in(value) else value
        if room <= 0:
            return value
        if isinstance(value, list):
            items = [self._rendered(item, room - 1) for item in value]
            return [None if item is UNDEFINED else item for item in items]
        if isinstance(value, dict):
            members: dict[str, Any] = {}
            for key, item in value.items():
                rendered = self._rendered(item, room - 1)
                if rendered is not UNDEFINED:
                    members[key] = rendered
            return members
        return value

    def _rendered_text(self, text: str) -> Any:
        try:
            return self.written(text, native=True)
        except RenderingError:
            return text

    def written(self, text: str, *, native: bool = False) -> Any:
        self._budget.begin_text()
        try:
            return self._written(text, native)
        finally:
            self._budget.end_text()

    def _written(self, text: str, native: bool) -> Any:
        # Parsing is paid for every time, so that a result does not depend on what was rendered before.
        self._budget.spend()
        template = compile_text(text, self._budget.limits, self._dialect)
        self._budget.spend(template.steps)
        if template.failure is not None:
            raise RenderingError(template.failure)
        try:
            try:
                return self._attempt(template, self._context, native)
            except ContextWouldChange:
                return self._attempt_on_copy(template, native)
        except EvaluationError as error:
            raise EvaluationError(error.told(text)) from error
        except RecursionError:
            raise BudgetExhausted("the values are nested too deeply") from None

    def _attempt_on_copy(self, template: Template, native: bool) -> Any:
        copy = to_json(dict(self._context), self._budget)
        self._budget.owns_context = True
        try:
            return self._attempt(template, copy, native)
        finally:
            self._budget.owns_context = False

    def _attempt(self, template: Template, context: Mapping[str, Any], native: bool) -> Any:
        run = Run(context, self._functions, self._budget, cookiecutter=self._dialect.cookiecutter)
        if native and template.sole is not None:
            value: Value = template.sole.evaluate(run)
            result = UNDEFINED if value is UNDEFINED else to_json(value, self._budget)
        else:
            result = template.body.text(run)
        if run.read_secrets:
            self.redactions.update(_texts(result))
        return result


def _texts(value: Any) -> set[str]:
    """Every text in a JSON value that is not empty, keys aside."""
    if isinstance(value, str):
        return {value} if value else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for item in items for text in _texts(item)}
