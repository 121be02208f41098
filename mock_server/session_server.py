"""The mock server in a process of its own, for as long as somebody's tests run."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

_START = "from mock_server.cli import main; main()"
_ADDRESS = re.compile(r"(http://\S+)/api/scaffolder$")
_PATIENCE = 10.0


class ServerNotStarted(Exception):
    """The server ended instead of listening; the message is what it said."""


@contextmanager
def session_server(options: Sequence[str] = ()) -> Iterator[str]:
    """Where a server with these options listens, on a free port of this machine. Raises ServerNotStarted."""
    # In no pipe: nobody reads what the server says while the tests run.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(  # noqa: S603 (our own program, with the options of who runs the tests)
            [sys.executable, "-c", _START, "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            yield _origin(process, said)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _origin(process: subprocess.Popen[str], said: IO[str]) -> str:
    for line in process.stdout or ():
        if found := _ADDRESS.search(line.rstrip()):
            return found[1]
    process.wait()
    said.seek(0)
    raise ServerNotStarted(said.read().strip())
