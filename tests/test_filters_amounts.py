"""Amounts in lists: in one currency, never converted, told politely where they make no sense."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from registry.filters.amounts import read_amount
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def projects():
    """Three projects: two share 20 000 €, one of them has 500 € besides; the third has dollars."""
    small, large, other = factories.ProjectFactory.create_batch(3)
    factories.ProjectFactory(title="Sans montant")
    factories.ContributionFactory(amount=20_000).projects.set([small, large])
    factories.ContributionFactory(amount=500).projects.set([large])
    factories.ContributionFactory(amount=30_000, currency="CAD").projects.set([other])
    factories.ContributionFactory(amount=9_000, status="draft").projects.set([small])
    return small, large, other


def listed(client, kind="project", **query):
    return client.get(reverse(f"registry:{kind}_list"), query)


def titles(response) -> set[str]:
    return {record.title for record in response.context["page_obj"]}


@pytest.mark.parametrize(
    ("text", "amount"),
    [("20000", 20_000), ("20 000", 20_000), ("20\u202f000,50", "20000.5"), ("1,000,000", 10**6)],
)
def test_amount_is_read_as_people_write_it(text, amount):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["-1", "1e9", "20 0000", "NaN", "2" * 25, "20 000 €", "１２"])
def test_text_that_is_no_amount_is_refused(text):
    with pytest.raises(ValidationError):
        read_amount(text)


def test_project_has_the_sum_of_a_currency(client, projects):
    small, large, other = projects
    found = listed(client, currency="EUR", amount_from="20 001")
    assert titles(found) == {large.title}
    assert titles(listed(client, currency="EUR", amount_to="20000")) == {small.title}
    assert titles(listed(client, currency="CAD")) == {other.title}
    assert titles(listed(client, currency="none")) == {"Sans montant"}


def test_amount_shows_as_a_chip_of_its_currency(client, projects):
    page = listed(client, currency="EUR", amount_from="20 000")
    assert [chip.text for chip in page.context["chips"]] == ["euro", "20\xa0000\xa0€"]


@pytest.mark.parametrize(
    "query",
    [
        {"amount_from": "1000"},
        {"currency": "XXX"},
        {"currency": "EUR", "amount_from": "beaucoup"},
        {"currency": "EUR", "amount_from": "5", "amount_to": "\0"},
        {"currency": "EUR", "amount_from": "500", "amount_to": "400"},
    ],
)
def test_amount_that_cannot_be_compared_is_left_out_and_told(client, projects, query):
    page = listed(client, **query)
    assert page.status_code == 200
    assert page.context["refusals"]
    assert client.get("/projets.csv", query).status_code == 400


def test_only_currency_of_the_registry_need_not_be_chosen(client):
    factories.ContributionFactory(amount=100).projects.add(factories.ProjectFactory())
    assert listed(client, amount_from="100").context["paginator"].count == 1
    assert listed(client, amount_from="101").context["paginator"].count == 0


def test_contributions_are_found_by_their_amount(client, projects):
    page = listed(client, "contribution", currency="EUR", amount_from="501")
    assert page.context["paginator"].count == 1
    both = listed(client, "contribution", currency=["EUR", "CAD"], amount_from="501")
    assert both.context["refusals"]


def test_amount_counts_the_other_facets(client, projects):
    page = listed(client, currency="EUR", amount_from="1")
    counts = [
        value.count
        for facet in page.context["facets"]
        if facet.name == "call"
        for value in facet.values
    ]
    assert sum(counts) == 2
