"""Questions of visitors that one facet does not answer: who works with whom on what, what ends."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def listed(client, kind, **query):
    page = client.get(reverse(f"registry:{kind}_list"), query)
    return page, {str(record) for record in page.context["page_obj"]}


@pytest.fixture
def city():
    """A city, whose organisation does one thing with one partner and another with another."""
    city = factories.PlaceFactory(name_fr="Montréal")
    host = factories.OrganisationFactory(place=city)
    digital, water = factories.DomainFactory.create_batch(2)
    for domain, name in ((digital, "Numérique et Cie"), (water, "Eaux réunies")):
        partner = factories.OrganisationFactory(name=name)
        project = factories.ProjectFactory()
        project.domains.add(domain)
        project.partners.create(organisation=host)
        project.partners.create(organisation=partner)
    city.digital, city.water = digital, water
    return city


def test_organisations_that_work_with_a_place(client, city):
    _page, names = listed(client, "organisation", works_with=city.public_id)
    assert names == {"Numérique et Cie", "Eaux réunies"}


def test_domain_and_place_are_one_question(client, city):
    partner = city.digital.projects.get().partners.get(organisation__name="Numérique et Cie")
    elsewhere = factories.ProjectFactory()
    elsewhere.domains.add(city.water)
    elsewhere.partners.create(organisation=partner.organisation)
    page, names = listed(
        client, "organisation", works_with=city.public_id, works_on=city.water.code
    )
    assert names == {"Eaux réunies"}
    assert [chip.text for chip in page.context["chips"]] == [city.water.name, "Montréal"]


def test_drafts_are_no_work(client, city):
    city.digital.projects.update(status="draft")
    _page, names = listed(client, "organisation", works_with=city.public_id)
    assert names == {"Eaux réunies"}


@pytest.mark.parametrize("value", ["\0", "none", "x" * 300, "*"])
def test_activity_that_nobody_knows_is_told(client, value):
    for name in ("works_on", "works_with"):
        page, _names = listed(client, "organisation", **{name: value})
        assert page.context["refusals"]


def test_agreements_that_end_within_a_year(client):
    today = timezone.localdate()
    soon = factories.AgreementFactory(ends_on=str(today + datetime.timedelta(days=90)))
    factories.AgreementFactory(ends_on=str(today + datetime.timedelta(days=900)))
    page, names = listed(client, "agreement", standing="expiring")
    assert names == {str(soon)}
    [facet] = [facet for facet in page.context["facets"] if facet.name == "standing"]
    assert {value.code: value.count for value in facet.values} == {"in_force": 2, "expiring": 1}
    assert "standing=expiring" in client.get("/").text


def test_none_that_ends_within_a_year_is_an_answer(client):
    factories.AgreementFactory(ends_on=None)
    page, _names = listed(client, "agreement")
    [facet] = [facet for facet in page.context["facets"] if facet.name == "standing"]
    assert {value.code: value.count for value in facet.values} == {"in_force": 1, "expiring": 0}
