"""Write what was recorded to files that the server reads back as they are meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mock_server.shipped import SCENARIOS
from mock_server.sources import BrokenFile, parse_sources

# Told apart from a template's, because every YAML file in a folder of scenarios is one.
SCENARIOS_FOLDER = "scenarios"
TEMPLATES_FOLDER = "templates"
SCHEMA_FILE = "scenario.schema.json"

_PLAIN = re.compile(r"[A-Za-z$_/][A-Za-z0-9$_/. :,()*-]*", re.ASCII)
_EDITORS_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
_ORIGIN = "# Recorded by `run-mock-server record`.\n"


class OccupiedFile(Exception):
    """A file that is there already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; --force replaces it")


class Unwritable(Exception):
    """Data that YAML, as the server reads it, cannot hold."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where a recording of a name goes, below a folder."""

    folder: Path
    name: str

    @property
    def scenario(self) -> Path:
        return self.folder / SCENARIOS_FOLDER / f"{self.name}.yaml"

    @property
    def template(self) -> Path:
        return self.folder / TEMPLATES_FOLDER / f"{self.name}.yaml"

    @property
    def schema(self) -> Path:
        return self.folder / SCENARIOS_FOLDER / SCHEMA_FILE

    def check_free(self) -> None:
        """Raises OccupiedFile."""
        for path in (self.scenario, self.template):
            if path.is_symlink() or path.exists():
                raise OccupiedFile(path)

    def write(self, scenario: str, template: str, *, force: bool) -> None:
        """Write the files, over others only by `force`, and the schema beside the scenario if there is none.

        Raises OccupiedFile or OSError.
        """
        schema = (SCENARIOS / SCHEMA_FILE).read_text(encoding="utf-8")
        if not force:
            self.check_free()
        for path, text in ((self.scenario, scenario), (self.template, template), (self.schema, schema)):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path == self.schema and path.exists():
                continue
            # Never through a link that somebody has put there.
            path.unlink(missing_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)


def scenario_text(data: Mapping[str, Any]) -> str:
    """Raises Unwritable."""
    return _EDITORS_LINE + _ORIGIN + _yaml(data)


def template_text(data: Mapping[str, Any]) -> str:
    """Raises Unwritable."""
    return _ORIGIN + _yaml(data)


class _Dumper(yaml.CSafeDumper):
    """Quotes every text that might be read as something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the same for all)
        return True


def _quoted(dumper: yaml.representer.SafeRepresenter, text: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def _yaml(data: Mapping[str, Any]) -> str:
    """Raises Unwritable."""
    try:
        text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)
        sources = parse_sources(text.encode(), Path("recording"))
    except UnicodeEncodeError as error:
        raise Unwritable("a text of the task holds half a character") from error
    except BrokenFile as error:
        raise Unwritable(f"the server could not load the recording: {error.reason}") from error
    if len(sources) != 1 or sources[0].data != data:
        raise Unwritable("a text or a number of the task cannot be written as YAML")
    return text
