"""What a soak has found, and what it must find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tests.soak.load import Size
from tests.soak.served import TASKS
from tests.soak.server import FILLING, Census
from tests.soak.visitor import Progress

# Percent, over the second half of a run. What is in use tells a leak of two small objects per task in a long run.
# Resident is also what the allocator cannot give back, since something next to it is in use.
LIVE_GROWTH = 5.0
RESIDENT_GROWTH = 10.0
COST_RATIO = 2.0
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sample:
    """How much memory there was when so many tasks had been created."""

    tasks: int
    amount: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read of a server before, during and after the load.

    `resident` is memory in kilobytes, `live` how many pieces of it are in use. `seconds` and `cpu_seconds` are what the
    load took on the wall and of the server's CPU, `first_cost` and `last_cost` microseconds of that per request; `said`
    is what the server printed of errors.
    """

    size: Size
    progress: Progress
    resident: Sequence[Sample]
    live: Sequence[Sample]
    seconds: float
    cpu_seconds: float
    first_cost: float
    last_cost: float
    before: Census
    after: Census
    exit_code: int
    said: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that must hold, in words."""

    name: str
    found: str
    bound: str
    holds: bool


def growth(samples: Sequence[Sample]) -> float:
    """Percent over the second half of a run, by which time the limits of a server are reached.

    The median of the slopes between all samples (Theil and Sen): a jump of the allocator does not move it, a leak does.
    """
    last = samples[-1].tasks
    late = [sample for sample in samples if sample.tasks >= last / 2]
    slopes = [
        (one.amount - other.amount) / (one.tasks - other.tasks)
        for other, one in combinations(late, 2)
        if one.tasks > other.tasks
    ]
    return median(slopes) * (last - late[0].tasks) / late[0].amount * 100 if slopes else 0.0


def leaked(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """The types of which there are more than there were, and how many more."""
    return {kind: count - before.get(kind, 0) for kind, count in after.items() if count > before.get(kind, 0)}


def criteria(findings: Findings) -> Iterator[Criterion]:
    size, progress = findings.size, findings.progress
    before, after = findings.before, findings.after
    yield _at_least("tasks", progress.tasks, size.tasks)
    days, wanted = progress.virtual_seconds / _DAY, size.virtual_seconds / _DAY
    yield Criterion("days of virtual time", f"{days:.2f}", f"at least {wanted:.2f}", days >= wanted)
    yield _at_most("answers that should not be", len(progress.troubles), 0)
    # Until the worlds are full, memory has to grow; and what a request costs is not told by some hundreds.
    if size.tasks >= FILLING:
        yield _grown("memory in use: growth, late", findings.live, LIVE_GROWTH)
        yield _grown("memory resident: growth, late", findings.resident, RESIDENT_GROWTH)
        ratio = findings.last_cost / findings.first_cost
        yield Criterion("CPU per request: last / first", f"{ratio:.2f}", f"at most {COST_RATIO}", ratio <= COST_RATIO)
    yield _at_most("file descriptors, when idle", after.descriptors, before.descriptors)
    yield _at_most(TASKS + ", when idle", after.counts[TASKS], before.counts[TASKS])
    kinds = leaked({**before.counts, TASKS: 0}, {**after.counts, TASKS: 0})
    yield _at_most("objects more, when idle", sum(kinds.values()), 0)
    for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
        yield _at_most(f"  {kind}"[:40], count, 0)
    ended = f"{findings.exit_code}, silent" if not findings.said else f"{findings.exit_code}: {findings.said[:20]!r}"
    yield Criterion("the end of the server", ended, "0, silent", ended == "0, silent")


def _grown(name: str, samples: Sequence[Sample], most: float) -> Criterion:
    grown = growth(samples)
    return Criterion(name, f"{grown:.1f} %", f"at most {most:.1f} %", grown <= most)


def _at_least(name: str, found: int, bound: int) -> Criterion:
    return Criterion(name, f"{found:,}", f"at least {bound:,}", found >= bound)


def _at_most(name: str, found: int, bound: int) -> Criterion:
    return Criterion(name, f"{found:,}", f"at most {bound:,}", found <= bound)
