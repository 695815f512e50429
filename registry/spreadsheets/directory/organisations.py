"""Organisations that cells name."""

from collections.abc import Callable
from functools import partial

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import IdentifierScheme, NameKind
from registry.models import Organisation, OrganisationIdentifier, OrganisationName, Place
from registry.spreadsheets import vocabulary
from registry.spreadsheets.directory.numbers import Numbers
from registry.spreadsheets.directory.places import PlaceLookups
from registry.spreadsheets.names import Names
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.values import WITH_PARENTHESES
from registry.text import fold

# Letters that may be the code of a country, but rather an acronym.
LONGEST_CODE = 3


def refuse_number(name: str) -> None:
    """Nobody new is called by a number: the column counts, or a name is missing."""
    if name.replace(" ", "").replace("\u00a0", "").removesuffix(".0").isdecimal():
        raise CellError(
            _("“%(value)s” is a number, not a name.") % {"value": name},
            _("Write the name, or give the column a heading that says what it counts."),
            value=name,
        )


class OrganisationLookups(PlaceLookups):
    @cached_property
    def organisations(self) -> Names:
        kept = self.kept(Organisation, ["place"], ["other_names", "identifiers"])
        # A word that is itself a place's name makes another name, not a slip.
        names = Names(lambda word: word in self.places, kept, are_towns=True)
        names.fill(kept.names("name", others="other_names"))
        self._kept_organisations = kept
        return names

    @cached_property
    def numbers(self) -> Numbers:
        self.organisations  # noqa: B018  makes what keeps them
        return Numbers(self._kept_organisations)

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
        remembered = self.organisations.remembered
        if known := remembered.get(text):
            return known
        if organisation := self.find_organisation(text):
            if organisation.pk is not None:
                remembered[text] = organisation
            elif place and organisation.place is None:
                organisation.place = place()
            return organisation
        if known := self.settle(self.organisations, Organisation, text):
            return known
        refuse_number(text)
        name, acronym = text, ""
        match = WITH_PARENTHESES.fullmatch(text)
        if match and len(match[2]) > LONGEST_CODE and (code := vocabulary.country_code(match[2])):
            # «Ville de Cork (Irlande)» says where it lies.
            name, place = match[1], partial(self.country_place, code)
            if namesakes := [one for one in self.organisations.find(name) if one.place is None]:
                return namesakes[0]
        elif match and match[2].isupper() and " " not in match[2]:
            name, acronym = match.groups()
        record = self.new(Organisation, name=name, place=place() if place else None)
        rows = [OrganisationName(name=acronym, kind=NameKind.ACRONYM)] if acronym else []
        return self.mention(record, self.organisations, [name, acronym], other_names=rows)

    def identified(self, name: str, numbers: list[tuple[str, str]]) -> Organisation:
        """The organisation that has one of these numbers, else this name and none that differs.

        It gets the numbers that it lacks. The first nine digits of a SIRET are a SIREN.
        """
        known = self.organisations
        sirens = [
            (IdentifierScheme.SIREN, n[:9]) for s, n in numbers if s == IdentifierScheme.SIRET
        ]
        for scheme, number in (*numbers, *sirens):
            if owner := self.numbers.owner(scheme, number):
                return self._complete(owner, numbers)

        def may_be(record) -> bool:
            return not self._differs(record, numbers)

        namesakes = known.find(name)
        found = [record for record in namesakes if may_be(record)]
        if len(found) > 1:
            found = [self.find_organisation(name)]
        if (
            not found
            and not namesakes
            and (meant := self.settle(known, Organisation, name, may_be))
        ):
            found = [meant]
        if found:
            return self._complete(found[0], numbers)
        refuse_number(name)
        record = self.new(Organisation, name=name)
        rows = [OrganisationIdentifier(scheme=scheme, value=number) for scheme, number in numbers]
        self.mention(record, known, [name], identifiers=rows)
        for scheme, number in numbers:
            self.numbers.note(record, scheme, number)
        return record

    def _differs(self, record, numbers) -> bool:
        """Whether a register gives the record another number: it is then another organisation."""
        own = self.numbers.of(record)
        return any(
            scheme in own and all(number[:9] != one[:9] for one in own[scheme])
            for scheme, number in numbers
        )

    def _complete(self, record, numbers) -> Organisation:
        own = self.numbers.of(record)
        lacking = [one for one in numbers if one[0] not in own and one not in self.numbers]
        if lacking and (record.pk is None or self.may_change(record)):
            plan = self.completion(record)
            for scheme, number in lacking:
                row = OrganisationIdentifier(scheme=scheme, value=number)
                plan.add_row("identifiers", row, str(row._meta.verbose_name_plural))
                self.numbers.note(record, scheme, number)
        return record

    def organisation_meant(self, name: str, country: str | None) -> Organisation | None:
        """The organisation of the registry that a row's unknown name was decided to stand for."""
        meant = self.settle(
            self.organisations,
            Organisation,
            name,
            lambda item: item.pk and not (country and item.place and item.place.country != country),
            is_of_row=True,
        )
        if meant is None:
            self._tell_twins(name)
        return meant

    def _tell_twins(self, name: str) -> None:
        """Say that two rows give new organisations whose names hardly differ."""
        near = self.organisations.near(name, lambda item: not item.pk, most=1)
        if near and self.row is not None:
            message = _("new like “%(other)s”, whose name is almost the same.")
            self.notice(self.row, "name", name, message % {"other": near[0].name})
