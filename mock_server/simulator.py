"""What the handlers call: worlds, and the life of the tasks in them."""

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.actions.catalogue import ActionCatalogue
from mock_server.cancellation import MAX_NOTES
from mock_server.clock import VirtualClock
from mock_server.draws import draws_of
from mock_server.entity_refs import parse_entity_ref
from mock_server.faults.faults import Faults
from mock_server.intervention import MAX_PUSHED
from mock_server.journal import Choice
from mock_server.lifecycle import TERMINAL, RecoveryStrategy
from mock_server.permissions import CANCEL, CREATE, EVERYTHING, READ, Permits
from mock_server.planned import Plan
from mock_server.quirks import Quirk
from mock_server.retained import BYTES_PER_TASK, WORLDS_KEPT, Retained
from mock_server.scenario import Behaviour, Occasion, Scenario, Scenarios, select
from mock_server.step_memory import StepMemory, TaskMemory
from mock_server.store import InMemoryTaskStore, VersionConflict
from mock_server.task import Task, TaskNotRetriable
from mock_server.task_bodies import TaskBodies
from mock_server.task_specs import TaskSpecs
from mock_server.templates import Catalog, check_secrets, parse_template_ref, permitted
from mock_server.timeline import event_capacity
from mock_server.value_checks import ValueChecks
from mock_server.world import Beginning, World, Worlds


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `entity_ref` is None for a service, and for anybody when authentication is off."""

    entity_ref: str | None


KEPT_TASKS = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How a simulator is set up. Without a `seed`, task ids are random. Where it `is_open`, nobody needs a token."""

    scenario: str
    speed: float = 1.0
    seed: int | None = None
    quirks: frozenset[Quirk] = frozenset()
    kept_tasks: int = KEPT_TASKS
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class NewTask:
    """A request to create a task. `scenario` is the one that the request names, if it does."""

    template_ref: str
    values: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    scenario: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A task that is new or was retried, and the scenario that it plays."""

    task: Task
    choice: Choice


@dataclass(frozen=True, slots=True)
class Use:
    """The n-th use of a scenario (from 1), and the draws that it makes."""

    scenario: Scenario
    number: int
    draw: random.Random

    @property
    def behaviour(self) -> Behaviour:
        return self.scenario.at_use(self.number)

    def explained(self, choice: Choice, steps: Sequence[Mapping[str, Any]]) -> Choice:
        """The choice of the scenario, with the rules in it that are for one of the steps."""
        return replace(choice, rules=self.behaviour.pointers(steps)) if self.behaviour.steps else choice


async def allot_event_ids(world: World, plan: Plan) -> int:
    """The id of the first event of a run that goes like this; the others have room behind it."""
    return await world.store.allot_event_ids(event_capacity(plan, notes=MAX_NOTES + MAX_PUSHED))


class Simulator:
    """What is simulated, without the wire: worlds, and tasks that are created, cancelled and retried in them."""

    def __init__(self, catalog: Catalog, actions: ActionCatalogue, scenarios: Scenarios, settings: Settings) -> None:
        scenarios.named(settings.scenario)
        self.catalog = catalog
        self.actions = actions
        self.scenarios = scenarios
        self.settings = settings
        self.bodies = TaskBodies(settings.quirks)
        self._retained = Retained(WORLDS_KEPT * BYTES_PER_TASK * settings.kept_tasks)
        self.worlds = Worlds(self._make_world)
        self._specs = TaskSpecs()
        self._memory = StepMemory()
        self._value_checks = ValueChecks()

    def take(self, catalog: Catalog, scenarios: Scenarios) -> None:
        """Go on with what was loaded anew; the tasks that there are stay as they are."""
        self.catalog, self.scenarios = catalog, scenarios
        # Nobody will ask again for the templates before.
        self._memory.forget()
        self._value_checks.forget()

    def permits(self, world: World, principal: Principal, scenario: str | None = None) -> Permits:
        """What somebody may do, by the scenario that a request names, else by the active one. A service may do all."""
        if principal.entity_ref is None and not self.settings.is_open:
            return EVERYTHING
        named = scenario if scenario is not None and scenario in self.scenarios else world.scenario
        policy = self.scenarios.named(named).policy
        return Permits(policy, principal.entity_ref) if policy else EVERYTHING

    async def create_task(
        self, world: World, principal: Principal, new: NewTask, permits: Permits = EVERYTHING
    ) -> Started:
        """Create a task and plan it whole.

        Raises MalformedEntityRef, NotAllowed, UnusableTemplate, UnknownTemplate, InvalidValues or UnknownScenario; a
        refused create counts as no use of a scenario.
        """
        ref = parse_template_ref(new.template_ref)
        permits.require(CREATE)
        template = permitted(self.catalog.template(ref), permits)
        # Not as we send it: there an infinite number is null.
        values_text = json.dumps(new.values)
        self._value_checks.check(template, new.values, values_text)
        check_secrets(template, new.secrets)
        scenario, choice = select(
            self.scenarios,
            Occasion(str(ref), new.values, principal.entity_ref),
            named=new.scenario,
            active=world.scenario,
            use=lambda name: world.count_use(name, str(ref)),
        )
        draw = self._draw(world.name, str(ref), world.count_create(str(ref)))
        # Drawn in any case, so that a seed changes nothing else.
        drawn = draw.getrandbits(128)
        task_id = str(uuid.uuid4() if self.settings.seed is None else uuid.UUID(int=drawn, version=4))
        spec = self.spec(template, new.values, principal)
        use = Use(scenario, choice.use or 1, draw)
        memory = self._memory.of_task(values_text, principal.entity_ref, self.catalog.entities)
        plan = self._plan(task_id, spec, new.secrets, use, permits, memory=memory)
        task = Task(
            id=task_id,
            spec=spec,
            created_by=principal.entity_ref,
            created_at=world.clock.now(),
            first_event_id=await allot_event_ids(world, plan),
            plan=plan,
            scenario=scenario.name,
        )
        await world.store.create(task)
        return Started(task, use.explained(choice, spec["steps"]))

    async def retry_task(
        self,
        world: World,
        task_id: str,
        secrets: Mapping[str, str],
        scenario: str | None = None,
        permits: Permits = EVERYTHING,
    ) -> Started:
        """Run a task that has ended once more, from its first step; `scenario` is the one that the request names.

        Raises UnknownTask, NotAllowed, UnknownTemplate, UnusableTemplate, InvalidValues, TaskNotRetriable or
        UnknownScenario.
        """
        task = await world.store.get(task_id)
        permits.require(CREATE)
        permits.require_with_task(task.created_by, READ)
        ref = task.spec["templateInfo"]["entityRef"]
        check_secrets(self.catalog.template(parse_template_ref(ref)), secrets)
        if task.status(world.clock.now()) not in TERMINAL:
            raise TaskNotRetriable(task_id)
        chosen, choice = select(
            self.scenarios,
            Occasion(ref, task.spec["parameters"], task.created_by),
            named=scenario,
            active=world.scenario,
            use=lambda name: world.count_use(name, ref),
        )
        number = choice.use or 1
        use = Use(chosen, number, self._draw(world.name, ref, "retry", chosen.name, number))
        plan = self._plan(task_id, task.spec, secrets, use, permits, task.recovery)
        while True:
            retried = task.retried(world.clock.now(), plan, await allot_event_ids(world, plan), chosen.name)
            try:
                await world.store.replace(retried, expected_version=task.version)
            except VersionConflict:
                task = await world.store.get(task_id)
                continue
            return Started(retried, use.explained(choice, task.spec["steps"]))

    async def cancel_task(self, world: World, task_id: str, permits: Permits = EVERYTHING) -> Task:
        """Cancel a task that has not ended; without quirks, one that has stays as it is.

        Raises UnknownTask, NotAllowed or StepReductionFault.
        """
        while True:
            task = await world.store.get(task_id)
            permits.require_with_task(task.created_by, CANCEL, READ)
            cancelled = task.cancelled(world.clock.now(), self.settings.quirks)
            if cancelled is task:
                return task
            try:
                await world.store.replace(cancelled, expected_version=task.version)
            except VersionConflict:
                continue
            return cancelled

    def close(self) -> None:
        """End every open stream."""
        self.worlds.close()

    def user(self, principal: Principal) -> dict[str, Any]:
        """The `user` of a task's spec: empty for a service, without `entity` for a user that the catalog lacks."""
        if principal.entity_ref is None:
            return {}
        entity = self.catalog.entities.get(parse_entity_ref(principal.entity_ref, default_kind="user"))
        return ({} if entity is None else {"entity": entity}) | {"ref": principal.entity_ref}

    def spec(self, template: Mapping[str, Any], values: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
        """What a task of this template, with these values and of this creator, is asked to do."""
        return self._specs.of(template, values, self.user(principal))

    def _plan(
        self,
        task_id: str,
        spec: Mapping[str, Any],
        secrets: Mapping[str, str],
        use: Use,
        permits: Permits,
        recovery: RecoveryStrategy | None = None,
        memory: TaskMemory | None = None,
    ) -> Plan:
        # Imported here, as is what it needs: the start need not wait for it.
        from mock_server.plan import Brief, make_plan

        brief = Brief(task_id, spec["steps"], spec["output"], spec["parameters"], secrets, spec["user"], recovery)
        return make_plan(
            brief,
            use.behaviour,
            self.actions,
            self.catalog.entities,
            use.draw,
            use=use.number,
            permits=permits,
            quirks=self.settings.quirks,
            memory=memory,
        )

    def _draw(self, *circumstances: object) -> random.Random:
        return draws_of(self.settings.seed or 0, *circumstances)

    def _make_world(self, name: str, beginning: Beginning) -> World:
        # Whoever can only choose a base URL chooses a scenario by the name of a world.
        named = name if name in self.scenarios else self.settings.scenario
        scenario = named if beginning.scenario is None else beginning.scenario
        self.scenarios.named(scenario)
        speed = self.settings.speed if beginning.speed is None else beginning.speed
        clock = VirtualClock(speed=speed, start=beginning.now, frozen=beginning.frozen)
        faults = Faults(clock, f"{self.settings.seed or 0}\n{name}")
        store = InMemoryTaskStore(clock, self.settings.kept_tasks, self._retained)
        return World(name, clock, store, scenario, faults)
