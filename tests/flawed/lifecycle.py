"""Tasks whose life goes wrong."""

from collections import Counter
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, editing_json


@defect("LIFE-01", blames="getTask")
def processing_task_is_queued_again(app: App) -> App:
    """A task that was processing is open again."""
    seen: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        if task["status"] == "processing":
            seen[task["id"]] += 1
            if seen[task["id"]] > 1:
                return {**task, "status": "open"}
        return task

    return editing_json(app, {"getTask"}, edit)


@defect("LIFE-02", blames="getTask")
def ended_task_comes_back(app: App) -> App:
    """A task that has ended is processing again when it is asked for a third time."""
    seen: Counter[str] = Counter()

    def edit(call: Call, task: Any) -> Any:
        if task["status"] in {"completed", "failed", "cancelled"}:
            seen[task["id"]] += 1
            if seen[task["id"]] == 3:
                return {**task, "status": "processing"}
        return task

    return editing_json(app, {"getTask"}, edit)
