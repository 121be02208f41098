import pytest

from mock_server.app import MockServer
from tests.mock_server.conftest import Api


@pytest.fixture(scope="module")
def lasting_api(conformance):
    """One server for all tests that look at no list and at no number of an event."""
    return Api(MockServer(), conformance)
