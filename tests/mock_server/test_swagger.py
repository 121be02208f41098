import re

import pytest

from mock_server.app import MockServer
from openapi.documents import load_backstage
from tests.mock_server.conftest import Api

HOST = "http://mock"
NOBODY = {"authorization": ""}
ASSETS = {
    "": "text/html; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


@pytest.fixture(scope="module")
def api(conformance):
    return Api(MockServer(), conformance)


async def test_the_document_is_served_to_everybody_with_the_address_of_the_server(api):
    response = await api.get("/openapi.json", headers=NOBODY)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == load_backstage() | {"servers": [{"url": "http://mock/api/scaffolder"}]}


@pytest.mark.parametrize(
    ("url", "headers", "server"),
    [
        ("/openapi.json", {"host": "portal.acme.example:8080"}, "http://portal.acme.example:8080/api/scaffolder"),
        ("/openapi.json", {"host": "[::1]:7007"}, "http://[::1]:7007/api/scaffolder"),
        ("https://mock/api/scaffolder/openapi.json", {}, "https://mock/api/scaffolder"),
        ("/openapi.json", {"x-mock-world": "blue"}, "http://mock/worlds/blue/api/scaffolder"),
        (f"{HOST}/worlds/blue/api/scaffolder/openapi.json", {}, "http://mock/worlds/blue/api/scaffolder"),
        (f"{HOST}/worlds/default/api/scaffolder/openapi.json", {}, "http://mock/api/scaffolder"),
        ("/openapi.json?x=1", {}, "http://mock/api/scaffolder"),
    ],
)
async def test_the_address_is_the_one_that_was_asked(api, url, headers, server):
    assert (await api.get(url, headers=headers)).json()["servers"] == [{"url": server}]


@pytest.mark.parametrize(
    ("server", "url"),
    [
        (("127.0.0.1", 7007), "http://127.0.0.1:7007/api/scaffolder"),
        (None, "http://localhost/api/scaffolder"),
    ],
)
async def test_a_request_without_a_host_is_told_where_it_arrived(api, server, url):
    sent = []

    async def send(message):
        sent.append(message)

    path = "/api/scaffolder/openapi.json"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "server": server}
    await api.server(scope, None, send)
    assert f'"servers":[{{"url":"{url}"}}]'.encode() in sent[1]["body"]


@pytest.mark.parametrize(("name", "content_type"), ASSETS.items())
async def test_swagger_ui_is_served_to_everybody(api, name, content_type):
    response = await api.get(f"/ui/{name}", headers=NOBODY)
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert response.headers["cache-control"] == ("max-age=3600" if name else "no-cache")
    assert len(response.content) > 400


async def test_the_page_loads_what_is_served_and_nothing_else(api):
    page = (await api.get("/ui/")).text
    loaded = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""", page)
    assert set(loaded) == {"favicon-32x32.png", "swagger-ui.css", "swagger-ui-bundle.js", "../openapi.json"}
    assert "validatorUrl: null" in page
    assert "//" not in page


async def test_the_styles_load_nothing_from_another_host(api):
    styles = (await api.get("/ui/swagger-ui.css")).text
    loaded = re.findall(r"""(?:url\(|@import)\s*["']?([^"')]{1,40})""", styles)
    assert all(address.startswith(("data:", "#")) for address in loaded)


@pytest.mark.parametrize("prefix", ["/api/scaffolder", "/worlds/blue/api/scaffolder"])
async def test_the_page_is_below_a_slash_in_every_world(api, prefix):
    response = await api.get(f"{HOST}{prefix}/ui", headers=NOBODY)
    assert response.status_code == 307
    page = response.url.join(response.headers["location"])
    assert page == f"{HOST}{prefix}/ui/"
    assert page.join("../openapi.json") == f"{HOST}{prefix}/openapi.json"


@pytest.mark.parametrize(
    "path", ["/ui/nope.js", "/ui/index.html.map", "/ui/LICENSE", "/ui/../app.py", "/ui/..%2Fapp.py", "/ui//"]
)
async def test_there_is_no_other_file(api, path):
    response = await api.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["name"] == "NotFoundError"


@pytest.mark.parametrize("path", ["/openapi.json", "/ui", "/ui/"])
async def test_the_head_of_a_page_can_be_asked_for(api, path):
    head, got = await api.http.head(path), await api.get(path)
    for answer in (head, got):
        assert answer.headers.pop("x-mock-journal")
    assert (head.status_code, head.headers) == (got.status_code, got.headers)


@pytest.mark.parametrize("path", ["/openapi.json", "/ui", "/ui/"])
async def test_a_page_is_only_read(api, path):
    assert (await api.post(path)).status_code == 404
    assert (await api.post(path, headers=NOBODY)).status_code == 401


async def test_swagger_ui_is_of_a_version_that_knows_openapi_3_1(api):
    bundle = (await api.get("/ui/swagger-ui-bundle.js", headers=NOBODY)).text
    assert '"5.35.0"' in bundle
