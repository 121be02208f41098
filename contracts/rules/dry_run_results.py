"""What a dry run was asked for and what came of it, as the rules read it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts import dry_runs
from contracts.dry_runs import LOGGING
from contracts.evidence import Evidence
from contracts.exchange import Exchange

OPERATION = "dryRunTask"
POINTER = "#/paths/~1v2~1dry-run/post"
REQUEST = f"{POINTER}/requestBody/content/application~1json/schema/properties"
RESULT = f"{POINTER}/responses/200/content/application~1json/schema/properties"
NEEDS_A_RUN = "a target that has the action debug:log, or runs a template without steps"
PROBES = {"dry-run"}
# What a step is that still has to do something, in anybody's words.
UNFINISHED = frozenset({"open", "pending", "queued", "waiting", "processing", "running", "in-progress"})
PLAIN_ID = re.compile(r"[a-z][a-z-]{0,40}")


def results(evidence: Evidence) -> Iterator[Exchange]:
    """The dry runs that were answered with a result, and whose request can be read."""
    for exchange in evidence.authenticated:
        is_whole = exchange.operation == OPERATION and exchange.status == 200 and exchange.trouble is None
        if is_whole and isinstance(exchange.json, dict) and isinstance(exchange.sent, dict):
            yield exchange


def list_of(exchange: Exchange, part: str) -> list[Mapping[str, Any]]:
    found = exchange.json.get(part) if isinstance(exchange.json, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def files_of(exchange: Exchange) -> list[Mapping[str, Any]]:
    return list_of(exchange, "directoryContents")


def sent_files(exchange: Exchange) -> list[Mapping[str, Any]]:
    sent = exchange.sent.get("directoryContents") if isinstance(exchange.sent, dict) else None
    files = [file for file in sent if isinstance(file, dict)] if isinstance(sent, list) else []
    return [file for file in files if isinstance(file.get("path"), str) and isinstance(file.get("base64Content"), str)]


def template_steps(exchange: Exchange) -> list[Mapping[str, Any]]:
    template = exchange.sent.get("template") if isinstance(exchange.sent, dict) else None
    spec = template.get("spec") if isinstance(template, dict) else None
    steps = spec.get("steps") if isinstance(spec, dict) else None
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def are_plain(steps: list[Mapping[str, Any]]) -> bool:
    """Whether the steps are such as the suite itself writes them: nothing about them is open to debate."""
    ids = [step.get("id") for step in steps]
    return len(set(map(str, ids))) == len(ids) and all(
        isinstance(step.get("id"), str)
        and PLAIN_ID.fullmatch(step["id"])
        and isinstance(step.get("name"), str)
        and step.get("action") in {LOGGING, dry_runs.FETCHING}
        and not {"if", "each"} & step.keys()
        for step in steps
    )


def text_in(entry: Mapping[str, Any], key: str) -> str | None:
    body = entry.get("body")
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, str) else None
