"""Places that cells name."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import PlaceKind
from registry.models import Place, PlaceIdentifier
from registry.spreadsheets import values, vocabulary
from registry.spreadsheets.directory.base import Lookups
from registry.spreadsheets.names import IDENTIFIED, Names
from registry.spreadsheets.problems import CellError
from registry.text import fold

TOWNS = (PlaceKind.CITY, PlaceKind.INTERCOMMUNALITY)
# Which place is meant by a name that several have: the town before the region it gave its name to.
PRECEDENCE = list(PlaceKind)


class PlaceLookups(Lookups):
    @cached_property
    def places(self) -> Names:
        kept = self.kept(Place, relations=["other_names"])
        names = Names(kept=kept)
        names.fill(kept.names("name_fr", "name_en", others="other_names"))
        return names

    @cached_property
    def place_identifiers(self) -> dict[tuple[str, str], str]:
        """The public identifier of the place that has each number."""
        rows = PlaceIdentifier.objects.values_list("scheme", "value", "place__public_id")
        return {(scheme, fold(value)): place for scheme, value, place in rows}

    def country_place(self, code: str) -> Place:
        french, english = vocabulary.country_names(code)
        for name in (french, english):
            for place in self.places.find(name):
                if place.kind == PlaceKind.COUNTRY and place.country == code:
                    return place
        record = self.new(
            Place,
            name_fr=french,
            name_en="" if english == french else english,
            kind=PlaceKind.COUNTRY,
            country=code,
        )
        return self.mention(record, self.places, [french, english])

    def quebec(self) -> Place:
        """The province, which shares its name with its capital."""
        names = ("Québec (province)", "Province de Québec", "Québec", "Quebec (province)")
        for name in names:
            for place in self.places.find(name):
                if place.kind == PlaceKind.REGION and place.country == "CA":
                    return place
        record = self.new(
            Place,
            name_fr=names[0],
            kind=PlaceKind.REGION,
            country="CA",
            parent=self._known_country("CA"),
        )
        return self.mention(record, self.places, names)

    def _known_country(self, code: str) -> Place | None:
        for place in self.places.find(vocabulary.country_names(code)[0]):
            if place.kind == PlaceKind.COUNTRY and place.country == code:
                return place
        return None

    def find_place(self, name: str, country: str | None = None, kinds=None) -> Place | None:
        """The place that a cell means; ``None`` where none has this name."""
        found = [
            place
            for place in self.places.find(name)
            if (not country or place.country == country) and (not kinds or place.kind in kinds)
        ]
        if not found:
            return None
        kind = min((place.kind for place in found), key=PRECEDENCE.index)
        found = [place for place in found if place.kind == kind]
        if len(found) > 1:
            where = ", ".join(f"{place} ({place.country_name})" for place in found)
            raise CellError(
                _("Several places are called “%(name)s”: %(where)s.")
                % {"name": name, "where": where},
                _("Say which, as in: Name (Country)."),
                value=name,
            )
        return found[0]

    def may_lie_in(self, name: str, country: str) -> bool:
        """Whether a text names the country of the place that is named before it."""
        code = vocabulary.country_code(country)
        if not code or vocabulary.country_code(name):
            return False
        found = self.places.find(name)
        return not found or any(place.country == code for place in found)

    def split_places(self, text: str) -> list[str]:
        """The places of a cell; the same ones come again and again."""
        remembered = self.places.remembered
        if (known := remembered.get(text)) is None:
            known = values.split_places(text, self.places.__contains__, self.may_lie_in)
            remembered[text] = known
        return known

    def town(self, name: str, country: str | None) -> Place:
        """A city or metropolis; made as a draft where it is not known."""
        if IDENTIFIED.fullmatch(name):
            return self.place(name)  # an export names a region so, where no city is known
        return self.find_place(name, country, TOWNS) or self._new_town(name, country)

    def place(self, text: str, country: str | None = None) -> Place:
        """A place of any kind, written ``Name`` or ``Name (Country)``, in this country if any."""
        remembered = self.places.remembered
        if known := remembered.get((text, country)):
            return known
        name, said = text, country
        if (match := values.WITH_PARENTHESES.fullmatch(text)) and (
            code := vocabulary.country_code(match[2])
        ):
            name, country = match[1], code
        if place := self.find_place(name, country):
            if place.pk is not None:
                remembered[text, said] = place
            return place
        if not country and (code := vocabulary.country_code(name)):
            return self.country_place(code)
        return self._new_town(name, country)

    def _new_town(self, name: str, country: str | None) -> Place:
        if known := self.settle(
            self.places, Place, name, lambda place: not country or place.country == country
        ):
            return known
        if not country:
            raise CellError(
                _("The place “%(name)s” is not known, and nothing says in which country it lies.")
                % {"name": name},
                _("Write the country too, as in: %(name)s (Country).") % {"name": name},
                value=name,
            )
        record = self.new(
            Place,
            name_fr=name,
            kind=PlaceKind.CITY,
            country=country,
            parent=self._known_country(country),
        )
        return self.mention(record, self.places, [name])
