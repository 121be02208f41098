import httpx
import pytest

from mock_server.addresses import CONTROL_MOUNT
from tests.conformance import ConformingTransport


@pytest.fixture
async def control(api, conformance):
    """A client of the control API in the same process, as a program of this machine is one."""
    transport = ConformingTransport(httpx.ASGITransport(api.server), conformance, ())
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:7007{CONTROL_MOUNT}") as client:
        yield client
