"""One input held against what must hold, in a limited time."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.fuzzing.target import Target

FOLDER = Path(__file__).parent
# Where what once went wrong is kept, a folder for each target.
CRASHES = FOLDER / "crashes"
SECONDS = 1.0


class TooSlow(AssertionError):
    """An input that takes longer than anyone has to wait for one of its length."""


def check_within(target: Target, data: bytes, seconds: float = SECONDS) -> None:
    """Raises what `check` raises, or TooSlow. It is the time of the processor that counts: others may need it, too."""
    began = time.process_time()
    target.check(data)
    took = time.process_time() - began
    if took > seconds:
        raise TooSlow(f"{len(data)} bytes took {took:.1f} s")


def kept(target: str) -> Iterator[Path]:
    """The inputs of a target that once went wrong."""
    folder = CRASHES / target
    if folder.is_dir():
        yield from sorted(file for file in folder.iterdir() if file.is_file())
