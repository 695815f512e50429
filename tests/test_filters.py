"""What each filter of the public lists keeps and leaves out."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from django.utils import timezone

from registry import filters
from registry.filters import base
from registry.models import (
    Agreement,
    Call,
    Contribution,
    Delegation,
    Fund,
    Organisation,
    Place,
    Project,
    Source,
)
from tests import factories

pytestmark = pytest.mark.django_db

SETS = {
    Agreement: filters.AgreementFilterSet,
    Call: filters.CallFilterSet,
    Contribution: filters.ContributionFilterSet,
    Delegation: filters.DelegationFilterSet,
    Fund: filters.FundFilterSet,
    Organisation: filters.OrganisationFilterSet,
    Place: filters.PlaceFilterSet,
    Project: filters.ProjectFilterSet,
    Source: filters.SourceFilterSet,
}


def filterset(model, query=""):
    return SETS[model](QueryDict(query), queryset=model.objects.published())


def found(model, query=""):
    chosen = filterset(model, query)
    records = set(chosen.qs)
    assert not chosen.form.errors
    return records


def refused(model, query):
    chosen = filterset(model, query)
    assert set(chosen.qs) == set(model.objects.published())
    return chosen.refusals()


def agreement_between(*places, **values):
    agreement = factories.AgreementFactory(**values)
    for place in places:
        agreement.parties.create(organisation=factories.OrganisationFactory(place=place))
    return agreement


@pytest.fixture
def places():
    """France with Brittany with Rennes, and Canada with the province and the city of Québec."""

    def place(name, country, kind, parent=None):
        return factories.PlaceFactory(name_fr=name, country=country, kind=kind, parent=parent)

    france, canada = place("France", "FR", "country"), place("Canada", "CA", "country")
    brittany = place("Bretagne", "FR", "region", france)
    province = place("Québec (province)", "CA", "region", canada)
    return {
        "france": france,
        "canada": canada,
        "brittany": brittany,
        "rennes": place("Rennes", "FR", "city", brittany),
        "quebec": place("Québec", "CA", "city", province),
        "rochester": place("Rochester", "US", "city"),
    }


# Who and where --------------------------------------------------------------------------------


def test_place_includes_what_lies_in_it(places):
    inside = agreement_between(places["rennes"])
    agreement_between(places["quebec"])
    for name in ("rennes", "brittany", "france"):
        assert found(Agreement, f"place={places[name].public_id}") == {inside}
    assert found(Agreement, f"place={places['rochester'].public_id}") == set()


def test_place_and_other_place_are_two_sides(places):
    both = agreement_between(places["rennes"], places["quebec"])
    agreement_between(places["rennes"], places["rochester"])
    rennes, canada = places["rennes"].public_id, places["canada"].public_id
    assert found(Agreement, f"place={rennes}&with_place={canada}") == {both}
    assert found(Agreement, f"place={canada}&with_place={rennes}") == {both}
    assert found(Agreement, f"with_place={canada}") == {both}


def test_one_organisation_is_not_both_sides(places):
    agreement_between(places["rennes"], places["quebec"])
    within = agreement_between(places["rennes"], places["brittany"])
    rennes, brittany = places["rennes"].public_id, places["brittany"].public_id
    assert found(Agreement, f"place={rennes}&with_place={brittany}") == {within}


def test_country_and_other_country(places):
    both = agreement_between(places["rennes"], places["quebec"])
    french = agreement_between(places["rennes"], places["brittany"])
    assert found(Agreement, "country=FR") == {both, french}
    assert found(Agreement, "country=fr&with_country=CA") == {both}
    assert found(Agreement, "country=FR&with_country=FR") == {french}
    assert found(Agreement, f"place={places['quebec'].public_id}&with_country=FR") == {both}


def test_delegation_is_where_it_comes_from_stops_and_meets(places):
    delegation = factories.DelegationFactory()
    delegation.participants.create(
        organisation=factories.OrganisationFactory(place=places["rennes"])
    )
    delegation.stops.create(place=places["quebec"])
    delegation.programme.create(title="Visite", place=places["rochester"])
    for name in ("rennes", "quebec", "rochester"):
        assert found(Delegation, f"place={places[name].public_id}") == {delegation}
    assert found(Delegation, "country=FR&with_country=CA") == {delegation}
    assert found(Delegation, "country=CA&with_country=CA") == set()


def test_project_is_where_its_partners_sit_and_where_it_happens(places):
    project = factories.ProjectFactory()
    project.places.add(places["quebec"])
    project.partners.create(organisation=factories.OrganisationFactory(place=places["rennes"]))
    assert found(Project, "country=CA&with_country=FR") == {project}
    assert found(Project, f"place={places['canada'].public_id}") == {project}
    assert found(Project, "country=US") == set()


def test_organisation_of_an_agreement_is_a_party_or_signs(places):
    party, signing, other = factories.OrganisationFactory.create_batch(3)
    agreement = factories.AgreementFactory()
    agreement.parties.create(organisation=party)
    agreement.signatories.create(name="Personne", organisation=signing)
    assert found(Agreement, f"organisation={party.public_id}") == {agreement}
    assert found(Agreement, f"organisation={signing.public_id}") == {agreement}
    assert found(Agreement, f"organisation={other.public_id}") == set()


def test_record_may_be_typed_by_its_name_without_accents(places):
    agreement = agreement_between(places["quebec"])
    assert found(Agreement, "place=rochester") == set()
    assert found(Agreement, "place=QUEBEC") == {agreement}


def test_name_that_may_be_several_is_asked_about():
    made = (
        factories.OrganisationFactory(name="Agence Alpha"),
        factories.OrganisationFactory(name="Agence Bêta"),
    )
    chosen = filterset(Agreement, "organisation=agence")
    assert [label for label, _message in chosen.refusals()] == ["Organisation"]
    offered = {value.code for value in chosen.facet("organisation").values}
    assert offered == {one.public_id for one in made}


def test_facet_shows_its_most_frequent_values_and_takes_the_names_of_others(monkeypatch):
    monkeypatch.setattr(base, "SHOWN", 2)
    agreement = factories.AgreementFactory()
    names = ("Alpha", "Bêta", "Gamma")
    made = [factories.OrganisationFactory(name=name) for name in names]
    for one in made:
        agreement.parties.create(organisation=one)
    factories.AgreementFactory().parties.create(organisation=made[2])
    facet = filterset(Agreement).facet("organisation", most=2)
    assert [(value.label, value.count) for value in facet.values[:1]] == [("Gamma", 2)]
    assert len(facet.values) == 2
    assert facet.has_more
    assert facet.is_typed
    assert found(Agreement, "organisation=beta") == {agreement}


def test_facets_have_only_what_published_records_use(places):
    agreement_between(places["rennes"], kind="twinning")
    agreement_between(places["quebec"], kind="declaration", status="draft")
    factories.AgreementFactory(kind="protocol")
    labels = {
        facet.name: {value.label for value in facet.values}
        for facet in filterset(Agreement).facets()
    }
    assert labels["place"] == {"Rennes", "Bretagne", "France", "Non précisé"}
    assert labels["country"] == {"France", "Non précisé"}
    assert "Déclaration commune" not in labels["kind"]


def test_value_that_no_record_has_still_shows_as_chosen():
    chosen = filterset(Agreement, "kind=twinning&country=BR")
    kept = {facet.name: facet.values[0] for facet in chosen.facets()}
    assert (kept["kind"].code, kept["kind"].is_kept, kept["kind"].count) == ("twinning", True, 0)
    assert kept["country"].label == "Brésil"


def test_several_values_of_a_facet_are_either_of_them():
    first, second, _other = (
        factories.AgreementFactory(kind=kind) for kind in ("twinning", "protocol", "convention")
    )
    assert found(Agreement, "kind=twinning&kind=protocol") == {first, second}


def test_value_left_out_takes_its_records_away():
    domains = factories.DomainFactory.create_batch(2)
    both, one, none = factories.ProjectFactory.create_batch(3)
    both.domains.set(domains)
    one.domains.set(domains[:1])
    first, second = (domain.code for domain in domains)
    assert found(Project, f"not-domain={second}") == {one, none}
    assert found(Project, f"domain={first}&not-domain={second}") == {one}


def test_not_stated_is_a_value():
    stated = factories.ProjectFactory(activity_status="ongoing")
    without = factories.ProjectFactory()
    assert found(Project, "progress=none") == {without}
    assert found(Project, "not-progress=none") == {stated}
    assert found(Project, "progress=none&progress=ongoing") == {stated, without}


def test_facet_of_a_draft_counts_as_not_stated(places):
    hidden = factories.OrganisationFactory(status="draft", place=places["rennes"])
    agreement = factories.AgreementFactory()
    agreement.parties.create(organisation=hidden)
    assert found(Agreement, "organisation=none") == {agreement}
    assert found(Agreement, "country=none") == {agreement}


def test_counts_follow_the_other_filters_and_not_their_own():
    for kind, year in (("twinning", 2010), ("twinning", 2020), ("protocol", 2020)):
        factories.AgreementFactory(kind=kind, signed_on=str(year))
    chosen = filterset(Agreement, "kind=twinning&since=2015")
    kinds = {value.code: value.count for value in chosen.facet("kind").values}
    assert kinds == {"twinning": 1, "protocol": 1}


# What -----------------------------------------------------------------------------------------


def test_domain_includes_those_below_it():
    above, other = factories.DomainFactory.create_batch(2)
    below = factories.DomainFactory(parent=above)
    projects = factories.ProjectFactory.create_batch(3)
    for project, domain in zip(projects, (above, below, other), strict=True):
        project.domains.add(domain)
    assert found(Project, f"domain={above.code}") == set(projects[:2])
    assert found(Project, f"domain={below.code}") == {projects[1]}


def test_words_find_without_accents_and_in_any_order():
    agreement = factories.AgreementFactory(title="L’Œuvre commune d’Évreux")
    factories.AgreementFactory(title="Autre")
    assert found(Agreement, "q=EVREUX oeuvre") == {agreement}
    assert found(Agreement, "q=œuvre") == {agreement}
    assert found(Agreement, "q=evreux autre") == set()


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (Agreement, "kind", ("twinning", "protocol")),
        (Delegation, "direction", ("incoming", "outgoing")),
        (Organisation, "kind", ("university", "company")),
        (Place, "kind", ("city", "region")),
        (Fund, "kind", ("fund", "programme")),
        (Source, "kind", ("report", "news")),
        (Contribution, "currency", ("EUR", "CAD")),
        (Contribution, "kind", ("grant", "loan")),
    ],
)
def test_choice_keeps_its_own(model, field, values):
    factory = getattr(factories, f"{model.__name__}Factory")
    kept, _left = (factory(**{field: value}) for value in values)
    assert found(model, f"{field}={values[0]}") == {kept}


def test_progress_fund_and_call_of_a_project():
    project = factories.ProjectFactory(activity_status="ongoing")
    factories.ProjectFactory(activity_status="completed")
    assert found(Project, "progress=ongoing") == {project}
    assert found(Project, f"call={project.call.public_id}") == {project}
    assert found(Project, f"fund={project.fund.public_id}") == {project}


@time_machine.travel("2024-06-15")
def test_standing_parts_all_agreements():
    dates = {
        "in_force": {"signed_on": "2020", "ends_on": "2024"},
        "ended": {"signed_on": "2020", "ends_on": "2024-06-14"},
        "upcoming": {"signed_on": "2024-05", "starts_on": "2024-07"},
        "unstated": {"signed_on": None},
    }
    made = {state: factories.AgreementFactory(**values) for state, values in dates.items()}
    for state, agreement in made.items():
        assert found(Agreement, f"standing={state}") == {agreement}


@time_machine.travel("2026-11-22")
def test_state_parts_the_delegations_that_have_a_date():
    dates = {
        "upcoming": {"starts_on": "2026-12", "ends_on": None},
        "under_way": {"starts_on": "2026-11-20", "ends_on": "2026-11-22"},
        "over": {"starts_on": "2026-11-20", "ends_on": "2026-11-21"},
        "none": {"starts_on": None, "ends_on": None},
    }
    made = {state: factories.DelegationFactory(**values) for state, values in dates.items()}
    for state, delegation in made.items():
        assert found(Delegation, f"state={state}") == {delegation}


@time_machine.travel("2026-11-22")
@pytest.mark.parametrize("date", ["2026", "2026-11"])
def test_delegation_of_an_unknown_day_is_neither_to_come_nor_over(date):
    delegation = factories.DelegationFactory(starts_on=date, ends_on=None)

    assert found(Delegation, "state=under_way") == {delegation}


def test_open_call():
    today = timezone.localdate()
    still = factories.CallFactory(closes_on=(today + datetime.timedelta(1)).isoformat())
    factories.CallFactory(closes_on=(today - datetime.timedelta(1)).isoformat())
    factories.CallFactory()
    assert found(Call, "state=open") == {still}


def test_network_and_runner():
    network, member, other = factories.OrganisationFactory.create_batch(3)
    member.memberships.create(network=network)
    fund, _without = factories.FundFactory.create_batch(2)
    fund.organisations.create(organisation=other)
    assert found(Organisation, f"network={network.public_id}") == {member}
    assert found(Fund, f"organisation={other.public_id}") == {fund}


def test_place_lists_what_lies_in_it_but_not_itself(places):
    within = found(Place, f"place={places['france'].public_id}")
    assert within == {places["brittany"], places["rennes"]}


def test_organisations_of_a_place_and_of_a_country(places):
    organisation = factories.OrganisationFactory(place=places["rennes"])
    factories.OrganisationFactory(place=places["quebec"])
    assert found(Organisation, f"place={places['france'].public_id}") == {organisation}
    assert found(Organisation, "country=FR") == {organisation}


def test_source_keeps_what_it_supports():
    source = factories.SourceFactory()
    project, _other = factories.ProjectFactory.create_batch(2)
    source.citations.create(project=project)
    assert found(Project, f"source={source.public_id}") == {project}


def test_contributions_of_a_fund_are_its_own_and_those_to_its_projects():
    project = factories.ProjectFactory()
    fund = project.fund
    own = factories.ContributionFactory(fund=fund)
    called = factories.ContributionFactory(call=factories.CallFactory(fund=fund))
    shared = factories.ContributionFactory()
    shared.projects.add(project, factories.ProjectFactory(call__fund=fund))
    factories.ContributionFactory()
    assert found(Contribution, f"fund={fund.public_id}") == {own, called, shared}
    assert found(Contribution, f"call={project.call.public_id}") == {shared}


# When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since=2010", {"2010", "2010-12-31", "2011"}),
        ("since=2010-06", {"2010", "2010-12-31", "2011"}),
        ("since=31 décembre 2010", {"2010", "2010-12-31", "2011"}),
        ("since=2011", {"2011"}),
        ("until=2010", {"2009-12", "2010", "2010-12-31"}),
        ("until=01/01/2010", {"2009-12", "2010"}),
        ("until=décembre 2009", {"2009-12"}),
        ("since=2010&until=2010", {"2010", "2010-12-31"}),
    ],
)
def test_period_counts_a_year_for_all_of_its_days(query, expected):
    for date in ("2009-12", "2010", "2010-12-31", "2011"):
        factories.AgreementFactory(signed_on=date)
    factories.AgreementFactory(signed_on=None)
    assert {one.signed_on.isoformat() for one in found(Agreement, query)} == expected


def test_period_of_what_lasts_is_any_common_day():
    lasting = factories.DelegationFactory(starts_on="2024-04-03", ends_on="2024-04-12")
    once = factories.DelegationFactory(starts_on="2024-04-20", ends_on=None)
    assert found(Delegation, "since=2024-04-12&until=2024-04-13") == {lasting}
    assert found(Delegation, "since=2024-04-13") == {once}
    assert found(Delegation, "until=2024-04-03") == {lasting}
    assert found(Delegation, "until=2024-04-02") == set()


def test_period_of_contributions_covers_their_years():
    several = factories.ContributionFactory(year=2019, last_year=2021)
    one = factories.ContributionFactory(year=2021)
    factories.ContributionFactory(year=None)
    assert found(Contribution, "since=2020") == {several, one}
    assert found(Contribution, "until=2020") == {several}


def test_period_that_ends_before_it_begins_is_refused_at_its_end():
    agreement = factories.AgreementFactory(signed_on="2020")
    chosen = filterset(Agreement, "since=2015&until=2010")
    assert set(chosen.qs) == {agreement}
    assert len(chosen.refusals()) == 1
    assert [chip.name for chip in chosen.chips()] == ["since"]


# What cannot be understood --------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "kind=unheard-of",
        "standing=x",
        "domain=unheard-of",
        "domain=%00",
        "place=0000000000",
        "place=%00",
        "organisation=%F0%9F%98%80",
        "organisation=---",
        "country=ZZ",
        "country=Ω",
        "since=hier",
        "since=2024-02-30",
        "until=9999",
        "sort=upside-down",
        f"q={'x' * 201}",
        "q=%00",
    ],
)
def test_value_that_is_not_understood_filters_nothing_and_is_told(query):
    factories.AgreementFactory()
    refusals = refused(Agreement, query)
    assert len(refusals) == 1
    assert refusals[0][1]


@pytest.mark.parametrize("model", SETS)
def test_every_filter_survives_every_sort_of_value(model):
    getattr(factories, f"{model.__name__}Factory")()
    names = list(SETS[model].base_filters)
    for value in ("", "0", "-1", "é", "%00", "%FF", "'", "a" * 5000, "2024", "[]", "None"):
        chosen = filterset(model, "&".join(f"{name}={value}" for name in names))
        chosen.controls()
        assert list(chosen.qs) is not None
        assert chosen.form.as_p()


def test_repeated_value_counts_once():
    agreement = factories.AgreementFactory(kind="twinning")
    query = "&".join(["kind=protocol"] * 49 + ["kind=twinning"])
    assert found(Agreement, query) == {agreement}


# In which order -------------------------------------------------------------------------------


@pytest.mark.parametrize("model", SETS)
def test_every_order_has_every_record_once(model):
    factory = getattr(factories, f"{model.__name__}Factory")
    made = {factory().pk for _one in range(3)}
    for sort in SETS[model].SORTS:
        ordered = [record.pk for record in filterset(model, f"sort={sort}").qs]
        assert len(ordered) == len(set(ordered)), sort
        assert made <= set(ordered), sort


def test_names_are_in_the_order_of_the_alphabet_whatever_their_accents():
    for name in ("Zèbre", "Étang", "Eau", "autre"):
        factories.OrganisationFactory(name=name, place=None)
    names = [one.name for one in filterset(Organisation, "sort=name").qs]
    assert names == ["autre", "Eau", "Étang", "Zèbre"]


def test_newest_first_puts_the_undated_last():
    for date in ("2010", None, "2024-05", "2024"):
        factories.AgreementFactory(signed_on=date)
    dates = [str(one.signed_on and one.signed_on.isoformat()) for one in filterset(Agreement).qs]
    assert dates == ["2024-05", "2024", "2010", "None"]


def test_newest_first_places_an_unsigned_agreement_by_its_start():
    old = factories.AgreementFactory(signed_on="2010")
    begun = factories.AgreementFactory(signed_on=None, starts_on="2017")
    recent = factories.AgreementFactory(signed_on="2024-04-09")
    assert list(filterset(Agreement, "sort=newest").qs) == [recent, begun, old]
