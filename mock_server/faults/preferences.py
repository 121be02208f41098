"""Faults that a request asks for itself: `Prefer: fault=drop-after; n=3, code=503` (RFC 7240), or in the query."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mock_server.faults.fault import Fault
from mock_server.faults.kinds import InvalidFault, read_fault

MAX_WISHES = 20

# Nothing that was read is given back, so that no text takes longer than it is long.
_ITEM = re.compile(r'\s*+([^\s=;,"]++)\s*+(?:=\s*+(?:"([^"]*+)"|([^\s;,"]*+))\s*+)?+([;,]|$)')


@dataclass(frozen=True, slots=True)
class Wish:
    """A fault that a request wishes for itself."""

    kind: str
    fault: Fault


def wishes(preferences: Iterable[str]) -> tuple[Wish, ...]:
    """The faults among preferences; others are somebody else's. Raises InvalidFault."""
    found = [_wish(*parts) for text in preferences for parts in _preferences(text) if parts[0] in {"fault", "code"}]
    if len(found) > MAX_WISHES:
        raise InvalidFault(f"A request may ask for {MAX_WISHES} faults")
    return tuple(found)


def _preferences(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The name, the value and the parameters of each preference, up to where the text is none."""
    at, name, value = 0, None, ""
    parameters: dict[str, str] = {}
    while at < len(text) and (item := _ITEM.match(text, at)) is not None:
        said = item[2] if item[2] is not None else item[3] or ""
        if name is None:
            name, value, parameters = item[1].lower(), said, {}
        else:
            parameters[item[1].lower()] = said
        if item[4] != ";":
            yield name, value, parameters
            name = None
        at = item.end()
    if name is not None:
        yield name, value, parameters


def _wish(name: str, value: str, parameters: dict[str, str]) -> Wish:
    if name == "code":
        return Wish("error", read_fault("error", {"code": value, **parameters}))
    return Wish(value, read_fault(value, parameters))
