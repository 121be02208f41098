"""The built app, the browser and the mock are shared by all journeys; each has a world and a page of its own."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from mock_server.app import Options
from tests.requirements import require
from tests.ui.kit import built_app
from tests.ui.portal import PATIENCE, Portal
from tests.ui.site import serving
from tests.ui.staged import Play, Stage, playing
from tests.ui.watching import Watch

# The folder that is given the page at the end of each journey, for who wants to look at it.
SCREENSHOTS = os.environ.get("UI_SCREENSHOTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("alone")


@pytest.fixture(scope="package")
def app() -> Path:
    return built_app()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = require("chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"], timeout=PATIENCE
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def play() -> Iterator[Play]:
    with playing(Options(seed=5)) as play:
        yield play


@pytest.fixture
def scenario() -> str:
    """What the world of the journey plays."""
    return "happy-path"


@pytest.fixture
def stage(play, request, scenario) -> Stage:
    """A world for the journey alone."""
    return play.stage(sha256(request.node.nodeid.encode()).hexdigest()[:16], scenario)


@pytest.fixture
def backend(stage) -> str:
    """The base URL that the app is told."""
    return stage.url


@pytest.fixture
def portal(app, browser, stage, backend, request) -> Iterator[Portal]:
    """Somebody who has signed in before, and has not opened a page yet."""
    with serving(app, backend) as origin, browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        context.set_default_timeout(PATIENCE)
        context.add_init_script("localStorage.setItem('@backstage/core:SignInPage:provider', 'guest')")
        page = context.new_page()
        watch = Watch(backend)
        watch.over(page)
        yield Portal(page, origin, stage, watch)
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{request.node.name}.png")
        assert watch.unexpected() == []
