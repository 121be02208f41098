import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.redaction import MASK, Redactor, TooManySecrets


def test_a_secret_is_replaced_wherever_it_appears():
    assert Redactor(["s3cret"]).text("s3cret and s3crets3cret") == "*** and ******"


def test_without_secrets_nothing_changes():
    value = {"a": ["b", 1]}
    assert Redactor().value(value) is value
    assert Redactor().text("text") == "text"


def test_an_empty_secret_hides_nothing():
    assert Redactor(["", "x"]).text("abc") == "abc"


def test_the_longest_secret_goes_first():
    assert Redactor(["token", "token-and-more"]).text("token-and-more, token") == "***, ***"


def test_what_is_learnt_later_is_redacted_too():
    redactor = Redactor(["one"])
    redactor.learn(["two", "one-two"])
    assert redactor.text("one-two, one, two") == "***, ***, ***"


def test_learning_nothing_forgets_nothing():
    redactor = Redactor(["one"])
    redactor.learn([])
    assert redactor.text("one") == MASK


@pytest.mark.parametrize(
    ("value", "redacted"),
    [
        ("a s3cret", "a ***"),
        (["s3cret", ["s3cret"]], ["***", ["***"]]),
        ({"key": {"deep": "s3cret"}}, {"key": {"deep": "***"}}),
        ({"a s3cret key": 1}, {"a *** key": 1}),
        (5, 5),
        (True, True),
        (None, None),
    ],
)
def test_every_text_in_a_json_value_is_redacted(value, redacted):
    assert Redactor(["s3cret"]).value(value) == redacted


def test_the_value_given_is_left_as_it_is():
    value = {"a": ["s3cret"]}
    Redactor(["s3cret"]).value(value)
    assert value == {"a": ["s3cret"]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.text("abc", min_size=2, max_size=3), min_size=1, max_size=4), JSON)
def test_no_secret_is_left_in_any_value(secrets, value):
    redacted = json.dumps(Redactor(secrets).value(value))
    # Of these letters, only the words of JSON itself may be left over.
    texts = redacted.replace("true", "").replace("false", "").replace("null", "")
    assert not any(secret in texts for secret in secrets)


@given(st.lists(st.text("abc*", min_size=1, max_size=3), max_size=4), JSON)
def test_the_shape_of_a_value_is_kept(secrets, value):
    redacted = Redactor(secrets).value(value)
    assert type(redacted) is type(value)
    if isinstance(value, list):
        assert len(redacted) == len(value)


@pytest.mark.parametrize("secret", ['pa"ss', "a\\b", "BEGIN\nKEY\nEND", "top secret/äö", "100%&x"])
@pytest.mark.parametrize("write", [lambda text: json.dumps(text, ensure_ascii=False), quote, quote_plus, str])
def test_a_secret_is_found_as_json_and_urls_write_it(secret, write):
    redacted = Redactor([secret]).text(f"before {write(secret)} after")
    assert secret not in redacted
    assert "***" in redacted


def test_the_mask_is_not_redacted_again():
    assert Redactor(["s3cret", "*"]).text("s3cret") == "***"


def test_more_secrets_than_a_template_has_are_refused():
    with pytest.raises(TooManySecrets):
        Redactor(f"secret-{number}" for number in range(2_000))


def test_longer_secrets_than_a_template_has_are_refused():
    with pytest.raises(TooManySecrets):
        Redactor(["x" * 600_000, "y" * 600_000])


def test_long_secrets_cost_little():
    redactor = Redactor(f"{number}-{'secret' * 150}" for number in range(900))
    started = time.process_time()
    assert redactor.text("a log line " * 20) == "a log line " * 20
    redactor.learn(["one more"])
    assert redactor.text("one more") == MASK
    assert time.process_time() - started < 0.2


def test_no_part_of_a_longer_secret_is_left_behind_by_one_that_overlaps_it():
    assert Redactor(["zab", "abcdef"]).text("zabcdef") == "z***"


def test_too_many_secrets_are_not_all_looked_at():
    def secrets():
        yield from (f"secret {number}" for number in range(2_000))
        raise AssertionError

    with pytest.raises(TooManySecrets):
        Redactor(secrets())
