"""Workbooks of every kind with the same content, made by their usual writers or by hand."""

import datetime
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

SPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def archive(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return file.getvalue()


def rewritten(data: bytes, name: str, change) -> bytes:
    """The archive with one part changed, or without it where that gives nothing."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = {entry: opened.read(entry) for entry in opened.namelist()}
    parts[name] = change(parts[name])
    return archive({entry: content for entry, content in parts.items() if content is not None})


def xlsx(sheets: dict[str, list], prepare=None, epoch_1904=False) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    if epoch_1904:
        workbook.epoch = CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if prepare:
        prepare(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def xlsm(sheets: dict[str, list], **more) -> bytes:
    """A workbook with macros, which nothing here runs."""
    data = xlsx(sheets, **more)
    data = rewritten(
        data,
        "[Content_Types].xml",
        lambda xml: xml.replace(
            b"spreadsheetml.sheet.main+xml", b"spreadsheetml.sheet.macroEnabled.main+xml"
        ),
    )
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = {entry: opened.read(entry) for entry in opened.namelist()}
    return archive(parts | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macros"})


def strict(sheets: dict[str, list]) -> bytes:
    """A workbook saved as «Strict Open XML»: it calls its relations and elements otherwise."""
    with zipfile.ZipFile(io.BytesIO(xlsx(sheets))) as opened:
        parts = {entry: opened.read(entry) for entry in opened.namelist()}
    kinds = {
        b"schemas.openxmlformats.org/spreadsheetml/2006/": b"purl.oclc.org/ooxml/spreadsheetml/",
        b"schemas.openxmlformats.org/officeDocument/2006/": b"purl.oclc.org/ooxml/officeDocument/",
    }
    for old, new in kinds.items():
        parts = {entry: content.replace(old, new) for entry, content in parts.items()}
    return archive(parts)


def xls(sheets: dict[str, list], prepare=None, epoch_1904=False) -> bytes:
    workbook = xlwt.Workbook()
    workbook.dates_1904 = epoch_1904
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets.items():
        sheet = workbook.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    is_day = isinstance(value, datetime.date)
                    sheet.write(row, column, value, *([day] if is_day else []))
    if prepare:
        prepare(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def ods_cell(value, about: str = "") -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
    elif isinstance(value, datetime.date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        kind = 'office:value-type="string"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell {kind}{about}>{lines}</table:table-cell>"


def ods_row(cells, about: str = "") -> str:
    return f"<table:table-row{about}>{''.join(map(ods_cell, cells))}</table:table-row>"


def ods_of(tables: dict[str, str]) -> bytes:
    """A workbook of these tables, their rows given as XML."""
    content = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        for name, rows in tables.items()
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content{SPACES}>"
            f"<office:body><office:spreadsheet>{content}"
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def ods(sheets: dict[str, list]) -> bytes:
    return ods_of({name: "".join(map(ods_row, rows)) for name, rows in sheets.items()})


def text(rows: list[list], delimiter=";", ending="\n", encoding="utf-8") -> bytes:
    def cell(value) -> str:
        value = "" if value is None else str(value)
        odd = any(sign in value for sign in (delimiter, '"', "\n"))
        return '"' + value.replace('"', '""') + '"' if odd else value

    lines = (delimiter.join(map(cell, row)).replace("\n", ending) for row in rows)
    return "".join(line + ending for line in lines).encode(encoding)


WRITERS = {"xlsx": xlsx, "xlsm": xlsm, "strict": strict, "xls": xls, "ods": ods}
