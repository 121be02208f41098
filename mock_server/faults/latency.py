"""An answer that takes its time."""

from dataclasses import dataclass

from mock_server.answers import App, Receive, Scope, Send
from mock_server.clock import SECOND
from mock_server.faults.fault import Situation
from mock_server.leaving import ClientLeft, unless_client_leaves

_BODILESS = frozenset({"GET", "HEAD", "DELETE"})


@dataclass(frozen=True, slots=True)
class Latency:
    """The request is on its way for so many seconds of the world, at least and at most; then it is served."""

    seconds: tuple[float, float]

    def around(self, app: App, situation: Situation) -> App:
        least, most = self.seconds
        delay = round((least + (most - least) * situation.draw.random()) * SECOND)

        async def delayed(scope: Scope, receive: Receive, send: Send) -> None:
            clock, closing = situation.clock, situation.closing
            until = clock.now() + delay
            while clock.now() < until and closing.version == 0:
                waiting = clock.wait(until, closing, closing.version)
                # To see a client leave is to read what it sends, and a body is still needed.
                if scope["method"] not in _BODILESS:
                    await waiting
                    continue
                try:
                    await unless_client_leaves(waiting, receive)
                except ClientLeft:
                    return
            await app(scope, receive, send)

        return delayed
