import pytest

from mock_server.app import MockServer
from mock_server.clock import SECOND, timestamp
from tests.mock_server.conftest import SERVICE, Api

PERMISSIONS = "/.well-known/backstage/permissions/metadata"
COOKIE = "/.backstage/auth/v1/cookie"
KEYS = "/.backstage/auth/v1/jwks.json"
NOBODY = {"authorization": ""}


@pytest.fixture(scope="module")
def api(conformance):
    return Api(MockServer(), conformance)


async def test_the_permissions_and_their_rules_are_listed(api):
    response = await api.get(PERMISSIONS)
    assert response.status_code == 200
    listed = response.json()
    assert [permission["name"] for permission in listed["permissions"]] == [
        "scaffolder.template.dry-run",
        "scaffolder.template.parameter.read",
        "scaffolder.template.step.read",
        "scaffolder.action.execute",
        "scaffolder.task.cancel",
        "scaffolder.task.create",
        "scaffolder.task.read",
        "scaffolder.template.management",
    ]
    resources = {permission.get("resourceType") for permission in listed["permissions"]}
    assert {rule["resourceType"] for rule in listed["rules"]} == resources - {None}


async def test_the_keys_are_for_everybody(api):
    response = await api.get(KEYS, headers=NOBODY)
    assert (response.status_code, response.json()) == (200, {"keys": []})


async def test_a_user_gets_a_cookie_for_an_hour_that_holds_no_token(api):
    response = await api.get(COOKIE)
    assert response.status_code == 200
    hour = timestamp((api.clock.now() // SECOND + 3_600) * SECOND)
    assert response.json() == {"expiresAt": hour}
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("backstage-auth=mock; Path=/; Expires=")
    assert cookie.endswith(" GMT; HttpOnly; Secure; Priority=High; SameSite=None")


async def test_a_cookie_can_be_given_back(api):
    response = await api.http.delete(COOKIE)
    assert (response.status_code, response.content) == (204, b"")
    assert "Expires=Thu, 01 Jan 1970 00:00:00 GMT" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    ("path", "methods"), [(PERMISSIONS, "GET,HEAD"), (COOKIE, "GET,HEAD,DELETE"), (KEYS, "GET,HEAD")]
)
async def test_each_tells_its_methods(api, path, methods):
    response = await api.http.options(path)
    assert (response.status_code, response.text, response.headers["allow"]) == (200, methods, methods)


async def test_a_service_gets_no_cookie(api):
    assert (await api.get(COOKIE, headers=SERVICE)).status_code == 403


@pytest.mark.parametrize(("method", "path"), [("GET", PERMISSIONS), ("GET", COOKIE), ("DELETE", COOKIE), ("PUT", KEYS)])
async def test_strangers_are_refused(api, method, path):
    assert (await api.http.request(method, path, headers=NOBODY)).status_code == 401


@pytest.mark.parametrize(("method", "path"), [("POST", PERMISSIONS), ("PUT", COOKIE), ("DELETE", KEYS), ("GET", "/.x")])
async def test_there_is_nothing_else(api, method, path):
    assert (await api.http.request(method, path)).status_code == 404
