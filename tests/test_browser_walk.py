"""The two walks for which the registry exists, in a real browser.

A visitor goes from the home page to the source of a fact; an editor signs in, edits, publishes, and
the record is there for everybody.
"""

import re

import pytest
from django.urls import reverse

from registry.choices import Status
from registry.models import Agreement
from tests.factories import (
    AgreementFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def problems(page):
    """What the browser complains of on the way: errors of scripts, refusals of the policy."""
    found = []
    page.on(
        "console",
        lambda line: found.append(f"{line.text} {line.location}") if line.type == "error" else None,
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            found.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    return found


@pytest.fixture
def agreement():
    """One to be found among others, with a party on each side and a source."""
    agreement = AgreementFactory(title="Convention sur la santé", kind="convention")
    for name, country in (("Ville d’ici", "FR"), ("Ville de là-bas", "CA")):
        place = PlaceFactory(name_fr=name, country=country)
        agreement.parties.create(organisation=OrganisationFactory(name=name, place=place))
    source = SourceFactory(title="Communiqué du 9 avril")
    agreement.citations.create(source=source, passage="Les deux maires ont signé.")
    AgreementFactory(title="Jumelage", kind="twinning")
    return agreement


def test_visitor_walks_from_home_to_the_source_of_a_fact(page, problems, agreement):
    page.goto(reverse("registry:home"))
    page.get_by_role("navigation").locator(
        f"a[href='{reverse('registry:agreement_list')}']"
    ).click()
    assert page.locator("main .cards > li").count() == 2

    page.locator("form.filters__form input[name=kind][value=convention]").check()
    page.locator("form.filters__form button[type=submit]").first.click()
    page.locator("main .cards > li:only-child").wait_for()
    assert "kind=convention" in page.url

    page.get_by_role("link", name=agreement.title).click()
    assert page.locator("h1").inner_text() == agreement.title
    assert page.get_by_text("Les deux maires ont signé").is_visible()

    page.get_by_role("main").get_by_role("link", name="Communiqué du 9 avril").first.click()
    assert page.locator("h1").inner_text() == "Communiqué du 9 avril"
    assert page.get_by_role("link", name=agreement.title).is_visible()
    assert not problems


def test_visitor_without_scripts_walks_the_same_way(browser, live_server, agreement):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{reverse('registry:agreement_list')}?kind=convention")
    assert page.locator("main .cards > li").count() == 1
    page.get_by_role("link", name=agreement.title).click()

    assert page.locator("h1").inner_text() == agreement.title
    context.close()


def test_editor_signs_in_edits_and_publishes_and_everybody_sees(page, problems, live_server):
    UserFactory(username="camille", password="a-word-for-tests")
    draft = AgreementFactory(title="Protocole", status=Status.DRAFT)
    address, public_list = draft.get_absolute_url(), reverse("registry:agreement_list")
    assert page.goto(address).status == 404

    page.goto(reverse("admin:registry_agreement_change", args=[draft.pk]))
    problems.clear()  # the refusal was meant
    page.locator("input[name=login]").fill("camille")
    page.locator("input[name=password]").fill("a-word-for-tests")
    page.keyboard.press("Enter")
    page.locator("input[name=title]").fill("Protocole d’amitié")
    page.locator("input[name=signed_on]").fill("mai 2024")
    page.locator("[name=_move][value=publish]").first.click()
    page.wait_for_url(re.compile(reverse("admin:registry_agreement_changelist")))

    page.goto(public_list)
    page.get_by_role("link", name="Protocole d’amitié").click()
    assert page.locator("h1").inner_text() == "Protocole d’amitié"
    assert page.get_by_text("mai 2024").first.is_visible()
    assert Agreement.objects.get().updated_by.username == "camille"
    assert not problems
