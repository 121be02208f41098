"""How long a client may owe what, counted in passes over all connections."""

import pytest

from mock_server.slow_clients import Debt, Patience, SlowClients

PATIENCE = Patience(head=3, body=5, reading=9, leaving=1)


class Connected:
    """A client that owes what it is told to."""

    def __init__(self, debt: Debt | None = None, *, is_idle: bool = True) -> None:
        self.late = 0
        self.owed = debt
        self.is_idle = is_idle
        self.given_up: Debt | None = None

    def debt(self) -> Debt | None:
        return self.owed

    def give_up(self, debt: Debt) -> None:
        self.given_up, self.is_idle = debt, False


def crowd(limit: int, *clients: Connected) -> SlowClients:
    slow_clients = SlowClients(PATIENCE, limit)
    assert all(slow_clients.admit(client) for client in clients)
    return slow_clients


@pytest.mark.parametrize(
    ("debt", "passes"),
    [(Debt.REQUEST, 3), (Debt.HEAD, 3), (Debt.BODY, 5), (Debt.READING, 9), (Debt.LEAVING, 1)],
)
def test_a_client_may_owe_something_for_so_many_passes(debt, passes):
    client = Connected(debt)
    slow_clients = crowd(10, client)
    for _ in range(passes):
        slow_clients.look()
    assert client.given_up is None
    slow_clients.look()
    assert client.given_up is debt


def test_who_has_paid_begins_anew():
    client = Connected(Debt.HEAD)
    slow_clients = crowd(10, client)
    for owed in (Debt.HEAD, Debt.HEAD, None, Debt.HEAD, Debt.HEAD, Debt.HEAD):
        client.owed = owed
        slow_clients.look()
    assert client.given_up is None


def test_those_that_wait_the_longest_make_room():
    first, idle = Connected(Debt.REQUEST), Connected()
    slow_clients = crowd(2, first, idle)
    slow_clients.look()
    assert slow_clients.admit(Connected())
    assert (first.given_up, idle.given_up) == (Debt.REQUEST, None)


def test_of_those_that_wait_equally_long_the_oldest_makes_room():
    clients = [Connected() for _ in range(3)]
    assert crowd(3, *clients).admit(Connected())
    assert [client.given_up is not None for client in clients] == [True, False, False]


def test_a_tenth_goes_at_once_and_only_then_it_is_looked_for_others():
    clients = [Connected() for _ in range(100)]
    slow_clients = crowd(100, *clients)
    for number in range(20):
        assert slow_clients.admit(Connected(is_idle=False))
        assert sum(client.given_up is not None for client in clients) == (10 if number < 10 else 20)


def test_who_is_served_makes_no_room_and_that_is_told_once(caplog):
    slow_clients = crowd(2, Connected(is_idle=False), Connected(is_idle=False))
    assert not slow_clients.admit(Connected())
    slow_clients.look()
    assert not slow_clients.admit(Connected())
    assert [record.getMessage() for record in caplog.records] == [
        "2 clients are served, and no more can be; see `ulimit -n`"
    ]


def test_nobody_is_looked_for_twice_between_two_passes():
    served = Connected(is_idle=False)
    slow_clients = crowd(1, served)
    assert not slow_clients.admit(Connected())
    served.is_idle = True
    assert not slow_clients.admit(Connected())
    slow_clients.look()
    assert slow_clients.admit(Connected())


@pytest.mark.parametrize(
    ("open_files", "connections"), [(None, 20_000), (1_000_000, 20_000), (1_200, 1_000), (256, 141), (50, 1)]
)
def test_there_are_fewer_connections_than_open_files(open_files, connections):
    assert Patience().within(open_files) == connections
