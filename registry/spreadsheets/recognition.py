"""Finding the headings of a sheet, and by them which kind of record its rows hold."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.columns import ListColumn
from registry.spreadsheets.files import Sheet, Workbook
from registry.spreadsheets.headings import Headings, year_of
from registry.spreadsheets.mapping import (
    IGNORED,
    LEFT_OUT,
    REASONS,
    ColumnLayout,
    Mapping,
    SheetLayout,
    SheetMapping,
    lay_out,
    tell,
    top_of,
)
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.tables import Table, find_conventions, heading_key
from registry.spreadsheets.totals import YEARLY, fill, leave_out_totals
from registry.text import fold

LEAST_RECOGNISED = 2
# Headings of columns that may count the rows.
ROW_NUMBERS = frozenset(("", "n", "no", "nº", "num", "numero", "number", "rang", "ligne", "row"))
LONGEST_HEADING = 120
# So many rows tell whether a column is filled.
ROWS_LOOKED_AT = 40
SUM = re.compile(r"(?:sous |grand )?tota(?:l|ux)(?: .*)?|somme|cumul|sum")
# How many of the columns that a heading reads most like are named.
CLOSEST = 3
# Of so many unknown headings of a sheet.
MOST_COMPARED = 100


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
    best = best_kind(sheet, resources)
    if best is None:
        _refuse_sheet(sheet, resources, found, alone)
        return None
    return _read_table(sheet, best.index, best.resource, found, entry, mapping.name)


class Best(NamedTuple):
    """The row of the headings, the kind of sheet, how many of its columns they are."""

    index: int
    resource: type
    columns: int


def best_kind(sheet: Sheet, resources) -> Best | None:
    """The row of the headings and the kind of sheet that most of them belong to."""
    best, first = None, next((index for index, row in enumerate(sheet.rows) if any(row)), None)
    for index, cells in top_of(sheet):
        # What is as long as a sentence heads no column.
        pairs = [
            (heading, whole)
            for heading, whole in zip(map(str, cells), _grouped(sheet, index), strict=True)
            if heading and len(heading) <= LONGEST_HEADING
        ]
        for order, resource in enumerate(resources):
            bonus = 0.5 if _is_name_of(sheet.name, resource) else 0
            if best and len(pairs) + bonus < best[0][0]:
                continue
            known = resource.known_headings()
            columns = {known.find(one) or (whole and known.find(whole)) for one, whole in pairs}
            columns -= {None, ""}
            if resource.is_yearly and any(year_of(heading) for heading, _whole in pairs):
                columns.add("amount")
            if not resource.is_recognised_by(columns):
                continue
            score = (
                len(columns) + bonus,
                not _lacks_names(sheet, index, resource),
                sum(heading_key(heading) in known for heading, _whole in pairs),
                -index,
                -order,
            )
            # One column is a table too, if nothing but its heading stands at its top.
            others = [one for one, _whole in pairs if heading_key(one) not in ROW_NUMBERS]
            is_whole = index == first and len(columns) == len(others)
            enough = len(columns) >= LEAST_RECOGNISED or is_whole
            if enough and (not best or score > best[0]):
                best = score, Best(index, resource, len(columns))
    return best and best[1]


def _lacks_names(sheet: Sheet, index: int, resource) -> bool:
    """Whether a good part of the rows below these headings has nothing to be called by."""
    find, name = resource.known_headings().find, resource.key_columns[0]
    headings = enumerate(sheet.rows[index])
    place = next((at for at, cell in headings if cell and find(str(cell)) == name), None)
    if place is None:
        return False
    rows = [row for row in sheet.rows[index + 1 : index + 1 + ROWS_LOOKED_AT] if any(row)]
    missing = [row for row in rows if place >= len(row) or not row[place]]
    return 4 * len(missing) > len(rows)


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
    top = list(top_of(sheet))
    widest = max(sum(map(bool, row)) for _index, row in top)
    for index, row in top:
        cells = [cell for cell in row if cell]
        if 2 * len(cells) > widest and all(fold(str(cell))[:1].isalpha() for cell in cells):
            return index
    return next(index for index, row in top if sum(map(bool, row)) == widest)


def _read_table(
    sheet: Sheet, index: int, resource, found: Recognition, entry: SheetMapping | None, profile: str
) -> Table:
    entry = entry or SheetMapping(frozenset())
    layout = lay_out(sheet, index)
    layout.kind, layout.constants = resource.code(), dict(entry.constants)
    _name_by_groups(sheet, index, layout, resource.known_headings())
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
    table.years = {
        one.position: (year_of(one.heading), one.heading)
        for one in layout.columns
        if one.column == YEARLY
    }
    fill(table, sheet.rows[index + 1 :], positions, constants)
    found.notices += leave_out_totals(table)
    found.layouts.append(layout)
    _mention_hidden_rows(sheet, table, found)
    return table


def _grouped(sheet: Sheet, index: int) -> list[str]:
    """Each heading of a row behind the one above it, which may stand over several of them."""
    above = sheet.rows[index - 1] if index else []
    if len([cell for cell in above if cell]) < LEAST_RECOGNISED:
        return [""] * len(sheet.rows[index])
    group, found = "", []
    for position, cell in enumerate(sheet.rows[index]):
        if position < len(above) and above[position]:
            group = str(above[position])
        found.append(f"{group} {cell}" if group and cell and group != cell else "")
    return found


def _name_by_groups(sheet: Sheet, index: int, layout: SheetLayout, known: Headings) -> None:
    """Read headings that mean something only below the one above them: *Partenaires* – *France*."""
    wholes = _grouped(sheet, index)
    for one in layout.columns:
        whole = wholes[one.position] if one.position < len(wholes) else ""
        if whole and not known.find(one.heading) and known.find(whole):
            one.heading = whole


def _place_columns(
    sheet: Sheet, layout: SheetLayout, resource, found: Recognition, entry: SheetMapping
) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Where each column stands, and its heading; asks about those that nothing explains."""
    known = resource.known_headings()
    names = {column.column_name: column for column in resource.columns()}
    positions: dict[str, list[int]] = {}
    headings: dict[str, str] = {}
    asked = 0
    for one in layout.columns:
        _read_as(sheet, layout, one, known, names, entry, positions, found)
        _leave_out_sum(sheet, layout, one, names, found)
        if one.column == IGNORED:
            continue
        if one.column == YEARLY and not year_of(one.heading):
            one.column = None
        is_list = one.column == YEARLY or isinstance(names.get(one.column), ListColumn)
        if one.column in positions and is_list:
            positions[one.column].append(one.position)
        elif one.column in positions:
            first = next(other for other in layout.columns if other.column == one.column)
            first.is_doubled = one.is_doubled = True
            found.problems.append(_same_meaning(sheet, layout.row, headings[one.column], one))
        elif one.column:
            positions[one.column] = [one.position]
            headings[one.column] = one.heading or one.letters
        elif one.samples:
            asked += 1
            one.near = known.near(one.heading, CLOSEST) if asked <= MOST_COMPARED else []
            labels = [names[name].label for name in one.near]
            found.problems.append(_unknown_heading(sheet, layout.row, one, labels))
        else:
            found.notices.append(
                _("%(sheet)s: the column “%(column)s” is empty and not known: it is left out.")
                % {"sheet": sheet.name or _("the file"), "column": one.heading}
            )
    return positions, headings


