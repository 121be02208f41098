"""The templates and workspaces that the suite has run dry, and what it can tell of any such request."""

import base64
import binascii
import posixpath
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

API_VERSION = "scaffolder.backstage.io/v1beta3"
LOGGING = "debug:log"
FETCHING = "fetch:plain"
# Between these two, the log and the output show the value as the run saw it.
OPENING, CLOSING = "says [", "] and ends"
SAYING = f"{OPENING}${{{{ parameters.text }}}}{CLOSING}"
# Beside plain text: an empty file, every byte there is, a nested one, and names from beyond ASCII.
FILES: Mapping[str, bytes] = {
    "README.md": b"# Dry run\n",
    "empty.txt": b"",
    "src/deeply/nested/code.py": b"print('tabs\tand\r\nline ends')\n",
    "bytes.bin": bytes(range(256)),
    "one-byte": b"\xff",
    "two-bytes": b"\x00\x01",
    "docs/\u00fcber \u6f22\u5b57.md": "\u00e4\u6f22\U0001f600".encode(),
    ".hidden/.gitignore": b"*\n",
    "large.txt": b"".join(b"line %05d\n" % number for number in range(3_000)),
}

# Base64 of `not empty`, and then what is none.
GARBAGE = {"path": "garbage.txt", "base64Content": "bm90IGVtcHR5%%%"}

# What the variations of a dry run are called.
ACCEPTED: Final = "of a template that can be run"
WITHOUT_CONTENTS: Final = "without directoryContents"
TELLING: Final = "with a step that tells a secret"
NO_TEMPLATE: Final = "of what is no template"
UNKNOWN_ACTION: Final = "with an action that there is not"
NO_BASE64: Final = "with a file that is no base64"
OUTSIDE: Final = "with a file outside the workspace"
AFTERWARDS: Final = "the template of a dry run"

PARAMETERS: Mapping[str, Any] = {
    "title": "What to say",
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"title": "Text", "type": "string", "minLength": 3, "maxLength": 60, "pattern": "^[a-z0-9-]+$"},
        "mood": {"title": "Mood", "type": "string", "enum": ["calm", "loud"]},
        "times": {"title": "How often", "type": "integer", "minimum": 1, "maximum": 5},
        "softly": {"title": "Softly", "type": "boolean"},
        "words": {"title": "Words", "type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}},
        "place": {
            "title": "Place",
            "type": "object",
            "required": ["city"],
            "properties": {"city": {"title": "City", "type": "string"}},
        },
    },
}
MORE_PARAMETERS: Mapping[str, Any] = {
    "title": "And then",
    "type": "object",
    "properties": {"after": {"title": "Afterwards", "type": "string", "maxLength": 10}},
}


def template(name: str, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A template entity of these steps, which asks for a text."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Template",
        "metadata": {"name": name, "title": "Dry run of the contract tests"},
        "spec": {
            "owner": "guests",
            "type": "service",
            "parameters": [dict(PARAMETERS), dict(MORE_PARAMETERS)],
            "steps": [dict(step) for step in steps],
            "output": {"text": [{"title": "Said", "content": SAYING}]},
        },
    }


def saying(id: str, name: str) -> dict[str, Any]:
    """A step that says the text."""
    return {"id": id, "name": name, "action": LOGGING, "input": {"message": f"{id} {SAYING}"}}


# What it says and puts out is the secret, if nobody masks it.
TELL: Mapping[str, Any] = {
    "id": "tell",
    "name": "Tell it",
    "action": LOGGING,
    "input": {"message": "it is ${{ secrets.contractTests }}"},
}
TOLD: Mapping[str, Any] = {"text": [{"title": "Told", "content": "it is ${{ secrets.contractTests }}"}]}
FETCH: Mapping[str, Any] = {"id": "fetch", "name": "Fetch", "action": FETCHING, "input": {"url": "./"}}


def contents(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Files as a request holds them."""
    return [{"path": path, "base64Content": base64.b64encode(content).decode()} for path, content in files.items()]


def decoded(text: Any) -> bytes | None:
    """The bytes of base64 as RFC 4648 has it, None for anything else."""
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def dry_run_name(marker: str) -> str:
    """What the templates are called that the suite has run dry. It is in their values, too."""
    return f"{marker}-dry-run"


def own_file(marker: str, run: str) -> str:
    """The path of a file that no other dry run has."""
    return f"{marker}-only-in-{run}.txt"


def normal_path(path: str) -> str:
    """A path below the workspace in one form, however it was written."""
    normal = posixpath.normpath(unicodedata.normalize("NFC", path))
    return normal.removeprefix("/")


def leads_outside(path: str) -> bool:
    """Whether a path leads out of the workspace that it is relative to."""
    return path.startswith(("/", "\\")) or posixpath.normpath(path.replace("\\", "/")).split("/")[0] == ".."
