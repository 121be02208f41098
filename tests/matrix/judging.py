"""Start the mock server of a combination and let the suite judge it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.configuration import chosen_rules
from contracts.results import Outcome, Report
from contracts.rule import Rule
from contracts.runner import Order, Run
from contracts.target import Limits, Target
from tests.matrix.combinations import Combination
from tests.server_process import running_server

TOKEN = "mock-user-token"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the suite made of a combination: `failures` has a line for each thing that it objects to."""

    combination: Combination
    verdict: str
    failures: tuple[str, ...]
    problems: tuple[str, ...]
    untested: tuple[str, ...]
    seconds: float

    @property
    def failed(self) -> dict[str, int]:
        """How often each rule was broken."""
        ids = [line.partition(" ")[0] for line in self.failures]
        return {id: ids.count(id) for id in dict.fromkeys(ids)}


def verdict_on(combination: Combination, *, only: Sequence[str] = ()) -> Verdict:
    """Judge a server of its own by the rules of the profile, or by those that `only` names."""
    rules = chosen_rules(combination.profile, only)
    options = ("--scenario", combination.scenario, "--speed", str(combination.speed), "--seed", str(combination.seed))
    with running_server(*options) as server:
        report = asyncio.run(_report(server.url, combination, rules))
    return Verdict(
        combination,
        str(report.verdict),
        tuple(failures(report)),
        report.problems,
        tuple(result.rule.id for result in report.of(Outcome.NOT_TESTABLE)),
        report.seconds,
    )


def failures(report: Report) -> list[str]:
    """Each failure in a line: rule, operation, what was expected and observed, and the exchange that shows it."""
    return [
        f"{result.rule.id} {failure.operation}: expected {failure.expected}, observed {failure.observed[:300]}"
        f" [{', '.join(f'{exchange} ({exchange.purpose} {exchange.label})'[:200] for exchange in failure.exchanges[:2])}]"
        for result in report.results
        for failure in (*result.failures, *result.advice)
    ]


async def _report(url: str, combination: Combination, rules: tuple[Rule, ...]) -> Report:
    target = Target(url, token=TOKEN, profile=combination.profile)
    return await Run(Order(target, Limits(seed=combination.seed), rules)).report()
