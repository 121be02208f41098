"""A stream that goes on without a word."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class Silence(StreamFault):
    """Behind the n-th event nothing comes any more, and the connection stays open. With 0 there are only headers."""

    n: int = 1

    async def begin(self, wire: Wire) -> None:
        if self.n == 0:
            await wire.hang()

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(frame)
        if number >= self.n:
            await wire.hang()
