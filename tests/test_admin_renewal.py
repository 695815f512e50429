"""Renewing an agreement: one button, which prepares the successor."""

import pytest

from registry.models import Agreement
from tests import factories
from tests.admin_forms import errors, filled, url
from tests.rights import SECRET, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def former():
    former = factories.AgreementFactory(
        title="Convention d’essai", kind="convention", signed_on="2020", ends_on="2026-06-30"
    )
    former.domains.add(factories.DomainFactory())
    for position, organisation in enumerate(factories.OrganisationFactory.create_batch(3)):
        former.parties.create(organisation=organisation, position=position)
    return former


def test_renewal_takes_over_what_both_have_in_common(client, former):
    client.force_login(factories.UserFactory())
    address = client.get(url(former)).context["renew_url"]

    response = client.post(url(Agreement, "add"), filled(client.get(address)))

    assert response.status_code == 302, errors(response)
    renewal = Agreement.objects.get(renews=former)
    assert (renewal.title, renewal.kind) == (former.title, former.kind)
    assert str(renewal.starts_on.isoformat()) == "2026-07-01"
    assert (renewal.signed_on, renewal.ends_on, renewal.status) == (None, None, "draft")
    assert list(renewal.domains.all()) == list(former.domains.all())
    assert [one.organisation for one in renewal.parties.all()] == [
        one.organisation for one in former.parties.all()
    ]


def test_renewal_of_a_draft_of_others_takes_nothing_over(client, former):
    theirs = factories.AuthorityFactory()
    Agreement.objects.update(title=SECRET, status="draft", authority=theirs)
    client.force_login(person("contributor", factories.AuthorityFactory()))

    response = client.get(url(Agreement, "add"), {"renews": former.pk})

    assert SECRET not in response.content.decode()
    assert "Convention" not in response.context["adminform"].form.initial.get("title", "")


def test_renewal_names_no_party_that_its_editor_may_not_know(client, former):
    hidden = factories.OrganisationFactory(
        name=SECRET, status="draft", authority=factories.AuthorityFactory()
    )
    former.parties.create(organisation=hidden, position=9)
    client.force_login(person("contributor", factories.AuthorityFactory()))

    response = client.get(url(Agreement, "add"), {"renews": former.pk})

    assert response.context["adminform"].form.initial["title"] == former.title
    assert SECRET not in response.content.decode()
