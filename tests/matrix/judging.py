"""Start the mock server of a combination and let the suite judge it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from contracts.configuration import chosen_rules
from contracts.results import Outcome, Report, Result
from contracts.rule import Observation, Rule
from contracts.runner import Order, Run
from contracts.target import Limits, Target
from tests.matrix.combinations import Combination
from tests.server_process import running_server

TOKEN = "mock-user-token"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the suite made of a combination: a line for each thing that it objects to, or advises against."""

    combination: Combination
    verdict: str
    failures: tuple[str, ...]
    advice: tuple[str, ...]
    problems: tuple[str, ...]
    untested: tuple[str, ...]
    seconds: float


def counted(lines: Iterable[str]) -> Mapping[str, int]:
    """How often each rule is in the lines."""
    return Counter(line.partition(" ")[0] for line in lines)


def verdicts_on(combinations: Sequence[Combination], *, jobs: int, only: Sequence[str] = ()) -> Iterator[Verdict]:
    """Judge so many at once, each in a process of its own; whatever is ready first comes first."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        judging = [pool.submit(partial(verdict_on, only=only), combination) for combination in combinations]
        for done in as_completed(judging):
            yield done.result()


def verdict_on(combination: Combination, *, only: Sequence[str] = ()) -> Verdict:
    """Judge a server of its own by the rules of the profile, or by those that `only` names."""
    rules = chosen_rules(combination.profile, only)
    options = ("--scenario", combination.scenario, "--speed", str(combination.speed), "--seed", str(combination.seed))
    with running_server(*options) as server:
        report = asyncio.run(_report(server.url, combination, rules))
    return Verdict(
        combination,
        str(report.verdict),
        tuple(_lines(report, lambda result: result.failures)),
        tuple(_lines(report, lambda result: result.advice)),
        report.problems,
        tuple(result.rule.id for result in report.of(Outcome.NOT_TESTABLE)),
        report.seconds,
    )


def _lines(report: Report, which: Callable[[Result], Sequence[Observation]]) -> Iterator[str]:
    """Rule, operation, what was expected and observed, and the exchanges that show it."""
    for result in report.results:
        for found in which(result):
            shown = (f"{exchange} ({exchange.purpose} {exchange.label})"[:200] for exchange in found.exchanges[:2])
            yield (
                f"{result.rule.id} {found.operation}: expected {found.expected[:300]}, observed {found.observed[:300]}"
                f" [{', '.join(shown)}]"
            )


async def _report(url: str, combination: Combination, rules: tuple[Rule, ...]) -> Report:
    target = Target(url, token=TOKEN, profile=combination.profile)
    return await Run(Order(target, Limits(seed=combination.seed), rules)).report()
