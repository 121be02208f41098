import pytest
from playwright.sync_api import Page, Route, expect

BACKEND = "http://localhost:7007"  # the backend that the app was built with


@pytest.fixture
def page(page: Page, mock_scaffolder) -> Page:
    """Whatever the app asks of its backend goes to the world of the test, whose time stands still."""
    mock_scaffolder.clock.freeze()

    def redirect(route: Route) -> None:
        route.continue_(url=route.request.url.replace(BACKEND, mock_scaffolder.backend_url))

    page.route(f"{BACKEND}/**", redirect)
    return page


def test_a_task_runs_to_its_end(page, mock_scaffolder, app):
    page.goto(app)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_have_text("Running")
    mock_scaffolder.clock.advance(60)
    expect(page.get_by_role("status")).to_have_text("Done")


def test_the_backend_is_down(page, mock_scaffolder, app):
    mock_scaffolder.fault("error", code=503, operation="createTask")
    page.goto(app)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_contain_text("Refused")


def test_the_stream_breaks_off(page, mock_scaffolder, app):
    mock_scaffolder.fault("drop-before-completion", operation="getTaskEventStream")
    page.goto(app)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status")).to_have_text("Running")
    mock_scaffolder.clock.advance(60)
    expect(page.get_by_role("status")).to_have_text("Lost")
