"""The list of templates, its filters, and the stars of a person."""

import pytest
from playwright.sync_api import expect

ALL = [
    "Cloud Resource",
    "Data Pipeline",
    "Deploy Key",
    "Documentation Site",
    "Hello World",
    "Legacy Migration (broken)",
    "Library Monorepo",
    "Python Service",
    "React Web App",
]


@pytest.fixture
def listed(portal):
    portal.open("/create/templates")
    portal.sees(*ALL)
    return portal


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_all_templates_are_offered_with_what_they_are_for_and_whose_they_are(listed):
    expect(listed.cards()).to_have_count(len(ALL))
    card = listed.card("React Web App")
    for text in ("A single-page app with our design system", "website", "typescript", "Web"):
        expect(card.get_by_text(text).first).to_be_visible()
    expect(card.get_by_role("link", name="Acme UI")).to_have_attribute("href", "https://ui.acme.example")


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_the_search_finds_titles(listed):
    listed.page.get_by_role("textbox", name="Search").fill("python")
    expect(listed.cards()).to_have_count(1)
    listed.sees("Python Service")
    listed.page.get_by_label("clear search").click()
    expect(listed.cards()).to_have_count(len(ALL))


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
@pytest.mark.parametrize(
    ("picker", "option", "found"),
    [
        ("Tags", "docs", ["Documentation Site"]),
        ("Categories", "Library", ["Library Monorepo"]),
        ("Owner", "Data", ["Data Pipeline"]),
    ],
)
def test_a_filter_leaves_what_it_names(listed, picker, option, found):
    listed.page.get_by_label(picker).click()
    listed.page.get_by_role("option", name=option, exact=True).click()
    expect(listed.cards()).to_have_count(len(found))
    listed.sees(*found)


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_star_is_kept(listed):
    expect(listed.page.get_by_test_id("user-picker-starred")).to_have_attribute("aria-disabled", "true")
    listed.card("Hello World").get_by_role("button", name="Add to favorites").click()
    listed.page.get_by_test_id("user-picker-starred").click()
    expect(listed.cards()).to_have_count(1)
    listed.page.reload()
    listed.sees("Hello World")
    expect(listed.card("Hello World").get_by_role("button", name="Remove from favorites")).to_be_visible()
