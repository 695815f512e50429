"""Search text: spelling is forgiven, neighbours count, drafts never show, nothing goes stale."""

import threading
import time

import pytest
from django.db import connections, transaction

from registry import search
from registry.choices import AgreementKind, Status
from registry.models import Agreement, Contribution, Delegation, Organisation, Project
from registry.querysets import RecordQuerySet
from registry.text import fold, name_key
from tests.factories import (
    AgreementFactory,
    CallFactory,
    ContributionFactory,
    DelegationFactory,
    DomainFactory,
    FundFactory,
    OrganisationFactory,
    PlaceFactory,
    ProjectFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db


def _finds(record, text):
    """Whether text finds the record, which the public's index and the staff's search agree on."""
    alone = type(record).objects.filter(pk=record.pk)
    public = search.found(alone, text).exists()
    assert public is (record.pk in search.keys(type(record), text))
    assert public is search.matching(alone, text).exists()
    return public


def _party(organisation, **values):
    agreement = AgreementFactory(**values)
    agreement.parties.create(organisation=organisation)
    return agreement


# Folding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Mise en œuvre", "oeuvre"),
        ("Mise en oeuvre", "œuvre"),
        ("Québec", "QUEBEC"),
        ("Quebec", "québec"),
        ("Cœur d’Évreux", "coeur d'evreux"),
        ("Ille-et-Vilaine", "ille et vilaine"),
        ("Santé numérique", "numeri sant"),  # in any order, by a part of a word
        ("E\u0301vreux", "évreux"),  # composed or not
        ("Straße", "strasse"),
        ("20\u202f000 habitants", "000"),
    ],
)
def test_search_forgives_spelling(title, query):
    assert _finds(AgreementFactory(title=title), query)


@pytest.mark.parametrize("query", ["Rennes Toulouse", "Rennes\\", "Ren%", "Renn_ouil"])
def test_search_wants_every_word_and_knows_no_wildcard(query):
    agreement = AgreementFactory(title="Rennes et Québec")

    found = _finds(agreement, query)

    assert found is (query in ("Rennes\\", "Ren%"))


@pytest.mark.parametrize("query", ["x" * 10_000, "a " * 5_000, "\x00", "' OR 1=1 --", "”“"])
def test_search_of_anything_answers(query):
    AgreementFactory()

    assert search.matching(Agreement.objects.all(), query).count() in (0, 1)


@pytest.mark.parametrize("one", ["L’ŒUVRE  d'Évreux", "  ", "Ægir – ﬁn", "Δήμος", "İstanbul"])
def test_fold_of_what_is_folded_changes_nothing(one):
    assert fold(fold(one)) == fold(one)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CCI d'Ille-et-Vilaine", "CCI Ille et Vilaine", True),
        ("Le Poool", "LE POOOL", True),
        ("Le Pool", "Le Poool", False),
        ("La", "Le", False),  # nothing but an article is a name
    ],
)
def test_name_key_is_equal_for_what_is_surely_one_name(one, other, same):
    assert (name_key(one) == name_key(other)) is same


# Neighbours --------------------------------------------------------------------------------------


def test_search_finds_an_agreement_by_another_name_of_its_party():
    organisation = OrganisationFactory(name="Le Poool")
    agreement = _party(organisation)

    organisation.other_names.create(name="Rennes Atalante", kind="former")

    assert _finds(agreement, "atalante")
    organisation.other_names.all().delete()
    assert not _finds(agreement, "atalante")


def _stop(place):
    delegation = DelegationFactory()
    delegation.stops.create(place=place)
    return delegation


def _met_in(place):
    delegation = DelegationFactory()
    delegation.programme.create(title="Visite", place=place)
    return delegation


def _meeting(organisation):
    delegation = DelegationFactory()
    delegation.programme.create(title="Visite").organisations.add(organisation)
    return delegation


def _participant(organisation):
    delegation = DelegationFactory()
    delegation.participants.create(organisation=organisation)
    return delegation


def _runs(organisation):
    fund = FundFactory()
    fund.organisations.create(organisation=organisation)
    return fund


def _partner(organisation):
    project = ProjectFactory()
    project.partners.create(organisation=organisation)
    return project


def _funded_by(organisation):
    contribution = ContributionFactory()
    contribution.funders.add(organisation)
    return contribution


def _in_place(place):
    project = ProjectFactory()
    project.places.add(place)
    return project


def _money_for(project):
    contribution = ContributionFactory()
    contribution.projects.add(project)
    return contribution


