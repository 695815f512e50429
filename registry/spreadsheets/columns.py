"""The columns of a sheet: django-import-export's fields, with the headings that people give them.

A cell that is empty leaves the record as it is. A filled one replaces the value of a field; in a
column that lists several things it adds those that are missing, and takes the others away where
the row gives the registry's identifier (``replacing``).
"""

import re
from collections import defaultdict
from itertools import count

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export.fields import Field

from registry import bulk
from registry.spreadsheets import replacing, values, vocabulary, widgets
from registry.spreadsheets.files import ErrorCell, tidy
from registry.spreadsheets.problems import CellError, NameLeftOutError

# How a list that goes on ends: it says no more.
AND_SO_ON = ("etc", "etc.", "etc…", "etc...", "...", "…")
OPEN_END = re.compile(r"(?:[\s,;]+etc\b)?[\s.…,;]*\Z")
DECLARED = count()


class Column(Field):
    """A column that fills one field of the record.

    ``headings`` are the usual ones, ``French, French | English, English``: the first of each
    language is the one that messages recommend.
    """

    reads = ""
    # Whether exports have the column: not those that say what another one says.
    is_written = True
    # Whether a cell names something else than what it fills: a fund, a city, a number.
    names_another = False

    def __init__(self, attribute, headings: str, widget=None, reads: str = ""):
        super().__init__(attribute=attribute, widget=widget or widgets.LineWidget())
        # In the order of the class: the library puts the fields of the model first.
        self.order = next(DECLARED)
        french, _bar, english = headings.partition("|")
        self.headings = {
            "fr": [heading.strip() for heading in french.split(",") if heading.strip()],
            "en": [heading.strip() for heading in english.split(",") if heading.strip()],
        }
        if reads or isinstance(self.widget, widgets.PartialDateWidget | widgets.PeriodWidget):
            self.reads = reads or "dates"
        elif isinstance(self.widget, widgets.AmountWidget):
            self.reads = "amounts"
        # Texts of the record itself are taken as they are.
        self.knows_nothing = self.names_another or self.widget.knows_nothing
        # Whether the same cell comes again and again, so that its meaning is worth remembering.
        self.repeats = self.names_another or not isinstance(self.widget, widgets.TextWidget)

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
            is_error = cell.__class__ is ErrorCell
            if is_error and cell.startswith("="):
                raise CellError(
                    _("The formula in this cell has no stored value: %(shown)s.") % {"shown": cell},
                    _("Open the workbook in a spreadsheet and save it, or write the value itself."),
                )
            if self.knows_nothing and values.is_nothing(cell):
                return None
            if is_error:
                raise CellError(
                    _("The formula in this cell fails: it shows %(shown)s.") % {"shown": cell},
                    _("Mend the formula, or write the value itself."),
                )
            return self.widget.clean(cell, row=row, **kwargs)
        except CellError as error:
            if self.knows_nothing and values.says_no_value(cell):
                return None
            error.column = error.column or self.column_name
            raise

    def put(self, value, row, directory) -> None:
        """Put the value of the row's cell into its plan."""
        try:
            self.apply(row.plan, value, row, directory)
        except NameLeftOutError as error:
            directory.notice_once(error.message)
        except CellError as error:
            error.column = error.column or self.column_name
            raise

    def apply(self, plan, value, row, directory) -> None:
        if not plan.is_new and isinstance(value, str) and self._is_present(plan, value, row):
            return
        plan.set(self.attribute, value, row.heading(self.column_name), self.column_name)

    def _is_present(self, plan, value: str, row) -> bool:
        """Whether the record's text reads as the cell does: a no-break space is no change."""
        present = getattr(plan.instance, self.attribute)
        if not present or not isinstance(present, str):
            return False
        try:
            return present == value or self.widget.clean(tidy(present), row=row) == value
        except CellError:
            return False

    # Writing ------------------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields from which the column is written; none where it lists other rows."""
        return (self.attribute,)

    def write(self, values, names) -> list:
        """The cells for these values of ``paths``, a tuple each where they are several."""
        render = self.widget.writer()
        return list(values) if render is None else list(map(render, values))

    @property
    def is_text(self) -> bool:
        """Whether the cells may hold what anybody wrote."""
        return self.widget.writer() is None and self.reads != "dates"


class Companion(Column):
    """A column that says something about another one, which reads it.

    Exports have it where ``written_from`` names the fields from which it is written.
    """

    names_another = True

    def __init__(self, headings: str, widget=None, reads: str = "", written_from: str = ""):
        super().__init__(None, headings, widget, reads)
        self.paths = tuple(written_from.split())
        self.is_written = bool(self.paths)

    paths = ()

    def apply(self, plan, value, row, directory):
        """Nothing by itself: its value was checked."""


class ToldColumn(Companion):
    """What an export tells and no import changes: where a cell differs, the preview says so."""

    def apply(self, plan, value, row, directory):
        present = plan.instance
        for name in self.paths[0].split("__"):
            present = getattr(present, name)
        if not plan.is_new and str(value) != str(present):
            message = _("left out: this is changed in the administration alone.")
            directory.notice(row, self.column_name, row[self.column_name], message)


class TownColumn(Companion):
    """The city of an organisation, or the region where no city is known."""

    is_text = True

    def write(self, values, names):
        return [names.towns[place][0] if place else "" for place in values]


class CountryColumn(Companion):
    """The country of an organisation."""

    def write(self, values, names):
        render = self.widget.writer()
        return [render(names.towns[place][1]) if place else "" for place in values]


