"""Macros, and the bodies that calls hand to them."""

from collections.abc import Callable
from dataclasses import dataclass

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.expressions import Expression
from mock_server.rendering.limits import Budget
from mock_server.rendering.run import Run, Scope
from mock_server.rendering.statements import Body
from mock_server.rendering.values import Function, SafeText, Value

CALLER = "caller"
_STEPS_PER_CALL = 5


@dataclass(frozen=True, slots=True)
class Parameters:
    """The names of a macro's parameters with their defaults, in the order in which arguments fill them."""

    defaults: tuple[tuple[str, Expression], ...]

    def bind(self, run: Run, arguments: list[Value], keywords: dict[str, Value]) -> None:
        """Set the parameters in the present scope."""
        names = run.scope.names
        names[CALLER] = keywords.get(CALLER, UNDEFINED)
        for index, (name, default) in enumerate(self.defaults):
            if index < len(arguments):
                names[name] = arguments[index]
            else:
                names[name] = keywords[name] if name in keywords else default.evaluate(run)


@dataclass(frozen=True, slots=True)
class MacroLiteral:
    """The function that a macro is; unless it `sees_all`, it knows only names set outside of any loop or macro."""

    parameters: Parameters
    body: Body
    sees_all: bool

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return Function("macro", self._function(run, run.scope if self.sees_all else run.outermost))

    def _function(self, run: Run, outer: Scope) -> Callable[[Budget, list[Value], dict[str, Value]], Value]:
        def call(budget: Budget, arguments: list[Value], keywords: dict[str, Value]) -> Value:
            budget.spend(_STEPS_PER_CALL)
            calling = run.scope
            run.scope = Scope(outer, isolated=True)
            self.parameters.bind(run, arguments, keywords)
            text = self.body.text(run)
            run.scope = calling
            return SafeText(text)

        return call
