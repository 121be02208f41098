"""All filters by name."""

from collections.abc import Mapping, Sequence

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.backstage import BACKSTAGE_FILTERS
from mock_server.rendering.filters.conversion import CONVERSION_FILTERS
from mock_server.rendering.filters.lists import LIST_FILTERS
from mock_server.rendering.filters.markup import MARKUP_FILTERS
from mock_server.rendering.filters.selection import SELECTION_FILTERS
from mock_server.rendering.filters.text import TEXT_FILTERS
from mock_server.rendering.limits import Budget
from mock_server.rendering.routines import Routine, apply
from mock_server.rendering.values import Value

FILTERS: dict[str, Routine] = {
    **TEXT_FILTERS,
    **MARKUP_FILTERS,
    **LIST_FILTERS,
    **SELECTION_FILTERS,
    **CONVERSION_FILTERS,
    **BACKSTAGE_FILTERS,
}

# Only these know their arguments by name; the others receive keywords as one more argument, an object, which those of
# Backstage do not accept.
_NAMED_ARGUMENTS = {"int": ("default", "base"), "sort": ("reverse", "case_sensitive", "attribute")}


def filtered(
    name: str, value: Value, arguments: Sequence[Value], keywords: Mapping[str, Value], budget: Budget
) -> Value:
    """The value passed through the filter called `name`, which must be one of `FILTERS`."""
    if keywords:
        arguments = _with_keywords(name, arguments, keywords)
    return apply(FILTERS[name], budget, value, arguments)


def _with_keywords(name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Sequence[Value]:
    if name in BACKSTAGE_FILTERS:
        raise EvaluationError(f"{name} takes no keywords")
    named = _NAMED_ARGUMENTS.get(name)
    if named is None:
        return [*arguments, dict(keywords)]
    return [*arguments, *(keywords.get(each, UNDEFINED) for each in named[len(arguments) :])]
