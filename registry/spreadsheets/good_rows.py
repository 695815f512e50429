"""Importing the good rows only: what then remains of a plan, and the refused rows given back."""

import datetime
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import xlsxwriter
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.spreadsheets.files import Workbook
from registry.spreadsheets.mapping import REASONS
from registry.spreadsheets.plans import Plan, RecordPlan
from registry.spreadsheets.problems import Problem
from registry.spreadsheets.tables import Row, Table
from registry.text import fold

# What is wrong with one of these keeps the whole file out: its rows cannot be told apart by it.
OF_THE_FILE = ("file", "sheet", "column")
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
REASONS_HEADINGS = {"fr": "Motifs du refus", "en": "Reasons for refusal"}
# A longer number may be a code, which a spreadsheet would round or shorten.
LONGEST_NUMBER = 11


def keep_good_rows(plan: Plan, tables: Iterable[Table]) -> None:
    """Leave the refused rows out of the plan, and those that depend on what they would add."""
    if any(problem.about in OF_THE_FILE for problem in plan.problems):
        return
    plan.left_out, plan.problems = plan.problems, []
    refused = {(problem.sheet, problem.row) for problem in plan.left_out}
    together = {
        (row.sheet, row.number): (row, *row.more)
        for table in tables
        for row in table.rows
        if row.more
    }
    for rows in together.values():
        refused |= _refuse_together(plan, rows, refused)
    missing: dict[int, Row | RecordPlan] = {
        id(row.plan.instance): row
        for table in tables
        for row in table.rows
        if (row.sheet, row.number) in refused and row.plan is not None and row.plan.is_new
    }
    good, waiting = [], list(plan.records)
    while waiting:
        good = [one for one in waiting if not _needs(one) & missing.keys()]
        dropped = [one for one in waiting if _needs(one) & missing.keys()]
        for one in dropped:
            needed = missing[next(iter(_needs(one) & missing.keys()))]
            _refuse(plan, one, needed)
            for row in together.get((one.sheet, one.row), ())[1:]:
                plan.left_out.append(_missing_row(row.sheet, row.number, needed))
            if one.is_new:
                missing[id(one.instance)] = one
        if not dropped:
            break
        waiting = good
    plan.records = good
    _drop_unused_mentions(plan)


def _refuse_together(plan: Plan, rows: tuple[Row, ...], refused: set) -> set:
    """Give rows of one record back together, where one of them is refused."""
    good = [row for row in rows if (row.sheet, row.number) not in refused]
    if len(good) == len(rows):
        return set()
    needed = next(row for row in rows if (row.sheet, row.number) in refused)
    plan.left_out += [_missing_row(row.sheet, row.number, needed) for row in good]
    return {(row.sheet, row.number) for row in good}


def _refuse(plan: Plan, one: RecordPlan, needed: Row | RecordPlan) -> None:
    plan.left_out.append(_missing_row(one.sheet, one.row, needed))
    for sheet in plan.sheets:
        if sheet.name == one.sheet and issubclass(one.model, sheet.model):
            sheet.new -= one.is_new
            sheet.changed -= not one.is_new
            sheet.refused += 1


def _missing_row(sheet: str, row: int, needed: Row | RecordPlan) -> Problem:
    number = needed.number if isinstance(needed, Row) else needed.row
    return Problem(
        sheet,
        row,
        "",
        "",
        _("This row needs row %(row)s of “%(sheet)s”, which is refused.")
        % {"row": number, "sheet": needed.sheet or _("the file")},
        _("Correct that row, and bring both in together."),
    )


def _needs(plan: RecordPlan) -> set[int]:
    """The unsaved records that a plan refers to, by their place in memory."""
    found = _neighbours(plan.instance)
    for rows in (*plan.new_rows.values(), plan.changed_rows):
        for row in rows:
            found |= _neighbours(row)
    for targets in (*plan.new_links.values(), *(one[-1] for one in plan.row_links)):
        found |= {id(target) for target in targets if target.pk is None}
    for companion in plan.companions:
        found |= _needs(companion)
    return found - {id(plan.instance)}


