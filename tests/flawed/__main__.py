"""How many of the defects are found: `python -m tests.flawed` prints a table by family, beside plain Schemathesis.

The suite has found a defect when the rule that is meant to notice it fails; the whole suite runs that rule, too, and
must object to nothing on the sound server. Schemathesis, on the published document with a token and nothing else, has
found one when it reports a failure that it does not report on the sound server.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from contracts.profile import Profile
from contracts.results import Verdict
from contracts.rule import Level
from openapi.documents import PUBLISHED
from tests.flawed.catalogue import all_defects
from tests.flawed.defect import Defect
from tests.flawed.judging import TOKEN, findings_on, report_on
from tests.flawed.server import base_url, flawed_server

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SOUND = "sound"
Failures = frozenset[tuple[str, str]]


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


async def failures_of_each(address: str, defects: Sequence[Defect], *, jobs: int, examples: int) -> list[Failures]:
    """What plain `schemathesis run` reports of each server beyond what it reports of the sound one."""
    turn = asyncio.Semaphore(jobs)
    usual = await failures_by_schemathesis(address, SOUND, examples)

    async def of(defect: Defect) -> Failures:
        async with turn:
            failures = await failures_by_schemathesis(address, defect.name, examples) - usual
        print(f"{defect.name}: {sorted(failures) or 'missed'}", file=sys.stderr, flush=True)
        return failures

    return await asyncio.gather(*(of(defect) for defect in defects))


def _table(found: Sequence[tuple[Defect, bool, bool]]) -> str:
    in_all = Counter(defect.family for defect, _, _ in found)
    ours = Counter(defect.family for defect, by_suite, _ in found if by_suite)
    theirs = Counter(defect.family for defect, _, by_schemathesis in found if by_schemathesis)
    rows = [(family, in_all[family], ours[family], theirs[family]) for family in in_all]
    rows.append(("all", in_all.total(), ours.total(), theirs.total()))
    lines = ["family     defects  run-contract-tests  schemathesis run"]
    lines += [f"{family:9}  {count:7}  {by_suite:18}  {by_it:16}" for family, count, by_suite, by_it in rows]
    return "\n".join(lines)


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
        reports = [asyncio.run(report_on(base_url(address, SOUND), profile=one, level=Level.SHOULD)) for one in Profile]
        if any(report.verdict is Verdict.NOT_CONFORMING for report in reports):
            sys.exit("the suite objects to the sound server: what it finds elsewhere would mean nothing")
        ours = findings_on(address, defects)
        theirs = asyncio.run(failures_of_each(address, defects, jobs=arguments.jobs, examples=arguments.examples))
    found = [
        (defect, bool(ours[defect.name].blamed), bool(failures))
        for defect, failures in zip(defects, theirs, strict=True)
    ]
    print(_table(found))


if __name__ == "__main__":
    main()
