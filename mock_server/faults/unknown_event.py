"""An event of a type that no client knows."""

import json
from dataclasses import dataclass

from mock_server.faults.stream import StreamFault, Wire


@dataclass(frozen=True, slots=True)
class UnknownEvent(StreamFault):
    """Behind the n-th event comes one of another type, with the same id."""

    n: int = 1
    type: str = "progress"

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:
        await wire.write(frame)
        if number == self.n:
            data = frame[frame.index(b"data: ") + len(b"data: ") :]
            other = {**json.loads(data), "type": self.type, "body": {"message": "Half of it is done"}}
            await wire.write(f"event: {self.type}\ndata: {json.dumps(other, separators=(',', ':'))}\n\n".encode())