def _leave_out_sum(sheet: Sheet, layout: SheetLayout, one: ColumnLayout, names, found) -> None:
    """Beside columns of the amounts of years, leave out the column that sums them up."""
    is_sum = one.column == "amount" or (one.column is None and SUM.fullmatch(fold(one.heading)))
    if not is_sum or YEARLY not in names:
        return
    if any(year_of(other.heading) for other in layout.columns):
        one.column = IGNORED
        found.notices.append(
            _("%(sheet)s: “%(column)s” is left out, for the amounts of its years stand beside it.")
            % {"sheet": sheet.name or _("the file"), "column": one.heading}
        )


def _read_as(sheet, layout, one: ColumnLayout, known, names, entry, positions, found) -> None:
    """Say what a column is read as: as was chosen, before what its heading seems to say."""
    if one.key in entry.columns and entry.columns[one.key] in (IGNORED, *names):
        one.column = entry.columns[one.key]
        return
    if fold(one.heading) in REASONS or _numbers_rows(sheet, one, layout.row):
        one.column = IGNORED
        return
    one.column = known.find(one.heading) if one.heading else None
    if one.column is None and YEARLY in names and year_of(one.heading):
        one.column = YEARLY
        return
    if one.column in positions and not one.samples:
        one.column = IGNORED  # an empty column beside one of the same meaning
    elif one.column in entry.columns.values() and not isinstance(names[one.column], ListColumn):
        _tell_displaced(sheet, one, names[one.column].label, found)


def _tell_displaced(sheet: Sheet, one: ColumnLayout, label: str, found: Recognition) -> None:
    """Leave out a column in whose place somebody chose another one, and say so."""
    one.column = IGNORED
    found.notices.append(
        _("%(sheet)s: “%(column)s” is left out, for another column was chosen as “%(label)s”.")
        % {"sheet": sheet.name or _("the file"), "column": one.heading, "label": label}
    )


def _numbers_rows(sheet: Sheet, one: ColumnLayout, heading_row: int) -> bool:
    """Whether a column does nothing but count the rows: 1, 2, 3…"""
    if heading_key(one.heading) not in ROW_NUMBERS:
        return False
    cells = [row[one.position] for row in sheet.rows[heading_row:] if len(row) > one.position]
    filled = [cell for cell in cells if cell != ""]
    return bool(filled) and filled == [str(number) for number in range(1, len(filled) + 1)]


def _same_meaning(sheet: Sheet, row: int, first: str, one: ColumnLayout) -> Problem:
    return Problem(
        sheet.name,
        row,
        one.heading,
        one.heading,
        _("The columns “%(first)s” and “%(second)s” mean the same.")
        % {"first": first, "second": one.heading},
        _("Say which of them to read, or keep one of them."),
        "column",
    )


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


def _unknown_heading(sheet: Sheet, row: int, one: ColumnLayout, near: list[str]) -> Problem:
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
    closest = _("The closest known column is “%(near)s”.") % {"near": near[0]} if near else ""
    return Problem(
        sheet.name,
        row,
        one.heading,
        one.heading,
        _("The column “%(heading)s” (%(letters)s) is not known.")
        % {"heading": one.heading, "letters": one.letters},
        f"{closest} {_('Rename this column, or remove it.')}".strip(),
        "column",
    )
