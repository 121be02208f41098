import httpx
import pytest

from mock_server.app import MockServer, Options

HEALTH = "/.backstage/health/v1"


@pytest.mark.parametrize("path", ["readiness", "liveness", "Readiness", "liveness/", "liveness?x=1"])
async def test_it_is_as_ready_and_alive_as_a_backstage_backend(api, path):
    response = await api.get(f"{HEALTH}/{path}", headers={"authorization": "Bearer garbage"})
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


async def test_it_says_how_the_health_of_a_backend_is_asked_for(api):
    response = await api.http.options(f"{HEALTH}/readiness")
    assert response.text == response.headers["allow"] == "GET,HEAD"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "readiness", 405), ("GET", "nope", 404), ("GET", "readiness/x", 404)]
)
async def test_there_is_nothing_else_about_the_health_of_a_backend(api, method, path, status):
    assert (await api.http.request(method, f"{HEALTH}/{path}")).status_code == status


@pytest.mark.parametrize("path", [f"{HEALTH}/readiness", "/api/permission/health", "/api/auth/guest/refresh"])
async def test_who_needs_no_token_makes_no_world(api, path):
    response = await api.get(path, headers={"authorization": "", "x-mock-world": "strange"})
    assert response.status_code == 200
    assert "strange" not in [world.name for world in api.server.simulator.worlds]


async def test_without_companions_it_is_no_backend():
    transport = httpx.ASGITransport(MockServer(Options(companions=False)))
    async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
        assert (await client.get(f"{HEALTH}/readiness")).status_code == 404
