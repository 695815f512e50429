"""Finding the headings of a sheet, and by them which kind of record its rows hold."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.files import ErrorCell, Sheet, Value, Workbook
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.reading.archives import column_letters
from registry.spreadsheets.values import CURRENCIES, find_currency, mark_of
from registry.spreadsheets.vocabulary import closest
from registry.text import ARTICLES, fold

# Titles and notes may stand above the headings, as far down as this.
HEADINGS_WITHIN = 40
NUMERIC_DATE = re.compile(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*\d{4}\b")
GROUPED_NUMBER = re.compile(r"\d[\d\s'’.,]*\d")
LEAST_RECOGNISED = 2


@dataclass(frozen=True)
class Conventions:
    """How a file writes what can be written in two ways; ``None`` where nothing settles it."""

    day_first: bool | None = None
    decimal_mark: str | None = None


class Row(dict):
    """The cells of a row by the name of their column, empty ones left out."""

    def __init__(self, sheet: str, number: int, headings: dict[str, str]):
        super().__init__()
        self.sheet = sheet
        self.number = number
        self.headings = headings
        self.conventions = Conventions()
        self.plan = None
        self.problems: list[Problem] = []

    def heading(self, column: str) -> str:
        """The heading as the file has it."""
        return self.headings.get(column, column)


@dataclass
class Table:
    """A sheet whose headings are understood."""

    sheet: str
    resource: type
    headings: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    hidden: bool = False


@dataclass
class Recognition:
    tables: list[Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def recognise(workbook: Workbook, resources: Iterable[type]) -> Recognition:
    """The tables of a workbook, and the problems of the sheets and headings that are not known."""
    found = Recognition()
    resources = list(resources)
    filled = [sheet for sheet in workbook.sheets if any(any(row) for row in sheet.rows)]
    for sheet in filled:
        table = _recognise_sheet(sheet, resources, found, alone=len(filled) == 1)
        if table:
            found.tables.append(table)
    if not filled:
        found.problems.append(
            Problem("", 0, "", "", _("This file has no filled cell."), _("Fill it in."))
        )
    conventions = find_conventions(found.tables)
    for table in found.tables:
        for row in table.rows:
            row.conventions = conventions
    return found


def heading_key(text: str) -> str:
    """What makes two headings equal: no case, accents, articles, nor what is in parentheses."""
    words = fold(re.sub(r"\([^)]*\)", " ", text)).split()
    return " ".join(word for word in words if word not in ARTICLES)


def heading_currency(text: str):
    """The currency that a heading states: ``Montant (EUR)``, ``Budget en euros``."""
    for part in (*re.findall(r"\(([^)]*)\)", text), *re.split(r"[\s_]+", text)):
        if currency := find_currency(part.strip("()")):
            return currency
    return None


def _find_column(heading: str, known: dict[str, str]) -> str | None:
    key = heading_key(heading)
    if key in known:
        return known[key]
    without_currency = " ".join(
        word for word in key.split() if word not in CURRENCIES and word != "en"
    )
    return known.get(without_currency)


def _recognise_sheet(sheet: Sheet, resources, found: Recognition, alone: bool) -> Table | None:
    best = None
    for index, cells in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        headings = [str(cell) for cell in cells]
        for order, resource in enumerate(resources):
            known = resource.known_headings()
            columns = {_find_column(heading, known) for heading in headings if heading} - {None}
            score = (
                len(columns) + (0.5 if _is_name_of(sheet.name, resource) else 0),
                bool(columns & set(resource.key_columns)),
                -index,
                -order,
            )
            enough = len(columns) >= LEAST_RECOGNISED or (
                columns and len(columns) == sum(map(bool, headings))
            )
            if enough and columns & set(resource.key_columns) and (not best or score > best[0]):
                best = score, index, resource
    if best is None:
        _refuse_sheet(sheet, resources, found, alone)
        return None
    _score, index, resource = best
    return _read_table(sheet, index, resource, found)


def _is_name_of(name: str, resource) -> bool:
    return heading_key(name) in {heading_key(synonym) for synonym in resource.sheet_names}


def _refuse_sheet(sheet: Sheet, resources, found: Recognition, alone: bool) -> None:
    widths = [sum(map(bool, row)) for row in sheet.rows if any(row)]
    if not alone and max(widths) < LEAST_RECOGNISED:
        found.notices.append(
            _("The sheet “%(sheet)s” holds notes, not a table: it is left out.")
            % {"sheet": sheet.name}
        )
        return
    kinds = ", ".join(str(resource.plural_name()) for resource in resources)
    headings = next((row for row in sheet.rows if sum(map(bool, row)) > 1), sheet.rows[0])
    found.problems.append(
        Problem(
            sheet.name,
            0,
            "",
            " | ".join(str(cell) for cell in headings if cell)[:200],
            _("This sheet is not understood: its headings are not those of a known table."),
            _("Name the columns as the guide to imports says. Known tables: %(kinds)s.")
            % {"kinds": kinds},
        )
    )


def _read_table(sheet: Sheet, index: int, resource, found: Recognition) -> Table:
    known = resource.known_headings()
    positions: dict[str, int] = {}
    headings: dict[str, str] = {}
    width = max(len(row) for row in sheet.rows[index:])
    for position in range(width):
        cells = sheet.rows[index]
        heading = str(cells[position]) if position < len(cells) else ""
        column = _find_column(heading, known) if heading else None
        if column in positions:
            found.problems.append(
                Problem(
                    sheet.name,
                    index + 1,
                    heading,
                    heading,
                    _("The columns “%(first)s” and “%(second)s” mean the same.")
                    % {"first": headings[column], "second": heading},
                    _("Keep one of them."),
                )
            )
        elif column:
            positions[column], headings[column] = position, heading
        elif any(position < len(row) and row[position] for row in sheet.rows[index + 1 :]):
            found.problems.append(_unknown_heading(sheet, index, position, heading, known))
        elif heading:
            found.notices.append(
                _("%(sheet)s: the column “%(column)s” is empty and not known: it is left out.")
                % {"sheet": sheet.name or _("the file"), "column": heading}
            )
    table = Table(sheet.name, resource, headings, hidden=sheet.hidden)
    if sheet.hidden:
        found.notices.append(
            _("The sheet “%(sheet)s” is hidden in the workbook: it is imported too.")
            % {"sheet": sheet.name}
        )
    for number, cells in enumerate(sheet.rows[index + 1 :], index + 2):
        row = Row(sheet.name, number, headings)
        row.update(
            (column, cells[position])
            for column, position in positions.items()
            if position < len(cells) and cells[position] != ""
        )
        if row:
            table.rows.append(row)
    _mention_hidden_rows(sheet, table, found)
    return table


def _mention_hidden_rows(sheet: Sheet, table: Table, found: Recognition) -> None:
    hidden = set(sheet.hidden_rows)
    numbers = [row.number for row in table.rows if row.number in hidden]
    if numbers:
        shown = ", ".join(map(str, numbers[:10])) + ("…" if len(numbers) > 10 else "")
        found.notices.append(
            ngettext(
                "%(sheet)s: %(count)s row is hidden in the workbook: it is imported too "
                "(%(rows)s).",
                "%(sheet)s: %(count)s rows are hidden in the workbook: they are imported too "
                "(%(rows)s).",
                len(numbers),
            )
            % {"sheet": sheet.name or _("the file"), "count": len(numbers), "rows": shown}
        )


def _unknown_heading(sheet, index, position, heading, known) -> Problem:
    letters = column_letters(position + 1)
    if not heading:
        return Problem(
            sheet.name,
            index + 1,
            letters,
            "",
            _("The column %(letters)s has values but no heading.") % {"letters": letters},
            _("Give it a heading, or empty it."),
        )
    near = closest(heading, known)
    return Problem(
        sheet.name,
        index + 1,
        heading,
        heading,
        _("The column “%(heading)s” (%(letters)s) is not known.")
        % {"heading": heading, "letters": letters},
        (
            _("The closest known column is “%(near)s”.") % {"near": known.spelling_of(near)} + " "
            if near
            else ""
        )
        + _("Rename this column, or remove it."),
    )


# Conventions -----------------------------------------------------------------------------------


def find_conventions(tables: list[Table]) -> Conventions:
    """What the unambiguous values of the file settle for the others."""
    orders, marks = set(), set()
    for table in tables:
        dates = table.resource.columns_read_as("dates") & table.headings.keys()
        amounts = table.resource.columns_read_as("amounts") & table.headings.keys()
        for row in table.rows:
            for column in dates:
                orders |= _orders_of(row.get(column, ""))
            for column in amounts:
                marks |= _marks_of(row.get(column, ""))
    return Conventions(
        day_first=orders == {"day"} if len(orders) == 1 else None,
        decimal_mark=marks.pop() if len(marks) == 1 else None,
    )


def _orders_of(value: Value) -> set[str]:
    if isinstance(value, datetime.date | ErrorCell):
        return set()
    orders = set()
    for first, second in NUMERIC_DATE.findall(value):
        if int(first) > 12 >= int(second):
            orders.add("day")
        elif int(second) > 12 >= int(first):
            orders.add("month")
    return orders


def _marks_of(value: Value) -> set[str]:
    if isinstance(value, datetime.date | ErrorCell):
        return set()
    marks = set()
    for number in GROUPED_NUMBER.findall(value):
        # A number of a spreadsheet's own has a dot, whatever the file writes in its texts.
        if number != value and (mark := mark_of(number)):
            marks.add(mark)
        elif mark_of(number) in (",",) or ("," in number and mark_of(number) == "."):
            marks.add(mark_of(number))
    return marks
