"""Signing in as a guest, and what the token is good for."""

import base64
import json

import pytest

from mock_server.app import DEFAULT_TOKENS
from mock_server.quirks import Quirk
from mock_server.simulator import Principal
from mock_server.user_tokens import UserTokens
from tests.mock_server.conftest import MakeApi

REFRESH = "http://mock/api/auth/guest/refresh"
NOBODY = {"authorization": ""}
IDENTITY = {
    "type": "user",
    "userEntityRef": "user:default/guest",
    "ownershipEntityRefs": ["user:default/guest", "group:default/guests"],
}


async def signed_in(api, url=REFRESH, **kwargs):
    """The identity that a guest is given, who has no token."""
    response = await api.get(url, **{"headers": NOBODY, **kwargs})
    assert response.status_code == 200
    return response.json()["backstageIdentity"]


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def claims(token):
    text = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_guest_signs_in_without_a_token(api, method):
    response = await api.http.request(method, REFRESH, headers=NOBODY)
    assert response.status_code == 200
    body = response.json()
    token = body["backstageIdentity"].pop("token")
    assert token.count(".") == 2
    assert body == {"profile": {}, "backstageIdentity": {"identity": IDENTITY, "expiresInSeconds": 3600}}


@pytest.mark.parametrize("query", ["optional&env=development", "a[b]=1&a=%zz", "=&=", "scope="])
async def test_what_the_query_says_does_not_matter(api, query):
    assert (await signed_in(api, f"{REFRESH}?{query}"))["identity"] == IDENTITY


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
async def test_an_old_token_does_not_keep_from_signing_in(api, token):
    assert (await signed_in(api, headers=bearer(token)))["identity"] == IDENTITY


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [("application/json", "{}", 200), ("text/plain", "{", 200), ("application/json", '{"a":', 400)],
)
async def test_a_body_is_not_looked_at_unless_it_says_it_is_json(api, content_type, body, status):
    response = await api.http.post(REFRESH, content=body, headers={"content-type": content_type})
    assert response.status_code == status


async def test_the_token_opens_the_scaffolder_and_its_companions(api):
    headers = bearer((await signed_in(api))["token"])
    for url in ("/api/scaffolder/v2/tasks", "/api/catalog/entities/by-name/user/default/guest"):
        assert (await api.get(f"http://mock{url}", headers=headers)).status_code == 200


async def test_a_task_is_created_by_whoever_has_signed_in(make_api: MakeApi):
    api = make_api(guest="amara.okafor")
    headers = bearer((await signed_in(api))["token"])
    task = await api.task(await api.create(headers=headers))
    assert task["createdBy"] == "user:default/amara.okafor"
    assert task["spec"]["user"]["entity"]["metadata"]["name"] == "amara.okafor"


async def test_a_guest_owns_as_a_member_of_every_group_of_theirs(make_api: MakeApi):
    identity = (await signed_in(make_api(guest="user:default/marek.zelenka")))["identity"]
    assert identity["ownershipEntityRefs"] == [
        "user:default/marek.zelenka",
        "group:default/team-data",
        "group:default/team-platform",
    ]


async def test_one_whom_the_catalog_lacks_owns_as_themselves_alone(make_api: MakeApi):
    identity = (await signed_in(make_api(guest="user:development/guest")))["identity"]
    assert identity["userEntityRef"] == "user:development/guest"
    assert identity["ownershipEntityRefs"] == ["user:development/guest"]


async def test_the_issuer_is_the_plugin_as_the_client_has_reached_it(api):
    assert claims((await signed_in(api))["token"])["iss"] == "http://mock/api/auth"
    in_world = await signed_in(api, "http://mock/worlds/blue/api/auth/guest/refresh")
    assert claims(in_world["token"])["iss"] == "http://mock/worlds/blue/api/auth"


async def test_a_token_lasts_as_long_as_is_said(make_api: MakeApi):
    identity = await signed_in(make_api(token_lifetime=60))
    told = claims(identity["token"])
    assert identity["expiresInSeconds"] == told["exp"] - told["iat"] == 60


