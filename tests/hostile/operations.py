"""Every operation that the mock server has, as the documents say it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi.documents import load_backstage, load_companions, load_control

_METHODS = {"get", "put", "post", "delete", "patch", "head"}
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation. `path` has the names of its parameters in braces, `query` are those of its query."""

    id: str
    method: str
    path: str
    query: tuple[str, ...]
    reads_body: bool

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.path)

    def target(self, values: Mapping[str, bytes]) -> bytes:
        """Where it is, with these values in its path."""
        return _PARAMETER.sub(lambda found: values[found[1]].decode("latin-1"), self.path).encode("latin-1")


def operations() -> list[Operation]:
    return [
        *_operations(load_backstage(), "/api/scaffolder"),
        *_operations(load_companions(), ""),
        *_operations(load_control(), "/_mock/v1"),
    ]


def _operations(document: Mapping[str, Any], mount: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in sorted(_METHODS & item.keys()):
            described = item[method]
            given = [*item.get("parameters", []), *described.get("parameters", [])]
            parameters = [_resolved(document, parameter) for parameter in given]
            yield Operation(
                described["operationId"],
                method.upper(),
                mount + path,
                tuple(parameter["name"] for parameter in parameters if parameter["in"] == "query"),
                "requestBody" in described,
            )


def _resolved(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    named: Mapping[str, Any] = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
    return named