NEIGHBOURS = [
    (OrganisationFactory, "name", _party),
    (OrganisationFactory, "name", _meeting),
    (OrganisationFactory, "name", _participant),
    (OrganisationFactory, "name", _runs),
    (OrganisationFactory, "name", _partner),
    (OrganisationFactory, "name", _funded_by),
    (OrganisationFactory, "name", lambda one: SourceFactory(publisher=one)),
    (PlaceFactory, "name_fr", lambda one: OrganisationFactory(place=one)),
    (PlaceFactory, "name_fr", _stop),
    (PlaceFactory, "name_fr", _met_in),
    (PlaceFactory, "name_fr", _in_place),
    (FundFactory, "name", lambda one: CallFactory(fund=one, title="Appel")),
    (FundFactory, "name", lambda one: ProjectFactory(fund=one, call=None)),
    (FundFactory, "name", lambda one: ContributionFactory(fund=one)),
    (ProjectFactory, "title", _money_for),
]
each_neighbour = pytest.mark.parametrize(
    ("factory", "field", "refer"), NEIGHBOURS, ids=[str(number) for number in range(15)]
)


@each_neighbour
def test_search_never_tells_of_a_neighbour_until_it_is_published(factory, field, refer):
    neighbour = factory(**{field: "Zanzibar", "status": Status.DRAFT})
    record = refer(neighbour)
    assert not _finds(record, "zanzibar")

    neighbour.status = Status.PUBLISHED
    neighbour.save()
    assert _finds(record, "zanzibar")

    neighbour.status = Status.ARCHIVED
    neighbour.save(update_fields=["status"])
    assert not _finds(record, "zanzibar")


@each_neighbour
def test_search_follows_neighbours_that_change_status_in_bulk(factory, field, refer):
    neighbour = factory(**{field: "Zanzibar", "status": Status.DRAFT})
    record = refer(neighbour)
    alone: RecordQuerySet = type(neighbour).objects.filter(pk=neighbour.pk)

    alone.publish()
    assert _finds(record, "zanzibar")

    alone.return_to_draft()
    assert not _finds(record, "zanzibar")


@each_neighbour
def test_search_follows_a_neighbour_that_changes_its_name(factory, field, refer):
    neighbour = factory(**{field: "Zanzibar"})
    record = refer(neighbour)

    setattr(neighbour, field, "Samarcande")
    neighbour.save()

    assert _finds(record, "samarcande")
    assert not _finds(record, "zanzibar")


@pytest.mark.parametrize("refer", [_funded_by, _meeting])
def test_search_forgets_a_neighbour_that_is_deleted(refer):
    organisation = OrganisationFactory(name="Zanzibar")
    record = refer(organisation)
    assert _finds(record, "zanzibar")

    organisation.delete()

    assert not _finds(record, "zanzibar")


def test_search_forgets_a_domain_that_is_deleted_or_renamed():
    domain = DomainFactory(name_fr="Zanzibar")
    agreement = AgreementFactory()
    agreement.domains.add(domain)
    assert _finds(agreement, "zanzibar")

    domain.name_fr = "Samarcande"
    domain.save()
    assert _finds(agreement, "samarcande")

    domain.delete()
    assert not _finds(agreement, "samarcande")


def test_search_forgets_a_row_that_is_deleted():
    organisation = OrganisationFactory(name="Zanzibar")
    agreement = _party(organisation)

    agreement.parties.all().delete()

    assert not _finds(agreement, "zanzibar")


# Links of many to many, set from either end -------------------------------------------------------


@pytest.mark.parametrize("change", ["add", "remove", "set", "clear"])
def test_search_follows_links_set_from_the_other_end(change):
    domain, agreement = DomainFactory(name_fr="Zanzibar"), AgreementFactory()
    if change == "add":
        domain.agreements.add(agreement)
        assert _finds(agreement, "zanzibar")
        return
    agreement.domains.add(domain)

    {
        "remove": lambda: domain.agreements.remove(agreement),
        "set": lambda: domain.agreements.set([]),
        "clear": lambda: domain.agreements.clear(),
    }[change]()

    assert not _finds(agreement, "zanzibar")


@pytest.mark.parametrize("change", ["add", "clear"])
def test_search_follows_meetings_set_from_the_organisation(change):
    organisation, delegation = OrganisationFactory(name="Zanzibar"), DelegationFactory()
    item = delegation.programme.create(title="Visite")

    organisation.programme_items.add(item)
    assert _finds(delegation, "zanzibar")

    if change == "clear":
        organisation.programme_items.clear()
        assert not _finds(delegation, "zanzibar")


# What is not searched, and what it costs ----------------------------------------------------------


def test_search_never_reads_internal_notes():
    assert not _finds(AgreementFactory(internal_notes="Zanzibar"), "zanzibar")


