"""Finding the headings of a sheet, and by them which kind of record its rows hold."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets import sides
from registry.spreadsheets.asides import (
    heads_nothing,
    hidden_rows,
    is_list,
    leave_out_sections,
    leave_out_sum,
    nothing_below,
    rows_above,
    tell_unit,
    tell_year,
    unit_said,
    year_said,
)
from registry.spreadsheets.columns import ListColumn
from registry.spreadsheets.currencies import tell_assumed
from registry.spreadsheets.files import Sheet, Workbook
from registry.spreadsheets.finding import (
    LEAST_RECOGNISED,
    ROW_NUMBERS,
    best_kind,
    grouped,
    likely_headings,
)
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
)
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.tables import Table, find_conventions, heading_key
from registry.spreadsheets.torn import find_torn
from registry.spreadsheets.totals import YEARLY, fill, leave_out_totals
from registry.spreadsheets.unkept import leave_out_unkept
from registry.text import fold

COUNT = re.compile(r"(?:env(?:iron|\.)?\s*|~\s*|about\s+)?\d+(?:[.,]0)?(?:\s*personnes)?")
# «2019-012», «70.101», «M-01»: more than a number that counts.
CODE = re.compile(r"(?=.*\d)(?!\d{1,4}$)[\w./-]{3,30}")
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
            Problem(
                "", 0, "", "", _("This file has no filled cell."), _("Choose another file."), "file"
            )
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
    if not alone and is_list(sheet) and (not best or best.columns < 2):
        found.notices.append(
            _("The sheet “%(sheet)s” holds notes, not a table: it is left out.")
            % {"sheet": sheet.name}
        )
        return None
    if best is None or heads_nothing(sheet, best.index):
        _refuse_sheet(sheet, resources, found, alone)
        return None
    return _read_table(sheet, best.index, best.resource, found, entry, mapping.name)


def _refuse_sheet(sheet: Sheet, resources, found: Recognition, alone: bool) -> None:
    widths = [sum(map(bool, row)) for row in sheet.rows if any(row)]
    if not alone and max(widths) < LEAST_RECOGNISED:
        found.notices.append(
            _("The sheet “%(sheet)s” holds notes, not a table: it is left out.")
            % {"sheet": sheet.name}
        )
        return
    kinds = ", ".join(str(resource.plural_name()) for resource in resources)
    index = likely_headings(sheet)
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


def _read_table(
    sheet: Sheet, index: int, resource, found: Recognition, entry: SheetMapping | None, profile: str
) -> Table | None:
    if torn := find_torn(sheet, index):
        found.problems.append(torn)
        return None
    entry = entry or SheetMapping(frozenset())
    layout = lay_out(sheet, index)
    layout.kind, layout.constants = resource.code(), dict(entry.constants)
    _name_by_groups(sheet, index, layout, resource.known_headings())
    meant = resource.meant_by_place(layout.columns, sheet.rows[index + 1 :])
    chosen = set(entry.columns.values())
    meant = {key: column for key, column in meant.items() if column not in chosen}
    # What a profile says of headings that this file lacks displaces none of its own.
    given = {column.key for column in layout.columns}
    known = {key: column for key, column in entry.columns.items() if key in given}
    said = replace(entry, columns=meant | known)
    positions, headings = _place_columns(sheet, layout, resource, found, said)
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
    found.notices += [*rows_above(sheet, index), *nothing_below(sheet, index)]
    year = year_said(sheet, index) if resource.lacks_year(positions, constants) else None
    if year:
        if resource.splits_years:
            constants["years"], headings["years"] = year, labels["years"]
        elif "amount" in positions:
            positions[YEARLY], headings[YEARLY] = positions.pop("amount"), headings.pop("amount")
            table.years = {positions[YEARLY][0]: (year, headings[YEARLY])}
        found.notices.append(tell_year(sheet, year))
    if (unit := unit_said(sheet, index)) and table.amounts_in(unit):
        found.notices.append(tell_unit(sheet, unit))
    fill(table, sheet.rows[index + 1 :], positions, constants)
    found.notices += leave_out_totals(table, constants)
    sides.part(table, None if resource.splits_years else year)
    found.notices += tell_assumed(table)
    found.layouts.append(layout)
    found.notices += hidden_rows(sheet, table)
    return table


def _name_by_groups(sheet: Sheet, index: int, layout: SheetLayout, known: Headings) -> None:
    """Read headings that mean something only below the one above them: *Partenaires* – *France*."""
    wholes = grouped(sheet, index)
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
    asked, empty = 0, []
    found.notices += leave_out_sections(sheet, layout)
    for one in layout.columns:
        _read_as(sheet, layout, one, resource, names, entry, positions, found)
        found.notices += leave_out_sum(sheet, layout, one, names, known)
        if one.column == IGNORED:
            continue
        if one.column == YEARLY and not year_of(one.heading):
            one.column = None
        is_list = one.column == YEARLY or isinstance(names.get(one.column), ListColumn)
        if one.column in positions and not is_list:
            _give_way(layout, one, known, entry, positions, headings)
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
            empty.append(_("“%(heading)s”") % {"heading": one.heading})
    if empty:
        found.notices.append(
            ngettext(
                "%(sheet)s: the column %(columns)s is empty and not known: it is left out.",
                "%(sheet)s: the columns %(columns)s are empty and not known: they are left out.",
                len(empty),
            )
            % {"sheet": sheet.name or _("the file"), "columns": ", ".join(empty)}
        )
    return positions, headings


def _give_way(
    layout: SheetLayout,
    one: ColumnLayout,
    known: Headings,
    entry: SheetMapping,
    positions,
    headings,
) -> None:
    """Of two headings for one column, let one stand for what else it may mean.

    «Objet de l'accord» is its title, but what it is about where «Intitulé» stands beside it.
    """
    first = next(other for other in layout.columns if other.column == one.column)
    for giving in (one, first):
        if giving.key in entry.columns or known.find(giving.heading) != one.column:
            continue
        for name in known.others(giving.heading):
            if name not in positions:
                if giving is first:
                    positions[name] = positions.pop(one.column)
                    headings[name] = headings.pop(one.column)
                giving.column = name
                return


def _read_as(sheet, layout, one: ColumnLayout, resource, names, entry, positions, found) -> None:
    """Say what a column is read as: as was chosen, before what its heading seems to say."""
    known = resource.known_headings()
    if one.key in entry.columns and entry.columns[one.key] in (IGNORED, *names):
        one.column = entry.columns[one.key]
        return
    if fold(one.heading) in REASONS or _numbers_rows(sheet, one, layout.row):
        one.column = IGNORED
        return
    one.column = known.find(one.heading) if one.heading else None
    if one.column is None and one.heading and _holds_codes(sheet, one, layout.row):
        one.column = "reference" if "reference" in names else None
    counts = resource.counts.get(one.column)
    if counts and one.samples and all(map(COUNT.fullmatch, _filled(sheet, one, layout.row))):
        one.column = counts  # «Participants»: 12
    if one.column is None and YEARLY in names and year_of(one.heading):
        one.column = YEARLY
        return
    found.notices += leave_out_unkept(sheet, one, resource.code(), known)
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
    filled = list(_filled(sheet, one, heading_row))
    return bool(filled) and filled == [str(number) for number in range(1, len(filled) + 1)]


def _holds_codes(sheet: Sheet, one: ColumnLayout, heading_row: int) -> bool:
    """Whether «N°» heads numbers that an office gives its records, not places in this list."""
    if heading_key(one.heading) not in ROW_NUMBERS:
        return False
    filled = list(_filled(sheet, one, heading_row))
    return len(filled) == len(set(filled)) and all(map(CODE.fullmatch, filled))


def _filled(sheet: Sheet, one: ColumnLayout, heading_row: int) -> Iterator[str]:
    """The values below a heading, as texts; what stands alone in its row is a note."""
    rows = (row for row in sheet.rows[heading_row:] if len(row) > one.position)
    cells = (row[one.position] for row in rows if _is_more_than_a_note(row))
    return (str(cell) for cell in cells if cell != "")


def _is_more_than_a_note(row: list) -> bool:
    """Whether two cells are filled; the rest of a wide row is not looked at for that."""
    filled = filter(None, row)
    return next(filled, None) is not None and next(filled, None) is not None


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
    remedy = _("Rename this column, or remove it.")
    return Problem(
        sheet.name,
        row,
        one.heading,
        one.heading,
        _("The column “%(heading)s” (%(letters)s) is not known.")
        % {"heading": one.heading, "letters": one.letters},
        f"{closest} {remedy}".strip(),
        "column",
    )
