"""A corpus of files, ordinary, odd and broken: right values or a refusal that helps."""

import datetime
import io
import itertools
import random

import openpyxl
import pytest
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import tasks
from registry.spreadsheets.files import ErrorCell, read_workbook
from registry.spreadsheets.problems import UnreadableFileError
from registry.spreadsheets.reading import ole
from tests.spreadsheets import authority, counts, plan
from tests.workbooks import (
    WRITERS,
    archive,
    ods_cell,
    ods_of,
    ods_row,
    rewritten,
    text,
    xls,
    xlsx,
)

DAY = datetime.date(2024, 4, 9)
ROWS = [
    ["Nom", "Ville", "SIRET", "Note"],
    ["Théâtre de l’Île", "Québec", "01234567800012", "Œuvres à 20 000 €, « reçu »"],
    ["Hôtel « Le Garçon »", "Orléans", "98765432100098", "un; deux\ntrois"],
    ["Maison d’été", "", "", 'dite "La Forêt"'],
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"]
INSIDE = ("Traceback", "Error(", "/usr", "/work", ".py", "panic", "Exception")


def read(data: bytes):
    return read_workbook(io.BytesIO(data))


def rows(data: bytes) -> list:
    return read(data).sheets[0].rows


def trimmed(table) -> list:
    """Rows as reading gives them: without empty cells at their end."""
    found = []
    for row in table:
        cells = ["" if cell is None else cell for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        found.append(cells)
    return found


# Texts: every encoding, delimiter and line ending ------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"], ids=["semi", "comma", "tab", "bar"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_text_gives_every_value(encoding, delimiter, ending):
    assert rows(text(ROWS, delimiter, ending, encoding)) == trimmed(ROWS)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_below_blank_lines_and_a_title_keeps_its_row_numbers(encoding):
    table = [[], ["Partenaires de la ville"], [], *ROWS]

    assert rows(text(table, encoding=encoding)) == trimmed(table)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_text_without_a_last_line_ending_is_whole(ending):
    assert rows(text(ROWS, ending=ending).rstrip()) == trimmed(ROWS)


@pytest.mark.parametrize("mark", ["sep=;\n", "sep=;\r\n", "SEP=;\n"])
def test_declared_delimiter_is_no_row_of_content(mark):
    assert rows(mark.encode() + text(ROWS))[1:] == trimmed(ROWS)


@pytest.mark.parametrize(
    "data",
    [
        "Nom;Ville\nThéâtre;Orléans\nÉcole;Québec".encode()[:-1] + b"\xc3",
        "Nom;Ville\nThéâtre;Orléans\n".encode() + "École;Québec\n".encode("cp1252"),
    ],
    ids=["cut", "mixed"],
)
def test_text_of_damaged_utf8_is_refused_rather_than_garbled(data):
    with pytest.raises(UnreadableFileError, match="abîmé"):
        read(data)


def test_quotation_mark_that_is_never_closed_is_refused_with_its_row():
    with pytest.raises(UnreadableFileError, match=" 3 "):
        read(b'Nom;Type\nA;B\n"C;D\nE;F\n')

    assert rows(b'Nom;Type\nA;"B\nC"\n') == [["Nom", "Type"], ["A", "B\nC"]]


def test_text_of_dos_gives_every_letter():
    table = [["Intitulé", "Ville"], ["Théâtre, été, façade, où, à, île", "Orléans"]]

    assert rows(text(table, encoding="cp850")) == table


@pytest.mark.parametrize("delimiter", ["^", "~", ":", "#", "!", "§"])
def test_delimiter_that_nobody_uses_is_found(delimiter):
    table = [["Nom", "Ville"], ["Un", "Rennes"], ["Deux", "Dinan"]]

    assert rows(text(table, delimiter)) == table


def test_formula_that_keeps_a_text_is_its_text():
    assert rows(b'Nom;SIRET\nUn;="00042"\n')[1] == ["Un", "00042"]


# Workbooks: every kind of cell -------------------------------------------------------------------

CELLS = {
    "text": ("Théâtre", "Théâtre"),
    "whole": (42, "42"),
    "whole-as-float": (42.0, "42"),
    "negative": (-3, "-3"),
    "decimal": (1234.5, "1234.5"),
    "tenth": (0.1, "0.1"),
    "year": (1958, "1958"),
    "siret-number": (98765432100098, "98765432100098"),
    "siret-text": ("01234567800012", "01234567800012"),
    "zeros": ("00042", "00042"),
    "day": (DAY, DAY),
    "long-ago": (datetime.date(1958, 1, 1), datetime.date(1958, 1, 1)),
    "boolean": (True, "true"),
    "lines": ("un\ndeux", "un\ndeux"),
    "spaces": (" 20\u00a0000\u202f€ ", "20 000 €"),
    "error-as-text": ("#REF!", ErrorCell("#REF!")),
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("cell", CELLS)
def test_workbook_gives_every_value(kind, cell):
    written, expected = CELLS[cell]

    found = rows(WRITERS[kind]({"Feuille": [["Nom", "Valeur"], ["a", written]]}))

    assert found[1] == ["a", expected]
    assert type(found[1][1]) is type(expected)


@pytest.mark.parametrize("kind", WRITERS)
def test_workbook_keeps_blank_and_title_rows(kind):
    table = [[None], ["Partenaires"], [None], *ROWS]

    assert rows(WRITERS[kind]({"F": table})) == trimmed(table)


@pytest.mark.parametrize("kind", WRITERS)
def test_workbook_gives_all_its_sheets(kind):
    book = read(WRITERS[kind]({"Un": [["a"]], "Deux & trois": [["b"]], "Vide": []}))

    assert [sheet.name for sheet in book.sheets] == ["Un", "Deux & trois", "Vide"]
    assert [sheet.rows for sheet in book.sheets[:2]] == [[["a"]], [["b"]]]


@pytest.mark.parametrize("writer", [xlsx, xls], ids=["xlsx", "xls"])
@pytest.mark.parametrize("epoch_1904", [False, True], ids=["1900", "1904"])
def test_dates_of_both_epochs(writer, epoch_1904):
    assert rows(writer({"F": [["Date"], [DAY]]}, epoch_1904=epoch_1904))[1] == [DAY]


ERRORS = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]


@pytest.mark.parametrize("shown", ERRORS)
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_error_cell_is_an_error(kind, shown):
    def fail_xlsx(workbook):
        cell = workbook.active["B2"]
        cell.value, cell.data_type = shown, "e"

    def fail_xls(workbook):
        # By its number: xlwt takes some of the names for others.
        code = next(number for number, name in ole.ERRORS.items() if name == shown)
        workbook.get_sheet(0).row(1).set_cell_error(1, code)

    table = {"F": [["Nom", "Ville"], ["a"]]}
    data = {
        "xlsx": lambda: xlsx(table, fail_xlsx),
        "xls": lambda: xls(table, fail_xls),
        "ods": lambda: WRITERS["ods"]({"F": [["Nom", "Ville"], ["a", shown]]}),
    }[kind]()

    assert rows(data)[1] == ["a", shown]
    assert isinstance(rows(data)[1][1], ErrorCell)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("<c r='B2'><f>20*2+2</f><v>42</v></c>", "42"),
        ("<c r='B2' t='str'><f>A2&amp;\"x\"</f><v>ax</v></c>", "ax"),
        ("<c r='B2' t='b'><f>1=1</f><v>1</v></c>", "true"),
        ("<c r='B2' t='str'><f>\"\"</f><v></v></c>", None),
        ("<c r='B2' t='e'><f>1/0</f><v>#DIV/0!</v></c>", "#DIV/0!"),
    ],
    ids=["number", "text", "boolean", "empty", "error"],
)
def test_formula_counts_for_its_stored_value(stored, expected):
    cell, end = stored.replace("'", '"').encode(), b"</row></sheetData>"
    data = rewritten(
        xlsx({"F": [["Nom", "Valeur"], ["a"]]}), SHEET, lambda xml: xml.replace(end, cell + end)
    )

    assert rows(data)[1] == (["a"] if expected is None else ["a", expected])


