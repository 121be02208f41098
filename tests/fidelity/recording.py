"""What was recorded: exchanges, in their order, and the servers that they were held with."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.fidelity.copying import copied

DATA = Path(__file__).parent / "data"
RECORDINGS = (DATA / "exchanges.jsonl", DATA / "asked-anew.jsonl", DATA / "asked-of-the-catalog.jsonl")


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames of an event stream that came in one piece, so many seconds after the request."""

    offset: float
    frames: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. `body` is parsed if it is JSON; a stream has `batches` in its place."""

    status: int
    content_type: str
    body: Any = None
    batches: tuple[Batch, ...] | None = None
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the real server's answer. `n` numbers it among all that were recorded."""

    n: int
    label: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: str | None
    answer: Answer

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Server:
    """One start of a real server: how it was set up, as options of the mock, and the exchanges held with it."""

    name: str
    options: Mapping[str, Any]
    numbers: tuple[range, ...]
    exchanges: tuple[Exchange, ...]


def load_servers(recordings: Sequence[Path] = RECORDINGS) -> list[Server]:
    """The servers in the order in which they were started, each with its exchanges.

    A file may be as recorded or as copied; of two exchanges with one number, that of the later file counts.
    """
    by_number = {exchange.n: exchange for file in recordings for exchange in read_exchanges(file)}
    exchanges = [by_number[number] for number in sorted(by_number)]
    return [
        Server(
            each["name"],
            each.get("options", {}),
            numbers := tuple(range(first, last + 1) for first, last in each["exchanges"]),
            tuple(exchange for exchange in exchanges if any(exchange.n in part for part in numbers)),
        )
        for each in yaml.safe_load((DATA / "servers.yaml").read_text(encoding="utf-8"))
    ]


def read_exchanges(file: Path) -> Iterator[Exchange]:
    """The exchanges of one file, in its order."""
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "answer" not in entry:
            entry = copied(entry, file)
        request, answer = entry["request"], entry["answer"]
        batches = answer.get("batches")
        yield Exchange(
            entry["n"],
            entry["label"],
            request["method"],
            request["target"],
            request["headers"],
            request["body"],
            Answer(
                answer["status"],
                answer["contentType"],
                answer.get("body"),
                None if batches is None else tuple(Batch(*batch) for batch in batches),
                answer.get("closed", True),
            ),
        )
