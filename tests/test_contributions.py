"""Grants to organisations, for a purpose and without a project."""

import pytest
from django.urls import reverse

from registry import search
from registry.dates import parse_date
from registry.models import Contribution
from tests.factories import ContributionFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipient():
    return OrganisationFactory(name="Club nautique", status="published")


@pytest.fixture
def grant(recipient):
    grant = ContributionFactory(
        title="Régate d'automne",
        amount=1500,
        year=2019,
        decided_on="2019-03-18",
        decision="CONV 12",
        status="published",
    )
    grant.recipients.add(recipient)
    grant.refresh_from_db()
    return grant


def test_grant_is_called_by_its_purpose_and_amount(grant):
    assert str(grant) == "Régate d'automne – 1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}€ (2019)"


def test_grant_without_year_is_of_the_year_of_its_decision():
    assert ContributionFactory.build(year=None, decided_on=parse_date("2018-05")).years == "2018"


def test_page_of_a_grant_names_recipient_decision_and_purpose(client, grant):
    page = client.get(grant.get_absolute_url()).content.decode()

    for words in ("Club nautique", "18 mars 2019", "CONV 12", "Régate d&#x27;automne"):
        assert words in page


def test_page_of_an_organisation_lists_what_it_received(client, grant, recipient):
    page = client.get(recipient.get_absolute_url()).content.decode()

    assert grant.get_absolute_url() in page


def test_page_of_a_grant_hides_a_recipient_that_is_a_draft(client, grant, recipient):
    type(recipient).objects.update(status="draft")

    page = client.get(grant.get_absolute_url()).content.decode()

    assert "Club nautique" not in page


def test_grant_is_found_by_its_purpose_and_its_recipient(grant):
    for words in ("regate", "club nautique", "conv 12"):
        assert list(search.matching(Contribution.objects, words)) == [grant]


def test_grant_is_not_found_by_a_recipient_that_is_a_draft(grant, recipient):
    recipient.status = "draft"
    recipient.save()

    assert not search.matching(Contribution.objects, "nautique")


def test_grants_of_a_year_are_sorted_by_their_decision():
    early = ContributionFactory(year=2019, decided_on="2019-01-08")
    late = ContributionFactory(year=2019, decided_on="2019-11")

    assert list(Contribution.objects.all()) == [late, early]


def test_list_of_grants_is_filtered_by_recipient(client, grant, recipient):
    ContributionFactory(status="published", amount=77)
    url = reverse("registry:contribution_list")

    page = client.get(url, {"recipient": recipient.public_id})

    assert list(page.context["page_obj"]) == [grant]
