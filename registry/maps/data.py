"""A map as data: places with what is there, and the lines between them."""

from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import ngettext

from registry.models import Place

# As many as are worth drawing; with their names they stay well below 300 kB.
MOST_PLACES = 2000
# Of those without coordinates, as many as a sentence may name.
MOST_NAMED = 20


def in_words(kind: str, number: int) -> str:
    """``12 agreements``."""
    words = {
        "agreement": ngettext("%(number)s agreement", "%(number)s agreements", number),
        "delegation": ngettext("%(number)s delegation", "%(number)s delegations", number),
        "project": ngettext("%(number)s project", "%(number)s projects", number),
        "organisation": ngettext("%(number)s organisation", "%(number)s organisations", number),
    }
    words = words.get(kind) or ngettext("%(number)s record", "%(number)s records", number)
    return words % {"number": number_format(number, force_grouping=True)}


@dataclass(frozen=True)
class Spot:
    """A place with what is tied to it: how many records, and that in words."""

    place: Place
    number: int = 0
    words: str = ""
    url: str = ""

    @property
    def is_placed(self) -> bool:
        return self.place.has_coordinates


@dataclass(frozen=True)
class Line:
    """Two places that the same records tie together."""

    one: Place
    other: Place
    number: int
    words: str = ""
    url: str = ""


@dataclass
class Map:
    """What a map shows, and what is said beside it.

    ``kind`` gives its colour; ``centre`` is the place that it is about; on a ``route`` the order
    of the spots matters and may come back to a place. Where ``data_url`` is given the data are
    fetched from there, else they are in the page. ``unstated`` records of the list have no place.
    """

    kind: str
    title: str
    spots: list[Spot] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    centre: Place | None = None
    route: bool = False
    data_url: str = ""
    listed: int = 0
    unstated: int = 0
    places: int = 0
    list_url: str = ""

    def __bool__(self):
        return bool(self.spots)

    @property
    def is_cut(self) -> bool:
        return self.places > len(self.spots)

    @property
    def linked(self) -> list[Spot]:
        """The places around the centre."""
        return [spot for spot in self.spots if not self.centre or spot.place.pk != self.centre.pk]

    @property
    def placed(self) -> list[Spot]:
        return [spot for spot in self.spots if spot.is_placed]

    @cached_property
    def unplaced(self) -> list[Spot]:
        """Each place without coordinates once."""
        return list({spot.place.pk: spot for spot in self.spots if not spot.is_placed}.values())

    @property
    def unplaced_named(self) -> list[Spot]:
        return self.unplaced[:MOST_NAMED]

    @property
    def unplaced_others(self) -> int:
        return max(0, len(self.unplaced) - MOST_NAMED)

    def data(self) -> dict:
        """What ``map.js`` draws; short names and lists, for there may be thousands."""
        placed = self.placed
        index = {spot.place.pk: number for number, spot in enumerate(placed)}
        return {
            "places": [
                [
                    round(float(spot.place.latitude), 4),
                    round(float(spot.place.longitude), 4),
                    spot.place.name,
                    "" if spot.place.kind == "country" else spot.place.country_name,
                    spot.number,
                    spot.words,
                    spot.place.public_id,
                ]
                for spot in placed
            ],
            "lines": [
                [index[line.one.pk], index[line.other.pk], line.number, line.words]
                for line in self.lines
                if line.one.pk in index and line.other.pk in index
            ],
            "centre": index.get(self.centre.pk) if self.centre else None,
            "route": self.route,
            "page": reverse("registry:place_list"),
            "list": self.list_url,
        }