def test_formula_that_nobody_calculated_is_an_error_and_not_empty():
    cell = rows(xlsx({"F": [["Nom", "Valeur"], ["a", "=20*2+2"]]}))[1][1]

    assert isinstance(cell, ErrorCell)
    assert cell == "=20*2+2"


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_number_shown_with_zeros_keeps_them(kind):
    def in_xlsx(workbook):
        workbook.active["B2"].value = 1234567800012
        workbook.active["B2"].number_format = "00000000000000"

    def in_xls(workbook):
        style = xlwt.easyxf(num_format_str="00000000000000")
        workbook.get_sheet(0).write(1, 1, 1234567800012, style)

    table = {"F": [["Nom", "SIRET"], ["a"]]}
    data = xlsx(table, in_xlsx) if kind == "xlsx" else xls(table, in_xls)

    assert rows(data)[1] == ["a", "01234567800012"]


# Hidden and merged -------------------------------------------------------------------------------

TABLE = {"F": [["Nom", "Pays"], ["a", "France"], ["b", "Canada"], ["c", "Canada"]]}


def _hide_xlsx(workbook):
    workbook.active.row_dimensions[3].hidden = True


def _hide_xls(workbook):
    workbook.get_sheet(0).row(2).hidden = 1


HIDDEN_ROWS = {
    "xlsx": lambda: xlsx(TABLE, _hide_xlsx),
    "xls": lambda: xls(TABLE, _hide_xls),
    "ods": lambda: ods_of(
        {
            "F": "".join(
                ods_row(row, ' table:visibility="filter"' if row[0] == "b" else "")
                for row in TABLE["F"]
            )
        }
    ),
}


