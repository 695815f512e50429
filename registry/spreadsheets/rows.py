"""Columns whose values become rows under the record: parties, partners, persons, other names."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _

from registry import bulk
from registry.choices import ParticipantRole, PartnerRole, PartyRole, Sector
from registry.models import (
    OrganisationIdentifier,
    OrganisationName,
    Participant,
    Party,
    ProjectPartner,
    Signatory,
)
from registry.spreadsheets import numbers, persons, values, vocabulary
from registry.spreadsheets.columns import ListColumn
from registry.spreadsheets.files import tidy
from registry.spreadsheets.plans import identity, new_row
from registry.spreadsheets.problems import CellError
from registry.text import fold


class RowsColumn(ListColumn):
    """A column whose items are rows under the record.

    What an item says beside a name follows it after a colon: ``Rochester : 3-6 avril 2024``.
    """

    row_fields: tuple[str, ...] = ("organisation_id",)

    def row_filter(self) -> dict:
        """Which of the rows the column lists."""
        return {}

    def lists(self, item):
        return all(getattr(item, name) == value for name, value in self.row_filter().items())

    def item(self, row: tuple, names) -> str:
        """The item for the values of ``row_fields``."""
        return names.organisations[row[0]]

    def gather(self, model, keys, names):
        relation = model._meta.get_field(self.attribute)
        rows, owner = relation.related_model, relation.field.attname
        is_ordered = any(field.name == "position" for field in rows._meta.fields)
        listed = (
            rows._base_manager.filter(**{f"{owner}__in": keys}, **self.row_filter())
            .order_by(*(["position"] if is_ordered else []), "pk")
            .values_list(owner, *self.row_fields)
        )
        found, item = defaultdict(list), self.item
        for row in bulk.plain_rows(listed):
            found[row[0]].append(item(row[1:], names))
        return found


class PartiesColumn(RowsColumn):
    commas = True

    def __init__(self, attribute, headings, role=None, side: str = ""):
        super().__init__(attribute, headings)
        self.role = role
        self.side = side
        self.is_written = not side

    def row_filter(self):
        return {"role": self.role or PartyRole.PARTY}

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        organisation = directory.organisation(item, place_of_side(self.side, directory))
        return add_party(plan, organisation, label, self.role)


def add_party(plan, organisation, label: str, role=None) -> Party:
    """The row of a party to an agreement, which may be there already."""
    row = find_row(plan, "parties", organisation, role)
    if row is None:
        row = new_row(Party, organisation=organisation, **({"role": role} if role else {}))
        plan.add_row("parties", row, label)
    return row


class PartnersColumn(RowsColumn):
    """Partners of a project, in a role; ``side`` says where those that are new come from."""

    commas = True

    def __init__(self, attribute, headings, role=PartnerRole.PARTNER, side: str = ""):
        super().__init__(attribute, headings)
        self.role = role
        self.side = side
        self.is_written = not side

    def row_filter(self):
        return {"role": self.role}

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        organisation = directory.organisation(item, place_of_side(self.side, directory))
        row = find_row(plan, self.attribute, organisation, self.role)
        if row is None:
            row = new_row(ProjectPartner, organisation=organisation, role=self.role)
            plan.add_row(self.attribute, row, label)
        elif self.role == PartnerRole.LEAD != row.role:
            plan.change_row(self.attribute, row, {"role": self.role}, label)
        return row


def place_of_side(side: str, directory):
    """What finds the place of organisations on a side; nothing where no side is said."""
    if not side:
        return None
    return {
        "fr": lambda: directory.country_place("FR"),
        "qc": directory.quebec,
    }.get(side)


def find_row(plan, relation: str, organisation, role: str = ""):
    """The row under a planned record that is about the organisation, best in the same role."""
    key, found = organisation.__dict__["id"], None
    for row in plan.rows(relation):
        own = row.__dict__["organisation_id"]
        if own == key if own else row.organisation is organisation:
            if role and (row.role != role or getattr(row, "name", "")):
                found = found or row
            else:
                return row
    return found


class SignatoriesColumn(RowsColumn):
    """Who signed: ``Name (office)``, or ``Name (office) : Organisation``.

    An organisation that stands among them is a party.
    """

    row_fields = ("name", "office", "organisation_id")

    def item(self, row, names):
        name, office, organisation = row
        person = values.write_person(name, office)
        return f"{person} : {names.organisations[organisation]}" if organisation else person

    def enter(self, plan, value, row, directory):
        label, listed = row.heading(self.column_name), []
        for text in values.split_persons(value):
            if persons.names_a_body(text) or directory.find_organisation(text):
                add_party(plan, directory.organisation(text), label)
                continue
            text, signs_for = values.read_detail(text, directory.knows_organisation)
            person = values.read_person(text)
            said = {"office": person.office}
            said["organisation"] = directory.organisation(signs_for) if signs_for else None
            signatory = find_person(plan.rows(self.attribute), person, text)
            if signatory is None:
                signatory = Signatory(name=person.name, **said)
                plan.add_row(self.attribute, signatory, label)
            else:
                replace_person(plan, self.attribute, signatory, said, label)
            listed.append(signatory)
        return listed


def find_person(rows: list, person: values.Person, text: str, role: str = ""):
    """The row of a person: best the one that reads as the cell does."""
    key = fold(person.name)
    same = [row for row in rows if row.name and fold(values.read_person(_written(row)).name) == key]
    return max(
        same,
        key=lambda row: (not role or row.role == role, _written(row) == text),
        default=None,
    )


def replace_person(plan, relation: str, row, said: dict, label: str) -> None:
    """Give a person the office and organisation of the cell, unless it reads so already."""
    if row.pk:
        if said["office"] == values.read_person(_written(row)).office:
            del said["office"]
        plan.replace(relation, row, said, label)


def _written(row) -> str:
    """A row's person as a cell has it once it is read."""
    return tidy(values.write_person(row.name, row.office))


