"""Play what was recorded before anybody else does, and hold it against the original."""

import random
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mock_server.actions.catalogue import load_actions
from mock_server.entities import Entities
from mock_server.plan import Brief, make_plan
from mock_server.recording.recorded import RecordedEvent, RecordedRun, RecordedTask
from mock_server.scenario import Scenario
from mock_server.scenario_files import ScenarioReader
from mock_server.shipped import SCENARIOS
from mock_server.sources import BrokenFile
from mock_server.task_specs import numbered_steps
from mock_server.templates import UnknownTemplate, UnusableTemplate, load_catalog
from mock_server.timeline import Timeline


class Unplayable(Exception):
    """The server would not take the files."""


def rehearse(task: RecordedTask, run: RecordedRun, scenario: str, template: str) -> list[int]:
    """Load the texts as the server does, and play them; returns the numbers of the events that come out differently.

    Raises Unplayable.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.yaml"
        file.write_text(template, encoding="utf-8")
        try:
            entity = load_catalog([file]).template(task.template)
            played = ScenarioReader(SCENARIOS / "scenario.schema.json").parse(scenario, "recording")
        except BrokenFile as error:
            raise Unplayable(f"the server could not load the recording: {error.reason}") from error
        except (UnknownTemplate, UnusableTemplate) as error:
            raise Unplayable(f"the server could not run the recording: {error}") from error
    return list(_differing(run.events, _events(task, entity, played)))


def _events(task: RecordedTask, template: Mapping[str, Any], scenario: Scenario) -> Iterator[RecordedEvent]:
    spec = template["spec"]
    brief = Brief(task.id, numbered_steps(spec["steps"]), spec.get("output", {}), task.values, {}, {})
    draw = random.Random(0)  # noqa: S311
    timeline = Timeline(make_plan(brief, scenario.at_use(1), load_actions(), Entities([]), draw))
    for index in range(len(timeline)):
        moment = timeline[index]
        yield RecordedEvent(moment.at, str(moment.type), moment.body)


def _differing(recorded: Iterable[RecordedEvent], replayed: Iterable[RecordedEvent]) -> Iterator[int]:
    for number, (original, replay) in enumerate(zip_longest(recorded, replayed), start=1):
        if original != replay:
            yield number
