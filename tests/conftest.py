import pytest
from hypothesis import settings

# The same examples in every run: a failure in CI is one on the desk.
settings.register_profile("repeatable", derandomize=True, deadline=None)
# `--hypothesis-profile=long`: other examples each time, and many more.
settings.register_profile("long", deadline=None, max_examples=5_000)
settings.load_profile("repeatable")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
