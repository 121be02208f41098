"""What a run is doing, while it does it."""

from typing import Protocol

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from contracts.reports.summary import counted
from contracts.results import Outcome
from contracts.runner import Began, Ended, Judged, Progress


class Tells(Protocol):
    """Something that tells of a run."""

    def tell(self, event: Progress) -> None:
        """Show what happens."""

    def close(self) -> None:
        """Nothing more will happen."""


class PlainProgress:
    """A line for each probe that is over, and none that is ever rewritten."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, event: Progress) -> None:
        if isinstance(event, Ended):
            self._console.print(Text(f"{event.probe}: done, {counted(event.exchanges, 'request')} so far"))

    def close(self) -> None:
        pass


class LiveProgress:
    """One line that changes, and is gone in the end."""

    def __init__(self, console: Console) -> None:
        self._running: list[str] = []
        self._requests = 0
        self._judged = self._broken = 0
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
            ),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            expand=True,
            # What others print goes where they print it.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._line = self._bars.add_task("starting", total=None)
        self._started = False

    def tell(self, event: Progress) -> None:
        if not self._started:
            self._bars.start()
            self._started = True
        match event:
            case Began(probe):
                self._running.append(probe)
            case Ended(probe, exchanges):
                self._running = [name for name in self._running if name != probe]
                self._requests = exchanges
            case Judged(result):
                self._judged += 1
                self._broken += result.outcome is Outcome.FAIL
        self._bars.update(self._line, description=self._said())

    def close(self) -> None:
        if self._started:
            self._bars.stop()

    def _said(self) -> str:
        if self._judged:
            return f"judging: {counted(self._judged, 'rule')}, {self._broken} broken"
        return f"{counted(self._requests, 'request')}, running: {', '.join(self._running) or 'nothing'}"
