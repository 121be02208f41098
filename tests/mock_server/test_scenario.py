"""Which scenario a create takes, and what it says of each step."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.scenario import (
    Behaviour,
    Duration,
    FailRule,
    LogRule,
    Match,
    Occasion,
    Scenario,
    Scenarios,
    StepRule,
    UnknownScenario,
    Uses,
    select,
)

OCCASION = Occasion("template:default/react-app", {"name": "shop", "tier": 2, "tags": ["a"]}, "user:default/guest")


def scenario(name: str, match: Match | None = None, **keys: object) -> Scenario:
    return Scenario(name, name, match, keys.pop("behaviour", Behaviour()), **keys)


class Uniform:
    """Draws the same fraction every time, and counts."""

    def __init__(self, fraction: float) -> None:
        self.fraction, self.draws = fraction, 0

    def random(self) -> float:
        self.draws += 1
        return self.fraction


@pytest.mark.parametrize(("fraction", "milliseconds"), [(0, 1_000), (0.5, 2_000), (0.9999, 3_000)])
def test_a_duration_is_drawn_between_its_bounds(fraction, milliseconds):
    assert Duration(1, 3).draw(Uniform(fraction)) == milliseconds


def test_a_duration_that_never_ends_is_none():
    assert Duration(0, 0, never=True).draw(random.Random(0)) is None


@pytest.mark.parametrize("duration", [Duration(1, 1), Duration(0, 0, never=True), Duration(1, 5)])
def test_every_duration_takes_one_draw_so_that_later_ones_do_not_depend_on_it(duration):
    draw = Uniform(0.5)
    duration.draw(draw)
    assert draw.draws == 1


@given(st.floats(0, 1000), st.floats(0, 1000), st.integers())
def test_a_duration_is_whole_milliseconds_within_its_bounds(least, extra, seed):
    drawn = Duration(least, least + extra).draw(random.Random(seed))
    assert isinstance(drawn, int)
    assert round(least * 1_000) <= drawn <= round((least + extra) * 1_000)


@pytest.mark.parametrize(
    ("uses", "inside", "outside"),
    [
        (Uses(1, None), [1, 2, 10**6], []),
        (Uses(2, 2), [2], [1, 3]),
        (Uses(2, 4), [2, 3, 4], [1, 5]),
        (Uses(3, None), [3, 99], [1, 2]),
    ],
)
def test_a_range_of_uses_includes_both_ends(uses, inside, outside):
    assert all(use in uses for use in inside)
    assert not any(use in uses for use in outside)


@pytest.mark.parametrize(
    "match",
    [
        Match(),
        Match(templates=("template:default/react-*",)),
        Match(templates=("nothing", "*:*/react-app")),
        Match(creators=("user:*",)),
        Match(values=(("name", "sh*"),)),
        Match(values=(("tier", 2), ("tags", ["a"]))),
        Match(templates=("*react*",), creators=("*guest",), values=(("name", "shop"),)),
    ],
)
def test_a_match_holds_if_all_that_it_names_does(match):
    assert match.fits(OCCASION)


@pytest.mark.parametrize(
    "match",
    [
        Match(templates=("template:other/*",)),
        Match(creators=("user:default/somebody",)),
        Match(values=(("name", "shops"),)),
        Match(values=(("name", "SHOP"),)),
        Match(values=(("tier", "2"),)),
        Match(values=(("tier", 3),)),
        Match(values=(("tier", True),)),
        Match(values=(("absent", "*"),)),
        Match(values=(("tags", ["a", "b"]),)),
        Match(values=(("name", "shop"), ("tier", 3))),
        Match(templates=("*react*",), creators=("nobody",)),
    ],
)
def test_a_match_fails_if_anything_that_it_names_does_not_hold(match):
    assert not match.fits(OCCASION)


def test_true_is_not_the_number_one():
    assert not Match(values=(("a", True),)).fits(Occasion("t", {"a": 1}, None))


def test_a_service_has_no_reference_to_match():
    service = Occasion("template:default/react-app", {}, None)
    assert Match(creators=("*",)).fits(service)
    assert not Match(creators=("user:*",)).fits(service)


class Choice:
    """Selects among scenarios, counting uses as a world does."""

    def __init__(self, *scenarios: Scenario, active: str = "active") -> None:
        self.scenarios = Scenarios([*scenarios, scenario("active")])
        self.active = active
        self.uses: Counter[str] = Counter()

    def _use(self, name: str) -> int:
        self.uses[name] += 1
        return self.uses[name]

    def __call__(self, named: str | None = None, occasion: Occasion = OCCASION) -> tuple[str, int]:
        chosen, self.choice = select(self.scenarios, occasion, named=named, active=self.active, use=self._use)
        assert self.choice.scenario == chosen.name
        return chosen.name, self.choice.use


def test_without_a_name_or_a_match_the_active_scenario_is_taken():
    choose = Choice(scenario("other", Match(templates=("nothing",))), scenario("by-name-only"))
    assert [choose(), choose()] == [("active", 1), ("active", 2)]


@pytest.mark.parametrize(("named", "match", "reason"), [("active", None, "request"), (None, Match(), "match")])
def test_a_choice_says_why(named, match, reason):
    choose = Choice(scenario("other", match))
    choose(named)
    assert choose.choice.reason == reason
    assert choose.choice.nearest is None


def test_where_nothing_matches_the_nearest_scenario_says_what_did_not_hold():
    far = Match(templates=("template:default/vue-*",), creators=("user:default/bob",), values=(("name", "x"),))
    near = Match(creators=("user:default/bob",))
    choose = Choice(scenario("far", far), scenario("near", near), scenario("by-name-only"))
    choose()
    assert choose.choice.reason == "active"
    assert choose.choice.nearest.scenario == "near"
    assert choose.choice.nearest.unmet == (f"createdBy: {OCCASION.created_by} is not user:default/bob",)


@pytest.mark.parametrize(
    ("match", "unmet"),
    [
        (Match(templates=("a", "b")), f"template: {OCCASION.template_ref} is not a or b"),
        (Match(values=(("nope", 1),)), "values: there is no nope"),
        (Match(values=(("name", "fail-*"),)), f"values: name is {OCCASION.values['name']!r}, not 'fail-*'"),
        (Match(uses=Uses(2, 3)), "use: this is number 1, not 2 to 3"),
        (Match(uses=Uses(2, None)), "use: this is number 1, not 2 or later"),
        (Match(uses=Uses(2, 2)), "use: this is number 1, not 2"),
    ],
)
def test_what_did_not_hold_is_told_in_words(match, unmet):
    choose = Choice(scenario("other", match))
    choose()
    assert choose.choice.nearest.unmet == (unmet,)


def test_a_long_value_that_did_not_hold_is_told_in_part():
    choose = Choice(scenario("other", Match(values=(("name", "x"),))))
    choose(occasion=Occasion("template:default/a", {"name": "y" * 10_000}, None))
    assert len(choose.choice.nearest.unmet[0]) < 200


def test_a_match_wins_over_the_active_scenario():
    assert Choice(scenario("matching", Match()))() == ("matching", 1)


def test_a_name_wins_over_a_match():
    assert Choice(scenario("matching", Match()), scenario("named"))(named="named") == ("named", 1)


def test_a_name_does_not_ask_the_scenarios_match():
    assert Choice(scenario("named", Match(templates=("nothing",))))(named="named") == ("named", 1)


def test_the_first_match_wins():
    assert Choice(scenario("first", Match()), scenario("second", Match()))() == ("first", 1)


def test_an_unknown_name_tells_which_there_are():
    with pytest.raises(UnknownScenario) as caught:
        Choice(scenario("zebra"))(named="lion")
    assert str(caught.value) == "Unknown scenario 'lion'; there are active, zebra"


def test_an_unknown_name_counts_no_use():
    choose = Choice()
    with pytest.raises(UnknownScenario):
        choose(named="lion")
    assert choose.uses == {}


def test_a_match_of_certain_uses_counts_every_create_that_it_fits():
    choose = Choice(scenario("second-and-third", Match(uses=Uses(2, 3))))
    assert [choose() for _ in range(4)] == [
        ("active", 1),
        ("second-and-third", 2),
        ("second-and-third", 3),
        ("active", 2),
    ]


def test_a_create_that_does_not_fit_is_not_counted():
    choose = Choice(scenario("second", Match(templates=("*react-app",), uses=Uses(2, 2))))
    choose(occasion=Occasion("template:default/other", {}, None))
    assert [choose()[0], choose()[0]] == ["active", "second"]


def test_a_use_by_name_is_a_use_too():
    choose = Choice(scenario("second", Match(uses=Uses(2, 2))))
    choose(named="second")
    assert choose() == ("second", 2)


def test_scenarios_are_found_by_name_and_listed_in_order():
    scenarios = Scenarios([scenario("b"), scenario("a")])
    assert [found.name for found in scenarios] == ["b", "a"]
    assert scenarios.named("a").name == "a"


def test_the_behaviour_of_a_use_wins_over_the_scenarios_own():
    own = Behaviour(Duration(1, 1), 5, (StepRule(ids=("a",)),), {"own": True})
    special = Behaviour(Duration(2, 2), None, (StepRule(ids=("b",)),), None)
    played = scenario("s", behaviour=own, uses=((Uses(2, 2), special),))
    assert played.at_use(1) == own
    assert played.at_use(2) == Behaviour(Duration(2, 2), 5, (*special.steps, *own.steps), {"own": True})
    assert played.at_use(3) == own


def test_of_several_behaviours_of_a_use_the_first_wins():
    first, second = Behaviour(cancel=1), Behaviour(cancel=2, output={"second": True})
    played = scenario("s", uses=((Uses(1, None), first), (Uses(1, 3), second)))
    assert played.at_use(1) == Behaviour(cancel=1, output={"second": True})
    assert played.at_use(4) == Behaviour(cancel=1)


def test_what_a_behaviour_says_is_nothing_is_said_all_the_same():
    instant = Behaviour(Duration(0, 0), 0, output={})
    assert instant.over(Behaviour(Duration(9, 9), 9, output={"a": 1})) == instant


@pytest.mark.parametrize(
    "rule",
    [
        StepRule(),
        StepRule(ids=("x", "pub*")),
        StepRule(actions=("publish:*",)),
        StepRule(position=3),
        StepRule(ids=("publish",), actions=("*github",), position=3),
    ],
)
def test_a_rule_matches_a_step_by_id_action_and_position(rule):
    assert rule.matches("publish", "publish:github", 3, 5)


@pytest.mark.parametrize(
    "rule",
    [
        StepRule(ids=("x",)),
        StepRule(actions=("fetch:*",)),
        StepRule(position=2),
        StepRule(position="first"),
        StepRule(position="last"),
        StepRule(ids=("publish",), position=2),
    ],
)
def test_a_rule_does_not_match_another_step(rule):
    assert not rule.matches("publish", "publish:github", 3, 5)


def test_first_and_last_are_places():
    assert StepRule(position="first").matches("a", "b", 1, 4)
    assert StepRule(position="last").matches("a", "b", 4, 4)
    assert not StepRule(position="last").matches("a", "b", 5, 4)


def test_for_each_key_the_first_rule_that_has_it_counts():
    fail, logs = FailRule("Error", "no"), (LogRule("a"),)
    behaviour = Behaviour(
        steps=(
            StepRule(ids=("other",), outputs={"other": 1}),
            StepRule(ids=("it",), logs=logs),
            StepRule(duration=Duration(1, 1), logs=(LogRule("b"),)),
            StepRule(duration=Duration(2, 2), fail=fail, outputs={"a": 1}),
            StepRule(outputs={"a": 2}),
        )
    )
    assert behaviour.rule_for("it", "debug:log", 1, 1) == StepRule(
        duration=Duration(1, 1), logs=logs, fail=fail, outputs={"a": 1}
    )


def test_a_rule_can_say_that_nothing_is_logged_or_given():
    behaviour = Behaviour(steps=(StepRule(logs=(), outputs={}), StepRule(logs=(LogRule("a"),), outputs={"a": 1})))
    assert behaviour.rule_for("it", "debug:log", 1, 1) == StepRule(logs=(), outputs={})


def test_without_rules_nothing_is_said_of_a_step():
    assert Behaviour().rule_for("it", "debug:log", 1, 1) == StepRule()
