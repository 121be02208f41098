"""Events that overtake each other."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class Reorder(StreamFault):
    """The n-th event comes behind the next one; without a number, every second one does."""

    n: int | None = None

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        if number == self.n or (self.n is None and number % 2):
            wire.held.append(frame)
        else:
            await wire.write(frame)
            await wire.release()

    async def end(self, wire: Wire) -> None:
        await wire.release()
        await wire.finish()
