"""Take what is edited in scenario and template files as soon as it makes sense; until then, what made sense last."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mock_server.scenario import Scenarios
from mock_server.simulator import Simulator
from mock_server.sources import SUFFIXES, BrokenFile
from mock_server.templates import Catalog

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a server takes from its files."""

    catalog: Catalog
    scenarios: Scenarios


class Reloader:
    """Loads files again for a simulator. What was uploaded meanwhile stays, and so does every task."""

    def __init__(self, simulator: Simulator, load: Callable[[], Loaded]) -> None:
        """`load` raises BrokenFile."""
        self._simulator = simulator
        self._load = load
        self._failure: str | None = None

    async def reload(self) -> None:
        """Load everything, and take it if it can be used. A failure is logged and noted in the journals, once."""
        try:
            # Others are served while many files are read; what is read counts in one go.
            loaded = await asyncio.to_thread(self._load)
            self._take(loaded)
        except BrokenFile as error:
            self._fail(f"{error}; what was loaded before stays")
            return
        if self._failure is not None:
            self._failure = None
            self._tell("The files can be used again, and are")
        else:
            logger.info("Scenarios and templates were loaded again")

    async def watch(self, paths: Sequence[Path]) -> None:
        """Reload with every edit of these files, and of the YAML files in these folders, until cancelled."""
        folders = {path for path in paths if path.is_dir()}
        # An editor may put a new file in the place of the old one, which is seen in the folder only.
        beside = {path.resolve().parent for path in paths if path not in folders}
        try:
            await asyncio.gather(self._watch(folders, recursive=True), self._watch(beside, recursive=False))
        except (OSError, RuntimeError) as error:
            self._tell(f"Edits are not noticed any more: {error}")

    async def _watch(self, folders: Iterable[Path], *, recursive: bool) -> None:
        if not folders:
            return
        # Imported here: it is not needed to start.
        from watchfiles import awatch

        async for _ in awatch(*folders, watch_filter=_is_yaml, debounce=400, rust_timeout=1_000, recursive=recursive):
            await self.reload()

    def _take(self, loaded: Loaded) -> None:
        scenarios = self._simulator.scenarios.uploaded_over(loaded.scenarios)
        for world in self._simulator.worlds:
            if world.scenario not in scenarios:
                reason = f"it is gone, but active in the world '{world.name}'"
                raise BrokenFile(Path(f"{world.scenario}.yaml"), None, reason)
        self._simulator.take(loaded.catalog, scenarios)

    def _fail(self, failure: str) -> None:
        if failure != self._failure:
            self._failure = failure
            self._tell(failure)

    def _tell(self, message: str) -> None:
        logger.warning("%s", message)
        for world in self._simulator.worlds:
            world.journal.note(message, world.clock.now())


def _is_yaml(_change: object, path: str) -> bool:
    return Path(path).suffix in SUFFIXES
