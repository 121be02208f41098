"""Requests that are legal as JSON and made to be as much work as the limits allow."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PARTS = 99_900
TEN_MEGABYTES = 10 * 1024 * 1024 - 2_000


@dataclass(frozen=True)
class Heavy:
    """A body that is posted to a path of the API."""

    name: str
    path: str
    body: Callable[[], bytes]


def created(name: str, items: bytes, parts: int) -> Heavy:
    """A task with as many values as a body may have; each of the items has so many parts."""
    before = b'{"templateRef":"hello-world","values":{"x":['
    return Heavy(name, "/v2/tasks", lambda: _many(before, items, parts, b"]}}"))


def with_files(name: str, items: bytes, parts: int) -> Heavy:
    """A dry run with as many files as a body may have, which are none."""
    before = b'{"template":{},"values":{},"directoryContents":['
    return Heavy(name, "/v2/dry-run", lambda: _many(before, items, parts, b"]}"))


def validated(name: str, schema: Mapping[str, Any], value: Any, **beside: Any) -> Heavy:
    """A dry run whose values are held against a schema."""
    return rehearsed(name, values={"a": value}, parameters={"properties": {"a": schema}, **beside})


def rehearsed(
    name: str,
    steps: Sequence[Mapping[str, Any]] = (),
    values: Mapping[str, Any] | None = None,
    parameters: Any = None,
    output: Mapping[str, Any] | None = None,
    files: Callable[[], list[dict[str, str]]] = list,
) -> Heavy:
    """A dry run."""
    spec = {"type": "x", "steps": steps or _logging(["x"]), "output": output or {}, "parameters": parameters or {}}
    identity = {"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "t"}}
    template = {**identity, "spec": spec}

    def body() -> bytes:
        return json.dumps({"template": template, "values": values or {}, "directoryContents": files()}).encode()

    return Heavy(name, "/v2/dry-run", body)


def _many(before: bytes, items: bytes, parts: int, after: bytes) -> bytes:
    return before + b",".join([items] * (PARTS // parts)) + after


def _logging(messages: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": f"s{number}", "action": "debug:log", "input": {"message": message}}
        for number, message in enumerate(messages)
    ]


def _looping(body: str) -> list[dict[str, Any]]:
    return _logging([f"{{% for i in range(100000) %}}{body}{{% endfor %}}"] * 20)


def _files(count: int, path: str, content: bytes = b"") -> Callable[[], list[dict[str, str]]]:
    encoded = base64.b64encode(content).decode()
    return lambda: [{"path": path.format(number), "base64Content": encoded} for number in range(count)]


NAMES = {f"k{number}": number for number in range(3_000)}
TEMPLATE = [{"id": "f", "action": "fetch:template", "input": {"url": "./", "values": {"a": 1}}}]

HEAVY = (
    created("empty lists", b"[]", 2),
    created("empty objects", b"{}", 2),
    created("long numbers", b"12345678901234567", 1),
    created("long fractions", b"0.1234567890123456789", 1),
    created("lists in lists", b"[" * 90 + b"]" * 90, 91),
    created("long texts", b'"' + b"x" * 98 + b'"', 2),
    Heavy("too many values", "/v2/tasks", lambda: b"[" + b"[]," * (TEN_MEGABYTES // 3) + b"[]]"),
    Heavy("one text of escapes", "/v2/tasks", lambda: b'["' + b'\\"' * (TEN_MEGABYTES // 2) + b'"]'),
    Heavy("one text that does not end", "/v2/tasks", lambda: b'["' + "\U0001f600".encode() * (TEN_MEGABYTES // 4)),
    Heavy(
        "many secrets",
        "/v2/tasks",
        lambda: (
            b'{"templateRef":"hello-world","values":{},"secrets":{%b}}'
            % b",".join(b'"%d":"%d"' % (number, number) for number in range(PARTS // 3))
        ),
    ),
    Heavy(
        "many secrets that are no texts",
        "/v2/tasks",
        lambda: (
            b'{"templateRef":"hello-world","values":{},"secrets":{%b}}'
            % b",".join(b'"%d":%d' % (number, number) for number in range(PARTS // 2))
        ),
    ),
    with_files("many files that are none", b"1", 1),
    with_files("many files without a path", b"{}", 2),
    rehearsed("many files", files=_files(14_000, "{}/a")),
    rehearsed("deep files", files=_files(14_000, "a/" * 150 + "{}")),
    rehearsed("many files to render", TEMPLATE, files=_files(1_500, "{}", b"${{ values.a }}" * 300)),
    rehearsed("many names to render", TEMPLATE, files=_files(5_000, "${{{{ values.a }}}}/{}")),
    rehearsed("many patterns", [{"id": "d", "action": "fs:delete", "input": {"files": ["**/*"] * 20_000}}]),
    rehearsed("many outputs", output={"text": [{"content": f"${{{{ {number} }}}}"} for number in range(9_000)]}),
    rehearsed("many steps", _logging(["${{ steps | dump }}"] * 900)),
    rehearsed("long texts to render", _logging(["${{ 1 }}" * 20_000] * 10)),
    rehearsed("large values, written often", _logging(["${{ parameters.b | dump }}"] * 900), {"b": NAMES}),
    rehearsed("loops", _looping("x")),
    rehearsed("loops that search", _looping("{{ 'aaaaaaa' | replace(r/a*b/, 'c') }}")),
    rehearsed("loops that sort", _looping("{{ parameters.l | sort }}"), {"l": list(range(3_000, 0, -1))}),
    validated("patterns", {"items": {"pattern": "(a|b)*c"}}, ["ab" * 20] * 3_000),
    validated("alternatives", {"items": {"anyOf": [{"type": "null"}] * 40}}, [1] * 3_000),
    validated("unique items", {"uniqueItems": True}, [{"x": number} for number in range(9_000)]),
    validated("enumerated items", {"items": {"enum": [{"x": 1}] * 300}}, [{"x": 2}] * 3_000),
    validated("formats", {"items": {"format": "email"}}, ["a" * 3_000 + "@"] * 3_000),
    validated("references", {"items": {"$ref": "#/x"}}, [1] * 3_000, x={"allOf": [{"$ref": "#/y"}] * 10}, y=False),
    validated("unknown properties", {"additionalProperties": False}, NAMES),
)
