"""Write the files of a dry run to a disk, and nowhere but below the folder that was named."""

import os
import stat
from pathlib import Path

from mock_server.directory_contents import Files

_EXECUTE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class UnsafeFolder(Exception):
    """Something in the folder would lead a file elsewhere."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in the way: a link, or not what is to be written there")


def is_occupied(folder: Path) -> bool:
    """Whether there is anything but an empty folder."""
    return folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))


def write_files(folder: Path, files: Files) -> None:
    """Write the files below the folder, over those that are there. Raises UnsafeFolder or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, file in files:
        *above, name = path.split("/")
        place = folder
        for part in above:
            place /= _checked(part, place)
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise UnsafeFolder(place)
            place.mkdir(exist_ok=True)
        target = place / _checked(name, place)
        if target.is_symlink() or (target.exists() and not target.is_file()):
            raise UnsafeFolder(target)
        with os.fdopen(os.open(target, _FLAGS, 0o777 if file.executable else 0o666), "wb") as written:
            written.write(file.content)
            mode = os.fstat(written.fileno()).st_mode
            # A file that was there before has the mode it had.
            if bool(mode & stat.S_IXUSR) != file.executable:
                os.fchmod(written.fileno(), mode | _EXECUTE if file.executable else mode & ~_EXECUTE)


def _checked(name: str, place: Path) -> str:
    if name in ("", ".", "..") or os.sep in name or (os.altsep and os.altsep in name):
        raise UnsafeFolder(place / name)
    return name
