"""Let the suite judge servers, in this process."""

import asyncio
from collections.abc import Mapping, Sequence

from contracts.profile import Profile
from contracts.results import Report
from contracts.rule import Level, Rule
from contracts.rules import all_rules
from contracts.runner import Order, Run
from contracts.target import Limits, Target
from tests.flawed.defect import Defect
from tests.flawed.server import base_url

TOKEN = "mock-user-token"
AT_ONCE = 16
# Enough for the fuzzer to come upon every defect that is its own to find.
FEW_EXAMPLES = Limits(max_examples=10)


async def report_on(
    url: str,
    rules: Sequence[Rule] | None = None,
    *,
    profile: Profile = Profile.PUBLISHED,
    limits: Limits | None = None,
    level: Level = Level.MUST,
) -> Report:
    """What the suite makes of a server."""
    order = Order(Target(url, token=TOKEN, profile=profile), limits or Limits(), tuple(rules or all_rules()), level)
    return await Run(order).report()


async def reports_on(address: str, defects: Sequence[Defect]) -> Mapping[str, Report]:
    """What the rule of each defect makes of the server that has it, by the name of the defect."""
    turn = asyncio.Semaphore(AT_ONCE)
    by_id = {rule.id: rule for rule in all_rules()}

    async def judge(found: Defect) -> tuple[str, Report]:
        async with turn:
            limits = FEW_EXAMPLES if found.family == "FUZZ" else None
            return found.name, await report_on(base_url(address, found.name), [by_id[found.rule]], limits=limits)

    return dict(await asyncio.gather(*(judge(found) for found in defects)))
