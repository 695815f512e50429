"""The map of a filtered list."""

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from registry.choices import Status
from registry.maps.data import MOST_LINKS, MOST_PLACES, Line, Map, Spot, in_words, places_by_key
from registry.querysets.tallies import links, pairs_of, tallies

ROWS = 100
MOST_LINES_SHOWN = 50
# What arranges a list without filtering it.
ARRANGING = ("page", "per_page", "sort", "view")
# Records that are in one place, and tie no two of them together.
SINGLE = ("organisation", "place")
# Lists that can be asked for two sides.
SIDED = ("agreement", "delegation", "project")


def place_pairs(model):
    """The pairs of a record of ``LISTED`` and a place where it is present."""
    if model._meta.model_name == "place":
        return pairs_of(model.objects.published(), "pk", "pk")
    if model._meta.model_name == "organisation":
        return pairs_of(
            model.objects.published().filter(place__status=Status.PUBLISHED), "pk", "place"
        )
    return [
        pairs_of(
            presence.rows.filter(**{f"{presence.place}__status": Status.PUBLISHED}),
            presence.record,
            presence.place,
        )
        for presence in model.objects.all().presences()
    ]


def filters_of(query: QueryDict) -> QueryDict:
    """The part of an address that filters the list."""
    kept = query.copy()
    for name in ARRANGING:
        kept.pop(name, None)
    return kept


def list_map(records, query: QueryDict) -> Map:
    """The places of the filtered records, the fullest first, and the lines between them."""
    options = records.model._meta
    kind, filters = options.model_name, filters_of(query)
    pairs = place_pairs(records.model)
    tally = tallies(records, {"place": pairs}, MOST_PLACES)["place"]
    counts = {int(key): number for key, number in tally.counts.items()}
    tied = [] if kind in SINGLE else links(records, pairs, MOST_LINKS)
    places = places_by_key(counts)
    prefix = _in_place(kind, filters)
    data_url = reverse(f"registry:{kind}_map")
    return Map(
        kind=kind,
        title=str(capfirst(options.verbose_name_plural)),
        spots=[
            Spot(
                places[key],
                number,
                "" if kind == "place" else in_words(kind, number),
                prefix and f"{prefix}{places[key].public_id}",
            )
            for key, number in counts.items()
            if key in places
        ],
        lines=[
            Line(
                places[one],
                places[other],
                number,
                in_words(kind, number),
                _between(kind, filters, places[one], places[other]),
            )
            for one, other, number in tied
            if one in places and other in places
        ],
        data_url=f"{data_url}?{filters.urlencode()}" if filters else data_url,
        listed=tally.listed,
        unstated=tally.unstated,
        places=tally.values,
        list_url=prefix,
    )


def _in_place(kind: str, filters: QueryDict) -> str:
    """The address of the list in a place, up to the place; empty where there is no such list."""
    if kind not in (*SIDED, "organisation"):
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


def _between(kind: str, filters: QueryDict, one, other) -> str:
    """The address of the list of what ties two places, unless sides are asked for already."""
    if "place" in filters or "with_place" in filters or kind not in SIDED:
        return ""
    sides = f"place={one.public_id}&with_place={other.public_id}"
    return f"{reverse(f'registry:{kind}_list')}?{_and(filters)}{sides}"


def _and(filters: QueryDict) -> str:
    return f"{filters.urlencode()}&" if filters else ""


def view_context(records, query: QueryDict) -> dict:
    """What the map of a list needs: the map, and the page of the table of its places."""
    shown = list_map(records, query)
    rows = Paginator(shown.spots, ROWS)
    page = rows.get_page(query.get("page"))
    return {
        "map": shown,
        "spots": page,
        "spots_pages": rows.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "lines": shown.lines[:MOST_LINES_SHOWN],
    }
