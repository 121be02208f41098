"""Whatever the target does, a run ends in time, says what was wrong with it, and blames it for no more than it did."""

import time

import pytest

from contracts.results import Outcome, Report, Verdict
from contracts.rules import all_rules
from contracts.runner import Order, Run
from contracts.target import Limits, Target
from tests.contracts.hostile_targets import (
    BAD_GATEWAY,
    ENDLESS_HEAD,
    FAULT,
    FORBIDDEN,
    GARBAGE,
    HTML,
    LIE,
    NOT_FOUND,
    REDIRECT,
    TLS_ALERT,
    UNAUTHORIZED,
    Relay,
    always,
    dribbling,
    serving,
    silent,
)
from tests.server_process import running_server

BUDGET = 2.0
# What a run may take beyond its budget.
GRACE = 7.0
RULES = tuple(rule for rule in all_rules() if "fuzzing" not in rule.probes)


async def report_on(url: str, *, token: str | None = "mock-user-token", budget: float = BUDGET) -> Report:
    began = time.monotonic()
    report = await Run(Order(Target(url, token=token), Limits(time_budget=budget), RULES)).report()
    assert time.monotonic() - began < budget + GRACE
    return report


async def test_nothing_listens():
    report = await report_on("http://127.0.0.1:9/api/scaffolder")
    assert report.exit_code == 2
    assert "nothing that can be tested answers at http://127.0.0.1:9" in report.problems[0]


@pytest.mark.parametrize(
    ("handler", "problem"),
    [
        (silent, "no complete answer in time"),
        (always(b""), "connection broken off"),
        (always(GARBAGE), "not HTTP"),
        (always(TLS_ALERT), "does it speak https?"),
        (always(HTML), "web pages instead of JSON"),
        (always(UNAUTHORIZED), "refuses the token (401)"),
        (always(FORBIDDEN), "lets the token do nothing (403"),
        (always(NOT_FOUND), "there is no Scaffolder API at"),
        (always(BAD_GATEWAY), "there is no server behind"),
        (always(REDIRECT), "302 to https://sign-in.example/"),
        (always(LIE), "does not finish its answers"),
        (dribbling(ENDLESS_HEAD, b"x", 0.5), "does not finish its answers: no complete answer in time"),
        (dribbling(ENDLESS_HEAD, b"x" * 1_000_000, 0.0), "does not finish its answers: body longer than"),
        (dribbling(b"HTTP/1.1 200", b"", 0.5), "no complete answer in time"),
        (dribbling(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.2), "no complete answer in time"),
    ],
    ids=[
        "never answers",
        "closes at once",
        "garbage",
        "TLS",
        "pages",
        "401",
        "403",
        "404",
        "502",
        "redirects",
        "content length lies",
        "dribbles",
        "endless",
        "half a status line",
        "endless headers",
    ],
)
async def test_what_cannot_be_tested_is_named_and_not_judged(handler, problem):
    async with serving(handler) as url:
        report = await report_on(url)
    assert report.exit_code == 2
    assert len(report.problems) == 1
    assert problem in report.problems[0]
    assert not report.results


async def test_without_a_token_it_says_how_to_give_one():
    async with serving(always(UNAUTHORIZED)) as url:
        report = await report_on(url, token=None)
    assert "CONTRACT_TESTS_TOKEN" in report.problems[0]


async def test_a_server_that_only_fails_is_not_conforming():
    async with serving(always(FAULT)) as url:
        report = await report_on(url)
    assert report.verdict is Verdict.NOT_CONFORMING
    assert "ROBUST-01" in {result.rule.id for result in report.of(Outcome.FAIL)}


GONE = "the target went away while it was tested"
HUNG = "the target stopped answering while it was tested"
EXPIRED = "the token was accepted at first and is refused now (401)"


@pytest.mark.parametrize(
    ("end", "requests", "problem"),
    [
        ("killed", 5, GONE),
        ("killed", 150, GONE),
        ("hung", 60, HUNG),
        ("expired", 20, EXPIRED),
        ("expired", 200, EXPIRED),
    ],
)
async def test_a_target_that_goes_half_way_is_not_blamed_for_it(end, requests, problem):
    with running_server("--speed", "5") as server:
        async with serving(Relay(server.url, requests, end)) as url:
            # Enough for so many requests on a busy machine, too.
            report = await report_on(url, budget=15.0)
    assert [result.rule.id for result in report.of(Outcome.FAIL)] == []
    assert report.exit_code == 2
    assert any(problem in found for found in report.problems), report.problems
