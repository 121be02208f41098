"""The replay is held to its floor, and its exceptions to the truth."""

import pytest

from tests.fidelity.recording import load_servers
from tests.fidelity.replay import Result, replay
from tests.fidelity.tallying import excepted, floor, tallied


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return replay(load_servers())


def test_as_many_exchanges_are_answered_alike_as_ever(results: list[Result]):
    alike = {operation: tally.alike for operation, tally in tallied(results, {}).items()}
    assert alike == floor(), "where more are alike now, raise the floor in data/floor.yaml"


def test_an_exception_differs(results: list[Result]):
    differing = {result.exchange.n for result in results if not result.matches}
    assert excepted().keys() <= differing, "an exception that is answered alike is none"


def test_every_exchange_belongs_to_a_server(results: list[Result]):
    numbers = [result.exchange.n for result in results]
    recorded = [exchange.n for server in load_servers() for exchange in server.exchanges]
    assert numbers == sorted(recorded)
    assert len(set(numbers)) == len(numbers)
