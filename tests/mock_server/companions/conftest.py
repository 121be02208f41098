import pytest

from mock_server.app import MockServer
from tests.mock_server.conftest import Api


@pytest.fixture(scope="module")
def api(conformance):
    """One server for a module: nothing that is asked of a companion changes it. Paths begin with `/api`."""
    api = Api(MockServer(), conformance)
    api.http.base_url = "http://mock"
    return api
