"""The state of one template being rendered: its names, its budget and whether it has seen secrets."""

from collections.abc import Callable, Mapping

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.built_in_functions import BUILT_IN_FUNCTIONS
from mock_server.rendering.cookiecutter import PYTHON_CONSTANTS
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.values import Function, Value, to_json

SECRETS = "secrets"
ENVIRONMENT = "environment"

HostFunction = Callable[..., object]


class Scope:
    """The names that a template has set at one level."""

    __slots__ = ("isolated", "names", "outer")

    def __init__(self, outer: "Scope | None" = None, *, isolated: bool = False) -> None:
        self.names: dict[str, Value] = {}
        self.outer = outer
        # What is set here never changes a name set further out.
        self.isolated = isolated


class Run:
    """One rendering of one template."""

    __slots__ = ("budget", "context", "cookiecutter", "functions", "outermost", "read_secrets", "scope")

    def __init__(
        self,
        context: Mapping[str, Value],
        functions: Mapping[str, HostFunction],
        budget: Budget,
        *,
        cookiecutter: bool = False,
    ) -> None:
        self.context = context
        self.functions = functions
        self.cookiecutter = cookiecutter
        self.budget = budget
        self.outermost = Scope()
        self.scope = self.outermost
        self.read_secrets = False

    def lookup(self, name: str) -> Value:
        """The value of a name: set by the template, of the context, or a function."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        if name in self.context:
            value = self.context[name]
            if name in (SECRETS, ENVIRONMENT) and _is_secret(name, value):
                self.read_secrets = True
            return value
        if self.cookiecutter and name in PYTHON_CONSTANTS:
            return PYTHON_CONSTANTS[name]
        if name in self.functions:
            return _hosted(name, self.functions[name])
        return BUILT_IN_FUNCTIONS.get(name, UNDEFINED)

    def assign(self, name: str, value: Value) -> None:
        """Set a name where it was set before, else at the present level."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                scope.names[name] = value
                return
            scope = None if scope.isolated else scope.outer
        self.scope.names[name] = value


def _is_secret(name: str, value: Value) -> bool:
    return bool(value if name == SECRETS else isinstance(value, dict) and value.get(SECRETS))


def _hosted(name: str, function: HostFunction) -> Function:
    def call(budget: Budget, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        if keywords:
            raise EvaluationError(f"{name} takes no keyword arguments")
        try:
            result = function(*arguments)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise EvaluationError(f"{name} failed: {error}") from error
        return UNDEFINED if result is UNDEFINED else to_json(result, budget)

    return Function(name, call)
