import pytest

from mock_server.app import MockServer
from tests.mock_server.conftest import Api

HEALTH = "http://mock/_mock/v1/health"


@pytest.fixture(scope="module")
def api(conformance):
    return Api(MockServer(), conformance)


async def test_whoever_asks_is_told_that_the_server_is_up(api):
    response = await api.get(HEALTH, headers={"authorization": ""})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == {"status": "ok"}


async def test_the_head_of_the_health_is_enough(api):
    assert (await api.http.head(HEALTH)).status_code == 200


@pytest.mark.parametrize("url", [f"{HEALTH}?verbose=1", "http://mock/worlds/blue/_mock/v1/health"])
async def test_the_health_is_the_same_however_it_is_asked_for(api, url):
    assert (await api.get(url)).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/", "z"])
async def test_there_is_nothing_beside_the_health(api, path):
    assert (await api.get(f"{HEALTH}{path}".replace("//mock", "//localhost"))).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_the_health_is_only_read(api, method):
    assert (await api.http.request(method, HEALTH.replace("//mock", "//localhost"))).status_code == 404


async def test_asking_for_the_health_makes_no_world(api):
    await api.get(HEALTH, headers={"x-mock-world": "blue"})
    assert [world.name for world in api.server.simulator.worlds] == ["default"]
