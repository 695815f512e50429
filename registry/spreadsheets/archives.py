"""Looking into XLSX and ODS archives before a parser opens them.

A few kilobytes can inflate to gigabytes, or place one cell on the last row of the sheet so that
everything before it is filled with nothing. Both are found here, by reading as a stream.
"""

import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from registry.spreadsheets.problems import (
    DamagedFileError,
    ProtectedFileError,
    UnreadableFileError,
)

CHUNK = 1 << 20
MEGABYTE = 1 << 20
# Small archives of repetitive cells compress very well without doing harm.
RATIO_MATTERS_ABOVE = 20 * MEGABYTE
MOST_ENTRIES = 10_000
MOST_CELLS = 20_000_000

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
XLSX_ROW = re.compile(rb'<(?:\w+:)?row\s(?:[^>]*?\s)?r="([0-9]{1,9})"[^>]*(?<!/)>\s*<(?:\w+:)?c>')
XLSX_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
ODS_REPEATED_ROW = re.compile(
    rb'<table:table-row\b[^>]*number-rows-repeated="(\d+)"[^>]*(?<!/)>(.*?)</table:table-row>',
    re.DOTALL,
)
ODS_REPEATED_CELL = re.compile(
    rb'<table:table-cell\b(?=[^>]*office:value-type)[^>]*number-columns-repeated="(\d+)"'
)
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass
class Archive:
    """What the look into the archive found."""

    names: list[str]
    # For each part of an XLSX, the error cells: (row, column) from 1, and what they show.
    errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)


def inspect(file) -> Archive:
    """Read the archive through without keeping it; refuse what would not fit or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _inspect(archive)
    except DAMAGED:
        raise DamagedFileError from None


def _inspect(archive: zipfile.ZipFile) -> Archive:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise ProtectedFileError
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFileError(
            _("This archive has %(count)s parts: it is not a spreadsheet.")
            % {"count": len(entries)}
        )
    budget = Budget()
    budget.spend(0, sum(entry.file_size for entry in entries), declared=True)
    found = Archive([entry.filename for entry in entries])
    for entry in entries:
        _read_through(archive, entry, budget, found)
    return found


class Budget:
    """How much an archive may inflate to."""

    def __init__(self):
        self.most = settings.IMPORT_MAX_INFLATED_MEGABYTES * MEGABYTE
        self.inflated = 0

    def spend(self, compressed: int, inflated: int, declared: bool = False) -> None:
        self.inflated += 0 if declared else inflated
        total = max(self.inflated, inflated if declared else 0)
        if total > self.most:
            raise UnreadableFileError(
                _(
                    "Once opened, this file is larger than the limit of %(limit)s MB. Split the "
                    "workbook, or remove what it does not need."
                )
                % {"limit": settings.IMPORT_MAX_INFLATED_MEGABYTES}
            )

    def check_ratio(self, compressed: int, inflated: int) -> None:
        most = settings.IMPORT_MAX_INFLATION
        if inflated > RATIO_MATTERS_ABOVE and inflated > most * max(compressed, 1):
            raise UnreadableFileError(
                _(
                    "Once opened, this file is more than %(limit)s times larger: it does not look "
                    "like a workbook. Copy its cells into a new one."
                )
                % {"limit": most}
            )


def _read_through(archive, entry, budget, found) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    is_ods = entry.filename == "content.xml"
    is_xml = entry.filename.endswith((".xml", ".rels"))
    extent, tail, size = Extent(), b"", 0
    errors = found.errors.setdefault(entry.filename, {}) if is_sheet else {}
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            budget.spend(entry.compress_size, len(chunk))
            size += len(chunk)
            budget.check_ratio(entry.compress_size, size)
            if is_xml and DECLARATION.search(tail[-16:] + chunk):
                raise UnreadableFileError(
                    _(
                        "This workbook declares entities, which none needs: copy its cells into a "
                        "new one."
                    )
                )
            if is_sheet or is_ods:
                window = tail + chunk
                # The end of a chunk may cut a cell in two: it is looked at again with the next.
                cut = window.rfind(b"</") if part else len(window)
                cut = cut if cut > 0 else len(window)
                _measure(window[:cut], is_sheet, extent, errors)
                tail = window[cut:] if len(window) - cut < CHUNK else b""
            else:
                tail = chunk[-16:]
    if is_sheet or is_ods:
        _measure(tail, is_sheet, extent, errors)


class Extent:
    """The last row and column of a sheet that hold something."""

    def __init__(self):
        self.row = self.column = 0

    def reach(self, row: int, column: int) -> None:
        self.row, self.column = max(self.row, row), max(self.column, column)
        check_size(self.row, self.column)


def check_size(rows: int, columns: int) -> None:
    """Refuse a sheet that passes a limit, naming it."""
    # Titles may stand above the headings: they do not count among the rows.
    if rows > settings.IMPORT_MAX_ROWS + 100:
        raise UnreadableFileError(
            _("A sheet has %(count)s rows: the limit is %(limit)s. Split the workbook.")
            % {"count": rows, "limit": settings.IMPORT_MAX_ROWS}
        )
    if columns > settings.IMPORT_MAX_COLUMNS:
        raise UnreadableFileError(
            _(
                "A sheet has %(count)s columns: the limit is %(limit)s. Remove those that are "
                "not needed."
            )
            % {"count": columns, "limit": settings.IMPORT_MAX_COLUMNS}
        )
    if rows * columns > MOST_CELLS:
        raise UnreadableFileError(
            _(
                "A sheet has %(rows)s rows of %(columns)s columns: that is too many cells. Split "
                "the workbook."
            )
            % {"rows": rows, "columns": columns}
        )


def _measure(window: bytes, is_sheet: bool, extent: Extent, errors: dict) -> None:
    if not is_sheet:
        _measure_ods(window, extent)
        return
    references = XLSX_CELL.findall(window)
    if references:
        row = max(int(number) for _letters, number in references)
        column = max(column_number(letters) for letters in {item[0] for item in references})
        extent.reach(row, column)
    for number in XLSX_ROW.findall(window):
        extent.reach(int(number), 1)
    if b't="e"' in window:
        for letters, number, shown in XLSX_ERROR.findall(window):
            errors[int(number), column_number(letters)] = shown.decode("utf-8", "replace")


def _measure_ods(window: bytes, extent: Extent) -> None:
    for number, cells in ODS_REPEATED_ROW.findall(window):
        if b"office:value-type" in cells:
            extent.reach(int(number), 1)
    for number in ODS_REPEATED_CELL.findall(window):
        extent.reach(1, int(number))


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
