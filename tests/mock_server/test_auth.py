import pytest

from mock_server.auth import GUEST, SERVICE_TOKEN, USER_TOKEN, Authenticator, IllegalToken, MissingCredentials
from mock_server.simulator import Principal

USER = Principal("user:default/ines.carvalho")
SERVICE = Principal(None)
TOKENS = {"user": USER, "service": SERVICE, "größe": USER}


def asked(mode, *values):
    """Who it is that sends these authorization headers."""
    headers = [(b"accept", b"*/*"), *((b"authorization", value) for value in values)]
    return Authenticator(TOKENS, mode).authenticate({"headers": headers})


@pytest.mark.parametrize("mode", ["required", "any", "off"])
@pytest.mark.parametrize(
    ("value", "principal"),
    [
        (b"Bearer user", USER),
        (b"bearer user", USER),
        (b"BEARER    user", USER),
        (b"Bearer service", SERVICE),
        (b"Bearer service ", SERVICE),
        ("Bearer größe".encode(), USER),
    ],
)
def test_a_known_token_tells_who_asks_in_every_mode(mode, value, principal):
    assert asked(mode, value) == principal


NO_TOKEN = [(), (b"",), (b"user",), (b"Bearer",), (b"Bearer ",), (b"Bearer\tuser",), (b"Basic user",), (b"Bearer a b",)]


@pytest.mark.parametrize("mode", ["required", "any"])
@pytest.mark.parametrize("values", NO_TOKEN)
def test_without_a_bearer_token_there_are_no_credentials(mode, values):
    with pytest.raises(MissingCredentials, match=r"^Missing credentials$"):
        asked(mode, *values)


@pytest.mark.parametrize("value", [b"Bearer User", b"Bearer userr", b"Bearer user,service", b"Bearer \xff"])
def test_a_token_that_nobody_was_given_is_illegal(value):
    with pytest.raises(IllegalToken, match=r"^Illegal token$"):
        asked("required", value)


@pytest.mark.parametrize("value", [b"Bearer anything", b"Bearer \xff"])
def test_any_token_is_the_guest_s_where_any_will_do(value):
    assert asked("any", value) == Principal(GUEST)


@pytest.mark.parametrize("values", [*NO_TOKEN, (b"Bearer anything",)])
def test_nobody_in_particular_asks_where_authentication_is_off(values):
    assert asked("off", *values) == Principal(None)


def test_the_first_of_several_tokens_counts():
    assert asked("required", b"Bearer service", b"Bearer user") == SERVICE


@pytest.mark.parametrize(("token", "creator"), [(USER_TOKEN, "user:default/guest"), (SERVICE_TOKEN, None)])
async def test_the_standard_tokens_are_a_user_s_and_a_service_s(api, token, creator):
    task = await api.task(await api.create(headers={"authorization": f"Bearer {token}"}))
    assert task.get("createdBy") == creator


async def test_tokens_that_are_given_replace_the_standard_ones(make_api):
    api = make_api(tokens={"mine": USER})
    task_id = await api.create(headers={"authorization": "Bearer mine"})
    response = await api.get(f"/v2/tasks/{task_id}", headers={"authorization": "Bearer mine"})
    assert response.json()["createdBy"] == "user:default/ines.carvalho"
    assert response.json()["spec"]["user"]["entity"]["metadata"]["name"] == "ines.carvalho"
    for token in (USER_TOKEN, SERVICE_TOKEN):
        refused = await api.get("/v2/tasks", headers={"authorization": f"Bearer {token}"})
        assert refused.json()["error"]["message"] == "Illegal token"


async def test_a_user_that_the_catalog_lacks_has_no_entity(make_api):
    api = make_api(tokens={"mine": Principal("user:default/nobody")})
    task_id = await api.create(headers={"authorization": "Bearer mine"})
    response = await api.get(f"/v2/tasks/{task_id}", headers={"authorization": "Bearer mine"})
    assert response.json()["spec"]["user"] == {"ref": "user:default/nobody"}


async def test_without_authentication_nobody_needs_a_token(make_api):
    api = make_api(auth="off")
    nobody = {"authorization": ""}
    task_id = await api.create(headers=nobody)
    response = await api.get(f"/v2/tasks/{task_id}", headers=nobody)
    assert "createdBy" not in response.json()
    assert (await api.get("/v2/nope", headers=nobody)).status_code == 404
    assert (await api.get(f"/v2/tasks/{await api.create()}", headers=nobody)).json()["createdBy"] == GUEST


async def test_where_any_token_will_do_one_is_needed(make_api):
    api = make_api(auth="any")
    task_id = await api.create(headers={"authorization": "Bearer whatever"})
    assert (await api.task(task_id))["createdBy"] == GUEST
    assert (await api.get("/v2/tasks", headers={"authorization": ""})).status_code == 401


async def test_a_token_in_the_query_or_a_cookie_is_none(api):
    response = await api.get(f"/v2/tasks?token={USER_TOKEN}", headers={"authorization": ""})
    assert response.json()["error"]["message"] == "Missing credentials"
    cookie = {"authorization": "", "cookie": f"backstage-auth={USER_TOKEN}"}
    assert (await api.get("/v2/tasks", headers=cookie)).status_code == 401


def test_a_wrong_token_is_refused_where_none_is_needed_if_so_asked():
    authenticator = Authenticator(TOKENS, "off", checks_needless=True)
    with pytest.raises(IllegalToken, match=r"^Could not resolve credentials; caused by AuthenticationError: "):
        authenticator.authenticate({"headers": [(b"authorization", b"Bearer anything")]})
    assert authenticator.authenticate({"headers": []}) == Principal(None)
    assert authenticator.authenticate({"headers": [(b"authorization", b"Bearer user")]}) == USER
