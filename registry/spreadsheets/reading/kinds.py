"""Recognising what a file is by its content, and reading its sheets row by row."""

import contextlib
import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from registry.spreadsheets.reading import archives, ole
from registry.spreadsheets.reading.archives import MEGABYTE, Part
from registry.spreadsheets.reading.cells import Cleaner, ErrorCell, Sheet
from registry.spreadsheets.reading.delimited import check_lines, read_delimited
from registry.spreadsheets.reading.refusals import (
    LIMITS,
    DamagedRefusal,
    ProtectedRefusal,
    Refusal,
    check_rows,
    check_sheets,
    check_size,
    gettext_noop,
)
from registry.spreadsheets.reading.wide import in_utf8

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
OTHER_KINDS = (
    (b"%PDF", gettext_noop("a PDF document")),
    (b"{\\rtf", gettext_noop("a text document")),
    (b"\x89PNG", gettext_noop("an image")),
    (b"\xff\xd8\xff", gettext_noop("an image")),
    (b"GIF8", gettext_noop("an image")),
    (b"7z\xbc\xaf", gettext_noop("an archive")),
    (b"Rar!", gettext_noop("an archive")),
    (b"\x1f\x8b", gettext_noop("an archive")),
    (b"PK\x05\x06", gettext_noop("an archive")),
    (b"BZh", gettext_noop("an archive")),
    (b"\xfd7zXZ", gettext_noop("an archive")),
    (b"SQLite format", gettext_noop("a database")),
    (b"\x7fELF", gettext_noop("a program")),
    (b"MZ\x90", gettext_noop("a program")),
)
MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|body|head)", re.I)

