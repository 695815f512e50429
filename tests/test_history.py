"""The history of records: what it keeps of a change, how it reads, the way back."""

from decimal import Decimal

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


def test_state_at_any_change_is_reached_by_taking_back_the_later_ones():
    agreement = factories.AgreementFactory(title="Un")
    domain = factories.DomainFactory()
    first = change(agreement, title="Deux")
    with history.tracking(agreement):
        agreement.domains.add(domain)
    change(agreement, title="Trois")

    assert state_at(first)["title"] == "Deux"
    assert state_at(first)["domains"] == []
    assert state_at(first, before=True)["title"] == "Un"


def test_deleted_record_comes_back_with_all_that_it_had_and_all_that_held_it():
    delegation = full_delegation()
    agreement = factories.AgreementFactory(signed_during=delegation)
    project = factories.ProjectFactory()
    project.delegations.add(delegation)
    wanted = history.snapshot(delegation, whole=True)
    history.deleted([delegation])
    pk = delegation.pk
    delegation.delete()

    record, missing = restore(models.Revision.objects.get(), before=True)

    assert (record.pk, missing) == (pk, [])
    assert history.snapshot(record, whole=True) == wanted
    agreement.refresh_from_db()
    assert agreement.signed_during == record
    assert project.delegations.get() == record
    assert matching(models.Delegation.objects.all(), "rochester").get() == record


def test_what_is_gone_since_is_named_and_the_rest_comes_back():
    delegation = full_delegation()
    domain = delegation.domains.get()
    history.deleted([delegation])
    delegation.delete()
    history.deleted([domain])
    domain.delete()

    record, missing = restore(models.Revision.objects.last(), before=True)

    assert missing == [str(domain)]
    assert record.stops.count() == 1


def test_record_whose_owner_is_gone_does_not_come_back():
    call = factories.CallFactory()
    history.deleted([call])
    call.delete()
    history.deleted([call.fund])
    call.fund.delete()

    with pytest.raises(CannotRestoreError, match=call.fund.name):
        restore(models.Revision.objects.last(), before=True)


def test_version_that_clashes_with_a_record_of_today_is_refused_in_words():
    agreement = factories.AgreementFactory(title="Un")
    revision = change(agreement, title="Deux")
    factories.AgreementFactory(title="Un")

    with pytest.raises(CannotRestoreError, match="intitulé"):
        restore(revision, before=True)

    agreement.refresh_from_db()
    assert agreement.title == "Deux"


def test_restored_record_is_found_by_what_it_says_again():
    agreement = factories.AgreementFactory(title="Ancien")
    revision = change(agreement, title="Nouveau")

    restore(revision, before=True)

    assert matching(models.Agreement.objects.all(), "ancien").exists()
    assert not matching(models.Agreement.objects.all(), "nouveau").exists()


def test_member_added_on_the_page_of_a_network_is_in_the_history_of_both():
    network, member = factories.OrganisationFactory.create_batch(2)

    with history.tracking(network):
        network.members.create(member=member, role="présidence")

    after = dict(models.Revision.objects.values_list("record_id", "after"))
    assert after == {
        network.pk: {"members": [{"member": member.public_id, "role": "présidence"}]},
        member.pk: {"memberships": [{"network": network.public_id, "role": "présidence"}]},
    }


def test_publication_in_bulk_keeps_the_former_status_of_each(user):
    factories.AgreementFactory(status=Status.DRAFT)
    factories.AgreementFactory(status=Status.IN_REVIEW)
    factories.AgreementFactory(status=Status.PUBLISHED)

    models.Agreement.objects.publish(by=user)

    revisions = models.Revision.objects.filter(action=RevisionAction.PUBLISHED, by=user)
    assert {one.before["status"] for one in revisions} == {"draft", "in_review"}


def test_differences_read_as_people_write_them(user):
    agreement = factories.AgreementFactory(signed_on="2010", tacit_renewal=False, kind="protocol")
    party = agreement.parties.create(organisation=factories.OrganisationFactory(name="Rennes"))
    with history.tracking(agreement):
        agreement.signed_on, agreement.tacit_renewal, agreement.kind = "2010-04", True, "twinning"
        agreement.save()
        party.delete()
    revision = models.Revision.objects.get()

    read = Reader([revision]).differences(revision)

    lines = {one.label: (one.lines[0].before, one.lines[0].after) for one in read}
    assert lines["Date de signature"] == ("2010", "avril 2010")
    assert ("non", "oui") in lines.values()
    assert ("Rennes (Partie)", "") in lines.values()


def test_long_text_shows_the_words_that_changed():
    agreement = factories.AgreementFactory(summary="Une coopération sur l'eau et la santé")
    revision = change(agreement, summary="Une coopération sur l'eau et la culture")

    (difference,) = Reader([revision]).differences(revision)

    assert difference.lines[0].words == (
        ("kept", "Une coopération sur l'eau et la "),
        ("gone", "santé"),
        ("new", "culture"),
    )


@pytest.mark.parametrize(
    ("amount", "read"), [("1234.50", "1 234,50"), ("20000", "20 000"), ("0.05", "0,05")]
)
def test_amounts_read_as_people_write_them(amount, read):
    contribution = factories.ContributionFactory(amount=1)
    revision = change(contribution, amount=Decimal(amount))

    differences = Reader([revision]).differences(revision)

    assert " ".join(differences[0].lines[0].after.split()) == read
