"""Every statement of the document with the overlay is judged by a rule, or it is said why it cannot be."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import contracts
from contracts.contract import load_overlay, tightened_document
from contracts.profile import Allowance, Profile
from contracts.reports.listing import WIDTH, print_rules
from contracts.rules import all_rules
from contracts.statements import not_checkable, speaks_for, statements
from openapi.documents import load_backstage, load_published

KEYWORDS = ("type", "format", "enum", "required", "additionalProperties", "description")
RULES = {rule.id: rule for rule in all_rules()}
# The name of the overlay that lets the difference pass, by widening or by tightening the other profile alone, and what
# it speaks of there.
BY_OVERLAY = {
    Allowance.NO_COMPLETED_AT: ("published", "completedAt"),
    Allowance.BARE_DRY_RUN: ("published", "/v2/dry-run"),
}


def escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def of_document(document: dict[str, Any]) -> Iterator[str]:
    """The pointers of all that the document states."""
    yield from ("#/info/description", "#/externalDocs", "#/servers/0")
    yield from (f"#/tags/{place}" for place in range(len(document["tags"])))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield from of_operation(operation, f"#/paths/{escaped(path)}/{method}")
    components = document["components"]
    for name, schema in components["schemas"].items():
        yield from of_schema(schema, f"#/components/schemas/{name}")
    for name, response in components["responses"].items():
        yield from of_response(response, f"#/components/responses/{name}")
    for name, scheme in components["securitySchemes"].items():
        yield from (f"#/components/securitySchemes/{name}/{key}" for key in scheme)


def of_operation(operation: dict[str, Any], pointer: str) -> Iterator[str]:
    yield from (f"{pointer}/description", f"{pointer}/security")
    yield from (f"{pointer}/parameters/{place}" for place in range(len(operation.get("parameters", ()))))
    if "requestBody" in operation:
        yield f"{pointer}/requestBody/required"
        yield from of_content(operation["requestBody"], f"{pointer}/requestBody")
    for status, response in operation["responses"].items():
        yield from of_response(response, f"{pointer}/responses/{status}")


def of_response(response: dict[str, Any], pointer: str) -> Iterator[str]:
    yield pointer
    yield from of_content(response, pointer)


def of_content(described: dict[str, Any], pointer: str) -> Iterator[str]:
    for media_type, content in described.get("content", {}).items():
        yield f"{pointer}/content/{escaped(media_type)}"
        yield from of_schema(content["schema"], f"{pointer}/content/{escaped(media_type)}/schema")


def of_schema(schema: dict[str, Any], pointer: str) -> Iterator[str]:
    if "$ref" in schema:
        return
    yield from (f"{pointer}/{keyword}" for keyword in KEYWORDS if keyword in schema)
    for name, part in schema.get("properties", {}).items():
        yield from of_schema(part, f"{pointer}/properties/{escaped(name)}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from of_schema(schema[keyword], f"{pointer}/{keyword}")


def is_there(pointer: str, document: Any) -> bool:
    found = document
    for part in pointer.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            return False
    return True


STATED = tuple(of_document(load_published()))
ADDED = tuple(pointer for pointer in of_document(load_backstage()) if pointer not in STATED)


def test_the_statements_are_those_of_the_document():
    assert len(STATED) == len(set(STATED)) > 155
    assert [pointer for pointer in STATED if not is_there(pointer, load_published())] == []


def test_every_statement_of_the_document_is_spoken_for():
    assert [pointer for pointer in STATED if speaks_for(pointer) is None] == []


def test_every_statement_of_the_overlay_is_spoken_for():
    assert len(ADDED) > 250
    assert [pointer for pointer in ADDED if not is_there(pointer, load_backstage())] == []
    assert [pointer for pointer in ADDED if speaks_for(pointer) is None] == []


def test_every_entry_speaks_for_a_statement_that_no_longer_pointer_speaks_for():
    speaking = {speaks_for(pointer) for pointer in (*STATED, *ADDED)}
    assert [entry.pointer for entry in statements() if entry not in speaking] == []


def test_no_pointer_has_two_entries():
    pointers = [entry.pointer for entry in statements()]
    assert len(pointers) == len(set(pointers))


def test_every_entry_names_rules_once_or_says_why_not():
    for entry in statements():
        assert entry.rules or entry.not_checkable, entry.pointer
        assert len(entry.rules) == len(set(entry.rules)), entry.pointer
        assert entry.not_checkable is None or re.fullmatch(r"[A-Z].{20,}\.", entry.not_checkable), entry.pointer


def test_every_rule_that_is_named_exists():
    assert [(entry.pointer, id) for entry in statements() for id in entry.rules if id not in RULES] == []


def test_what_is_judged_at_all_is_judged_in_the_profile_that_states_it():
    published = {speaks_for(pointer) for pointer in STATED}
    for entry in statements():
        profile = Profile.PUBLISHED if entry in published else Profile.BACKSTAGE
        judged = [id for id in entry.rules if profile in RULES[id].profiles]
        assert judged or not entry.rules, entry.pointer


def test_every_pointer_that_a_rule_enforces_is_in_the_document():
    documents = [load_published(), *map(tightened_document, Profile)]
    pointers = {rule.source for rule in RULES.values() if rule.source.startswith("#")}
    lost = [pointer for pointer in pointers if not any(is_there(pointer, document) for document in documents)]
    assert [rule.id for rule in RULES.values() if rule.source in lost] == []


def test_a_longer_pointer_speaks_before_a_shorter_one_and_names_do_not_run_into_each_other():
    found = speaks_for("#/components/schemas/Task/properties/status/enum")
    assert found is not None
    assert found.pointer == "#/components/schemas/Task/properties/status/enum"
    found = speaks_for("#/components/schemas/Task/properties/status/type")
    assert found is not None
    assert found.pointer == "#/components/schemas/Task"
    assert speaks_for("#/components/schemas/Tasks") is None


@pytest.mark.parametrize("allowance", Allowance)
def test_every_allowance_of_a_profile_is_one_that_somebody_asks_for(allowance):
    folder = Path(contracts.__file__).parent
    files = [file for file in folder.rglob("*.py") if file.name != "profile.py"]
    asked = [file.name for file in files if f"Allowance.{allowance.name}" in file.read_text(encoding="utf-8")]
    if allowance in BY_OVERLAY:
        name, subject = BY_OVERLAY[allowance]
        assert subject in str(load_overlay(name)["actions"])
    else:
        assert asked


def test_the_listing_ends_with_what_cannot_be_checked(capsys):
    print_rules(all_rules()[:1])
    rules, _, rest = capsys.readouterr().out.partition("\nNot checkable from outside:\n")
    assert rules.startswith("SCHEMA-01  must  (backstage, published)\n    The list of tasks")
    lines = rest.splitlines()
    assert [line for line in lines if line.startswith("#")] == [entry.pointer for entry in not_checkable()]
    assert all(len(line) <= WIDTH for line in lines if not line.startswith("#"))
