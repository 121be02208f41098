"""An error in the place of an answer."""

from dataclasses import dataclass

from mock_server.answers import App, Receive, Scope, Send
from mock_server.faults.fault import Situation
from mock_server.faults.unheard import serve_unheard


class InducedError(Exception):
    """What was asked for: an error of this status."""

    def __init__(self, status: int) -> None:
        super().__init__("The mock server was asked for this error")
        self.status = status


@dataclass(frozen=True, slots=True)
class Error:
    """The answer is an error of the status `code`, with the body of the API's own errors.

    Nothing is done, or if `done`, all that was asked for.
    """

    code: int
    done: bool = False

    def around(self, app: App, situation: Situation) -> App:  # noqa: ARG002 (each fault is asked the same)
        async def failing(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            if self.done:
                await serve_unheard(app, scope, receive)
            raise InducedError(self.code)

        return failing