def test_search_finds_a_place_by_the_name_of_its_country_in_both_languages():
    place = PlaceFactory(name_fr="Munich", country="DE")

    assert _finds(place, "allemagne")
    assert _finds(place, "germany")


@pytest.mark.parametrize(
    "query", ["2024", "avril 2024", "9 april", "protocole 2024 rennes", "cooperation protocol 2029"]
)
def test_search_finds_an_agreement_by_its_kind_and_dates_in_both_languages(query):
    agreement = AgreementFactory(
        title="Entre Rennes et Québec",
        kind=AgreementKind.PROTOCOL,
        signed_on="2024-04-09",
        ends_on="2029",
    )
    assert _finds(agreement, query)


@pytest.mark.parametrize(
    ("factory", "values"),
    [
        (CallFactory, {"closes_on": "2031-05"}),
        (ContributionFactory, {"year": 2031}),
        (DelegationFactory, {"ends_on": "2031-05-02"}),
        (ProjectFactory, {"ends_on": "2031"}),
        (SourceFactory, {"published_on": "2031-05"}),
    ],
)
def test_search_finds_each_kind_of_record_by_its_year(factory, values):
    assert _finds(factory(**values), "2031")


def test_search_finds_a_record_by_its_identifier_but_not_by_its_own_reference():
    agreement = AgreementFactory(reference="CM 2024-17")

    assert _finds(agreement, agreement.public_id)
    assert not _finds(agreement, "2024-17")


def test_every_row_that_a_text_speaks_of_keeps_it_true():
    spoken_of = set()
    for model, (_words, _joined, prefetched) in search.INDEXED.items():
        for path in prefetched:
            relation = model._meta.get_field(path.partition("__")[0])
            if relation.one_to_many:
                spoken_of.add(relation.related_model)

    assert spoken_of == set(search.ROWS)


def test_deferred_indexes_each_record_once(django_assert_max_num_queries):
    organisation = OrganisationFactory(name="Before")
    agreements = [_party(organisation) for _agreement in range(5)]

    # Ten saves with their search for neighbours, then one pass over each kind of record.
    with django_assert_max_num_queries(120), search.deferred():
        for number in range(10):
            organisation.name = f"After {number}"
            organisation.save()
        assert not _finds(agreements[0], "after")

    assert all(_finds(agreement, "after 9") for agreement in agreements)


def test_deferred_inside_another_leaves_the_work_to_it():
    with search.deferred():
        with search.deferred():
            agreement = AgreementFactory(title="Zanzibar")
        assert not _finds(agreement, "zanzibar")

    assert _finds(agreement, "zanzibar")


def test_deferred_after_a_failure_starts_afresh():
    with pytest.raises(ZeroDivisionError), transaction.atomic(), search.deferred():
        1 / len(AgreementFactory(title="Lost").title[4:])

    assert _finds(AgreementFactory(title="Zanzibar"), "zanzibar")


def test_rebuild_writes_what_the_signals_would_have_written():
    organisation = OrganisationFactory(name="Zanzibar")
    agreement = _party(organisation)
    kept = Agreement.objects.get().search_text
    Agreement.objects.update(search_text="")

    search.rebuild()

    assert Agreement.objects.get().search_text == kept
    assert _finds(agreement, "zanzibar")


def test_index_costs_the_same_for_many_records(django_assert_max_num_queries):
    organisation = OrganisationFactory()
    for _agreement in range(30):
        _party(organisation)
    pks = list(Agreement.objects.values_list("pk", flat=True))
    Agreement.objects.update(search_text="")

    with django_assert_max_num_queries(10):
        search.index(Agreement, pks)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql  # SQLite has one writer at a time: nothing can race
def test_search_knows_both_changes_of_two_people_at_the_same_moment():
    """One renames the agreement while another withdraws the organisation that it names."""
    organisation = OrganisationFactory(name="Zanzibar")
    agreement = _party(organisation, title="Before")
    renamed = threading.Event()

    def rename_and_take_a_while():
        with transaction.atomic():
            agreement.title = "Samarcande"
            agreement.save()
            renamed.set()
            time.sleep(0.5)
        connections.close_all()

    other = threading.Thread(target=rename_and_take_a_while)
    other.start()
    renamed.wait(5)
    organisation.status = Status.DRAFT
    organisation.save()
    other.join(10)

    assert _finds(agreement, "samarcande")
    assert not _finds(agreement, "zanzibar")


@pytest.mark.parametrize("model", [Organisation, Delegation, Project, Contribution])
def test_search_of_no_word_leaves_the_list_as_it_is(model):
    assert str(search.matching(model.objects.all(), " – ").query) == str(model.objects.all().query)
