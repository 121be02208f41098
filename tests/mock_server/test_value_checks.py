import pytest

import mock_server.value_checks
from mock_server.templates import InvalidValues
from mock_server.value_checks import MAX_CHARACTERS, ValueChecks


def template() -> dict:
    page = {"required": ["name"], "properties": {"name": {"type": "string"}}}
    return {"metadata": {"name": "it"}, "spec": {"parameters": page}}


@pytest.fixture
def looks(monkeypatch) -> list:
    """The values that were looked at."""
    looked, check = [], mock_server.value_checks.check_values

    def checking(template, values):
        looked.append(values)
        check(template, values)

    monkeypatch.setattr(mock_server.value_checks, "check_values", checking)
    return looked


def test_accepted_values_are_looked_at_once_for_each_template(looks):
    checks, one, other = ValueChecks(), template(), template()
    for each in (one, one, other, one):
        checks.check(each, {"name": "a"}, '{"name": "a"}')
    assert len(looks) == 2
    checks.check(one, {"name": "b"}, '{"name": "b"}')
    assert len(looks) == 3


def test_values_are_refused_each_time(looks):
    checks, one = ValueChecks(), template()
    for _ in range(2):
        with pytest.raises(InvalidValues):
            checks.check(one, {"name": 1}, '{"name": 1}')
    assert len(looks) == 2
    assert len(checks) == 0


def test_long_values_and_the_least_used_are_forgotten(looks):
    checks, one = ValueChecks(max_checks=2), template()
    for name in ("a", "b", "a", "c", "a", "b", "x" * MAX_CHARACTERS):
        checks.check(one, {"name": name}, f'{{"name": "{name}"}}')
    assert [values["name"][0] for values in looks] == ["a", "b", "c", "b", "x"]
    assert len(checks) == 2


def test_what_is_forgotten_is_looked_at_again(looks):
    checks, one = ValueChecks(), template()
    checks.check(one, {"name": "a"}, '{"name": "a"}')
    checks.forget()
    assert len(checks) == 0
    checks.check(one, {"name": "a"}, '{"name": "a"}')
    assert len(looks) == 2
