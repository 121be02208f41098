"""What a soak has found, and what it must find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tests.soak.load import Size
from tests.soak.served import TASKS
from tests.soak.server import Census
from tests.soak.visitor import Progress

# A leak of two hundred bytes per task shows in a long run. A short one cannot tell less than what allocators are up to.
KILOBYTES_PER_1000_TASKS = 100
KILOBYTES_OF_NOISE = 8_192
COST_RATIO = 2.0
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sample:
    """The resident memory when so many tasks had been created."""

    tasks: int
    kilobytes: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read of a server before, during and after the load.

    `seconds` and `cpu_seconds` are what the load took on the wall and of the server's CPU, `first_cost` and `last_cost`
    microseconds of that per request; `said` is what the server printed of errors.
    """

    size: Size
    progress: Progress
    samples: Sequence[Sample]
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
    """Kilobytes per 1,000 tasks over the second half of a run, by which time the limits of a server are reached.

    The median of the slopes between all samples (Theil and Sen): a jump of the allocator does not move it, a leak does.
    """
    last = samples[-1].tasks
    late = [sample for sample in samples if sample.tasks >= last / 2]
    slopes = [
        (one.kilobytes - other.kilobytes) / (one.tasks - other.tasks) * 1_000
        for other, one in combinations(late, 2)
        if one.tasks > other.tasks
    ]
    return median(slopes) if slopes else 0.0


def most_growth(samples: Sequence[Sample]) -> float:
    """What may be grown per 1,000 tasks in a run of this length."""
    return max(KILOBYTES_PER_1000_TASKS, KILOBYTES_OF_NOISE / (samples[-1].tasks / 2) * 1_000)


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
    grown, most = growth(findings.samples), most_growth(findings.samples)
    yield Criterion("memory: KB per 1,000 tasks, late", f"{grown:.0f}", f"at most {most:.0f}", grown <= most)
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


def _at_least(name: str, found: int, bound: int) -> Criterion:
    return Criterion(name, f"{found:,}", f"at least {bound:,}", found >= bound)


def _at_most(name: str, found: int, bound: int) -> Criterion:
    return Criterion(name, f"{found:,}", f"at most {bound:,}", found <= bound)
