"""The maps of single records, and of the whole registry."""

from collections import Counter, defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.maps.data import (
    MOST_LINKS,
    MOST_PLACES,
    Line,
    Map,
    Spot,
    in_words,
    places_by_key,
)
from registry.maps.lists import place_pairs
from registry.models import Agreement, Delegation, Project
from registry.querysets.tallies import links, tallies

TYING = (Agreement, Delegation, Project)


def home_map() -> Map:
    """All places where something published happens, and who cooperates with whom."""
    records = {model: model.objects.published() for model in TYING}
    shown = _tied(records, _("Places of the registry"))
    tied = Counter()
    for model, chosen in records.items():
        for one, other, number in links(chosen, place_pairs(model), MOST_LINKS):
            tied[one, other] += number
    places = {spot.place.pk: spot.place for spot in shown.spots}
    shown.lines = [
        Line(places[one], places[other], number, in_words("", number))
        for (one, other), number in tied.most_common(MOST_LINKS)
        if one in places and other in places
    ]
    shown.data_url = f"{reverse('registry:home')}map.json"
    return shown


def itinerary_map(delegation) -> Map:
    """The published stops of a delegation, in their order."""
    stops = getattr(delegation, "public_stops", None)
    if stops is None:
        stops = [
            stop for stop in delegation.stops.select_related("place") if stop.place.is_published
        ]
    return Map(
        kind="delegation",
        title=_("Itinerary"),
        spots=[
            Spot(stop.place, number, stop.dates, stop.place.get_absolute_url())
            for number, stop in enumerate(stops, 1)
        ],
        route=True,
    )


def organisation_map(organisation) -> Map:
    """The places to which its agreements, delegations and projects tie an organisation."""
    place = organisation.place
    return _around(
        place if place and place.is_published else None,
        {model: model.objects.published().for_organisation(organisation) for model in TYING},
        set(),
    )


def place_map(place) -> Map:
    """The places elsewhere to which what happens in a place ties it."""
    inside = type(place).objects.published().within(place)
    return _around(
        place,
        {model: model.objects.published().for_place(place) for model in TYING},
        set(inside.values_list("pk", flat=True)),
    )


def _around(centre, records, left_out: set) -> Map:
    """What ties the centre to places elsewhere; those ``left_out`` are part of it."""
    shown = _tied(records, _("Links with other places"))
    own = {centre.pk} if centre else set()
    shown.spots = [spot for spot in shown.spots if spot.place.pk not in left_out | own]
    shown.places = len(shown.spots)
    if not shown.spots:
        return shown
    if centre:
        shown.centre = centre
        shown.lines = [Line(centre, spot.place, spot.number, spot.words) for spot in shown.spots]
        shown.spots.insert(0, Spot(centre, 0, "", centre.get_absolute_url()))
    return shown


def _tied(records: dict, title: str) -> Map:
    """The places of records of several kinds, each with the number of each kind."""
    numbers: defaultdict[int, Counter] = defaultdict(Counter)
    for model, chosen in records.items():
        tally = tallies(chosen, {"place": place_pairs(model)}, MOST_PLACES)["place"]
        for key, number in tally.counts.items():
            numbers[int(key)][model._meta.model_name] = number
    places = places_by_key(numbers)
    spots = [
        Spot(
            places[key],
            counts.total(),
            ", ".join(in_words(kind, number) for kind, number in counts.items()),
            places[key].get_absolute_url(),
        )
        for key, counts in numbers.items()
        if key in places
    ]
    spots.sort(key=lambda spot: (-spot.number, spot.place.name))
    return Map(kind="place", title=title, spots=spots[:MOST_PLACES], places=len(spots))