@pytest.mark.parametrize("kind", HIDDEN_ROWS)
def test_hidden_row_is_read_and_known_as_hidden(kind):
    sheet = read(HIDDEN_ROWS[kind]()).sheets[0]

    assert sheet.rows == TABLE["F"]
    assert sheet.hidden_rows == [3]


@pytest.mark.django_db
def test_hidden_rows_are_told():
    planned = plan(io.BytesIO(HIDDEN_ROWS["xlsx"]()))

    assert counts(planned) == [(3, 0, 0, 0)]
    assert any("3" in notice for notice in planned.notices)


def _merge_xlsx(workbook):
    workbook.active.merge_cells("B2:B4")


def _merge_xls(workbook):
    workbook.get_sheet(0).merge(1, 3, 1, 1)


MERGED = {
    "xlsx": lambda table: xlsx(table, _merge_xlsx),
    "xls": lambda table: xls(table, _merge_xls),
    "ods": lambda table: ods_of(
        {
            "F": ods_row(table["F"][0])
            + "<table:table-row>"
            + ods_cell("a")
            + ods_cell("Canada", ' table:number-rows-spanned="3"')
            + "</table:table-row>"
            + "".join(
                f"<table:table-row>{ods_cell(name)}<table:covered-table-cell/></table:table-row>"
                for name in "bc"
            )
        }
    ),
}


@pytest.mark.parametrize("kind", MERGED)
def test_cell_merged_downwards_counts_for_each_row(kind):
    table = {"F": [["Nom", "Pays"], ["a", "Canada"], ["b"], ["c"]]}

    assert rows(MERGED[kind](table))[1:] == [["a", "Canada"], ["b", "Canada"], ["c", "Canada"]]


