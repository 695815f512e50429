"""Columns whose values become rows under the record: parties, partners, stops, other names."""

from django.utils.translation import gettext as _

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
from registry.spreadsheets.columns import Column, ListColumn
from registry.spreadsheets.plans import identity
from registry.spreadsheets.problems import CellError
from registry.text import fold


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
