"""The faults by their names, wherever they are told."""

import json
import re

import pytest

from mock_server.faults.kinds import KINDS, InvalidFault, fault_to_json, parameters_of, read_fault
from mock_server.shipped import SCENARIOS
from openapi.documents import load_control
from tests.__main__ import ROOT

SCENARIO_FAULT = json.loads((SCENARIOS / "scenario.schema.json").read_text(encoding="utf-8"))["$defs"]["fault"]
CONTROL_FAULT = load_control()["components"]["schemas"]["Fault"]
TEXTS = {"n": "3", "how": "reset", "seconds": "0.5", "code": "503", "done": "true", "type": "progress"}


@pytest.mark.parametrize("described", [SCENARIO_FAULT, CONTROL_FAULT], ids=["scenario", "control"])
def test_every_fault_and_all_that_can_be_said_of_it_is_described(described):
    assert described["properties"]["fault"]["enum"] == list(KINDS)
    said = {name for kind in KINDS for name in parameters_of(kind)}
    scope = {"fault", "operation", "task", "use", "share", "seed", "lifetime"}
    assert set(described["properties"]) == said | scope


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_read_from_texts_and_shown_as_what_makes_it_again(kind):
    fault = read_fault(kind, {name: TEXTS[name] for name in parameters_of(kind)})
    shown = fault_to_json(kind, fault)
    assert read_fault(shown.pop("fault"), json.loads(json.dumps(shown))) == fault


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_has_a_module_of_its_name(kind):
    module = re.sub("-", "_", kind)
    assert (ROOT / "mock_server" / "faults" / f"{module}.py").is_file()
    assert KINDS[kind].__module__ == f"mock_server.faults.{module}"


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("drop-after", {"n": -1}),
        ("drop-after", {"n": 1.5}),
        ("drop-after", {"n": True}),
        ("drop-after", {"n": "1e400"}),
        ("drop-after", {"n": 10**400}),
        ("drop-after", {"n": 1_000_001}),
        ("drop-after", {"how": "gently"}),
        ("latency", {"seconds": []}),
        ("latency", {"seconds": [1, 2, 3]}),
        ("latency", {"seconds": "nan"}),
        ("latency", {"seconds": None}),
        ("latency", {"seconds": -1}),
        ("error", {"code": 399}),
        ("error", {"code": 600}),
        ("error", {"code": 500, "done": "maybe"}),
        ("error", {"code": 500, "done": []}),
        ("unknown-event", {"type": "a\nb"}),
        ("unknown-event", {"type": ""}),
        ("unknown-event", {"type": "x" * 65}),
        ("unknown-event", {"type": 3}),
    ],
)
def test_what_makes_no_fault_is_refused(kind, given):
    with pytest.raises(InvalidFault):
        read_fault(kind, given)
