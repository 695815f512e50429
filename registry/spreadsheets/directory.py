"""What cells refer to: the registry's names, loaded once for a file, and those that it adds.

Every look-up is made here. A name that is not known becomes a draft of its own, unless it comes
so near to a known one that somebody must decide.
"""

from collections.abc import Callable

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from registry.choices import NameKind, PlaceKind, Status
from registry.dates import PartialDate
from registry.models import (
    Agreement,
    Authority,
    Call,
    Delegation,
    Domain,
    Fund,
    Organisation,
    OrganisationName,
    Place,
    Project,
    Source,
    User,
)
from registry.spreadsheets import validation, vocabulary
from registry.spreadsheets.names import Names
from registry.spreadsheets.plans import RecordPlan, identity
from registry.spreadsheets.problems import CellError
from registry.spreadsheets.values import WITH_PARENTHESES
from registry.text import fold, name_key

TOWNS = (PlaceKind.CITY, PlaceKind.INTERCOMMUNALITY)
# Which place is meant by a name that several have: the town before the region it gave its name to.
PRECEDENCE = list(PlaceKind)
UNUSED = ("search_text", "internal_notes")


def may_be_same_date(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two dates of different precision can be one: 2024 and April 2024 can."""
    if one is None or other is None:
        return True
    first, second = one.isoformat(), other.isoformat()
    return first.startswith(second) or second.startswith(first)


def call_of(call: Call, fund: Fund) -> bool:
    return identity(call.fund) == identity(fund)


class Directory:
    """The look-ups of one import."""

    def __init__(self, authority: Authority, user: User | None = None, publish: bool = False):
        self.authority = authority
        self.user = user
        self.status = Status.PUBLISHED if publish else Status.DRAFT
        self.unique = validation.UniqueValues()
        self.mentions: list[RecordPlan] = []
        self.notices: list[str] = []
        # The row that is being read: a record made because it names it is listed there.
        self.row = None
        self._rows: dict[tuple, object] = {}

    # Loaded once, when a file first needs them ------------------------------------------------

    @cached_property
    def places(self) -> Names:
        places = Place.objects.defer(*UNUSED).prefetch_related("other_names")
        names = Names()
        for place in places:
            others = (other.name for other in place.other_names.all())
            names.add(place, [place.name_fr, place.name_en, *others])
        return names

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

    @cached_property
    def funds(self) -> Names:
        names = Names()
        for fund in Fund.objects.defer("summary", *UNUSED):
            names.add(fund, [fund.name, fund.acronym])
        return names

    @cached_property
    def calls(self) -> Names:
        names = Names()
        for call in Call.objects.defer("summary", *UNUSED).select_related("fund"):
            names.add(call, self._names_of_call(call))
        return names

    @staticmethod
    def _names_of_call(call):
        yield from (call.edition, call.title)
        for fund in (call.fund.name, call.fund.acronym):
            if fund:
                yield f"{fund} {call.edition}"

    @cached_property
    def sources(self) -> Names:
        names = Names()
        for source in Source.objects.defer(*UNUSED):
            names.add(source, [*source.titles, source.url])
        return names

    @cached_property
    def agreements(self) -> Names:
        return self._titles(Agreement, "signed_on")

    @cached_property
    def delegations(self) -> Names:
        return self._titles(Delegation, "starts_on")

    @cached_property
    def projects(self) -> Names:
        return self._titles(Project, "starts_on", "fund", "call")

    def _titles(self, model, *fields) -> Names:
        names = Names()
        identity_fields = ("title", "public_id", "reference", "authority")
        for record in model.objects.order_by().only(*identity_fields, *fields):
            names.add(record, [record.title])
        return names

    @cached_property
    def domains(self) -> Names:
        names = Names()
        for domain in Domain.objects.all():
            names.add(domain, [domain.name_fr, domain.name_en, domain.code])
        return names

    @cached_property
    def _keys(self) -> dict[type, dict]:
        return {}

    def by_key(self, model, key) -> models.Model | None:
        """The primary key of a record by its public identifier, or its authority's reference."""
        if model not in self._keys:
            self._keys[model] = keys = {}
            rows = model._base_manager.values_list("pk", "public_id", "authority_id", "reference")
            for pk, public_id, authority, reference in rows:
                keys[public_id] = pk
                if reference:
                    keys[authority, fold(reference)] = pk
        return self._keys[model].get(key)

    # Records that the file adds ----------------------------------------------------------------

    def new(self, model, **fields) -> models.Model:
        """A record of the importing authority, not saved yet."""
        return model(
            authority=self.authority,
            created_by=self.user,
            updated_by=self.user,
            status=self.status,
            **fields,
        )

    def claim(self, record, row):
        """Note which row is about a record; the row that was so before, if there is one."""
        first = self._rows.setdefault((type(record), identity(record)), row)
        return None if first is row else first

    def row_of(self, record):
        return self._rows.get((type(record), identity(record)))

    def notice(self, row, column: str, value: str, message: str) -> None:
        """Tell what a cell says without effect; nothing is left out in silence."""
        self.notices.append(
            _("%(sheet)s, row %(row)s, %(column)s “%(value)s”: %(message)s")
            % {
                "sheet": row.sheet or _("the file"),
                "row": row.number,
                "column": row.heading(column),
                "value": value,
                "message": message,
            }
        )

    def may_change(self, record) -> bool:
        """Whether the importer may change an existing record: its authority alone does."""
        if self.user is None or self.user.is_superuser:
            return True
        return record.authority_id in self._authorities

    @cached_property
    def _authorities(self) -> set[int]:
        return set(self.user.authorities.values_list("pk", flat=True))

    def mention(self, record, index: Names, names, **rows) -> models.Model:
        """Add a record that a cell names; the preview lists it for itself."""
        plan = RecordPlan(
            record,
            is_new=True,
            is_mention=True,
            sheet=self.row.sheet if self.row else "",
            row=self.row.number if self.row else 0,
        )
        for relation, values in rows.items():
            for value in values:
                plan.add_row(relation, value, "")
        plan.changes.clear()
        if errors := validation.check(plan, self.unique):
            messages = " ".join(message for found in errors.values() for message in found)
            raise CellError(
                _("“%(value)s” cannot be added: %(why)s") % {"value": record, "why": messages}
            )
        index.add(record, names)
        self.mentions.append(plan)
        return record

    # Places ------------------------------------------------------------------------------------

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

    def town(self, name: str, country: str | None) -> Place:
        """A city or metropolis; made as a draft where it is not known."""
        return self.find_place(name, country, TOWNS) or self._new_town(name, country)

    def place(self, text: str) -> Place:
        """A place of any kind, written ``Name`` or ``Name (Country)``."""
        name, country = text, None
        if (match := WITH_PARENTHESES.fullmatch(text)) and (
            code := vocabulary.country_code(match[2])
        ):
            name, country = match[1], code
        if place := self.find_place(name, country):
            return place
        if not country and (code := vocabulary.country_code(name)):
            return self.country_place(code)
        return self._new_town(name, country)

    def _new_town(self, name: str, country: str | None) -> Place:
        self._refuse_near_miss(
            self.places, name, lambda place: not country or place.country == country
        )
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

    # Organisations -----------------------------------------------------------------------------

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
        self._refuse_near_miss(self.organisations, text)
        name, acronym = text, ""
        match = WITH_PARENTHESES.fullmatch(text)
        if match and match[2].isupper() and " " not in match[2]:
            name, acronym = match.groups()
        record = self.new(Organisation, name=name, place=place() if place else None)
        rows = [OrganisationName(name=acronym, kind=NameKind.ACRONYM)] if acronym else []
        return self.mention(record, self.organisations, [name, acronym], other_names=rows)

    def refuse_near_organisation(self, name: str, country: str | None) -> None:
        """Refuse a new organisation whose name may be a slip for one of the registry."""
        self._refuse_near_miss(
            self.organisations,
            name,
            lambda item: item.pk and not (country and item.place and item.place.country != country),
        )

    def _refuse_near_miss(self, names: Names, name: str, may_be=bool) -> None:
        near = names.near(name, may_be)
        if near:
            raise CellError(
                _("“%(name)s” is not known, but “%(near)s” is, and %(reason)s.")
                % {"name": name, "near": near.name, "reason": near.reason},
                _(
                    "If they are the same, write “%(near)s” here or give it this other name; if "
                    "they are not, add it to the registry first."
                )
                % {"near": near.name},
                value=name,
            )

    # Funds, calls, projects, sources -----------------------------------------------------------

    def fund(self, name: str) -> Fund:
        found = self.funds.find(name)
        if not found and (match := WITH_PARENTHESES.fullmatch(name)):
            found = self.funds.find(match[1]) or self.funds.find(match[2])
        if len(found) > 1:
            raise CellError(_("Several funds are called “%(name)s”.") % {"name": name})
        if found:
            return found[0]
        self._refuse_near_miss(self.funds, name)
        full, acronym = name, ""
        match = WITH_PARENTHESES.fullmatch(name)
        if match and match[2].isupper() and len(match[2]) <= 30:
            full, acronym = match.groups()
        record = self.new(Fund, name=full, acronym=acronym)
        return self.mention(record, self.funds, [full, acronym])

    def call(self, name: str, fund: Fund | None) -> Call | None:
        """The call of this edition or title.

        Without its fund an edition says nothing, for every fund has one of 2021-2022: only a title
        then tells which call is meant, and an unknown one is ``None``.
        """
        found = [
            call
            for call in self.calls.find(name)
            if (name_key(call.edition) != name_key(name) if fund is None else call_of(call, fund))
        ]
        if len(found) > 1:
            raise CellError(
                _("Several funds have a call “%(name)s”.") % {"name": name},
                _("Name the fund too, in its own column."),
            )
        if found or fund is None:
            return found[0] if found else None
        record = self.new(Call, fund=fund, edition=name)
        return self.mention(record, self.calls, self._names_of_call(record))

    def project(self, title: str, call: Call | None = None, fund: Fund | None = None) -> Project:
        found = self.projects.find(title)
        for relation, wanted in (("call", call), ("fund", fund)):
            if len(found) > 1 and wanted:
                found = [
                    project
                    for project in found
                    if getattr(project, relation)
                    and identity(getattr(project, relation)) == identity(wanted)
                ] or found
        if len(found) > 1:
            years = ", ".join(str(project.starts_on or "?") for project in found)
            raise CellError(
                _("Several projects are called “%(title)s”: %(years)s.")
                % {"title": title, "years": years},
                _("Name the call too, in its own column."),
                value=title,
            )
        if found:
            return found[0]
        self._refuse_near_miss(self.projects, title)
        record = self.new(
            Project, title=title, call=call, fund=fund or (call.fund if call else None)
        )
        return self.mention(record, self.projects, [title])

    def known(self, names: Names, title: str, kind: str) -> models.Model:
        """A record that must be known: a cell alone does not say enough to make one."""
        found = names.find(title)
        if len(found) == 1:
            return found[0]
        if found:
            raise CellError(
                _("Several records are called “%(title)s”.") % {"title": title}, value=title
            )
        near = vocabulary.closest(title, names.spellings())
        raise CellError(
            _("No %(kind)s is called “%(title)s”.") % {"kind": kind, "title": title},
            (_("Did you mean “%(near)s”?") % {"near": near} + " " if near else "")
            + _("Give it a row of its own in this workbook, or add it to the registry first."),
            value=title,
        )

    def source(self, title: str, date: PartialDate | None = None) -> Source:
        found = [
            source
            for source in self.sources.find(title)
            if may_be_same_date(source.published_on, date)
        ]
        if len(found) > 1:
            found = [source for source in found if source.published_on == date] or found
        if len(found) > 1:
            raise CellError(
                _("Several sources are called “%(title)s”.") % {"title": title},
                _("Give the date of the source in its own column."),
                value=title,
            )
        if found:
            source = found[0]
            if source.pk is None and source.published_on is None:
                source.published_on = date
            return source
        self._refuse_near_miss(
            self.sources, title, lambda source: may_be_same_date(source.published_on, date)
        )
        address = title if title.startswith(("http://", "https://")) else ""
        record = self.new(Source, title=title, published_on=date, url=address)
        return self.mention(record, self.sources, [title])

    def domain(self, name: str) -> Domain:
        found = self.domains.find(name)
        if found:
            return found[0]
        near = vocabulary.closest(name, self.domains.spellings())
        raise CellError(
            _("No domain is called “%(name)s”.") % {"name": name},
            _("Did you mean “%(near)s”?") % {"near": near}
            if near
            else _("Write the name of a domain of the registry."),
            value=name,
        )