JSON = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*(?:\{\s*"|\[\s*[\[{])')
ADVICE = gettext_noop("Save the workbook as XLSX, ODS or CSV and upload that file.")

SheetRows = Iterator[tuple[Sheet, Iterator[list]]]


def read(file) -> SheetRows:
    """Each sheet of an open binary file with its rows; raises ``Refusal``."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > LIMITS.megabytes * MEGABYTE:
        raise Refusal(
            gettext_noop("This file is larger than the limit of %(limit)s MB. Split the workbook."),
            limit=LIMITS.megabytes,
        )
    data = file.read()
    if not data or data.isspace() or data == b"\xef\xbb\xbf":
        raise Refusal(gettext_noop("This file is empty."))
    if data.startswith(ZIP):
        return _read_archive(data)
    if data.startswith(OLE):
        return _read_ole(data)
    _refuse_other_kinds(data)
    return _read_text(data)


def _refuse_other_kinds(data: bytes) -> None:
    for start, kind in OTHER_KINDS:
        if data.startswith(start):
            raise Refusal(
                gettext_noop("This file is %(kind)s, not a spreadsheet."), ADVICE, kind=kind
            )
    if JSON.match(data) and data.rstrip().endswith((b"}", b"]")):
        raise Refusal(
            gettext_noop("This file is %(kind)s, not a spreadsheet."),
            ADVICE,
            kind=gettext_noop("a JSON document"),
        )
    if MARKUP.match(data):
        raise Refusal(
            gettext_noop("This file is a web page or XML document, whatever its name ends in."),
            ADVICE,
        )


# Archives: XLSX, XLSM, XLSB, ODS ---------------------------------------------------------------


def _read_archive(data: bytes) -> SheetRows:
    data = in_utf8(data)
    archive = archives.inspect(io.BytesIO(data))
    if "xl/workbook.bin" in archive.names:
        raise Refusal(
            gettext_noop("This is a binary workbook (XLSB). Save it as XLSX and upload that file.")
        )
    is_ods = "xl/workbook.xml" not in archive.names
    if is_ods and "content.xml" not in archive.names:
        _refuse_documents(archive.names)
        raise Refusal(
            gettext_noop(
                "This file is an archive, not a spreadsheet. Take the workbook out of it and "
                "upload the workbook."
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            if is_ods:
                return _read_ods(data, opened, archive)
            parts = _parts_of_sheets(opened)
    except (ElementTree.ParseError, *archives.DAMAGED):
        raise DamagedRefusal from None
    if len(set(parts.values())) < len(parts):
        raise DamagedRefusal  # one sheet under many names
    looks = {name: archive.parts.get(part, Part()) for name, part in parts.items()}
    for part in archive.parts.values():
        check_size(part.row, part.column, part.filled)
    return _read_with_calamine(data, looks)


def _refuse_documents(names) -> None:
    if any(name.endswith(".iwa") for name in names):
        raise Refusal(
            gettext_noop(
                "This is a document of Apple Numbers or Pages. Export it as Excel (XLSX) and "
                "upload that file."
            )
        )
    if "word/document.xml" in names:
        raise Refusal(
            gettext_noop("This file is %(kind)s, not a spreadsheet."),
            ADVICE,
            kind=gettext_noop("a text document"),
        )


def _read_ods(data: bytes, opened: zipfile.ZipFile, archive: archives.Archive) -> SheetRows:
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and b"manifest:encryption-data" in opened.read(manifest):
        raise ProtectedRefusal
    for part in archive.tables:
        check_size(part.row, part.column, part.filled)
    return _read_with_calamine(data, archive.tables)


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of an XLSX archive where each sheet stands."""
    # Without entities: those were refused before.
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    return {
        element.get("name"): "xl/"
        + targets.get(_relation(element), "").removeprefix("/").removeprefix("xl/")
        for element in workbook.iter()
        if element.tag.endswith("}sheet")
    }


def _relation(element) -> str | None:
    """Which relation a sheet has; a strict workbook (ISO 29500) calls these otherwise."""
    return next((v for name, v in element.items() if name.endswith("/relationships}id")), None)


def _read_ole(data: bytes) -> SheetRows:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ProtectedRefusal
    return _read_with_calamine(data, ole.inspect(data))


def _read_with_calamine(data: bytes, looks: dict[str, Part] | list[Part]) -> SheetRows:
    """The sheets as calamine reads them, corrected by the look that was taken before."""
    try:
        opened, rows = CalamineWorkbook.from_filelike(io.BytesIO(data)), 0
        del data
        check_sheets(len(opened.sheets_metadata))
        sheets = [
            (number, metadata)
            for number, metadata in enumerate(opened.sheets_metadata)
            if metadata.typ is SheetTypeEnum.WorkSheet
        ]
        for number, metadata in sheets:
            if isinstance(looks, dict):
                look = looks.get(metadata.name, Part())
            else:
                look = looks[number] if number < len(looks) else Part()
            table = opened.get_sheet_by_name(metadata.name)
            if metadata is sheets[-1][1]:
                opened.close()  # and with it the file and its texts, which the table has too
                _give_back()
            check_size(table.total_height, table.total_width)
            rows += table.total_height
            check_rows(rows)
            sheet = Sheet(
                metadata.name,
                hidden=metadata.visible is not SheetVisibleEnum.Visible,
                hidden_rows=look.hidden_rows,
                merged=_merged(table) or look.merged,
            )
            yield sheet, _rows(table, look, sheet.merged)
    except PasswordError:
        raise ProtectedRefusal from None
    except CalamineError:
        raise DamagedRefusal from None
    except BaseException as error:
        # A failure inside the parser comes as an exception that no class of Python's covers.
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedRefusal from None


def _give_back() -> None:
    """Let the system have at once what was freed; the C library would keep a third of it all."""
    # Not every system's library has such a function.
    with contextlib.suppress(AttributeError, ImportError, OSError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)


def _merged(table) -> list[tuple[int, int, int, int]]:
    return [
        (top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in table.merged_cell_ranges or []
    ]


def _rows(table, look: Part, merged) -> Iterator[list]:
    carried = _carried(merged, table.end[0] + 1 if table.end else 0)
    before = [""] * (table.start[1] if table.start else 0)
    clean, kept = Cleaner().row, {}
    for number, cells in enumerate(table.iter_rows(), 1):
        row = clean(before + cells if before else cells)
        for column, length in look.shown.of_row(number) if look.shown else ():
            _shorten(row, column, length)
        for column, error in look.errors.of_row(number) if look.errors else ():
            _put(row, column, ErrorCell(error))
        for column, padded in look.padded.of_row(number) if look.padded else ():
            _put(row, column, padded)
        is_filled = any(row)
        for column, top in carried.get(number, ()):
            if number == top:
                kept[column] = row[column - 1] if column <= len(row) else ""
            elif is_filled and kept.get(column) and (column > len(row) or row[column - 1] == ""):
                _put(row, column, kept[column])
        yield row


def _shorten(row: list, column: int, length: int) -> None:
    """Keep of a date what is shown, where the rest is only the first day that it may be."""
    value = row[column - 1] if column <= len(row) else None
    if isinstance(value, datetime.date):
        text = value.isoformat()
        row[column - 1] = text[:length] if text[length:] == "-01-01"[length - 4 :] else value


def _put(row: list, column: int, value) -> None:
    row.extend([""] * (column - len(row)))
    row[column - 1] = value


def _carried(merged, height: int) -> dict[int, list[tuple[int, int]]]:
    """For each row, the columns of cells that are merged downwards, and where each begins.

    The value of such a cell holds for all the rows that it covers and that say something else: a
    heading over two rows, a fund that stands once beside its projects. What lies below the table,
    or in another one, is nothing.
    """
    rows: dict[int, list[tuple[int, int]]] = {}
    covered: dict[int, int] = {}
    for left, top, bottom in sorted((left, top, bottom) for top, left, bottom, _right in merged):
        bottom = min(bottom, height)
        if covered.get(left, 0) < top < bottom:
            covered[left] = bottom
            for number in range(top, bottom + 1):
                rows.setdefault(number, []).append((left, top))
    return rows


# Texts -----------------------------------------------------------------------------------------


def _read_text(data: bytes) -> SheetRows:
    if b"\0" not in data:
        check_lines(data)
    records = read_delimited(data)
    del data
    yield Sheet(""), _text_rows(records)


def _text_rows(records: Iterator[list[str]]) -> Iterator[list]:
    clean = Cleaner().row
    for number, record in enumerate(records, 1):
        check_size(number, len(record))
        yield clean(record)
