"""What is wrong with a row, said so that its author finds the cell."""

import datetime

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.spreadsheets import approximate, validation
from registry.spreadsheets.plans import RecordPlan
from registry.spreadsheets.problems import CellError, Problem
from registry.spreadsheets.tables import Row

# Of so many values of a column it is remembered what they mean.
MOST_KNOWN = 20_000
EMPTY = gettext_lazy("This cell is empty.")


class Refusing:
    """How a resource reads cells, and refuses what it cannot take."""

    def read(self, row: Row, name: str):
        """The value of a cell; ``None`` where it is empty or the sheet has no such column."""
        cell = row.get(name)
        if cell is None:
            return None
        column = self.fields[name]
        # Other cells of the row may say which dollars are meant.
        if not column.repeats or cell.__class__ is not str or "$" in cell:
            return column.clean(row)
        known = self._meanings[name]
        if cell in known:
            return known[cell]
        value = column.clean(row)
        if column.reads == "dates" and (told := approximate.told(cell, row.heading(name))):
            self.directory.notice_once(told)
        if len(known) < MOST_KNOWN:
            known[cell] = value
        return value

    def empty_cell(self, name: str) -> CellError:
        label = {"column": self.fields[name].label}
        if self.row is None or name in self.row.headings:
            error = CellError(str(EMPTY), _("Fill in “%(column)s”.") % label)
        else:
            error = CellError(
                _("The sheet has no column “%(column)s”.") % label,
                _("Add it, or give all rows the same value on the page of the import."),
            )
        error.column = name
        return error

    def _problem(self, row: Row, error: CellError) -> Problem:
        column = self.fields.get(error.column)
        heading = row.headings.get(error.column) or (column.label if column else "")
        value = error.value if error.value is not None else self._cell(row, error.column)
        return Problem(
            row.sheet, row.number, heading, value, error.message, error.remedy, error.about
        )

    def _cell(self, row: Row, name: str) -> str:
        value = row.get(name, "")
        return value.isoformat() if isinstance(value, datetime.date) else str(value)

    def _problems_of(self, row: Row) -> list[Problem]:
        plan, found = row.plan, []
        if not plan.is_new and not self.directory.may_change(plan.instance):
            error = CellError(
                str(self.directory.rights.why_not(plan.instance)),
                _("Remove the row, or ask %(owner)s to make the change.")
                % {"owner": plan.instance.authority},
            )
            error.column = self.key_columns[0]
            return [self._problem(row, error)]
        for field, messages in validation.check(plan, self.directory.unique).items():
            for message in messages:
                error = CellError(message, _("Correct this cell."))
                error.column = self._column_of(field, plan)
                if field == NON_FIELD_ERRORS:
                    error.column = self._column_against(message, row) or error.column
                value = None if field == NON_FIELD_ERRORS else getattr(plan.instance, field, None)
                if value in (None, "") and field != NON_FIELD_ERRORS:
                    error = self.empty_cell(error.column)
                found.append(self._problem(row, error))
        return found

    def _column_against(self, message: str, row: Row) -> str | None:
        """The column of the row that breaks the rule with this message: an end before the start."""
        for field in validation.fields_of_rule(type(row.plan.instance), message):
            if (column := self._column_of(field, row.plan)) in row:
                return column
        return None

    def _column_of(self, field: str, plan: RecordPlan) -> str:
        """The column that gave a field its value, or that would."""
        if given := plan.columns.get(field):
            return given
        for column in self.get_import_fields():
            if column.attribute == field:
                return column.column_name
        return self.key_columns[0]