@pytest.mark.django_db
def test_headings_over_two_rows_are_understood():
    def merge(workbook):
        for area in ("A1:D1", "A2:A3", "B2:C2"):
            workbook.active.merge_cells(area)

    table = [
        ["Annuaire des partenaires"],
        ["Nom", "Adresse"],
        [None, "Ville", "Pays"],
        ["Théâtre de l’Île", "Québec", "Canada"],
    ]

    planned = plan(io.BytesIO(xlsx({"F": table}, merge)))

    assert not planned.problems, planned.problems
    assert counts(planned) == [(1, 0, 0, 0)]
    assert str(planned.records[0].instance.place) == "Québec"


# Names that lie ----------------------------------------------------------------------------------

LYING = [
    ("liste.csv", WRITERS["xlsx"]),
    ("liste.xls", WRITERS["ods"]),
    ("liste.xlsx", WRITERS["xls"]),
    ("liste.ods", lambda sheets: text(next(iter(sheets.values())))),
    ("liste", WRITERS["xlsx"]),
    ("liste.pdf", WRITERS["xlsx"]),
    ("../../liste.xlsx", WRITERS["xlsm"]),
    ("l\u202eexe.xlsx", WRITERS["xlsx"]),
    ("é" * 300 + ".xlsx", WRITERS["xlsx"]),
    ("<script>.csv", lambda sheets: text(next(iter(sheets.values())))),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "writer"), LYING, ids=range(len(LYING)))
def test_content_decides_whatever_the_name(name, writer):
    upload = SimpleUploadedFile("x", writer({"F": [["Nom", "Pays"], ["Bug", "France"]]}))
    upload._name = name

    job = tasks.start_import(upload, authority(), None)

    assert job.state == "previewed"
    assert "/" not in job.filename
    assert job.file.name == f"{job.pk}.bin"


# Broken ------------------------------------------------------------------------------------------

WHOLE = {
    kind: writer({"Feuille": [*ROWS, *([f"n{number}", "Rennes"] for number in range(300))]})
    for kind, writer in WRITERS.items()
}


