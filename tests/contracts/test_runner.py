"""The runner with probes, rules and a target made for the occasion."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import httpx
import pytest

from contracts import runner
from contracts.evidence import FuzzReport
from contracts.exchange import Purpose
from contracts.known_failures import KnownFailure, KnownFailures
from contracts.probes.probe import Probe
from contracts.results import Outcome, StaleEntry, Verdict
from contracts.rule import Level, Observation, Rule, broken, kept
from contracts.runner import FUZZING, Began, Ended, Judged, Order, Run, judge
from contracts.session import Session
from contracts.target import Limits, Target
from tests.contracts.making import evidence

TARGET = Target("http://target.example/api/scaffolder", token="a-token-of-a-user")
HELD = kept("listTasks")
BROKEN = broken("getTask", expected="this", observed="that")


def rule(id: str, *observations: Observation, probes: set[str] | None = None, level: Level = Level.MUST) -> Rule:
    """A rule that always observes the same."""
    return Rule(
        id, "It is so.", "#", "It hurts.", "--more", lambda _: iter(observations), frozenset(probes or {"look"}), level
    )


def order(*rules: Rule, level: Level = Level.MUST, known: KnownFailures | None = None, **limits: Any) -> Order:
    return Order(TARGET, Limits(**limits), rules, level, known)


async def nothing(_: Session) -> None:
    """A probe that has nothing to do."""


async def for_ever(_: Session) -> None:
    """A probe that does not end by itself."""
    await asyncio.Event().wait()


async def list_tasks(session: Session) -> None:
    await session.call("listTasks", label="of the probe")


@dataclass
class Stage:
    """What a run meets. `answer` is how the target answers; `probes` run between discovery and aftermath."""

    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200, json={"tasks": []})
    probes: list[Probe] = field(default_factory=lambda: [Probe("look", nothing)])
    discovery: Callable[[Session], Coroutine[Any, Any, None]] = nothing
    aftermath: Callable[[Session], Coroutine[Any, Any, None]] = nothing
    fuzz: Any = None
    fuzzed_for: list[float] = field(default_factory=list)


@pytest.fixture
def stage(monkeypatch) -> Stage:
    made = Stage()
    aftermath = Probe("aftermath", lambda session: made.aftermath(session), creates=True)
    existing_tasks = Probe("existing-tasks", nothing)

    async def fuzz(session: Session, seconds: float) -> Any:
        made.fuzzed_for.append(seconds)
        return await made.fuzz(session, seconds)

    monkeypatch.setattr(
        runner, "Session", partial(Session, transport=httpx.MockTransport(lambda request: made.answer(request)))
    )
    monkeypatch.setattr(runner, "DISCOVERY", Probe("discovery", lambda session: made.discovery(session)))
    monkeypatch.setattr(runner, "ALL_PROBES", made.probes)
    monkeypatch.setattr(runner, "AFTERMATH", aftermath)
    monkeypatch.setattr(runner, "EXISTING_TASKS", existing_tasks)
    monkeypatch.setattr(runner, "fuzz", fuzz)
    return made


async def told(run: Run) -> list[Any]:
    async with aclosing(run.progress()) as progress:
        return [each async for each in progress]


async def test_a_run_tells_of_probes_then_of_rules_then_ends_with_the_report(stage):
    stage.probes[0] = Probe("look", list_tasks)
    progress = await told(Run(order(rule("A-01", HELD), rule("A-02", BROKEN))))
    names = [(type(each).__name__, getattr(each, "probe", None)) for each in progress]
    assert names == [
        ("Began", "discovery"),
        ("Ended", "discovery"),
        ("Began", "look"),
        ("Ended", "look"),
        ("Began", "aftermath"),
        ("Ended", "aftermath"),
        ("Judged", None),
        ("Judged", None),
        ("Finished", None),
    ]
    report = progress[-1].report
    assert [result.outcome for result in report.results] == [Outcome.PASS, Outcome.FAIL]
    assert report.verdict is Verdict.NOT_CONFORMING
    assert "of the probe" in [exchange.label for exchange in report.evidence.exchanges]
    assert progress[3].exchanges > progress[1].exchanges


async def test_only_the_probes_that_a_rule_needs_are_run(stage):
    stage.probes.append(Probe("touch", for_ever))
    report = await Run(order(rule("A-01", HELD))).report()
    assert report.verdict is Verdict.CONFORMING


async def test_a_run_that_only_reads_leaves_out_the_probes_that_create(stage):
    stage.probes.append(Probe("make", for_ever, creates=True))
    progress = await told(Run(order(rule("A-01", HELD), rule("A-02", probes={"make"}), read_only=True)))
    report = progress[-1].report
    assert [each.probe for each in progress if isinstance(each, Began)] == ["discovery", "look"]
    assert [left_out.id for left_out in report.left_out] == ["A-02"]
    assert [result.rule.id for result in report.results] == ["A-01"]


async def test_a_quick_run_leaves_out_what_takes_long(stage):
    stage.probes.append(Probe("wait", for_ever, quick=False))
    rules = [rule("A-01", HELD), rule("A-02", probes={"wait"}), rule("FUZZ-01", probes={FUZZING})]
    report = await Run(order(*rules, quick=True)).report()
    assert [left_out.id for left_out in report.left_out] == ["A-02", "FUZZ-01"]
    assert stage.fuzzed_for == []


async def test_probes_run_at_once(stage):
    met = asyncio.Barrier(3)

    async def meet(_: Session) -> None:
        await met.wait()

    stage.probes[:] = [Probe(name, meet) for name in ("one", "two", "three")]
    report = await Run(order(rule("A-01", HELD, probes={"one", "two", "three"}))).report()
    assert report.problems == ()


async def test_a_probe_that_raises_is_a_problem_of_the_suite_and_the_others_go_on(stage):
    async def fail(_: Session) -> None:
        raise KeyError("oops")

    stage.probes[:] = [Probe("fail", fail), Probe("look", list_tasks)]
    report = await Run(order(rule("A-01", HELD, probes={"fail", "look"}))).report()
    assert report.problems == ("the suite itself failed in the probe fail: KeyError('oops')",)
    assert [result.outcome for result in report.results] == [Outcome.PASS]
    assert "of the probe" in [exchange.label for exchange in report.evidence.exchanges]
    assert report.verdict is Verdict.INCOMPLETE
    assert report.exit_code == 2


async def test_a_rule_that_raises_is_a_problem_of_the_suite_and_the_others_are_judged(stage):
    def fail(_: Any) -> Any:
        raise KeyError("oops")

    raising = Rule("A-01", "It is so.", "#", "It hurts.", "--more", fail, frozenset({"look"}))
    report = await Run(order(raising, rule("A-02", HELD))).report()
    assert [result.outcome for result in report.results] == [Outcome.NOT_TESTABLE, Outcome.PASS]
    assert report.problems == ("the suite itself failed in the rule A-01: KeyError('oops')",)
    assert report.verdict is Verdict.INCOMPLETE


async def test_a_probe_that_is_out_of_time_is_ended_and_what_was_seen_is_judged(stage):
    cancelled = asyncio.Event()

    async def linger(session: Session) -> None:
        await list_tasks(session)
        try:
            await for_ever(session)
        finally:
            cancelled.set()

    stage.probes[:] = [Probe("linger", linger), Probe("look", nothing)]
    report = await Run(order(rule("A-01", HELD, probes={"linger", "look"}), time_budget=0.2)).report()
    assert report.problems == ("out of time: linger did not finish (--time-budget gives more)",)
    assert [result.outcome for result in report.results] == [Outcome.PASS]
    assert report.verdict is Verdict.INCOMPLETE
    assert cancelled.is_set()


async def test_discovery_has_a_deadline_too(stage):
    stage.discovery = for_ever
    report = await Run(order(rule("A-01", HELD), time_budget=0.2)).report()
    assert "discovery" in report.problems[0]
    assert report.verdict is Verdict.INCOMPLETE


async def test_looking_back_has_a_deadline_too(stage):
    stage.aftermath = for_ever
    report = await Run(order(rule("A-01", HELD), time_budget=0.2)).report()
    assert report.problems == ("out of time: aftermath did not finish (--time-budget gives more)",)


async def test_a_stopped_run_cleans_up_and_judges_what_was_seen(stage):
    cleaned = []

    async def clean(session: Session) -> None:
        cleaned.append((await session.call("listTasks")).status)

    stage.aftermath = clean
    stage.probes[:] = [Probe("linger", for_ever)]
    run = Run(order(rule("A-01", HELD, probes={"linger", FUZZING})))
    results = []

    def stop_once_it_lingers(progress: Any) -> None:
        if progress == Began("linger"):
            run.stop()
        if isinstance(progress, Judged):
            results.append(progress.result)

    report = await asyncio.wait_for(run.report(stop_once_it_lingers), 10)
    assert report.interrupted
    assert report.verdict is Verdict.INCOMPLETE
    assert report.problems == ()
    assert cleaned == [200]
    assert list(report.results) == results
    assert stage.fuzzed_for == []


async def test_a_run_can_be_stopped_while_it_fuzzes(stage):
    async def fuzz(*_: Any) -> Any:
        run.stop()
        await asyncio.Event().wait()

    stage.fuzz = fuzz
    run = Run(order(rule("FUZZ-01", HELD, probes={FUZZING})))
    report = await asyncio.wait_for(run.report(), 10)
    assert report.interrupted
    assert report.evidence.fuzz is None


async def test_the_fuzzer_has_the_rest_of_the_time_and_its_exchanges_are_evidence(stage):
    async def fuzz(session: Session, _: float) -> FuzzReport:
        await session.call("listActions", label="fuzzed")
        return FuzzReport(1)

    stage.fuzz = fuzz
    progress = await told(Run(order(rule("FUZZ-01", HELD, probes={FUZZING}), time_budget=20)))
    report = progress[-1].report
    assert 14 < stage.fuzzed_for[0] <= 17
    assert report.evidence.fuzz == FuzzReport(1)
    assert "fuzzed" in [exchange.label for exchange in report.evidence.exchanges]
    assert [each.exchanges for each in progress if isinstance(each, Ended) and each.probe == FUZZING] == [3]


async def test_a_fuzzer_that_raises_is_a_problem_of_the_suite(stage):
    async def fuzz(*_: Any) -> Any:
        raise OSError("no child")

    stage.fuzz = fuzz
    report = await Run(order(rule("FUZZ-01", HELD, probes={FUZZING}))).report()
    assert report.problems == ("the suite itself failed in the fuzzing: OSError('no child')",)


async def test_errors_of_the_fuzzer_are_problems_and_a_cut_is_a_note(stage):
    async def fuzz(*_: Any) -> FuzzReport:
        return FuzzReport(40, errors=("it fell over",), completed=False)

    stage.fuzz = fuzz
    report = await Run(order(rule("FUZZ-01", HELD, probes={FUZZING}))).report()
    assert report.problems == ("the fuzzing went wrong: it fell over",)
    assert "cut short after 40 requests" in report.evidence.notes[0]


async def test_nothing_is_probed_where_nothing_answers(stage):
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    stage.answer = refuse
    report = await Run(order(rule("A-01", HELD))).report()
    assert "nothing that can be tested answers" in report.problems[0]
    assert report.results == ()
    assert report.verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses the token (401)"), (404, "there is no Scaffolder API at http://target.example")]
)
async def test_a_target_that_cannot_be_tested_is_told_why(stage, status, said):
    stage.answer = lambda _: httpx.Response(status)
    report = await Run(order(rule("A-01", HELD))).report()
    assert said in report.problems[0]
    assert report.exit_code == 2


async def test_a_target_that_goes_away_is_judged_by_what_it_did_before(stage):
    gone = False

    def answer(request: httpx.Request) -> httpx.Response:
        if gone:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json=[])

    async def leave(session: Session) -> None:
        nonlocal gone
        await list_tasks(session)
        gone = True

    stage.answer = answer
    stage.probes[:] = [Probe("look", leave)]
    report = await Run(order(rule("A-01", HELD))).report()
    assert "went away" in report.problems[0]
    assert report.evidence.gone == report.problems[0]
    assert [result.outcome for result in report.results] == [Outcome.PASS]


async def test_the_token_is_in_nothing_that_is_kept(stage):
    stage.answer = lambda request: httpx.Response(
        200, json={"tasks": [], "you": request.headers["authorization"]}, headers={"X-Echo": "a-token-of-a-user"}
    )
    report = await Run(order(rule("A-01", HELD))).report()
    assert report.evidence.exchanges
    assert "a-token-of-a-user" not in repr(report.evidence.exchanges)


async def test_known_failures_are_applied_and_stale_ones_told(stage):
    known = KnownFailures(
        [KnownFailure("A-01@getTask", "on its way"), KnownFailure("A-02", "was mended")], today=date(2026, 11, 22)
    )
    rules = [rule("A-01", HELD, BROKEN), rule("A-02", HELD)]
    report = await Run(order(*rules, known=known)).report()
    assert [result.outcome for result in report.results] == [Outcome.KNOWN_FAILURE, Outcome.PASS]
    assert report.stale == (StaleEntry("A-02", "does not occur any more"),)
    assert report.verdict is Verdict.NOT_CONFORMING


@pytest.mark.parametrize("limits", [{"quick": True}, {"read_only": True}])
async def test_a_run_that_sees_less_than_everything_tells_of_no_stale_entry(stage, limits):
    known = KnownFailures([KnownFailure("A-01", "on its way")], today=date(2026, 11, 22))
    report = await Run(order(rule("A-01", HELD), known=known, **limits)).report()
    assert report.stale == ()
    assert report.verdict is Verdict.CONFORMING


async def test_a_report_counts_the_tasks_that_were_created(stage):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json={"id": "t"}) if request.method == "POST" else httpx.Response(200, json=[])

    async def make(session: Session) -> None:
        for _ in range(5):
            await session.try_to_create({}, purpose=Purpose.ORDINARY)

    stage.answer = answer
    stage.probes[:] = [Probe("make", make, creates=True)]
    report = await Run(order(rule("A-01", HELD, probes={"make"}), max_tasks=3)).report()
    assert report.tasks_created == 3


def outcome(made: Rule, **options: Any) -> Any:
    return judge(made, evidence(), order(**options))


def test_a_rule_that_saw_nothing_is_not_testable_and_says_what_would_help():
    result = outcome(rule("A-01"))
    assert result.outcome is Outcome.NOT_TESTABLE
    assert result.reason == "nothing to judge: --more"


def test_a_rule_that_held_everywhere_passes():
    result = outcome(rule("A-01", HELD, HELD))
    assert (result.outcome, result.held, result.failures) == (Outcome.PASS, 2, ())


def test_a_rule_that_broke_once_fails():
    result = outcome(rule("A-01", HELD, BROKEN, HELD))
    assert (result.outcome, result.held, result.failures) == (Outcome.FAIL, 2, (BROKEN,))


def test_a_rule_that_should_hold_is_advice_unless_it_has_to():
    made = rule("A-01", HELD, BROKEN, level=Level.SHOULD)
    advised = outcome(made)
    assert (advised.outcome, advised.failures, advised.advice) == (Outcome.PASS, (), (BROKEN,))
    failed = outcome(made, level=Level.SHOULD)
    assert (failed.outcome, failed.failures, failed.advice) == (Outcome.FAIL, (BROKEN,), ())


def test_a_rule_that_should_hold_and_does_gives_no_advice():
    assert outcome(rule("A-01", HELD, level=Level.SHOULD)).advice == ()
