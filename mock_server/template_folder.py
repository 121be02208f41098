"""Read a template from a disk, with the folder it stands in."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from mock_server.actions.workspace import MOST_BYTES, MOST_ENTRIES, File
from mock_server.directory_contents import Files
from mock_server.sources import BrokenFile, read_sources

LEFT_OUT = frozenset({".git", "node_modules"})


class FolderTooLarge(Exception):
    """A folder with more in it than a template has."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds more than {MOST_ENTRIES:,} files or {MOST_BYTES // 1024**2} MiB; "
            "a dry run takes all of the folder that the template stands in"
        )


def read_template(path: Path) -> dict[str, Any]:
    """The first template of a YAML file. Raises BrokenFile."""
    for source in read_sources(path):
        if isinstance(source.data, dict) and source.data.get("kind") == "Template":
            template: dict[str, Any] = source.data
            return template
    raise BrokenFile(path, None, "there is no entity of kind Template in it")


def read_folder(folder: Path, leave_out: Collection[Path] = ()) -> Files:
    """All files below a folder with their paths, symbolic links and the folders LEFT_OUT aside.

    Raises FolderTooLarge or OSError.
    """
    files: list[tuple[str, File]] = []
    size = 0
    for entry in _entries(folder, {path.resolve() for path in leave_out}):
        status = entry.stat(follow_symlinks=False)
        size += status.st_size
        if len(files) >= MOST_ENTRIES or size > MOST_BYTES:
            raise FolderTooLarge(folder)
        path = Path(entry.path)
        files.append((path.relative_to(folder).as_posix(), File(path.read_bytes(), bool(status.st_mode & 0o111))))
    return files


def _entries(folder: Path, leave_out: Collection[Path]) -> Iterator[os.DirEntry[str]]:
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_file(follow_symlinks=False):
                    yield entry
                elif entry.is_dir(follow_symlinks=False) and entry.name not in LEFT_OUT:
                    below = Path(entry.path)
                    pending += [] if below.resolve() in leave_out else [below]
