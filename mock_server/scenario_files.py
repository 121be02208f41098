"""Load scenarios from YAML files, each checked against the schema that lies beside the shipped ones."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_server.clock import SECOND, Milliseconds
from mock_server.faults.rule import FaultRule
from mock_server.lifecycle import StepStatus
from mock_server.permissions import Decision, Policy
from mock_server.scenario import (
    Behaviour,
    Duration,
    FailRule,
    LogRule,
    Match,
    Scenario,
    Scenarios,
    StepRule,
)
from mock_server.scenario_mistakes import check_scenario
from mock_server.sources import BrokenFile, Source, parse_sources, read_sources, yaml_files
from mock_server.uses import Uses
from mock_server.violations import compile_schema


class ScenarioReader:
    """Makes scenarios of YAML, held against a schema (the path of its file)."""

    def __init__(self, schema: Path) -> None:
        self._validator = compile_schema(json.loads(schema.read_text(encoding="utf-8")))

    def read(self, path: Path) -> Scenario:
        """The scenario in a file, called like the file. Raises BrokenFile."""
        return self._scenario(read_sources(path), path)

    def parse(self, text: str, name: str) -> Scenario:
        """The scenario that a text describes. Raises BrokenFile, which has every mistake."""
        path = Path(f"{name}.yaml")
        try:
            return self._scenario(parse_sources(text.encode(), path), path)
        except UnicodeEncodeError as error:
            raise BrokenFile(path, text.count("\n", 0, error.start) + 1, "half a character") from error

    def _scenario(self, sources: Sequence[Source], path: Path) -> Scenario:
        if not sources:
            raise BrokenFile(path, None, "this file holds no scenario")
        if len(sources) > 1:
            raise sources[1].broken((), "a second document; a scenario file holds one")
        check_scenario(sources[0], self._validator)
        return _scenario(path.stem, sources[0])


def load_scenarios(folders: Sequence[Path], reader: ScenarioReader) -> Scenarios:
    """Load every scenario of the folders; one of a later folder replaces one of the same name.

    Those of later folders come first, each folder in the order of its file names. Raises BrokenFile.
    """
    loaded: dict[str, Scenario] = {}
    for folder in reversed(folders):
        if not folder.is_dir():
            raise BrokenFile(folder, None, "no such folder")
        files = yaml_files(folder)
        if not files:
            raise BrokenFile(folder, None, "this folder holds no YAML file")
        names: set[str] = set()
        for path in files:
            if path.stem in names:
                raise BrokenFile(path, None, f"there is another file of the scenario {path.stem}")
            names.add(path.stem)
            loaded.setdefault(path.stem, reader.read(path))
    return Scenarios(list(loaded.values()))


def _scenario(name: str, source: Source) -> Scenario:
    data = source.data
    match = data.get("match")
    return Scenario(
        name=name,
        description=data["description"],
        match=None if match is None else _match(match),
        behaviour=_behaviour(data),
        uses=tuple(
            (Uses.of(entry["use"]), _behaviour(entry, f"/uses/{number}"))
            for number, entry in enumerate(data.get("uses", []))
        ),
        autocomplete=data.get("autocomplete", {}),
        policy=_policy(data.get("permissions", {})),
        faults=tuple(FaultRule.of(entry) for entry in data.get("faults", [])),
        source=source.text,
    )


def _match(data: Mapping[str, Any]) -> Match:
    return Match(
        templates=_globs(data.get("template")),
        creators=_globs(data.get("createdBy")),
        values=tuple(data.get("values", {}).items()),
        uses=Uses.of(data.get("use", {})),
    )


def _behaviour(data: Mapping[str, Any], pointer: str = "") -> Behaviour:
    return Behaviour(
        queue=_duration(data.get("queue")),
        cancel=_instant(data.get("cancel")),
        steps=tuple(
            _step_rule(entry, f"{pointer}/steps/{number}") for number, entry in enumerate(data.get("steps", []))
        ),
        output=data.get("output"),
        completion=_instant(data.get("completion")),
    )


def _step_rule(data: Mapping[str, Any], pointer: str) -> StepRule:
    fail = data.get("fail")
    logs = data.get("logs")
    return StepRule(
        ids=_globs(data.get("id")),
        actions=_globs(data.get("action")),
        position=data.get("position"),
        duration=_duration(data.get("duration")),
        logs=None if logs is None else tuple(_log_rule(entry) for entry in logs),
        fail=None if fail is None else FailRule(fail.get("name", "Error"), fail["message"], fail.get("stack")),
        outputs=data.get("outputs"),
        pointer=pointer,
        delay=_instant(data.get("delay")),
        status=StepStatus(data["status"]) if "status" in data else None,
    )


def _log_rule(data: Any) -> LogRule:
    if isinstance(data, str):
        return LogRule(data)
    return LogRule(
        text=data.get("text", ""),
        level=data.get("level", "info"),
        repeat=int(data.get("repeat", 1)),
        every=data.get("every"),
        at=_instant(data.get("at")),
        is_late=data.get("late", False),
        step=data.get("step"),
        is_cancel="cancelled" in data,
    )


def _instant(seconds: float | None) -> Milliseconds | None:
    return None if seconds is None else round(seconds * SECOND)


def _duration(data: Any) -> Duration | None:
    if data is None:
        return None
    if data == "never":
        return Duration(0, 0, never=True)
    least, most = (data, data) if isinstance(data, int | float) else data
    return Duration(least, most)


def _policy(data: Mapping[str, Any]) -> Policy:
    return Policy(
        {
            permission: Decision("tagged", tuple(entry["tagged"])) if isinstance(entry, dict) else Decision(entry)
            for permission, entry in data.items()
        }
    )


def _globs(data: Any) -> tuple[str, ...]:
    return ("*",) if data is None else (data,) if isinstance(data, str) else tuple(data)
