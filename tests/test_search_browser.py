"""The search box as people use it: by keyboard, told to screen readers, and without a script."""

import pytest
from django.urls import reverse

from tests.browser import faults
from tests.factories import AgreementFactory, PlaceFactory

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_suggestions_are_chosen_by_keyboard(page):
    place = PlaceFactory(name_fr="Zanzibar")
    AgreementFactory(title="Jumelage de Zanzibar")
    page.goto(reverse("registry:agreement_list"))
    box = page.locator("#site-q")
    box.press_sequentially("zanz")
    page.get_by_role("option", name="Zanzibar").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"

    box.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    assert faults(page) == []

    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "zanz"

    box.press("ArrowDown")
    box.press("ArrowDown")
    with page.expect_navigation():
        box.press("Enter")
    assert page.url.endswith(place.get_absolute_url())


def test_search_without_a_choice_or_a_script_shows_the_results(browser, live_server):
    AgreementFactory(title="Jumelage de Zanzibar")
    for script in (True, False):
        context = browser.new_context(base_url=live_server.url, java_script_enabled=script)
        page = context.new_page()
        page.goto(reverse("registry:agreement_list"))
        box = page.locator("#site-q")
        box.fill("zanz")
        with page.expect_navigation():
            box.press("Enter")
        assert page.locator("mark").first.inner_text() == "Zanzibar"
        context.close()
