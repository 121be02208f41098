"""A token that expires while its user watches a task."""

from dataclasses import dataclass

from mock_server.faults.stream import Ending, StreamFault, Wire


@dataclass(frozen=True, slots=True)
class ExpireToken(StreamFault):
    """Behind the n-th event the stream ends, and the world refuses its token from then on."""

    n: int = 1
    how: Ending = "cut"

    async def begin(self, wire: Wire) -> None:
        if self.n == 0:
            await self._expire(wire)

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(frame)
        if number >= self.n:
            await self._expire(wire)

    async def _expire(self, wire: Wire) -> None:
        wire.situation.refuse_token()
        await wire.cut(self.how)
