"""How filters, tests and methods written in Python are called from a template."""

from collections.abc import Callable, Sequence

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.values import Function, Value

Routine = Callable[..., Value]


def apply(routine: Routine, budget: Budget, subject: Value, arguments: Sequence[Value]) -> Value:
    """Call `routine(budget, subject, *arguments)` as JavaScript would: surplus dropped, missing ones undefined."""
    room = routine.__code__.co_argcount - 2
    given = tuple(arguments)[:room]
    budget.charge((subject, *given))
    return routine(budget, subject, *given, *(UNDEFINED,) * (arity(routine) - len(given)))


def bind(name: str, routine: Routine, subject: Value) -> Function:
    """The method of `subject`, which insists on the right number of arguments."""

    def call(budget: Budget, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        most = routine.__code__.co_argcount - 2
        variadic = bool(routine.__code__.co_flags & 0x04)
        if keywords or len(arguments) < arity(routine) or (len(arguments) > most and not variadic):
            raise EvaluationError(f"{name} cannot take these arguments")
        budget.charge((subject, *arguments))
        return routine(budget, subject, *arguments)

    return Function(name, call)


def require(name: str, routine: Routine, arguments: Sequence[Value]) -> None:
    """Refuse a call that lacks an argument."""
    if len(arguments) < arity(routine):
        raise EvaluationError(f"{name} needs {arity(routine)} arguments")


def arity(routine: Routine) -> int:
    """How many arguments a routine must have."""
    return routine.__code__.co_argcount - 2 - len(routine.__defaults__ or ())
