"""How many of the defects are found: `python -m tests.flawed` prints a table by family, beside plain Schemathesis.

The suite has found a defect when it calls the server not conforming; only defects that its fuzzing is for are judged
with it, all others without, and those of a SHOULD rule at that level. Schemathesis, on the published document with a
token and nothing else, has found one when it reports a failure that it does not report on the sound server.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from contracts.results import Verdict
from contracts.rule import Level
from contracts.rules import all_rules
from openapi.documents import PUBLISHED
from tests.flawed.catalogue import all_defects
from tests.flawed.defect import Defect
from tests.flawed.judging import TOKEN, report_on
from tests.flawed.server import base_url, flawed_server

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SOUND = "sound"
FUZZING = "FUZZ"
Failures = frozenset[tuple[str, str]]


async def found_by_the_suite(address: str, world: str, *, level: Level, fuzzing: bool) -> bool:
    """Whether the whole suite says that this server does not conform."""
    rules = [rule for rule in all_rules() if fuzzing or rule.family != FUZZING]
    report = await report_on(base_url(address, world), rules, level=level)
    return report.verdict is Verdict.NOT_CONFORMING


async def failures_by_schemathesis(address: str, world: str, examples: int) -> Failures:
    """What plain `schemathesis run` reports, as pairs of the kind of failure and the operation."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        process = await asyncio.create_subprocess_exec(
            str(SCHEMATHESIS),
            *("run", str(PUBLISHED), "--url", base_url(address, world), "--header", f"Authorization: Bearer {TOKEN}"),
            *("--seed", "7", "--max-examples", str(examples), "--continue-on-failure", "--request-timeout", "5"),
            *("--report", "json", "--report-json-path", str(report)),
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        failures = json.loads(report.read_text(encoding="utf-8"))["failures"] if report.exists() else []
    return frozenset((failure["code"], operation) for failure in failures for operation in failure["operations"])


async def measure(address: str, defects: Sequence[Defect], *, jobs: int, examples: int) -> None:
    """Print which defects are found, then the table."""
    turn = asyncio.Semaphore(jobs)
    levels = {rule.id: rule.level for rule in all_rules()}
    if await found_by_the_suite(address, SOUND, level=Level.SHOULD, fuzzing=True):
        sys.exit("the suite finds something on the sound server: what it finds elsewhere would mean nothing")
    usual = await failures_by_schemathesis(address, SOUND, examples)

    async def of(defect: Defect) -> tuple[Defect, bool, bool]:
        async with turn:
            ours = await found_by_the_suite(
                address, defect.name, level=levels[defect.rule], fuzzing=defect.family == FUZZING
            )
        async with turn:
            theirs = bool(await failures_by_schemathesis(address, defect.name, examples) - usual)
        print(f"{defect.name:60} suite: {_word(ours)}  schemathesis: {_word(theirs)}", file=sys.stderr, flush=True)
        return defect, ours, theirs

    found = await asyncio.gather(*(of(defect) for defect in defects))
    print(_table(found))


def _table(found: Sequence[tuple[Defect, bool, bool]]) -> str:
    in_all = Counter(defect.family for defect, _, _ in found)
    ours = Counter(defect.family for defect, by_suite, _ in found if by_suite)
    theirs = Counter(defect.family for defect, _, by_schemathesis in found if by_schemathesis)
    rows = [(family, in_all[family], ours[family], theirs[family]) for family in in_all]
    rows.append(("all", in_all.total(), ours.total(), theirs.total()))
    lines = ["family     defects  run-contract-tests  schemathesis run"]
    lines += [f"{family:9}  {count:7}  {by_suite:18}  {by_it:16}" for family, count, by_suite, by_it in rows]
    return "\n".join(lines)


def _word(found: bool) -> str:
    return "found " if found else "missed"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.flawed", description=__doc__)
    parser.add_argument("--jobs", type=int, default=3, help="how many runs at once")
    parser.add_argument("--examples", type=int, default=20, help="--max-examples of schemathesis run")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth defect of each family")
    parser.add_argument("--family", help="only the defects of one family, such as LIFE")
    arguments = parser.parse_args()
    families = [
        [found for found in all_defects() if found.family == family]
        for family in dict.fromkeys(found.family for found in all_defects())
        if arguments.family in {None, family}
    ]
    defects = [found for family in families for found in family[:: arguments.every]]
    with flawed_server() as address:
        asyncio.run(measure(address, defects, jobs=arguments.jobs, examples=arguments.examples))


if __name__ == "__main__":
    main()
