"""A cable between the browser and the mock that can be pulled."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Cable:
    """Passes on every connection to the port of the mock, until `pull`. New ones are taken at any time."""

    listener: socket.socket
    target: int
    pulled: int = 0
    _ends: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def pull(self) -> None:
        """Cut the connections that there are."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            _close(end)
        self.pulled += 1

    def lie(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            with self._lock:
                self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=[source, sink], daemon=True).start()


@contextmanager
def cable_to(port: int) -> Iterator[Cable]:
    """A cable that lies until the context ends."""
    cable = Cable(socket.create_server(("127.0.0.1", 0)), port)
    thread = threading.Thread(target=cable.lie)
    thread.start()
    try:
        yield cable
    finally:
        # A close alone does not end an accept that waits in another thread.
        cable.listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        cable.listener.close()
        cable.pull()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    _close(source)
    _close(sink)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
