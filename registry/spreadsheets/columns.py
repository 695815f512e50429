"""The columns of a sheet: django-import-export's fields, with the headings that people give them.

A cell that is empty leaves the record as it is. A filled one replaces the value of a field; in a
column that lists several things it adds those that are missing, and never takes one away.
"""

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export.fields import Field

from registry.choices import ParticipantRole, PartnerRole
from registry.dates import PartialDate
from registry.models import (
    OrganisationIdentifier,
    OrganisationName,
    Participant,
    Party,
    ProjectPartner,
    Signatory,
    Stop,
)
from registry.spreadsheets import values, widgets
from registry.spreadsheets.files import ErrorCell
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.text import fold


class Column(Field):
    """A column that fills one field of the record.

    ``headings`` are the usual ones, ``French, French | English, English``: the first of each
    language is the one that messages recommend.
    """

    reads = ""

    def __init__(self, attribute, headings: str, widget=None, reads: str = ""):
        super().__init__(attribute=attribute, widget=widget or widgets.LineWidget())
        french, _bar, english = headings.partition("|")
        self.headings = {
            "fr": [heading.strip() for heading in french.split(",") if heading.strip()],
            "en": [heading.strip() for heading in english.split(",") if heading.strip()],
        }
        if reads or isinstance(self.widget, widgets.PartialDateWidget | widgets.PeriodWidget):
            self.reads = reads or "dates"
        elif isinstance(self.widget, widgets.AmountWidget):
            self.reads = "amounts"

    @property
    def label(self) -> str:
        """The heading that messages recommend, in the active language."""
        names = self.headings.get(get_language()) or self.headings["fr"]
        return names[0]

    def clean(self, row, **kwargs):
        """The value of the cell; ``None`` where it is empty."""
        cell = row.get(self.column_name)
        if cell is None:
            return None
        try:
            if isinstance(cell, ErrorCell):
                raise CellError(
                    _("The formula in this cell fails: it shows %(shown)s.") % {"shown": cell},
                    _("Mend the formula, or write the value itself."),
                )
            return self.widget.clean(cell, row=row, **kwargs)
        except CellError as error:
            error.column = error.column or self.column_name
            raise

    def save(self, instance, row, is_m2m=False, **kwargs):
        value = self.clean(row, **kwargs)
        if value is None:
            return
        try:
            self.apply(row.plan, value, row, kwargs["directory"])
        except CellError as error:
            error.column = error.column or self.column_name
            raise

    def apply(self, plan, value, row, directory) -> None:
        plan.set(self.attribute, value, row.heading(self.column_name), self.column_name)


class Companion(Column):
    """A column that says something about another one, which reads it."""

    def __init__(self, headings: str, widget=None, reads: str = ""):
        super().__init__(None, headings, widget, reads)

    def apply(self, plan, value, row, directory):
        """Nothing by itself: its value was checked."""


class PeriodColumn(Column):
    """A column that fills the beginning and the end: ``2021-2022``, ``du 3 au 12 avril 2024``."""

    def __init__(self, headings: str, start="starts_on", end="ends_on"):
        super().__init__(start, headings, widgets.PeriodWidget())
        self.end = end

    def apply(self, plan, value, row, directory):
        start, end = value
        super().apply(plan, start, row, directory)
        if end is not None:
            plan.set(self.end, end, row.heading(self.column_name), self.column_name)


class ListColumn(Column):
    """A column that lists several things; commas separate them where ``commas`` are safe."""

    commas = False

    def __init__(self, attribute, headings: str):
        super().__init__(attribute, headings, widgets.TextWidget())

    def apply(self, plan, value, row, directory):
        for item in self.split(value, directory):
            self.add(plan, item, row.heading(self.column_name), directory)

    def split(self, value: str, directory) -> list[str]:
        known = (lambda text: self.knows(text, directory)) if self.commas else None
        return values.split_values(value, known)

    def knows(self, text, directory) -> bool:
        raise NotImplementedError

    def add(self, plan, item, label, directory) -> None:
        raise NotImplementedError


class DomainsColumn(ListColumn):
    commas = True

    def knows(self, text, directory):
        return text in directory.domains

    def add(self, plan, item, label, directory):
        plan.link(self.attribute, directory.domain(item), label)


class PlacesColumn(ListColumn):
    commas = True

    def knows(self, text, directory):
        return text in directory.places

    def add(self, plan, item, label, directory):
        plan.link(self.attribute, directory.place(item), label)


