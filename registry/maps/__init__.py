"""Maps: the places of some records, how many are tied to each, and which places they link.

Nothing here draws: a map is the table that the page shows beside it, and the same as data for
``map.js``. Only published places are on it, for published records; those without coordinates are
named rather than left out.
"""

from registry.maps.data import Map
from registry.maps.lists import list_map, view_context
from registry.maps.records import home_map, itinerary_map, organisation_map, place_map

__all__ = [
    "Map",
    "home_map",
    "itinerary_map",
    "list_map",
    "organisation_map",
    "place_map",
    "view_context",
]
