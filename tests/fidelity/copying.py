"""Take recordings over as our data: `python -m tests.fidelity.copying RECORDINGS` prints them, a line each.

Kept are the requests, and of the answers status, media type and body. Left out are headers that no client reads,
where things lay on the recording machine, and prose: what others wrote to describe and show their actions, filters
and permissions. A body that the recordings only name is a file beside them or one folder up.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.fidelity.normalising import without_machine, without_prose

# Stands for the rest of a text or list that was too long to be kept.
CUT = "<cut>"
MOUNT = "/api/scaffolder"
USER = "Bearer <jwt>"
_CHUNK = re.compile(r"[0-9a-f]+\r\n(.*?)\r\n", re.DOTALL)
_ELSEWHERE = re.compile(r"<see (\S+)>")
_CUT_ELSEWHERE = re.compile(r"\.\.\.<cut[^>]*>$")
# The frames of a stack trace inside the JSON text of an event.
_FRAMES = re.compile(r'(?:\\n    at [^"\\]*)+')
_GAVE_UP = "<<client gave up>>"


def main(arguments: list[str]) -> None:
    file = Path(arguments[0])
    for line in file.read_text(encoding="utf-8").splitlines():
        print(json.dumps(copied(json.loads(line), file), ensure_ascii=False, separators=(",", ":")))


def copied(entry: dict[str, Any], file: Path) -> dict[str, Any]:
    """An entry of a file of recordings, in our form."""
    taken: dict[str, Any] = without_machine(_stream(entry) if "chunks" in entry else _exchange(entry, file))
    return taken


def in_frames(frames: str) -> str:
    """Frames of a stream without the frames of the stack traces in them."""
    return _FRAMES.sub(r"\\n    at <frames>", frames)


def _exchange(entry: dict[str, Any], file: Path) -> dict[str, Any]:
    request, headers = entry["request"], {name.lower(): value for name, value in entry["headers"]}
    body = entry["body"]
    if isinstance(body, str) and (elsewhere := _ELSEWHERE.fullmatch(body)):
        folder = next(folder for folder in file.resolve().parents if (folder / elsewhere[1]).exists())
        body = json.loads((folder / elsewhere[1]).read_text(encoding="utf-8"))
    return {
        "n": entry["n"],
        "label": entry["label"],
        "request": {
            "method": request["method"],
            "target": request["path"],
            "headers": request["headers"],
            "body": request["body"] and _CUT_ELSEWHERE.sub(CUT, request["body"]),
        },
        "answer": {
            "status": entry["status"],
            "contentType": headers.get("content-type", ""),
            "body": without_prose(request["path"], _cut(body)),
        },
    }


def _cut(body: Any) -> Any:
    return (
        [_CUT_ELSEWHERE.sub(CUT, item) if isinstance(item, str) else item for item in body]
        if isinstance(body, list)
        else body
    )


def _stream(entry: dict[str, Any]) -> dict[str, Any]:
    """A stream as it was read from the socket: the head and the chunks of its transfer encoding."""
    batches, head = [], ""
    for offset, text in entry["chunks"]:
        if "\r\n\r\n" in text and not head:
            head, _, text = text.partition("\r\n\r\n")
        frames = "".join(_CHUNK.findall(text))
        if frames:
            batches.append([offset, in_frames(frames)])
    # A server that never began to answer has no status.
    status, *headers = head.split("\r\n") if head else ("HTTP/1.1 0",)
    types = [line.partition(": ")[2] for line in headers if line.lower().startswith("content-type")]
    media_type = types[0] if types else ""
    return {
        "n": entry["n"],
        "label": entry["label"],
        "request": {"method": "GET", "target": MOUNT + entry["path"], "headers": {"Authorization": USER}, "body": None},
        "answer": {
            "status": int(status.split()[1]),
            "contentType": media_type,
            "batches": batches,
            "closed": _GAVE_UP not in entry["chunks"][-1][1],
        },
    }


if __name__ == "__main__":
    main(sys.argv[1:])
