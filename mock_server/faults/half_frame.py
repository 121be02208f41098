"""A stream that breaks off in the middle of an event."""

from dataclasses import dataclass

from mock_server.faults.stream import Ending, StreamFault, Wire


@dataclass(frozen=True, slots=True)
class HalfFrame(StreamFault):
    """Of the n-th event comes the first half, and the stream ends."""

    n: int = 1
    how: Ending = "cut"

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        if number < self.n:
            await wire.write(frame)
        else:
            await wire.write(frame[: len(frame) // 2])
            await wire.cut(self.how)
