"""Numbers between bounds, such as people choose: rather small, and round."""

import math
import random
from collections.abc import Mapping
from typing import Any

_SPAN = 100


def draw_number(draw: random.Random, schema: Mapping[str, Any], *, whole: bool) -> float | None:
    """A number within the bounds of a schema, None if none is found."""
    step = _number(schema.get("multipleOf")) or (1 if whole else 0.5)
    low, high = _bounds(schema, step)
    try:
        first, last = math.ceil(low / step), math.floor(high / step)
        if first > last:
            return None
        number = (first + int((last - first + 1) * draw.random() ** 2)) * step
        return int(number) if whole or number == int(number) else number
    except (OverflowError, ValueError, ZeroDivisionError):
        return None


def _bounds(schema: Mapping[str, Any], step: float) -> tuple[float, float]:
    low, high = _number(schema.get("minimum")), _number(schema.get("maximum"))
    # In the older drafts these say whether the bound itself is left out.
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is True and low is not None:
        low += step
    elif _number(above) is not None:
        low = max(x for x in (low, float(_number(above) or 0) + step) if x is not None)
    if below is True and high is not None:
        high -= step
    elif _number(below) is not None:
        high = min(x for x in (high, float(_number(below) or 0) - step) if x is not None)
    if low is None:
        low = 1 if high is None or high >= 1 else high - _SPAN
    return low, low + _SPAN if high is None else high


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
