"""Towns by name, country and coordinates, and the authorities that govern them."""

import math
from collections import defaultdict

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import OrganisationKind, PlaceKind
from registry.models import Organisation, Place
from registry.spreadsheets.directory.organisations import OrganisationLookups
from registry.spreadsheets.directory.places import TOWNS
from registry.spreadsheets.names import key_of
from registry.spreadsheets.plans import identity

# Two points of one town; two towns of one name lie farther apart.
SAME_TOWN = 50
# Within which a town of nearly the same name may be the same, misspelt.
SAME_MISSPELT = 20


def kilometres(one: tuple, other: tuple) -> float:
    """The distance of two points, near enough to tell one town from another."""
    (lat, lng), (lat2, lng2) = (map(float, point) for point in (one, other))
    east = abs(lng - lng2)
    east = min(east, 360 - east) * math.cos(math.radians((lat + lat2) / 2))
    return 111 * math.hypot(lat - lat2, east)


class TownLookups(OrganisationLookups):
    @cached_property
    def doubtful_towns(self) -> defaultdict[str, list[str]]:
        return defaultdict(list)

    def doubt(self, message: str, name: str) -> None:
        if name not in self.doubtful_towns[message]:
            self.doubtful_towns[message].append(name)

    @cached_property
    def _towns(self) -> dict[tuple, Place]:
        return {}

    def town_at(self, name: str, country: str, point: tuple | None) -> Place:
        """The town of this name in the country; a new one where none near this point has it."""
        key = key_of(name), country
        place = self._towns.get(key)
        if place is None:
            place = self.find_place(name, country, TOWNS)
        if place is None:
            place = self.settle(
                self.places, Place, name, lambda other: self._may_be(other, country, point)
            )
        if place is None:
            place = self.new(
                Place,
                name_fr=name,
                kind=PlaceKind.CITY,
                country=country,
                parent=self._known_country(country),
                **(dict(zip(("latitude", "longitude"), point, strict=True)) if point else {}),
            )
            self.mention(place, self.places, [name])
        elif point and not self._lies_at(place, point):
            self.doubt(_("coordinates that differ from those known: not taken"), name)
        self._towns[key] = place
        return place

    @staticmethod
    def _lies_at(place: Place, point: tuple, within: int = SAME_TOWN) -> bool:
        known = place.latitude, place.longitude
        return None in known or kilometres(known, point) <= within

    def _may_be(self, place: Place, country: str, point: tuple | None) -> bool:
        """Whether a town of nearly this name can be meant: one far away is another."""
        if place.country != country or place.kind not in TOWNS:
            return False
        return point is None or self._lies_at(place, point, SAME_MISSPELT)

    @cached_property
    def _authorities_of(self) -> dict[tuple, Organisation]:
        found = {}
        for organisation in Organisation.objects.filter(
            kind=OrganisationKind.LOCAL_AUTHORITY, place__isnull=False
        ).select_related("place"):
            found.setdefault((organisation.place_id, key_of(organisation.name)), organisation)
        return found

    def authority_of(self, place: Place) -> Organisation:
        """The local authority that bears the name of its town."""
        key = key_of(place.name_fr)
        for name in (key, f"ville {key}", f"commune {key}", f"mairie {key}", f"city {key}"):
            if known := self._authorities_of.get((identity(place), name)):
                return known
        record = self.new(
            Organisation,
            name=place.name_fr,
            kind=OrganisationKind.LOCAL_AUTHORITY,
            place=place,
        )
        self.mention(record, self.organisations, [place.name_fr])
        self._authorities_of[identity(place), key] = record
        return record
