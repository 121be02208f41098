"""`debug:log`."""

from collections.abc import Iterator

from mock_server.actions.workbench import Executor, Input, Output, Workbench
from mock_server.actions.workspace import File, Folder, Parts
from mock_server.rendering.json_text import json_text
from mock_server.rendering.limits import CHARACTERS_PER_STEP


def _log(input: Input, bench: Workbench) -> Output:
    bench.log(json_text(dict(input), "  ", bench.budget))
    if input.get("message"):
        bench.log(input["message"])
    if input.get("listWorkspace"):
        with_contents = input["listWorkspace"] == "with-contents"
        lines = (_described(path, file, bench, with_contents=with_contents) for path, file in _files((), bench))
        bench.log("Workspace:\n" + "\n".join(lines))
    return {}


def _files(under: Parts, bench: Workbench) -> Iterator[tuple[str, File]]:
    """Every file, folder by folder; unlike in a search, a folder's files come where its name stands."""
    pending = [under]
    while pending:
        bench.budget.spend()
        parts = pending.pop()
        node = bench.workspace.get(parts)
        if isinstance(node, File):
            yield "/".join(parts), node
        elif isinstance(node, Folder):
            pending += [(*parts, name) for name, _ in reversed(bench.workspace.children(parts))]


def _described(path: str, file: File, bench: Workbench, *, with_contents: bool) -> str:
    if not with_contents:
        return f"  - {path}"
    bench.budget.spend(len(file.content) // CHARACTERS_PER_STEP)
    return f" - {path}:\n\n  {file.content.decode(errors='replace')}"


DEBUGGING: dict[str, Executor] = {"debug:log": _log}
