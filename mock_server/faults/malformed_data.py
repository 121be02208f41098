"""Data that is no JSON."""

from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class MalformedData(StreamFault):
    """The data of the n-th event breaks off in the middle, though the frame is whole."""

    n: int = 1

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(_broken(frame) if number == self.n else frame)


def _broken(frame: bytes) -> bytes:
    start = frame.index(b"data: ") + len(b"data: ")
    return frame[: (start + len(frame)) // 2] + b"\n\n"
