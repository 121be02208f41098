"""Glob patterns: what they stand for, and that none of them takes long."""

import pytest

from mock_server.actions.failures import InvalidActionInput
from mock_server.actions.globs import Globs
from mock_server.actions.workspace import Folder
from mock_server.rendering import Budget, BudgetExhausted, Limits
from tests.mock_server.actions.workplaces import a_folder

FILES = ("a.txt", "b.md", ".hidden/c.txt", "keep/b.txt", "keep/deep/c.txt", "keep2.txt", "x/keep/d.md", "x/é+(1).md")


def found(*patterns: str, files: tuple[str, ...] = FILES, steps: int = 100_000) -> list[str]:
    entries = list(a_folder("/work", dict.fromkeys(files, "")).walk())
    folders = [parts for parts, node in entries if isinstance(node, Folder)]
    globs = Globs(patterns, folders, Budget(Limits(steps=steps)))
    return ["/".join(parts) for parts, node in entries if globs.match(parts, node)]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a.txt"], ["a.txt"]),
        (["*"], [".hidden", "a.txt", "b.md", "keep", "keep2.txt", "x"]),
        (["*.txt"], ["a.txt", "keep2.txt"]),
        (["**/*.txt"], ["a.txt", "keep2.txt", ".hidden/c.txt", "keep/b.txt", "keep/deep/c.txt"]),
        (["keep"], ["keep/b.txt", "keep/deep", "keep/deep/c.txt"]),
        (["keep/"], ["keep/b.txt", "keep/deep", "keep/deep/c.txt"]),
        (["keep/**"], ["keep/b.txt", "keep/deep", "keep/deep/c.txt"]),
        (["keep/*"], ["keep/b.txt", "keep/deep"]),
        (["keep/*/"], ["keep/deep"]),
        (["keep*"], ["keep", "keep2.txt"]),
        (["**/keep/**"], ["keep", "keep/b.txt", "keep/deep", "x/keep", "keep/deep/c.txt", "x/keep/d.md"]),
        (["./a.txt"], []),
        (["{a,b}.*"], ["a.txt", "b.md"]),
        (["{a,{b,c}}.md"], ["b.md"]),
        (["[ab].*"], ["a.txt", "b.md"]),
        (["[!a].*"], ["b.md"]),
        (["[^a].*"], ["b.md"]),
        (["?.md"], ["b.md"]),
        (["@(a|b).md"], ["b.md"]),
        (["**/!(a|b).*"], [".hidden", "keep2.txt", ".hidden/c.txt", "x/é+(1).md", "keep/deep/c.txt", "x/keep/d.md"]),
        (["(a|b).*"], ["a.txt", "b.md"]),
        (["**.md"], ["b.md", "x/é+(1).md", "x/keep/d.md"]),
        (["+(a|b).txt"], ["a.txt"]),
        (["x/é\\+\\(1\\).md"], ["x/é+(1).md"]),
        (["a.txt", "!a.txt"], []),
        (["!a.txt", "a.txt"], ["a.txt"]),
        (["!a.txt"], []),
        (["*", "!keep"], [".hidden", "a.txt", "b.md", "keep2.txt", "x"]),
        (["[a.txt"], []),
        (["(a.txt"], []),
        ([], []),
    ],
)
def test_a_pattern_stands_for_paths(patterns, expected):
    assert found(*patterns) == expected


def test_a_pattern_that_would_backtrack_ends_at_the_budget():
    with pytest.raises(BudgetExhausted):
        found("*a" * 20 + "b", files=("a" * 200,), steps=100_000)


def test_a_pattern_of_many_alternatives_is_cut_short():
    assert found("{a,b}" * 40, files=("a",), steps=100_000) == []


def test_patterns_share_the_budget_of_the_run():
    with pytest.raises(BudgetExhausted):
        found(*["**/*a*b*c*"] * 100, files=tuple(f"{'d/' * 20}{number}" for number in range(100)))


@pytest.mark.parametrize("pattern", ["[z-a]", "[]]", "[^", "[a-", "[\\", "\\", "[]", "!(a", "(?<x>*"])
def test_a_malformed_pattern_stands_for_itself_at_most(pattern):
    assert found(pattern) == []


@pytest.mark.parametrize("pattern", ["{" + "," * 10**6, "!(" * 10**6 + ")", "**/" * 10**6 + "*", "?" * 3_000])
def test_a_pattern_that_is_too_long_is_refused_at_once(pattern):
    with pytest.raises(InvalidActionInput):
        found(pattern)
