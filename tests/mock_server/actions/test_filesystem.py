"""`fs:delete`, `fs:readdir` and `fs:rename`."""

import pytest

from mock_server.actions.execution import execute
from mock_server.actions.failures import ActionFailed, ForbiddenPath
from mock_server.rendering import BudgetExhausted
from tests.mock_server.actions.workplaces import Bench

FILES = {"a/x.txt": "X", "a/b/y.txt": "Y", "z.txt": "Z", ".h": "h"}


def after_delete(*files: str) -> list[str]:
    bench = Bench(workspace=FILES)
    execute("fs:delete", {"files": list(files)}, bench.bench)
    return sorted(bench.texts())


def after_rename(source: str, target: str, **options: object) -> dict[str, str]:
    bench = Bench(workspace=FILES)
    execute("fs:rename", {"files": [{"from": source, "to": target, **options}]}, bench.bench)
    return bench.texts()


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("z.txt", [".h", "a/b/y.txt", "a/x.txt"]),
        ("a", [".h", "z.txt"]),
        ("a/", [".h", "z.txt"]),
        ("*", ["a/b/y.txt", "a/x.txt"]),
        ("**/*.txt", [".h"]),
        ("{z.txt,a/x.txt}", [".h", "a/b/y.txt"]),
        (".", []),
        ("", []),
        ("nope", sorted(FILES)),
        ("!z.txt", sorted(FILES)),
    ],
)
def test_files_are_deleted_by_their_patterns(pattern, left):
    assert after_delete(pattern) == left


def test_each_file_that_is_deleted_is_told():
    bench = Bench(workspace=FILES)
    execute("fs:delete", {"files": ["a"]}, bench.bench)
    assert bench.log == ["File /work/a/x.txt deleted successfully", "File /work/a/b/y.txt deleted successfully"]


@pytest.mark.parametrize("path", ["../x", "/etc/*", "a/../../x"])
def test_nothing_is_deleted_elsewhere(path):
    with pytest.raises(ForbiddenPath):
        after_delete(path)


def test_many_patterns_end_at_the_budget():
    bench = Bench(workspace={str(number): "" for number in range(100)}, steps=20_000)
    with pytest.raises(BudgetExhausted):
        execute("fs:delete", {"files": ["nothing"] * 1_000}, bench.bench)


def test_a_folder_is_read():
    output = execute("fs:readdir", {"paths": ["a"]}, Bench(workspace=FILES).bench)
    assert output == {
        "files": [{"name": "x.txt", "path": "a/x.txt", "fullPath": "/work/a/x.txt"}],
        "folders": [{"name": "b", "path": "a/b", "fullPath": "/work/a/b"}],
    }


def test_folders_are_read_with_all_in_them_the_last_one_first():
    files = {"a/1": "", "b/2": "", "b/c/3": "", "0": ""}
    output = execute("fs:readdir", {"paths": ["."], "recursive": True}, Bench(workspace=files).bench)
    assert [file["path"] for file in output["files"]] == ["0", "b/2", "b/c/3", "a/1"]
    assert [folder["path"] for folder in output["folders"]] == ["a", "b", "b/c"]


def test_what_was_read_can_be_deleted_by_its_full_path():
    assert after_delete("/work/z.txt") == [".h", "a/b/y.txt", "a/x.txt"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nope", "ENOENT: no such file or directory, scandir '/work/nope'"),
        ("z.txt", "ENOTDIR: not a directory, scandir '/work/z.txt'"),
        ("z.txt/a", "ENOTDIR: not a directory, lstat '/work/z.txt/a'"),
        ("..", "Relative path is not allowed to refer to a directory outside its parent"),
    ],
)
def test_what_is_no_folder_cannot_be_read(path, message):
    with pytest.raises(ActionFailed) as failed:
        execute("fs:readdir", {"paths": [path]}, Bench(workspace=FILES).bench)
    assert str(failed.value) == message


def test_files_and_folders_are_renamed():
    assert after_rename("a", "q/w") == {".h": "h", "q/w/b/y.txt": "Y", "q/w/x.txt": "X", "z.txt": "Z"}
    assert after_rename("z.txt", "a/z") == {".h": "h", "a/b/y.txt": "Y", "a/x.txt": "X", "a/z": "Z"}


def test_a_file_is_replaced_if_that_is_asked_for():
    assert after_rename("a/x.txt", "z.txt", overwrite=True) == {".h": "h", "a/b/y.txt": "Y", "z.txt": "X"}


def test_each_renaming_is_told():
    bench = Bench(workspace=FILES)
    execute("fs:rename", {"files": [{"from": "a", "to": "q"}]}, bench.bench)
    assert bench.log == ["File /work/a renamed to /work/q successfully"]


@pytest.mark.parametrize(
    ("source", "target", "overwrite", "message"),
    [
        ("a/x.txt", "z.txt", False, "dest already exists."),
        ("a", "a", True, "Source and destination must not be the same."),
        ("a", "a/b/c", True, "Cannot move '/work/a' to a subdirectory of itself, '/work/a/b/c'."),
        (".", "zz", False, "Cannot move '/work' to a subdirectory of itself, '/work/zz'."),
        ("a/b", "a", True, "ENOENT: no such file or directory, rename '/work/a/b' -> '/work/a'"),
        ("nope", "n", False, "ENOENT: no such file or directory, lstat '/work/nope'"),
        ("a", "z.txt/k", False, "ENOTDIR: not a directory, lstat '/work/z.txt/k'"),
        ("z.txt", "a", True, "Cannot overwrite directory '/work/a' with non-directory '/work/z.txt'."),
        ("a", "z.txt", True, "Cannot overwrite non-directory '/work/z.txt' with directory '/work/a'."),
        ("", "b", False, "each file must have a from and to property"),
        ("a", "../b", False, "Relative path is not allowed to refer to a directory outside its parent"),
        ("/etc/passwd", "b", False, "Relative path is not allowed to refer to a directory outside its parent"),
    ],
)
def test_what_cannot_be_renamed_is_told_as_the_real_server_tells_it(source, target, overwrite, message):
    with pytest.raises(ActionFailed) as failed:
        after_rename(source, target, overwrite=overwrite)
    assert str(failed.value) == message
