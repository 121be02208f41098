import base64
import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.user_tokens import MAX_LENGTH, UnverifiedToken, UserTokens

NOW = 1_795_766_572
GUEST = "user:default/guest"
ISSUER = "http://localhost:7007/api/auth"


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def tokens(wall):
    return UserTokens(["one", "two"], lifetime=600, now=wall)


@pytest.fixture
def token(tokens):
    return tokens.issue(GUEST, ISSUER)


def part(token, at):
    """A part of a token, as any reader decodes it."""
    text = token.split(".")[at]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def signed(tokens, claims, **header):
    """A token of one's own making, with the right signature."""
    whole = {"iss": ISSUER, "sub": GUEST, "aud": "backstage", "iat": NOW, "exp": NOW + 60} | claims
    given = {key: value for key, value in whole.items() if value is not None}
    key = tokens._key
    body = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=")
        for each in ({"typ": "vnd.backstage.user", "alg": "HS256"} | header, given)
    ]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(b".".join(body), key)
    return b".".join([*body, base64.urlsafe_b64encode(signature).rstrip(b"=")])


def test_a_token_tells_whom_it_was_issued_to(tokens, token):
    assert tokens.read(token.encode()) == GUEST


def test_it_has_the_claims_of_a_real_one(token):
    claims = part(token, 1)
    assert list(claims) == ["iss", "sub", "aud", "iat", "exp", "uip"]
    assert {key: value for key, value in claims.items() if key != "uip"} == {
        "iss": ISSUER,
        "sub": GUEST,
        "aud": "backstage",
        "iat": NOW,
        "exp": NOW + 600,
    }


def test_its_header_says_what_kind_of_token_it_is(token):
    header = part(token, 0)
    assert header["typ"] == "vnd.backstage.user"
    assert header["alg"] == "HS256"
    assert header["kid"]


def test_it_is_good_until_it_expires(tokens, token, wall):
    wall.now += 599
    assert tokens.read(token.encode()) == GUEST
    wall.now += 1
    with pytest.raises(UnverifiedToken, match=r"^Failed user token verification$"):
        tokens.read(token.encode())


def test_a_server_that_starts_again_with_the_same_secrets_knows_it(wall, token):
    assert UserTokens(["two", "one"], now=wall).read(token.encode()) == GUEST


def test_one_with_other_secrets_does_not(wall, token):
    with pytest.raises(UnverifiedToken):
        UserTokens(["one"], now=wall).read(token.encode())


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_that_was_changed_is_not_taken(tokens, token, at):
    parts = token.split(".")
    middle = len(parts[at]) // 2
    parts[at] = parts[at][:middle] + ("A" if parts[at][middle] != "A" else "B") + parts[at][middle + 1 :]
    try:
        assert tokens.read(".".join(parts).encode()) is None
    except UnverifiedToken:
        return


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "RS256", "ES256", "", 1, None])
def test_one_that_names_another_algorithm_is_not_taken(tokens, algorithm):
    with pytest.raises(UnverifiedToken):
        tokens.read(signed(tokens, {}, alg=algorithm))


def test_one_without_a_signature_is_not_taken(tokens):
    unsigned = signed(tokens, {}, alg="none").rpartition(b".")[0] + b"."
    with pytest.raises(UnverifiedToken):
        tokens.read(unsigned)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"sub": None},
        {"iat": None},
        {"aud": None},
        {"aud": "scaffolder"},
        {"exp": "tomorrow"},
        {"exp": [1]},
        {"sub": ""},
        {"sub": "user:"},
        {"sub": ["user:default/guest"]},
        {"iat": "now"},
        {"nbf": NOW * 2},
    ],
)
def test_one_with_claims_that_make_no_sense_is_not_taken(tokens, claims):
    with pytest.raises(UnverifiedToken):
        tokens.read(signed(tokens, claims))


def test_one_that_only_proves_who_the_user_is_opens_nothing(tokens):
    with pytest.raises(UnverifiedToken):
        tokens.read(signed(tokens, {}, typ="vnd.backstage.limited-user"))


@pytest.mark.parametrize(
    "text",
    [b"", b".", b"..", b"a.b.c", b"mock-user-token", b"e30.e30.", b"\xff.\xff.\xff", b"bnVsbA.e30.x", b"W10.W10.W10"],
)
def test_what_is_no_user_s_token_is_nobody_s(tokens, text):
    assert tokens.read(text) is None


def test_a_header_that_is_nested_without_end_is_nobody_s(tokens):
    header = base64.urlsafe_b64encode(b"[" * 20_000)
    assert tokens.read(header + b".e30.x") is None


def test_claims_that_are_nested_without_end_are_nobody_s(tokens):
    claims = base64.urlsafe_b64encode(b'{"aud":' + b"[" * 20_000)
    assert tokens.read(base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=") + b"." + claims + b".x") is None


def test_one_that_is_too_long_is_not_looked_at(tokens):
    assert tokens.read(signed(tokens, {"more": "x" * MAX_LENGTH})) is None


@given(st.binary(max_size=200) | st.lists(st.binary(max_size=60).map(base64.urlsafe_b64encode)).map(b".".join))
def test_no_text_is_more_than_refused(text):
    try:
        assert UserTokens(["one"], now=Wall()).read(text) is None
    except UnverifiedToken:
        return
