"""The installed program in a process of its own, as a user starts it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("run-mock-server")


@dataclass(frozen=True)
class RunningServer:
    """A server that listens. `url` is the base URL of the API, `banner` what it printed."""

    url: str
    banner: str
    process: subprocess.Popen[str]

    def stop(self, *, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop and wait; returns the exit code."""
        self.process.send_signal(by)
        return self.process.wait(timeout=15)


def _as_in_the_foreground() -> None:
    # A shell lets what it runs in the background ignore the interrupt, and so would the server of a test there.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running_server(
    *arguments: str, program: Path = PROGRAM, module: str | None = None, **environment: str
) -> Iterator[RunningServer]:
    """Start the program, or a module that does as it, on a free port; it is stopped in any case."""
    command: Sequence[str | Path] = [program] if module is None else [sys.executable, "-m", module]
    process = subprocess.Popen(
        [*command, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        preexec_fn=_as_in_the_foreground,
    )
    try:
        banner = ""
        assert process.stdout is not None
        while "curl" not in banner:
            line = process.stdout.readline()
            assert line or process.poll() is None, process.communicate()[1]
            banner += line
        banner += process.stdout.readline()
        found = re.search(r"http://\S+/api/scaffolder", banner)
        assert found is not None
        yield RunningServer(found[0], banner, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
