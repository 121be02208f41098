"""Folders in memory: nothing leads out of them, and what is written is bounded."""

import pytest

from mock_server.actions.failures import FileSystemError, ForbiddenPath
from mock_server.actions.workspace import File, Folder, Quota, Workspace
from tests.mock_server.actions.workplaces import a_folder

HI = File(b"hi")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a/b", ("a", "b")),
        ("./a//b/", ("a", "b")),
        ("a/../b", ("b",)),
        ("", ()),
        (".", ()),
        ("a/..", ()),
        ("/work/a", ("a",)),
        ("/work", ()),
        ("../work/a", ("a",)),
        ("~/a", ("~", "a")),
        ("a\\..\\..\\b", ("a\\..\\..\\b",)),
    ],
)
def test_a_path_is_resolved_as_on_a_disk(path, parts):
    assert a_folder("/work").locate(path) == parts


@pytest.mark.parametrize(
    "path",
    ["..", "../a", "a/../../b", "/etc/passwd", "/", "/worker/a", "/work/../etc", "../../../../etc/passwd", "a\0b"],
)
def test_a_path_that_leads_out_is_forbidden(path):
    with pytest.raises(ForbiddenPath):
        a_folder("/work").locate(path)


def test_a_path_may_be_kept_within_a_folder_of_the_workspace():
    folder = a_folder("/work")
    assert folder.locate("b", within=("a",)) == ("a", "b")
    with pytest.raises(ForbiddenPath):
        folder.locate("../b", within=("a",))


@pytest.mark.parametrize("path", ["x" * 256, "ä" * 128, "x/" * 3_000])
def test_a_name_or_path_that_no_disk_would_take_is_refused(path):
    with pytest.raises(FileSystemError, match=r"^ENAMETOOLONG: name too long, open '/work/"):
        a_folder("/work").locate(path)


def test_half_of_a_character_in_a_name_is_replaced():
    assert a_folder("/work").locate("a\ud800b/\U0001f600") == ("a\ufffdb", "\U0001f600")


def test_a_path_does_not_lead_through_a_file():
    with pytest.raises(FileSystemError, match=r"^ENOTDIR: not a directory, lstat '/work/a/b'$"):
        a_folder("/work", {"a": "hi"}).locate("a/b")


def test_writing_makes_the_folders_above_and_replaces_the_file():
    folder = a_folder("/work", {"a/b/c": "old"})
    folder.write(("a", "b", "c"), HI)
    assert list(folder.files()) == [("a/b/c", HI)]
    assert folder.get(("a", "b")) == Folder({"c": HI})


def test_a_file_does_not_replace_a_folder():
    with pytest.raises(FileSystemError, match=r"^EISDIR: illegal operation on a directory, open '/work/a'$"):
        a_folder("/work", {"a/b": "hi"}).write(("a",), HI)


def test_a_folder_does_not_replace_a_file():
    with pytest.raises(FileSystemError, match=r"^EEXIST: file already exists, mkdir '/work/a'$"):
        a_folder("/work", {"a": "hi"}).make_folder(("a",))


def test_a_walk_goes_from_level_to_level_by_name():
    folder = a_folder("/work", {"b/x": "", "a/y/z": "", "c": "", "B": ""})
    assert ["/".join(parts) for parts, _ in folder.walk()] == ["B", "a", "b", "c", "a/y", "b/x", "a/y/z"]
    assert ["/".join(parts) for parts, _ in folder.walk(("a",))] == ["y", "y/z"]


def test_what_is_missing_is_told_with_the_call_that_wanted_it():
    with pytest.raises(FileSystemError, match=r"^ENOENT: no such file or directory, lstat '/work/a'$"):
        a_folder("/work").expect(("a",), "lstat")


def test_a_folder_may_only_be_there_once_something_is_in_it():
    folder = Workspace("/contents", Quota(), exists=False)
    with pytest.raises(FileSystemError, match="ENOENT"):
        folder.expect((), "lstat")
    folder.write(("a",), HI)
    assert folder.expect((), "lstat") == Folder({"a": HI})


def test_the_size_of_all_that_is_written_is_bounded():
    folder = a_folder("/work", quota=Quota(size=5))
    folder.write(("a",), HI)
    folder.write(("a",), HI)
    with pytest.raises(FileSystemError, match=r"^ENOSPC: no space left on device, write '/work/a'$"):
        folder.write(("a",), HI)


def test_the_number_of_all_that_is_made_is_bounded():
    folder = a_folder("/work", quota=Quota(entries=3))
    folder.make_folder(("a", "b", "c"))
    with pytest.raises(FileSystemError, match="ENOSPC"):
        folder.make_folder(("d",))


@pytest.mark.parametrize(("file", "mode"), [(File(b""), 33188), (File(b"", executable=True), 33261)])
def test_a_file_has_the_mode_of_one_on_a_disk(file, mode):
    assert file.mode == mode


def test_what_lies_absurdly_deep_is_refused_before_it_takes_long():
    folder = a_folder("/work")
    folder.write(folder.locate("a/" * 100 + "file"), HI)
    with pytest.raises(FileSystemError, match="ENOSPC"):
        folder.write(folder.locate("b/" * 2_000 + "file"), HI)
