"""`fs:delete`, `fs:readdir` and `fs:rename`."""

from mock_server.actions.failures import ActionFailed, FileSystemError, InvalidActionInput
from mock_server.actions.globs import Globs
from mock_server.actions.workbench import Executor, Input, Output, Workbench
from mock_server.actions.workspace import File, Folder, Parts

_STEPS_PER_ENTRY = 5


def _delete(input: Input, bench: Workbench) -> Output:
    workspace = bench.workspace
    for pattern in input["files"]:
        entries = list(workspace.walk())
        bench.budget.spend(_STEPS_PER_ENTRY * len(entries))
        folders = [parts for parts, node in entries if isinstance(node, Folder)]
        # The real server turns the backslashes of a pattern into slashes, after it has made sure that it leads nowhere.
        inside = "/".join(part for part in "/".join(workspace.locate(pattern)).replace("\\", "/").split("/") if part)
        globs = Globs([inside], folders, bench.budget, exclude=False)
        for parts, node in entries:
            if isinstance(node, File) and globs.match(parts, node):
                workspace.take_out(parts)
                bench.log(f"File {workspace.absolute(parts)} deleted successfully")
    return {}


def _read_directory(input: Input, bench: Workbench) -> Output:
    workspace = bench.workspace
    found: dict[str, list[dict[str, str]]] = {"files": [], "folders": []}
    for path in input["paths"]:
        start = workspace.locate(path)
        if isinstance(workspace.expect(start, "scandir"), File):
            raise FileSystemError("ENOTDIR", "scandir", workspace.absolute(start))
        pending = [start]
        while pending:
            place = pending.pop()
            for name, node in workspace.children(place):
                bench.budget.spend(_STEPS_PER_ENTRY)
                here = (*place, name)
                element = {"name": name, "path": "/".join(here), "fullPath": workspace.absolute(here)}
                found["files" if isinstance(node, File) else "folders"].append(element)
                if isinstance(node, Folder) and input.get("recursive"):
                    pending.append(here)
    return found


def _rename(input: Input, bench: Workbench) -> Output:
    workspace = bench.workspace
    for file in input["files"]:
        bench.budget.spend(_STEPS_PER_ENTRY)
        if not file["from"] or not file["to"]:
            raise InvalidActionInput("each file must have a from and to property")
        source, target = workspace.locate(file["from"]), workspace.locate(file["to"])
        _move(source, target, bench, overwrite=file.get("overwrite", False))
        bench.log(f"File {workspace.absolute(source)} renamed to {workspace.absolute(target)} successfully")
    return {}


def _move(source: Parts, target: Parts, bench: Workbench, *, overwrite: bool) -> None:
    workspace = bench.workspace
    moved, existing = workspace.expect(source, "lstat"), workspace.get(target)
    old, new = workspace.absolute(source), workspace.absolute(target)
    if source == target:
        raise ActionFailed("Source and destination must not be the same.")
    if isinstance(moved, Folder) and isinstance(existing, File):
        raise ActionFailed(f"Cannot overwrite non-directory '{new}' with directory '{old}'.")
    if isinstance(moved, File) and isinstance(existing, Folder):
        raise ActionFailed(f"Cannot overwrite directory '{new}' with non-directory '{old}'.")
    if target[: len(source)] == source:
        raise ActionFailed(f"Cannot move '{old}' to a subdirectory of itself, '{new}'.")
    if existing is not None and not overwrite:
        raise ActionFailed("dest already exists.")
    if source[: len(target)] == target:
        # What is overwritten is removed first, and the source with it.
        raise FileSystemError("ENOENT", "rename", old, new)
    workspace.take_out(source)
    workspace.place(target, moved)


FILESYSTEM: dict[str, Executor] = {"fs:delete": _delete, "fs:readdir": _read_directory, "fs:rename": _rename}
