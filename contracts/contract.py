"""The document that a server is held against: that of the profile, tightened."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from contracts.profile import Profile
from openapi.documents import load_backstage, load_published
from openapi.overlay import apply_overlay

OVERLAYS = Path(__file__).with_name("overlays")
DOCUMENTS = {Profile.PUBLISHED: load_published, Profile.BACKSTAGE: load_backstage}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document. `responses` maps each documented status to its media types."""

    id: str
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    takes_body: bool
    needs_body: bool
    responses: Mapping[int, frozenset[str]]

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation in the document."""
        return f"#/paths/{self.path.replace('~', '~0').replace('/', '~1')}/{self.method.lower()}"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Contract:
    """What the document of a profile says, ready to be asked."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.document = tightened_document(profile)
        self.operations: Mapping[str, Operation] = {
            found["operationId"]: self._operation(method, path, found)
            for path, item in self.document["paths"].items()
            for method, found in item.items()
        }
        self._routes = [
            (re.compile("".join(_segment(part) for part in re.split(r"(\{\w+\})", operation.path))), operation)
            for operation in self.operations.values()
        ]
        self._validators: dict[tuple[str, int, str], Any] = {}
        self._requests: dict[str, Any] = {}
        self._typed_events: dict[str, Any] = {}
        self._task = self._compile({"$ref": "#/components/schemas/Task"})
        self._event = self._compile({"$ref": "#/components/schemas/Event"})

    def locate(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a request is for and its path parameters, decoded; None for what is not documented."""
        for pattern, operation in self._routes:
            match = pattern.fullmatch(path)
            if match and operation.method == method:
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def body_violations(self, operation: str, status: int, body: Any) -> list[str]:
        """What the schema of that answer objects to in this JSON body, each as `pointer: message`."""
        validator = self._validator(operation, status, "application/json")
        return [] if validator is None else _violations(validator, body)

    def request_violations(self, operation: str, body: Any) -> list[str]:
        """What the schema of that operation's request objects to in this JSON body."""
        if operation not in self._requests:
            found = self.operations[operation]
            request = self.document["paths"][found.path][found.method.lower()]["requestBody"]
            self._requests[operation] = self._compile(request["content"]["application/json"]["schema"])
        return _violations(self._requests[operation], body)

    def task_violations(self, task: Any) -> list[str]:
        return _violations(self._task, task)

    def event_violations(self, event: Any) -> list[str]:
        return _violations(self._event, event)

    def typed_event_violations(self, type: object, event: Any) -> list[str]:
        """What the schema of events of that type objects to, if the document tells the types apart."""
        mapping = self.document["components"]["schemas"].get("TaskEvent", {}).get("discriminator", {}).get("mapping")
        if mapping is None:
            return []
        if not isinstance(type, str) or type not in mapping:
            return [f"/type: there is no type {str(type)[:40]!r}"]
        if type not in self._typed_events:
            self._typed_events[type] = self._compile({"$ref": mapping[type]})
        return _violations(self._typed_events[type], event)

    def resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the document says there, or what it refers to instead."""
        if "$ref" not in value:
            return value
        found: Any = self.document
        for key in value["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        referred: Mapping[str, Any] = found
        return referred

    def _validator(self, operation: str, status: int, media_type: str) -> Any:
        key = (operation, status, media_type)
        if key not in self._validators:
            found = self.operations[operation]
            response = self.resolved(self.document["paths"][found.path][found.method.lower()]["responses"]).get(
                str(status)
            )
            schema = self.resolved(response or {}).get("content", {}).get(media_type, {}).get("schema")
            self._validators[key] = None if schema is None else self._compile(schema)
        return self._validators[key]

    def _compile(self, schema: Mapping[str, Any]) -> Any:
        return jsonschema_rs.Draft202012Validator(
            {"allOf": [schema], "components": self.document["components"]}, validate_formats=True
        )

    def _operation(self, method: str, path: str, found: Mapping[str, Any]) -> Operation:
        return Operation(
            id=found["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(
                (parameter["in"], parameter["name"]) for parameter in map(self.resolved, found.get("parameters", ()))
            ),
            takes_body="requestBody" in found,
            needs_body=found.get("requestBody", {}).get("required", False),
            responses={
                int(status): frozenset(self.resolved(response).get("content", {}))
                for status, response in found["responses"].items()
            },
        )


@lru_cache(maxsize=len(Profile))
def contract_of(profile: Profile) -> Contract:
    """The contract of a profile; nobody changes it."""
    return Contract(profile)


def tightened_document(profile: Profile) -> dict[str, Any]:
    """The document of the profile with the suite's overlays for it, freshly made."""
    document = DOCUMENTS[profile]()
    for name in ("both", profile.value):
        document = apply_overlay(document, load_overlay(name))
    return document


def load_overlay(name: str) -> dict[str, Any]:
    """One of the suite's overlays: `both`, or that of a profile."""
    overlay: dict[str, Any] = yaml.safe_load((OVERLAYS / f"{name}.yaml").read_text(encoding="utf-8"))
    return overlay


def _segment(part: str) -> str:
    return f"(?P<{part[1:-1]}>[^/]*)" if part.startswith("{") else re.escape(part)


def _violations(validator: Any, instance: Any) -> list[str]:
    return list(_described(validator, instance))


def _described(validator: Any, instance: Any) -> Iterator[str]:
    # The validator cannot describe a text that holds half a character.
    for error in validator.iter_errors(_encodable(instance)):
        pointer = "".join(f"/{part}" for part in error.instance_path)
        yield f"{pointer or '/'}: {error.message[:300]}"


def _encodable(value: Any) -> Any:
    """The value with every lone surrogate replaced, which JSON allows and UTF-8 does not."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value
