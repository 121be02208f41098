"""`fetch:plain` and `fetch:plain:file`: copy from the template's folder."""

import re

from mock_server.actions.failures import ActionFailed, FileSystemError, InvalidActionInput
from mock_server.actions.workbench import Executor, Input, Output, Workbench
from mock_server.actions.workspace import File, Folder, Node, Parts, Workspace

# What a copied file or folder costs, in steps of the rendering budget.
STEPS_PER_COPY = 10

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def locate_source(url: str, bench: Workbench) -> Parts:
    """Where in the template's folder a relative URL leads. Nothing else can be fetched here."""
    if _SCHEME.match(url):
        raise InvalidActionInput(
            f"Cannot fetch {url}: a dry run of the mock server reads nothing but the files sent with it; "
            "only relative URLs work"
        )
    return bench.contents.locate(url)


def copy_folder(source: Parts, target: Parts, bench: Workbench) -> None:
    """Copy all that is in a folder of the template's, over what is already there."""
    node = bench.contents.expect(source, "lstat")
    _check_overwriting(bench.contents.absolute(source), node, bench.workspace, target)
    if isinstance(node, File):
        bench.workspace.write(target, node)
        return
    bench.workspace.make_folder(target)
    for parts, inner in bench.contents.walk(source):
        bench.budget.spend(STEPS_PER_COPY)
        place = (*target, *parts)
        _check_overwriting(bench.contents.absolute((*source, *parts)), inner, bench.workspace, place)
        if isinstance(inner, File):
            bench.workspace.write(place, inner)
        else:
            bench.workspace.make_folder(place)


def fetch_file(source: Parts, destination: str, bench: Workbench) -> File:
    """A file of the template's folder; `destination` is only named when there is none."""
    found = bench.contents.expect(source, "copyfile", destination)
    if isinstance(found, Folder):
        raise FileSystemError("EISDIR", "copyfile", bench.contents.absolute(source), destination)
    return found


def _check_overwriting(name: str, node: Node, workspace: Workspace, target: Parts) -> None:
    existing = workspace.get(target)
    if isinstance(node, Folder) and isinstance(existing, File):
        raise ActionFailed(f"Cannot overwrite non-directory '{workspace.absolute(target)}' with directory '{name}'.")
    if isinstance(node, File) and isinstance(existing, Folder):
        raise ActionFailed(f"Cannot overwrite directory '{workspace.absolute(target)}' with non-directory '{name}'.")


def _fetch_plain(input: Input, bench: Workbench) -> Output:
    bench.log("Fetching plain content from remote URL")
    target = bench.workspace.locate(input.get("targetPath", "./"))
    copy_folder(locate_source(input["url"], bench), target, bench)
    return {}


def _fetch_plain_file(input: Input, bench: Workbench) -> Output:
    bench.log("Fetching plain content from remote URL")
    target = bench.workspace.locate(input["targetPath"])
    source = locate_source(input["url"], bench)
    destination = bench.workspace.absolute(target)
    file = fetch_file(source, destination, bench)
    # The real server makes no folders for a file that it copies.
    if target and bench.workspace.get(target[:-1]) is None:
        raise FileSystemError("ENOENT", "copyfile", bench.contents.absolute(source), destination)
    if isinstance(bench.workspace.get(target), Folder):
        raise FileSystemError("EISDIR", "copyfile", bench.contents.absolute(source), destination)
    bench.workspace.write(target, file)
    return {}


FETCHING: dict[str, Executor] = {"fetch:plain": _fetch_plain, "fetch:plain:file": _fetch_plain_file}
