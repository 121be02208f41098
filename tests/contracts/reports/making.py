"""Reports made by hand: of every verdict, and of a target that means harm."""

from collections.abc import Sequence
from typing import Any

from contracts.exchange import Exchange, Purpose, Trouble, TroubleKind
from contracts.results import Outcome, Report, Result, StaleEntry
from contracts.rule import Level, Observation, Rule
from contracts.sse import Frame
from contracts.target import Limits, Target
from tests.contracts.making import completion, created, event, evidence, exchange, polled, streamed

URL = "http://127.0.0.1:7100/api/scaffolder"
TOKEN = "a-token-of-the-user"
HEADER = ("X-Team-Key", "platform-team-key")
HOSTILE = (
    "</pre></style></title><script>alert('x')</script><img src=x onerror=alert(1)>\"' onload=x [bold]no markup[/bold] "
    "\x1b[2J\x1b]8;;http://evil.example\x07 \x00\x08 ]]> &amp; ‮gnp.exe \ud800 \ufffe \x85 ::error::no\n::error::no %0A"
    " `code` | <b>no</b> ##[error]no"
)
SECRETS = (TOKEN, HEADER[1])


def rule(id: str, *, level: Level = Level.MUST, needs: str = "--template, so that a task can be created") -> Rule:
    return Rule(
        id,
        f"A server does what {id} says.",
        "#/paths/~1v2~1tasks/get/responses/200",
        "A client would be led astray.",
        needs,
        lambda _: iter(()),
        frozenset({"life"}),
        level,
    )


def broken(
    observed: str = "'processing'",
    *exchanges: Exchange,
    operation: str | None = "getTask",
    expected: str = "completed for good",
) -> Observation:
    return Observation(False, operation, expected, observed, exchanges or (polled("processing"),))


def passed(id: str, held: int = 3) -> Result:
    return Result(rule(id), Outcome.PASS, held)


def failed(id: str, *observations: Observation) -> Result:
    return Result(rule(id), Outcome.FAIL, 2, observations or (broken(),))


def advised(id: str) -> Result:
    return Result(rule(id, level=Level.SHOULD), Outcome.PASS, 1, advice=(broken("no id line"),))


def known(id: str) -> Result:
    return Result(rule(id), Outcome.KNOWN_FAILURE, 1, known=(broken(),), reason="ticket 17: they work on it")


def untested(id: str, *, needs: str = "--slow-template, whose tasks last", level: Level = Level.MUST) -> Result:
    return Result(rule(id, needs=needs, level=level), Outcome.NOT_TESTABLE, reason=f"nothing to judge: {needs}")


def life_of_a_task() -> tuple[Exchange, ...]:
    """A task is created, watched and read until it has ended, and once more much later."""
    return (
        created(began=1.0),
        polled("open", began=1.2, took=0.1),
        streamed([event(1), event(2), completion(3)], began=1.3, took=2.0),
        polled("processing", began=2.0, took=0.1),
        polled("completed", began=3.0, took=0.1),
        polled("completed", began=30.0, took=0.1),
    )


def report(*results: Result, exchanges: Sequence[Exchange] | None = None, **rest: Any) -> Report:
    rest.setdefault("target", Target(URL, token=TOKEN, headers=(HEADER,)))
    return Report(
        **{
            "limits": Limits(),
            "level": Level.MUST,
            "results": results,
            "evidence": evidence(*(life_of_a_task() if exchanges is None else exchanges)),
            "seconds": 12.34,
            "tasks_created": 1,
            **rest,
        }
    )


def conforming() -> Report:
    return report(passed("SCHEMA-01"), passed("LIFE-01"), passed("LIFE-02"), advised("STREAM-07"), known("DRY-01"))


def failing() -> Report:
    elsewhere = broken("'open'", polled("open"), operation="listTasks")
    return report(
        passed("SCHEMA-01"),
        failed("LIFE-02", broken(), broken(), broken("'gone'"), elsewhere),
        untested("RACE-01"),
        advised("STREAM-07"),
        known("DRY-01"),
        stale=(StaleEntry("LIFE-01@getTask", "does not occur any more"),),
    )


def incomplete() -> Report:
    return report(passed("LIFE-01"), untested("RACE-01"), untested("RACE-02"), untested("LIFE-09", needs="a token"))


def unusable() -> Report:
    return report(exchanges=(), problems=(f"nothing that can be tested answers at {URL}: refused",), tasks_created=0)


def interrupted() -> Report:
    return report(passed("LIFE-01"), interrupted=True)


def quick() -> Report:
    return report(passed("LIFE-01"), limits=Limits(quick=True), left_out=(rule("FUZZ-01"), rule("RACE-01")))


def read_only() -> Report:
    return report(passed("ACT-01"), limits=Limits(read_only=True), left_out=(rule("LIFE-01"),), tasks_created=0)


def hostile() -> Report:
    """Everything that a target, or who runs the suite, can put a text into."""
    answer = exchange(
        "getTask",
        200,
        content=HOSTILE.encode("utf-8", "surrogatepass") + f"\xff {TOKEN}".encode("latin-1"),
        task_id=HOSTILE[:40].replace("\n", ""),
        sent=HOSTILE,
        query=[("q", HOSTILE), (HOSTILE, "q")],
        headers=[("content-type", HOSTILE), (HOSTILE, "x"), ("x-echo", TOKEN)],
        request_headers=[("Authorization", f"Bearer {TOKEN}"), ("X-Odd", HOSTILE), HEADER],
        label=HOSTILE,
        purpose=Purpose.HOSTILE,
        trouble=Trouble(TroubleKind.BROKEN, HOSTILE),
    )
    stream = streamed(
        [Frame(HOSTILE, f"{HOSTILE} {TOKEN}", HOSTILE, 1.5, oddities=(HOSTILE,)), event(2, HOSTILE, HOSTILE)],
        task_id=HOSTILE,
        began=1.0,
        problems=(HOSTILE,),
    )
    huge = exchange("dryRunTask", 200, content=b"\xe2\x82" * 2_000_000, request_content=b'"' * 3_000_000)
    result = failed(
        "LIFE-01",
        *(broken(f"{HOSTILE} {TOKEN}", seen, expected=HOSTILE * 1_000) for seen in (answer, stream)),
        broken(HOSTILE, huge, operation="dryRunTask"),
        broken(HOSTILE, answer, operation=HOSTILE),
    )
    return report(
        result,
        Result(rule("LIFE-02"), Outcome.NOT_TESTABLE, reason=HOSTILE),
        Result(rule("LIFE-03"), Outcome.KNOWN_FAILURE, known=(broken(HOSTILE, answer),), reason=HOSTILE),
        Result(rule("LIFE-04"), Outcome.PASS, advice=(broken(HOSTILE, answer),)),
        exchanges=(
            answer,
            stream,
            huge,
            polled(HOSTILE, task_id=HOSTILE, began=1.0),
            created(HOSTILE, began=0.5),
        ),
        stale=(StaleEntry(HOSTILE, HOSTILE),),
        problems=(HOSTILE,),
    )


ALL = (conforming, failing, incomplete, unusable, interrupted, quick, read_only, hostile)
