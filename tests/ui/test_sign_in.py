"""Who one is, and for how long."""

import pytest


@pytest.fixture
def newcomer(portal):
    """Somebody whose browser knows nothing of the portal."""
    portal.page.context.add_init_script("localStorage.clear()")
    return portal


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_one_enters_as_a_guest(newcomer):
    newcomer.open("/settings")
    newcomer.press("Enter")
    newcomer.sees("Guest", "user:default/guest")
