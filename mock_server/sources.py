"""Read YAML files that people write, and say where in them a mistake is.

The core schema of YAML 1.2, as Backstage reads it: `yes`, `on` and dates are strings. A file is bounded in size and
in what its aliases unfold to, and a key may stand only once.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SUFFIXES = frozenset({".yaml", ".yml"})
MAX_BYTES = 5_000_000
MAX_NODES = 500_000
MAX_DEPTH = 100

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line of a file; None for the file as a whole."""

    line: int | None
    message: str


class BrokenFile(Exception):
    """A file that cannot be used: which, in which line, and why; with every mistake, where more than one was sought."""

    def __init__(self, path: Path, line: int | None, reason: str, mistakes: Sequence[Mistake] = ()) -> None:
        self.path, self.line, self.reason = path, line, reason
        self.mistakes = mistakes or (Mistake(line, reason),)
        super().__init__(f"{path}{'' if line is None else f':{line}'}: {reason}")


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML document: its data, the line (from 1) at which each part of it begins, and the text of the whole
    file."""

    path: Path
    data: Any
    lines: dict[Location, int]
    text: str

    def broken(self, location: Sequence[str | int], reason: str) -> BrokenFile:
        """The mistake at a location, or at its nearest parent that has a line."""
        return BrokenFile(self.path, self.line_of(location), reason)

    def line_of(self, location: Sequence[str | int]) -> int | None:
        """The line of a location, or of its nearest parent that has one."""
        lengths = range(len(location), -1, -1)
        return next((line for length in lengths if (line := self.lines.get(tuple(location[:length])))), None)


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, in the order of their names, without those of folders in it."""
    return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and file.is_file())


def read_sources(path: Path) -> list[Source]:
    """The documents of a YAML file, empty ones left out. Raises BrokenFile."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BrokenFile(path, None, error.strerror or str(error)) from error
    return parse_sources(raw, path)


def parse_sources(raw: bytes, path: Path) -> list[Source]:
    """The documents of what stands in a YAML file, or would. Raises BrokenFile."""
    if len(raw) > MAX_BYTES:
        raise BrokenFile(path, None, f"larger than {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenFile(path, raw[: error.start].count(b"\n") + 1, "not UTF-8") from error
    try:
        _check_depth(text, path)
        nodes = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise BrokenFile(path, line, error.problem or "not YAML") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BrokenFile(path, line, f"a character that YAML does not allow: {error.reason}") from error
    except RecursionError as error:
        raise BrokenFile(path, None, "nested too deeply") from error
    sources = [_Reader(path, text).read(node) for node in nodes]
    return [source for source in sources if source.data is not None]


def _check_depth(text: str, path: Path) -> None:
    """Raises BrokenFile, or what the parser raises."""
    # The composer calls itself in C, where nothing holds it before the stack ends, and the process with it.
    if sum(map(text.count, _OPENING)) < _SAFE_DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                mark = event.start_mark
                raise _too_deep(path, None if mark is None else mark.line + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(path: Path, line: int | None) -> BrokenFile:
    return BrokenFile(path, line, f"nested deeper than {MAX_DEPTH} levels")


class _Reader:
    """Builds the data of one document and remembers the line of each part."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._lines: dict[Location, int] = {}

    def read(self, root: yaml.Node) -> Source:
        return Source(self._path, self._value(root, ()), self._lines, self._text)

    def _value(self, node: yaml.Node, location: Location) -> Any:
        line = node.start_mark.line + 1
        self._lines.setdefault(location, line)
        if len(self._lines) > MAX_NODES:
            raise BrokenFile(self._path, line, f"unfolds to more than {MAX_NODES} values")
        if len(location) > MAX_DEPTH:
            raise _too_deep(self._path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise BrokenFile(self._path, line, "a key must be a string")
            key = str(key_node.value)
            if key in mapping:
                raise BrokenFile(self._path, line, f'the key "{key}" stands here a second time')
            self._lines[(*location, key)] = line
            mapping[key] = self._value(value_node, (*location, key))
        return mapping

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        if not node.tag.startswith(_STANDARD_TAG):
            raise BrokenFile(self._path, node.start_mark.line + 1, f"the tag {node.tag} is not known")
        if getattr(node, "style", None) or (node.tag == _STANDARD_TAG + "str" and not _EXPONENT.search(text)):
            return text
        for pattern, convert in _PLAIN_SCALARS:
            if pattern.fullmatch(text):
                return convert(text)
        return text


# Without one of these nothing begins that something else can be in.
_OPENING = "[{-:?"
_SAFE_DEPTH = 1_000
_STANDARD_TAG = "tag:yaml.org,2002:"
# YAML 1.1, which the parser resolves by, takes `1e3` for a string.
_EXPONENT = re.compile("[0-9][eE][0-9]")
_PLAIN_SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile("|~|null|Null|NULL"), lambda _: None),
    (re.compile("true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    (re.compile("[-+]?[0-9]{1,300}"), int),
    (re.compile("0x[0-9a-fA-F]{1,16}"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]{1,300}|[0-9]{1,300}(\.[0-9]{0,300})?)([eE][-+]?[0-9]{1,2})?"), float),
)
