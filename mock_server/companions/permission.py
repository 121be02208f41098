"""The operations of the permission plugin."""

from typing import Any

from mock_server.answers import Answer, json_answer
from mock_server.companions.shape_words import as_json
from mock_server.companions.shapes import TooComplex, array, literal, members, of_type, optional, read_as, union
from mock_server.permissions import Decision, Permits
from mock_server.request import Call, ConditionsNotApplied, InvalidRequest, UserExpected
from mock_server.store import UnknownTask

_TEXT = of_type("string")
_ACTIONS = union(*(literal(action) for action in ("create", "read", "update", "delete")))
_ATTRIBUTES = members({"action": optional(_ACTIONS)})
_BASIC = members({"type": literal("basic"), "name": _TEXT, "attributes": _ATTRIBUTES})
_RESOURCE = members({"type": literal("resource"), "name": _TEXT, "attributes": _ATTRIBUTES, "resourceType": _TEXT})
_REFS = optional(union(_TEXT, array(_TEXT, may_be_empty=False)))
_QUESTION = union(
    members({"id": _TEXT, "resourceRef": of_type("undefined"), "permission": _BASIC}),
    members({"id": _TEXT, "resourceRef": _REFS, "permission": _RESOURCE}),
)
_QUESTIONS = members({"items": array(_QUESTION)})
_RESOURCE_TYPES = {"own": "scaffolder-task", "tagged": "scaffolder-template"}


async def authorize(call: Call) -> Answer:
    is_user = call.principal.entity_ref is not None
    if not is_user and not call.simulator.settings.is_open:
        raise UserExpected
    questions = _read(call.body)
    if is_user and any(each["permission"]["type"] == "resource" and "resourceRef" not in each for each in questions):
        raise InvalidRequest(
            "Resource permissions require a resourceRef to be set. "
            "Direct user requests without a resourceRef are not allowed."
        )
    permits = call.permits
    return json_answer(200, {"items": [{"id": each["id"], **await _answer(call, permits, each)} for each in questions]})


def _read(body: Any) -> list[dict[str, Any]]:
    try:
        read, issues = read_as(_QUESTIONS, body)
    except TooComplex as error:
        raise InvalidRequest(str(error)) from None
    if issues:
        raise InvalidRequest(as_json(issues))
    questions: list[dict[str, Any]] = read["items"]
    return questions


async def _answer(call: Call, permits: Permits, question: dict[str, Any]) -> dict[str, Any]:
    permission, ref = question["permission"], question.get("resourceRef")
    decision = permits.policy.decision(permission["name"])
    if not decision.is_conditional:
        return {"result": decision.result.upper()}
    # The real server breaks down at a policy that has conditions for what they cannot be asked about.
    if permission["type"] == "basic":
        raise InvalidRequest(
            "Conditional decision returned from permission policy for non-resource permission " + permission["name"]
        )
    if permission["resourceType"] != _RESOURCE_TYPES[decision.result]:
        raise InvalidRequest(
            f"Invalid resource conditions returned from permission policy for permission {permission['name']}"
        )
    if ref is None:
        return _conditional(permits, decision)
    if decision.result == "tagged":
        raise InvalidRequest(
            "This plugin does not expose any permission rule or can't evaluate the conditions request for "
            + permission["resourceType"]
        )
    if isinstance(ref, list):
        return {"result": [await _about_task(call, permits, permission["name"], each) for each in ref]}
    return {"result": await _about_task(call, permits, permission["name"], ref)}


async def _about_task(call: Call, permits: Permits, permission: str, task_id: str) -> str:
    try:
        task = await call.world.store.get(task_id)
    except UnknownTask as error:
        raise ConditionsNotApplied(str(error)) from None
    return "ALLOW" if permits.may_with_task(permission, task.created_by) else "DENY"


def _conditional(permits: Permits, decision: Decision) -> dict[str, Any]:
    resource_type = _RESOURCE_TYPES[decision.result]
    conditions: dict[str, Any] = {"rule": "IS_TASK_OWNER", "resourceType": resource_type}
    if decision.result == "own":
        conditions["params"] = {"createdBy": [] if permits.user is None else [permits.user]}
    else:
        rule = {"rule": "HAS_TAG", "resourceType": resource_type}
        conditions = {"anyOf": [{**rule, "params": {"tag": tag}} for tag in decision.tags]}
    return {
        "result": "CONDITIONAL",
        "pluginId": "scaffolder",
        "resourceType": resource_type,
        "conditions": conditions,
    }
