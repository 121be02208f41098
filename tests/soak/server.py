"""The server of a soak: a process of its own, and what can be read of it from outside."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.process import cpu_seconds

_PATIENCE = 30.0
_LOOKS = 20
_LEAST_KEPT = 300
_TASKS_FOR_EACH_KEPT = 40
# A run of fewer tasks does not fill the worlds by its half.
FILLING = _LEAST_KEPT * _TASKS_FOR_EACH_KEPT


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tasks a world keeps, and how many worlds there may be."""

    tasks: int
    worlds: int

    @classmethod
    def reached_by(cls, tasks: int) -> "Limits":
        """Those of the program, or smaller ones that so many tasks reach well before the half of a soak.

        What a world remembers of the ends and the events of its tasks is full after twice the tasks that it keeps.
        """
        # So many that nobody's task is let go between two of their requests.
        kept = max(_LEAST_KEPT, tasks // _TASKS_FOR_EACH_KEPT)
        return cls(min(10_000, kept), min(1_000, max(40, tasks // 100)))


@dataclass(frozen=True, slots=True)
class Census:
    """What lives in the server while nobody asks it anything."""

    counts: Mapping[str, int]
    descriptors: int


@dataclass(frozen=True, slots=True)
class SoakedServer:
    """A server that runs. `host` and `port` are where it listens."""

    process: subprocess.Popen[str]
    host: str
    port: int
    counted: TextIOWrapper

    def kilobytes(self) -> int:
        """The memory that is resident."""
        found = re.search(r"VmRSS:\s+(\d+) kB", self._proc("status").read_text())
        assert found is not None
        return int(found[1])

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def descriptors(self) -> int:
        return len(list(self._proc("fd").iterdir()))

    def census(self) -> Census:
        self.process.send_signal(signal.SIGUSR1)
        return Census(json.loads(self.counted.readline()), self.descriptors())

    def blocks(self) -> int:
        """How many pieces of memory are in use. It looks for garbage before, which others notice."""
        self.process.send_signal(signal.SIGUSR2)
        return int(self.counted.readline())

    async def idle_census(self, descriptors: int | None = None) -> Census:
        """The census once the connections of clients that have gone are closed.

        That takes a moment; given how many descriptors there are to be, it waits for them to be no more.
        """
        for _ in range(_LOOKS):
            await asyncio.sleep(0.1)
            if descriptors is not None and self.descriptors() <= descriptors:
                break
        return self.census()

    def stop(self) -> tuple[int, str]:
        """Ask it to end; its exit code and what it said of errors."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=_PATIENCE)
        return self.process.returncode, said

    def _proc(self, name: str) -> Path:
        return Path("/proc", str(self.process.pid), name)


@contextmanager
def soaked_server(limits: Limits, counting: Sequence[str] = (), options: Sequence[str] = ()) -> Iterator[SoakedServer]:
    """Start it on a free port; it is stopped in any case. `counting` are options of what counts in it."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.soak.served", "--census-to", str(writing)),
            *("--kept-tasks", str(limits.tasks), "--kept-worlds", str(limits.worlds), *counting),
            *("--", "--port", "0", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        pass_fds=[writing],
        cwd=Path(__file__).parents[2],
    )
    os.close(writing)
    with open(reading) as counted:  # noqa: PTH123 (a descriptor, no path)
        try:
            yield SoakedServer(process, *_address(process), counted)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> tuple[str, int]:
    assert process.stdout is not None
    found = None
    for line in process.stdout:
        found = found or re.search(r"http://\S+", line)
        if line.startswith("  curl"):
            break
    if found is None:
        raise RuntimeError(f"the server ended with {process.wait()}")
    parts = urlsplit(found[0])
    return parts.hostname or "", parts.port or 80
