"""The columns that say when something begins and ends, also by how long it lasts."""

import re

from django.utils.translation import gettext as _

from registry.dates import Duration, PartialDate, parse_duration
from registry.spreadsheets import widgets
from registry.spreadsheets.columns import Column
from registry.spreadsheets.problems import CellError
from registry.text import fold

# «Durée (ans)»: what a bare number below such a heading counts.
UNITS = {"ans": "ans", "annees": "ans", "years": "ans", "mois": "mois", "months": "mois"}


class LastingColumn(Column):
    """A column that may say how long something takes; its heading may say in what."""

    def clean(self, row, **kwargs):
        cell = row.get(self.column_name)
        if isinstance(cell, str) and re.fullmatch(r"\d{1,2}(?:\.0)?", cell):
            words = fold(row.heading(self.column_name)).split()
            if unit := next((UNITS[word] for word in words if word in UNITS), None):
                return self.lasting(parse_duration(f"{cell.removesuffix('.0')} {unit}"))
        return super().clean(row, **kwargs)

    def lasting(self, duration: Duration):
        return duration


class EndColumn(LastingColumn):
    """An end, which people also give as a duration: ``3 ans`` from the first of ``starts``."""

    def __init__(self, attribute, headings: str, starts: tuple[str, ...] = ("starts_on",)):
        super().__init__(attribute, headings, widgets.EndWidget())
        self.starts = starts

    def apply(self, plan, value, row, directory):
        super().apply(plan, end_of(plan, value, self.starts), row, directory)


def end_of(plan, value: PartialDate | Duration, starts: tuple[str, ...]) -> PartialDate:
    """The end that a cell says, by itself or from the start of its record."""
    if isinstance(value, PartialDate):
        return value
    start = next(filter(None, (getattr(plan.instance, name) for name in starts)), None)
    try:
        return value.end_from(start)
    except (AttributeError, ValueError):
        raise widgets.no_end(value.text) from None


class PeriodColumn(LastingColumn):
    """A column that fills the beginning and the end: ``2021-2022``, ``du 3 au 12 avril 2024``.

    It may say the end alone, also as a duration from the first of ``starts``.
    """

    is_written = False

    def __init__(self, headings: str, starts: tuple[str, ...] = ("starts_on",)):
        super().__init__("starts_on", headings, widgets.PeriodWidget())
        self.starts = starts

    def lasting(self, duration: Duration):
        return None, duration

    def apply(self, plan, value, row, directory):
        start, end = value
        if start is not None and self._says_more(plan, "starts_on", start, start, end):
            super().apply(plan, start, row, directory)
        if end is not None:
            end = end_of(plan, end, self.starts)
            if self._says_more(plan, "ends_on", end, start or end, end):
                plan.set("ends_on", end, row.heading(self.column_name), self.column_name)

    def _says_more(self, plan, field: str, date, first, last) -> bool:
        """Whether the period tells a date that no other cell of the row tells more precisely."""
        if plan.columns.get(field, self.column_name) == self.column_name:
            return True
        said = getattr(plan.instance, field)
        if said.earliest < first.earliest or said.latest > (last or first).latest:
            raise CellError(
                _("The row gives %(date)s too, which lies outside this period.") % {"date": said},
                _("Correct one of the two."),
            )
        return False


class YearColumn(PeriodColumn):
    """*Année*: the beginning and the end where no other column says them; of the amounts too."""

    def _says_more(self, plan, field: str, date, first, last) -> bool:
        return plan.columns.get(field, self.column_name) == self.column_name
