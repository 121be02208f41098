"""A stream that breaks off just before it tells how the task has ended."""

from dataclasses import dataclass

from mock_server.faults.stream import Ending, StreamFault, Wire, type_of


@dataclass(frozen=True, slots=True)
class DropBeforeCompletion(StreamFault):
    """The stream ends where the completion should come."""

    how: Ending = "cut"

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:  # noqa: ARG002
        if type_of(frame) == b"completion":
            await wire.cut(self.how)
        await wire.write(frame)
