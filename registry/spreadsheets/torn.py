"""Rows of a text file that are torn apart: a decimal comma read as the end of a cell."""

import re
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.spreadsheets.files import Sheet
from registry.spreadsheets.problems import Problem, row_ranges

WHOLE = re.compile(r"-?\d{1,3}(?:[ .\u00a0\u202f]?\d{3})*")
CENTS = re.compile(r"\d{2}(?:\s*(?:€|\$|EUR|CAD))?")


def find_torn(sheet: Sheet, index: int) -> Problem | None:
    """The rows longer than the headings in this row, where 160 000,00 has become two cells."""
    if sheet.name:
        return None  # a spreadsheet keeps its cells whole
    width, torn, example = len(sheet.rows[index]), [], None
    for number, row in enumerate(sheet.rows[index + 1 :], index + 2):
        if len(row) > width and (halves := _halves(row)):
            torn.append(number)
            example = example or halves
    if not example:
        return _broken(sheet.rows[index:], index)
    return Problem(
        "",
        0,
        "",
        ",".join(example),
        ngettext(
            "Row %(rows)s has more cells than there are headings: its amount “%(amount)s” is"
            " read as two cells, for the comma also stands between the cells.",
            "The rows %(rows)s have more cells than there are headings: amounts such as"
            " “%(amount)s” are read as two cells, for the comma also stands between the cells.",
            len(torn),
        )
        % {"rows": row_ranges(torn), "amount": ",".join(example)},
        _(
            "Save the file from your spreadsheet as XLSX or ODS, or as CSV with semicolons;"
            " or write such amounts in quotation marks or with a point: “%(amount)s”."
        )
        % {"amount": ".".join(example)},
        "file",
    )


def _halves(row) -> tuple[str, str] | None:
    """The two cells of a row that were one amount."""
    for first, second in pairwise(row):
        first, second = str(first), str(second)
        if WHOLE.fullmatch(first) and CENTS.fullmatch(second):
            return first, second
    return None


def _broken(rows: list, index: int) -> Problem | None:
    """The first row that ends amid a text which goes on, in lower case, at the start of the next.

    Where other rows begin so too, it is how the file writes.
    """
    width, found = len(rows[0]), None
    for number, (first, second) in enumerate(pairwise(rows[1:]), index + 2):
        if not second or not str(second[0])[:1].islower():
            continue
        if not first or len(first) + len(second) != width + 1 or len(first) == width:
            return None
        found = found or (number, str(first[-1]), str(second[0]))
    if not found:
        return None
    number, end, start = found
    return Problem(
        "",
        number,
        "",
        f"{end} / {start}"[:200],
        _("This row ends within a text that goes on in the next one: “%(end)s”, “%(start)s”.")
        % {"end": end[-40:], "start": start[:40]},
        _("Save the file as XLSX or ODS, or put texts with line breaks in quotation marks."),
        "file",
    )
