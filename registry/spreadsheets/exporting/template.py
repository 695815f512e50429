"""The workbook that offices fill in: a sheet for each kind of record, with notes and choices."""

import io

import xlsxwriter
from django.utils.translation import gettext as _
from django_countries import countries
from xlsxwriter.utility import xl_col_to_name

from registry.dates import PartialDate
from registry.models import Domain, Fund
from registry.rights import Rights
from registry.spreadsheets import resources, widgets
from registry.spreadsheets.columns import (
    CallColumn,
    Column,
    DomainsColumn,
    FundColumn,
    KeyColumn,
    ListColumn,
    ToldColumn,
    TownColumn,
)
from registry.spreadsheets.exporting.formats import LONGEST
from registry.spreadsheets.exporting.rows import sheet_name
from registry.spreadsheets.itineraries import ProgrammeColumn, StopsColumn
from registry.spreadsheets.networks import FundOrganisationsColumn, MembershipsColumn
from registry.spreadsheets.rows import (
    IdentifierColumn,
    OtherNamesColumn,
    ParticipantsColumn,
    SignatoriesColumn,
)

# In the order in which people think of them.
SHEETS = (
    resources.OrganisationResource,
    resources.PlaceResource,
    resources.AgreementResource,
    resources.DelegationResource,
    resources.FundResource,
    resources.CallResource,
    resources.ProjectResource,
    resources.ContributionResource,
    resources.SourceResource,
)
# What few workbooks have; an import understands these columns all the same.
SELDOM = {
    "public_id",
    "checked_on",
    "internal_notes",
    "translations",
    "spellings",
    "rna",
    "ror",
    "isni",
    "other_identifiers",
}
SELDOM_FOR_PLACES = {"acronyms", "former_names", "siren", "siret", "neq"}
# Rows that have the choices and the formats of their column.
ROWS = 1000
WIDE = {"title", "name", "name_fr", "summary", "objectives", "participants", "programme"}


def template(may: Rights | None = None) -> bytes:
    """The workbook, with headings, notes and choices in the active language.

    ``may`` are the rights of the person who fills it in: it offers what they may know of.
    """
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False})
    formats = {
        "heading": workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E3E9F2", "border": 1}
        ),
        "needed": workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#C9D8EE", "border": 1}
        ),
        "example": workbook.add_format({"italic": True, "font_color": "#5A5A5A"}),
        # Texts: a leading zero stays, and a year is not turned into a day.
        "text": workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "note": workbook.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_guide(workbook, formats)
    lists = Lists(workbook, may or Rights())
    for resource in SHEETS:
        _write_sheet(workbook, resource, formats, lists)
    lists.write()
    workbook.close()
    return file.getvalue()


def template_columns(resource) -> list[Column]:
    """The columns of a sheet: the office's own number, then what the record says."""
    left_out = SELDOM | (SELDOM_FOR_PLACES if resource is resources.PlaceResource else set())
    columns = [
        column
        for column in resource.written_columns()
        if column.column_name not in left_out and not isinstance(column, ToldColumn)
    ]
    return sorted(columns, key=lambda column: column.column_name != "reference")


def _write_guide(workbook, formats) -> None:
    # One column: an import takes such a sheet for notes and leaves it out.
    sheet = workbook.add_worksheet(_("Read me"))
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, _("How to fill in this workbook"), formats["title"])
    for number, line in enumerate(_guide(), 2):
        sheet.write_string(number, 0, line, formats["note"])


def _guide() -> list[str]:
    return [
        _(
            "Each sheet holds one kind of record, one on each row. "
            "Leave empty what you do not know."
        ),
        _(
            "A note says for each heading what to write there. "
            "The darker headings must be filled in."
        ),
        _(
            "The row whose reference is “%(example)s” shows how to write: an import leaves it out. "
            "You may delete it."
        )
        % {"example": _("EXAMPLE")},
        _("Sheets and columns that you do not need may be deleted, moved or left empty."),
        _("Write several values in one cell with semicolons between them."),
        _("Dates are as precise as you know them: 2010, May 2024 or 9 April 2024."),
        _("Name an organisation the same way on all sheets, as its own row does if it has one."),
        _("Nothing is written before you have seen what the import would change."),
    ]


def _write_sheet(workbook, resource, formats, lists: "Lists") -> None:
    sheet = workbook.add_worksheet(sheet_name(resource)[:31])
    for at, column in enumerate(template_columns(resource)):
        is_needed = column.column_name in _needed(resource)
        width = 40 if column.column_name in WIDE else 20
        sheet.set_column(at, at, width, formats["text"])
        sheet.write_string(0, at, column.label, formats["needed" if is_needed else "heading"])
        note, example = explain(column)
        if is_needed:
            note = f"{_('To be filled in.')} {note}".strip()
        if note:
            sheet.write_comment(0, at, note, {"x_scale": 2, "author": ""})
        if column.column_name == "reference":
            example = _("EXAMPLE")
        if example:
            sheet.write_string(1, at, example[:LONGEST], formats["example"])
        if choices := lists.of(column):
            sheet.data_validation(
                1,
                at,
                ROWS,
                at,
                {
                    "validate": "list",
                    "source": choices,
                    # Synonyms are understood, and several values in a cell.
                    "error_type": "information",
                    "show_error": not isinstance(column, ListColumn | KeyColumn),
                    "error_title": _("Another value"),
                    "error_message": _("The list has the values that are surely understood."),
                },
            )
    sheet.freeze_panes(1, 2)


