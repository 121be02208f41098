"""What filters accept."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.members import property_of
from mock_server.rendering.tokens import RESERVED_NAMES
from mock_server.rendering.values import SafeText, Value, to_output, truthy


def text_or_nothing(value: Value) -> str:
    """A text, where null, undefined and false count as the empty one."""
    return "" if value is None or value is UNDEFINED or value is False else text_only(value)


def text_only(value: Value) -> str:
    """A text and nothing else."""
    if not isinstance(value, str):
        raise EvaluationError("Filter input must be a string")
    return value


def like(original: Value, text: str) -> str:
    """The text, marked safe if the original was."""
    return SafeText(text) if isinstance(original, SafeText) else text


def safe(value: Value, budget: Budget) -> SafeText:
    """The value as a text that is not escaped again."""
    return SafeText(to_output(value, budget))


def array_only(value: Value) -> list[Value]:
    """An array and nothing else."""
    if not isinstance(value, list):
        raise EvaluationError("the filter needs an array")
    return value


def sequence(value: Value, budget: Budget) -> list[Value]:
    """The elements of an array or text, none of any other value that is there."""
    return elements(array_or_text(value), budget)


def array_or_text(value: Value) -> list[Value] | str:
    """The array or text itself, an empty array for any other value that is there."""
    if value is None or value is UNDEFINED:
        raise EvaluationError("the filter needs an array or a text")
    return value if isinstance(value, (list, str)) else []


def elements(value: Value, budget: Budget) -> list[Value]:
    """The elements of an array or text, none of anything else."""
    if isinstance(value, str):
        budget.spend(len(value))
        return list(value)
    return value if isinstance(value, list) else []


def attribute_of(item: Value, path: Value, budget: Budget) -> Value:
    """What a path such as `a.b` leads to; without a path the item itself."""
    if not truthy(path):
        return item
    budget.charge((path,))
    if item is None or item is UNDEFINED:
        raise EvaluationError("Cannot read a template attribute from a nullish value")
    for key in path.split(".") if isinstance(path, str) else [path]:
        budget.spend()
        if isinstance(key, str) and key in RESERVED_NAMES:
            raise EvaluationError(f"the name {key} is reserved")
        item = property_of(item, key, budget)
    return item
