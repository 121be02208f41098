"""Has templates run dry: some that can be run, several at once, and some that must be refused."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts import dry_runs
from contracts.exchange import Exchange, Purpose
from contracts.probes.probe import Probe
from contracts.profile import Allowance
from contracts.refused_values import refused_values
from contracts.session import Session

MOST_REFUSALS = 20
MOST_REFUSALS_QUICK = 4
OUTSIDE = ("../evil.txt", "a/../../evil.txt", "/tmp/contract-tests-evil.txt")  # noqa: S108 nobody opens it
UNKNOWN_ACTION = "contract-tests:unknown"


async def dry_run(session: Session) -> None:
    """Run dry what can be, then what cannot, and look what it has left behind."""
    steps = await _steps(session)
    runs = [_body(session, run, steps, values) for run, values in _accepted(session)]
    # The first one a second time, alone, when the others are over.
    await asyncio.gather(*(_run(session, body, label=dry_runs.ACCEPTED) for body in runs))
    await _run(session, runs[0], label=dry_runs.ACCEPTED)
    await _run_with_less(session, runs[0])
    if any(step.get("action") == dry_runs.LOGGING for step in steps):
        await _run(session, _telling(session), label=dry_runs.TELLING)
    await asyncio.gather(
        *(_run(session, body, Purpose.REFUSED_VALUES, label) for label, body in _unfit(session, steps))
    )
    await asyncio.gather(*(_run(session, body, Purpose.HOSTILE, label) for label, body in _wrong(session, steps)))
    name = dry_runs.dry_run_name(session.marker)
    path = {"namespace": "default", "kind": "template", "name": name}
    await session.call(
        "getTemplateParameterSchema", path=path, purpose=Purpose.UNKNOWN_TEMPLATE, label=dry_runs.AFTERWARDS
    )
    await session.call("listTasks", label="after dry runs")


async def _steps(session: Session) -> list[Mapping[str, Any]]:
    """Steps of actions that the target has; without any, the template does nothing."""
    listed = (await session.call("listActions")).json
    known = {action.get("id") for action in listed if isinstance(action, dict)} if isinstance(listed, list) else set()
    steps: list[Mapping[str, Any]] = []
    if dry_runs.LOGGING in known:
        steps = [dry_runs.saying("say", "Say it"), dry_runs.saying("say-again", "Say it once more")]
    if dry_runs.FETCHING in known:
        # Some servers take the contents for those of the template's own directory: there they have to be fetched.
        steps = [dry_runs.FETCH, *steps]
    return steps


def _accepted(session: Session) -> Iterator[tuple[str, Mapping[str, Any]]]:
    text = dry_runs.dry_run_name(session.marker)
    yield "first", {"text": f"{text}-first"}
    yield "second", {"text": f"{text}-second", "mood": "loud", "times": 3, "softly": False, "words": ["a"]}
    if not session.limits.quick:
        longest = f"{text}-".ljust(60, "x")
        yield "least", {"text": "abc", "times": 1, "words": ["a"], "after": ""}
        yield "most", {"text": longest, "times": 5, "words": ["a", "b"], "softly": True, "after": "0123456789"}


def _body(session: Session, run: str, steps: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    secret = f"{session.marker}-secret-dry-{run}"
    session.secrets.append(secret)
    files = {**dry_runs.FILES, dry_runs.own_file(session.marker, run): run.encode()}
    return {
        "template": dry_runs.template(dry_runs.dry_run_name(session.marker), steps),
        "values": dict(values),
        "secrets": {"contractTests": secret},
        "directoryContents": dry_runs.contents(files),
    }


def _telling(session: Session) -> dict[str, Any]:
    """A dry run whose step tells the secret that is sent with it."""
    body = _body(session, "telling", [dry_runs.TELL], {"text": f"{dry_runs.dry_run_name(session.marker)}-telling"})
    template = body["template"]
    return {
        **body,
        "template": {**template, "spec": {**template["spec"], "output": dict(dry_runs.TOLD)}},
        "directoryContents": [],
    }


async def _run_with_less(session: Session, body: Mapping[str, Any]) -> None:
    spec = body["template"]["spec"]
    template = {**body["template"], "spec": {**spec, "steps": _without_fetching(spec["steps"])}}
    await _run(session, {**body, "template": template, "directoryContents": []}, label=dry_runs.ACCEPTED)
    if not session.contract.profile.allows(Allowance.CONTENTS_ARE_REQUIRED):
        bare = {"template": template, "values": body["values"]}
        await _run(session, bare, label=dry_runs.WITHOUT_CONTENTS)


def _without_fetching(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps for a directory without contents, of which there is nothing to fetch."""
    return [step for step in steps if step["action"] != dry_runs.FETCHING]


def _unfit(session: Session, steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dry runs with values that their template does not accept."""
    body = _plain(session, _without_fetching(steps))
    form = {"steps": [{"schema": page} for page in body["template"]["spec"]["parameters"]]}
    tried = set()
    for refused in refused_values(form, body["values"]):
        if refused.kind not in tried:
            tried.add(refused.kind)
            yield refused.wrong, {**body, "values": dict(refused.values)}
        if len(tried) == (MOST_REFUSALS_QUICK if session.limits.quick else MOST_REFUSALS):
            return


def _wrong(session: Session, steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dry runs that the document's own schema lets pass, and that have no sense."""
    fetched, body = _plain(session, steps), _plain(session, _without_fetching(steps))
    template = body["template"]
    for path in OUTSIDE[:1] if session.limits.quick else OUTSIDE:
        yield dry_runs.OUTSIDE, {**fetched, "directoryContents": dry_runs.contents({path: b"evil"})}
    yield dry_runs.NO_BASE64, {**fetched, "directoryContents": [dict(dry_runs.GARBAGE)]}
    unknown = [{"id": "unknown", "name": "Unknown", "action": UNKNOWN_ACTION, "input": {}}]
    spec = {**template["spec"], "steps": unknown}
    yield dry_runs.UNKNOWN_ACTION, {**body, "template": {**template, "spec": spec}}
    yield dry_runs.NO_TEMPLATE, {**body, "template": {**template, "kind": "Component"}}
    if session.limits.quick:
        return
    yield dry_runs.NO_TEMPLATE, {**body, "template": {**template, "apiVersion": "contract-tests/v0"}}
    yield dry_runs.NO_TEMPLATE, {**body, "template": {}}
    for key in ("apiVersion", "kind", "metadata", "spec"):
        rest = {name: value for name, value in template.items() if name != key}
        yield dry_runs.NO_TEMPLATE, {**body, "template": rest}
    no_lists_of_steps: tuple[Any, ...] = (None, "none", {}, [{"id": "a", "name": "A"}])
    for no_steps in no_lists_of_steps:
        yield dry_runs.NO_TEMPLATE, {**body, "template": {**template, "spec": {**template["spec"], "steps": no_steps}}}


def _plain(session: Session, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    name = dry_runs.dry_run_name(session.marker)
    values = {"text": f"{name}-refused", "mood": "calm", "times": 2, "softly": True, "words": ["a"], "after": "b"}
    return {"template": dry_runs.template(name, steps), "values": values, "directoryContents": []}


async def _run(
    session: Session, body: Mapping[str, Any], purpose: Purpose = Purpose.ORDINARY, label: str = ""
) -> Exchange:
    return await session.call("dryRunTask", json_body=dict(body), purpose=purpose, label=label)


DRY_RUN = Probe("dry-run", dry_run)
