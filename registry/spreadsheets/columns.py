"""The columns of a sheet: django-import-export's fields, with the headings that people give them.

A cell that is empty leaves the record as it is. A filled one replaces the value of a field; in a
column that lists several things it adds those that are missing, and never takes one away.
"""

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export.fields import Field

from registry.spreadsheets import values, vocabulary, widgets
from registry.spreadsheets.files import ErrorCell
from registry.spreadsheets.problems import CellError


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
    """Places; another column, ``country``, may say where they lie, or be all that is said."""

    commas = True

    def __init__(self, attribute, headings, country: str = ""):
        super().__init__(attribute, headings)
        self.country = country

    def knows(self, text, directory):
        return text in directory.places

    def apply(self, plan, value, row, directory):
        code = vocabulary.country_code(str(row.get(self.country, "")))
        for item in self.split(value, directory):
            place = directory.place(item, code)
            plan.link(self.attribute, place, row.heading(self.column_name))


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
