"""The limit of open files is raised as far as it can be."""

import resource
import sys

import pytest

from mock_server.open_files import raise_limit_of_open_files

NONE = resource.RLIM_INFINITY


class Limits:
    """Stands for the limits of the system, which allow at most so many."""

    def __init__(self, soft: int, hard: int, most: int = 1 << 30) -> None:
        self.now = (soft, hard)
        self.most = most

    def getrlimit(self, _):
        return self.now

    def setrlimit(self, _, limits):
        if limits[0] > self.most:
            raise ValueError
        self.now = limits


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        (Limits(256, 4_096), 4_096),
        (Limits(4_096, 4_096), 4_096),
        (Limits(256, NONE), 1 << 20),
        (Limits(256, NONE, most=10_240), 10_240),
        (Limits(20_000, NONE, most=20_000), 20_000),
        (Limits(256, NONE, most=256), 256),
        (Limits(NONE, NONE), None),
    ],
)
def test_the_limit_is_raised_as_far_as_it_can_be(monkeypatch, limits, reached):
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    assert raise_limit_of_open_files() == reached
    assert reached is None or limits.now[0] == reached


def test_there_may_be_no_limit(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert raise_limit_of_open_files() is None
