"""The faults by their names, and what can be said of each: in scenario files, to the control API, with a request."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, get_args

from mock_server.faults.buffer import Buffer
from mock_server.faults.drop_after import DropAfter
from mock_server.faults.drop_before_completion import DropBeforeCompletion
from mock_server.faults.duplicate import Duplicate
from mock_server.faults.error import Error
from mock_server.faults.expire_token import ExpireToken
from mock_server.faults.fault import Fault
from mock_server.faults.half_frame import HalfFrame
from mock_server.faults.latency import Latency
from mock_server.faults.malformed_data import MalformedData
from mock_server.faults.never_close import NeverClose
from mock_server.faults.reorder import Reorder
from mock_server.faults.reset import Reset
from mock_server.faults.silence import Silence
from mock_server.faults.stream import Ending
from mock_server.faults.unknown_event import UnknownEvent

KINDS: Mapping[str, Callable[..., Fault]] = MappingProxyType(
    {
        "latency": Latency,
        "error": Error,
        "reset": Reset,
        "drop-after": DropAfter,
        "drop-before-completion": DropBeforeCompletion,
        "half-frame": HalfFrame,
        "silence": Silence,
        "never-close": NeverClose,
        "buffer": Buffer,
        "duplicate": Duplicate,
        "reorder": Reorder,
        "malformed-data": MalformedData,
        "unknown-event": UnknownEvent,
        "expire-token": ExpireToken,
    }
)
MAX_EVENTS = 1_000_000
MAX_SECONDS = 31_536_000


class InvalidFault(ValueError):
    """What is said of a fault makes none."""


def read_fault(kind: str, given: Mapping[str, Any]) -> Fault:
    """The fault of a name with these parameters, as values or as texts. Raises InvalidFault."""
    make = KINDS.get(kind)
    if make is None:
        raise InvalidFault(f"There is no fault '{kind}'; there are {', '.join(KINDS)}")
    taken = parameters_of(kind)
    for name in given:
        if name not in taken:
            raise InvalidFault(f"The fault '{kind}' has no '{name}'; it has {', '.join(taken) or 'nothing to say'}")
    for name, is_required in taken.items():
        if is_required and name not in given:
            raise InvalidFault(f"The fault '{kind}' needs '{name}'")
    return make(**{name: _READERS[name](value) for name, value in given.items()})


def parameters_of(kind: str) -> dict[str, bool]:
    """What can be said of a fault, and whether it must be."""
    fields = dataclasses.fields(KINDS[kind])  # type: ignore[arg-type]  # each is a class
    return {field.name: field.default is dataclasses.MISSING for field in fields}


def fault_to_json(kind: str, fault: Fault) -> dict[str, Any]:
    """What `read_fault` makes the same fault of."""
    said = ((name, getattr(fault, name)) for name in parameters_of(kind))
    return {"fault": kind, **{name: value for name, value in said if value is not None}}


def _number(value: Any) -> float:
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidFault(f"{value!r:.50} is no number")
    return number


def _count(value: Any) -> int:
    number = _number(value)
    if not (number.is_integer() and 0 <= number <= MAX_EVENTS):
        raise InvalidFault(f"'n' is a number of events from 0 to {MAX_EVENTS}, not {value!r:.50}")
    return int(number)


def _status(value: Any) -> int:
    number = _number(value)
    if not (number.is_integer() and 400 <= number <= 599):
        raise InvalidFault(f"'code' is the status of an error, from 400 to 599, not {value!r:.50}")
    return int(number)


def _seconds(value: Any) -> tuple[float, float]:
    bounds = value if isinstance(value, list | tuple) else [value]
    if len(bounds) not in {1, 2}:
        raise InvalidFault("'seconds' are one number, or the least and the most")
    least, most = _number(bounds[0]), _number(bounds[-1])
    if not 0 <= least <= most <= MAX_SECONDS:
        raise InvalidFault(f"'seconds' go upwards from 0 to {MAX_SECONDS}")
    return least, most


def _flag(value: Any) -> bool:
    if value in (True, "true", ""):
        return True
    if value in (False, "false"):
        return False
    raise InvalidFault(f"'done' is true or false, not {value!r:.50}")


def _ending(value: Any) -> Ending:
    for ending in get_args(Ending):
        if value == ending:
            return ending  # type: ignore[no-any-return]  # one of its arguments
    raise InvalidFault(f"'how' is {', '.join(get_args(Ending))}, not {value!r:.50}")


def _event_type(value: Any) -> str:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise InvalidFault("'type' is a word of at most 64 letters, digits, '_', '.' or '-'")
    return value


_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"n": _count, "how": _ending, "seconds": _seconds, "code": _status, "done": _flag, "type": _event_type}
)
