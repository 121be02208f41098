"""What a server is and takes: a process of its own, its processor time and its memory."""

import os
import re
import resource
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS_TO_START = 60
# What a shell of most Linux systems gives: a server that needs more must see to it itself.
_OPEN_FILES = 1_024


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in memory: all of them, and with what is shared divided among those that share it."""

    rss: int
    pss: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens at `url`, the base URL of the API; `spawned_at` is an instant of `time.perf_counter`."""

    url: str
    process: subprocess.Popen[str]
    spawned_at: float

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def memory(self) -> Memory:
        return memory(self.process.pid)


@contextmanager
def running(command: Sequence[str | Path], url: str | None = None) -> Iterator[Server]:
    """Start a server that prints its URL, or takes connections at the one that is given; it is stopped in any case."""
    spawned_at = time.perf_counter()
    # An installed program is compiled; so are the modules of a checkout, from the second start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONUNBUFFERED"] = "1"
    output = subprocess.PIPE if url is None else subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=output, text=True, env=environment, preexec_fn=_limit_open_files)
    try:
        yield Server(_printed_url(process) if url is None else _reached(process, url), process, spawned_at)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()


def _limit_open_files() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, most), most))


def allow_open_files(count: int) -> bool:
    """Let this process have so many files open; returns whether it may."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count <= most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))
    return count <= most


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _printed_url(process: subprocess.Popen[str]) -> str:
    found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout or ())), None)
    if found is None:
        raise RuntimeError(f"{_shown(process)} ended with {process.wait()}")
    return found[0]


def _reached(process: subprocess.Popen[str], url: str) -> str:
    parts = urlsplit(url)
    give_up_at = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            raise RuntimeError(f"{_shown(process)} ended with {process.returncode}")
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return url
    raise RuntimeError(f"{_shown(process)} does not listen")


def _shown(process: subprocess.Popen[str]) -> str:
    return " ".join(map(str, process.args)) if isinstance(process.args, list | tuple) else str(process.args)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all its descendants, those that have ended included."""
    process = Path("/proc", str(pid))
    # Nanoseconds; the same sum in `stat` is rounded to hundredths of a second.
    running = sum(int(path.read_text().split()[0]) for path in process.glob("task/*/schedstat")) / 1e9
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    ended = sum(map(int, fields[13:15])) / _TICKS
    return running + ended + sum(map(cpu_seconds, _children(process)))


def memory(pid: int) -> Memory:
    """Of a process and of all its descendants."""
    process = Path("/proc", str(pid))
    kilobytes = dict(re.findall(r"^(Rss|Pss): +(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE))
    children = [memory(child) for child in _children(process)]
    return Memory(
        int(kilobytes["Rss"]) * 1024 + sum(child.rss for child in children),
        int(kilobytes["Pss"]) * 1024 + sum(child.pss for child in children),
    )


def _children(process: Path) -> Iterator[int]:
    return (int(child) for path in process.glob("task/*/children") for child in path.read_text().split())
