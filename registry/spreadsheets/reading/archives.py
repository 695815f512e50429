"""Looking into XLSX and ODS archives before a parser opens them.

A few kilobytes can inflate to gigabytes, or place one cell on the last row of the sheet so that
everything before it is filled with nothing. Both are found here, by reading as a stream; and with
them what the parser does not tell: errors, hidden rows, formulas that were never calculated.
"""

import html
import lzma
import re
import struct
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial

from registry.spreadsheets.reading import formats
from registry.spreadsheets.reading.notes import Notes
from registry.spreadsheets.reading.refusals import (
    LIMITS,
    DamagedRefusal,
    ProtectedRefusal,
    Refusal,
    check_size,
    gettext_noop,
)

CHUNK = 1 << 20
MEGABYTE = 1 << 20
# Small archives of repetitive cells compress very well without doing harm.
RATIO_MATTERS_ABOVE = 20 * MEGABYTE
MOST_ENTRIES = 10_000
# How spreadsheets compress their parts. Others inflate a few bytes to gigabytes in one step.
USUAL_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The list of the sheets and the styles are read whole; nobody's are nearly as large.
READ_WHOLE = ("xl/workbook.xml", "xl/styles.xml", "META-INF/manifest.xml")
LARGEST_READ_WHOLE = 16 * MEGABYTE
# Somebody may have filled a column of an ODS far down; a kilobyte may say that of all rows.
MOST_REPEATED, MOST_REPEATED_EACH = 20_000, 100
# The first rows of a sheet may stand in what is looked at later, with their ends.
UNCLOSED_IN_A_WINDOW = 100
# What one row may hold between two looks at it.
LONGEST_ROW = 8 * MEGABYTE

# What zipfile and its decompressors raise on archives that are not what they say.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
)

# A cell that holds something: not closed at once. Rows and cells that only carry a format stand
# at the bottom of many honest sheets.
XLSX_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
# The same where every cell begins with its reference, as nearly all programs write them.
XLSX_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
XLSX_ROW = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*?\s)?r="([0-9]{1,9})"[^>]*(?<!/)>\s*<(?:\w+:)?c>')
XLSX_HIDDEN_ROW = re.compile(
    rb'<(?:\w+:)?row\s(?=[^>]*\shidden="(?:1|true)")[^>]*?\br="([0-9]{1,7})"[^>]*(?<!/)>'
)
XLSX_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
# Without a type and without a value: written by a program that did not calculate it.
XLSX_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\s(?![^>]*\bt="(?:str|s|b|e)")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
XLSX_STYLED_NUMBER = re.compile(
    rb'<(?:\w+:)?c\s(?![^>]*\bt="(?!n"))[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?\bs="([0-9]+)"[^>]*>'
    rb"(?:<(?:\w+:)?f[ >/][^<]*(?:</(?:\w+:)?f>)?)?<(?:\w+:)?v>(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)</"
)
ODS_TABLE_OR_ROW = re.compile(
    rb"<table:table\s[^>]*>|<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL
)
ODS_CELL = re.compile(rb"<table:(covered-)?table-cell\b([^>]*?)(/?)>")
ODS_NUMBER = re.compile(rb'table:number-(rows|columns)-(repeated|spanned)="(\d{1,9})"')
# The same, otherwise than all programs write it: what it says would not be seen.
ODS_ODD_NUMBER = re.compile(
    rb'(?<!table:)number-(?:rows|columns)-repeated|number-(?:rows|columns)-repeated(?!="\d{1,9}")'
)
ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass
class Part:
    """What a look into one sheet found; rows and columns count from 1."""

    # Cells to be shown otherwise than the parser reads them: errors, formulas without a value.
    errors: Notes = field(default_factory=Notes)
    # Numbers that their format writes with leading zeros, a currency or a percent sign.
    padded: Notes = field(default_factory=Notes)
    # Dates that their format shows to the month or the year: how much of 2024-04-01 counts.
    shown: Notes = field(default_factory=Notes)
    hidden_rows: list[int] = field(default_factory=list)
    # Areas of one cell, where the parser does not tell them.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    # Rows passed, filled or not; the last filled row and column; how many cells are filled.
    passed: int = 0
    row: int = 0
    column: int = 0
    filled: int = 0
    # Of an ODS: rows that are written, and how often they stand there once more.
    written: int = 0
    repeated: int = 0

    def reach(self, row: int, column: int) -> None:
        self.row, self.column = max(self.row, row), max(self.column, column)
        check_size(self.row, self.column)


