"""Suspected duplicates, merging two records, and making two of one again."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from registry import tasks
from registry.choices import Likeness, RevisionAction
from registry.duplicates import finding, merging
from registry.models import (
    Duplicate,
    Membership,
    Merge,
    NameDecision,
    Organisation,
    Place,
    Revision,
)
from tests import factories

pytestmark = pytest.mark.django_db


def organisations(*names, **values):
    return [factories.OrganisationFactory(name=name, **values) for name in names]


def reasons(model=Organisation) -> set:
    return {likeness for _one, _other, likeness in finding.suspects(model)}


@pytest.mark.parametrize(
    ("names", "likeness"),
    [
        (("Université de Rennes", "UNIVERSITE RENNES"), Likeness.SAME_NAME),
        (("Atlangames", "Atlangames SAS"), Likeness.LEGAL_FORM),
        (("Boréal inc.", "Boréal"), Likeness.LEGAL_FORM),
        (("Métropole de Rennes", "Rennes Métropole"), Likeness.WORD_ORDER),
        (("INRS", "Institut national de la recherche scientifique"), Likeness.ACRONYM),
    ],
)
def test_spellings_of_one_name_are_suspected(names, likeness):
    organisations(*names)
    assert reasons() == {likeness}


def test_slip_is_suspected_within_one_place():
    place = factories.PlaceFactory()
    organisations("Le Poool", "Le Pool", place=place)
    assert reasons() == {Likeness.SLIP}


def test_other_name_is_suspected():
    one, _other = organisations("Ville de Québec", "Québec (municipalité)")
    one.other_names.create(name="Québec (municipalité)")
    assert reasons() == {Likeness.OTHER_NAME}


@pytest.mark.parametrize(
    "names",
    [
        ("Nantes Métropole", "Rennes Métropole"),
        ("Université de Rennes 1", "Université de Rennes 2"),
        ("Ville de Lyon", "Ville de Laon"),
    ],
)
def test_other_names_are_not_suspected(names):
    organisations(*names, place=factories.PlaceFactory())
    assert reasons() == set()


def test_places_of_two_countries_are_told_apart_by_a_slip():
    factories.PlaceFactory(name_fr="Rochester", country="US")
    factories.PlaceFactory(name_fr="Rochestre", country="GB")
    assert reasons(Place) == set()


def test_place_is_no_duplicate_of_what_it_lies_in():
    region = factories.PlaceFactory(name_fr="Québec", country="CA", kind="region")
    factories.PlaceFactory(name_fr="Québec", country="CA", kind="city", parent=region)
    assert reasons(Place) == set()


def test_pair_said_to_be_two_stays_so():
    organisations("Atlangames", "Atlangames SAS")
    assert finding.refresh(Organisation) == 1
    Duplicate.objects.update(is_dismissed=True)
    assert finding.refresh(Organisation) == 0
    assert Duplicate.objects.count() == 1


def test_pair_that_is_no_longer_alike_leaves_the_list():
    one, _other = organisations("Atlangames", "Atlangames SAS")
    finding.refresh(Organisation)
    one.name = "Something else"
    one.save()

    assert finding.refresh(Organisation) == 0


@pytest.fixture
def pool():
    """One organisation under two names, each with relations of every kind."""
    kept, gone = organisations("Le Poool", "Le Pool", website="", place=factories.PlaceFactory())
    gone.website = "https://example.org"
    gone.save()
    gone.other_names.create(name="POOL", kind="acronym")
    gone.identifiers.create(scheme="siren", value="123456789")
    agreement, shared = factories.AgreementFactory.create_batch(2)
    agreement.parties.create(organisation=gone)
    shared.parties.create(organisation=kept)
    shared.parties.create(organisation=gone)
    member = factories.OrganisationFactory()
    Membership.objects.create(member=member, network=gone, role="présidence")
    Membership.objects.create(member=gone, network=kept)
    source = factories.SourceFactory(publisher=gone)
    contribution = factories.ContributionFactory()
    contribution.funders.add(gone)
    return {
        "kept": kept,
        "gone": gone,
        "agreement": agreement,
        "shared": shared,
        "member": member,
        "source": source,
        "contribution": contribution,
    }


def everything(pool) -> list:
    """All that the registry says of these, in an order that does not rest on primary keys."""
    return [
        sorted(
            (one.name, one.website, sorted(one.other_names.values_list("name", flat=True)))
            for one in Organisation.objects.all()
        ),
        sorted(pool["agreement"].parties.values_list("organisation__name", flat=True)),
        sorted(pool["shared"].parties.values_list("organisation__name", flat=True)),
        sorted(Membership.objects.values_list("member__name", "network__name", "role")),
        sorted(pool["contribution"].funders.values_list("name", flat=True)),
        Organisation.objects.get(identifiers__value="123456789").name,
        list(type(pool["source"]).objects.values_list("publisher__name", flat=True)),
    ]


def test_merging_moves_every_relation_once(pool):
    merging.merge(pool["kept"], pool["gone"])

    kept = Organisation.objects.get(name="Le Poool")
    assert not Organisation.objects.filter(name="Le Pool").exists()
    assert kept.website == "https://example.org"
    assert {"Le Pool", "POOL"} <= set(kept.other_names.values_list("name", flat=True))
    assert kept.identifiers.get().value == "123456789"
    assert [party.organisation for party in pool["agreement"].parties.all()] == [kept]
    assert [party.organisation for party in pool["shared"].parties.all()] == [kept]
    assert list(kept.members.values_list("member", "role")) == [(pool["member"].pk, "présidence")]
    assert list(pool["contribution"].funders.all()) == [kept]


def test_merging_is_in_the_history_of_all_that_it_touched(pool):
    user = factories.UserFactory()
    merging.merge(pool["kept"], pool["gone"], user, "One and the same")

    revisions = Revision.objects.filter(reason="One and the same", by=user)
    touched = {(one.model_name, one.record_id) for one in revisions}
    for name in ("agreement", "shared", "member", "source", "contribution", "kept"):
        assert (pool[name]._meta.model_name, pool[name].pk) in touched
    assert revisions.filter(action=RevisionAction.DELETED, record_id=pool["gone"].pk).exists()


def test_merge_is_undone_as_a_whole(pool):
    before = everything(pool)
    merge = merging.merge(pool["kept"], pool["gone"])
    assert everything(pool) != before
    missing = merging.undo(merge, factories.UserFactory())

    assert missing == []
    assert everything(pool) == before
    assert Organisation.objects.get(pk=pool["gone"].pk).public_id == pool["gone"].public_id


def test_merge_of_what_many_refer_to_takes_a_fixed_number_of_queries(
    pool, django_assert_max_num_queries
):
    """And so does its undoing: by the set, whatever the number of records."""
    for _number in range(40):
        factories.AgreementFactory().parties.create(organisation=pool["gone"])
    with django_assert_max_num_queries(260):
        merge = merging.merge(pool["kept"], pool["gone"])
    assert pool["kept"].agreement_parties.count() == 42
    with django_assert_max_num_queries(330):
        assert merging.undo(merge) == []
    assert pool["gone"].agreement_parties.count() == 42


def test_search_texts_of_thousands_are_written_afterwards(pool, monkeypatch):
    monkeypatch.setattr("registry.search.upkeep.MOST_AT_ONCE", 0)
    left = []

    merge = merging.merge(pool["kept"], pool["gone"], later=lambda: left.append("merge"))
    pool["agreement"].refresh_from_db()
    assert "poool" not in pool["agreement"].search_text
    tasks.index_neighbours.call("organisation", [pool["kept"].pk])

    pool["agreement"].refresh_from_db()
    assert "poool" in pool["agreement"].search_text
    merging.undo(merge, later=lambda: left.append("undo"))
    assert left == ["merge", "undo"]


def test_merge_is_undone_once(pool):
    merge = merging.merge(pool["kept"], pool["gone"])
    merging.undo(merge)
    with pytest.raises(merging.CannotUndoError):
        merging.undo(merge)


def test_former_address_leads_to_the_record_that_stayed(client, pool):
    address = pool["gone"].get_absolute_url()
    merge = merging.merge(pool["kept"], pool["gone"])

    response = client.get(address)
    assert response.status_code == 301
    assert response.url == pool["kept"].get_absolute_url()
    merging.undo(merge)
    assert client.get(address).status_code == 200


def test_former_address_tells_nothing_of_a_draft(client, pool):
    merging.merge(pool["kept"], pool["gone"])
    Organisation.objects.update(status="draft")

    assert client.get(pool["gone"].get_absolute_url()).status_code == 404


def test_places_are_merged_with_what_lies_in_them():
    kept, gone = (factories.PlaceFactory(name_fr=name) for name in ("Rennes", "Rennes (35)"))
    organisation = factories.OrganisationFactory(place=gone)
    below = factories.PlaceFactory(parent=gone)
    merging.merge(kept, gone)

    organisation.refresh_from_db()
    below.refresh_from_db()
    assert organisation.place == below.parent == kept


def test_two_of_one_name_in_both_places_keep_these_apart():
    kept, gone = (factories.PlaceFactory(name_fr=name) for name in ("Rennes", "Rennes (35)"))
    for place in (kept, gone):
        factories.OrganisationFactory(name="Ville de Rennes", place=place)
    with pytest.raises(merging.CannotMergeError):
        merging.merge(kept, gone)

    assert Place.objects.count() == 2
    assert not Merge.objects.exists()
    assert not NameDecision.objects.exists()


def test_record_is_not_merged_into_itself(pool):
    with pytest.raises(merging.CannotMergeError):
        merging.merge(pool["kept"], pool["kept"])


# In the administration --------------------------------------------------------------------------


@pytest.fixture
def staff(client):
    user = factories.UserFactory()
    client.force_login(user)
    return user


def address(kept, gone) -> str:
    return reverse("admin:registry_organisation_merge", args=[kept.pk, gone.pk])


def test_pair_is_found_compared_and_merged_in_the_administration(client, staff, pool):
    client.post(reverse("admin:registry_duplicate_search"))
    page = client.get(reverse("admin:registry_duplicate_changelist"))
    way = address(*sorted((pool["kept"], pool["gone"]), key=lambda one: one.pk))
    assert way in page.text

    preview = client.get(address(pool["kept"], pool["gone"])).text
    assert "https://example.org" in preview
    assert Organisation.objects.filter(pk=pool["gone"].pk).exists()
    client.post(address(pool["kept"], pool["gone"]), {"reason": "One"})
    assert not Organisation.objects.filter(pk=pool["gone"].pk).exists()
    assert way not in client.get(reverse("admin:registry_duplicate_changelist")).text


def test_merge_is_undone_in_the_administration(client, staff, pool):
    merge = merging.merge(pool["kept"], pool["gone"])
    way = reverse("admin:registry_merge_undo", args=[merge.pk])
    assert way in client.get(reverse("admin:registry_merge_changelist")).text
    assert client.get(way).status_code == 200
    client.post(way)

    assert Organisation.objects.filter(pk=pool["gone"].pk).exists()


def test_two_chosen_in_the_list_lead_to_the_page_that_merges(client, staff, pool):
    pks = [pool["kept"].pk, pool["gone"].pk]
    data = {"action": "merge", "_selected_action": pks}
    response = client.post(reverse("admin:registry_organisation_changelist"), data)

    assert response.url == address(pool["kept"], pool["gone"])


def test_pair_is_said_to_be_two(client, staff, pool):
    finding.refresh(Organisation)
    data = {"action": "dismiss", "_selected_action": [Duplicate.objects.get().pk]}
    client.post(reverse("admin:registry_duplicate_changelist"), data)

    assert Duplicate.objects.get().is_dismissed
    assert Duplicate.objects.get().dismissed_by == staff


def test_reader_merges_nothing(client, pool):
    user = factories.UserFactory(is_superuser=False)
    user.user_permissions.add(*Permission.objects.filter(codename="view_organisation"))
    client.force_login(user)
    merge = merging.merge(*organisations("A", "B"))

    assert client.post(address(pool["kept"], pool["gone"])).status_code == 403
    undo = reverse("admin:registry_merge_undo", args=[merge.pk])
    assert client.post(undo).status_code == 403
    assert client.post(reverse("admin:registry_duplicate_search")).status_code == 403


def test_going_back_after_a_merge_leads_to_what_stayed(client):
    client.force_login(factories.UserFactory())
    kept, gone = organisations("Atlangames", "Atlangames SAS")
    address = reverse("admin:registry_organisation_merge", args=[kept.pk, gone.pk])
    client.post(address, {"reason": ""})

    there = reverse("admin:registry_organisation_change", args=[kept.pk])
    assert client.get(address).url == there
    assert client.post(address, {"reason": ""}).url == there
