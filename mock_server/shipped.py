"""Where the files are that come with the package."""

from pathlib import Path

SCENARIOS = Path(__file__).parents[1] / "scenarios"
DEMO_ENTITIES = SCENARIOS / "templates"
