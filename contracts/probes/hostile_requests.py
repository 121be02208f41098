"""The corpus at every place where a client may put it, as requests."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any, TypeVar

from contracts.probes.hostile_corpus import (
    BODIES,
    CONTENT_TYPES,
    CREATION,
    DIRECTORIES,
    EXPRESSIONS,
    HEADERS,
    NO_SUCH_TEMPLATE,
    NUMBERS,
    PATHS,
    QUERIES,
    SOUND_BODY,
    SPECS,
    TEXTS,
    VALUES,
)

T = TypeVar("T")
UNKNOWN_TASK = "00000000-0000-4000-8000-00000000dead"
# Of a table that is not sent as a whole in some place, the most telling ones.
TELLING = 12
# A server that falls for these would cancel more than there is to be cancelled.
HARMFUL = frozenset({"SQL", "a wildcard"})
HERE = "contract-tests-here"
PROVIDER = {"provider": "contract-tests-unknown", "resource": "repositories"}


@dataclass(frozen=True, slots=True)
class HostileRequest:
    """One request of the corpus; the fields are those that a session's call takes. `operation` is None where the
    path or query is given as sent, so that nobody takes it for what it only resembles."""

    label: str
    operation: str | None
    path: Mapping[str, str] | str | None = None
    query: Sequence[tuple[str, str]] = ()
    headers: Sequence[tuple[str, str | None]] = ()
    body: bytes | None = None


def hostile_requests(operations: Container[str], most_each: int | None = None) -> Iterator[HostileRequest]:
    """Every request of the corpus for these operations, a round over all places at a time; no more than so many for
    each place."""
    rounds = zip_longest(*(islice(place, most_each) for place in _places()))
    for request in chain.from_iterable(rounds):
        if request is not None and (request.operation is None or request.operation in operations):
            yield request


def _places() -> list[Iterable[HostileRequest]]:
    return [
        _task_ids("getTask", TEXTS),
        _creator(),
        (
            HostileRequest(f"template: {label}", "createTask", body=_creation(templateRef=text))
            for label, text in TEXTS.items()
        ),
        (
            HostileRequest(f"template name: {label}", "createTask", body=_creation(templateRef=f"template:{text}"))
            for label, text in _telling(TEXTS)
        ),
        (HostileRequest(f"body: {label}", "createTask", body=body) for label, body in BODIES.items()),
        (HostileRequest(f"body: {label}", "dryRunTask", body=body) for label, body in _telling(BODIES)),
        (
            HostileRequest(f"value: {label}", "createTask", body=_with_value(_creation(values={"a": HERE}), value))
            for label, value in VALUES.items()
        ),
        (
            HostileRequest(f"value: {label}", "dryRunTask", body=_with_value(_dry_run(values={"text": HERE}), value))
            for label, value in _telling(VALUES)
        ),
        (
            HostileRequest(f"content type: {label}", "createTask", headers=headers, body=body)
            for label, (headers, body) in CONTENT_TYPES.items()
        ),
        _numbers("getTaskLogs"),
        _numbers("getTaskEventStream"),
        _numbers("getTaskEvents"),
        *(_task_ids(operation, dict(_telling(TEXTS))) for operation in ("getTaskLogs", "getTaskEventStream")),
        *(_task_ids(operation, _harmless(TEXTS)) for operation in ("getTaskEvents", "retryTask")),
        (
            HostileRequest(f"body: {label}", "autocomplete", path=PROVIDER, body=body)
            for label, body in _telling(BODIES)
        ),
        _task_ids("cancelTask", _harmless(TEXTS)),
        _template_paths("name", dict(_telling(TEXTS))),
        _template_paths("kind", dict(_telling(TEXTS))),
        _template_paths("namespace", dict(_telling(TEXTS))),
        (HostileRequest(f"path: {label}", None, path=path) for label, path in PATHS.items()),
        (HostileRequest(f"query: {label}", None, path=f"/v2/tasks?{query}") for label, query in QUERIES.items()),
        (HostileRequest(f"header: {label}", "listActions", headers=[header]) for label, header in HEADERS.items()),
        (
            HostileRequest(f"body: {label}", "createTask", body=_creation(**members))
            for label, members in CREATION.items()
        ),
        (
            HostileRequest(f"expression: {label}", "dryRunTask", body=_dry_run(message=text))
            for label, text in EXPRESSIONS.items()
        ),
        (
            HostileRequest(f"specification: {label}", "dryRunTask", body=_dry_run(spec=spec))
            for label, spec in SPECS.items()
        ),
        (
            HostileRequest(f"directory: {label}", "dryRunTask", body=_dry_run(directoryContents=directory))
            for label, directory in DIRECTORIES.items()
        ),
        (
            HostileRequest(f"template: {label}", "dryRunTask", body=_dry_run(name=text))
            for label, text in _telling(TEXTS)
        ),
        _all_at_once(),
    ]


def _telling(table: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    return islice(table.items(), TELLING)


def _harmless(texts: Mapping[str, str]) -> Mapping[str, str]:
    return {label: text for label, text in _telling(texts) if label not in HARMFUL}


def _task_ids(operation: str, texts: Mapping[str, str]) -> Iterator[HostileRequest]:
    for label, text in texts.items():
        yield HostileRequest(f"task id: {label}", operation, path={"taskId": text})


def _template_paths(part: str, texts: Mapping[str, str]) -> Iterator[HostileRequest]:
    sound = {"namespace": "default", "kind": "template", "name": "contract-tests-no-such-template"}
    for label, text in texts.items():
        yield HostileRequest(f"{part}: {label}", "getTemplateParameterSchema", path={**sound, part: text})


def _creator() -> Iterator[HostileRequest]:
    for label, text in TEXTS.items():
        if len(text) < 8_000:
            yield HostileRequest(f"createdBy: {label}", "listTasks", query=[("createdBy", text)])


def _numbers(operation: str) -> Iterator[HostileRequest]:
    for label, text in NUMBERS.items():
        yield HostileRequest(f"after: {label}", operation, path={"taskId": UNKNOWN_TASK}, query=[("after", text)])


def _all_at_once() -> Iterator[HostileRequest]:
    """Bodies that hold every text, as keys and as values."""
    texts = {label: text for label, text in TEXTS.items() if label != "long"}
    keys = dict.fromkeys(texts.values(), "contract-tests")
    listed = {f"text {number}": text for number, text in enumerate(texts.values())}
    shown = "${{ parameters.text | dump }}"
    yield HostileRequest("all texts as values", "createTask", body=_creation(values=listed))
    yield HostileRequest("all texts as keys", "createTask", body=_creation(values=keys))
    yield HostileRequest(
        "all texts as values", "dryRunTask", body=_dry_run(message=shown, values={**listed, "text": listed})
    )
    yield HostileRequest("all texts as keys", "dryRunTask", body=_dry_run(message=shown, values={**keys, "text": keys}))
    yield HostileRequest("all texts as secrets", "createTask", body=_creation(secrets=listed))
    yield HostileRequest("all texts as names of secrets", "createTask", body=_creation(secrets=keys))
    yield HostileRequest("all texts as secrets", "dryRunTask", body=_dry_run(secrets={**listed, **keys}))


def _creation(**members: Any) -> bytes:
    return json.dumps({"templateRef": NO_SUCH_TEMPLATE, "values": {}, **members}).encode()


def _dry_run(
    *, message: str = "${{ parameters.text }}", name: str = "contract-tests", spec: Any = None, **members: Any
) -> bytes:
    say = {"id": "say", "name": name, "action": "debug:log", "input": {"message": message}}
    template = {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "contract-tests", "title": name},
        "spec": {"type": "service", "steps": [say], "output": {}} if spec is None else spec,
    }
    return json.dumps(
        {"template": template, "values": {"text": "contract-tests"}, "directoryContents": [], **members}
    ).encode()


def _with_value(body: bytes, value: bytes) -> bytes:
    return body.replace(json.dumps(HERE).encode(), value)


def chunked_pair() -> tuple[HostileRequest, HostileRequest]:
    """The same request twice: in one piece and in chunks."""
    chunked = (("Transfer-Encoding", "chunked"),)
    return (
        HostileRequest("in one piece", "createTask", body=SOUND_BODY),
        HostileRequest("in chunks", "createTask", headers=chunked, body=SOUND_BODY),
    )