class ListColumn(Column):
    """A column that lists several things; commas separate them where ``commas`` are safe."""

    commas = False
    # What names its items when they are written: see ``exporting.references``.
    index = ""
    is_text = True

    def __init__(self, attribute, headings: str):
        super().__init__(attribute, headings, widgets.TextWidget())

    def apply(self, plan, value, row, directory):
        listed = [] if self.empties(plan, value) else self.enter(plan, value, row, directory)
        self.note(plan, value, listed, row)

    def empties(self, plan, value: str) -> bool:
        """Whether the cell says that the list is empty; only a row with the identifier may."""
        if not replacing.is_empty(value):
            return False
        if plan.is_identified:
            return True
        raise CellError(
            _("“%(value)s” empties a list only in a row with the registry's identifier.")
            % {"value": value},
            _("Empty the cell to leave the list as it is, or export the record and correct that."),
        )

    def note(self, plan, value: str, listed: list, row) -> None:
        """Remember what the cell lists, if the rest has to go."""
        if plan.is_identified and self.is_written and replacing.is_whole(value):
            plan.listed = plan.listed or []
            plan.listed.append((self, listed, row.heading(self.column_name)))

    def enter(self, plan, value, row, directory) -> list:
        """Add what the cell lists and is missing; the rows or targets that it lists."""
        label, listed = row.heading(self.column_name), []
        for item in self.split(value, directory):
            try:
                listed.append(self.add(plan, item, label, directory))
            except NameLeftOutError as error:
                directory.notice_once(error.message)
        return listed

    def lists(self, item) -> bool:
        """Whether a row or target that the record has would stand in this column."""
        return True

    def split(self, value: str, directory) -> list[str]:
        known = (lambda text: self.knows(text, directory)) if self.commas else None
        if value.endswith(AND_SO_ON):
            value = OPEN_END.sub("", value) or value
        return values.split_values(value, known)

    def knows(self, text, directory) -> bool:
        raise NotImplementedError

    def add(self, plan, item, label, directory):
        """Add what the item names, unless it is there; the row or the target of it."""
        raise NotImplementedError

    # Writing ------------------------------------------------------------------------------------

    paths = ()

    def gather(self, model, keys, names) -> dict[int, list[str]]:
        """The items of each of the records whose primary keys are among ``keys``."""
        field = model._meta.get_field(self.attribute)
        owner = field.m2m_column_name()
        links = field.remote_field.through._base_manager.filter(**{f"{owner}__in": keys})
        texts = getattr(names, self.index)
        found = defaultdict(list)
        pairs = links.order_by("pk").values_list(owner, field.m2m_reverse_name())
        for pk, target in bulk.plain_rows(pairs):
            found[pk].append(texts[target])
        return found


class DomainsColumn(ListColumn):
    commas = True
    index = "domains"

    def knows(self, text, directory):
        return text in directory.domains

    def split(self, value, directory):
        names = super().split(value, directory)
        return [
            one for one in names if one.lower() not in values.NO_VALUE or one in directory.domains
        ]

    def add(self, plan, item, label, directory):
        return plan.link(self.attribute, directory.domain(item), label)


class PlacesColumn(ListColumn):
    """Places; another column, ``country``, may say where they lie, or be all that is said."""

    commas = True
    index = "places"

    def __init__(self, attribute, headings, country: str = ""):
        super().__init__(attribute, headings)
        self.country = country

    def knows(self, text, directory):
        return text in directory.places

    def split(self, value, directory):
        return directory.split_places(value)

    def enter(self, plan, value, row, directory):
        code = vocabulary.country_code(str(row[self.country])) if self.country in row else None
        listed = []
        for item in self.split(value, directory):
            try:
                place = directory.place(item, code)
                listed.append(plan.link(self.attribute, place, row.heading(self.column_name)))
            except NameLeftOutError as error:
                directory.notice_once(error.message)
        return listed


class OrganisationsColumn(ListColumn):
    """Organisations linked by many-to-many, such as funders."""

    commas = True
    index = "organisations"

    def knows(self, text, directory):
        return directory.knows_organisation(text)

    def add(self, plan, item, label, directory):
        return plan.link(self.attribute, directory.organisation(item), label)


class ProjectsColumn(ListColumn):
    commas = True
    index = "projects"

    def knows(self, text, directory):
        return text in directory.projects

    def add(self, plan, item, label, directory):
        call, fund = plan.instance.call, plan.instance.fund
        return plan.link(self.attribute, directory.project(item, call, fund), label)


class RecordsColumn(ListColumn):
    """Records that must be known, by their title: agreements, delegations."""

    def __init__(self, attribute, headings, index: str):
        super().__init__(attribute, headings)
        self.index = index

    def add(self, plan, item, label, directory):
        names = getattr(directory, self.index)
        kind = plan.instance._meta.get_field(self.attribute).related_model._meta.verbose_name
        return plan.link(self.attribute, directory.known(names, item, kind), label)


class KeyColumn(Column):
    """A key to another record, by its name."""

    names_another = True

    # What names the records: see ``exporting.references``.
    index = ""
    is_text = True

    @property
    def paths(self):
        return (f"{self.attribute}_id",)

    def write(self, values, names):
        texts = getattr(names, self.index)
        return [texts[value] if value else "" for value in values]


class KnownColumn(KeyColumn):
    """A key to a record that must be known, by its title."""

    def __init__(self, attribute, headings, index: str):
        super().__init__(attribute, headings)
        self.index = index

    def apply(self, plan, value, row, directory):
        kind = plan.instance._meta.get_field(self.attribute).related_model._meta.verbose_name
        record = directory.known(getattr(directory, self.index), value, kind)
        super().apply(plan, record, row, directory)


class FundColumn(KeyColumn):
    index = "funds"

    def apply(self, plan, value, row, directory):
        super().apply(plan, directory.fund(value), row, directory)


class CallColumn(KeyColumn):
    index = "calls"

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
            plan.previous.setdefault("fund", None)
            plan.instance.fund = call.fund