async def test_one_that_has_expired_is_refused_everywhere(api):
    headers = bearer(UserTokens(DEFAULT_TOKENS, now=lambda: 0).issue("user:default/guest", "http://mock/api/auth"))
    for url in ("/api/scaffolder/v2/tasks", "/api/catalog/entities/by-name/a/b/c", "/api/auth/v1/userinfo"):
        response = await api.get(f"http://mock{url}", headers=headers)
        assert response.status_code == 401
        assert response.json()["error"] == {
            "name": "AuthenticationError",
            "message": "Failed user token verification",
        }


async def test_a_server_with_tokens_of_its_own_signs_with_them(make_api: MakeApi, api):
    other = make_api(tokens={"mine": Principal("user:default/guest")})
    token = (await signed_in(other))["token"]
    response = await api.get("http://mock/api/scaffolder/v2/tasks", headers=bearer(token))
    assert response.json()["error"]["message"] == "Failed user token verification"


async def test_userinfo_says_who_somebody_is(api):
    headers = bearer((await signed_in(api))["token"])
    response = await api.get("/api/auth/v1/userinfo", headers=headers)
    assert response.json() == {"claims": {"sub": "user:default/guest", "ent": IDENTITY["ownershipEntityRefs"]}}


@pytest.mark.parametrize(
    ("authorization", "status", "name", "message"),
    [
        ("", 401, "AuthenticationError", "No token provided"),
        ("Basic abc", 401, "AuthenticationError", "No token provided"),
        ("Bearer garbage", 401, "AuthenticationError", "Illegal token"),
        (
            "Bearer mock-service-token",
            400,
            "InputError",
            "Userinfo endpoint must be called with a token that represents a user principal",
        ),
    ],
)
async def test_userinfo_wants_the_token_of_a_user(api, authorization, status, name, message):
    response = await api.get("/api/auth/v1/userinfo", headers={"authorization": authorization})
    assert response.status_code == status
    assert response.json()["error"] == {"name": name, "message": message}


async def test_the_key_that_signs_is_nobody_else_s(api):
    response = await api.get("/api/auth/.well-known/jwks.json", headers=NOBODY)
    assert response.json() == {"keys": []}


async def test_the_issuer_says_where_things_are(api):
    told = (await api.get("/api/auth/.well-known/openid-configuration", headers=NOBODY)).json()
    assert told["issuer"] == "http://mock/api/auth"
    assert told["jwks_uri"] == "http://mock/api/auth/.well-known/jwks.json"


@pytest.mark.parametrize(
    ("method", "path", "provider"),
    [
        ("GET", "/github/refresh", "github"),
        ("POST", "/guest/logout", "guest"),
        ("GET", "/guest", "guest"),
        ("GET", "/v1/nope", "v1"),
        ("GET", "/n%C3%A9/refresh", "né"),
        ("GET", "/.well-known/nope", ".well-known"),
    ],
)
async def test_what_there_is_not_is_an_unknown_provider_s_and_no_token_is_needed(api, method, path, provider):
    response = await api.http.request(method, f"/api/auth{path}", headers=NOBODY)
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": f"Unknown auth provider '{provider}'"}


async def test_there_is_nothing_at_the_mount_itself(api):
    assert (await api.get("/api/auth", headers=NOBODY)).json()["error"]["message"] == "There is nothing at /"


async def test_a_wrong_method_is_told_which_are_right(api):
    response = await api.http.put(REFRESH, headers=NOBODY)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_the_real_plugin_calls_it_an_unknown_provider(make_api: MakeApi):
    api = make_api(quirks=frozenset({Quirk.EMPTY_NOT_FOUND}))
    response = await api.http.put(REFRESH, headers=NOBODY)
    assert response.json()["error"]["message"] == "Unknown auth provider 'guest'"


async def test_whoever_needs_no_token_is_known_by_one_all_the_same(make_api: MakeApi):
    api = make_api(auth="off")
    headers = bearer((await signed_in(api))["token"])
    assert (await api.task(await api.create(headers=headers)))["createdBy"] == "user:default/guest"
    broken = await api.get("/v2/tasks", headers=bearer("a.b.c"))
    assert broken.status_code == 200


async def test_an_unknown_token_is_the_guest_s_where_any_will_do(make_api: MakeApi):
    api = make_api(auth="any", guest="jun.takeda")
    assert (await api.task(await api.create(headers=bearer("whatever"))))["createdBy"] == "user:default/jun.takeda"
