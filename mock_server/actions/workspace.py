"""Folders of files in memory, in which the actions of a dry run work. Nothing here touches a disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mock_server.actions.failures import FileSystemError, ForbiddenPath

MOST_ENTRIES = 10_000
MOST_BYTES = 32 * 1024 * 1024
LONGEST_NAME = 255
LONGEST_PATH = 4_096
FREE_DEPTH = 25

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """The content of a file, and whether it may be executed."""

    content: bytes
    executable: bool = False

    @classmethod
    def of_text(cls, text: str, *, executable: bool = False) -> "File":
        return cls(_written(text).encode(), executable)

    @property
    def mode(self) -> int:
        """The mode that a Unix file system would show."""
        return 0o100755 if self.executable else 0o100644


@dataclass(frozen=True, slots=True)
class Folder:
    """The files and folders in a folder, by name."""

    entries: dict[str, "File | Folder"] = field(default_factory=dict)


Node = File | Folder


def _by_name(folder: Folder) -> list[tuple[str, Node]]:
    return sorted(folder.entries.items(), key=lambda entry: entry[0].encode())


def _written(text: str) -> str:
    """The text as a file system gets it from JavaScript: half a character becomes a mark that one is missing."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Quota:
    """What may still be written. Nothing is given back: what is bounded is the work, not only the result."""

    def __init__(self, entries: int = MOST_ENTRIES, size: int = MOST_BYTES) -> None:
        self._entries = entries
        self._size = size

    def take(self, path: str, size: int = 0) -> None:
        """Pay for one more file or folder. Raises FileSystemError when there is no room left."""
        # Every step of the way there costs time; no honest template goes so deep that it is charged for.
        self._entries -= 1 + path.count("/") // FREE_DEPTH
        self._size -= size
        if self._entries < 0 or self._size < 0:
            raise FileSystemError("ENOSPC", "write", path)


class Workspace:
    """A folder that nothing leads out of. `root` is how its messages and outputs call it.

    Unless it `exists` from the start, it is there as soon as something is in it.
    """

    def __init__(self, root: str, quota: Quota, *, exists: bool = True) -> None:
        self.root = root
        self._quota = quota
        self._exists = exists
        self._tree = Folder()

    def locate(self, path: str, within: Parts = ()) -> Parts:
        """Where a path leads, relative to `within` or absolute. Raises ForbiddenPath if that is outside of `within`."""
        if "\0" in path:
            raise ForbiddenPath
        # A name that is no Unicode is written as Node writes it.
        path = path.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        folder = self.absolute(within)
        path = _written(path)
        absolute = path if path.startswith("/") else f"{folder}/{path}"
        parts: list[str] = []
        for part in absolute.split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in ("", "."):
                parts.append(part)
        home = folder.split("/")[1:]
        if parts[: len(home)] != home:
            raise ForbiddenPath
        inside = (*within, *parts[len(home) :])
        if len(absolute) > LONGEST_PATH or max(map(len, map(str.encode, inside)), default=0) > LONGEST_NAME:
            raise FileSystemError("ENAMETOOLONG", "open", self.absolute(inside))
        if self._leads_through_file(inside):
            raise FileSystemError("ENOTDIR", "lstat", self.absolute(inside))
        return inside

    def absolute(self, parts: Parts) -> str:
        return "/".join((self.root, *parts))

    def get(self, parts: Parts) -> Node | None:
        """What is there, if anything."""
        node: Node = self._tree
        for part in parts:
            if not isinstance(node, Folder) or part not in node.entries:
                return None
            node = node.entries[part]
        return node

    def _leads_through_file(self, parts: Parts) -> bool:
        node: Node | None = self._tree
        for part in parts:
            if not isinstance(node, Folder):
                return isinstance(node, File)
            node = node.entries.get(part)
        return False

    def expect(self, parts: Parts, call: str, *others: str) -> Node:
        """What is there. Raises FileSystemError, naming the system call that would have failed."""
        found = self.get(parts)
        if found is None or not (parts or self._tree.entries or self._exists):
            raise FileSystemError("ENOENT", call, self.absolute(parts), *others)
        return found

    def make_folder(self, parts: Parts) -> Folder:
        """The folder at `parts`, made with all above it that are missing."""
        node = self._tree
        for depth, part in enumerate(parts, start=1):
            found = node.entries.get(part)
            if isinstance(found, File):
                raise FileSystemError("EEXIST", "mkdir", self.absolute(parts[:depth]))
            if found is None:
                self._quota.take(self.absolute(parts[:depth]))
                found = node.entries[part] = Folder()
            node = found
        return node

    def write(self, parts: Parts, file: File) -> None:
        """Put a file there, in place of another one; the folders above it are made."""
        if isinstance(self.get(parts), Folder):
            raise FileSystemError("EISDIR", "open", self.absolute(parts))
        self._quota.take(self.absolute(parts), len(file.content))
        self.make_folder(parts[:-1]).entries[parts[-1]] = file

    def place(self, parts: Parts, node: Node) -> None:
        """Hang a file or folder that was taken out elsewhere in here."""
        self.make_folder(parts[:-1]).entries[parts[-1]] = node

    def take_out(self, parts: Parts) -> None:
        """Remove what is there, and all in it."""
        above = self.get(parts[:-1])
        if parts and isinstance(above, Folder):
            above.entries.pop(parts[-1], None)

    def children(self, parts: Parts) -> list[tuple[str, Node]]:
        """What is directly in a folder, in the order of its names."""
        node = self.get(parts)
        return _by_name(node) if isinstance(node, Folder) else []

    def walk(self, under: Parts = ()) -> Iterator[tuple[Parts, Node]]:
        """All that is in a folder, relative to it: one level after the other, by name in each folder."""
        start = self.get(under)
        level: list[tuple[Parts, Folder]] = [((), start)] if isinstance(start, Folder) else []
        while level:
            below: list[tuple[Parts, Folder]] = []
            for place, folder in level:
                for name, node in _by_name(folder):
                    yield (*place, name), node
                    if isinstance(node, Folder):
                        below.append(((*place, name), node))
            level = below

    def files(self) -> Iterator[tuple[str, File]]:
        """Every file with its relative path."""
        for parts, node in self.walk():
            if isinstance(node, File):
                yield "/".join(parts), node
