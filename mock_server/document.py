"""The document of the API that is served."""

from collections.abc import Collection
from typing import Any

from mock_server.quirks import Quirk
from openapi.documents import load_backstage


def served_document(quirks: Collection[Quirk] = ()) -> dict[str, Any]:
    """What the real Backstage offers beside what is published, or instead of it where a quirk says so."""
    document = load_backstage()
    if Quirk.NO_LOGS in quirks:
        del document["paths"]["/v2/tasks/{taskId}/logs"]
        del document["paths"]["/v2/tasks"]["post"]["responses"]["201"]["links"]["getTaskLogs"]
    return document