class ParticipantsColumn(RowsColumn):
    """Organisations and persons on a delegation; with ``ROLE.LEADER``, those who lead it.

    Without parentheses an unknown name is an organisation's, except among the leaders, or where it
    begins with a usual given name. A person's organisation and the sector may follow:
    ``Name (office) : Organisation : Sector``.
    """

    commas = True
    row_fields = ("organisation_id", "name", "office", "sector")

    def __init__(self, attribute, headings, role=ParticipantRole.PARTICIPANT, persons=False):
        super().__init__(attribute, headings)
        self.role = role
        self.persons = persons

    def row_filter(self):
        return {"role": self.role}

    def item(self, row, names):
        organisation, name, office, sector = row
        parts = [values.write_person(name, office, self.persons)] if name else []
        parts += [names.organisations[organisation]] if organisation else []
        parts += [str(Sector(sector).label)] if sector else []
        return " : ".join(parts)

    def knows(self, text, directory):
        return directory.knows_organisation(_without_sector(text)[0])

    def split(self, value, directory):
        listed = super().split(value, directory)
        return [name for item in listed for name in persons.split_pair(item)]

    def enter(self, plan, value, row, directory):
        if not self.persons:
            return super().enter(plan, value, row, directory)
        label = row.heading(self.column_name)
        if directory.find_organisation(value):
            return [self.add(plan, value, label, directory)]
        return [self.add(plan, item, label, directory) for item in values.split_persons(value)]

    def add(self, plan, item, label, directory):
        text, sector = _without_sector(persons.without_heads(item))
        organisation = directory.find_organisation(text)
        if organisation is None:
            persons.refuse_headcount(text)
            person, employer = values.read_detail(text, directory.knows_organisation)
            is_person = self.persons or employer or _has_office(person) or persons.is_person(person)
            is_person = is_person or persons.is_likely_person(person)
            if is_person and (
                added := self._add_person(plan, person, employer, sector, label, directory)
            ):
                return added
            organisation = directory.organisation(text)
        row = find_row(plan, self.attribute, organisation, self.role)
        if row is None:
            row = Participant(organisation=organisation, role=self.role, sector=sector)
            return plan.add_row(self.attribute, row, label)
        if row.pk:
            plan.replace(self.attribute, row, {"sector": sector}, label)
        return row

    def _add_person(self, plan, text, employer, sector, label, directory):
        """The row of a person, unless the name turns out to be an organisation's."""
        person = values.read_person(text)
        if not person.office and not _has_office(text) and directory.find_organisation(person.name):
            return None
        said = {"office": person.office, "sector": sector}
        said["organisation"] = directory.organisation(employer) if employer else None
        if row := find_person(plan.rows(self.attribute), person, text, self.role):
            replace_person(plan, self.attribute, row, said, label)
            return row
        row = Participant(name=person.name, role=self.role, **said)
        return plan.add_row(self.attribute, row, label)


