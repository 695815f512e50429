"""The map, the timeline and the figures in a real browser: by keyboard, without a script."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from tests import factories

pytestmark = [
    pytest.mark.appearance,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def cooperation():
    """An agreement of three places, one of them without coordinates."""
    rennes = factories.PlaceFactory(name_fr="Rennes", latitude=48.1, longitude=-1.7)
    quebec = factories.PlaceFactory(name_fr="Québec", country="CA", latitude=46.8, longitude=-71.2)
    nowhere = factories.PlaceFactory(name_fr="Nulle part")
    agreement = factories.AgreementFactory(ends_on="2030")
    for place in (rennes, quebec, nowhere):
        agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    return agreement


def address(view):
    return f"{reverse('registry:agreement_list')}?view={view}"


def test_map_shows_places_and_lines_and_says_what_is_missing(page, cooperation):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address("map"))
    page.wait_for_selector(".map__land", state="attached")
    assert page.locator(".spot").count() == 2
    assert page.locator(".map__line").count() == 1
    assert "Nulle part" in page.locator(".note").inner_text()
    assert page.locator(".map-tables tbody tr").count() == 3 + 3
    assert complaints == []


def test_place_of_the_map_opens_and_closes_by_keyboard(page, cooperation):
    page.goto(address("map"))
    spot = page.locator(".spot", has_text="Rennes")
    spot.focus()
    page.keyboard.press("Enter")
    link = page.locator(".map__popup a").first
    link.wait_for()
    assert page.evaluate("document.activeElement.textContent") == link.inner_text()
    page.keyboard.press("Escape")
    page.locator(".map__popup").wait_for(state="detached")
    assert "Rennes" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=*")
    assert page.locator(".card").count() == 1


def test_map_says_so_when_it_cannot_be_drawn(page, cooperation):
    page.route("**/map.json*", lambda route: route.abort())
    page.goto(address("map"))
    assert page.locator(".map .note").inner_text()
    assert page.locator(".map-tables tbody tr").count() == 6


def test_views_serve_without_a_script(browser, live_server, cooperation):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(address("map"))
    assert not page.locator(".map__frame").is_visible()
    page.locator(".map-tables a", has_text="1 ").first.click()
    assert page.locator(".card").count() == 1
    page.goto(address("figures"))
    page.locator(".chart__links a").first.click()
    assert page.locator(".card").count() == 1
    page.goto(address("timeline"))
    assert page.locator(".timeline__years > li > ol > li").count() == 1
    context.close()


def test_figures_are_named_for_who_does_not_see_them(page, cooperation):
    page.goto(address("figures"))
    assert page.get_by_role("img", name=gettext("By year")).count() == 1
    assert page.locator(".chart__links a:not([tabindex='-1'])").count() == 0
