"""A token that the browser believes in, and the backend no more."""

import datetime as dt

import pytest

from mock_server.app import Options
from tests.ui.staged import playing

HOURS = 2


@pytest.fixture
def play():
    """A mock whose clock is behind, so that tokens of its present are of the past once it is set right."""
    with playing(Options(seed=5)) as play:
        play.wall.advance(-HOURS * 3_600)
        yield play


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_token_that_has_expired_is_refused_until_the_page_is_loaded_again(portal, play):
    # The browser lives in the past, too, and does not think of renewing what it has.
    portal.page.clock.install(time=dt.datetime.now(dt.UTC) - dt.timedelta(hours=HOURS))
    portal.watch.expect("401")
    portal.open("/create/actions")
    portal.sees("catalog:fetch")
    play.wall.advance(HOURS * 3_600)
    portal.page.get_by_role("tab", name="Templating Extensions").click()
    portal.sees("Request failed with 401 Unauthorized")
    portal.page.reload()
    portal.sees("parseRepoUrl")
