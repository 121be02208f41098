"""Load the documents of the contract."""

import json
from pathlib import Path
from typing import Any

import yaml

from openapi.overlay import apply_overlay

FOLDER = Path(__file__).parent
PUBLISHED = FOLDER / "backstage-scaffolder-openapi.yml"
BACKSTAGE_OVERLAY = FOLDER / "backstage.overlay.yaml"
CONTROL = FOLDER / "control.yaml"
COMPANIONS = FOLDER / "companions.yaml"
TASK_STRUCTURE = FOLDER / "scaffolder-task-structure.json"
META_SCHEMA = FOLDER / "openapi-3.1-meta-schema.json"


def load_published() -> dict[str, Any]:
    """The published Scaffolder document, freshly parsed: the caller may change what it gets."""
    return _load_yaml(PUBLISHED)


def load_backstage_overlay() -> dict[str, Any]:
    """The OpenAPI Overlay with what the Backstage of today adds to the published document."""
    return _load_yaml(BACKSTAGE_OVERLAY)


def load_backstage() -> dict[str, Any]:
    """The published document with the overlay, made anew: the caller may change what it gets."""
    return apply_overlay(load_published(), load_backstage_overlay())


def load_companions() -> dict[str, Any]:
    """The document of what Backstage has beside the Scaffolder, as far as the mock server has it, too."""
    return _load_yaml(COMPANIONS)


def load_control() -> dict[str, Any]:
    """The document of the control API of the mock server."""
    return _load_yaml(CONTROL)


def load_task_structure() -> dict[str, Any]:
    """The published JSON Structure of a Task."""
    return _load_json(TASK_STRUCTURE)


def load_meta_schema() -> dict[str, Any]:
    """The JSON Schema of OpenAPI 3.1 documents, as the OpenAPI Initiative publishes it."""
    return _load_json(META_SCHEMA)


def _load_json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _load_yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return loaded
