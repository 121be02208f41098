import pytest
from hypothesis import settings

# The same examples in every run: a failure in CI is one on the desk.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