class OrganisationsColumn(ListColumn):
    """Organisations linked by many-to-many, such as funders."""

    commas = True

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        plan.link(self.attribute, directory.organisation(item), label)


class ProjectsColumn(ListColumn):
    commas = True

    def knows(self, text, directory):
        return text in directory.projects

    def add(self, plan, item, label, directory):
        call, fund = plan.instance.call, plan.instance.fund
        plan.link(self.attribute, directory.project(item, call, fund), label)


class RecordsColumn(ListColumn):
    """Records that must be known, by their title: agreements, delegations."""

    def __init__(self, attribute, headings, index: str):
        super().__init__(attribute, headings)
        self.index = index

    def add(self, plan, item, label, directory):
        names = getattr(directory, self.index)
        kind = plan.instance._meta.get_field(self.attribute).related_model._meta.verbose_name
        plan.link(self.attribute, directory.known(names, item, kind), label)


class KnownColumn(Column):
    """A key to a record that must be known, by its title."""

    def __init__(self, attribute, headings, index: str):
        super().__init__(attribute, headings)
        self.index = index

    def apply(self, plan, value, row, directory):
        kind = plan.instance._meta.get_field(self.attribute).related_model._meta.verbose_name
        record = directory.known(getattr(directory, self.index), value, kind)
        super().apply(plan, record, row, directory)


class FundColumn(Column):
    def apply(self, plan, value, row, directory):
        super().apply(plan, directory.fund(value), row, directory)


class CallColumn(Column):
    def apply(self, plan, value, row, directory):
        call = directory.call(value, plan.instance.fund)
        if call is None:
            directory.notice(
                row,
                self.column_name,
                value,
                _("left out, for the row does not say of which fund this call is."),
            )
            return
        super().apply(plan, call, row, directory)
        if plan.instance.fund_id is None and plan.instance.fund is None:
            # As Project.save() does: a project's fund is that of its call.
            plan.instance.fund = call.fund


class PartiesColumn(ListColumn):
    commas = True

    def __init__(self, attribute, headings, role=None):
        super().__init__(attribute, headings)
        self.role = role

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        organisation = directory.organisation(item)
        if find_row(plan, self.attribute, organisation) is None:
            role = {"role": self.role} if self.role else {}
            plan.add_row(self.attribute, Party(organisation=organisation, **role), label)


class PartnersColumn(ListColumn):
    """Partners of a project, in a role; ``side`` says where those that are new come from."""

    commas = True

    def __init__(self, attribute, headings, role=PartnerRole.PARTNER, side: str = ""):
        super().__init__(attribute, headings)
        self.role = role
        self.side = side

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        organisation = directory.organisation(item, self._place(directory))
        row = find_row(plan, self.attribute, organisation)
        if row is None:
            partner = ProjectPartner(organisation=organisation, role=self.role)
            plan.add_row(self.attribute, partner, label)
        elif self.role == PartnerRole.LEAD != row.role:
            plan.change_row(self.attribute, row, {"role": self.role}, label)

    def _place(self, directory):
        return {
            "fr": lambda: directory.country_place("FR"),
            "qc": directory.quebec,
        }.get(self.side)


def find_row(plan, relation: str, organisation):
    """The row under a planned record that is about the organisation, if there is one."""
    for row in plan.rows(relation):
        if row.organisation_id and row.organisation_id == organisation.pk:
            return row
        if row.organisation_id is None and row.organisation is organisation:
            return row
    return None


class SignatoriesColumn(Column):
    def __init__(self, attribute, headings):
        super().__init__(attribute, headings, widgets.TextWidget())

    def apply(self, plan, value, row, directory):
        known = {fold(signatory.name) for signatory in plan.rows(self.attribute)}
        for person in values.read_persons(value):
            if fold(person.name) not in known:
                signatory = Signatory(name=person.name, office=person.office)
                plan.add_row(self.attribute, signatory, row.heading(self.column_name))


