"""Dry runs that tell the wrong things."""

import json
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.runs import OPERATION, is_run
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    changing_requests,
    editing_json,
    error_answer,
    json_answer,
)


def editing_steps(app: App, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> App:
    """Change the steps of the result."""
    return editing_json(app, OPERATION, lambda call, result: {**result, "steps": edit(result["steps"])})


@defect("DRY-01", blames="dryRunTask")
def dry_run_needs_an_entity_in_the_catalog(app: App) -> App:
    """Only templates that are known already can be run dry."""

    def reply(call: Call) -> Answer | None:
        return error_answer(404, "NotFoundError", "no such template") if is_run(call) else None

    return answering(app, OPERATION, reply)


@defect("DRY-01", blames="dryRunTask")
def empty_files_are_refused(app: App) -> App:
    """A file without content counts as a file without base64Content."""

    def reply(call: Call) -> Answer | None:
        files = call.json.get("directoryContents") or [] if is_run(call) else []
        empty = any(isinstance(file, dict) and file.get("base64Content") == "" for file in files)
        return error_answer(400, "InputError", "base64Content is missing") if empty else None

    return answering(app, OPERATION, reply)


@defect("DRY-01", blames="dryRunTask")
def second_dry_run_at_once_is_a_conflict(app: App) -> App:
    """A template that was run dry cannot be run dry again."""
    known: set[bytes] = set()

    def reply(call: Call) -> Answer | None:
        if call.body in known:
            return error_answer(409, "ConflictError", "the workspace exists")
        known.add(call.body)
        return None

    return answering(app, OPERATION, reply)


@defect("DRY-01", blames="dryRunTask")
def longest_text_is_refused(app: App) -> App:
    """A limit of a text's length is taken for the first length that is too long."""

    def reply(call: Call) -> Answer | None:
        values = call.json.get("values") if is_run(call) else None
        longest = isinstance(values, dict) and len(str(values.get("text"))) == 60
        return json_answer(400, {"errors": [{"message": "too long"}]}) if longest else None

    return answering(app, OPERATION, reply)


@defect("DRY-02", blames="dryRunTask")
def contents_are_demanded(app: App) -> App:
    """The initial contents are required."""

    def reply(call: Call) -> Answer | None:
        lacking = is_run(call) and "directoryContents" not in call.json
        return error_answer(400, "InputError", "directoryContents is missing") if lacking else None

    return answering(app, OPERATION, reply)


@defect("DRY-02", blames="dryRunTask")
def missing_contents_are_a_fault(app: App) -> App:
    """Without initial contents, nobody made a list of them."""

    def reply(call: Call) -> Answer | None:
        lacking = is_run(call) and "directoryContents" not in call.json
        return error_answer(500, "TypeError", "directoryContents is not iterable") if lacking else None

    return answering(app, OPERATION, reply)


@defect("DRY-03", blames="dryRunTask")
def steps_are_in_another_order(app: App) -> App:
    """The steps come back last first."""
    return editing_steps(app, lambda steps: steps[::-1])


@defect("DRY-03", blames="dryRunTask")
def steps_get_new_ids(app: App) -> App:
    """Every step is numbered, whatever its id is."""
    return editing_steps(
        app, lambda steps: [{**step, "id": f"step-{place}"} for place, step in enumerate(steps, start=1)]
    )


@defect("DRY-03", blames="dryRunTask")
def names_of_steps_are_their_actions(app: App) -> App:
    """A step is named for its action, whatever its name is."""
    return editing_steps(app, lambda steps: [{**step, "name": step["action"]} for step in steps])


@defect("DRY-03", blames="dryRunTask")
def steps_of_one_action_are_one(app: App) -> App:
    """Two steps of the same action are taken for one."""
    return editing_steps(app, lambda steps: list({step["action"]: step for step in steps}.values()))


@defect("DRY-03", blames="dryRunTask")
def last_step_comes_twice(app: App) -> App:
    """The step that the run ended with is added once more when it is over."""
    return editing_steps(app, lambda steps: [*steps, *steps[-1:]])


@defect("DRY-03", blames="dryRunTask")
def steps_are_told_before_and_after(app: App) -> App:
    """Each step is there as it was before the run, and as it was after it."""
    return editing_steps(app, lambda steps: [*({**step, "name": "Planned"} for step in steps), *steps])


@defect("DRY-04", blames="dryRunTask")
def last_step_still_runs(app: App) -> App:
    """The answer is made before the last step is over."""
    return editing_steps(app, lambda steps: [*steps[:-1], *({**step, "status": "processing"} for step in steps[-1:])])


@defect("DRY-04", blames="dryRunTask")
def steps_have_not_begun(app: App) -> App:
    """The status of a step is that from before the run."""
    return editing_steps(app, lambda steps: [{**step, "status": "open"} for step in steps])


@defect("DRY-04", blames="dryRunTask")
def steps_failed_in_silence(app: App) -> App:
    """The second step fails, and nobody says why."""
    return editing_steps(app, lambda steps: [*steps[:1], *({**step, "status": "failed"} for step in steps[1:])])


@defect("DRY-20", blames="dryRunTask")
def log_has_no_steps(app: App) -> App:
    """The entries of the log do not say which step they are of."""

    def edit(call: Call, result: Any) -> Any:
        bodies = [{key: value for key, value in entry["body"].items() if key != "stepId"} for entry in result["log"]]
        return {**result, "log": [{"type": "log", "body": body} for body in bodies]}

    return editing_json(app, OPERATION, edit)


@defect("DRY-05", blames="dryRunTask")
def log_ends_after_the_first_step(app: App) -> App:
    """The log is cut off when the first step is over."""

    def edit(call: Call, result: Any) -> Any:
        return {**result, "log": [entry for entry in result["log"] if entry["body"].get("stepId") != "say-again"]}

    return editing_json(app, OPERATION, edit)


@defect("DRY-05", blames="dryRunTask")
def log_begins_with_the_last_step(app: App) -> App:
    """Each step empties the log before it begins."""

    def edit(call: Call, result: Any) -> Any:
        return {**result, "log": [entry for entry in result["log"] if entry["body"].get("stepId") != "say"]}

    return editing_json(app, OPERATION, edit)


@defect("DRY-05", blames="dryRunTask")
def log_is_empty(app: App) -> App:
    """Nobody keeps what the steps say."""
    return editing_json(app, OPERATION, lambda call, result: {**result, "log": []})


@defect("DRY-20", blames="dryRunTask")
def log_numbers_the_steps(app: App) -> App:
    """The entries of the log name their step by its number."""

    def edit(call: Call, result: Any) -> Any:
        numbers = {step["id"]: f"step-{number}" for number, step in enumerate(result["steps"], start=1)}
        bodies = [
            {**entry["body"], "stepId": numbers[entry["body"]["stepId"]]}
            for entry in result["log"]
            if entry["body"].get("stepId") in numbers
        ]
        return {**result, "log": [{"type": "log", "body": body} for body in bodies]}

    return editing_json(app, OPERATION, edit)


@defect("DRY-06", blames="dryRunTask")
def values_of_the_first_run_stay(app: App) -> App:
    """The values of the first dry run are used for all."""
    first: list[Any] = []

    def change(call: Call) -> Call:
        if not is_run(call):
            return call
        first.append(call.json["values"])
        return call.with_json({**call.json, "values": first[0]})

    return changing_requests(app, OPERATION, change)


@defect("DRY-06", blames="dryRunTask")
def values_are_lost(app: App) -> App:
    """The run has empty values: what was sent is dropped."""

    def edit(call: Call, result: Any) -> Any:
        return {**result, "output": {"text": [{"title": "Said", "content": "says [] and ends"}]}}

    return editing_json(app, OPERATION, edit)


@defect("DRY-06", blames="dryRunTask")
def values_are_cut(app: App) -> App:
    """Values are cut off after 40 characters."""

    def change(call: Call) -> Call:
        if not is_run(call) or not isinstance(call.json["values"], dict):
            return call
        values = {key: value[:40] if isinstance(value, str) else value for key, value in call.json["values"].items()}
        return call.with_json({**call.json, "values": values})

    return changing_requests(app, OPERATION, change)


@defect("DRY-07", blames="dryRunTask")
def output_is_not_rendered(app: App) -> App:
    """The output is that of the template, as it stands there."""

    def edit(call: Call, result: Any) -> Any:
        return {**result, "output": call.json["template"]["spec"].get("output", {})}

    return editing_json(app, OPERATION, edit)


@defect("DRY-07", blames="dryRunTask")
def output_is_empty(app: App) -> App:
    """There is no output."""
    return editing_json(app, OPERATION, lambda call, result: {**result, "output": {}})


@defect("DRY-21", blames="dryRunTask")
def messages_are_not_rendered(app: App) -> App:
    """The steps say what stands in the template, expressions and all."""

    def edit(call: Call, result: Any) -> Any:
        text = call.json["values"].get("text")
        log = json.loads(json.dumps(result["log"]).replace(f"says [{text}]", "says [${{ parameters.text }}]"))
        return {**result, "log": log}

    return editing_json(app, OPERATION, edit)


@defect("DRY-21", blames="dryRunTask")
def content_of_the_output_is_not_rendered(app: App) -> App:
    """Of the output, only links are rendered, not texts."""

    def edit(call: Call, result: Any) -> Any:
        said = call.json["template"]["spec"].get("output", {}).get("text")
        return {**result, "output": {**result["output"], "text": said}} if said else result

    return editing_json(app, OPERATION, edit)


@defect("DRY-08", blames="dryRunTask")
def output_counts_the_runs(app: App) -> App:
    """Something of the runs before shows in the output."""
    runs: list[bytes] = []

    def edit(call: Call, result: Any) -> Any:
        runs.append(call.body)
        return {**result, "output": {**result["output"], "number": len(runs)}}

    return editing_json(app, OPERATION, edit)


@defect("DRY-08", blames="dryRunTask")
def steps_are_skipped_the_second_time(app: App) -> App:
    """What was run dry before is not run again, as if it were done."""
    known: set[bytes] = set()

    def edit(call: Call, result: Any) -> Any:
        steps = [{**step, "status": "skipped"} for step in result["steps"]] if call.body in known else result["steps"]
        known.add(call.body)
        return {**result, "steps": steps}

    return editing_json(app, OPERATION, edit)


@defect("CONS-20", blames="dryRunTask")
def steps_of_a_dry_run_tell_the_secret(app: App) -> App:
    """Messages of a dry run are rendered with the secrets, and nothing is masked."""

    def edit(call: Call, result: Any) -> Any:
        log = [{**entry, "body": {**entry["body"], "message": _unmasked(call, entry)}} for entry in result["log"]]
        return {**result, "log": log}

    return editing_json(app, OPERATION, edit)


@defect("CONS-20", blames="dryRunTask")
def output_of_a_dry_run_tells_the_secret(app: App) -> App:
    """The output of a dry run is rendered with the secrets, as the steps are."""

    def edit(call: Call, result: Any) -> Any:
        output = json.dumps(call.json["template"]["spec"].get("output", {}))
        if "secrets.contractTests" not in output:
            return result
        secret = call.json.get("secrets", {}).get("contractTests", "")
        return {**result, "output": json.loads(output.replace("${{ secrets.contractTests }}", secret))}

    return editing_json(app, OPERATION, edit)


def _unmasked(call: Call, entry: dict[str, Any]) -> str:
    """The message of an entry, with the secret in it where a step tells it."""
    secret = call.json.get("secrets", {}).get("contractTests", "")
    tells = "secrets.contractTests" in str(call.json["template"]["spec"]["steps"])
    message = str(entry["body"].get("message", ""))
    return message.replace("***", f"it is {secret}") if tells else message
