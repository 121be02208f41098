"""Scenario files: either a mistake in a line, or a scenario by which a task can go to its end."""

import random
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from mock_server.actions.catalogue import ActionCatalogue, load_actions
from mock_server.entities import Entities
from mock_server.plan import Brief, make_plan
from mock_server.planned import Plan
from mock_server.scenario_files import ScenarioReader
from mock_server.shipped import SCENARIOS
from mock_server.snapshot.codec import decode, encode
from mock_server.sources import BrokenFile
from mock_server.task_specs import numbered_steps
from mock_server.timeline import Timeline, event_capacity, view
from tests.fuzzing.target import Target, bytes_of, text_of

_STEPS = numbered_steps([{"action": "debug:log", "input": {"message": "hi"}}, {"id": "last", "action": "debug:wait"}])
_MOST_EVENTS = 50


def check(data: bytes) -> None:
    try:
        scenario = _reader().parse(text_of(data), "fuzzed")
    except BrokenFile as broken:
        assert broken.mistakes
        assert all(mistake.line is None or mistake.line >= 1 for mistake in broken.mistakes)
        return
    for use in (1, 2):
        brief = Brief("task", _STEPS, {"text": []}, {"name": "n"}, {}, {})
        plan = make_plan(brief, scenario.at_use(use), _actions(), Entities([]), random.Random(1), use=use)
        timeline = Timeline(plan)
        assert len(timeline) <= event_capacity(plan, notes=len(plan.notes))
        told = [timeline[index].at for index in islice(range(len(timeline)), _MOST_EVENTS)]
        assert told == sorted(told)
        assert all(timeline.happened(at) > number for number, at in enumerate(told))
        assert view(plan, 10**15).completed_at == (plan.ends_at if plan.cancellation is None else plan.cancellation.at)
        assert decode(Plan, encode(plan)) == plan


@cache
def _reader() -> ScenarioReader:
    return ScenarioReader(SCENARIOS / "scenario.schema.json")


@cache
def _actions() -> ActionCatalogue:
    return load_actions()


def seeds() -> Iterator[bytes]:
    for file in sorted(Path(SCENARIOS).glob("*.yaml")):
        yield file.read_bytes()
    yield bytes_of("description: d\ncompletion: 1\nsteps: [{id: last, status: failed, fail: {message: m}, delay: 2}]\n")
    yield bytes_of("description: d\nmatch: {template: '*', values: {a: b}, use: {from: 2}}\nfaults: [{fault: reset}]\n")


TARGET = Target(
    "scenarios",
    check,
    seeds,
    (
        *(
            "description: ",
            "queue: ",
            "never",
            "cancel: ",
            "completion: ",
            "steps:\n  - ",
            "duration: ",
            "logs:",
            "text: ",
        ),
        *(
            "repeat: ",
            "every: ",
            "at: ",
            "late: true",
            "step: ",
            "cancelled: true",
            "level: warn",
            "fail: {message: x}",
        ),
        *(
            "stack: ",
            "outputs: ",
            "delay: ",
            "status: skipped",
            "position: first",
            "uses:\n  - use: ",
            "from: ",
            "to: ",
        ),
        *(
            "match: ",
            "template: ",
            "createdBy: ",
            "values: ",
            "permissions: ",
            "faults:\n  - fault: ",
            "drop-after",
            "n: ",
        ),
        *("&a ", "*a", "<<: *a", "!!binary ", "|\n", ">-\n", "? ", "---\n", "1e9", ".inf", "0x1F", "~", "${{ line }}"),
    ),
    opening="description: ",
)
