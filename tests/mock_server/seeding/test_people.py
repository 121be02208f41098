"""Who has created the tasks."""

import re

from mock_server.seeding.faking import make_faker
from mock_server.seeding.people import make_people


def test_people_are_different_users_that_a_catalog_may_have():
    people = make_people(make_faker(1), 1_000)
    assert len(set(people)) == 1_000
    assert all(re.fullmatch(r"user:default/[a-z0-9]+(\.[a-z0-9]+)+", person) for person in people)


def test_the_same_seed_gives_the_same_people():
    assert make_people(make_faker(1), 20) == make_people(make_faker(1), 20) != make_people(make_faker(2), 20)
