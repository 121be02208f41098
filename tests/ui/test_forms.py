"""A template from the choice to the task: pages of a form, what they object to, the review."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scenario", ["happy-path", "slow", "flaky"])
def test_a_form_of_two_pages_is_filled_in_reviewed_and_becomes_a_task(portal, stage):
    portal.open("/create/templates")
    portal.card("React Web App").get_by_role("button", name="Choose").click()
    portal.sees("About the app", "This is what your colleagues will see in the catalog.")
    portal.press("Next")
    # What is missing is said by the browser itself.
    objection = portal.page.get_by_role("textbox", name="Name").evaluate("field => field.validationMessage")
    assert objection == "Please fill out this field."
    portal.fill("Name", "Gift Finder")
    portal.choose("Owner", "Web")
    portal.press("Next")
    portal.sees('must match pattern "^[a-z][a-z0-9-]*$"')
    portal.fill("Name", "gift-finder")
    portal.press("Next")
    portal.sees("Where the code goes")
    portal.fill("Repository", "gift-finder")
    portal.page.keyboard.press("Tab")
    portal.press("Check")
    for name, value in (("Name", "gift-finder"), ("Owner", "group:default/team-web"), ("Look and feel", "Acme UI")):
        expect(portal.page.get_by_role("row", name=name).first).to_contain_text(value)
    portal.press("Create app")
    task = portal.task_id()
    portal.sees_step("Fetch the skeleton", "open")
    stage.begin(task, "publish")
    portal.sees_step("Create the repository", "running")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_template_without_parameters_is_created_at_once(portal, stage):
    portal.open("/create/templates/default/hello-world")
    portal.press("Create")
    stage.end(portal.task_id())
    portal.sees("It works", "two steps")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_an_unknown_template_has_no_form(portal):
    portal.watch.expect("404")
    portal.open("/create/templates/default/nowhere")
    portal.sees("Failed to load template, ResponseError: Request failed with 404 Not Found")
