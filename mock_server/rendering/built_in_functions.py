"""The functions every template can call: range, cycler and joiner."""

from collections.abc import Callable

from mock_server.javascript.numerals import normal
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import BudgetExhausted, EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.values import Function, Value, to_number, truthy

Call = Callable[[Budget, list[Value]], Value]


def _without_keywords(name: str, call: Call, most: int | None = None) -> Function:
    def checked(budget: Budget, arguments: list[Value], keywords: dict[str, Value]) -> Value:
        if most is not None and len(arguments) > most:
            plural = "" if most == 1 else "s"
            raise EvaluationError(f"Built-in global {name} accepts at most {most} positional argument{plural}")
        if keywords:
            raise EvaluationError(f"{name} takes no keyword arguments")
        return call(budget, arguments)

    return Function(name, checked)


def _range(budget: Budget, arguments: list[Value]) -> Value:
    first, second, third = [*arguments, UNDEFINED, UNDEFINED, UNDEFINED][:3]
    start, stop = (0, first) if second is UNDEFINED else (first, second)
    number = to_number(start, budget)
    end = to_number(stop, budget)
    step = to_number(third, budget) if truthy(third) else 1
    numbers: list[Value] = []
    while number < end if step > 0 else number > end:
        budget.spend()
        if len(numbers) >= budget.limits.output:
            raise BudgetExhausted("the range is too long")
        numbers.append(normal(number))
        number += step
    return numbers


def _cycler(_budget: Budget, arguments: list[Value]) -> Value:
    items = list(arguments)
    cycle: dict[str, Value] = {"current": None}
    turns = 0

    def following(_budget: Budget, _arguments: list[Value]) -> Value:
        nonlocal turns
        cycle["current"] = items[turns % len(items)] if items else UNDEFINED
        turns += 1
        return cycle["current"]

    def restart(_budget: Budget, _arguments: list[Value]) -> Value:
        nonlocal turns
        turns = 0
        cycle["current"] = None
        return UNDEFINED

    cycle["next"] = _without_keywords("next", following)
    cycle["reset"] = _without_keywords("reset", restart)
    return cycle


def _joiner(_budget: Budget, arguments: list[Value]) -> Value:
    separator = arguments[0] if arguments and truthy(arguments[0]) else ","
    used = False

    def join(_budget: Budget, _arguments: list[Value]) -> Value:
        nonlocal used
        used, before = True, used
        return separator if before else ""

    return _without_keywords("joiner", join)


BUILT_IN_FUNCTIONS: dict[str, Function] = {
    "range": _without_keywords("range", _range, 3),
    "cycler": _without_keywords("cycler", _cycler),
    "joiner": _without_keywords("joiner", _joiner, 1),
}
