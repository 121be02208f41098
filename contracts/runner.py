"""Probes, then the fuzzer, then the rules: yields what happens and knows no output format."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from contracts.evidence import Evidence, FuzzReport
from contracts.fuzzing import fuzz
from contracts.known_failures import KnownFailures
from contracts.preflight import before_departure, departure, refusal
from contracts.probes import ALL_PROBES
from contracts.probes.aftermath import AFTERMATH, gathered
from contracts.probes.discovery import DISCOVERY
from contracts.probes.existing_tasks import EXISTING_TASKS
from contracts.probes.probe import Probe
from contracts.results import Outcome, Report, Result
from contracts.rule import Level, Rule
from contracts.session import Session
from contracts.target import Limits, Target

# The part of the time that the probes may take, when the fuzzer is to have the rest.
PROBES_SHARE = 0.6
# What is kept back of it for looking once more at everything, and for the rules; at most so many seconds.
RESERVE_SHARE = 0.2
LONGEST_RESERVE = 3.0
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
        self._reserve = min(LONGEST_RESERVE, order.limits.time_budget * RESERVE_SHARE)
        self._problems: list[str] = []
        self._fuzzed: FuzzReport | None = None
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the probing; what was seen so far is judged."""
        self._stop.set()

    async def report(self, tell: Callable[[Progress], None] = lambda _: None) -> Report:
        """Run to the end, telling of it as it goes."""
        async with aclosing(self.progress()) as told:
            async for progress in told:
                tell(progress)
                if isinstance(progress, Finished):
                    return progress.report
        raise RuntimeError("a run ends with its report")

    async def progress(self) -> AsyncGenerator[Progress, None]:
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
            evidence = replace(gathered(session), fuzz=self._fuzzed, gone=gone)
            if gone is not None:
                evidence = replace(evidence, exchanges=before_departure(evidence.exchanges))
            results, left_out = [], []
            for rule in () if unusable else order.rules:
                result = self._judge(rule, evidence)
                if result.outcome is Outcome.NOT_TESTABLE and self._is_beyond_this_mode(rule):
                    left_out.append(rule)
                else:
                    results.append(result)
                    yield Judged(result)
            report = self._report(session, evidence, tuple(results), tuple(left_out))
        # Who has the report asks for nothing more: every connection is closed before.
        yield Finished(report)

    def _report(
        self, session: Session, evidence: Evidence, results: tuple[Result, ...], left_out: tuple[Rule, ...]
    ) -> Report:
        order = self._order
        return Report(
            order.target,
            order.limits,
            order.level,
            results,
            evidence,
            session.now(),
            stale=order.known.stale(results, whole=self._saw_everything()) if order.known else (),
            problems=tuple(self._problems),
            interrupted=self._stop.is_set(),
            tasks_created=len(session.created),
            left_out=left_out,
        )

    def _judge(self, rule: Rule, evidence: Evidence) -> Result:
        try:
            return judge(rule, evidence, self._order)
        except Exception as error:  # noqa: BLE001 the other rules still have their say
            problem = f"the suite itself failed in the rule {rule.id}: {error!r}"
            self._problems.append(problem)
            return Result(rule, Outcome.NOT_TESTABLE, reason=problem)

    def _saw_everything(self) -> bool:
        limits = self._order.limits
        return not (limits.quick or limits.read_only or self._problems or self._stop.is_set())

    def _is_beyond_this_mode(self, rule: Rule) -> bool:
        """Whether a quick or read-only run leaves out some of what this rule judges."""
        limits = self._order.limits
        missing = {
            probe.name
            for probe in (*ALL_PROBES, AFTERMATH)
            if (limits.read_only and probe.creates) or (limits.quick and not probe.quick)
        }
        if limits.quick or limits.read_only:
            missing.add(FUZZING)
        return bool(rule.probes & missing)

    async def _drive(self, session: Session) -> AsyncIterator[Progress]:
        limits = self._order.limits
        fuzzes = FUZZING in self._wanted and not limits.quick
        probes_end = limits.time_budget * PROBES_SHARE if fuzzes else limits.time_budget - self._reserve
        async for progress in self._together([DISCOVERY], session, probes_end):
            yield progress
        async for progress in self._together(self._chosen(ALL_PROBES), session, probes_end):
            yield progress
        if fuzzes and not self._stop.is_set():
            yield Began(FUZZING)
            self._fuzzed = await self._fuzz(session, session.stopwatch.left() - self._reserve)
            yield Ended(FUZZING, len(session.exchanges))
        # Also after an interrupt: no task is left running on the target.
        end = max(limits.time_budget, session.now() + self._reserve)
        async for progress in self._together(self._chosen([AFTERMATH]), session, end, always=True):
            yield progress

    def _chosen(self, probes: Iterable[Probe]) -> list[Probe]:
        limits = self._order.limits
        return [
            probe
            for probe in probes
            if (probe.name in self._wanted or probe in (AFTERMATH, EXISTING_TASKS))
            and not (probe.creates and limits.read_only)
            and not (limits.quick and not probe.quick)
        ]

    async def _together(
        self, probes: Sequence[Probe], session: Session, until: float, *, always: bool = False
    ) -> AsyncIterator[Progress]:
        """Run probes at once until that second of the session, or until the run is stopped."""
        running: dict[asyncio.Task[None], Probe] = {asyncio.create_task(probe.run(session)): probe for probe in probes}
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
                for ended in [task for task in running if task in done]:
                    probe = running.pop(ended)
                    if error := ended.exception():
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

    async def _fuzz(self, session: Session, seconds: float) -> FuzzReport | None:
        fuzzing = asyncio.create_task(fuzz(session, seconds))
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([fuzzing, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not fuzzing.done():
            fuzzing.cancel()
            await asyncio.gather(fuzzing, return_exceptions=True)
            return None
        if error := fuzzing.exception():
            self._problems.append(f"the suite itself failed in the fuzzing: {error!r}")
            return None
        report = fuzzing.result()
        self._problems.extend(f"the fuzzing went wrong: {error}" for error in report.errors)
        if not report.completed:
            session.notes.append(f"the fuzzing was cut short after {report.cases} requests: --time-budget gives more")
        return report


def judge(rule: Rule, evidence: Evidence, order: Order) -> Result:
    """What a rule makes of the evidence."""
    observations = list(rule.judge(evidence))
    failures = tuple(observation for observation in observations if not observation.holds)
    held = len(observations) - len(failures)
    if not observations:
        untested = Result(rule, Outcome.NOT_TESTABLE, reason=f"nothing to judge: {rule.needs}")
        return order.known.applied(untested) if order.known else untested
    if failures and rule.level is Level.SHOULD and order.level is Level.MUST:
        return Result(rule, Outcome.PASS, held, advice=failures)
    result = Result(rule, Outcome.FAIL if failures else Outcome.PASS, held, failures)
    return order.known.applied(result) if order.known else result
