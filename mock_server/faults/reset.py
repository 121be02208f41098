"""A connection that breaks before there is an answer."""

from dataclasses import dataclass

from mock_server.answers import App, Receive, Scope, Send
from mock_server.connection import connection_of, until_read
from mock_server.faults.fault import Situation
from mock_server.faults.unheard import serve_unheard
from mock_server.leaving import until_gone


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset instead of an answer. Nothing is done, or if `done`, all that was asked for."""

    done: bool = False

    def around(self, app: App, situation: Situation) -> App:  # noqa: ARG002
        async def broken(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            connection = connection_of(scope)
            if self.done:
                await serve_unheard(app, scope, receive)
            else:
                # A client that is still sending would be told in another way.
                await until_read(receive)
            connection.reset()
            await until_gone(receive)

        return broken
