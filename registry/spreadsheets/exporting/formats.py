"""The files of an export: CSV, XLSX, ODS, each written as the rows come."""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

import xlsxwriter
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from xlsxwriter.utility import xl_col_to_name

from registry.spreadsheets.exporting.rows import Cell, Export
from registry.spreadsheets.formulas import FIRST, mark, mark_in_workbook

BYTE_ORDER_MARK = "\ufeff"
# What XML cannot hold; XLSX and ODS are XML.
NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
# The longest text that a cell of a workbook may hold.
LONGEST = 32_767
# The rows of an XLSX file; where a text says ``_x0041_`` it would read as a letter.
SHEET = "xl/worksheets/sheet1.xml"
UNDERSCORED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
WIDTHS = {"public_id": 14, "title": 50, "name": 45, "summary": 60}
WIDTH = 22


class Format(TextChoices):
    """The file formats, the one that most people open first."""

    XLSX = "xlsx", _("Excel workbook (XLSX)")
    ODS = "ods", _("OpenDocument workbook (ODS)")
    CSV = "csv", _("Text file (CSV)")


CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Format.CSV: "text/csv; charset=utf-8",
}


def write(export: Export, wanted: Format) -> Iterator[bytes]:
    """The file, piece by piece."""
    return {Format.XLSX: write_xlsx, Format.ODS: write_ods, Format.CSV: write_csv}[wanted](export)


# CSV -------------------------------------------------------------------------------------------


def write_csv(export: Export) -> Iterator[bytes]:
    """A text that a double click opens in Excel: UTF-8 with its mark, semicolons in French.

    French spreadsheets take the semicolon for the separator, since the comma stands in numbers.
    """
    is_french = get_language() != "en"
    buffer = io.StringIO(newline="")
    write_row = csv.writer(buffer, delimiter=";" if is_french else ",", quoting=csv.QUOTE_ALL)
    buffer.write(BYTE_ORDER_MARK)
    write_row.writerow(export.headings)
    texts = export.text_columns
    decimals = export.decimal_columns if is_french else []
    for batch in export.batches():
        columns = list(zip(*batch, strict=True))
        for at in texts:
            columns[at] = _marked(columns[at])
        for at in decimals:
            columns[at] = _with_comma(columns[at])
        write_row.writerows(zip(*columns, strict=True))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if rest := buffer.getvalue():
        yield rest.encode()


def _marked(column: Iterable[Cell]) -> list[Cell]:
    return [mark(cell) if cell and cell[0] in FIRST else cell for cell in column]


def _with_comma(column: Iterable[Cell]) -> list[Cell]:
    return ["" if cell in (None, "") else str(cell).replace(".", ",") for cell in column]


# XLSX ------------------------------------------------------------------------------------------


def write_xlsx(export: Export) -> Iterator[bytes]:
    """A workbook whose rows leave as they come: xlsxwriter makes all of it but these.

    It would give the file only once the last row is written, a minute later for a large list.
    """
    pieces, number = _Pieces(), 0
    opening, _parts = _xlsx_frame(export)
    names = [xl_col_to_name(at) for at in range(len(export.columns))]
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open(SHEET, "w") as sheet:
            sheet.write(opening.partition("</sheetData>")[0].encode())
            for batch in export.batches():
                rows = (_xlsx_row(row, at, names) for at, row in enumerate(batch, number + 2))
                sheet.write("".join(rows).encode())
                number += len(batch)
                if piece := pieces.take():
                    yield piece
            closing, parts = _xlsx_frame(export, number)
            sheet.write(("</sheetData>" + closing.partition("</sheetData>")[2]).encode())
        for name, content in parts.items():
            archive.writestr(name, content)
    yield pieces.take()


