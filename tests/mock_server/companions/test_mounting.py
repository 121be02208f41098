"""Where the companions are, and that they are there like the Scaffolder is."""

import httpx
import pytest

from mock_server.app import MockServer, Options

GUEST = "/api/catalog/entities/by-name/user/default/guest"


@pytest.mark.parametrize("path", [GUEST, GUEST.upper(), f"{GUEST}/", GUEST.replace("catalog/", "catalog//")])
async def test_a_companion_is_found_however_its_path_is_written(api, path):
    assert (await api.get(path)).json()["metadata"]["name"] in {"guest", "GUEST"}


async def test_each_world_has_the_companions(api):
    response = await api.get(f"/worlds/blue{GUEST}")
    assert response.status_code == 200
    assert response.headers["x-mock-world"] == "blue"


@pytest.mark.parametrize("path", [GUEST, "/api/catalog/nope", "/api/permission/nope"])
async def test_a_stranger_is_told_nothing(api, path):
    response = await api.get(path, headers={"authorization": ""})
    assert response.status_code == 401
    assert response.json()["error"] == {"name": "AuthenticationError", "message": "Missing credentials"}


async def test_the_address_in_an_error_is_relative_to_its_plugin(api):
    response = await api.get("/api/catalog/nope?a=b")
    assert response.status_code == 404
    assert response.json()["request"] == {"method": "GET", "url": "/nope?a=b"}


async def test_a_page_on_this_machine_may_read_a_companion(api):
    response = await api.get(GUEST, headers={"origin": "http://localhost:3000"})
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"


@pytest.mark.parametrize("path", [GUEST, "/api/auth/guest/refresh", "/api/permission/authorize"])
async def test_there_are_none_when_they_are_switched_off(path):
    # Not held against their document, which does not know that they can be missing.
    transport = httpx.ASGITransport(MockServer(Options(companions=False)))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
        assert (await client.get(path)).status_code == 404
