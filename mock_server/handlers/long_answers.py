"""Long JSON arrays, written piece by piece, so that others have their turn in between."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

from mock_server.answers import encode_json
from mock_server.clock import give_way

# These take some milliseconds; most arrays are shorter, and are written at once.
AT_ONCE = 500

Item = TypeVar("Item")


async def json_array(items: Iterable[Item], write: Callable[[Sequence[Item]], bytes]) -> bytes:
    """The JSON array of the items. `write` is given some at a time and tells them in JSON, with commas in between."""
    remaining, pieces = iter(items), list[bytes]()
    while some := list(islice(remaining, AT_ONCE)):
        if pieces:
            await give_way()
        pieces.append(write(some))
    return b"[" + b",".join(pieces) + b"]"


def write_values(values: Sequence[Any]) -> bytes:
    """JSON values, with commas in between."""
    return encode_json(values)[1:-1]
