"""The `extends` keyword of draft 3: a schema merged with those it builds upon."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.budget import Budget
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import entries, equal, is_true, text


def merged(schema: object, parent: object, budget: Budget) -> object:
    """The schema with what `parent` adds; where both have a plain value, that of the parent stays.

    Raises `InvalidSchema` for parts that do not fit together.
    """
    if parent is None:
        raise InvalidSchema("null cannot be extended")
    if isinstance(parent, list):
        return _merged_list(schema if is_true(schema) else [], parent, budget)
    own = dict(entries(schema))
    added = entries(parent)
    budget.spend(1 + len(own) + len(added))
    result = own.copy() if isinstance(schema, dict | list) else {}
    for name, value in added:
        result[name] = value
        if isinstance(value, dict | list):
            if schema is None or schema is UNDEFINED:
                raise InvalidSchema("an object extends what is not there")
            if is_true(own.get(name)):
                result[name] = merged(own[name], value, budget)
    return result


def _merged_list(schema: object, parent: list[object], budget: Budget) -> list[object]:
    own = dict(entries(schema))
    budget.spend((1 + len(own)) * (1 + len(parent)))
    result = list(schema) if isinstance(schema, list) else [schema]
    for position, value in enumerate(parent):
        if isinstance(value, dict | list) or value is None:
            if position > len(result):
                raise InvalidSchema("a list is extended beyond its end")
            result[position : position + 1] = [merged(own.get(str(position), UNDEFINED), value, budget)]
        elif isinstance(schema, str):
            result.extend([] if text(value) in schema else [value])
        elif isinstance(schema, list):
            result.extend([] if any(equal(value, member) for member in schema) else [value])
        else:
            raise InvalidSchema("a list can only extend a list")
    return result
