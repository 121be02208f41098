"""Wrong tokens are wrong for every server that looks at all of a token, in any reading."""

import base64
from math import ceil

import pytest

from contracts.credentials import basic_credentials, derived_tokens, invented_tokens, parts_of

OPAQUE = "mock-user-token"
SIGNED = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyOmRlZmF1bHQvZ3Vlc3QifQ.c2lnbmF0dXJl"


def signature(token):
    part = token.rpartition(".")[2]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("token", [OPAQUE, SIGNED, "a", "0a1B", "f" * 64, "x=y==", "ABCDEFGHIJKL"])
def test_no_derived_token_is_the_right_one(token):
    values = [wrong.value for wrong in derived_tokens(token)]
    assert token not in values
    assert len(values) == len(set(values))


def test_a_token_without_the_placeholder_in_it_has_one_of_its_own():
    for wrong in derived_tokens(SIGNED):
        assert wrong.shown is not None or SIGNED in wrong.value


def test_an_altered_signature_is_another_one_however_it_is_decoded():
    altered = next(wrong.value for wrong in derived_tokens(SIGNED) if "another character" in wrong.label)
    assert signature(altered) != signature(SIGNED)
    assert altered.rpartition(".")[0] == SIGNED.rpartition(".")[0]


def test_the_claims_of_a_signed_token_are_kept_without_a_signature():
    unsigned = next(wrong.value for wrong in derived_tokens(SIGNED) if "claims" in wrong.label)
    header, claims, nothing = unsigned.split(".")
    assert b'"none"' in base64.urlsafe_b64decode(header + "==")
    assert base64.urlsafe_b64decode(claims + "==") == b'{"sub":"user:default/guest"}'
    assert nothing == ""


def test_hexadecimal_tokens_may_be_read_in_any_case():
    assert not any("case" in wrong.label for wrong in derived_tokens("deadbeef-0123"))


def test_invented_tokens_give_nothing_away():
    assert all(wrong.shown is None for wrong in invented_tokens())


@pytest.mark.parametrize("token", [OPAQUE, SIGNED, "f1e2" * 16, "0123456789abc"])
def test_three_quarters_of_a_token_hold_one_of_its_parts_wherever_they_begin(token):
    run = max(12, ceil(len(token) * 0.75))
    parts = parts_of(token)
    assert 0 < len(parts) <= 8
    for start in range(len(token) - run + 1):
        assert any(part in token[start : start + run] for part in parts)


@pytest.mark.parametrize("token", ["", "secret", "0123456789ab"])
def test_a_short_token_has_no_parts(token):
    assert parts_of(token) == ()


def test_the_token_as_a_password_can_be_read():
    decoded = [base64.b64decode(wrong.value).decode() for wrong in basic_credentials(OPAQUE)]
    assert decoded == [f"user:{OPAQUE}", f":{OPAQUE}"]
    assert all(wrong.shown and "TOKEN" not in wrong.shown for wrong in basic_credentials(OPAQUE))
