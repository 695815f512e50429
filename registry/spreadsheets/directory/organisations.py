"""Organisations that cells name."""

from collections.abc import Callable

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import NameKind
from registry.models import Organisation, OrganisationName, Place
from registry.spreadsheets import vocabulary
from registry.spreadsheets.directory.base import UNUSED
from registry.spreadsheets.directory.places import PlaceLookups
from registry.spreadsheets.names import Names
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.values import WITH_PARENTHESES
from registry.text import fold


class OrganisationLookups(PlaceLookups):
    @cached_property
    def organisations(self) -> Names:
        organisations = (
            Organisation.objects.defer("summary", *UNUSED)
            .select_related("place")
            .prefetch_related("other_names", "identifiers")
        )
        # A word that is itself a place's name makes another name, not a slip.
        names = Names(lambda word: word in self.places)
        self.identifiers = {}
        for organisation in organisations:
            others = (other.name for other in organisation.other_names.all())
            names.add(organisation, [organisation.name, *others])
            for identifier in organisation.identifiers.all():
                self.identifiers[identifier.scheme, fold(identifier.value)] = organisation
        return names

    def knows_organisation(self, name: str) -> bool:
        return name in self.organisations

    def find_organisation(self, text: str) -> Organisation | None:
        """The organisation of this name, other name or identifier; ``None`` where there is none."""
        found = self.organisations.find(text)
        if not found and (match := WITH_PARENTHESES.fullmatch(text)):
            # Name (acronym), Name (City) or Acronym (Name).
            base, hint = match.groups()
            found = self._narrow(self.organisations.find(base), hint)
            found = found or self._narrow(self.organisations.find(hint), base)
        if len(found) > 1:
            where = "; ".join(
                f"{item} ({item.place or _('place not known')}, {item.public_id})" for item in found
            )
            raise CellError(
                _("Several organisations are called “%(name)s”: %(where)s.")
                % {"name": text, "where": where},
                _("Write the city after it in parentheses, or a name that it alone has."),
                value=text,
            )
        return found[0] if found else None

    def _narrow(self, organisations: list, hint: str) -> list:
        country = vocabulary.country_code(hint)
        hinted = self.organisations.find(hint)
        matching = []
        for organisation in organisations:
            place = organisation.place
            in_place = place and (
                place.country == country or fold(hint) in (fold(place.name_fr), fold(place.name_en))
            )
            if in_place or organisation in hinted:
                matching.append(organisation)
        return matching

    def organisation(self, text: str, place: Callable[[], Place] | None = None) -> Organisation:
        """The organisation that a cell names; made as a draft where it is not known.

        ``place`` gives the place of a new one, where the column says it.
        """
        if organisation := self.find_organisation(text):
            if place and organisation.pk is None and organisation.place is None:
                organisation.place = place()
            return organisation
        if known := self.settle(self.organisations, Organisation, text):
            return known
        name, acronym = text, ""
        match = WITH_PARENTHESES.fullmatch(text)
        if match and match[2].isupper() and " " not in match[2]:
            name, acronym = match.groups()
        record = self.new(Organisation, name=name, place=place() if place else None)
        rows = [OrganisationName(name=acronym, kind=NameKind.ACRONYM)] if acronym else []
        return self.mention(record, self.organisations, [name, acronym], other_names=rows)

    def organisation_meant(self, name: str, country: str | None) -> Organisation | None:
        """The organisation of the registry that a row's unknown name was decided to stand for."""
        return self.settle(
            self.organisations,
            Organisation,
            name,
            lambda item: item.pk and not (country and item.place and item.place.country != country),
            is_of_row=True,
        )
