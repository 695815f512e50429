"""Maps: every published place of the filtered records, counted once, and nothing of drafts."""

import json

import pytest
from django.http import QueryDict
from django.urls import reverse

from registry import maps
from registry.filters import (
    AgreementFilterSet,
    DelegationFilterSet,
    OrganisationFilterSet,
    ProjectFilterSet,
)
from tests import factories

pytestmark = pytest.mark.django_db


def place(name, at=(48, -1), **values):
    latitude, longitude = at or (None, None)
    return factories.PlaceFactory(name_fr=name, latitude=latitude, longitude=longitude, **values)


def between(*places, **values):
    agreement = factories.AgreementFactory(**values)
    for one in places:
        agreement.parties.create(organisation=factories.OrganisationFactory(place=one))
    return agreement


def map_of(filterset, query=""):
    model = filterset._meta.model
    return maps.list_map(filterset(QueryDict(query), queryset=model.objects.published()))


def numbers(shown):
    return {spot.place.name: spot.number for spot in shown.spots}


def test_place_counts_each_record_once_however_many_organisations_sit_there():
    rennes, quebec = place("Rennes"), place("Québec", (46, -71))
    between(rennes, rennes, quebec)
    between(rennes)
    assert numbers(map_of(AgreementFilterSet)) == {"Rennes": 2, "Québec": 1}


def test_line_ties_two_places_of_the_same_record_once():
    rennes, quebec, lima = place("Rennes"), place("Québec"), place("Lima")
    between(rennes, rennes, quebec)
    between(rennes, quebec, lima)
    lines = {
        frozenset((line.one.name, line.other.name)): line.number
        for line in map_of(AgreementFilterSet).lines
    }
    assert lines == {
        frozenset(("Rennes", "Québec")): 2,
        frozenset(("Rennes", "Lima")): 1,
        frozenset(("Québec", "Lima")): 1,
    }


def test_delegation_is_where_it_stops_meets_and_comes_from():
    delegation = factories.DelegationFactory()
    delegation.participants.create(
        organisation=factories.OrganisationFactory(place=place("Rennes")), role="leader"
    )
    delegation.stops.create(place=place("Montréal"))
    delegation.programme.create(title="Visite", place=place("Laval"))
    assert numbers(map_of(DelegationFilterSet)) == {"Rennes": 1, "Montréal": 1, "Laval": 1}


def test_project_is_where_it_happens_and_where_its_partners_sit():
    project = factories.ProjectFactory()
    project.places.add(place("Mopti"))
    project.partners.create(organisation=factories.OrganisationFactory(place=place("Brest")))
    assert numbers(map_of(ProjectFilterSet)) == {"Mopti": 1, "Brest": 1}


@pytest.mark.parametrize("status", ["draft", "in_review", "archived"])
def test_what_is_not_published_is_not_on_a_map(status):
    hidden = place("Secrète", status=status)
    kept, unseen = place("Rennes"), place("Ailleurs")
    agreement = between(kept, hidden)
    agreement.parties.create(
        organisation=factories.OrganisationFactory(place=unseen, status=status)
    )
    between(unseen, kept, status=status)
    for shown in (map_of(AgreementFilterSet), maps.home_map(), maps.place_map(hidden)):
        assert numbers(shown) in ({"Rennes": 1}, {})
        assert not shown.lines


def test_organisation_that_is_not_published_is_on_no_map_of_organisations():
    factories.OrganisationFactory(place=place("Rennes"))
    factories.OrganisationFactory(place=place("Ailleurs"), status="draft")
    factories.OrganisationFactory(place=place("Secrète", status="draft"))
    assert numbers(map_of(OrganisationFilterSet)) == {"Rennes": 1}


def test_places_without_coordinates_are_named_and_not_drawn():
    between(place("Rennes"), place("Ici", None))
    shown = map_of(AgreementFilterSet)
    assert [spot.place.name for spot in shown.unplaced] == ["Ici"]
    assert [row[2] for row in shown.data()["places"]] == ["Rennes"]
    assert shown.data()["lines"] == []


def test_records_without_a_place_are_counted():
    between(place("Rennes"))
    factories.AgreementFactory.create_batch(2)
    shown = map_of(AgreementFilterSet)
    assert (shown.listed, shown.unstated) == (3, 2)


