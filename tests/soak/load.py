"""The load of a soak: many visitors at once, and the time of the lasting worlds, which goes on meanwhile."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count, product

from tests.soak.connection import PATIENCE, Connection
from tests.soak.server import SoakedServer
from tests.soak.task_journeys import ENDING, ENDLESS, HEAVY, JOURNEYS, Journey
from tests.soak.visitor import DEMO_VALUES, HELLO, TROUBLES, USERS, Progress, Visitor
from tests.soak.world_journeys import live_in_a_world

LASTING = ("default", "lasting-1", "lasting-2")
_VISITORS = 12
_TICK = 0.05
_LEAST_STEP = 20.0
# Of a hundred visits, and of the tasks a good third.
_IN_OWN_WORLDS = 7
_ENOUGH_TROUBLES = 50
_WARMED_UP_BY = 4
_WARM_UP_ROUNDS = 2
_PROBES = 50
_PROBE_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Size:
    """How many tasks, over how many seconds of virtual time, within how many of wall time."""

    tasks: int
    virtual_seconds: float
    wall_seconds: float


@dataclass(slots=True)
class Load:
    """What is done to a server. The same seed draws the same visits; in which order they come about is up to it."""

    server: SoakedServer
    seed: int
    _numbers: Iterator[int] = field(default_factory=count)

    def visitor(self, progress: Progress, name: str) -> Visitor:
        return Visitor(Connection(self.server.host, self.server.port), random.Random(f"{self.seed} {name}"), progress)

    async def run(self, size: Size, progress: Progress) -> None:
        """All the visits that so many tasks take, or as many as there is time for."""
        started = await self._clocks()
        keepers = [asyncio.create_task(self._keep_time(world, progress, size)) for world in LASTING]
        try:
            async with asyncio.timeout(size.wall_seconds):
                await asyncio.gather(*(self._visit(progress, number) for number in range(_VISITORS)))
        except TimeoutError:
            progress.troubles.append(f"after {size.wall_seconds:g} s, {progress.tasks} of {size.tasks} tasks")
        finally:
            progress.is_over = True
            await asyncio.gather(*keepers)
        progress.virtual_seconds = min(now - then for now, then in zip(await self._clocks(), started, strict=True))

    async def warm_up(self) -> Progress:
        """Every journey a few times, so that the server has loaded and kept what it loads and keeps but once."""
        progress = Progress(_WARMED_UP_BY * 100)
        keepers = [asyncio.create_task(self._keep_time(world, progress, Size(0, 0, 0))) for world in LASTING]
        await asyncio.gather(*(self._try_everything(progress, number) for number in range(_WARMED_UP_BY)))
        progress.is_over = True
        await asyncio.gather(*keepers)
        return progress

    async def _try_everything(self, progress: Progress, number: int) -> None:
        visitor = self.visitor(progress, f"warm-up {number}")
        combinations = list(product(DEMO_VALUES, (*ENDING, *HEAVY, *ENDLESS)))
        async with visitor.connection:
            for template, scenario in combinations[number::_WARMED_UP_BY]:
                await self._go(visitor, partial(Visitor.create, scenario=scenario, template=template))
            for journey in [*JOURNEYS, self._live_in_a_world] * _WARM_UP_ROUNDS:
                await self._go(visitor, journey)

    async def _clocks(self) -> list[float]:
        """What time it is in the worlds that last, made if need be."""
        visitor = self.visitor(Progress(1), "clocks")
        async with visitor.connection:
            return [await _now(visitor.elsewhere(world)) for world in LASTING]

    async def cost(self) -> float:
        """Microseconds of the server's CPU per request, of a few kinds in turns: the least of some rounds."""
        visitor, costs = self.visitor(Progress(1), "probe"), list[float]()
        async with visitor.connection:
            for _ in range(_PROBES):
                await visitor.create("instant", HELLO)
            for _ in range(_PROBE_ROUNDS):
                before, answers = self.server.cpu_seconds(), visitor.connection.answers
                for _ in range(_PROBES):
                    task_id = await visitor.create("instant", HELLO)
                    await visitor.task(task_id)
                    await visitor.logs(task_id)
                    await visitor.ask("GET", "/tasks?limit=10")
                asked = visitor.connection.answers - answers
                costs.append((self.server.cpu_seconds() - before) * 1e6 / asked)
        return min(costs)

    async def clear(self) -> None:
        """Let no world be left but an empty one."""
        visitor = self.visitor(Progress(1), "clearing")
        async with visitor.connection as connection:
            worlds = (await connection.ask("GET", "/_mock/v1/worlds")).json["worlds"]
            for world in worlds:
                if world["name"] != "default":
                    await connection.ask("DELETE", f"/_mock/v1/worlds/{world['name']}", expected=(204,))
            await visitor.control("POST", "/reset")

    async def _visit(self, progress: Progress, number: int) -> None:
        visitor = self.visitor(progress, f"visitor {number}")
        journeys, weights = list(JOURNEYS), list(JOURNEYS.values())
        async with visitor.connection as connection:
            while progress.tasks < progress.wanted and len(progress.troubles) < _ENOUGH_TROUBLES:
                answers = connection.answers
                if visitor.draw.randrange(100) < _IN_OWN_WORLDS:
                    await self._go(visitor, self._live_in_a_world)
                else:
                    inside = visitor.elsewhere(visitor.draw.choice(LASTING)).as_user(visitor.draw.choice(list(USERS)))
                    await self._go(inside, visitor.draw.choices(journeys, weights)[0])
                progress.answers += connection.answers - answers

    async def _live_in_a_world(self, visitor: Visitor) -> None:
        await live_in_a_world(visitor, self._numbers)

    async def _go(self, visitor: Visitor, journey: Journey) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await journey(visitor)
        except TROUBLES as trouble:
            name = getattr(journey, "__name__", "a part of one")
            visitor.progress.troubles.append(f"{name} in {visitor.world}: {trouble!r}"[:400])
            visitor.connection.close()

    async def _keep_time(self, world: str, progress: Progress, size: Size) -> None:
        """Move the clock of a world ahead as the tasks get on, and change how it runs."""
        keeper, moved = self.visitor(progress, f"keeper of {world}").elsewhere(world), 0.0
        async with keeper.connection:
            await _now(keeper)
            while not progress.is_over:
                by = max(_LEAST_STEP, size.virtual_seconds * progress.share - moved)
                await self._go(keeper, partial(_move, seconds=by))
                moved += by
                await asyncio.sleep(_TICK)
            # The last tasks may have come after the last tick.
            await self._go(keeper, partial(_move, seconds=max(0.0, size.virtual_seconds * progress.share - moved)))


async def _now(visitor: Visitor) -> float:
    await visitor.ask("GET", "/tasks?limit=1")
    now: str = (await visitor.control("GET", "/clock"))["now"]
    return datetime.fromisoformat(now).timestamp()


async def _move(keeper: Visitor, seconds: float) -> None:
    await keeper.control("POST", "/clock/advance", {"seconds": seconds})
    match keeper.draw.randrange(20):
        case 0:
            await keeper.control("POST", "/clock/freeze")
        case 1:
            await keeper.control("POST", "/clock/run", {"speed": keeper.draw.choice((0.5, 1, 60))})
