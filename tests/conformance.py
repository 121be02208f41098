"""Holds every exchange of every test against the documents."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jsonschema_rs

from mock_server.addresses import COMPANION_MOUNTS, CONTROL_MOUNT
from mock_server.quirks import Quirk
from openapi.documents import load_backstage, load_companions, load_control

MOUNT = "/api/scaffolder"
# Answered beside every document, also where the control is off.
HEALTH = f"{CONTROL_MOUNT}/health"
ENVELOPE = {
    "type": "object",
    "required": ["error", "request", "response"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["name", "message"],
            "properties": {"name": {"type": "string"}, "message": {"type": "string"}},
        },
        "request": {
            "type": "object",
            "required": ["method", "url"],
            "properties": {"method": {"type": "string"}, "url": {"type": "string", "pattern": "^/"}},
        },
        "response": {"type": "object", "required": ["statusCode"]},
    },
}
ERRORS = {
    "type": "object",
    "required": ["errors"],
    "additionalProperties": False,
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["path", "property", "message", "schema", "instance", "stack"]},
        }
    },
}
FAULTS = {Quirk.FAULTY_DRY_RUN, Quirk.FAULTY_REF, Quirk.REDUCE_FAULT}
INDUCED = "The mock server was asked for this error"
# The document forgot that a request can be refused, and that a dry run can name a path or action that it may not.
UNDOCUMENTED = {400, 403, 404}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document, and where it is."""

    method: str
    path: re.Pattern[str]
    responses: Mapping[str, Any]
    components: Mapping[str, Any]


class Conformance:
    """Knows the operations of the documents and what each may answer."""

    def __init__(self) -> None:
        self._operations = [
            *_operations(load_backstage(), MOUNT),
            *_operations(load_companions(), ""),
            *_operations(load_control(), CONTROL_MOUNT),
        ]
        self._envelope = jsonschema_rs.Draft202012Validator(ENVELOPE)
        self._errors = jsonschema_rs.Draft202012Validator(ERRORS)

    def check(self, response: httpx.Response, quirks: Collection[Quirk] = ()) -> None:
        """Raises AssertionError for an answer that neither the document nor a quirk allows."""
        request = response.request
        path = re.sub(r"^/worlds/[^/]+", "", request.url.raw_path.decode().partition("?")[0])
        if response.status_code >= 400 and INDUCED in response.text:
            self._check_error(response)
            return
        assert response.status_code < 500 or FAULTS.intersection(quirks), response.text
        if response.status_code == 500 or (response.status_code == 404 and not response.content and quirks):
            return
        assert "x-mock-world" in response.headers or response.status_code == 400
        mounts = (f"{MOUNT}/v2", *COMPANION_MOUNTS, CONTROL_MOUNT)
        is_documented = path.startswith(tuple(f"{mount}/" for mount in mounts)) and path != HEALTH
        if not is_documented or request.method in {"OPTIONS", "HEAD"}:
            return
        if response.status_code in {401, 405}:
            self._check_error(response)
            return
        operation = self._operation(request.method, path.replace("//", "/").rstrip("/"))
        if operation is None:
            assert response.status_code == 404
            self._check_error(response)
            return
        if response.status_code == 304:
            assert not response.content
            return
        documented = operation.responses.get(str(response.status_code))
        if documented is None:
            assert path.startswith(MOUNT), response.status_code
            assert response.status_code in UNDOCUMENTED, response.status_code
            self._check_error(response)
        else:
            self._check_content(response, documented, operation.components)

    def _operation(self, method: str, path: str) -> Operation | None:
        return next(
            (found for found in self._operations if found.method == method and found.path.fullmatch(path)), None
        )

    def _check_error(self, response: httpx.Response) -> None:
        body = response.json()
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        if "errors" in body:
            self._errors.validate(body)
            return
        self._envelope.validate(body)
        assert body["response"]["statusCode"] == response.status_code
        assert body["request"]["method"] == response.request.method

    def _check_content(
        self, response: httpx.Response, documented: Mapping[str, Any], components: Mapping[str, Any]
    ) -> None:
        if "$ref" in documented:
            documented = components["responses"][documented["$ref"].rsplit("/", 1)[1]]
            if response.status_code >= 400:
                self._check_error(response)
        if "content" not in documented:
            return
        media_type = response.headers["content-type"].split(";")[0]
        assert media_type in documented["content"]
        if media_type == "application/json":
            schema = {**documented["content"][media_type]["schema"], "components": components}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            validator.validate(response.json())
        else:
            check_frames(response.content)


def _operations(document: Mapping[str, Any], base_path: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(base_path + path)), re.IGNORECASE)
        for method, operation in item.items():
            if method == "parameters":
                continue
            yield Operation(method.upper(), pattern, operation["responses"], document["components"])


def check_frames(content: bytes) -> list[dict[str, Any]]:
    """The events of a whole stream, each frame written exactly as the real server writes it."""
    assert content == b"" or content.endswith(b"\n\n")
    events = []
    for frame in content.split(b"\n\n")[:-1]:
        lines = frame.split(b"\n")
        assert len(lines) == 2, frame
        event = json.loads(lines[1].removeprefix(b"data: "))
        assert lines[0] == f"event: {event['type']}".encode()
        assert list(event) == ["id", "isTaskRecoverable", "taskId", "body", "type", "createdAt"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["createdAt"])
        events.append(event)
    ids = [event["id"] for event in events]
    assert ids == sorted(set(ids))
    return events


class ConformingTransport(httpx.AsyncBaseTransport):
    """A transport that checks what comes back before the test sees it."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, conformance: Conformance, quirks: Collection[Quirk] = ()
    ) -> None:
        self._quirks = quirks
        self._inner = inner
        self._conformance = conformance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        await response.aread()
        response.request = request
        self._conformance.check(response, self._quirks)
        return response
