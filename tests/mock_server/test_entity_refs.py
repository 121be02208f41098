import json
from pathlib import Path

import pytest

from mock_server.entity_refs import EntityRef, KindlessEntityRef, MalformedEntityRef, parse_entity_ref

CASES = json.loads((Path(__file__).parent / "data/entity_refs.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["ref"])
def test_a_reference_is_read_as_the_catalog_model_reads_it(case):
    if "error" in case:
        with pytest.raises(MalformedEntityRef) as caught:
            parse_entity_ref(case["ref"], default_kind="template")
        assert str(caught.value) in case["error"]
    else:
        ref = parse_entity_ref(case["ref"], default_kind="template")
        assert ref == EntityRef(**case["parsed"])
        assert str(ref) == case["string"]


def test_an_empty_reference_says_so():
    with pytest.raises(MalformedEntityRef, match="must not be empty"):
        parse_entity_ref("", default_kind="template")


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("a/b:c", EntityRef("template", "a", "b:c")),
        ("a:b/c:d", EntityRef("a", "b", "c:d")),
        ("a/b/c:d", EntityRef("template", "a", "b/c:d")),
        ("a/:b", EntityRef("template", "a", ":b")),
    ],
)
def test_a_colon_behind_a_slash_belongs_to_the_name(text, ref):
    assert parse_entity_ref(text, default_kind="template") == ref


def test_a_reference_needs_a_kind_from_somewhere():
    with pytest.raises(KindlessEntityRef, match=r'^Entity reference "a/b" had missing or empty kind'):
        parse_entity_ref("a/b", default_kind="")


@pytest.mark.parametrize("text", [":a", "a:", "/a", "a/", "a:/b"])
def test_a_missing_kind_is_not_what_is_wrong_with_an_empty_part(text):
    with pytest.raises(MalformedEntityRef, match="was not on the form"):
        parse_entity_ref(text, default_kind="")
