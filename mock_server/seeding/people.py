"""Who has created the tasks."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

_LONGEST = 60


def make_people(faker: "Faker", count: int) -> list[str]:
    """So many references of users, all different, such as `user:default/amara.okafor`."""
    people: dict[str, None] = {}
    while len(people) < count:
        name = _name(f"{faker.first_name()}.{faker.last_name()}")
        number = 2
        person = f"user:default/{name}"
        while person in people:
            person, number = f"user:default/{name}{number}", number + 1
        people[person] = None
    return list(people)


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "", text.lower()).strip(".")[:_LONGEST]
