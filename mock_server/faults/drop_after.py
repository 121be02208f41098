"""A stream that breaks off."""

from dataclasses import dataclass

from mock_server.faults.stream import Ending, StreamFault, Wire


@dataclass(frozen=True, slots=True)
class DropAfter(StreamFault):
    """The stream ends behind its n-th event, with 0 behind its headers."""

    n: int = 1
    how: Ending = "cut"

    async def begin(self, wire: Wire) -> None:
        if self.n == 0:
            await wire.cut(self.how)

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(frame)
        if number >= self.n:
            await wire.cut(self.how)
