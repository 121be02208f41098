"""Events that come twice."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class Duplicate(StreamFault):
    """The n-th event comes twice, without a number each."""

    n: int | None = None

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(frame * 2 if self.n in {None, number} else frame)
