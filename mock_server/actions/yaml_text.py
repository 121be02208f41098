"""YAML as the `yaml` package of npm writes it."""

from typing import Any

import yaml

from mock_server.rendering import Budget


def yaml_text(value: Any, budget: Budget) -> str:
    """The YAML of a JSON value."""
    budget.spend()
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text
