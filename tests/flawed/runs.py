"""What defects of dry runs have in common."""

from tests.flawed.wrapping import (
    Answer,
    Call,
    json_answer,
)

OPERATION = {"dryRunTask"}


def result_of(call: Call) -> Answer:
    """What a server says that looks at nothing."""
    spec = call.json["template"].get("spec") or {}
    steps = [step for step in spec.get("steps") or [] if isinstance(step, dict)]
    return json_answer(
        200,
        {
            "log": [{"type": "log", "body": {"message": "It was run."}}],
            "directoryContents": call.json.get("directoryContents", []),
            "steps": [{"id": step.get("id"), "name": step.get("name"), "status": "completed"} for step in steps],
            "output": {},
        },
    )


def is_run(call: Call) -> bool:
    return isinstance(call.json, dict) and isinstance(call.json.get("template"), dict) and "values" in call.json