def _xlsx_frame(export: Export, number: int = 0) -> tuple[str, dict[str, bytes]]:
    """The sheet of a workbook with the headings alone, and the other parts of the file."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet(export.name[:31])
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        # Even where somebody edits the cell, its text stays a text. The second format that is used.
        quoted = workbook.add_format({"quote_prefix": True})
        for at, column in enumerate(export.columns):
            sheet.set_column(at, at, WIDTHS.get(column.column_name, WIDTH))
            sheet.write_string(0, at, column.label, heading)
        sheet.write_blank(1, 0, None, quoted)
        sheet.freeze_panes(1, 2)
        if number:
            sheet.autofilter(0, 0, number, len(export.columns) - 1)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # Not the row that made the second format known, nor how large the sheet would be with it.
    return re.sub(
        r'<row r="2".*?</row>|<dimension [^>]*/>', "", parts.pop(SHEET).decode(), flags=re.DOTALL
    ), parts


def _xlsx_row(row: tuple[Cell, ...], number: int, names: list[str]) -> str:
    cells = []
    for name, cell in zip(names, row, strict=True):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            style = ' s="2"' if cell[0] in FIRST else ""
            text = escape(UNDERSCORED.sub("_x005F_", _xml_text(mark_in_workbook(cell))))
            cells.append(
                f'<c r="{name}{number}"{style} t="inlineStr">'
                f'<is><t xml:space="preserve">{text}</t></is></c>'
            )
        else:
            cells.append(f'<c r="{name}{number}"><v>{float(cell):.16G}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _xml_text(text: str) -> str:
    return text.translate(NOT_IN_XML)[:LONGEST]


# ODS -------------------------------------------------------------------------------------------

ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
 manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_MIME}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


class _Pieces(io.RawIOBase):
    """What an archive writes, to be taken away piece by piece."""

    def __init__(self):
        self._pieces: list[bytes] = []

    def writable(self):
        return True

    def write(self, data):
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces


def write_ods(export: Export) -> Iterator[bytes]:
    """An OpenDocument workbook; odfpy would hold the whole of it as a tree."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and not compressed, so that the file's kind shows from its first bytes.
        kind = zipfile.ZipInfo("mimetype", timezone.localtime().timetuple()[:6])
        archive.writestr(kind, ODS_MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        with archive.open("content.xml", "w") as content:
            content.write(_ods_opening(export).encode())
            for batch in export.batches():
                content.write("".join(map(_ods_row, batch)).encode())
                if piece := pieces.take():
                    yield piece
            content.write(
                b"</table:table></office:spreadsheet></office:body></office:document-content>"
            )
    yield pieces.take()


def _ods_opening(export: Export) -> str:
    headings = "".join(map(_ods_heading, export.headings))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {NAMESPACES}'
        ' office:version="1.3"><office:automatic-styles>'
        '<style:style style:name="heading" style:family="table-cell"><style:text-properties'
        ' fo:font-weight="bold"/></style:style></office:automatic-styles>'
        f"<office:body><office:spreadsheet><table:table table:name={_attribute(export.name)}>"
        f'<table:table-column table:number-columns-repeated="{len(export.columns)}"/>'
        f"<table:table-header-rows><table:table-row>{headings}</table:table-row>"
        "</table:table-header-rows>"
    )


def _attribute(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _ods_heading(text: str) -> str:
    return (
        '<table:table-cell table:style-name="heading" office:value-type="string">'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


def _ods_row(row: tuple[Cell, ...]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if not isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    lines = "</text:p><text:p>".join(
        escape(line) for line in _xml_text(mark_in_workbook(cell)).splitlines()
    )
    return (
        f'<table:table-cell office:value-type="string"><text:p>{lines}</text:p></table:table-cell>'
    )


def in_language(language: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each made in a language; between two of them the thread keeps its own."""
    while True:
        with override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def filename(export: Export, wanted: Format, day: datetime.date | None = None) -> str:
    """Such as ``accords-2024-04-09.xlsx``."""
    return f"{slugify(export.name)}-{day or timezone.localdate()}.{wanted}"
