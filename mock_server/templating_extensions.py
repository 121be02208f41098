"""What expressions in templates can use beside what their language has, as data."""

import json
from importlib.resources import files
from typing import Any


def load_templating_extensions() -> dict[str, Any]:
    """The body of `getTemplatingExtensions`: filters and globals, each with a description, schemas and examples."""
    text = (files("mock_server") / "templating_extensions.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
