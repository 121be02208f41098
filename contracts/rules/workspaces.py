"""DRY: the files that a dry run begins with and ends with."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from contracts import dry_runs
from contracts.dry_runs import LOGGING, decoded, normal_path
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.profile import Allowance
from contracts.rule import Observation, broken, judged, rule
from contracts.rules.dry_run_results import (
    NEEDS_A_RUN,
    OPERATION,
    POINTER,
    PROBES,
    REQUEST,
    RESULT,
    are_plain,
    files_of,
    results,
    sent_files,
    template_steps,
)

SHOWN = 3
NEEDS_A_WORKSPACE = f"{NEEDS_A_RUN}; in profile backstage, one that has fetch:plain"


@rule(
    "DRY-09",
    "The content of each file of the result is base64.",
    source="RFC 4648, section 4",
    why="The file cannot be shown or saved.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def contents_are_base64(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        garbage = {file.get("base64Content") for file in sent_files(exchange) if not _is_good(file)}
        wrong = [
            file
            for file in files_of(exchange)
            if decoded(file.get("base64Content")) is None and file.get("base64Content") not in garbage
        ]
        yield judged(
            not wrong,
            OPERATION,
            exchange,
            expected="base64 with its padding as the content of each file",
            observed=", ".join(
                f"{str(file.get('base64Content'))[:40]!r} of {file.get('path')}" for file in wrong[:SHOWN]
            ),
        )


@rule(
    "DRY-10",
    "What was in the workspace at first and was not touched by a step is in the result, byte by byte.",
    source=f"{REQUEST}/directoryContents/description",
    why="The preview lacks files, or shows them broken, and the template is mended where it is not wrong.",
    needs=NEEDS_A_WORKSPACE,
    probes=PROBES,
)
def workspace_is_preserved(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        if not _keeps_its_workspace(exchange, evidence):
            continue
        found = {normal_path(path): file for file in files_of(exchange) if isinstance(path := file.get("path"), str)}
        for sent in sent_files(exchange):
            path, content = sent["path"], decoded(sent["base64Content"]) or b""
            if normal_path(path) not in found:
                yield broken(OPERATION, exchange, expected=f"{path} in the result", observed=f"{_paths(found)}")
                continue
            given = decoded(found[normal_path(path)].get("base64Content"))
            if given is not None:
                yield judged(
                    given == content,
                    OPERATION,
                    exchange,
                    expected=f"the {len(content)} bytes of {path}",
                    observed=f"{len(given)} bytes, others from byte {_first_difference(content, given)} on",
                )


@rule(
    "DRY-11",
    "The result holds no file of another dry run.",
    source=POINTER,
    why="What one user tries out is shown to another.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def workspaces_are_separate(evidence: Evidence) -> Iterator[Observation]:
    own = [file["path"] for exchange in evidence.of(OPERATION, Purpose.ORDINARY) for file in sent_files(exchange)]
    foreign = {path for path in own if path.startswith(dry_runs.own_file(evidence.marker, "").removesuffix(".txt"))}
    for exchange in results(evidence):
        sent = {file["path"] for file in sent_files(exchange)}
        leaked = [str(file.get("path")) for file in files_of(exchange) if file.get("path") in foreign - sent]
        yield judged(
            not leaked,
            OPERATION,
            exchange,
            expected="the files of this dry run alone",
            observed=", ".join(leaked[:SHOWN]),
        )


@rule(
    "DRY-12",
    "Each file is in the result once.",
    source=f"{RESULT}/directoryContents",
    why="The file tree of the preview breaks, or shows either of the two.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def files_come_once(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        sent = [normal_path(str(file.get("path"))) for file in sent_files(exchange)]
        if len(set(sent)) == len(sent):
            paths = Counter(str(file.get("path")) for file in files_of(exchange))
            twice = [path for path, count in paths.items() if count > 1]
            yield judged(
                not twice, OPERATION, exchange, expected="each path once", observed=f"more than one {twice[:SHOWN]}"
            )


def _keeps_its_workspace(exchange: Exchange, evidence: Evidence) -> bool:
    """Whether every file that was sent has to be in the result."""
    files, steps = sent_files(exchange), template_steps(exchange)
    folded = [normal_path(file["path"]).casefold() for file in files]
    if not files or len(set(folded)) != len(folded) or not all(_is_good(file) for file in files):
        return False
    if not are_plain(steps):
        return False
    if _can_fetch(evidence):
        return bool(steps) and steps[0] == dry_runs.FETCH
    return all(step["action"] == LOGGING for step in steps)


@lru_cache(maxsize=8)
def _can_fetch(evidence: Evidence) -> bool:
    """Whether what is sent can be fetched: it may then be in the workspace only if it was."""
    if evidence.contract.profile.allows(Allowance.CONTENTS_ARE_REQUIRED):
        return True
    return any(template_steps(exchange)[:1] == [dry_runs.FETCH] for exchange in results(evidence))


def _is_good(file: Mapping[str, Any]) -> bool:
    """Whether any workspace can hold the file."""
    path, content = file["path"], file["base64Content"]
    return (
        decoded(content) is not None
        and normal_path(path) == path
        and not dry_runs.leads_outside(path)
        and path.isprintable()
        and not set(path) & set('\\:*?"<>|')
        and all(part.strip(" .") and part == part.strip(" ") and len(part) <= 80 for part in path.split("/"))
    )


def _paths(found: Mapping[str, Any]) -> str:
    return f"{len(found)} files: {', '.join(sorted(found)[:SHOWN])}" if found else "no file"


def _first_difference(one: bytes, other: bytes) -> int:
    return next(
        (place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )
