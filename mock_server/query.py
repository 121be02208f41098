"""Query parameters, as Express and JavaScript read them."""

import math
import re
from urllib.parse import parse_qsl

from mock_server.request import InvalidRequest

MAX_PARAMETERS = 1_000


def parse_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query in order. Raises InvalidRequest if there are too many."""
    try:
        return parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise InvalidRequest("too many query parameters") from None


_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_RADIX = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def parse_number(text: str) -> int | float | None:
    """A query value as JavaScript's `Number` reads it: `1e1`, `+1` and `0x1` are numbers, an empty one is not."""
    bare = text.strip()
    if len(bare) > 4_000:
        return None
    if _RADIX.fullmatch(bare):
        return int(bare, 0)
    if not _DECIMAL.fullmatch(bare):
        return None
    if bare.lstrip("+-").isdigit():
        return int(bare)
    number = float(bare)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number
