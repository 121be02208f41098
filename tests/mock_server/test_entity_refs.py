import json
from pathlib import Path

import pytest

from mock_server.entity_refs import EntityRef, MalformedEntityRef, parse_entity_ref

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
