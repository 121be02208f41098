"""Dry runs whose files are not those that they should be."""

import base64
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.runs import OPERATION
from tests.flawed.wrapping import (
    App,
    editing_json,
)


def editing_files(app: App, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> App:
    """Change the files of the result."""
    return editing_json(
        app, OPERATION, lambda call, result: {**result, "directoryContents": edit(result["directoryContents"])}
    )


def editing_contents(app: App, edit: Callable[[bytes], bytes]) -> App:
    """Change what is in each file of the result."""

    def edited(file: dict[str, Any]) -> dict[str, Any]:
        content = edit(base64.b64decode(file["base64Content"]))
        return {**file, "base64Content": base64.b64encode(content).decode()}

    return editing_files(app, lambda files: [edited(file) for file in files])


@defect("DRY-09", blames="dryRunTask")
def padding_is_missing(app: App) -> App:
    """The base64 has no padding."""
    return editing_files(
        app, lambda files: [{**file, "base64Content": file["base64Content"].rstrip("=")} for file in files]
    )


@defect("DRY-09", blames="dryRunTask")
def base64_is_that_of_addresses(app: App) -> App:
    """The base64 has the alphabet of URLs."""
    return editing_files(
        app,
        lambda files: [
            {**file, "base64Content": file["base64Content"].replace("+", "-").replace("/", "_")} for file in files
        ],
    )


@defect("DRY-09", blames="dryRunTask")
def contents_are_plain_text(app: App) -> App:
    """Files that are text come as text."""

    def edited(file: dict[str, Any]) -> dict[str, Any]:
        content = base64.b64decode(file["base64Content"])
        return {**file, "base64Content": content.decode()} if content.isascii() else file

    return editing_files(app, lambda files: [edited(file) for file in files])


@defect("DRY-09", blames="dryRunTask")
def base64_is_broken_into_lines(app: App) -> App:
    """The base64 is that of e-mails, with a line end after 76 characters."""
    return editing_files(
        app,
        lambda files: [
            {**file, "base64Content": base64.encodebytes(base64.b64decode(file["base64Content"])).decode()}
            for file in files
        ],
    )


@defect("DRY-10", blames="dryRunTask")
def last_file_is_lost(app: App) -> App:
    """One file too few is read back."""
    return editing_files(app, lambda files: files[:-1])


@defect("DRY-10", blames="dryRunTask")
def empty_files_are_left_out(app: App) -> App:
    """A file without content is no file."""
    return editing_files(app, lambda files: [file for file in files if file["base64Content"]])


@defect("DRY-10", blames="dryRunTask")
def hidden_files_are_left_out(app: App) -> App:
    """Files that begin with a dot are not found."""
    return editing_files(app, lambda files: [file for file in files if not file["path"].startswith(".")])


@defect("DRY-10", blames="dryRunTask")
def folders_are_flattened(app: App) -> App:
    """Every file is at the top."""
    return editing_files(app, lambda files: [{**file, "path": file["path"].rpartition("/")[2]} for file in files])


@defect("DRY-10", blames="dryRunTask")
def names_lose_what_is_not_ascii(app: App) -> App:
    """Letters that are not ASCII become question marks."""
    return editing_files(
        app, lambda files: [{**file, "path": file["path"].encode("ascii", "replace").decode()} for file in files]
    )


@defect("DRY-10", blames="dryRunTask")
def contents_are_read_as_text(app: App) -> App:
    """Bytes that are no UTF-8 are replaced."""
    return editing_contents(app, lambda content: content.decode(errors="replace").encode())


@defect("DRY-10", blames="dryRunTask")
def line_ends_are_changed(app: App) -> App:
    """Line ends are made those of the server."""
    return editing_contents(app, lambda content: content.replace(b"\r\n", b"\n"))


@defect("DRY-10", blames="dryRunTask")
def large_files_are_cut(app: App) -> App:
    """Only the first 16 KiB of a file are read."""
    return editing_contents(app, lambda content: content[:16_384])


@defect("DRY-10", blames="dryRunTask")
def files_end_with_a_line_end(app: App) -> App:
    """A line end is added where there is none."""
    return editing_contents(app, lambda content: content if content.endswith(b"\n") else content + b"\n")


@defect("DRY-11", blames="dryRunTask")
def workspace_is_shared(app: App) -> App:
    """All dry runs have one directory, which nobody clears."""
    kept: dict[str, Any] = {}

    def edit(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept.update({file["path"]: file for file in files})
        return list(kept.values())

    return editing_files(app, edit)


@defect("DRY-11", blames="dryRunTask")
def workspace_of_before_is_left(app: App) -> App:
    """The directory is cleared after the next dry run, not before."""
    before: list[dict[str, Any]] = []

    def edit(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found = {file["path"]: file for file in (*before, *files)}
        before[:] = files
        return list(found.values())

    return editing_files(app, edit)


@defect("DRY-12", blames="dryRunTask")
def initial_files_come_twice(app: App) -> App:
    """What was there at first and what is there in the end are put together."""
    return editing_files(app, lambda files: [*files, *files])


@defect("DRY-12", blames="dryRunTask")
def nested_files_come_once_for_each_folder(app: App) -> App:
    """A file is found again in each folder that it is in."""
    return editing_files(app, lambda files: [file for file in files for _ in range(1 + file["path"].count("/"))])
