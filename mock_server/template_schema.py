"""What an entity has to look like to be a template, rule by rule in the order in which the real server looks."""

from typing import Any

API_VERSION = "scaffolder.backstage.io/v1beta3"
MOST_STEPS = 1_000

_TEXT = {"type": "string"}
_NAME = {"type": "string", "minLength": 1}
_CONDITION = {"type": ["string", "boolean"]}
_TEXTS_BY_KEY = {"type": "object", "patternProperties": {"^.+$": _TEXT}}


def _object(properties: dict[str, Any] | None = None, *required: str, **keywords: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), **keywords, "properties": properties or {}}


def _list(items: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    return {"type": "array", **keywords, "items": items}


_PERMISSIONS = _object({"tags": _list(_TEXT)})
_PAGE = _object({"backstage:permissions": _PERMISSIONS})
_DECORATORS = _list(_object({"id": _TEXT, "input": _object()}))

_REF = _object(
    {"kind": _NAME, "namespace": _NAME, "name": _NAME}, "kind", "namespace", "name", additionalProperties=False
)
_RELATION = _object(
    {"type": {**_NAME, "pattern": r"^\w+$"}, "target": _REF, "targetRef": _NAME},
    "type",
    "targetRef",
    additionalProperties=False,
)
_STATUS_ERROR = _object({"name": _NAME, "message": _TEXT, "code": _TEXT, "stack": _TEXT}, "name", "message")
_STATUS_ITEM = _object(
    {
        "type": _NAME,
        "level": {"type": "string", "enum": ["info", "warning", "error"]},
        "message": _TEXT,
        "error": _STATUS_ERROR,
    },
    "type",
    "level",
    "message",
)
_METADATA = _object(
    {
        "uid": _NAME,
        "etag": _NAME,
        "name": _NAME,
        "namespace": _NAME,
        "title": _NAME,
        "description": _TEXT,
        "labels": _TEXTS_BY_KEY,
        "annotations": _TEXTS_BY_KEY,
        "tags": _list(_NAME),
        "links": _list(_object({"url": _NAME, "title": _NAME, "icon": _NAME, "type": _NAME}, "url")),
    },
    "name",
)
ENTITY = _object(
    {
        "apiVersion": _NAME,
        "kind": _NAME,
        "metadata": _METADATA,
        "spec": _object(),
        "relations": _list(_RELATION),
        "status": _object({"items": _list(_STATUS_ITEM)}),
    },
    "apiVersion",
    "kind",
    "metadata",
    additionalProperties=False,
)
_STEP = _object(
    {
        "id": _TEXT,
        "name": _TEXT,
        "action": _TEXT,
        "input": _object(),
        "if": _CONDITION,
        "backstage:permissions": _PERMISSIONS,
    },
    "action",
)
_OUTPUT = _object(
    {
        "links": _list(_object({"if": _CONDITION, "url": _NAME, "entityRef": _NAME, "title": _NAME, "icon": _NAME})),
        "text": _list(_object({"if": _CONDITION, "title": _NAME, "icon": _NAME, "content": _TEXT})),
    },
    additionalProperties=_TEXT,
)
_SPEC = _object(
    {
        "type": _NAME,
        "owner": _NAME,
        "lifecycle": _NAME,
        "parameters": {"oneOf": [_PAGE, _list(_PAGE)]},
        "secrets": _object({"schema": _object()}),
        "presentation": _object(
            {"buttonLabels": _object({"backButtonText": _TEXT, "createButtonText": _TEXT, "reviewButtonText": _TEXT})}
        ),
        "EXPERIMENTAL_recovery": _object({"EXPERIMENTAL_strategy": _TEXT}),
        "formDecorators": _DECORATORS,
        "EXPERIMENTAL_formDecorators": _DECORATORS,
        "steps": _list(_STEP, maxItems=MOST_STEPS),
        "output": _OUTPUT,
    },
    "type",
    "steps",
)

# A file may hold templates of other versions, too; what is dry-run may not.
LOADED_TEMPLATE: dict[str, Any] = {"allOf": [ENTITY, _object({"spec": _SPEC}, "spec")]}
SENT_TEMPLATE: dict[str, Any] = {
    "allOf": [
        ENTITY,
        _object({"apiVersion": {"enum": [API_VERSION]}, "kind": {"enum": ["Template"]}, "spec": _SPEC}, "spec"),
    ]
}
