"""A proxy that keeps back what it is to hand on."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire

# A proxy has only so much room, too: then it hands on what it has.
ROOM = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Buffer(StreamFault):
    """Nothing of the stream arrives before its end; then everything at once."""

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:  # noqa: ARG002
        wire.held.append(frame)
        wire.held_bytes += len(frame)
        if wire.held_bytes > ROOM:
            await wire.release()

    async def end(self, wire: Wire) -> None:
        await wire.release()
        await wire.finish()
