"""What the fuzzer is told to do: it goes to another process as JSON, never on a command line, as it holds tokens."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class FuzzOrder:
    """`document` is the contract with examples that lead somewhere; `headers` go with every request.

    Tasks are created with `creation` as the body and no other, and at most `tasks` of them: None and 0 for none. Only
    tasks in `own` are cancelled, and those that the fuzzer creates; only the latter are run again, each time as one of
    the `tasks`. `read_only` leaves out whatever could change something.
    """

    base_url: str
    document: Mapping[str, Any]
    headers: Mapping[str, str]
    verify: bool | str
    seed: int
    max_examples: int
    tasks: int
    creation: Mapping[str, Any] | None
    own: tuple[str, ...]
    read_only: bool

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        told = json.loads(content)
        return cls(**{**told, "own": tuple(told["own"])})
