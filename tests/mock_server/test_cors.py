import pytest

from mock_server.app import MockServer
from mock_server.cors import Cors
from tests.mock_server.conftest import Api

LOCAL = "http://localhost:3000"
FOREIGN = "https://portal.acme.example"
LOOPBACK = [
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:3000",
    "http://LOCALHOST:3000",
    "http://127.0.0.1:3000",
    "http://127.0.0.2",
    "http://127.255.255.254:1",
    "http://[::1]:3000",
    "http://[::1]",
    "http://foo.localhost:3000",
    "http://a.b.localhost",
    "app://localhost",
]
ELSEWHERE = [
    "null",
    "",
    "*",
    "file://",
    "http://localhost.evil.example",
    "http://evil-localhost",
    "http://evil.example",
    "http://evil.example/localhost",
    "http://evil.example#localhost",
    "http://128.0.0.1",
    "http://0.0.0.0:3000",
    "http://192.168.0.1",
    "http://[::2]:3000",
    "http://[::1",
    "http://127.1.evil.example",
    "localhost:3000",
]


@pytest.fixture(scope="module")
def api(conformance):
    return Api(MockServer(), conformance)


def scope(origin, method="GET", **headers):
    pairs = {"origin": origin, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {"method": method, "headers": [(name.encode(), value.encode("latin-1")) for name, value in pairs.items()]}


@pytest.mark.parametrize("origin", LOOPBACK)
def test_every_origin_on_this_machine_is_allowed(origin):
    assert Cors().headers(scope(origin)) == [
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"X-Mock-World, X-Mock-Scenario, X-Mock-Journal"),
        (b"vary", b"Origin"),
    ]


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_an_origin_elsewhere_is_allowed_nothing(origin):
    assert Cors().headers(scope(origin)) == [(b"vary", b"Origin")]
    assert Cors().preflight(scope(origin, "OPTIONS", access_control_request_method="GET")) is None


@pytest.mark.parametrize(
    ("glob", "origin", "allowed"),
    [
        (FOREIGN, FOREIGN, True),
        (FOREIGN, f"{FOREIGN}:8443", False),
        (FOREIGN, "http://portal.acme.example", False),
        ("https://*.acme.example", FOREIGN, True),
        ("https://*.acme.example", "https://a.b.acme.example", True),
        ("https://*.acme.example", "https://acme.example", False),
        ("https://*.acme.example", "https://portal.acme.example.evil.example", False),
        ("*", FOREIGN, True),
        ("*", "null", True),
        ("null", "null", True),
        ("http://10.0.0.?:3000", "http://10.0.0.7:3000", True),
        ("http://[2001:db8::1]:3000", "http://[2001:db8::1]:3000", True),
    ],
)
def test_an_origin_is_allowed_by_a_glob(glob, origin, allowed):
    headers = dict(Cors(["http://other.example", glob]).headers(scope(origin)))
    assert headers.get(b"access-control-allow-origin") == (origin.encode() if allowed else None)


@pytest.mark.parametrize("origin", [LOCAL, FOREIGN])
async def test_the_origins_that_are_given_are_beside_those_of_loopback(make_api, origin):
    api = make_api(cors_origins=["https://*.acme.example"])
    response = await api.get("/v2/tasks", headers={"origin": origin})
    assert response.headers["access-control-allow-origin"] == origin


async def test_an_answer_without_an_origin_says_nothing_of_origins(api):
    response = await api.get("/v2/tasks")
    assert not any(name.startswith("access-control-") or name == "vary" for name in response.headers)


async def test_a_foreign_origin_is_answered_but_may_not_read_it(api):
    response = await api.get("/v2/tasks", headers={"origin": FOREIGN})
    assert response.status_code == 200
    assert response.headers["vary"] == "Origin"
    assert not any(name.startswith("access-control-") for name in response.headers)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v2/tasks", {"authorization": ""}, 401),
        ("/v2/tasks?x", {}, 400),
        ("/v2/tasks/none", {}, 404),
        ("/v2/nope", {}, 404),
        ("/v2/tasks/none/cancel", {}, 405),
        ("/v2/tasks", {"x-mock-world": "no name"}, 400),
        ("http://mock/nope", {}, 404),
    ],
)
async def test_an_error_can_be_read_by_the_page_that_made_it(api, path, headers, status):
    response = await api.get(path, headers={"origin": LOCAL, **headers})
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == LOCAL
    assert response.headers["access-control-allow-credentials"] == "true"


async def test_an_event_stream_can_be_read_by_the_page_that_opened_it(make_api):
    api = make_api()
    async with api.stream(await api.create(), origin=LOCAL) as stream:
        headers = dict((await stream.opened())["headers"])
    assert headers[b"access-control-allow-origin"] == LOCAL.encode()


async def preflight(api, origin=LOCAL, path="/v2/tasks", **headers):
    headers = {"origin": origin, "authorization": "", "access-control-request-method": "POST", **headers}
    return await api.http.options(path, headers=headers)


async def test_a_preflight_is_answered_as_the_real_server_does(api):
    response = await preflight(api, **{"access-control-request-headers": "authorization,content-type"})
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers.pop("x-mock-journal")
    assert dict(response.headers) == {
        "access-control-allow-origin": LOCAL,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,HEAD,PATCH,POST,PUT,DELETE",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-expose-headers": "X-Mock-World, X-Mock-Scenario, X-Mock-Journal",
        "vary": "Access-Control-Request-Headers, Origin",
        "x-mock-world": "default",
    }


async def test_a_preflight_that_asks_for_no_headers_is_allowed_none(api):
    assert "access-control-allow-headers" not in (await preflight(api)).headers


@pytest.mark.parametrize("path", ["/v2/tasks/none/cancel", "/v2/nope", "http://mock/nope", "/ui/"])
async def test_a_preflight_asks_of_the_origin_and_not_of_the_path(api, path):
    assert (await preflight(api, path=path)).status_code == 204


async def test_a_preflight_from_a_foreign_origin_is_a_request_without_a_token(api):
    response = await preflight(api, FOREIGN)
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "Missing credentials"
    assert "access-control-allow-origin" not in response.headers


async def test_options_from_an_allowed_origin_is_a_preflight_even_without_a_method_to_ask_for(api):
    assert (await api.http.options("/v2/tasks", headers={"origin": LOCAL, "authorization": ""})).status_code == 204


async def test_options_from_a_foreign_origin_tells_the_methods(api):
    response = await api.http.options("/v2/tasks", headers={"origin": FOREIGN})
    assert response.status_code == 200
    assert response.headers["allow"] == "POST,GET,HEAD"


async def test_options_without_an_origin_is_no_preflight(api):
    headers = {"access-control-request-method": "GET"}
    assert (await api.http.options("/v2/tasks", headers=headers)).status_code == 200


def test_a_preflight_is_an_options_request():
    assert Cors().preflight(scope(LOCAL, "GET", access_control_request_method="GET")) is None
