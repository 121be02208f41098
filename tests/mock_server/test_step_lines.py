"""Where the lines of a step lie in its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.lifecycle import StepStatus, TaskStatus
from mock_server.planned import Lines, Plan, PlannedStep
from mock_server.scenario import LogRule
from mock_server.step_lines import LINE_NUMBER, lay_out, lay_out_late
from mock_server.timeline import Timeline


def unredacted(text: str) -> str:
    return text


def bare(text: str, repeat: int = 1, every: float | None = None) -> LogRule:
    return LogRule(text, "none", repeat, every)


def numbered(text: str, repeat: int = 1) -> LogRule:
    return LogRule(text, "none", repeat, is_numbered=True)


def test_a_line_of_an_action_may_hold_the_character_that_stands_for_a_number():
    (line,) = lay_out([bare(f"an icon: {LINE_NUMBER}")], 0, 0, unredacted)
    assert line.parts == (f"an icon: {LINE_NUMBER}",)


def test_single_lines_are_spread_evenly():
    lines = lay_out([bare("a"), bare("b"), bare("c"), bare("d")], 1_000, 2_000, unredacted)
    assert [(line.at, line.parts) for line in lines] == [
        (1_000, ("a",)),
        (1_500, ("b",)),
        (2_000, ("c",)),
        (2_500, ("d",)),
    ]


def test_a_repeated_line_takes_as_many_shares_as_it_has_lines():
    lines = lay_out([bare("a"), bare("b", repeat=8), bare("c")], 0, 1_000, unredacted)
    assert lines == (Lines(0, ("a",)), Lines(100, ("b",), 8, 800), Lines(900, ("c",)))


def test_all_lines_of_a_step_without_a_duration_are_written_at_once():
    assert lay_out([bare("a"), bare("b", repeat=5)], 7, 0, unredacted) == (Lines(7, ("a",)), Lines(7, ("b",), 5, 0))


def test_a_step_without_lines_has_none():
    assert lay_out([], 0, 1_000, unredacted) == ()


def test_the_lines_of_a_step_that_never_ends_keep_their_own_pace():
    lines = lay_out([bare("a"), bare("b", repeat=3, every=5), bare("c")], 1_000, None, unredacted)
    assert lines == (Lines(1_000, ("a",)), Lines(1_000, ("b",), 3, 15_000), Lines(16_000, ("c",)))


def test_repeated_lines_of_a_step_that_never_ends_are_a_second_apart_by_default():
    assert lay_out([bare("a", repeat=4)], 0, None, unredacted) == (Lines(0, ("a",), 4, 4_000),)


def test_the_pace_of_a_line_does_not_matter_in_a_step_that_ends():
    assert lay_out([bare("a", repeat=4, every=60)], 0, 1_000, unredacted) == (Lines(0, ("a",), 4, 1_000),)


def test_a_line_comes_when_it_says():
    lines = lay_out([LogRule("a", "none", at=250), LogRule("b", "none", at=900)], 1_000, 1_000, unredacted)
    assert [line.at for line in lines] == [1_250, 1_900]


def test_no_line_comes_before_the_one_in_front_of_it_nor_after_the_end():
    logs = [LogRule("a", at=700), LogRule("b", at=300), LogRule("c", at=2_000), LogRule("d", repeat=2)]
    lines = lay_out(logs, 0, 1_000, unredacted)
    assert [(line.at, line.span) for line in lines] == [(700, 0), (700, 0), (1_000, 0), (1_000, 0)]


def test_repeated_lines_with_a_time_come_at_once_or_at_their_own_pace():
    logs = [LogRule("a", "none", 3, at=100), LogRule("b", "none", 3, 0.2, at=300), LogRule("c", "none", 9, 1, at=950)]
    lines = lay_out(logs, 0, 1_000, unredacted)
    assert [(line.at, line.count, line.span) for line in lines] == [(100, 3, 0), (300, 3, 600), (950, 9, 50)]


def test_a_line_with_a_time_of_a_step_that_never_ends_comes_then():
    lines = lay_out([LogRule("a", at=100_000), LogRule("b", repeat=2)], 5, None, unredacted)
    assert [(line.at, line.span) for line in lines] == [(100_005, 0), (100_005, 2_000)]


def test_late_lines_come_behind_the_end_in_their_order():
    logs = [LogRule("a"), LogRule("b", at=1_500), LogRule("c", at=1_200), LogRule("d", repeat=2, every=1)]
    lines = lay_out_late(logs, 100, 1_100, unredacted)
    assert [(line.at, line.span) for line in lines] == [(1_100, 0), (1_600, 0), (1_600, 0), (1_600, 2_000)]


def test_a_step_that_never_ends_has_no_late_lines():
    assert lay_out_late([LogRule("a")], 100, None, unredacted) == ()


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("info", "\u001b[32minfo\u001b[39m: it"),
        ("warn", "\u001b[33mwarn\u001b[39m: it"),
        ("error", "\u001b[31merror\u001b[39m: it"),
        ("none", "it"),
    ],
)
def test_the_level_of_a_line_is_shown_in_colour(level, text):
    (line,) = lay_out([LogRule("it", level)], 0, 0, unredacted)
    assert line.parts == (text,)


def test_the_place_of_the_number_is_kept_free():
    (line,) = lay_out([numbered(f"{LINE_NUMBER} of 3: {LINE_NUMBER}", repeat=3)], 0, 0, unredacted)
    assert line.parts == ("", " of 3: ", "")


def test_lines_are_redacted_before_they_are_cut():
    (line,) = lay_out([numbered(f"s3cret {LINE_NUMBER}")], 0, 0, lambda text: text.replace("s3cret", "***"))
    assert line.parts == ("*** ", "")


LOGS = st.lists(
    st.builds(
        lambda repeat, every, at: LogRule(LINE_NUMBER, "none", repeat, every, at=at),
        st.integers(1, 30),
        st.none() | st.floats(0.01, 2),
        st.none() | st.integers(0, 6_000),
    ),
    max_size=5,
)


@given(LOGS, st.integers(0, 5_000))
def test_every_line_lies_within_its_step_and_none_overtakes_another(logs, duration):
    lines = lay_out(logs, 100, duration, unredacted)
    step = PlannedStep("a", "A", 100, 100 + duration, StepStatus.COMPLETED, "done", lines=lines)
    timeline = Timeline(Plan(100, (step,), step.ends_at, TaskStatus.COMPLETED))
    offsets = [timeline[index].at for index in range(len(timeline))]
    assert offsets == sorted(offsets)
    assert offsets[-1] == 100 + duration
    assert len(offsets) == sum(log.repeat for log in logs) + 4