class ParticipantsColumn(ListColumn):
    """Organisations and persons on a delegation; with ``ROLE.LEADER``, those who lead it.

    Without parentheses an unknown name is an organisation's, except among the leaders.
    """

    commas = True

    def __init__(self, attribute, headings, role=ParticipantRole.PARTICIPANT, persons=False):
        super().__init__(attribute, headings)
        self.role = role
        self.persons = persons

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def apply(self, plan, value, row, directory):
        if not self.persons:
            super().apply(plan, value, row, directory)
            return
        label = row.heading(self.column_name)
        if organisation := directory.find_organisation(value):
            self._add_organisation(plan, organisation, label)
            return
        for person in values.read_persons(value):
            if not person.office and (known := directory.find_organisation(person.name)):
                self._add_organisation(plan, known, label)
            else:
                self._add_person(plan, person, label)

    def add(self, plan, item, label, directory):
        organisation = directory.find_organisation(item)
        if organisation is None and values.WITH_PARENTHESES.fullmatch(item):
            self._add_person(plan, values.read_persons(item)[0], label)
        else:
            self._add_organisation(plan, organisation or directory.organisation(item), label)

    def _add_organisation(self, plan, organisation, label):
        if find_row(plan, self.attribute, organisation) is None:
            participant = Participant(organisation=organisation, role=self.role)
            plan.add_row(self.attribute, participant, label)

    def _add_person(self, plan, person, label):
        same = [row for row in plan.rows(self.attribute) if fold(row.name) == fold(person.name)]
        if not same:
            participant = Participant(name=person.name, office=person.office, role=self.role)
            plan.add_row(self.attribute, participant, label)


class StopsColumn(Column):
    """An itinerary: ``Rochester : 3-6 avril 2024 ; Québec : 7-12 avril 2024``."""

    def __init__(self, attribute, headings):
        super().__init__(attribute, headings, widgets.TextWidget(), reads="dates")

    def apply(self, plan, value, row, directory):
        label = row.heading(self.column_name)
        left = plan.existing(self.attribute)
        for stop in values.read_stops(value, row.conventions.day_first):
            place = directory.place(stop.place)
            # A place may be passed twice: each mention takes one of the stops that are there.
            known = next((s for s in left if identity(s.place) == identity(place)), None)
            if known is None:
                new = Stop(place=place, starts_on=stop.starts_on, ends_on=stop.ends_on)
                plan.add_row(self.attribute, new, label)
                continue
            left.remove(known)
            if stop.starts_on and not covers(stop.starts_on, stop.ends_on, known):
                dates = {"starts_on": stop.starts_on, "ends_on": stop.ends_on}
                plan.change_row(self.attribute, known, dates, label)


def covers(start: PartialDate, end: PartialDate | None, stop: Stop) -> bool:
    """Whether the stop has these dates already, or more precise ones inside them."""
    if (stop.starts_on, stop.ends_on) == (start, end):
        return True
    if stop.starts_on is None or len(stop.starts_on.isoformat()) <= len(start.isoformat()):
        return False
    last = (stop.ends_on or stop.starts_on).latest
    return start.earliest <= stop.starts_on.earliest and last <= (end or start).latest


class OtherNamesColumn(ListColumn):
    """Other names, acronyms or former names of an organisation."""

    def __init__(self, attribute, headings, kind):
        super().__init__(attribute, headings)
        self.kind = kind

    def add(self, plan, item, label, directory):
        others = directory.organisations.find(item)
        if any(identity(other) != identity(plan.instance) for other in others):
            raise CellError(
                _("“%(name)s” is the name of another organisation: %(other)s.")
                % {"name": item, "other": others[0]},
                _("If they are one, keep one row for both; if they are not, leave this name out."),
                value=item,
            )
        names = {plan.instance.name, *(row.name for row in plan.rows(self.attribute))}
        if item not in names:
            plan.add_row(self.attribute, OrganisationName(name=item, kind=self.kind), label)


class IdentifierColumn(Column):
    """The number by which a public register knows an organisation."""

    def __init__(self, attribute, headings, scheme):
        super().__init__(attribute, headings)
        self.scheme = scheme

    def apply(self, plan, value, row, directory):
        number = "".join(value.split())
        directory.organisations  # noqa: B018  loads the identifiers
        owner = directory.identifiers.get((self.scheme, fold(number)))
        if owner is not None and identity(owner) != identity(plan.instance):
            raise CellError(
                _("%(other)s has this number already.") % {"other": owner},
                _("Check the number, or keep one row for both."),
            )
        mine = plan.rows(self.attribute)
        if not any(item.scheme == self.scheme and item.value == number for item in mine):
            identifier = OrganisationIdentifier(scheme=self.scheme, value=number)
            plan.add_row(self.attribute, identifier, row.heading(self.column_name))
            directory.identifiers[self.scheme, fold(number)] = plan.instance