def _damaged(data: bytes, seed: int) -> bytes:
    """The file with some bytes changed, others lost: the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    damaged = bytearray(data)
    for _time in range(1 + seed % 7 * 5):
        damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
    if seed % 3 == 0:
        start = chance.randrange(8, len(damaged) - 50)
        del damaged[start : start + chance.randrange(1, 50)]
    return bytes(damaged)


BROKEN = {
    **{
        f"{kind}-cut-{tenth}": WHOLE[kind][: len(WHOLE[kind]) * tenth // 10]
        for kind, tenth in itertools.product(WHOLE, range(1, 10))
    },
    "xlsx-no-sheet": rewritten(WHOLE["xlsx"], SHEET, lambda _old: None),
    "xlsx-no-relations": rewritten(WHOLE["xlsx"], "xl/_rels/workbook.xml.rels", lambda _old: None),
    "xlsx-broken-xml": rewritten(WHOLE["xlsx"], "xl/workbook.xml", lambda old: old[:80]),
    "ods-broken-xml": rewritten(WHOLE["ods"], "content.xml", lambda old: old[:-200]),
    "ods-encrypted": rewritten(
        WHOLE["ods"], "META-INF/manifest.xml", lambda _old: b"<manifest:encryption-data/>"
    ),
    "xlsb": archive({"xl/workbook.bin": b"\x00"}),
    "docx": archive({"word/document.xml": "<w/>"}),
    "odt": archive({"mimetype": "application/vnd.oasis.opendocument.text", "a.xml": "<a/>"}),
    "zip-of-csv": archive({"liste.csv": text(ROWS)}),
    "empty-zip": b"PK\x05\x06" + b"\x00" * 18,
    "empty": b"",
    "blank": b" \r\n\t\n",
    "only-mark": b"\xef\xbb\xbf",
    "html": b"<!DOCTYPE html><html><table><tr><td>Nom</td></tr></table></html>",
    "html-as-xls": b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>",
    "xml-2003": b'<?xml version="1.0"?><Workbook/>',
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "rtf": b"{\\rtf1\\ansi Nom}",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "gif": b"GIF89a\x01\x00",
    "gzip": b"\x1f\x8b\x08\x00\x00",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00\x00",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "rar": b"Rar!\x1a\x07\x00",
    "sqlite": b"SQLite format 3\x00",
    "program": b"\x7fELF\x02\x01\x01",
    "noise": bytes(range(256)) * 20,
    "utf16-cut": "Nom;Ville\nBug;Rennes\n".encode("utf-16")[:-1],
    "word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096,
}


def is_usable(message: str) -> bool:
    return 15 < len(message) < 400 and not any(word in message for word in INSIDE)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_refused_with_a_reason(name):
    with pytest.raises(UnreadableFileError) as refused:
        read(BROKEN[name])

    assert is_usable(str(refused.value))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", WHOLE)
def test_damaged_file_causes_no_accident(kind, seed):
    try:
        planned = plan(io.BytesIO(_damaged(WHOLE[kind], seed)))
    except UnreadableFileError as refused:
        message = str(refused)
    else:
        message = " ".join(problem.message for problem in planned.problems[:1]) or "x" * 21

    assert is_usable(message)


def test_corpus_is_made_by_the_usual_writer():
    """What openpyxl wrote, openpyxl reads: the corpus does not merely agree with itself."""
    sheet = openpyxl.load_workbook(io.BytesIO(WHOLE["xlsx"])).active

    assert [cell.value for cell in sheet[2]] == ROWS[1]


# Dates that are shown to their month or year -----------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("mmm-yy", datetime.date(2024, 4, 1), "2024-04"),
        ("[$-40C]mmmm\\ yyyy;@", datetime.date(2024, 4, 1), "2024-04"),
        ("mm/yyyy", datetime.date(2024, 4, 1), "2024-04"),
        ("yyyy", datetime.date(2010, 1, 1), "2010"),
        ("yyyy", datetime.date(2010, 5, 1), datetime.date(2010, 5, 1)),
        ("mmm-yy", DAY, DAY),
        ("dd/mm/yyyy", datetime.date(2024, 4, 1), datetime.date(2024, 4, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_date_is_as_precise_as_its_format_shows_it(kind, code, day, expected):
    def in_xlsx(workbook):
        workbook.active["B2"].number_format = code

    def in_xls(workbook):
        style = xlwt.easyxf(num_format_str=code)
        workbook.get_sheet(0).write(1, 1, day, style)

    if kind == "xlsx":
        data = xlsx({"F": [["Nom", "Date"], ["a", day]]}, prepare=in_xlsx)
    else:
        data = xls({"F": [["Nom", "Date"], ["a"]]}, prepare=in_xls)

    assert rows(data)[1] == ["a", expected]


@pytest.mark.parametrize(
    ("kind", "value", "text", "expected"),
    [
        ("float", 'office:value="42"', "00042", "00042"),
        ("float", 'office:value="42"', "42", "42"),
        ("float", 'office:value="0.5"', "0,50", "0.5"),
        ("date", 'office:date-value="2024-04-01"', "avr. 24", "2024-04"),
        ("date", 'office:date-value="2024-04-01"', "04/2024", "2024-04"),
        ("date", 'office:date-value="2010-01-01"', "2010", "2010"),
        ("date", 'office:date-value="2024-04-01"', "1 avril 2024", datetime.date(2024, 4, 1)),
        ("date", 'office:date-value="2024-04-09"', "avril 2024", DAY),
    ],
)
def test_ods_is_read_as_its_format_shows_it(kind, value, text, expected):
    cell = (
        f'<table:table-cell office:value-type="{kind}" {value}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )
    line = f"<table:table-row>{ods_cell('a')}{cell}</table:table-row>"

    assert rows(ods_of({"F": ods_row(["Nom", "Valeur"]) + line}))[1] == ["a", expected]