def test_numbers_lead_to_the_lists_that_have_them(client):
    rennes, quebec = place("Rennes"), place("Québec", (46, -71))
    between(rennes, quebec, kind="twinning")
    between(rennes, kind="twinning")
    between(rennes, kind="protocol")
    shown = map_of(AgreementFilterSet, "kind=twinning&page=3")
    for one in [*shown.spots, *shown.lines]:
        assert client.get(one.url).context["paginator"].count == one.number


def test_map_of_one_side_asks_for_the_other():
    rennes, quebec = place("Rennes"), place("Québec", (46, -71))
    between(rennes, quebec)
    shown = map_of(AgreementFilterSet, f"place={rennes.public_id}")
    assert shown.spots[0].url.endswith(
        f"?place={rennes.public_id}&with_place={shown.spots[0].place.public_id}"
    )
    both = map_of(AgreementFilterSet, f"place={rennes.public_id}&with_place={quebec.public_id}")
    assert not both.spots[0].url


@pytest.mark.parametrize("kind", ["agreement", "delegation", "project", "organisation", "place"])
def test_data_are_at_the_address_of_the_list(client, kind):
    between(place("Rennes"), place("Québec", (46, -71)))
    address = reverse(f"registry:{kind}_map")
    assert address == f"{reverse(f'registry:{kind}_list')}map.json"
    answer = client.get(f"{address}?q=rennes&page=2")
    assert answer.headers["Content-Type"] == "application/json"
    assert set(json.loads(answer.content)) >= {"places", "lines", "page", "list"}


@pytest.mark.parametrize("kind", ["fund", "call", "contribution", "source"])
def test_list_of_what_has_no_place_has_no_map(client, kind):
    assert client.get(reverse(f"registry:{kind}_map")).status_code == 404
    assert client.get(f"{reverse(f'registry:{kind}_list')}?view=map").status_code == 200


def test_itinerary_keeps_the_order_of_the_stops_and_leaves_out_hidden_places():
    delegation = factories.DelegationFactory()
    for number, (name, status) in enumerate(
        [("Rochester", "published"), ("Secret", "draft"), ("Québec", "published")]
    ):
        delegation.stops.create(place=place(name, status=status), position=number)
    shown = maps.itinerary_map(delegation)
    assert [(spot.place.name, spot.number) for spot in shown.spots] == [
        ("Rochester", 1),
        ("Québec", 2),
    ]


def test_map_of_an_organisation_ties_its_place_to_the_others():
    rennes, quebec = place("Rennes"), place("Québec", (46, -71))
    agreement = between(rennes, quebec)
    shown = maps.organisation_map(agreement.parties.get(organisation__place=rennes).organisation)
    assert shown.centre == rennes
    assert [(line.one.name, line.other.name, line.number) for line in shown.lines] == [
        ("Rennes", "Québec", 1)
    ]
    assert shown.data()["centre"] == 0


def test_map_of_a_place_leaves_out_what_lies_in_it():
    bretagne = place("Bretagne", kind="region")
    rennes, quebec = place("Rennes", parent=bretagne), place("Québec", (46, -71))
    between(rennes, quebec)
    assert list(numbers(maps.place_map(bretagne))) == ["Bretagne", "Québec"]
    assert not maps.place_map(place("Seule"))


def test_map_of_a_list_stays_inside_its_budget(django_assert_max_num_queries):
    places = [place(f"Ville {number}") for number in range(12)]
    for number in range(11):
        between(*places[number : number + 2])
    map_of(AgreementFilterSet)  # the index is built for all pages
    with django_assert_max_num_queries(3):
        shown = map_of(AgreementFilterSet)
        assert len(shown.data()["places"]) == 12


def test_region_is_on_the_map_for_what_its_towns_do_not_have():
    bretagne = place("Bretagne", kind="region")
    country = place("France", kind="country")
    bretagne.parent = country
    bretagne.save()
    rennes = place("Rennes", parent=bretagne)
    between(rennes)
    assert numbers(map_of(AgreementFilterSet)) == {"Rennes": 1}
    between(bretagne)
    assert numbers(map_of(AgreementFilterSet)) == {"Rennes": 1, "Bretagne": 2}
