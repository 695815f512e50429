"""Sheets that are laid out in another way than one table below its headings.

Several tables may stand on one sheet, one below the other; the headings may be printed again on
each page; or they stand in the first column, and each record has a column of its own. All of them
are turned into plain tables before anybody asks what their headings mean.
"""

from collections.abc import Iterable
from itertools import zip_longest

from django.utils.translation import gettext as _

from registry.spreadsheets.files import Sheet, Value, Workbook
from registry.spreadsheets.finding import LEAST_RECOGNISED, Best, best_kind
from registry.spreadsheets.problems import row_ranges
from registry.spreadsheets.tables import heading_key

# A sheet on its side has no more fields, and no more records.
LONGEST_SIDE = 200
LEAST_ON_ITS_SIDE = 3
FIRST_COLUMNS = 4
# How many lines of title may stand between two tables.
MOST_TITLES = 2
# One or two cells in parentheses, or 1 and 2, may be a record's.
LEAST_EXPLAINED = 3


def unfold(workbook: Workbook, resources) -> list[str]:
    """Turn the sheets of a workbook into plain tables; what is to be told about it."""
    notices: list[str] = []
    sheets = []
    for sheet in workbook.sheets:
        plain = best_kind(sheet, resources)
        if turned := _upright(sheet, plain, resources):
            sheets.append(turned)
            notices.append(
                _(
                    "%(sheet)s: the headings stand in a column, and each record in one of its own. "
                    "The row 2 of a message is the column B of the sheet, and so on."
                )
                % {"sheet": sheet.name or _("the file")}
            )
            continue
        parts = _parts(sheet, plain, resources, notices)
        sheets += parts
        if len(parts) > 1:
            notices.append(
                _("%(sheet)s: this sheet holds %(count)s tables, with headings in rows %(rows)s.")
                % {
                    "sheet": sheet.name or _("the file"),
                    "count": len(parts),
                    "rows": ", ".join(str(part.start + 1) for part in parts),
                }
            )
    workbook.sheets = sheets
    return notices


# On its side -----------------------------------------------------------------------------------


def _upright(sheet: Sheet, plain: Best | None, resources) -> Sheet | None:
    """The sheet turned, where its first columns hold the headings; nothing for any other."""
    rows = sheet.rows
    if not 1 < len(rows) <= LONGEST_SIDE or max(map(len, rows)) > LONGEST_SIDE:
        return None
    if not any(map(any, rows)):
        return None
    turned = Sheet(sheet.name, [_trimmed(row) for row in zip_longest(*rows, fillvalue="")])
    turned.hidden = sheet.hidden
    on_side = best_kind(Sheet(sheet.name, turned.rows[:FIRST_COLUMNS]), resources)
    if on_side is None or on_side.columns < LEAST_ON_ITS_SIDE:
        return None
    has_records = any(map(any, turned.rows[on_side.index + 1 :]))
    return turned if has_records and (not plain or plain.columns < on_side.columns) else None


def _trimmed(cells: Iterable[Value]) -> list[Value]:
    """A row up to its last filled cell, as it is read."""
    row = list(cells)
    while row and row[-1] == "":
        row.pop()
    return row


# One below the other ---------------------------------------------------------------------------


def _parts(sheet: Sheet, found: Best | None, resources, notices: list[str]) -> list[Sheet]:
    """The tables of a sheet, each where it stands; headings that come again are left out."""
    if found is None:
        return [sheet]
    rows, headings = sheet.rows, sheet.rows[found.index]
    starts, again = [found.index], []
    below = found.index + 1
    if below < len(rows) and (
        _says_the_same(headings, rows[below], found.resource) or _explains(rows[below])
    ):
        again.append(below)
    for index, row in enumerate(rows):
        if index > found.index and row == headings:
            again.append(index)
        elif index != found.index and _may_head(rows, index, row) and _is_headings(row, resources):
            starts.append(index)
    for index in again:
        rows[index] = []
    if again:
        notices.append(
            _("%(sheet)s: the headings stand there again, and are left out (rows %(rows)s).")
            % {
                "sheet": sheet.name or _("the file"),
                "rows": row_ranges(index + 1 for index in again),
            }
        )
    starts = sorted(starts)
    ends = [*(_end(rows, start) for start in starts[1:]), len(rows)]
    tables = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start + 1]
    if len(tables) < 2:
        return [sheet]
    return [
        Sheet(
            sheet.name,
            [*([[]] * start), *sheet.rows[start:end]],
            sheet.hidden,
            sheet.hidden_rows,
            sheet.merged,
            start,
        )
        for start, end in tables
    ]


def _may_head(rows: list[list[Value]], index: int, row: list[Value]) -> bool:
    """Whether a row stands at the top, below an empty one or below a title."""
    above = rows[index - 1] if index else []
    if not row or (len(above) > 1 and above[0] and above[1]):
        return False
    return _filled(above) < LEAST_RECOGNISED


def _filled(row: list[Value]) -> int:
    return sum(map(bool, row))


def _is_headings(row: list[Value], resources) -> bool:
    """Whether a row holds headings of a kind of table, and nothing else."""
    cells = [cell for cell in row if cell]
    if len(cells) < LEAST_RECOGNISED or not _are_words(cells):
        return False
    for resource in resources:
        known = resource.known_headings()
        found = {known.find(cell) for cell in cells}
        if len(found) == len(cells) and None not in found and resource.is_recognised_by(found):
            # Two words may be data: "Convention" is a heading, too.
            return len(found) > LEAST_RECOGNISED or all(heading_key(one) in known for one in cells)
    return False


def _says_the_same(headings: list[Value], row: list[Value], resource) -> bool:
    """Whether a row says in other words what the headings above it say."""
    if len(row) != len(headings) or not all(row) or not _are_words(row):
        return False
    find = resource.known_headings().find
    columns = list(map(find, row))
    return None not in columns and columns == [find(str(heading)) for heading in headings]


def _explains(row: list[Value]) -> bool:
    """Whether a row below the headings numbers them, or says in parentheses what to write."""
    cells = [str(cell) for cell in row if cell]
    if len(cells) < LEAST_EXPLAINED:
        return False
    if cells == [str(number) for number in range(1, len(cells) + 1)]:
        return True
    return all(cell.startswith("(") and cell.endswith(")") for cell in cells)


def _are_words(cells: list[Value]) -> bool:
    return all(isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in cells)


def _end(rows: list[list[Value]], start: int) -> int:
    """Where the table above these headings ends: before their titles and what is empty."""
    end, titles = start, 0
    while end:
        is_apart = end == start or (end > 1 and not any(rows[end - 2]))
        if not any(rows[end - 1]):
            end -= 1
        elif _filled(rows[end - 1]) == 1 and is_apart and titles < MOST_TITLES:
            end, titles = end - 1, titles + 1
        else:
            break
    return end
