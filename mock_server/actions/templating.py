"""`fetch:template` and `fetch:template:file`: render the files of the template's folder, and their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.actions.binary import is_binary
from mock_server.actions.failures import ActionFailed, InvalidActionInput, TemplateFailed
from mock_server.actions.fetching import STEPS_PER_COPY, fetch_file, locate_source
from mock_server.actions.globs import Globs
from mock_server.actions.workbench import Executor, Input, Output, Workbench
from mock_server.actions.workspace import File, Folder, Node, Parts
from mock_server.rendering import BudgetExhausted, Dialect, RenderingError, render_text
from mock_server.rendering.comparison import code_units
from mock_server.rendering.json_text import json_text
from mock_server.rendering.limits import CHARACTERS_PER_STEP
from mock_server.rendering.values import to_text

DEFAULT_EXTENSION = ".njk"


@dataclass(frozen=True, slots=True)
class _Renderer:
    """Renders texts with the values of a step, in the dialect that its input asks for."""

    context: Mapping[str, Any]
    dialect: Dialect
    bench: Workbench

    def text(self, text: str) -> str:
        try:
            return render_text(text, self.context, budget=self.bench.budget, dialect=self.dialect)
        except BudgetExhausted:
            raise
        except RenderingError as error:
            raise TemplateFailed(str(error)) from error

    def file(self, file: File, *, executable: bool) -> File:
        self.bench.budget.spend(len(file.content) // CHARACTERS_PER_STEP)
        return File.of_text(self.text(file.content.decode(errors="replace")), executable=executable)


def _renderer(input: Input, bench: Workbench) -> _Renderer:
    compatible = input.get("cookiecutterCompat", False)
    dialect = Dialect(compatible, input.get("trimBlocks", False), input.get("lstripBlocks", False))
    context = {"cookiecutter" if compatible else "values": input["values"]} if "values" in input else {}
    return _Renderer(context, dialect, bench)


def _fetch_template(input: Input, bench: Workbench) -> Output:
    workspace = bench.workspace
    target = workspace.locate(input.get("targetPath", "./"))
    patterns = input.get("copyWithoutTemplating")
    extension = _extension(input.get("templateFileExtension"))
    if extension and (patterns is not None or input.get("cookiecutterCompat")):
        raise InvalidActionInput(
            "Fetch action input extension incompatible with copyWithoutTemplating and cookiecutterCompat"
        )
    bench.log("Fetching template content from remote URL")
    source = locate_source(input["url"], bench)
    if isinstance(bench.contents.expect(source, "lstat"), File):
        raise ActionFailed("The `cwd` option must be a path to a directory")
    bench.log("Listing files and directories in template")
    entries = list(bench.contents.walk(source))
    bench.budget.spend(STEPS_PER_COPY * len(entries))
    folders = [parts for parts, node in entries if isinstance(node, Folder)]
    untouched = Globs(patterns or [], folders, bench.budget)
    bench.log(f"Processing {len(entries)} template files/directories with input values{_shown(input, bench)}")
    renderer = _renderer(input, bench)
    for parts, node in entries:
        name = "/".join(parts)
        if extension:
            is_template = isinstance(node, File) and _suffix(parts[-1]) == extension
            output = renderer.text(name[: -len(extension)] if is_template else name)
        else:
            is_template = not untouched.match(parts, node)
            output = renderer.text(name)
        is_folder = isinstance(node, Folder)
        if _leaves_out(f"{output}/" if is_folder else output):
            continue
        place = workspace.locate(output, target)
        if workspace.get(place) is not None and not input.get("replace"):
            continue
        shown = f"{name}/" if is_folder else name
        if not is_template and not extension:
            bench.log(f"Copying file/directory {shown} without processing.")
        _put(node, place, shown, renderer if is_template else None, bench)
    bench.log(f"Template result written to {workspace.absolute(target)}")
    return {}


def _put(node: Node, place: Parts, shown: str, renderer: _Renderer | None, bench: Workbench) -> None:
    if isinstance(node, Folder):
        bench.log(f"Writing directory {shown} to template output path.")
        bench.workspace.make_folder(place)
    elif is_binary(node.content):
        bench.log(f"Copying file binary or symbolic link at {shown}, to template output path.")
        bench.workspace.write(place, node)
    else:
        bench.log(f"Writing file {shown} to template output path with mode {node.mode}.")
        written = node if renderer is None else renderer.file(node, executable=node.executable)
        bench.workspace.write(place, written)


def _fetch_template_file(input: Input, bench: Workbench) -> Output:
    workspace = bench.workspace
    target = workspace.locate(input["targetPath"])
    if workspace.get(target) is not None and not input.get("replace"):
        bench.log(f"File {input['targetPath']} already exists in workspace, not replacing.")
        return {}
    bench.log("Fetching template file content from remote URL")
    file = fetch_file(locate_source(input["url"], bench), f"{workspace.root}_step/tmp", bench)
    bench.log(f"Processing template file with input values{_shown(input, bench)}")
    workspace.write(target, _renderer(input, bench).file(file, executable=False))
    bench.log(f"Template file has been written to {workspace.absolute(target)}")
    return {}


def _extension(setting: str | bool | None) -> str:
    if not setting:
        return ""
    extension = DEFAULT_EXTENSION if setting is True else setting
    return extension if extension.startswith(".") else f".{extension}"


def _suffix(name: str) -> str:
    """The extension of a name; a name that only begins with a dot has none."""
    dot = name.rfind(".")
    return name[dot:] if dot > 0 else ""


def _leaves_out(path: str) -> bool:
    """Whether a rendered path lacks a name, which is how a template leaves out a file or folder."""
    return path == "" or path.startswith("/") or "//" in path


def _shown(input: Input, bench: Workbench) -> str:
    """The values as the real server's logger adds them to a line: sorted, and `message` in a place of its own."""
    values = dict(input.get("values", {}))
    message = values.pop("message", None)
    for name in ("level", "splat"):
        values.pop(name, None)
    text = f" {to_text(message, bench.budget)}" if message else ""
    return f"{text} {json_text(_sorted(values), '', bench.budget)}" if values else text


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=code_units)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


TEMPLATING: dict[str, Executor] = {"fetch:template": _fetch_template, "fetch:template:file": _fetch_template_file}
