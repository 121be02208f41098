"""What the catalog knows of the entities beyond what they say of themselves: how they are related, both ways."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.entity_refs import EntityRef, MalformedEntityRef, parse_entity_ref

_SORTED = frozenset({"children", "consumesApis", "dependencyOf", "dependsOn", "memberOf", "members", "providesApis"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """A field of `spec` that names others: their kind, if it may be left out, and the relation there and back."""

    field: str
    kind: str
    there: str
    back: str


_OWNED = _Rule("owner", "group", "ownedBy", "ownerOf")
_IN_SYSTEM = _Rule("system", "system", "partOf", "hasPart")
_DEPENDENT = (
    _Rule("dependsOn", "", "dependsOn", "dependencyOf"),
    _Rule("dependencyOf", "", "dependencyOf", "dependsOn"),
)
_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "api": (_OWNED, _IN_SYSTEM),
    "component": (
        _OWNED,
        _IN_SYSTEM,
        *_DEPENDENT,
        _Rule("subcomponentOf", "component", "partOf", "hasPart"),
        _Rule("providesApis", "api", "providesApi", "apiProvidedBy"),
        _Rule("consumesApis", "api", "consumesApi", "apiConsumedBy"),
    ),
    "domain": (_OWNED, _Rule("subdomainOf", "domain", "partOf", "hasPart")),
    "group": (
        _Rule("parent", "group", "childOf", "parentOf"),
        _Rule("children", "group", "parentOf", "childOf"),
        _Rule("members", "user", "hasMember", "memberOf"),
    ),
    "resource": (_OWNED, _IN_SYSTEM, *_DEPENDENT),
    "system": (_OWNED, _Rule("domain", "domain", "partOf", "hasPart")),
    "template": (_OWNED,),
    "user": (_Rule("memberOf", "group", "memberOf", "hasMember"),),
}


def relate(entities: Sequence[tuple[EntityRef, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The entities, each with its relations and with the lists that lead to some in order."""
    found: dict[str, set[tuple[str, str]]] = {str(ref): set() for ref, _ in entities}
    for ref, entity in entities:
        for rule, target in _named(ref, entity["spec"]):
            found[str(ref)].add((rule.there, target))
            if target in found:
                found[target].add((rule.back, str(ref)))
    return [
        {
            **entity,
            "spec": _in_order(entity["spec"]),
            "relations": [{"type": kind, "targetRef": target} for kind, target in sorted(found[str(ref)])],
        }
        for ref, entity in entities
    ]


def _named(ref: EntityRef, spec: Mapping[str, Any]) -> Iterator[tuple[_Rule, str]]:
    for rule in _RULES.get(ref.kind.lower(), ()):
        names = spec.get(rule.field, [])
        for name in names if isinstance(names, list) else [names]:
            try:
                target = parse_entity_ref(str(name), default_kind=rule.kind, default_namespace=ref.namespace)
            except MalformedEntityRef:
                continue
            yield rule, str(target)


def _in_order(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if key in _SORTED and _is_list_of_texts(value) else value for key, value in spec.items()}


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
