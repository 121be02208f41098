"""References of entities: what is read can be written and read again, and the judge reads it like the mock."""

import json
from collections.abc import Iterator

from contracts.entity_refs import full_ref
from mock_server.entity_refs import EntityRef, MalformedEntityRef, parse_entity_ref, split_entity_ref
from tests.fuzzing.target import DATA, Target, bytes_of, text_of


def check(data: bytes) -> None:
    text = text_of(data)
    try:
        ref = parse_entity_ref(text, default_kind="template")
    except MalformedEntityRef as error:
        assert str(error)
        return
    kind, namespace, name = split_entity_ref(text)
    assert ref == EntityRef("template" if kind is None else kind, "default" if namespace is None else namespace, name)
    assert ref.kind
    assert ref.namespace
    assert ref.name
    whole = f"{ref.kind}:{ref.namespace}/{ref.name}"
    assert parse_entity_ref(whole, default_kind="other", default_namespace="other") == ref
    assert full_ref(text) == str(ref)


def seeds() -> Iterator[bytes]:
    recorded = json.loads((DATA / "data" / "entity_refs.json").read_text(encoding="utf-8"))
    for case in recorded["cases"]:
        yield bytes_of(case["ref"])


TARGET = Target(
    "entity_refs",
    check,
    seeds,
    (":", "/", "template:", "default/", "İ", "\u2028"),
)
