"""Who is measured: the mock server and what it is measured beside."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from tests.benchmarks.npm_peers import PRISM, WIREMOCK, prism_command, why_absent, wiremock_command
from tests.benchmarks.operations import ANSWERS, MOUNT, Answers, write_answers
from tests.benchmarks.process import Server, free_port, running
from tests.server_process import PROGRAM

MOCK, STARLETTE, CONNEXION = "mock server", "Starlette", "Connexion"
PEERS = (MOCK, STARLETTE, CONNEXION, PRISM, WIREMOCK)
STREAMING_PEERS = (MOCK, STARLETTE, CONNEXION)
_OPEN_FILES = 16_000

_NpmCommand = Callable[[Answers, Path, int], list[str | Path]]
# The base URL of Prism has no path: it serves those of the document.
_NPM_PEERS: Mapping[str, tuple[_NpmCommand, str]] = MappingProxyType(
    {PRISM: (prism_command, ""), WIREMOCK: (wiremock_command, MOUNT)}
)


@contextmanager
def serving(
    peer: str, told: Answers = ANSWERS, options: Sequence[str | Path] = (), begin: Path = Path("begin")
) -> Iterator[Server]:
    """A peer that answers what it is told, and begins its streams when the file says so; the mock server knows that by
    itself, and takes the options."""
    if peer == MOCK:
        with running([PROGRAM, "--port", "0", *options]) as server:
            yield server
        return
    answers = {**ANSWERS, **told}
    with TemporaryDirectory() as name:
        folder = Path(name)
        if peer in _NPM_PEERS:
            command, mount = _NPM_PEERS[peer]
            port = free_port()
            with running(command(answers, folder, port), f"http://127.0.0.1:{port}{mount}") as server:
                yield server
        else:
            given = ("--answers", write_answers(answers, folder), "--begin", begin, "--open-files", str(_OPEN_FILES))
            with running([sys.executable, "-m", "tests.benchmarks.servers", peer.lower(), *given]) as server:
                yield server


def present(peers: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Those that can be measured here, and why the others cannot."""
    absent = {peer: reason for peer in peers if peer in _NPM_PEERS and (reason := why_absent(peer)) is not None}
    return [peer for peer in peers if peer not in absent], absent


def rotated(peers: Sequence[str], turn: int) -> Sequence[str]:
    """The peers in an order in which each is the first in its turn."""
    first = turn % len(peers)
    return [*peers[first:], *peers[:first]]
