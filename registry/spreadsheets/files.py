"""Reading a spreadsheet of any usual kind into sheets of cells; the content says which kind it is.

A cell is a text, a date, or an ``ErrorCell``. Numbers are texts as they were written: a year reads
``1958`` and never ``1958.0``; widgets turn them into what their column needs.
"""

import datetime
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from registry.spreadsheets import archives
from registry.spreadsheets.delimited import read_delimited
from registry.spreadsheets.problems import (
    DamagedFileError,
    ProtectedFileError,
    UnreadableFileError,
)

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
    (b"SQLite format", gettext_noop("a database")),
)
MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|body|head)", re.I)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
ERROR_TEXTS = re.compile(
    r"#(?:REF!|N/A|N/D|NAME\?|NOM\s?\?|VALUE!|VALEUR\s?!|DIV/0\s?!|NULL!|NUL\s?!|NUM!|NOMBRE\s?!"
    r"|SPILL!|PROPAGATION!|CALC!)|Err:5\d\d",
    re.IGNORECASE,
)
SPACES = re.compile(r"[^\S\n]+")


class ErrorCell(str):
    """A cell whose formula failed; the text is what it shows, such as ``#REF!``."""

    __slots__ = ()


Value = str | datetime.date | ErrorCell


@dataclass
class Sheet:
    """The cells of a sheet, from its first row and column on."""

    name: str
    rows: list[list[Value]]
    hidden: bool = False


@dataclass
class Workbook:
    sheets: list[Sheet] = field(default_factory=list)


def read_workbook(file) -> Workbook:
    """Read an open binary file; raises ``UnreadableFileError``."""
    data = file.read(settings.IMPORT_MAX_MEGABYTES * archives.MEGABYTE + 1)
    if len(data) > settings.IMPORT_MAX_MEGABYTES * archives.MEGABYTE:
        raise UnreadableFileError(
            _("This file is larger than the limit of %(limit)s MB. Split the workbook.")
            % {"limit": settings.IMPORT_MAX_MEGABYTES}
        )
    if not data.strip():
        raise UnreadableFileError(_("This file is empty."))
    if data.startswith(ZIP):
        return _read_archive(data)
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ProtectedFileError
        return _read_with_calamine(data)
    _refuse_other_kinds(data)
    return _read_text(data)


def _refuse_other_kinds(data: bytes) -> None:
    advice = _("Save the workbook as XLSX, ODS or CSV and upload that file.")
    for start, kind in OTHER_KINDS:
        if data.startswith(start):
            raise UnreadableFileError(
                _("This file is %(kind)s, not a spreadsheet.") % {"kind": _(kind)} + " " + advice
            )
    if MARKUP.match(data):
        raise UnreadableFileError(
            _("This file is a web page or XML document, whatever its name ends in.") + " " + advice
        )


# Archives: XLSX, XLSM, XLSB, ODS ---------------------------------------------------------------


def _read_archive(data: bytes) -> Workbook:
    archive = archives.inspect(io.BytesIO(data))
    if "xl/workbook.bin" in archive.names:
        raise UnreadableFileError(
            _("This is a binary workbook (XLSB). Save it as XLSX and upload that file.")
        )
    if "xl/workbook.xml" not in archive.names and "content.xml" not in archive.names:
        raise UnreadableFileError(
            _(
                "This file is an archive, not a spreadsheet. Take the workbook out of it and "
                "upload the workbook."
            )
        )
    if "META-INF/manifest.xml" in archive.names and "content.xml" in archive.names:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            if b"manifest:encryption-data" in opened.read("META-INF/manifest.xml"):
                raise ProtectedFileError
    errors = {}
    if any(archive.errors.values()):
        try:
            parts = _parts_of_sheets(data)
        except (ElementTree.ParseError, *archives.DAMAGED):
            raise DamagedFileError from None
        errors = {name: archive.errors.get(part, {}) for name, part in parts.items()}
    return _read_with_calamine(data, errors)


def _parts_of_sheets(data: bytes) -> dict[str, str]:
    """The part of an XLSX archive where each sheet stands."""
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Without entities: those were refused before.
        workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    return {
        element.get("name"): "xl/" + targets.get(element.get(relation), "").removeprefix("/xl/")
        for element in workbook.iter()
        if element.tag.endswith("}sheet")
    }


def _read_with_calamine(data: bytes, errors: dict | None = None) -> Workbook:
    workbook = Workbook()
    try:
        opened = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for metadata in opened.sheets_metadata:
            if metadata.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = opened.get_sheet_by_name(metadata.name)
            archives.check_size(sheet.total_height, sheet.total_width)
            rows = [
                [clean(value) for value in row] for row in sheet.to_python(skip_empty_area=False)
            ]
            for (row, column), shown in (errors or {}).get(metadata.name, {}).items():
                if row <= len(rows) and column <= len(rows[row - 1]):
                    rows[row - 1][column - 1] = ErrorCell(shown)
            hidden = metadata.visible is not SheetVisibleEnum.Visible
            workbook.sheets.append(Sheet(metadata.name, rows, hidden))
    except PasswordError:
        raise ProtectedFileError from None
    except (CalamineError, XmlError, ZipError, WorksheetNotFound):
        raise DamagedFileError from None
    except BaseException as error:
        # A failure inside the parser comes as an exception that no class of Python's covers.
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedFileError from None
    return workbook


# Texts -----------------------------------------------------------------------------------------


def _read_text(data: bytes) -> Workbook:
    rows = read_delimited(data)
    widest = max((len(row) for row in rows), default=0)
    archives.check_size(len(rows), widest)
    return Workbook([Sheet("", [[clean(value) for value in row] for row in rows])])


# Cells -----------------------------------------------------------------------------------------


def clean(value) -> Value:
    """A cell's value as the rest of the package takes it."""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # repr() is the shortest text of that number; the format keeps it out of 1E+22.
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    return str(value)


def _clean_text(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # No-break and narrow spaces count as spaces; line breaks separate values, and stay.
    text = "\n".join(SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()
    return ErrorCell(text) if ERROR_TEXTS.fullmatch(text) else text
