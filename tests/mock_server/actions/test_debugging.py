"""`debug:log`."""

import pytest

from mock_server.actions.execution import execute
from mock_server.rendering import BudgetExhausted
from tests.mock_server.actions.workplaces import Bench

FILES = {"b.txt": "B\n", "a/c.txt": "C", "a/b/d.txt": "D", "é.bin": b"\xff"}


def logged(**input: object) -> list[str]:
    bench = Bench(workspace=FILES)
    execute("debug:log", input, bench.bench)
    return bench.log


def test_the_input_is_logged_and_then_the_message():
    assert logged(message="hi") == ['{\n  "message": "hi"\n}', "hi"]


def test_an_empty_message_is_not_logged():
    assert logged(message="") == ['{\n  "message": ""\n}']
    assert logged() == ["{}"]


@pytest.mark.parametrize("mode", [True, "with-filenames"])
def test_the_files_of_the_workspace_are_listed_folder_by_folder(mode):
    assert logged(listWorkspace=mode)[1] == "Workspace:\n  - a/b/d.txt\n  - a/c.txt\n  - b.txt\n  - é.bin"


def test_the_files_are_listed_with_what_is_in_them():
    assert logged(listWorkspace="with-contents")[1] == (
        "Workspace:\n - a/b/d.txt:\n\n  D\n - a/c.txt:\n\n  C\n - b.txt:\n\n  B\n\n - é.bin:\n\n  \ufffd"
    )


def test_no_listing_is_made_unless_it_is_asked_for():
    assert len(logged(listWorkspace=False)) == 1


def test_listing_large_files_again_and_again_ends_at_the_budget():
    bench = Bench(workspace={"a": "x" * 100_000}, steps=10_000)
    for _ in range(3):
        execute("debug:log", {"listWorkspace": "with-contents"}, bench.bench)
    with pytest.raises(BudgetExhausted):
        execute("debug:log", {"listWorkspace": "with-contents"}, bench.bench)
