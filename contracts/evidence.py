"""Everything that a run saw, and the views of it that rules judge."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from contracts.contract import Contract
from contracts.exchange import Exchange, Purpose
from contracts.target import Templates
from contracts.task_story import Rerun, Sighting, TaskStory, listed_tasks


@dataclass(frozen=True, slots=True)
class FuzzReport:
    """How the fuzzing went. `errors` are its own; `hung` names operations that it had to be killed over."""

    cases: int
    errors: tuple[str, ...] = ()
    hung: tuple[str, ...] = ()
    completed: bool = True


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the probes and the fuzzer brought back. Exchanges are in the order in which they ended.

    `secrets` are the marked secret values that were sent; `marker` is in the values of every task that was created,
    where the template allows; `gone` says why the target could not be asked any more, None while it could.
    """

    contract: Contract
    templates: Templates
    exchanges: tuple[Exchange, ...]
    marker: str = ""
    secrets: tuple[str, ...] = ()
    has_token: bool = True
    fuzz: FuzzReport | None = None
    gone: str | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)

    def of(self, operation: str | None = None, *purposes: Purpose, status: int | None = None) -> Iterator[Exchange]:
        """The exchanges of an operation (None: of any), of these purposes (none given: of any), with that status."""
        for exchange in self.exchanges:
            if operation is not None and exchange.operation != operation:
                continue
            if purposes and exchange.purpose not in purposes:
                continue
            if status is None or exchange.status == status:
                yield exchange

    @cached_property
    def authenticated(self) -> tuple[Exchange, ...]:
        """The exchanges that were made as the target's tokens ask for."""
        return tuple(exchange for exchange in self.exchanges if exchange.purpose not in UNAUTHENTICATED)

    @cached_property
    def tasks(self) -> Mapping[str, TaskStory]:
        """Every task that was created, read or listed, by id: what was seen of it until it was run again, if it was."""
        return {id: lives[0].made(id) for id, lives in self._lives.items()}

    @cached_property
    def reruns(self) -> tuple[Rerun, ...]:
        """Every time that a task was run again."""
        return tuple(
            Rerun(before.made(id), after.began_with, after.made(id))
            for id, lives in self._lives.items()
            for before, after in pairwise(lives)
            if after.began_with is not None
        )

    @cached_property
    def _lives(self) -> "Mapping[str, Sequence[_Life]]":
        found: dict[str, list[_Life]] = {}
        for retry in sorted(self.of("retryTask"), key=_began):
            # Of one without an answer nobody knows.
            if retry.status is None or retry.status < 400:
                found.setdefault(retry.path_parameters.get("taskId", ""), [_Life()]).append(_Life(retry))
        for exchange in self.authenticated:
            for id, (name, part) in _parts(exchange):
                life = _life_of(exchange, found.setdefault(id, [_Life()]))
                if life is not None:
                    getattr(life, name).append(part)
        return {id: lives for id, lives in found.items() if any(life.made(id).is_known for life in lives)}

    @cached_property
    def created_tasks(self) -> tuple[TaskStory, ...]:
        """The tasks that this run created."""
        return tuple(story for story in self.tasks.values() if story.created is not None)


UNAUTHENTICATED = frozenset({Purpose.WITHOUT_TOKEN, Purpose.WRONG_TOKEN, Purpose.WRONG_SCHEME})


class _Life:
    """What was seen of a task from its creation, or from the request that it be run again, on."""

    def __init__(self, began_with: Exchange | None = None) -> None:
        self.began_with = began_with
        self.created: list[Exchange] = []
        self.polls: list[Sighting] = []
        self.listings: list[Sighting] = []
        self.cancels: list[Exchange] = []
        self.logs: list[Exchange] = []
        self.streams: list[Exchange] = []
        self.batches: list[Exchange] = []

    def made(self, id: str) -> TaskStory:
        return TaskStory(
            id,
            self.created[0] if self.created else None,
            polls=_in_order_of_asking(self.polls),
            listings=_in_order_of_asking(self.listings),
            cancels=tuple(sorted(self.cancels, key=_began)),
            logs=tuple(sorted(self.logs, key=_began)),
            streams=tuple(sorted(self.streams, key=_began)),
            batches=tuple(sorted(self.batches, key=_began)),
        )


def _life_of(exchange: Exchange, lives: Sequence[_Life]) -> _Life | None:
    """The life that all of this exchange was in; None for one during which the task was run again."""
    began = [life.began_with for life in lives[1:] if life.began_with is not None]
    place = sum(retry.ended <= exchange.began for retry in began)
    overtaken = place < len(began) and exchange.ended > began[place].began
    return None if overtaken else lives[place]


def _parts(exchange: Exchange) -> Iterator[tuple[str, tuple[str, Any]]]:
    """The tasks that an exchange tells something of, each with the part of its story that it belongs to."""
    id = exchange.path_parameters.get("taskId")
    match exchange.operation:
        case "createTask" if exchange.status == 201 and isinstance(exchange.json, dict):
            created = exchange.json.get("id")
            if isinstance(created, str):
                yield created, ("created", exchange)
        case "listTasks":
            for task in listed_tasks(exchange):
                if isinstance(task.get("id"), str):
                    yield task["id"], ("listings", Sighting(task, exchange))
        case "getTask" if id and exchange.status == 200 and isinstance(exchange.json, dict):
            yield id, ("polls", Sighting(exchange.json, exchange))
        case "cancelTask" if id:
            yield id, ("cancels", exchange)
        case "getTaskLogs" if id:
            yield id, ("logs", exchange)
        case "getTaskEventStream" if id:
            yield id, ("streams", exchange)
        case "getTaskEvents" if id:
            yield id, ("batches", exchange)


def _in_order_of_asking(sightings: list[Sighting]) -> tuple[Sighting, ...]:
    return tuple(sorted(sightings, key=lambda sighting: sighting.began))


def _began(exchange: Exchange) -> float:
    return exchange.began