def _has_office(text: str) -> bool:
    return text.endswith("()") or values.WITH_PARENTHESES.fullmatch(text) is not None


def _without_sector(text: str) -> tuple[str, str]:
    words = vocabulary.choice_words(Sector)
    text, sector = values.read_detail(text, lambda part: vocabulary.word_key(part) in words)
    return text, words[vocabulary.word_key(sector)] if sector else ""


class OtherNamesColumn(RowsColumn):
    """Other names, acronyms or former names of an organisation or a place."""

    row_fields = ("name",)

    def __init__(self, attribute, headings, kind):
        super().__init__(attribute, headings)
        self.kind = kind

    def row_filter(self):
        return {"kind": self.kind}

    def item(self, row, names):
        return row[0]

    def add(self, plan, item, label, directory):
        rows = sorted(plan.rows(self.attribute), key=lambda row: row.kind != self.kind)
        for row in (*rows, plan.instance):
            if tidy(str(row)) == item:
                return row
        return self._add(plan, item, label, directory)

    def _add(self, plan, item, label, directory):
        others = directory.organisations.find(item)
        if any(identity(other) != identity(plan.instance) for other in others):
            raise CellError(
                _("“%(name)s” is the name of another organisation: %(other)s.")
                % {"name": item, "other": others[0]},
                _("If they are one, keep one row for both; if they are not, leave this name out."),
                value=item,
            )
        name = OrganisationName(name=item, kind=self.kind)
        return plan.add_row(self.attribute, name, label)


class IdentifierColumn(RowsColumn):
    """The number by which a public register knows an organisation."""

    row_fields = ("value",)

    def __init__(self, attribute, headings, scheme):
        super().__init__(attribute, headings)
        self.scheme = scheme

    def row_filter(self):
        return {"scheme": self.scheme}

    def item(self, row, names):
        return row[0]

    def enter(self, plan, value, row, directory):
        for item in self.split(value, directory):
            if whole := numbers.with_first_zeros(self.scheme, item):
                message = _("a spreadsheet took its first zeros away: it is read as %(number)s.")
                directory.notice(row, self.column_name, item, message % {"number": whole})
        return super().enter(plan, value, row, directory)

    def add(self, plan, item, label, directory):
        number = numbers.written_number(self.scheme, item)
        for one in plan.rows(self.attribute):
            if one.scheme == self.scheme and "".join(tidy(one.value).split()) == number:
                return one
        if self.scheme in numbers.FORMS and not re.fullmatch(numbers.FORMS[self.scheme][0], number):
            raise numbers.wrong_number(self.scheme, item)
        if self.scheme in numbers.DIGITS and not numbers.is_checked(number):
            message = _("its last digit is not the one that the others give: check this number.")
            directory.notice(directory.row, self.column_name, item, message)
        return self._add(plan, number, label, directory)

    def _add(self, plan, number, label, directory):
        owner = directory.numbers.owner(self.scheme, number)
        if owner is not None and identity(owner) != identity(plan.instance):
            raise self.taken(owner)
        identifier = OrganisationIdentifier(scheme=self.scheme, value=number)
        directory.numbers.note(directory.row, self.scheme, number)
        return plan.add_row(self.attribute, identifier, label)

    def taken(self, owner) -> CellError:
        return CellError(
            _("%(other)s has this number already.") % {"other": owner},
            _("Check the number, or keep one row for both."),
        )
