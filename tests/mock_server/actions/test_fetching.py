"""`fetch:plain` and `fetch:plain:file`."""

import pytest

from mock_server.actions.execution import execute
from mock_server.actions.failures import ActionFailed, FileSystemError, ForbiddenPath, InvalidActionInput
from mock_server.actions.fetching import STEPS_PER_COPY
from mock_server.actions.workspace import File, Quota
from mock_server.rendering import BudgetExhausted
from tests.mock_server.actions.workplaces import Bench

SKELETON = {"skeleton/a.txt": "A", "skeleton/src/b.txt": "B", "template.yaml": "t"}


def fetched(bench: Bench, action: str = "fetch:plain", **input: object) -> dict[str, str]:
    execute(action, input, bench.bench)
    return bench.texts()


def test_a_folder_is_copied_into_the_workspace():
    bench = Bench(SKELETON)
    assert fetched(bench, url="./skeleton") == {"a.txt": "A", "src/b.txt": "B"}
    assert bench.log == ["Fetching plain content from remote URL"]


def test_a_folder_is_copied_to_a_target():
    assert fetched(Bench(SKELETON), url="skeleton/src", targetPath="to/here") == {"to/here/b.txt": "B"}


def test_the_root_is_the_folder_of_the_template():
    assert fetched(Bench(SKELETON), url=".") == SKELETON


def test_what_is_there_already_is_replaced():
    bench = Bench(SKELETON, {"a.txt": "old", "other": "o"})
    assert fetched(bench, url="skeleton") == {"a.txt": "A", "src/b.txt": "B", "other": "o"}


def test_a_file_stays_executable():
    bench = Bench({"bin/run": File(b"", executable=True)})
    fetched(bench, url="bin")
    assert list(bench.bench.workspace.files()) == [("run", File(b"", executable=True))]


def test_a_single_file_is_copied():
    assert fetched(Bench(SKELETON), "fetch:plain:file", url="skeleton/a.txt", targetPath="b") == {"b": "A"}


@pytest.mark.parametrize(
    ("action", "input", "message"),
    [
        (
            "fetch:plain",
            {"url": "./nope"},
            "ENOENT: no such file or directory, lstat '/contents/nope'",
        ),
        (
            "fetch:plain",
            {"url": "skeleton/a.txt"},
            "Cannot overwrite directory '/work' with non-directory '/contents/skeleton/a.txt'.",
        ),
        (
            "fetch:plain",
            {"url": "skeleton", "targetPath": "file"},
            "Cannot overwrite non-directory '/work/file' with directory '/contents/skeleton'.",
        ),
        (
            "fetch:plain:file",
            {"url": "nope", "targetPath": "a"},
            "ENOENT: no such file or directory, copyfile '/contents/nope' -> '/work/a'",
        ),
        (
            "fetch:plain:file",
            {"url": "skeleton/a.txt", "targetPath": "new/a"},
            "ENOENT: no such file or directory, copyfile '/contents/skeleton/a.txt' -> '/work/new/a'",
        ),
        (
            "fetch:plain:file",
            {"url": "skeleton", "targetPath": "a"},
            "EISDIR: illegal operation on a directory, copyfile '/contents/skeleton' -> '/work/a'",
        ),
        (
            "fetch:plain:file",
            {"url": "skeleton/a.txt", "targetPath": ""},
            "EISDIR: illegal operation on a directory, copyfile '/contents/skeleton/a.txt' -> '/work'",
        ),
    ],
)
def test_what_cannot_be_copied_is_told_as_the_real_server_tells_it(action, input, message):
    with pytest.raises(ActionFailed) as failed:
        execute(action, input, Bench(SKELETON, {"file": ""}).bench)
    assert str(failed.value) == message
    assert failed.value.name == "Error"


def test_a_template_without_files_has_no_folder():
    with pytest.raises(FileSystemError, match="ENOENT: no such file or directory, lstat '/contents'"):
        execute("fetch:plain", {"url": "."}, Bench().bench)


@pytest.mark.parametrize("url", ["https://github.com/acme/shop", "file:///etc", "HTTP://a"])
def test_nothing_is_fetched_from_elsewhere(url):
    with pytest.raises(InvalidActionInput, match="only relative URLs work"):
        execute("fetch:plain", {"url": url}, Bench(SKELETON).bench)


@pytest.mark.parametrize(
    "input", [{"url": "../x"}, {"url": "/etc"}, {"url": ".", "targetPath": "../x"}, {"url": ".", "targetPath": "/etc"}]
)
def test_nothing_leads_out_of_the_folders(input):
    with pytest.raises(ForbiddenPath):
        execute("fetch:plain", input, Bench(SKELETON).bench)


def test_copying_again_and_again_ends_at_the_quota():
    bench = Bench({"a": "x" * 1_000}, quota=Quota(size=3_000))
    for target in "abc":
        fetched(bench, url="a", targetPath=target)
    with pytest.raises(FileSystemError, match="ENOSPC"):
        fetched(bench, url="a", targetPath="d")


def test_copying_many_files_ends_at_the_budget():
    bench = Bench({str(number): "" for number in range(100)}, steps=STEPS_PER_COPY * 50)
    with pytest.raises(BudgetExhausted):
        fetched(bench, url=".")
