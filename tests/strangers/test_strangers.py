"""The suite has nothing to object to on servers that conform and that it was not written with. What fails here is a
false alarm, or the stranger is wrong: think hard which, by the document and by what clients rely on."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from contracts.configuration import chosen_rules
from contracts.contract import contract_of
from contracts.profile import Profile
from contracts.results import Outcome, Report
from contracts.runner import Order, Run
from contracts.target import Limits, Target, TemplateChoice

pytestmark = pytest.mark.alone


@dataclass(frozen=True)
class Stranger:
    """A server, the templates to test it with, and the rules that it gives nothing to judge by, each with why."""

    module: str
    token: str
    ordinary: str
    slow: str
    failing: str
    untested: frozenset[str]

    def target(self, url: str, *, named: bool) -> Target:
        if not named:
            return Target(url, token=self.token)
        return Target(
            url,
            token=self.token,
            template=TemplateChoice(self.ordinary),
            slow_template=TemplateChoice(self.slow),
            failing_template=TemplateChoice(self.failing),
        )


MINIMAL = Stranger(
    "minimal",
    "minimal-0b51c7e2",
    "template:tools/new-service",
    "template:tools/rebuild-index",
    "template:tools/import-legacy",
    frozenset(
        {
            "RACE-06",  # its template takes no values that it does not know
            "ROBUST-14",  # likewise
        }
    ),
)
PLAIN = Stranger(
    "plain",
    "plain/writer/9Kq2",
    "template:acme/website",
    "template:acme/long-migration",
    "template:acme/doomed-deploy",
    frozenset(
        {
            "DRY-03",  # it has no action that the suite knows
            "DRY-04",  # likewise
            "DRY-05",  # likewise
            "DRY-21",  # likewise
            "PARAM-02",  # it tells nobody's name
        }
    ),
)
STRANGERS = (MINIMAL, PLAIN)
# What a server of the published document does not have.
ADDED = contract_of(Profile.BACKSTAGE).operations.keys() - contract_of(Profile.PUBLISHED).operations.keys()


@contextmanager
def serving(stranger: Stranger) -> Iterator[str]:
    """Start the server in a process of its own; gives its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.strangers.{stranger.module}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.communicate()[1]
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=15)


def report_on(target: Target) -> Report:
    order = Order(target, Limits(), chosen_rules(target.profile))
    return asyncio.run(Run(order).report())


def objections(report: Report) -> list[str]:
    return [
        f"{result.rule.id} {failure.operation}: expected {failure.expected}, observed {failure.observed}"
        for result in report.results
        for failure in result.failures
    ]


@pytest.fixture(scope="module", params=STRANGERS, ids=lambda stranger: stranger.module)
def visited(request) -> Iterator[tuple[Stranger, Report, Report]]:
    """A stranger, what the suite makes of it with its templates named, and then with none."""
    stranger = request.param
    with serving(stranger) as url:
        named = report_on(stranger.target(url, named=True))
        unnamed = report_on(stranger.target(url, named=False))
    return stranger, named, unnamed


def test_nothing_is_objected_to_in_a_stranger(visited):
    _, named, _ = visited
    assert objections(named) == []
    assert named.problems == ()


def test_a_stranger_is_judged_by_all_rules_but_a_few(visited):
    stranger, named, _ = visited
    untested = {result.rule.id for result in named.of(Outcome.NOT_TESTABLE) if named.is_binding(result.rule)}
    assert untested == stranger.untested & {rule.id for rule in chosen_rules(Profile.PUBLISHED)}


def test_nothing_is_objected_to_when_no_template_is_named(visited):
    _, _, unnamed = visited
    assert objections(unnamed) == []
    assert unnamed.problems == ()


def test_only_what_the_overlay_adds_is_objected_to_in_a_server_of_the_published_document():
    with serving(MINIMAL) as url:
        report = report_on(replace(MINIMAL.target(url, named=True), profile=Profile.BACKSTAGE))
    both = [result for result in report.results if Profile.PUBLISHED in result.rule.profiles]
    objected = {(result.rule.id, failure.operation) for result in both for failure in result.failures}
    about_published = {(rule, operation) for rule, operation in objected if operation not in ADDED}
    # The overlay completes the errors that the published document has.
    assert {rule for rule, _ in about_published} <= {"SCHEMA-09", "AUTH-06"}
    assert {rule for rule, _ in objected} >= {"STATUS-01", "LIFE-06"}
    assert report.problems == ()


def test_the_templates_of_earlier_tasks_are_found(visited):
    stranger, _, unnamed = visited
    found = unnamed.evidence.templates
    assert [choice and choice.ref for choice in (found.ordinary, found.slow, found.failing)] == [
        stranger.ordinary,
        stranger.slow,
        stranger.failing,
    ]
