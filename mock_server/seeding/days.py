"""When the tasks were created: mostly on working days, in working hours."""

import random

from mock_server.clock import SECOND, Milliseconds

_HOUR = 3600 * SECOND
DAY = 24 * _HOUR
# Thursday was the first day of the epoch.
_EPOCH_WEEKDAY = 3
_TRIES = 20


def draw_instant(draw: random.Random, now: Milliseconds, days: float) -> Milliseconds:
    """An instant in the days before `now`. In UTC, by which the working hours are, too."""
    instant = now
    for _ in range(_TRIES):
        instant = now - round(draw.random() * days * DAY)
        if draw.random() < _activity(instant):
            break
    return instant


def _activity(instant: Milliseconds) -> float:
    weekday = (instant // DAY + _EPOCH_WEEKDAY) % 7
    hour = instant % DAY / _HOUR
    if weekday > 4:
        return 0.06
    return 1.0 if 8 <= hour < 18 else 0.12
