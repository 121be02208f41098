"""What the suite is tried on: the mock server in every mood that conforms."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from contracts.profile import Profile

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SPEEDS = (1, 20, 1000)
SEEDS = (7, 20_261_122, 424_242)


@dataclass(frozen=True, slots=True)
class Combination:
    """A mock server (scenario, speed, seed) and how the suite looks at it (profile, the same seed)."""

    scenario: str
    profile: Profile
    speed: int
    seed: int

    def __str__(self) -> str:
        return f"{self.scenario} {self.profile} x{self.speed} seed {self.seed}"


def scenarios() -> list[str]:
    """Every scenario that comes with the server and forbids nothing: none of them breaks the contract."""
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in SCENARIOS.glob("*.yaml")}
    return sorted(name for name, scenario in files.items() if "permissions" not in scenario)


def matrix() -> Iterator[Combination]:
    """Every combination."""
    for speed in SPEEDS:
        for seed in SEEDS:
            for profile in Profile:
                for scenario in scenarios():
                    yield Combination(scenario, profile, speed, seed)


# Each scenario that is hard to judge, and each speed, seed and profile at least twice.
SAMPLE = (
    Combination("instant", Profile.PUBLISHED, 1000, 7),
    Combination("stuck-in-queue", Profile.PUBLISHED, 20, 20_261_122),
    Combination("never-ending", Profile.BACKSTAGE, 1, 424_242),
    Combination("chatty", Profile.PUBLISHED, 1000, 20_261_122),
    Combination("chatty", Profile.BACKSTAGE, 20, 7),
    Combination("strange-logs", Profile.PUBLISHED, 1, 7),
    Combination("flaky", Profile.BACKSTAGE, 1000, 424_242),
    Combination("cancelled-by-someone-else", Profile.PUBLISHED, 1, 20_261_122),
    Combination("big-output", Profile.BACKSTAGE, 20, 20_261_122),
    Combination("happy-path", Profile.PUBLISHED, 20, 424_242),
)
