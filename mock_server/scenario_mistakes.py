"""What is wrong in a scenario file: each mistake, with its place."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import jsonschema_rs

from mock_server.faults.kinds import InvalidFault
from mock_server.faults.rule import FaultRule
from mock_server.rendering import DEFAULT_LIMITS, compile_text
from mock_server.sources import BrokenFile, Location, Mistake, Source
from mock_server.violations import mistakes

MAX_MISTAKES = 1_000
_TOLD_AT_ONCE = 10
_VERBATIM = frozenset({"match", "autocomplete", "permissions", "faults"})
_NO_RULES = _VERBATIM | {"output", "outputs"}


def check_scenario(source: Source, validator: jsonschema_rs.Draft202012Validator) -> None:
    """That a file is a scenario by the schema, and beyond it. Raises BrokenFile with every mistake, if not too many."""
    told = ((each.location, str(each)) for each in mistakes(validator, source.data))
    found = list(islice(told, MAX_MISTAKES)) or list(islice(_beyond_the_schema(source), MAX_MISTAKES))
    if not found:
        return
    every = tuple(Mistake(source.line_of(location), reason) for location, reason in found)
    message = every[0].message + "".join(f"; line {other.line}: {other.message}" for other in every[1:_TOLD_AT_ONCE])
    if len(every) > _TOLD_AT_ONCE:
        message += f"; and {len(every) - _TOLD_AT_ONCE} more"
    raise BrokenFile(source.path, every[0].line, message, every)


def _beyond_the_schema(source: Source) -> Iterator[tuple[Location, str]]:
    """What the schema cannot say: ranges go upwards, texts can be parsed, and a fault has what it needs."""
    yield from _in(source.data, ())
    for number, entry in enumerate(source.data.get("faults", [])):
        try:
            FaultRule.of(entry)
        except InvalidFault as error:
            yield ("faults", number), str(error)


def _in(value: Any, location: Location) -> Iterator[tuple[Location, str]]:
    key = location[-1] if location else None
    if key == "use" and isinstance(value, dict) and value.get("from", 1) > value.get("to", math.inf):
        yield location, f"no use is from {value.get('from', 1)} to {value['to']}"
    if key in {"queue", "duration"} and isinstance(value, list) and value[0] > value[1]:
        yield location, f"no time is at least {value[0]} and at most {value[1]}"
    if _is_rule(location) and value.get("status") == "failed" and "fail" not in value:
        yield (*location, "status"), "a step fails with an error, which `fail` tells"
    if isinstance(value, str):
        is_rendered = not _VERBATIM.intersection(location)
        mistake = compile_text(value, DEFAULT_LIMITS).failure if is_rendered else None
        if mistake is not None:
            yield location, mistake
    elif isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _in(item, (*location, name))


def _is_rule(location: Location) -> bool:
    return location[-2:-1] == ("steps",) and not _NO_RULES.intersection(location)
