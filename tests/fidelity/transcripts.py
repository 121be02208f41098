"""Take transcripts of event streams over as our data: `python -m tests.fidelity.transcripts FILE FIRST_NUMBER`.

A transcript is what went over the socket, the chunks of the transfer encoding joined, with a note of how many bytes
came when. Each becomes a line in the form of `data/exchanges.jsonl`.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.fidelity.copying import in_frames
from tests.fidelity.normalising import without_machine

_SECTION = re.compile(
    r"^######## (?P<label>[^\n]*)\n>>> REQUEST\n(?P<request>(?:[^\n]+\n)+)\n*"
    r"<<< RESPONSE\s+\[(?P<note>[^\n]*)\]\n(?P<head>HTTP/.*?)\n\n(?P<body>.*?)(?=^########|\Z)",
    re.DOTALL | re.MULTILINE,
)
_ARRIVAL = re.compile(r"\(([\d.]+), (\d+)\)")
_TOKENS = {"<USER-JWT>": "<jwt>", "static-service-token-0123456789abcdef": "static-token-12345678"}
_KEPT = ("authorization", "accept", "accept-encoding", "last-event-id")
# What the transfer encoding adds to a chunk: its length, and the ends of two lines.
_FRAMING = 7


def main(arguments: list[str]) -> None:
    text = Path(arguments[0]).read_text(encoding="utf-8", errors="replace")
    for number, section in enumerate(_SECTION.finditer(text), start=int(arguments[1])):
        if "Content-Encoding" in section["head"]:
            continue
        entry = {"n": number, "label": section["label"], **_exchange(section)}
        print(json.dumps(without_machine(entry), ensure_ascii=False, separators=(",", ":")))


def _exchange(section: re.Match[str]) -> dict[str, Any]:
    request_line, *headers = section["request"].splitlines()
    method, target, _ = request_line.split(" ")
    status_line, *answered = section["head"].split("\n")
    content_type = _fields(answered)["content-type"]
    answer: dict[str, Any] = {"status": int(status_line.split(" ")[1]), "contentType": content_type}
    if content_type == "text/event-stream" and method == "GET":
        answer["batches"] = _batches(section)
        answer["closed"] = "server closed" in section["note"]
    else:
        body = section["body"].strip()
        answer["body"] = json.loads(body) if body else ""
    sent = {name: value for name, value in _fields(headers).items() if name in _KEPT}
    for recorded, ours in _TOKENS.items():
        sent = {name: value.replace(recorded, ours) for name, value in sent.items()}
    return {"request": {"method": method, "target": target, "headers": sent, "body": None}, "answer": answer}


def _fields(lines: Sequence[str]) -> dict[str, str]:
    pairs = (line.partition(": ") for line in lines)
    return {name.lower(): value for name, _, value in pairs}


def _batches(section: re.Match[str]) -> list[list[Any]]:
    """The frames, put where the bytes that came by then end. Masked paths make lengths a little untrue."""
    frames = [f"{frame}\n\n" for frame in section["body"].strip().split("\n\n") if frame]
    head = len(section["head"].replace("\n", "\r\n")) + 4
    ends = list(_running(len(frame.encode()) + _FRAMING for frame in frames))
    batches: list[list[Any]] = []
    arrived, taken = -head, 0
    for offset, size in _ARRIVAL.findall(section["note"]):
        arrived += int(size)
        share = arrived / (sum(int(size) for _, size in _ARRIVAL.findall(section["note"])) - head)
        upto = sum(end <= share * ends[-1] + _FRAMING * 5 for end in ends)
        if upto > taken:
            batches.append([float(offset), in_frames("".join(frames[taken:upto]))])
        taken = upto
    return batches


def _running(lengths: Iterator[int]) -> Iterator[int]:
    total = 0
    for length in lengths:
        yield (total := total + length)


if __name__ == "__main__":
    main(sys.argv[1:])
