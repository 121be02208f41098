"""The soak itself: a short one, what it must find, and how it judges."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.soak.__main__ import WIDTH, main, report
from tests.soak.load import Size
from tests.soak.served import TASKS
from tests.soak.server import Census, Limits, soaked_server
from tests.soak.verdict import Findings, Sample, criteria, growth, leaked
from tests.soak.visitor import Progress

pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="reads Linux's /proc")

FLAT = [Sample(tasks, 90_000 + min(tasks, 20_000)) for tasks in range(0, 100_001, 1_000)]
CENSUS = Census({TASKS: 2, "mock_server.task.Task": 0}, 15)
SOUND = Findings(
    size=Size(100_000, 604_800, 600),
    progress=Progress(100_000, tasks=100_000, virtual_seconds=604_800),
    resident=FLAT,
    live=FLAT,
    seconds=300,
    cpu_seconds=250,
    first_cost=500,
    last_cost=510,
    before=CENSUS,
    after=CENSUS,
    exit_code=0,
    said="",
)


def broken(findings: Findings) -> list[str]:
    return [each.name.strip() for each in criteria(findings) if not each.holds]


def test_a_short_soak_leaves_nothing_behind() -> None:
    result = CliRunner().invoke(main, ["--tasks", "600", "--virtual-time", "86400", "--minutes", "5"])
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= WIDTH


def test_a_leak_is_found() -> None:
    result = CliRunner().invoke(
        main, ["--tasks", "100", "--virtual-time", "3600", "--leak", "task", "--leak", "descriptor"]
    )
    assert result.exit_code == 1, result.output
    broken = {line[:40].strip() for line in result.output.splitlines() if line.endswith("NO")}
    assert {"file descriptors, when idle", "asyncio tasks, when idle"} <= broken, result.output


def test_a_server_that_does_not_start_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended with 2"), soaked_server(Limits(1, 1), options=["--no-such-option"]):
        pass


def test_a_sound_server_breaks_no_criterion() -> None:
    assert broken(SOUND) == []


@pytest.mark.parametrize(
    ("changes", "criterion"),
    [
        ({"progress": Progress(100_000, tasks=99_999, virtual_seconds=604_800)}, "tasks"),
        ({"progress": Progress(100_000, tasks=100_000, virtual_seconds=604_000)}, "days of virtual time"),
        (
            {"progress": Progress(100_000, tasks=100_000, virtual_seconds=604_800, troubles=["a 500"])},
            "answers that should not be",
        ),
        (
            {"resident": [replace(each, amount=each.amount + each.tasks // 4) for each in FLAT]},
            "memory resident: growth, late",
        ),
        (
            {"live": [replace(each, amount=each.amount + each.tasks // 8) for each in FLAT]},
            "memory in use: growth, late",
        ),
        ({"last_cost": 1_200.0}, "CPU per request: last / first"),
        ({"after": Census(CENSUS.counts, 16)}, "file descriptors, when idle"),
        ({"after": Census({**CENSUS.counts, TASKS: 3}, 15)}, "asyncio tasks, when idle"),
        ({"after": Census({**CENSUS.counts, "mock_server.task.Task": 1}, 15)}, "objects more, when idle"),
        ({"exit_code": -9}, "the end of the server"),
        ({"said": "Traceback"}, "the end of the server"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_breaks_its_criterion(changes, criterion) -> None:
    assert criterion in broken(replace(SOUND, **changes))


def test_a_jump_of_the_allocator_is_no_growth() -> None:
    jumped = [replace(each, amount=each.amount + 30_000 * (each.tasks > 80_000)) for each in FLAT]
    assert broken(replace(SOUND, resident=jumped)) == []


def test_memory_may_grow_while_the_worlds_are_filling() -> None:
    growing = [replace(each, amount=each.amount + each.tasks) for each in FLAT]
    few = replace(SOUND, size=Size(11_999, 604_800, 600), resident=growing, live=growing)
    assert broken(few) == []
    assert len(broken(replace(few, size=Size(12_000, 604_800, 600)))) == 2


def test_growth_is_that_of_the_second_half() -> None:
    assert growth(FLAT) == 0
    assert growth([Sample(0, 0), Sample(1_000, 500), Sample(2_000, 600)]) == 20
    assert growth([Sample(0, 0)]) == 0


def test_what_is_less_than_before_is_no_leak() -> None:
    assert leaked({"a": 3, "b": 1}, {"a": 2, "b": 4, "c": 1}) == {"b": 3, "c": 1}


def test_what_went_wrong_is_told() -> None:
    progress = Progress(1, tasks=1, troubles=[f"GET /{number}: 500" for number in range(20)])
    told = "\n".join(report(replace(SOUND, progress=progress)))
    assert "GET /0: 500" in told
    assert "GET /19: 500" not in told
