"""What a request for the list of tasks asks for."""

import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from mock_server.request import InvalidRequest
from mock_server.task_index import Field, Ordering, TaskQuery

_ORDER = re.compile(r"(asc|desc):(.+)")


def task_query(parameters: Mapping[str, Any]) -> TaskQuery:
    """The query of `listTasks`. Raises InvalidRequest for an order that is not understood, as the real server does."""
    return TaskQuery(
        creators=_filter(parameters.get("createdBy")),
        statuses=_filter(parameters.get("status")),
        order=tuple(map(_ordering, parameters.get("order", ()))),
        offset=int(parameters.get("offset", 0)),
        limit=None if "limit" not in parameters else int(parameters["limit"]),
    )


def _filter(values: Any) -> frozenset[str] | None:
    # The published document has a single text, the real server any number of them.
    return None if values is None else frozenset([values] if isinstance(values, str) else values)


def _ordering(text: str) -> Ordering:
    match = _ORDER.fullmatch(text)
    if match is None:
        raise InvalidRequest(f'Invalid order parameter "{text}", expected "<asc or desc>:<field name>"')
    if match[2] not in get_args(Field):
        raise InvalidRequest(f'Invalid order field "{match[2]}"')
    return Ordering(cast("Field", match[2]), descending=match[1] == "desc")
