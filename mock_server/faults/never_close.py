"""A stream that stays open when all is told."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class NeverClose(StreamFault):
    """Every event comes, the completion, too; but the stream does not end."""

    async def end(self, wire: Wire) -> None:
        await wire.hang()