@dataclass
class Archive:
    """What the look into the archive found."""

    names: list[str]
    # By the name of their part in an XLSX; in their order in an ODS.
    parts: dict[str, Part] = field(default_factory=dict)
    tables: list[Part] = field(default_factory=list)


def inspect(file) -> Archive:
    """Read the archive through without keeping it; refuse what would not fit or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _inspect(archive)
    except DAMAGED:
        raise DamagedRefusal from None


def _inspect(archive: zipfile.ZipFile) -> Archive:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise ProtectedRefusal
    if len(entries) > MOST_ENTRIES:
        raise Refusal(
            gettext_noop("This archive has %(count)s parts: it is not a spreadsheet."),
            count=len(entries),
        )
    if any(entry.compress_type not in USUAL_COMPRESSION for entry in entries):
        raise DamagedRefusal
    budget = Budget()
    budget.spend(sum(entry.file_size for entry in entries), declared=True)
    for entry in entries:
        if entry.filename in READ_WHOLE and entry.file_size > LARGEST_READ_WHOLE:
            raise Refusal(
                gettext_noop(
                    "A part of this workbook is larger than any sheet needs (%(part)s): copy its "
                    "cells into a new one."
                ),
                part=entry.filename,
            )
    found = Archive([entry.filename for entry in entries])
    styles = formats.read_styles(archive) if "xl/styles.xml" in found.names else formats.Styles()
    for entry in entries:
        _read_through(archive, entry, budget, found, styles)
    return found


class Budget:
    """How much an archive may inflate to."""

    def __init__(self):
        self.inflated = 0

    def spend(self, inflated: int, declared: bool = False) -> None:
        self.inflated += 0 if declared else inflated
        total = max(self.inflated, inflated if declared else 0)
        if total > LIMITS.inflated * MEGABYTE:
            raise Refusal(
                gettext_noop(
                    "Once opened, this file is larger than the limit of %(limit)s MB. Split the "
                    "workbook, or remove what it does not need."
                ),
                limit=LIMITS.inflated,
            )

    def check_ratio(self, compressed: int, inflated: int) -> None:
        if inflated > RATIO_MATTERS_ABOVE and inflated > LIMITS.ratio * max(compressed, 1):
            raise Refusal(
                gettext_noop(
                    "Once opened, this file is more than %(limit)s times larger: it does not look "
                    "like a workbook. Copy its cells into a new one."
                ),
                limit=LIMITS.ratio,
            )


def _read_through(archive, entry, budget, found, styles) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    is_ods = entry.filename == "content.xml"
    is_xml = entry.filename.endswith((".xml", ".rels"))
    end = b"</row>" if is_sheet else b"</table:table-row>"
    part, tail, size = Part(), b"", 0
    if is_sheet:
        found.parts[entry.filename] = part
    look = partial(_measure_xlsx, part, styles) if is_sheet else partial(_measure_ods, found)
    with archive.open(entry) as opened:
        while chunk := opened.read(CHUNK):
            budget.spend(len(chunk))
            size += len(chunk)
            budget.check_ratio(entry.compress_size, size)
            if is_xml and b"<!" in (ends := tail[-16:] + chunk) and DECLARATION.search(ends):
                raise Refusal(
                    gettext_noop(
                        "This workbook declares entities, which none needs: copy its cells into a "
                        "new one."
                    )
                )
            if not (is_sheet or is_ods):
                tail = chunk[-16:]
                continue
            # What a chunk cuts in two is looked at with the next.
            window = tail + chunk
            cut = window.rfind(end) + len(end)
            if cut < len(end):
                cut = len(window) if len(window) > LONGEST_ROW else 0
            look(window[:cut])
            tail = window[cut:]
    if is_sheet or is_ods:
        look(tail)


def _check_closed(window: bytes, *tags: bytes) -> None:
    """Refuse tags and elements that nothing closes: patterns would search to the end for each."""
    opened, empty = window.count(b"<"), window.count(b"/>")
    if opened > window.count(b">") + 1:
        raise DamagedRefusal
    for tag in tags:
        closed = window.count(b"</" + tag + b">") + empty
        if window.count(b"<" + tag + b" ") > closed + UNCLOSED_IN_A_WINDOW:
            raise DamagedRefusal


def _measure_xlsx(part: Part, styles: formats.Styles, window: bytes) -> None:
    _check_closed(window, b"c", b"row")
    usual = b":c " not in window and window.count(b'<c r="') == window.count(b"<c ")
    references = (XLSX_USUAL_CELL if usual else XLSX_CELL).findall(window)
    if references:
        # Rows follow one another, but nothing makes a hostile file do so.
        row = max(map(int, {number for _letters, number in references}))
        column = max(map(column_number, {letters for letters, _number in references}))
        part.filled += len(references)
        part.reach(row, column)
    if b"<c>" in window or b":c>" in window:
        for cells in window.split(b"</row>"):
            check_size(1, cells.count(b"<c>"))
        for number in XLSX_ROW.findall(window):
            part.reach(int(number), 1)
    _note_errors(part, window)
    if b' hidden="' in window:
        part.hidden_rows += map(int, XLSX_HIDDEN_ROW.findall(window))
    if styles:
        for letters, number, style, digits in XLSX_STYLED_NUMBER.findall(window):
            place = int(number), column_number(letters)
            if length := styles.dates.get(int(style)):
                part.shown[place] = length
            elif shown := styles.shown(int(style), digits.decode()):
                part.padded[place] = shown


def _note_errors(part: Part, window: bytes) -> None:
    found = {}
    if b't="e"' in window:
        for letters, number, shown in XLSX_ERROR.findall(window):
            # There are few, and each may stand in a hundred thousand cells.
            shown = sys.intern(shown.decode("utf-8", "replace"))
            found[int(number), column_number(letters)] = shown
    if b"<f" in window or b":f" in window:
        for letters, number, formula in XLSX_UNCALCULATED.findall(window):
            shown = "=" + html.unescape(formula.decode("utf-8", "replace"))
            found[int(number), column_number(letters)] = shown[:200]
    for place in sorted(found):
        part.errors[place] = found[place]


def _measure_ods(found: Archive, window: bytes) -> None:
    _check_closed(window, b"table:table-row", b"table:table-cell")
    if b"-repeated" in window and ODS_ODD_NUMBER.search(window):
        raise DamagedRefusal
    for match in ODS_TABLE_OR_ROW.finditer(window):
        if match[1] is None:
            found.tables.append(Part())
        elif found.tables:
            _measure_ods_row(found.tables[-1], match[1], match[2] or b"")


def _measure_ods_row(part: Part, attributes: bytes, cells: bytes) -> None:
    numbers = {kind: int(count) for kind, _, count in ODS_NUMBER.findall(attributes)}
    first = part.passed + 1
    part.passed += numbers.get(b"rows", 1)
    if b"office:value-type" not in cells:
        return
    last = part.row = part.passed
    check_size(last, 1)
    part.written += 1
    part.repeated += last - first
    if part.repeated > max(MOST_REPEATED, MOST_REPEATED_EACH * part.written):
        raise Refusal(
            gettext_noop(
                "A sheet repeats a few rows %(count)s times: delete those that are not needed."
            ),
            count=part.repeated,
        )
    part.hidden_rows += range(first, last + 1) if ODS_HIDDEN.search(attributes) else ()
    is_formatted = formats.may_be_formatted(cells)
    if not is_formatted and b"-spanned=" not in cells and b"columns-repeated=" not in cells:
        filled = cells.count(b"office:value-type")
        part.filled += filled
        part.column = max(part.column, filled)
        return
    column = 0
    for cell in ODS_CELL.finditer(cells):
        about = cell[2]
        sizes = {b" ".join(kind): int(count) for *kind, count in ODS_NUMBER.findall(about)}
        start, column = column + 1, column + sizes.get(b"columns repeated", 1)
        if b"office:value-type" in about:
            part.filled += column - start + 1
            part.reach(last, column)
            if is_formatted and start == column and first == last:
                _note_format(part, (last, column), about, cells[cell.end() : cell.end() + 80])
        down, across = sizes.get(b"rows spanned", 1), sizes.get(b"columns spanned", 1)
        if down > 1 or across > 1:
            part.merged.append((first, start, first + down - 1, start + across - 1))


def _note_format(part: Part, place: tuple[int, int], about: bytes, content: bytes) -> None:
    """What an ODS shows of a number or a date, where it is not what the parser tells."""
    if padded := formats.padded(about, content):
        part.padded[place] = padded
    elif length := formats.shown_length(about, content):
        part.shown[place] = length


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: ``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column from its number: 1 is ``A``, 27 is ``AA``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
