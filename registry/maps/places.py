"""Places by the index of the lists: how many records each has, and what they have in common."""

from collections.abc import Iterable
from itertools import combinations

from pyroaring import BitMap

from registry.facets import Found
from registry.models import Place

# Lines are looked for between as many places: those with most records.
MOST_TIED = 120
MOST_LINES = 300
FIELDS = ("public_id", "name_fr", "name_en", "country", "kind", "latitude", "longitude", "status")


def places_of(codes: Iterable[str]) -> dict[str, Place]:
    """The published places of these identifiers, with what a map says of them."""
    codes = list(codes)
    found = {}
    for start in range(0, len(codes), 1000):
        chosen = Place.objects.published().filter(public_id__in=codes[start : start + 1000])
        found |= {place.public_id: place for place in chosen.order_by().only(*FIELDS, "parent_id")}
    return found


def own_records(found: Found, places: dict[str, Place]) -> dict[str, BitMap]:
    """The records of each place that no other of the places inside it has, where there are any.

    The index gives a region what its towns have; on a map these speak for themselves.
    """
    having = {code: found.positions & found.index.having("place", code) for code in places}
    codes = {place.pk: code for code, place in places.items()}
    own = dict(having)
    for code, place in places.items():
        if parent := codes.get(place.parent_id):
            own[parent] = own[parent] - having[code]
    return {code: records for code, records in own.items() if records}


def lines_between(own: dict[str, BitMap]) -> list[tuple[str, str, int]]:
    """The pairs of places that the same records tie, the most tied first."""
    fullest = sorted(own, key=lambda code: -len(own[code]))[:MOST_TIED]
    tied = [
        (one, other, number)
        for one, other in combinations(fullest, 2)
        if (number := own[one].intersection_cardinality(own[other]))
    ]
    tied.sort(key=lambda line: -line[2])
    return tied[:MOST_LINES]
