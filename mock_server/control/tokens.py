"""The operations of the control API on the tokens of a world."""

from typing import Any

from mock_server.answers import Answer, json_answer
from mock_server.clock import SECOND, timestamp
from mock_server.control.addressed import addressed_world
from mock_server.entity_refs import parse_entity_ref
from mock_server.request import Call
from mock_server.world_tokens import Refusal, TokenStanding


async def issue_token(call: Call) -> Answer:
    asked: dict[str, Any] = call.body or {}
    ref = asked.get("entityRef")
    entity_ref = None if ref is None else str(parse_entity_ref(ref, default_kind="user"))
    lifetime = asked.get("lifetime")
    tokens = addressed_world(call).tokens
    token, standing = tokens.issue(entity_ref, None if lifetime is None else round(lifetime * SECOND))
    return json_answer(201, {"token": token, **_to_json(standing)})


async def expire_token(call: Call) -> Answer:
    return _refuse(call, "expired")


async def revoke_token(call: Call) -> Answer:
    return _refuse(call, "revoked")


def _refuse(call: Call, refusal: Refusal) -> Answer:
    addressed_world(call).tokens.refuse(call.body["token"].encode(), refusal)
    return Answer(204)


def _to_json(standing: TokenStanding) -> dict[str, Any]:
    expires_at = standing.expires_at
    return {"entityRef": standing.entity_ref, "expiresAt": None if expires_at is None else timestamp(expires_at)}
