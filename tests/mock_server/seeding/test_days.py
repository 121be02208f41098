"""When the tasks were created."""

import random
from datetime import UTC, datetime

from mock_server.clock import SECOND
from mock_server.seeding.days import DAY, draw_instant

NOW = int(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp()) * SECOND


def instants(count: int = 1_000, days: float = 30) -> list[int]:
    draw = random.Random(7)
    return [draw_instant(draw, NOW, days) for _ in range(count)]


def test_every_instant_is_in_the_days_before():
    assert all(NOW - 30 * DAY <= instant <= NOW for instant in instants())
    assert all(NOW - DAY // 100 <= instant <= NOW for instant in instants(days=0.01))


def test_most_are_in_working_hours():
    moments = [datetime.fromtimestamp(instant / SECOND, UTC) for instant in instants()]
    at_work = [moment for moment in moments if moment.weekday() < 5 and 8 <= moment.hour < 18]
    assert len(at_work) > 700
    assert any(moment.weekday() > 4 for moment in moments)


def test_they_are_spread_over_all_days():
    assert len({instant // DAY for instant in instants()}) > 25