def _neighbours(record: models.Model) -> set[int]:
    keys = (field for field in record._meta.fields if isinstance(field, models.ForeignKey))
    neighbours = (getattr(record, key.name) for key in keys if key.is_cached(record))
    return {id(one) for one in neighbours if one is not None and one.pk is None}


def _drop_unused_mentions(plan: Plan) -> None:
    """Forget the records that only refused rows name."""
    mentions = {id(one.instance): one for one in plan.mentions}
    kept: set[int] = set()
    waiting = [need for one in plan.records for need in _needs(one)]
    while waiting:
        key = waiting.pop()
        if key in mentions and key not in kept:
            kept.add(key)
            waiting += _needs(mentions[key])
    plan.mentions = [one for one in plan.mentions if id(one.instance) in kept]


# The refused rows, given back --------------------------------------------------------------------


def refused_workbook(source: Workbook, plan: Plan, title: str) -> bytes:
    """The rows that were left out, as they were, each with what is wrong with it."""
    reasons: dict[tuple, list[str]] = defaultdict(list)
    for problem in plan.left_out:
        where = f"{problem.column}: " if problem.column else ""
        reasons[problem.sheet, problem.row].append(
            f"{where}{problem.message} {problem.remedy}".strip()
        )
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    formats = Formats(
        book.add_format({"bold": True, "text_wrap": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    heading = REASONS_HEADINGS.get(get_language() or "", REASONS_HEADINGS["en"])
    for sheet in source.sheets:
        rows = range(sheet.start + 1, len(sheet.rows) + 1)
        heading_row = next(
            (
                one.heading_row
                for one in plan.sheets
                if one.name == sheet.name and one.heading_row in rows
            ),
            None,
        )
        if heading_row is None:
            continue
        said = {
            number: said
            for (where, number), said in reasons.items()
            if where == sheet.name and number in rows
        }
        target = book.add_worksheet(_free_name(sheet.name or title, book))
        _write_sheet(target, sheet, heading_row, said, heading, formats)
    book.close()
    return file.getvalue()


def _free_name(wanted: str, book) -> str | None:
    """A name for a sheet that a workbook takes and has not got yet."""
    name = NOT_IN_TITLES.sub(" ", wanted).strip(" '")[:31]
    taken = {sheet.name.lower() for sheet in book.worksheets()}
    for number in range(2, len(taken) + 2):
        if name.lower() in taken:
            name = f"{name[:27].rstrip('0123456789 ')} {number}"
    return name or None


@dataclass(frozen=True)
class Formats:
    """How the cells of the refused rows look."""

    heading: object
    date: object
    reasons: object


def _write_sheet(target, sheet, heading_row: int, reasons, heading: str, formats: Formats) -> None:
    cells = sheet.rows[heading_row - 1]
    # A file that comes back for the second time has the column already.
    kept = [position for position, cell in enumerate(cells) if fold(str(cell)) not in REASONS]
    kept += range(len(cells), max(map(len, sheet.rows), default=0))
    target.freeze_panes(1, 0)
    target.set_column(0, 0, 60)
    target.write_string(0, 0, heading, formats.heading)
    for column, position in enumerate(kept, 1):
        target.write_string(0, column, str(_at(cells, position)), formats.heading)
    for line, number in enumerate(sorted(reasons), 1):
        target.write_string(line, 0, "\n".join(reasons[number]), formats.reasons)
        row = sheet.rows[number - 1]
        for column, position in enumerate(kept, 1):
            _write_cell(target, line, column, _at(row, position), formats)


def _at(row: list, position: int):
    return row[position] if position < len(row) else ""


def _write_cell(target, line: int, column: int, value, formats: Formats) -> None:
    """The value and nothing else: a text is never taken for a formula or an address."""
    if isinstance(value, datetime.date):
        target.write_datetime(line, column, value, formats.date)
    elif value.isdecimal() and str(int(value)) == value and len(value) <= LONGEST_NUMBER:
        target.write_number(line, column, int(value))
    elif value:
        target.write_string(line, column, value)
