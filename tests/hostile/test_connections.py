"""Every entry of `connections.py` gets what it deserves, and the next request is served at once."""

import pytest

from tests.hostile.connections import CONNECTIONS, Hostile, get
from tests.hostile.wire import Connection


@pytest.mark.parametrize("hostile", [pytest.param(hostile, id=hostile.name) for hostile in CONNECTIONS])
def test_a_hostile_connection_gets_its_answers_and_the_next_request_is_served(address, hostile: Hostile):
    with Connection(address) as connection:
        connection.send(hostile.bytes())
        replies = [connection.reply() for _ in hostile.answers]
        assert [reply and reply.status for reply in replies] == list(hostile.answers)
        for reply in replies:
            assert reply is not None
            reply.check()
        assert hostile.says in reply.body
        if hostile.stays:
            connection.send(get())
            again = connection.reply()
            assert again is not None
            assert again.status == 200
        else:
            assert connection.has_ended()
    with Connection(address) as connection:
        connection.send(get())
        after = connection.reply()
    assert after is not None
    assert after.status == 200


def test_the_names_of_the_entries_differ():
    names = [hostile.name for hostile in CONNECTIONS]
    assert sorted(names) == sorted(set(names))
