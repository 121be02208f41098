"""The parsers that are fuzzed: by name, the packages that each is made of."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from tests.fuzzing.target import Target

PARSERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rendering": ("mock_server.rendering", "mock_server.javascript"),
        "patterns": ("mock_server.rendering.patterns",),
        "globs": ("mock_server.actions.globs", "mock_server.rendering.patterns"),
        "scenarios": (
            *("mock_server.scenario_files", "mock_server.scenario_mistakes", "mock_server.sources", "mock_server.uses"),
            *("mock_server.plan", "mock_server.step_plan", "mock_server.step_lines", "mock_server.segments"),
            *("mock_server.timeline", "mock_server.faults.rule", "mock_server.faults.kinds"),
        ),
        "snapshots": (
            *("mock_server.snapshot", "mock_server.task", "mock_server.timeline", "mock_server.segments"),
            *("mock_server.planned", "mock_server.task_index"),
        ),
        "entity_refs": ("mock_server.entity_refs", "contracts.entity_refs"),
        "queries": ("mock_server.query",),
        "preferences": ("mock_server.faults.preferences", "mock_server.faults.kinds"),
        "json_bodies": ("mock_server.json_body", "mock_server.json_syntax"),
        "event_streams": ("contracts.sse",),
        "pattern_texts": ("contracts.pattern_texts",),
    }
)


def load(name: str) -> Target:
    """The target of this name. It is imported only now, so that its parser can be instrumented meanwhile."""
    target: Target = import_module(f"tests.fuzzing.targets.{name}").TARGET
    return target
