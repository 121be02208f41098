"""The list of tasks: whose they are, how they stand, page by page."""

import pytest
from playwright.sync_api import expect

INES = "user:default/ines.carvalho"


@pytest.mark.parametrize("scenario", ["happy-path", "slow", "flaky"])
def test_one_sees_the_own_tasks_and_those_of_everybody_page_by_page(portal, stage):
    for _ in range(7):
        stage.create("hello-world")
    for _ in range(3):
        stage.create("react-app", by=INES)
    portal.open("/create/tasks")
    portal.sees("1-5 of 7")
    expect(portal.page.get_by_role("link", name="Hello World")).to_have_count(5)
    portal.page.get_by_role("button", name="Next page").click()
    portal.sees("6-7 of 7")
    expect(portal.page.get_by_role("link", name="Hello World")).to_have_count(2)
    portal.page.get_by_test_id("owner-picker-all").click()
    portal.page.get_by_role("button", name="First page").click()
    portal.sees("1-5 of 10")
    expect(portal.page.get_by_role("link", name="React Web App")).to_have_count(3)
    expect(portal.page.get_by_role("link", name="Inês Carvalho")).to_have_count(3)
    portal.page.get_by_test_id("owner-picker-owned").click()
    portal.sees("1-5 of 7")


@pytest.mark.parametrize("scenario", ["last-step-fails"])
def test_the_list_tells_how_each_task_stands_and_leads_to_it(portal, stage):
    failed = stage.create("hello-world")
    stage.end(failed)
    stage.world.scenario = "happy-path"
    completed = stage.create("hello-world")
    stage.end(completed)
    stage.world.scenario = "never-ending"
    running = stage.create("hello-world")
    stage.begin(running, "goodbye")
    stage.world.scenario = "stuck-in-queue"
    waiting = stage.create("hello-world")
    portal.open("/create/tasks")
    for task, status in ((failed, "failed"), (completed, "completed"), (running, "processing"), (waiting, "open")):
        expect(portal.page.get_by_role("row").filter(has_text=task)).to_contain_text(status)
    portal.page.get_by_role("link", name=running).click()
    portal.sees_step("Say goodbye", "running")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_who_has_no_task_is_told_so(portal):
    portal.open("/create/tasks")
    portal.sees("No records to display")
