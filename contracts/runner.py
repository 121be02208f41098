"""Probes, then the fuzzer, then the rules: yields what happens and knows no output format."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.evidence import Evidence, FuzzReport
from contracts.exchange import Exchange
from contracts.fuzzing import fuzz
from contracts.known_failures import KnownFailures
from contracts.preflight import departure, refusal
from contracts.probes import ALL_PROBES
from contracts.probes.aftermath import AFTERMATH, gathered
from contracts.probes.discovery import DISCOVERY
from contracts.probes.probe import Probe
from contracts.results import Outcome, Report, Result
from contracts.rule import Level, Rule
from contracts.session import Session
from contracts.target import Limits, Target

# The part of the time that the probes may take, when the fuzzer is to have the rest.
PROBES_SHARE = 0.6
# Seconds that are kept back for looking once more at everything, and for the rules.
RESERVE = 3.0
FUZZING = "fuzzing"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run."""

    target: Target
    limits: Limits
    rules: tuple[Rule, ...]
    level: Level = Level.MUST
    known: KnownFailures | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """A probe, or the fuzzing, has begun."""

    probe: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A probe, or the fuzzing, is over; `exchanges` is how many there are now in all."""

    probe: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule has its outcome."""

    result: Result


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over."""

    report: Report


Progress = Began | Ended | Judged | Finished


class Run:
    """One run over a target. `stop()` ends it with what has been seen so far."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._wanted = frozenset(name for rule in order.rules for name in rule.probes)
        self._problems: list[str] = []
        self._fuzzed: tuple[tuple[Exchange, ...], FuzzReport | None] = ((), None)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the probing; what was seen so far is judged."""
        self._stop.set()

    async def progress(self) -> AsyncIterator[Progress]:
        """Run, and tell of it; the last thing told is Finished. Never raises for what the target does."""
        order = self._order
        async with Session(order.target, order.limits) as session:
            unusable = await refusal(session)
            gone = None
            if unusable is None:
                async for progress in self._drive(session):
                    yield progress
                gone = await departure(session)
            self._problems.extend(problem for problem in (unusable, gone) if problem)
            exchanges, fuzz_report = self._fuzzed
            evidence = replace(
                gathered(session), exchanges=(*session.exchanges, *exchanges), fuzz=fuzz_report, gone=gone
            )
            results = []
            for rule in () if unusable else order.rules:
                results.append(judge(rule, evidence, order))
                yield Judged(results[-1])
            yield Finished(self._report(session, evidence, tuple(results)))

    def _report(self, session: Session, evidence: Evidence, results: tuple[Result, ...]) -> Report:
        order = self._order
        return Report(
            order.target,
            order.limits,
            order.level,
            results,
            evidence,
            session.now(),
            stale=order.known.stale(results) if order.known else (),
            problems=tuple(self._problems),
            interrupted=self._stop.is_set(),
            tasks_created=len(session.created),
        )

    async def _drive(self, session: Session) -> AsyncIterator[Progress]:
        limits = self._order.limits
        fuzzes = FUZZING in self._wanted and not limits.quick
        probes_end = limits.time_budget * PROBES_SHARE if fuzzes else limits.time_budget - RESERVE
        async for progress in self._together([DISCOVERY], session, probes_end):
            yield progress
        async for progress in self._together(self._chosen(ALL_PROBES), session, probes_end):
            yield progress
        if fuzzes and not self._stop.is_set():
            yield Began(FUZZING)
            self._fuzzed = await self._fuzz(session, session.stopwatch.left() - RESERVE)
            yield Ended(FUZZING, len(session.exchanges) + len(self._fuzzed[0]))
        # Also after an interrupt: no task is left running on the target.
        async for progress in self._together(self._chosen([AFTERMATH]), session, session.now() + RESERVE, always=True):
            yield progress

    def _chosen(self, probes: Iterable[Probe]) -> list[Probe]:
        limits = self._order.limits
        return [
            probe
            for probe in probes
            if (probe.name in self._wanted or probe is AFTERMATH)
            and not (probe.creates and limits.read_only)
            and not (limits.quick and not probe.quick)
        ]

    async def _together(
        self, probes: Sequence[Probe], session: Session, until: float, *, always: bool = False
    ) -> AsyncIterator[Progress]:
        """Run probes at once until that second of the session, or until the run is stopped."""
        running = {asyncio.create_task(probe.run(session)): probe for probe in probes}
        stopped = asyncio.create_task(asyncio.Event().wait() if always else self._stop.wait())
        for probe in probes:
            yield Began(probe.name)
        try:
            while running:
                done, _ = await asyncio.wait(
                    [*running, stopped],
                    timeout=max(0.0, until - session.now()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in done & running.keys():
                    probe = running.pop(task)
                    if error := task.exception():
                        self._problems.append(f"the suite itself failed in the probe {probe.name}: {error!r}")
                    yield Ended(probe.name, len(session.exchanges))
                if stopped in done:
                    break
                if not done:
                    names = ", ".join(probe.name for probe in running.values())
                    self._problems.append(f"out of time: {names} did not finish (--time-budget gives more)")
                    break
        finally:
            for task in (*running, stopped):
                task.cancel()
            await asyncio.gather(*running, stopped, return_exceptions=True)

    async def _fuzz(self, session: Session, seconds: float) -> tuple[tuple[Exchange, ...], FuzzReport | None]:
        fuzzing = asyncio.create_task(fuzz(session, seconds))
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([fuzzing, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not fuzzing.done():
            fuzzing.cancel()
            await asyncio.gather(fuzzing, return_exceptions=True)
            return (), None
        exchanges, report = fuzzing.result()
        return tuple(exchanges), report


def judge(rule: Rule, evidence: Evidence, order: Order) -> Result:
    """What a rule makes of the evidence."""
    observations = list(rule.judge(evidence))
    failures = tuple(observation for observation in observations if not observation.holds)
    held = len(observations) - len(failures)
    if not observations:
        return Result(rule, Outcome.NOT_TESTABLE, reason=f"nothing to judge: {rule.needs}")
    if failures and rule.level is Level.SHOULD and order.level is Level.MUST:
        return Result(rule, Outcome.PASS, held, advice=failures)
    result = Result(rule, Outcome.FAIL if failures else Outcome.PASS, held, failures)
    return order.known.applied(result) if order.known else result
