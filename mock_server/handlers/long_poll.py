"""A long poll as an ASGI application, which ends when its client goes away."""

from mock_server.answers import Receive, Scope, Send, json_answer
from mock_server.connection import shown_connection
from mock_server.leaving import ClientLeft, unless_client_leaves
from mock_server.long_poll import poll
from mock_server.world import World


class LongPoll:
    """The events of a task after an id, as soon as there are any."""

    __slots__ = ("_after", "_task_id", "_world")

    def __init__(self, world: World, task_id: str, after: int) -> None:
        self._world = world
        self._task_id = task_id
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            events = await unless_client_leaves(
                poll(self._world, self._task_id, self._after), receive, shown_connection(scope)
            )
        except ClientLeft:
            return
        await json_answer(200, events)(scope, receive, send)
