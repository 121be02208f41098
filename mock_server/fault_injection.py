"""Which faults a request meets: those that it asks for itself, those of its world, and those of its scenario."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.answers import App
from mock_server.auth import bearer_token
from mock_server.faults.fault import Fault, Situation
from mock_server.journal import Struck
from mock_server.request import EXCHANGE, Exchange
from mock_server.scenario import Scenario
from mock_server.simulator import Simulator
from mock_server.store import UnknownTask
from mock_server.world import World


@dataclass(frozen=True, slots=True)
class _Met:
    fault: Fault
    situation: Situation
    struck: Struck


async def with_faults(app: App, simulator: Simulator, world_name: str, operation: str, scope: Mapping[str, Any]) -> App:
    """The application with every fault around it that strikes this request; the first one is met first."""
    exchange: Exchange = scope[EXCHANGE]
    world = simulator.worlds.peek(world_name)
    is_asked = bool(exchange.wishes or (world is not None and world.faults) or simulator.scenarios.have_faults)
    if not (is_asked and exchange.meets_faults):
        return app
    world = simulator.worlds.get(world_name)
    task_id = scope.get("path_params", {}).get("taskId")
    scenario = await _scenario(simulator, world, exchange, task_id)
    met = list(_met(world, scenario, exchange, operation, task_id, bearer_token(scope)))
    exchange.entry.faults.extend(each.struck for each in met)
    for each in reversed(met):
        app = each.fault.around(app, each.situation)
    return app


async def _scenario(simulator: Simulator, world: World, exchange: Exchange, task_id: str | None) -> Scenario:
    """The one that the request names, else that of the task which it is about, else the active one."""
    if exchange.scenario is not None and exchange.scenario in simulator.scenarios:
        return simulator.scenarios.named(exchange.scenario)
    try:
        played = None if task_id is None else (await world.store.get(task_id)).scenario
    except UnknownTask:
        played = None
    if played is not None and played in simulator.scenarios:
        return simulator.scenarios.named(played)
    return simulator.scenarios.named(world.scenario)


def _met(
    world: World, scenario: Scenario, exchange: Exchange, operation: str, task_id: str | None, token: bytes | None
) -> Iterator[_Met]:
    def situation(draw: Any) -> Situation:
        return Situation(world.clock, world.closing, draw, refuse_token)

    def refuse_token() -> None:
        if token is not None:
            world.tokens.refuse(token, "expired")

    for number, wish in enumerate(exchange.wishes):
        yield _Met(wish.fault, situation(world.faults.draw("request", number)), Struck(wish.kind, "request"))
    for added in world.faults:
        draw = world.faults.strike(("control", added.id), added.rule, operation, task_id)
        if draw is not None:
            yield _Met(added.rule.fault, situation(draw), Struck(added.rule.kind, "control", added.id))
    for number, rule in enumerate(scenario.faults):
        draw = world.faults.strike(("scenario", scenario.name, number), rule, operation, task_id)
        if draw is not None:
            place = f"{scenario.name}/faults/{number}"
            yield _Met(rule.fault, situation(draw), Struck(rule.kind, "scenario", place))
