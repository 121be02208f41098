"""What a template may use: actions and templating extensions."""

import pytest


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_the_actions_are_listed_searched_and_described(portal):
    portal.open("/create/actions")
    portal.sees("catalog:fetch", "debug:log", "publish:github")
    portal.page.get_by_placeholder("Search for an action").fill("debug")
    portal.sees("debug:log", "debug:wait")
    portal.sees_no("catalog:fetch")
    portal.page.get_by_text("debug:wait").first.click()
    portal.sees("seconds", "milliseconds")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_the_templating_extensions_are_listed_and_described(portal):
    portal.open("/create/templating-extensions")
    portal.sees("Filters", "parseRepoUrl", "parseEntityRef", "pick", "projectSlug")
