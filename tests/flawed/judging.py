"""Let the suite judge servers, in this process and in several."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from contracts.configuration import chosen_rules
from contracts.profile import Profile
from contracts.results import Report
from contracts.rule import Level, Rule
from contracts.rules import all_rules
from contracts.runner import Order, Run
from contracts.target import Limits, Target
from tests.flawed.catalogue import all_defects
from tests.flawed.defect import Defect
from tests.flawed.server import base_url

TOKEN = "mock-user-token"
# As many as leave each other the time that they need, on two processors.
PROCESSES = 2
AT_ONCE = 5
BATCH = 20
# Enough for the fuzzer to come upon every defect that is its own to find.
FEW_EXAMPLES = Limits(max_examples=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rule of a defect made of the server that has it. `blamed` are the operations that it named."""

    blamed: frozenset[str | None]
    problems: tuple[str, ...]
    reasons: tuple[str, ...]


async def report_on(
    url: str,
    rules: Sequence[Rule] | None = None,
    *,
    profile: Profile = Profile.PUBLISHED,
    limits: Limits | None = None,
    level: Level = Level.MUST,
) -> Report:
    """What the suite makes of a server."""
    order = Order(
        Target(url, token=TOKEN, profile=profile), limits or Limits(), tuple(rules or chosen_rules(profile)), level
    )
    return await Run(order).report()


def findings_on(address: str, defects: Sequence[Defect]) -> Mapping[str, Finding]:
    """What the rule of each defect makes of the server that has it, by the name of the defect."""
    names = [found.name for found in defects]
    batches = [names[start : start + BATCH] for start in range(0, len(names), BATCH)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        judged = pool.map(_judge_batch, [address] * len(batches), batches)
        return {name: finding for batch in judged for name, finding in batch.items()}


def _judge_batch(address: str, names: Sequence[str]) -> Mapping[str, Finding]:
    wanted = [found for found in all_defects() if found.name in names]
    return asyncio.run(_judge(address, wanted))


async def _judge(address: str, defects: Sequence[Defect]) -> Mapping[str, Finding]:
    turn = asyncio.Semaphore(AT_ONCE)
    by_id = {rule.id: rule for rule in all_rules()}

    async def judge(found: Defect) -> tuple[str, Finding]:
        async with turn:
            limits = FEW_EXAMPLES if found.family == "FUZZ" else None
            rule = by_id[found.rule]
            profile = Profile.PUBLISHED if Profile.PUBLISHED in rule.profiles else Profile.BACKSTAGE
            report = await report_on(base_url(address, found.name), [rule], profile=profile, limits=limits)
        failures = [failure for result in report.results for failure in (*result.failures, *result.advice)]
        reasons = tuple(result.reason for result in report.results)
        return found.name, Finding(frozenset(failure.operation for failure in failures), report.problems, reasons)

    return dict(await asyncio.gather(*(judge(found) for found in defects)))
