"""A task on its page: how it runs, fails, is cancelled and runs again."""

import pytest
from playwright.sync_api import expect

REPOSITORY = "https://github.com/acme/gift-finder"


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_run_is_watched_from_the_queue_to_what_comes_of_it(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    portal.sees("Fetch the skeleton")
    for step in ("Fetch the skeleton", "Create the repository", "Register in the catalog"):
        portal.sees_step(step, "open")
    portal.press("Show Logs")
    stage.begin(task, "fetch")
    portal.sees_step("Fetch the skeleton", "running")
    portal.sees("Beginning step Fetch the skeleton")
    stage.begin(task, "publish")
    portal.sees_step("Fetch the skeleton", "completed")
    portal.sees_step("Create the repository", "running")
    portal.sees_step("Register in the catalog", "open")
    stage.end(task)
    portal.sees_step("Register in the catalog", "completed")
    portal.sees("Finished step Register in the catalog")
    portal.sees_link("Open the repository", REPOSITORY)
    portal.sees_link("Open in the catalog", "/catalog/default/component/gift-finder")
    portal.sees("Next steps", f"git clone {REPOSITORY}")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_run_that_fails_shows_its_error_and_what_was_skipped(portal, stage):
    task = stage.create("broken-legacy-migration")
    portal.open_task(task)
    stage.begin(task, "lookup")
    portal.sees_step("Look up the legacy component", "running")
    stage.end(task)
    portal.sees_error("Entity component:default/does-not-exist not found")
    portal.sees_step("Unpack the migration kit", "completed")
    portal.sees_step("Look up the legacy component", "failed")
    for step in ("Convert the build definition", "Open a pull request", "Archive the old builds"):
        portal.sees_step(step, "skipped")
    portal.sees_step("Remove the migration kit", "completed")
    portal.sees("Skipping step archive because a previous step failed")
    expect(portal.button("Start Over")).to_be_enabled()


@pytest.mark.parametrize("scenario", ["flaky"])
def test_a_run_that_a_scenario_lets_fail_shows_the_error_of_the_scenario(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    stage.end(task)
    portal.sees_error("connect ETIMEDOUT 203.0.113.7:443 (attempt 1)")
    portal.sees_step("Create the repository", "completed")
    portal.sees_step("Register in the catalog", "failed")


@pytest.mark.parametrize("scenario", ["never-ending", "slow"])
def test_a_running_task_is_cancelled(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    stage.begin(task, "register")
    portal.sees_step("Register in the catalog", "running")
    expect(portal.button("Start Over")).to_be_disabled()
    portal.press("Cancel")
    expect(portal.button("Cancel")).to_be_disabled()
    expect(portal.button("Start Over")).to_be_enabled()
    portal.page.reload()
    portal.sees_step("Create the repository", "completed")
    expect(portal.button("Cancel")).to_be_disabled()


@pytest.mark.parametrize("scenario", ["stuck-in-queue"])
def test_a_task_is_cancelled_while_it_waits_in_the_queue(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    portal.sees_step("Fetch the skeleton", "open")
    portal.press("Cancel")
    expect(portal.button("Start Over")).to_be_enabled()


@pytest.mark.parametrize("scenario", ["cancelled-by-someone-else"])
def test_somebody_else_cancels_the_task_that_is_watched(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    stage.begin(task, "fetch")
    portal.sees_step("Fetch the skeleton", "running")
    stage.end(task)
    expect(portal.button("Cancel")).to_be_disabled()
    expect(portal.button("Start Over")).to_be_enabled()


@pytest.mark.parametrize("scenario", ["flaky", "first-step-fails"])
def test_starting_over_leads_to_the_form_as_it_was_filled_in(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    stage.end(task)
    portal.press("Start Over")
    portal.page.wait_for_url("**/create/templates/default/react-app?**")
    expect(portal.page.get_by_label("Name")).to_have_value("gift-finder")
    expect(portal.page.get_by_label("Description")).to_have_value("Suggests presents from three questions.")


@pytest.mark.parametrize("scenario", ["flaky"])
def test_a_task_that_failed_is_retried_until_it_works(portal, stage):
    task = stage.create("library-monorepo")
    portal.open_task(task)
    stage.end(task)
    portal.sees_error("connect ETIMEDOUT 203.0.113.7:443 (attempt 1)")
    portal.retry()
    stage.begin(task, "publish")
    portal.sees_step("Create the repository", "running")
    portal.sees_no_error()
    expect(portal.button("Retry")).to_be_disabled()
    stage.end(task)
    portal.sees_error("connect ETIMEDOUT 203.0.113.7:443 (attempt 2)")
    portal.retry()
    stage.end(task)
    portal.sees_step("Register in the catalog", "completed")
    portal.sees_link("Repository", "https://dev.azure.com/acme/libraries/_git/checkout-kit")


@pytest.mark.parametrize("scenario", ["happy-path", "slow", "chatty"])
def test_who_reloads_in_the_middle_of_a_run_sees_all_of_it(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    stage.begin(task, "publish")
    portal.sees_step("Create the repository", "running")
    portal.page.reload()
    portal.sees_step("Fetch the skeleton", "completed")
    portal.sees_step("Create the repository", "running")
    stage.end(task)
    portal.sees_step("Register in the catalog", "completed")
    portal.sees("Next steps")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_who_looks_away_misses_nothing_and_is_told_nothing_twice(portal, stage):
    task = stage.create("react-app")
    portal.open_task(task)
    portal.press("Show Logs")
    stage.begin(task, "publish")
    portal.sees("Beginning step Create the repository")
    with portal.page.expect_event("requestfailed", lambda request: "/eventstream" in request.url):
        portal.look_away()
    stage.begin(task, "register")
    with portal.page.expect_request(lambda request: "/eventstream?after=" in request.url):
        portal.come_back()
    portal.sees_step("Create the repository", "completed")
    portal.sees_step("Register in the catalog", "running")
    for line in ("Beginning step Create the repository", "Finished step Create the repository"):
        expect(portal.page.get_by_text(line)).to_have_count(1)
    stage.end(task)
    portal.sees("Next steps")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_what_a_task_registered_is_not_in_the_catalog(portal, stage):
    task = stage.create("react-app")
    stage.end(task)
    portal.open_task(task)
    portal.watch.expect("404")
    portal.page.get_by_role("link", name="Open in the catalog").click()
    portal.sees("Entity not found")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_an_unknown_task_is_said_to_be_unknown(portal):
    portal.watch.expect("404")
    portal.open_task("6f2c0f0e-0000-4000-8000-000000000000")
    portal.sees_error("Request failed with 404 Not Found")
