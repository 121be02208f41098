"""What the pickers of Backstage's forms put into their fields."""

import random
from collections.abc import Mapping
from typing import Any

from mock_server.entities import Entities, ref_of
from mock_server.repo_urls import PARTS

_OWNERS = ("Group", "User")
_ENTITY_FIELDS = frozenset({"EntityPicker", "OwnedEntityPicker", "MultiEntityPicker", "OwnerPicker", "MyGroupsPicker"})
_PLURAL = "MultiEntityPicker"
_BY_HOST: Mapping[str, tuple[str, ...]] = {
    "dev.azure.com": ("organization", "project"),
    "bitbucket.org": ("workspace", "project"),
}
_ALLOWED = {
    "owner": "allowedOwners",
    "organization": "allowedOrganizations",
    "project": "allowedProjects",
    "workspace": "allowedWorkspaces",
    "repo": "allowedRepos",
}


def draw_picked(draw: random.Random, schema: Mapping[str, Any], entities: Entities, subject: str) -> Any:
    """A value of the field that a schema names, None if it names none that is known."""
    field, options = schema.get("ui:field"), schema.get("ui:options")
    options = options if isinstance(options, dict) else {}
    if field == "RepoUrlPicker":
        return _repo_url(draw, options, subject)
    if field not in _ENTITY_FIELDS:
        return None
    refs = _refs(field, options, entities)
    if field == _PLURAL:
        return draw.sample(refs, min(len(refs), draw.randint(1, 3)))
    return draw.choice(refs) if refs else None


def _repo_url(draw: random.Random, options: Mapping[str, Any], subject: str) -> str:
    host = _one_of(draw, options.get("allowedHosts"), "github.com")
    parts = {part: _one_of(draw, options.get(_ALLOWED[part]), "acme") for part in _BY_HOST.get(host, ("owner",))}
    parts["repo"] = _one_of(draw, options.get("allowedRepos"), subject)
    return f"{host}?" + "&".join(f"{part}={parts[part]}" for part in PARTS if part in parts)


def _one_of(draw: random.Random, allowed: Any, otherwise: str) -> str:
    texts = [text for text in allowed if isinstance(text, str)] if isinstance(allowed, list) else []
    return draw.choice(texts) if texts else otherwise


def _refs(field: str, options: Mapping[str, Any], entities: Entities) -> list[str]:
    filters = options.get("catalogFilter", {})
    kinds = [
        kind
        for one in (filters if isinstance(filters, list) else [filters])
        for kind in _listed(one.get("kind") if isinstance(one, dict) else None)
    ]
    if not kinds:
        kinds = _listed(options.get("allowedKinds", options.get("defaultKind")))
    if not kinds and field in {"OwnerPicker", "MyGroupsPicker"}:
        kinds = list(_OWNERS)
    wanted = {kind.lower() for kind in kinds}
    return [str(ref_of(entity)) for entity in entities if not wanted or entity["kind"].lower() in wanted]


def _listed(value: Any) -> list[str]:
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
