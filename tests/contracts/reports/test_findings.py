from contracts.exchange import Purpose
from contracts.redaction import Redaction
from contracts.reports.findings import LONGEST_TEXT, MOST_EXCHANGES, MOST_OTHERS, findings_of, gathered
from contracts.target import Target
from tests.contracts.making import exchange, polled
from tests.contracts.reports.making import HEADER, SECRETS, TOKEN, URL, broken, failed, hostile, report, rule

REDACTION = Redaction(Target(URL, token=TOKEN, headers=(HEADER,)))


def test_observations_are_gathered_by_operation():
    found = gathered(
        rule("LIFE-01"), [broken(), broken(operation="listTasks"), broken(), broken(operation=None)], REDACTION
    )
    assert [(each.operation, each.count) for each in found] == [("getTask", 2), ("listTasks", 1), (None, 1)]


def test_the_smallest_request_stands_for_all_and_a_fuzzed_one_only_if_there_is_no_other():
    large = exchange("createTask", sent={"values": "x" * 100})
    small = exchange("createTask", sent={"values": "x"})
    fuzzed = exchange("createTask", sent={}, purpose=Purpose.FUZZED)
    (found,) = gathered(rule("FUZZ-01"), [broken("500", each) for each in (large, fuzzed, small)], REDACTION)
    assert found.exchanges == (small,)
    (found,) = gathered(rule("FUZZ-01"), [broken("500", fuzzed)], REDACTION)
    assert found.exchanges == (fuzzed,)


def test_the_earliest_of_equal_requests_stands_for_all():
    first, second = polled(), polled()
    (found,) = gathered(rule("LIFE-01"), [broken("x", second), broken("x", first)], REDACTION)
    assert found.exchanges == (first,)


def test_what_was_observed_otherwise_is_counted_by_kind():
    texts = ["'open'", "/steps/1: too short", "/steps/22: too short", "/id: 8c9e6679-7425-40de-944b-e07fc1f90ae7"]
    (found,) = gathered(rule("LIFE-01"), [broken(text, polled(began=1.0)) for text in texts], REDACTION)
    assert (found.observed, found.count) == ("'open'", 4)
    assert [(other.observed, other.count) for other in found.others] == [
        ("/steps/1: too short", 2),
        ("/id: 8c9e6679-7425-40de-944b-e07fc1f90ae7", 1),
    ]


def test_kinds_beyond_what_is_shown_are_counted():
    kinds = "abcdefghij"
    (found,) = gathered(rule("LIFE-01"), [broken(kind) for kind in kinds], REDACTION)
    assert len(found.others) == MOST_OTHERS
    assert found.more == len(kinds) - 1 - MOST_OTHERS


def test_an_observation_without_an_exchange_can_be_shown():
    bare = broken("x")
    (found,) = gathered(rule("LIFE-01"), [type(bare)(False, None, "a", "b")], REDACTION)
    assert found.exchanges == ()


def test_neither_texts_nor_exchanges_hold_a_secret_or_grow_without_bound():
    for found in findings_of(hostile()):
        for finding in (*found.failures, *found.known, *found.advice):
            assert len(finding.expected) < 10 * LONGEST_TEXT
            assert not any(secret in finding.observed for secret in SECRETS)
            for each in finding.exchanges:
                assert not any(secret in repr(each) for secret in SECRETS)


def test_only_some_exchanges_of_an_observation_are_kept():
    (found,) = findings_of(report(failed("LIFE-01", broken("x", *(polled() for _ in range(20))))))
    assert len(found.failures[0].exchanges) == MOST_EXCHANGES
