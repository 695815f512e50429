"""The map of a filtered list."""

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from registry.filters.base import RecordFilterSet
from registry.maps.data import MOST_PLACES, Line, Map, Spot, in_words
from registry.maps.places import lines_between, own_records, places_of

ROWS = 100
MOST_LINES_SHOWN = 50
# What arranges a list without filtering it.
ARRANGING = ("page", "per_page", "sort", "view")
# Lists that can be asked for two sides; the records of the others are in one place.
SIDED = ("agreement", "delegation", "project")


def list_map(filterset: RecordFilterSet) -> Map:
    """The places where the filtered records are, the fullest first, and the lines between them.

    A region is among them if a record is there and in none of its towns. Its number has theirs too,
    as the facet beside the list and the list behind it.
    """
    options = filterset._meta.model._meta
    kind, found = options.model_name, filterset.found
    filters = _filters(filterset.data)
    own = {}
    if kind == "place":
        # Each is its own place.
        places = {place.public_id: place for place in filterset.qs[:MOST_PLACES]}
        numbers, total, unstated = dict.fromkeys(places, 0), len(found), 0
    else:
        numbers = found.numbers("place")
        known = places_of(list(numbers)[:MOST_PLACES])
        own = own_records(found, known)
        places = {code: known[code] for code in numbers if code in own}
        total = len(numbers) - len(known) + len(places)
        unstated = found.without("place")
    prefix = _in_place(kind, filters)
    data_url = reverse(f"registry:{kind}_map")
    return Map(
        kind=kind,
        title=str(capfirst(options.verbose_name_plural)),
        spots=[
            Spot(
                place,
                numbers[code],
                in_words(kind, numbers[code]) if numbers[code] else "",
                prefix and f"{prefix}{code}",
            )
            for code, place in places.items()
        ],
        lines=[
            Line(
                places[one],
                places[other],
                number,
                in_words(kind, number),
                _between(kind, filters, one, other),
            )
            for one, other, number in (lines_between(own) if kind in SIDED else [])
        ],
        data_url=f"{data_url}?{filters.urlencode()}" if filters else data_url,
        listed=len(found),
        unstated=unstated,
        places=total,
        list_url=prefix,
    )


def _filters(query) -> QueryDict:
    """The part of an address that filters the list."""
    kept = query.copy()
    for name in ARRANGING:
        kept.pop(name, None)
    return kept


def _in_place(kind: str, filters: QueryDict) -> str:
    """The address of the list in a place, up to the place; empty where there is no such list."""
    if kind == "place":
        return ""
    name = "place"
    if kind in SIDED and "place" in filters:
        # The place is asked for on the other side, else the list would grow.
        name = "with_place"
        if name in filters:
            return ""
    kept = filters.copy()
    kept.pop(name, None)
    return f"{reverse(f'registry:{kind}_list')}?{_and(kept)}{name}="


def _between(kind: str, filters: QueryDict, one: str, other: str) -> str:
    """The address of the list of what ties two places, unless sides are asked for already."""
    if "place" in filters or "with_place" in filters:
        return ""
    return f"{reverse(f'registry:{kind}_list')}?{_and(filters)}place={one}&with_place={other}"


def _and(filters: QueryDict) -> str:
    return f"{filters.urlencode()}&" if filters else ""


def view_context(filterset: RecordFilterSet) -> dict:
    """What the map of a list needs: the map, and the page of the table of its places."""
    shown = list_map(filterset)
    rows = Paginator(shown.spots, ROWS)
    page = rows.get_page(filterset.data.get("page"))
    return {
        "map": shown,
        "spots": page,
        "spots_pages": rows.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "lines": shown.lines[:MOST_LINES_SHOWN],
    }
