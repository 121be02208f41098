"""The one place that makes a Faker, which is imported when the first task is seeded: the start need not wait for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker


def make_faker(seed: int) -> "Faker":
    """A Faker of American English that says the same for the same seed."""
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(seed)
    return faker
