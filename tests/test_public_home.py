"""The front page: what is here, what is near, what is new, and the ways in."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


def home(client):
    return client.get(reverse("registry:home"))


def in_days(days):
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def soon(client):
    return {(one.kind, one.when): one.records for one in home(client).context["soon"]}


def test_home_of_an_empty_registry_shows_no_empty_section(client):
    response = home(client)
    assert response.status_code == 200
    assert response.context["soon"] == []
    assert response.text.count("<h2") == 1 + 2  # the figures, and the two of the foot


def test_home_tells_what_expires_and_what_does_not(client):
    first = factories.AgreementFactory(signed_on="2020", ends_on=in_days(30))
    later = factories.AgreementFactory(signed_on="2020", ends_on=in_days(300))
    factories.AgreementFactory(signed_on="2020", ends_on=in_days(400))
    factories.AgreementFactory(signed_on="2020", ends_on=in_days(30), tacit_renewal=True)
    factories.AgreementFactory(signed_on="2020", ends_on=in_days(30), status="draft")
    assert soon(client) == {("agreement", "ends_on"): [first, later]}


def test_home_tells_calls_that_close_and_that_open(client):
    closing = factories.CallFactory(opens_on=in_days(-5), closes_on=in_days(5))
    opening = factories.CallFactory(opens_on=in_days(5), closes_on=in_days(50))
    factories.CallFactory(closes_on=in_days(-1))
    factories.CallFactory(closes_on=in_days(5), status="draft")
    assert soon(client) == {("call", "closes_on"): [closing], ("call", "opens_on"): [opening]}


def test_home_tells_delegations_that_are_surely_to_come(client):
    coming = factories.DelegationFactory(starts_on=in_days(20), ends_on=None)
    factories.DelegationFactory(starts_on=str(timezone.localdate().year), ends_on=None)
    assert soon(client) == {("delegation", "starts_on"): [coming]}


def test_home_tells_what_was_changed_last_of_all_kinds(client):
    agreement, delegation = factories.AgreementFactory(), factories.DelegationFactory()
    factories.ProjectFactory(status="draft", call=None)
    assert home(client).context["changed"] == [
        ("delegation", delegation),
        ("agreement", agreement),
    ]


def test_home_counts_the_ways_in_without_drafts_and_after_each_change(client):
    organisation = factories.OrganisationFactory(place__name_fr="Rennes")
    for status in ("published", "draft"):
        record = factories.AgreementFactory(status=status)
        record.parties.create(organisation=organisation)
    places = home(client).context["places"]
    assert [(place.name, place.number) for place in places] == [("Rennes", 1)]
    factories.AgreementFactory().parties.create(organisation=organisation)
    assert [place.number for place in home(client).context["places"]] == [2]


def test_home_shows_the_latest_delegations_and_none_to_come(client):
    dates = [in_days(10), "2020", "2024-05", "2023", "2022-01"]
    records = [factories.DelegationFactory(starts_on=date, ends_on=None) for date in dates]
    latest = {str(url): records for _title, url, records in home(client).context["latest"]}
    assert latest[reverse("registry:delegation_list")] == [records[2], records[3], records[4]]


def test_home_counts_domains_with_those_below(client):
    above = factories.DomainFactory()
    factories.AgreementFactory().domains.add(above)
    factories.ProjectFactory(call=None).domains.add(factories.DomainFactory(parent=above))
    factories.AgreementFactory(status="draft").domains.add(above)
    assert [(one, one.number) for one in home(client).context["domains"]] == [(above, 2)]
