"""Finding the headings of a sheet, and by them which kind of record its rows hold."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.amounts import CURRENCIES
from registry.spreadsheets.files import Sheet, Workbook
from registry.spreadsheets.mapping import (
    HEADINGS_WITHIN,
    IGNORED,
    LEFT_OUT,
    REASONS,
    ColumnLayout,
    Mapping,
    SheetLayout,
    SheetMapping,
    lay_out,
    tell,
)
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.tables import Row, Table, find_conventions, heading_key
from registry.text import fold

LEAST_RECOGNISED = 2
# What a heading says of the unit of its amounts.
UNITS = {
    *CURRENCIES,
    *("en", "in", "d", "k", "dollar", "dollars", "canadien", "canadiens", "milliers", "millions"),
}
# How many of the columns that a heading reads most like are named.
CLOSEST = 3


@dataclass
class Recognition:
    tables: list[Table] = field(default_factory=list)
    layouts: list[SheetLayout] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def recognise(
    workbook: Workbook, resources: Iterable[type], mapping: Mapping | None = None
) -> Recognition:
    """The tables of a workbook, and the problems of the sheets and headings that are not known."""
    found = Recognition()
    mapping = mapping or Mapping()
    resources = list(resources)
    filled = [sheet for sheet in workbook.sheets if any(any(row) for row in sheet.rows)]
    for sheet in filled:
        table = _recognise_sheet(sheet, resources, found, len(filled) == 1, mapping)
        if table:
            found.tables.append(table)
    if not filled:
        found.problems.append(
            Problem("", 0, "", "", _("This file has no filled cell."), _("Fill it in."), "file")
        )
    conventions = find_conventions(found.tables)
    for table in found.tables:
        for row in table.rows:
            row.conventions = conventions
    return found


def _find_column(heading: str, known: dict[str, str]) -> str | None:
    key = heading_key(heading)
    if key in known:
        return known[key]
    return known.get(" ".join(word for word in key.split() if word not in UNITS))


def _recognise_sheet(
    sheet: Sheet, resources, found: Recognition, alone: bool, mapping: Mapping
) -> Table | None:
    entry = None
    if said := mapping.of_sheet(sheet):
        index, entry = said
        if entry.kind == LEFT_OUT:
            layout = lay_out(sheet, index)
            layout.is_left_out = True
            found.layouts.append(layout)
            found.notices.append(
                _("The sheet “%(sheet)s” is left out, as was chosen.")
                % {"sheet": sheet.name or _("the file")}
            )
            return None
        for resource in resources:
            if resource.code() == entry.kind:
                return _read_table(sheet, index, resource, found, entry, mapping.name)
    best = _best_kind(sheet, resources)
    if best is None:
        _refuse_sheet(sheet, resources, found, alone)
        return None
    index, resource = best
    return _read_table(sheet, index, resource, found, entry, mapping.name)


def _best_kind(sheet: Sheet, resources) -> tuple[int, type] | None:
    """The row of the headings and the kind of sheet that most of them belong to."""
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
    return best[1:] if best else None


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
    index = _likely_headings(sheet)
    found.layouts.append(lay_out(sheet, index))
    found.problems.append(
        Problem(
            sheet.name,
            0,
            "",
            " | ".join(str(cell) for cell in sheet.rows[index] if cell)[:200],
            _("This sheet is not understood: its headings are not those of a known table."),
            _("Name the columns as the guide to imports says. Known tables: %(kinds)s.")
            % {"kinds": kinds},
            "sheet",
        )
    )


def _likely_headings(sheet: Sheet) -> int:
    """The index of the first row that is about as wide as the sheet, all of it short texts."""
    top = sheet.rows[:HEADINGS_WITHIN]
    widest = max(sum(map(bool, row)) for row in top)
    for index, row in enumerate(top):
        cells = [cell for cell in row if cell]
        if 2 * len(cells) > widest and all(fold(str(cell))[:1].isalpha() for cell in cells):
            return index
    return next(index for index, row in enumerate(top) if sum(map(bool, row)) == widest)


def _read_table(
    sheet: Sheet, index: int, resource, found: Recognition, entry: SheetMapping | None, profile: str
) -> Table:
    entry = entry or SheetMapping(frozenset())
    layout = lay_out(sheet, index)
    layout.kind, layout.constants = resource.code(), dict(entry.constants)
    positions, headings = _place_columns(sheet, layout, resource, found, entry)
    labels = {column.column_name: column.label for column in resource.columns()}
    constants = {
        name: value
        for name, value in entry.constants.items()
        if name in labels and name not in positions
    }
    headings |= {name: labels[name] for name in constants}
    table = Table(sheet.name, resource, headings, hidden=sheet.hidden, heading_row=index + 1)
    if told := tell(layout, entry, labels, profile):
        found.notices.append(told)
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
        if row and not row.is_example:
            row.update(constants)
            table.rows.append(row)
    found.layouts.append(layout)
    _mention_hidden_rows(sheet, table, found)
    return table


def _place_columns(
    sheet: Sheet, layout: SheetLayout, resource, found: Recognition, entry: SheetMapping
) -> tuple[dict[str, int], dict[str, str]]:
    """Where each column stands, and its heading; asks about those that nothing explains."""
    known = resource.known_headings()
    names = {column.column_name for column in resource.columns()}
    positions: dict[str, int] = {}
    headings: dict[str, str] = {}
    for one in layout.columns:
        if one.key in entry.columns and entry.columns[one.key] in (IGNORED, *names):
            one.column = entry.columns[one.key]
        elif fold(one.heading) in REASONS:
            one.column = IGNORED
        else:
            one.column = _find_column(one.heading, known) if one.heading else None
        if one.column == IGNORED:
            continue
        if one.column in positions:
            found.problems.append(
                Problem(
                    sheet.name,
                    layout.row,
                    one.heading,
                    one.heading,
                    _("The columns “%(first)s” and “%(second)s” mean the same.")
                    % {"first": headings[one.column], "second": one.heading},
                    _("Keep one of them."),
                    "file",
                )
            )
        elif one.column:
            positions[one.column], headings[one.column] = one.position, one.heading or one.letters
        elif one.samples:
            found.problems.append(_unknown_heading(sheet, layout.row, one, known))
        else:
            found.notices.append(
                _("%(sheet)s: the column “%(column)s” is empty and not known: it is left out.")
                % {"sheet": sheet.name or _("the file"), "column": one.heading}
            )
    return positions, headings


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


def _unknown_heading(sheet: Sheet, row: int, one: ColumnLayout, known) -> Problem:
    if not one.heading:
        return Problem(
            sheet.name,
            row,
            one.letters,
            "",
            _("The column %(letters)s has values but no heading.") % {"letters": one.letters},
            _("Give it a heading, or empty it."),
            "column",
        )
    close = difflib.get_close_matches(heading_key(one.heading), known, n=2 * CLOSEST, cutoff=0.6)
    one.near = list(dict.fromkeys(known[key] for key in close))[:CLOSEST]
    return Problem(
        sheet.name,
        row,
        one.heading,
        one.heading,
        _("The column “%(heading)s” (%(letters)s) is not known.")
        % {"heading": one.heading, "letters": one.letters},
        (
            _("The closest known column is “%(near)s”.") % {"near": known.spelling_of(close[0])}
            + " "
            if close
            else ""
        )
        + _("Rename this column, or remove it."),
        "column",
    )
