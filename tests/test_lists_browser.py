"""Lists in a real browser: htmx replaces the results where the browser would load a page."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def loaded(page):
    """The pages that the browser loads by itself."""
    pages = []
    page.on("request", lambda one: one.resource_type == "document" and pages.append(one.url))
    return pages


@pytest.fixture
def projects(page):
    factories.ProjectFactory.create_batch(30)
    factories.ProjectFactory(title="Autre état", activity_status="ongoing")
    page.goto(reverse("registry:project_list"))


def said(page) -> str:
    return page.locator("[data-said]").inner_text()


def test_filter_replaces_the_results_and_says_their_number(page, projects, loaded):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.locator("[name=progress][value=ongoing]").check()
    page.locator(".filters__actions button").click()
    page.wait_for_url("**progress=ongoing")
    page.wait_for_function("document.querySelector('[data-said]').textContent")
    assert page.locator(".card").count() == 1
    assert page.evaluate("document.activeElement.id") == "results"
    assert said(page).startswith("1 ")
    assert "progress=ongoing" in page.locator("#languages a").get_attribute("href")
    assert loaded == []
    assert complaints == []


def test_back_button_leads_to_the_list_before(page, projects, loaded):
    page.locator(".pagination a[rel=next]").click()
    page.wait_for_url("**page=2")
    page.wait_for_function("document.querySelector('[data-said]').textContent")
    assert said(page).endswith("2")
    page.go_back()
    page.wait_for_url(f"**{reverse('registry:project_list')}")
    page.locator(".pagination a[rel=next]").wait_for()
    assert page.locator(".card").count() == 25


def test_links_of_the_head_follow_the_list(page, projects, loaded):
    page.locator("[name=progress][value=ongoing]").check()
    page.locator(".filters__actions button").click()
    page.wait_for_url("**progress=ongoing")
    feed = page.locator("head link[type='application/atom+xml']")
    expect(feed).to_have_count(1)
    expect(feed).to_have_attribute("href", re.compile("progress=ongoing"))
    assert loaded == []


def test_map_is_loaded_as_a_page(page, projects, loaded):
    page.locator(".views a", has_text="arte").click()
    page.wait_for_url("**view=map")
    assert len(loaded) == 1


def test_page_loads_where_the_server_fails(page, projects, loaded):
    page.route("**sort=title", lambda route: route.continue_() if loaded else route.abort())
    with page.expect_navigation():
        page.locator(".sorts a[href*='sort=title']").click()
    assert "sort=title" in loaded[0]
