"""The history of records: what it keeps of a change, how it reads, the way back."""

import pytest

from registry import history, models
from registry.choices import RevisionAction, Status
from registry.history.reading import Reader
from registry.history.restoring import CannotRestoreError, restore, state_at
from registry.search import matching
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return factories.UserFactory()


def change(record, by=None, reason="", **values):
    """Give the record these values, as somebody would, with the history of it."""
    with history.tracking(record, by, reason):
        for name, value in values.items():
            setattr(record, name, value)
        record.save()
    return models.Revision.objects.first()


def full_delegation():
    delegation = factories.DelegationFactory(title="Mission à Rochester")
    delegation.domains.add(factories.DomainFactory(code="eau"))
    delegation.agreements.add(factories.AgreementFactory())
    delegation.stops.create(place=factories.PlaceFactory(), starts_on="2024-04", position=1)
    delegation.participants.create(name="Camille Essai", office="Maire", position=1)
    item = delegation.programme.create(title="Visite", position=1)
    item.organisations.add(factories.OrganisationFactory())
    delegation.citations.create(source=factories.SourceFactory(), passage="page 3")
    return delegation


def test_change_keeps_what_differs_alone(user):
    agreement = factories.AgreementFactory(title="Accord")

    revision = change(agreement, user, "Titre corrigé", title="Convention")

    assert (revision.before, revision.after) == ({"title": "Accord"}, {"title": "Convention"})
    assert (revision.by, revision.reason, revision.action) == (user, "Titre corrigé", "changed")
    assert (revision.model_name, revision.public_id) == ("agreement", agreement.public_id)


def test_change_of_nothing_writes_nothing():
    contribution = factories.ContributionFactory(amount=1000)

    change(contribution, amount=1000)

    assert not models.Revision.objects.exists()


def test_links_and_rows_are_kept_as_what_went_and_what_came():
    agreement = factories.AgreementFactory()
    old, new = factories.DomainFactory.create_batch(2)
    agreement.domains.add(old)
    party = agreement.parties.create(organisation=factories.OrganisationFactory(), position=1)

    with history.tracking(agreement):
        agreement.domains.set([new])
        party.role = "associated"
        party.save()

    revision = models.Revision.objects.get()
    row = {"organisation": party.organisation.public_id, "position": 1}
    assert revision.before == {"domains": [old.code], "parties": [row | {"role": "party"}]}
    assert revision.after == {"domains": [new.code], "parties": [row | {"role": "associated"}]}
