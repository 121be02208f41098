"""Fill a world with tasks of the past days, at any number and without keeping others waiting."""

import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from mock_server.clock import SECOND, Milliseconds, give_way
from mock_server.entities import Entity
from mock_server.entity_refs import parse_entity_ref
from mock_server.lifecycle import TaskStatus
from mock_server.plan import Brief, make_plan
from mock_server.seeding.courses import Course, Planner, draw_course, natural_course
from mock_server.seeding.days import draw_instant
from mock_server.seeding.faking import make_faker
from mock_server.seeding.people import make_people
from mock_server.seeding.refusals import NothingToSeed, TooManyTasks
from mock_server.seeding.statuses import shares
from mock_server.seeding.values import draw_values
from mock_server.simulator import Principal, Simulator, allot_event_ids
from mock_server.store import UnknownTask
from mock_server.task import Task
from mock_server.templates import parse_template_ref
from mock_server.world import UnknownWorld, World

T = TypeVar("T")

COUNT = 100
DAYS = 30
USERS = 12
STATUSES: Mapping[TaskStatus, float] = MappingProxyType(
    {
        TaskStatus.COMPLETED: 80,
        TaskStatus.FAILED: 12,
        TaskStatus.CANCELLED: 5,
        TaskStatus.PROCESSING: 2,
        TaskStatus.OPEN: 1,
    }
)
_AFTER_THE_END = 60 * SECOND
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tasks to make. `templates` are references, none for all that are loaded; `seed` None for the server's.

    Of the `users`, the `creators` are known by their references, the first ones being the busiest; the others are made
    up.
    """

    count: int = COUNT
    days: float = DAYS
    users: int = USERS
    seed: int | None = None
    statuses: Mapping[TaskStatus, float] = field(default_factory=lambda: STATUSES)
    templates: Sequence[str] = ()
    creators: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Seeded:
    """The tasks that were made, oldest first, and how many there are of each status."""

    tasks: Sequence[Task]
    statuses: Mapping[TaskStatus, int]
    users: Sequence[str]


async def seed_tasks(simulator: Simulator, world: World, wanted: Wanted) -> Seeded:
    """Make tasks that look as if they had been created in the days before now, and put them among the others.

    An equal world gets equal tasks; the second time, the same world gets others. Raises TooManyTasks, NoStatus,
    NothingToSeed, UnknownWorld if it goes meanwhile, MalformedEntityRef, and for a template UnusableTemplate or
    UnknownTemplate.
    """
    if wanted.count > simulator.settings.kept_tasks:
        raise TooManyTasks(simulator.settings.kept_tasks)
    statuses = [status for status, number in shares(wanted.count, wanted.statuses).items() for _ in range(number)]
    refs = list(dict.fromkeys(wanted.templates)) or simulator.catalog.template_refs
    templates = [simulator.catalog.template(parse_template_ref(ref)) for ref in refs]
    seed = (simulator.settings.seed or 0) if wanted.seed is None else wanted.seed
    # Counted like the creates of a template, so that whatever keeps those in mind keeps this, too.
    circumstances = f"{seed}\n{world.count_create(f'seed {seed}')}"
    now = world.clock.now()
    seeder = _Seeder(simulator, now, wanted, circumstances, templates)
    made: list[Task] = []
    for number, status in enumerate(seeder.shuffled(statuses)):
        draw = random.Random(f"{circumstances}\n{number}")  # noqa: S311
        task_id = _uuid(draw)
        while await _is_taken(world, task_id):
            task_id = _uuid(draw)
        made.append(seeder.task(number, status, task_id, draw))
        await give_way()
    if world.is_closed:
        raise UnknownWorld(world.name)
    made.sort(key=lambda task: task.created_at)
    tasks = [replace(task, first_event_id=await allot_event_ids(world, task.plan)) for task in made]
    await world.store.create_all(tasks)
    reached = Counter(task.status(now) for task in tasks)
    return Seeded(tasks, {status: reached[status] for status in TaskStatus}, seeder.people)


class _Seeder:
    """Makes the tasks, one by one."""

    def __init__(
        self,
        simulator: Simulator,
        now: Milliseconds,
        wanted: Wanted,
        circumstances: str,
        templates: Sequence[Entity],
    ) -> None:
        self._simulator = simulator
        self._now = now
        self._days = wanted.days
        self._templates = list(templates)
        self._draw = random.Random(circumstances)  # noqa: S311
        self._faker = make_faker(self._draw.getrandbits(64))
        known = dict.fromkeys(str(parse_entity_ref(text, default_kind="user")) for text in wanted.creators)
        made_up = make_people(self._faker, wanted.users)
        self.people = list(dict.fromkeys([*known, *made_up]))[: max(wanted.users, len(known))]
        # Everybody has a task if there are enough, and some have many.
        weights = [1 / rank for rank in range(1, len(self.people) + 1)]
        often = self._draw.choices(self.people, weights, k=max(0, wanted.count - len(self.people)))
        self._creators = self.shuffled([*self.people[: wanted.count], *often])

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._draw.sample(items, len(items))

    def task(self, number: int, status: TaskStatus, task_id: str, draw: random.Random) -> Task:
        """The task of this number and, if any of the templates leads there, status. Raises NothingToSeed."""
        creator = self._creators[number]
        self._faker.seed_instance(draw.getrandbits(64))
        spec, course = self._course(status, task_id, creator, draw)
        created_at = self._now - course.age
        if not course.is_exact:
            created_at = min(draw_instant(draw, self._now, self._days), created_at - draw.randrange(_AFTER_THE_END))
        return Task(task_id, spec, creator, created_at, first_event_id=0, plan=course.plan)

    def _course(
        self, status: TaskStatus, task_id: str, creator: str, draw: random.Random
    ) -> tuple[dict[str, Any], Course]:
        for _ in range(_MOST_TRIES):
            spec, plan = self._begun(task_id, creator, draw)
            course = draw_course(draw, status, task_id, spec["steps"], plan)
            if course is not None:
                return spec, course
        return spec, natural_course(draw, plan)

    def _begun(self, task_id: str, creator: str, draw: random.Random) -> tuple[dict[str, Any], Planner]:
        """What a task of some template is asked to do, and what makes its plan. Raises NothingToSeed."""
        simulator = self._simulator
        while self._templates:
            template = draw.choice(self._templates)
            drawn = draw_values(draw, self._faker, simulator.catalog.entities, template)
            if drawn is None:
                # What cannot be done for one task is tried for no other.
                self._templates.remove(template)
                continue
            values, secrets = drawn
            spec = simulator.spec(template, values, Principal(creator))
            brief = Brief(task_id, spec["steps"], spec["output"], values, secrets, spec["user"])
            return spec, self._planner(brief, draw)
        raise NothingToSeed

    def _planner(self, brief: Brief, draw: random.Random) -> Planner:
        actions, entities = self._simulator.actions, self._simulator.catalog.entities
        return lambda behaviour: make_plan(brief, behaviour, actions, entities, draw)


def _uuid(draw: random.Random) -> str:
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))


async def _is_taken(world: World, task_id: str) -> bool:
    try:
        await world.store.get(task_id)
    except UnknownTask:
        return False
    return True