def _needed(resource) -> set[str]:
    return {resource.key_columns[0]} | {
        resources.AgreementResource: {"kind"},
        resources.DelegationResource: {"direction"},
        resources.PlaceResource: {"country"},
        resources.CallResource: {"fund"},
    }.get(resource, set())


def explain(column: Column) -> tuple[str, str]:
    """What to write in a column, and an example that is nobody's."""
    example = PartialDate(2024, 4, 9)
    several = _("Several are separated by semicolons.")
    organisations = _("First organisation; Second organisation")
    by_class = (
        (StopsColumn, _("Each place with its days."), f"{_('City')} (France) : {example}"),
        (ProgrammeColumn, _("Each meeting with its date."), f"{_('Title')} : {example}"),
        (
            ParticipantsColumn,
            _("Organisations, and persons with their office in parentheses.") + " " + several,
            organisations,
        ),
        (
            SignatoriesColumn,
            _("Each person with the office in parentheses.") + " " + several,
            _("First name Last name (office)"),
        ),
        (MembershipsColumn, _("Each network; a role may follow after a colon."), _("Network")),
        (
            FundOrganisationsColumn,
            _("Each organisation; the side may follow after a colon."),
            _("First organisation"),
        ),
        (IdentifierColumn, _("The number in this public register."), ""),
        (OtherNamesColumn, several, ""),
        (DomainsColumn, several, ""),
        (FundColumn, _("The name or the acronym of the fund."), _("Fund")),
        (CallColumn, _("The edition of the call, beside the name of its fund."), "2024"),
        (KeyColumn, _("The name as the registry or another row has it."), ""),
        (TownColumn, _("The city where it sits."), _("City")),
        (ListColumn, several, ""),
    )
    for kind, note, shown in by_class:
        if isinstance(column, kind):
            return note, shown
    return _explain_widget(column.widget, example, column)


def _explain_widget(widget, example: PartialDate, column: Column) -> tuple[str, str]:
    by_widget = (
        (widgets.PartialDateWidget, _("As precise as you know it."), str(example)),
        (widgets.AmountWidget, _("An amount, with its currency or without."), "20000"),
        (widgets.YearsWidget, _("A year, or the first and the last one."), "2024-2025"),
        (widgets.CountWidget, _("A whole number."), ""),
        (widgets.DecimalWidget, _("A number."), ""),
        (widgets.BooleanWidget, _("Yes or no."), ""),
        (widgets.ChoiceWidget, _("Choose from the list."), ""),
        (widgets.CountryWidget, _("Choose from the list."), countries.name("FR")),
        (widgets.UrlWidget, _("A whole address."), "https://example.org"),
        (widgets.LinesWidget, _("One on each line."), ""),
    )
    for kind, note, shown in by_widget:
        if isinstance(widget, kind):
            if kind is widgets.ChoiceWidget:
                shown = str(next(iter(widget.choices)).label)
            return note, str(shown)
    return "", column.label


class Lists:
    """The choices of the columns, on a sheet of one column, which an import takes for notes."""

    def __init__(self, workbook, may: Rights):
        self.workbook = workbook
        self.may = may
        self.sheet_name = _("Lists")
        self.lines: list[str] = []
        self.ranges: dict[str, str] = {}

    def of(self, column: Column) -> str | None:
        """Where the choices of a column stand; ``None`` where it has none."""
        if isinstance(column, DomainsColumn):
            return self._range("domains", lambda: [str(one) for one in Domain.objects.all()])
        if isinstance(column, FundColumn):
            funds = self.may.visible(Fund.objects.all())
            return self._range("funds", lambda: funds.values_list("name", flat=True))
        widget = column.widget
        if isinstance(widget, widgets.CountryWidget):
            return self._range("countries", lambda: [str(name) for _code, name in countries])
        if isinstance(widget, widgets.BooleanWidget):
            return self._range("boolean", lambda: [_("yes"), _("no")])
        if isinstance(widget, widgets.ChoiceWidget):
            write = widget.writer() or str
            return self._range(widget.choices.__name__, lambda: map(write, widget.choices.values))
        return None

    def _range(self, name: str, read) -> str | None:
        if name not in self.ranges:
            first = len(self.lines) + 1
            self.lines += map(str, read())
            if len(self.lines) < first:
                return None
            letter = xl_col_to_name(0)
            self.ranges[name] = (
                f"='{self.sheet_name}'!${letter}${first}:${letter}${len(self.lines)}"
            )
            self.lines.append("")
        return self.ranges[name]

    def write(self) -> None:
        sheet = self.workbook.add_worksheet(self.sheet_name)
        sheet.set_column(0, 0, 40)
        for number, line in enumerate(self.lines):
            if line:
                sheet.write_string(number, 0, line)
