"""The maps of single records, and of the whole registry."""

from collections import Counter, defaultdict
from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.facets import Found, index_of
from registry.maps.data import MOST_PLACES, Line, Map, Spot, in_words
from registry.maps.places import MOST_LINES, lines_between, own_records, places_of
from registry.models import Agreement, Delegation, Place, Project

TYING = (Agreement, Delegation, Project)


def home_map() -> Map:
    """All places where something published happens, and who cooperates with whom."""
    found = {model: index_of(model).found({}) for model in TYING}
    shown, own = _tied(found, _("Places of the registry"), lambda _place: False)
    places = {spot.place.public_id: spot.place for spot in shown.spots}
    tied: Counter[tuple] = Counter()
    for records in own:
        tied.update({frozenset((one, other)): n for one, other, n in lines_between(records)})
    shown.lines = [
        Line(*(places[code] for code in sorted(ends)), number, in_words("", number))
        for ends, number in tied.most_common(MOST_LINES)
    ]
    shown.data_url = reverse("registry:home_map")
    return shown


def itinerary_map(delegation) -> Map:
    """The published stops of a delegation, in their order."""
    stops = getattr(delegation, "public_stops", None)
    if stops is None:
        stops = delegation.stops.select_related("place")
    return Map(
        kind="delegation",
        title=_("Itinerary"),
        spots=[
            Spot(stop.place, number, stop.dates, stop.place.get_absolute_url())
            for number, stop in enumerate(
                (stop for stop in stops if stop.place.is_published), start=1
            )
        ],
        route=True,
    )


def organisation_map(organisation) -> Map:
    """The places to which its agreements, delegations and projects tie an organisation."""
    place = organisation.place
    return _around("organisation", organisation, place if place and place.is_published else None)


def place_map(place) -> Map:
    """The places elsewhere to which what happens in a place ties it."""
    return _around("place", place, place)


def _around(facet: str, record, centre) -> Map:
    """What the records of one organisation or place tie it to, outside of its own place."""
    found = {}
    for model in TYING:
        index = index_of(model)
        found[model] = index.found({facet: index.having(facet, record.public_id)})
    at_home = _at_home(centre) if centre else lambda _place: False
    shown, _own = _tied(found, _("Links with other places"), at_home)
    if shown.spots and centre:
        shown.centre = centre
        shown.lines = [Line(centre, spot.place, spot.number, spot.words) for spot in shown.spots]
        shown.spots.insert(0, Spot(centre, 0, "", centre.get_absolute_url()))
    return shown


def _at_home(centre) -> Callable[[Place], bool]:
    """Whether a place is the same, lies in it, or contains it."""
    index = index_of(Place)
    inside = index.having("place", centre.public_id)
    if not centre.is_published:  # the index knows nothing of it
        inside = index.of_keys(Place.objects.within(centre).order_by().values_list("pk", flat=True))
    around, above = {centre.pk}, centre.parent
    while above and above.pk not in around:
        around.add(above.pk)
        above = above.parent
    return lambda place: place.pk in around or index.positions.get(place.pk) in inside


def _tied(
    found: dict[type, Found], title: str, left_out: Callable[[Place], bool]
) -> tuple[Map, list[dict]]:
    """The places of records of several kinds with the number of each kind; and their own records.

    As on the map of a list, a region is there for what its towns do not have.
    """
    numbers: defaultdict[str, Counter] = defaultdict(Counter)
    for model, records in found.items():
        for code, number in records.numbers("place").items():
            numbers[code][model._meta.model_name] = number
    first = sorted(numbers, key=lambda code: (-numbers[code].total(), code))[:MOST_PLACES]
    known = places_of(first)
    own = [own_records(records, known) for records in found.values()]
    places = {
        code: known[code]
        for code in first
        if not left_out(known[code]) and any(code in records for records in own)
    }
    shown = Map(
        kind="place",
        title=title,
        spots=[
            Spot(
                place,
                numbers[code].total(),
                ", ".join(in_words(kind, number) for kind, number in numbers[code].items()),
                place.get_absolute_url(),
            )
            for code, place in places.items()
        ],
        places=len(places),
    )
    return shown, own
