import pytest

from mock_server.permissions import ALLOW, EVERYTHING, READ, READ_PAGE, Decision, NotAllowed, Permits, Policy

DENY, OWN = Decision("deny"), Decision("own")
GUEST = "user:default/guest"


def test_what_a_policy_says_nothing_of_is_allowed():
    assert Policy({"scaffolder.task.create": DENY}).decision("scaffolder.task.read") == ALLOW


def test_a_name_counts_before_a_glob_and_a_glob_before_those_behind_it():
    policy = Policy({"scaffolder.*": DENY, "scaffolder.task.*": ALLOW, "scaffolder.task.create": OWN})
    assert policy.decision("scaffolder.task.create") == OWN
    assert policy.decision("scaffolder.task.read") == DENY


@pytest.mark.parametrize(
    ("decision", "is_required", "with_own", "with_another_s", "creators"),
    [(ALLOW, True, True, True, None), (OWN, True, True, False, frozenset({GUEST}))],
)
def test_a_decision_is_about_a_task_or_about_all(decision, is_required, with_own, with_another_s, creators):
    permits = Permits(Policy({READ: decision}), GUEST)
    permits.require(READ)
    assert permits.may_with_task(READ, GUEST) == with_own
    assert permits.may_with_task(READ, "user:default/other") == permits.may_with_task(READ, None) == with_another_s
    assert permits.creators(READ) == creators


def test_what_is_denied_is_denied_with_every_task():
    permits = Permits(Policy({READ: DENY}), GUEST)
    for refused in (
        lambda: permits.require("other", READ),
        lambda: permits.require_with_task(GUEST, "other", READ),
        lambda: permits.creators(READ),
    ):
        with pytest.raises(NotAllowed, match=r"^$"):
            refused()


def test_nobody_in_particular_owns_nothing():
    permits = Permits(Policy({READ: OWN}), None)
    assert not permits.may_with_task(READ, None)
    assert permits.creators(READ) == frozenset()


PAGES = [
    {"title": "plain"},
    {"title": "public", "backstage:permissions": {"tags": ["public", "other"]}},
    {"title": "secret", "backstage:permissions": {"tags": ["secret"]}},
    {"title": "odd", "backstage:permissions": {"tags": "public"}},
    {"title": "odder", "backstage:permissions": ["public"]},
    {"title": "oddest", "backstage:permissions": {"tags": [["public"]]}},
]


@pytest.mark.parametrize(
    ("decision", "titles"),
    [
        (ALLOW, ["plain", "public", "secret", "odd", "odder", "oddest"]),
        (DENY, []),
        (Decision("tagged", ("public",)), ["public"]),
        (Decision("tagged", ("secret", "other")), ["public", "secret"]),
        (Decision("tagged", ("nothing",)), []),
    ],
)
def test_parts_of_a_template_are_read_by_their_tags(decision, titles):
    parts = Permits(Policy({READ_PAGE: decision}), GUEST).parts(READ_PAGE, PAGES)
    assert [part["title"] for part in parts] == titles


def test_without_a_policy_everything_is_allowed():
    EVERYTHING.require(READ)
    EVERYTHING.require_with_task(None, READ)
    assert EVERYTHING.creators(READ) is None
