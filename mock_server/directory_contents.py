"""The files of a dry run as the API carries them: a path and base64."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from mock_server.actions.workspace import File

# Nobody reads more of them than this.
MAX_ISSUES = 100

Files = Sequence[tuple[str, File]]

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


class MalformedFiles(ValueError):
    """Entries of `directoryContents`, the first of them, without a path or contents, in the real server's words."""

    def __init__(self, missing: Iterable[tuple[int, str]]) -> None:
        issues = [
            {
                "code": "invalid_type",
                "expected": "string",
                "received": "undefined",
                "path": ["directoryContents", index, name],
                "message": "Required",
            }
            for index, name in missing
        ]
        super().__init__(f"Malformed request: {json.dumps(issues, indent=2)}")


def read_directory_contents(entries: Sequence[Mapping[str, Any]]) -> Files:
    """The files with their paths, as given. Raises MalformedFiles."""
    missing = (
        (index, name) for index, entry in enumerate(entries) for name in ("path", "base64Content") if name not in entry
    )
    if told := list(islice(missing, MAX_ISSUES)):
        raise MalformedFiles(told)
    return [
        (entry["path"], File(_decoded(entry["base64Content"]), executable=entry.get("executable") is True))
        for entry in entries
    ]


def directory_contents(files: Iterable[tuple[str, File]]) -> list[dict[str, Any]]:
    """The files as the API shows them, in the order in which the real server finds them: level by level."""
    return [
        {
            "path": path,
            "executable": file.executable,
            "base64Content": base64.b64encode(file.content).decode(),
        }
        for path, file in sorted(files, key=lambda entry: (entry[0].count("/"), entry[0]))
    ]


def _decoded(text: str) -> bytes:
    # As leniently as the real server decodes: what does not belong is passed over.
    bare = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/"))
    whole = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    return base64.b64decode(whole + "=" * (-len(whole) % 4))
