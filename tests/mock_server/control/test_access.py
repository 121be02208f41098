"""Who may control the mock: nobody from elsewhere, and no page of another origin."""

import re

import httpx
import pytest

from mock_server.addresses import CONTROL_MOUNT
from mock_server.app import MockServer, Options
from mock_server.auth import ControlClosed, ControlTokenExpected
from mock_server.control.access import ControlAccess
from openapi.documents import load_control

HERE = ControlAccess(None, listens_here_only=True)
WITH_TOKEN = ControlAccess("opensesame", listens_here_only=True)
TOKEN = (b"authorization", b"Bearer opensesame")
HOST = (b"host", b"localhost:7007")


def call(*headers, client="127.0.0.1", server="127.0.0.1", host=HOST, scheme="http"):
    """An ASGI request from this machine, unless something is said."""
    return {
        "client": client and (client, 50_000),
        "server": server and (server, 7007),
        "scheme": scheme,
        "headers": [*([host] if host else []), *headers],
    }


@pytest.mark.parametrize(
    "asked",
    [
        call(),
        call(client="::1", server="::1", host=(b"host", b"[::1]:7007")),
        call(client="127.8.8.8", host=(b"host", b"127.0.0.1:7007")),
        call(host=(b"host", b"mock.localhost")),
        call(host=(b"host", b"LOCALHOST.:7007")),
        call((b"origin", b"http://localhost:7007")),
        call((b"authorization", b"Bearer mock-user-token")),
    ],
)
def test_a_program_of_this_machine_may(asked):
    assert HERE.authenticate(asked).entity_ref is None
    assert WITH_TOKEN.authenticate(asked).entity_ref is None


REFUSED = [
    call(client="192.0.2.7"),
    call(server="192.0.2.1"),
    call(client=None),
    call(server=None),
    call(host=None),
    call(HOST),
    call(host=(b"host", b"rebound.example:7007")),
    call(host=(b"host", b"localhost.example")),
    call(host=(b"host", b"[")),
    call(host=(b"host", b"127.0.0.1@evil.example")),
    call((b"origin", b"http://localhost:3000")),
    call((b"origin", b"https://localhost:7007")),
    call((b"origin", b"null")),
    call((b"origin", b"https://evil.example")),
    *(call((name, b"192.0.2.7")) for name in (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")),
]


@pytest.mark.parametrize("asked", REFUSED)
def test_nobody_else_may(asked):
    with pytest.raises(ControlClosed):
        HERE.authenticate(asked)
    with pytest.raises(ControlTokenExpected):
        WITH_TOKEN.authenticate(asked)


@pytest.mark.parametrize("asked", REFUSED)
def test_whoever_has_the_token_may(asked):
    assert WITH_TOKEN.authenticate({**asked, "headers": [*asked["headers"], TOKEN]}).entity_ref is None


@pytest.mark.parametrize("value", [b"Bearer", b"Bearer opensesam", b"Bearer opensesame2", b"Basic opensesame"])
def test_no_other_token_opens(value):
    with pytest.raises(ControlTokenExpected):
        WITH_TOKEN.authenticate(call((b"authorization", value), client="192.0.2.7"))


def test_where_others_can_reach_the_listener_the_token_is_needed_here_too():
    with pytest.raises(ControlTokenExpected):
        ControlAccess("opensesame", listens_here_only=False).authenticate(call())


async def asked(options: Options, *, host="localhost", path="/worlds", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(MockServer(options))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}{CONTROL_MOUNT}") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("path", ["/worlds", "/nowhere", "/ui/", "/openapi.json"])
@pytest.mark.parametrize(
    ("token", "status", "name"), [(None, 403, "NotAllowedError"), ("opensesame", 401, "AuthenticationError")]
)
async def test_a_refusal_tells_nothing_of_what_is_there(path, token, status, name):
    response = await asked(Options(control_token=token), host="mock.example", path=path)
    assert (response.status_code, response.json()["error"]["name"]) == (status, name)
    assert "opensesame" not in response.text


async def test_the_token_opens_from_anywhere():
    options = Options(control_token="opensesame", listens_here_only=False)
    assert (await asked(options, host="mock.example", authorization="Bearer opensesame")).status_code == 200


@pytest.mark.parametrize("options", [Options(control=False), Options(listens_here_only=False)])
async def test_there_is_no_control_where_it_is_off(options):
    assert (await asked(options)).status_code == 404
    assert (await asked(options, path="/health")).status_code == 200


OPERATIONS = [
    (method, path)
    for path, item in load_control()["paths"].items()
    for method in ("get", "put", "post", "delete")
    if method in item
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_no_operation_is_open_to_a_name_of_somebody_elses(api, method, path):
    """A page whose name leads here (DNS rebinding) is of that origin, and asks for that host."""
    url = f"http://rebound.example:7007{CONTROL_MOUNT}{re.sub('{[^}]*}', 'default', path)}"
    transport = httpx.ASGITransport(api.server)
    async with httpx.AsyncClient(transport=transport) as stranger:
        refused = await stranger.request(method, url, headers={"origin": "http://rebound.example:7007"})
    assert refused.status_code == 403
    assert refused.json()["error"]["name"] == "NotAllowedError"
