"""Columns of organisations that other columns identify by their numbers, as lists of grants do."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.choices import ContributionKind, IdentifierScheme
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column, OrganisationsColumn
from registry.spreadsheets.numbers import is_checked, with_first_zeros
from registry.spreadsheets.problems import row_ranges
from registry.spreadsheets.sides import giver, keep_of_side
from registry.spreadsheets.values import split_values
from registry.spreadsheets.vocabulary import find_choice

RNA = re.compile(r"W\d{9}")
# «aide en numéraire,aide en nature».
BETWEEN_KINDS = re.compile(r"[,/+]|\s(?:et|and)\s")


def read_siret(text: str) -> str | None:
    """The fourteen digits of a SIRET; ``None`` where these are not one.

    A spreadsheet takes the leading zero away, and rounds a long number: its last digit tells.
    """
    digits = re.sub(r"\D", "", text).zfill(14)
    if len(digits) != 14 or len(re.sub(r"\D", "", text)) < 13 or digits.endswith("00000"):
        return None
    return digits if is_checked(digits) else None


def read_rna(text: str) -> str | None:
    number = "".join(text.split()).upper()
    return number if RNA.fullmatch(number) else None


READERS = {IdentifierScheme.SIRET: read_siret, IdentifierScheme.RNA: read_rna}


class IdentifiedColumn(OrganisationsColumn):
    """Organisations by name; one alone where columns beside it give its numbers."""

    def __init__(self, attribute, headings, numbers: dict[str, str]):
        super().__init__(attribute, headings)
        self.numbers = numbers

    def enter(self, plan, value, row, directory):
        label = row.heading(self.column_name)
        return [
            plan.link(self.attribute, organisation, label)
            for organisation in self.organisations(value, row, directory)
        ]

    def organisations(self, value: str, row, directory) -> list:
        numbers = [(scheme, number) for scheme, _name, number in self.read_numbers(row) if number]
        if numbers:
            name = " ".join(value.split())
            return directory.each(lambda one: directory.identified(one, numbers), [name])
        names = self.split(value, directory)
        if row.side and self.attribute == "funders":
            return keep_of_side(row, directory.each(giver(row, directory), names))
        return directory.each(directory.organisation, names)

    def read_numbers(self, row):
        """The scheme, the column and the number of each cell; no number where it is none."""
        for name, scheme in self.numbers.items():
            if text := row.get(name):
                yield scheme, name, READERS[scheme](str(text))


class WrongNumbers:
    """The numbers that cannot be ones of their register, or lost their zeros: told together."""

    def __init__(self):
        self._rows = defaultdict(list)
        self._short = defaultdict(list)

    def look(self, column: IdentifiedColumn, row) -> None:
        for scheme, name, number in column.read_numbers(row):
            if number is None:
                self._rows[row.heading(name), IdentifierScheme(scheme).label].append(row.number)
            elif number.startswith("0") and with_first_zeros(scheme, str(row[name])):
                self._short[row.heading(name)].append(row.number)

    def notices(self):
        for heading, rows in self._short.items():
            yield ngettext(
                "%(column)s: a spreadsheet took the first zeros of %(count)s number away: they "
                "are put back (row %(rows)s).",
                "%(column)s: a spreadsheet took the first zeros of %(count)s numbers away: they "
                "are put back (rows %(rows)s).",
                len(rows),
            ) % {"column": heading, "count": len(rows), "rows": row_ranges(rows)}
        for (heading, scheme), rows in self._rows.items():
            yield ngettext(
                "%(column)s: %(count)s number is no %(scheme)s, perhaps rounded by a spreadsheet: "
                "it is left out (row %(rows)s).",
                "%(column)s: %(count)s numbers are no %(scheme)s, perhaps rounded by a "
                "spreadsheet: they are left out (rows %(rows)s).",
                len(rows),
            ) % {"column": heading, "count": len(rows), "scheme": scheme, "rows": row_ranges(rows)}


class GrantKindColumn(Column):
    """The kind of a contribution; of several in one cell the first is kept, and it is said."""

    def __init__(self, attribute, headings):
        super().__init__(attribute, headings, widgets.ChoiceWidget(ContributionKind))

    def clean(self, row, **kwargs):
        kinds = kinds_in(row.get(self.column_name))
        if len(kinds) < 2:
            return super().clean(row, **kwargs)
        return self.widget.clean(kinds[0], row=row)

    def apply(self, plan, value, row, directory):
        cell = row[self.column_name]
        if len(kinds_in(cell)) > 1:
            message = _("the first alone is kept, the whole in the note.")
            directory.notice(row, self.column_name, cell, message)
            if not plan.instance.note:
                plan.set("note", cell, row.heading(self.column_name), self.column_name)
        super().apply(plan, value, row, directory)


def kinds_in(cell) -> list[str]:
    """The kinds that a cell names; commas and the like part nothing else than kinds."""
    kinds = split_values(cell) if isinstance(cell, str) else []
    if len(kinds) == 1:
        parts = [part.strip() for part in BETWEEN_KINDS.split(kinds[0])]
        if all(find_choice(ContributionKind, part) for part in parts):
            return parts
    return kinds
