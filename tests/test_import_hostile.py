"""Files made to harm: each is refused within seconds, for little memory, in words that help."""

import contextlib
import io
import os
import re
import resource
import struct
import subprocess
import sys
import time
import zipfile

import pytest
import xlwt
from django.conf import settings as site_settings
from django.utils.translation import override

from registry.spreadsheets import mapping, names, recognition, unfolding
from registry.spreadsheets.files import Sheet, Workbook, read_workbook
from registry.spreadsheets.problems import UnreadableFileError
from registry.spreadsheets.reading.notes import Notes
from registry.spreadsheets.recognition import recognise
from registry.spreadsheets.resources import IMPORTED
from registry.text import name_key
from tests.spreadsheets import csv, plan, xlsx
from tests.test_spreadsheets_reading import SHEET, archive, changed

SECONDS = 5
MEGABYTES = 150


def _xls(*cells) -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Feuille")
    for row, column, value in cells:
        sheet.write(row, column, value)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _with_cell(reference: str) -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    return changed(xlsx([["Nom"], ["a"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", far))


def _ods(content: str) -> bytes:
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    return archive(
        **{
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="F">{content}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


ODS_CELL = '<table:table-cell office:value-type="string"{}><text:p>a</text:p></table:table-cell>'


def _ods_far() -> bytes:
    """A cell on the last row, below a million of empty ones."""
    return _ods(
        f"<table:table-row>{ODS_CELL.format('')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/>'
        f"</table:table-row><table:table-row>{ODS_CELL.format('')}</table:table-row>"
    )


def _ods_wide() -> bytes:
    repeated = ODS_CELL.format(' table:number-columns-repeated="16384"')
    return _ods(f"<table:table-row>{repeated}</table:table-row>" * 60)


def _sheet_of(xml: bytes) -> bytes:
    return changed(xlsx([["Nom"], ["a"]]), SHEET, lambda _old: xml)


def _billion_laughs() -> bytes:
    lines = b"".join(
        b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 10)
    )
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">' + lines + b"]>"
    return changed(xlsx([["Nom"]]), SHEET, lambda xml: declared + xml[xml.index(b"<worksheet") :])


def _external_entity() -> bytes:
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return changed(xlsx([["Nom"]]), SHEET, lambda xml: declared + xml[xml.index(b"<worksheet") :])


def _inflating(megabytes=400) -> bytes:
    """Made bit by bit: the memory of a process counts for its children, until they start."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("xl/workbook.xml", "<w/>")
        with opened.open("xl/worksheets/sheet1.xml", "w") as part:
            for _megabyte in range(megabytes):
                part.write(b" " * (1 << 20))
    return file.getvalue()


def _bzip2() -> bytes:
    """Two hundred bytes that inflate to 100 MB in one step."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as opened:
        opened.writestr("xl/worksheets/sheet1.xml", b" " * (100 << 20))
    return file.getvalue()


def _one_part() -> bytes:
    """Many sheets that are one and the same."""

    def multiply(xml: bytes) -> bytes:
        (sheet,) = re.findall(rb"<sheet [^>]*>", xml)
        again = (sheet.replace(b'name="', b'name="%d' % number) for number in range(200))
        return xml.replace(sheet, sheet + b"".join(again))

    return changed(xlsx([["Nom"], ["a"]]), "xl/workbook.xml", multiply)


def _long_string() -> bytes:
    """One string, shared by so many cells that each copy of it would take gigabytes."""
    strings = b"<sst><si><t>" + b"x" * 32_767 + b"</t></si></sst>"
    rows = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _row in range(100_000))
    data = changed(xlsx([["Nom"], ["a"]]), "xl/sharedStrings.xml", lambda _old: strings)
    return changed(
        io.BytesIO(data), SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )


def _many_parts() -> bytes:
    return archive(**{f"xl/worksheets/s{number}.xml": "" for number in range(20_000)})


def _lying_size() -> bytes:
    """An archive whose directory says that a large part is small."""
    data = bytearray(_inflating(100))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


def _circular_ole() -> bytes:
    """An XLS whose chains of sectors lead back to their start."""
    data = bytearray(_xls((0, 0, "Nom")))
    fat = 512 + 512 * struct.unpack_from("<I", data, 76)[0]
    for number in range(128):
        struct.pack_into("<I", data, fat + 4 * number, number)
    return bytes(data)


HOSTILE = {
    "xlsx-inflating": _inflating,
    "xlsx-lying-size": _lying_size,
    "xlsx-many-parts": _many_parts,
    "xlsx-last-cell": lambda: _with_cell("XFD1048576"),
    "xlsx-last-row": lambda: _with_cell("A1048576"),
    "xlsx-last-column": lambda: _with_cell("XFD1"),
    "xlsx-stray-below-limit": lambda: _with_cell("SF190000"),
    "xlsx-stray-in-area": lambda: _with_cell("SF30000"),
    "xlsx-row-beyond-all": lambda: _with_cell("A9999999"),
    "xlsx-entities": _billion_laughs,
    "xlsx-external-entity": _external_entity,
    "xlsx-unclosed-cells": lambda: _sheet_of(b"<worksheet><sheetData>" + b"<c " * 2_000_000),
    "xlsx-one-part-many-sheets": _one_part,
    "xlsx-many-styles": lambda: changed(
        xlsx([["Nom"], ["a"]]), "xl/styles.xml", lambda xml: b"<xf/>" * 6_000_000
    ),
    "xlsx-compressed-otherwise": _bzip2,
    "xlsx-long-string-everywhere": _long_string,
    "xlsx-truncated": lambda: xlsx([["Nom"], *([f"n{n}"] for n in range(900))]).getvalue()[:4000],
    "xls-stray": lambda: _xls((0, 0, "Nom"), (65535, 255, "x")),
    "xls-truncated": lambda: _xls(*((row, 0, "Nom") for row in range(500)))[:3000],
    "xls-circular": _circular_ole,
    "xls-noise": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40,
    "xls-encrypted": lambda: (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    ),
    "ods-last-row": _ods_far,
    "ods-repeated-columns": _ods_wide,
    "ods-repeated-rows": lambda: _ods(
        f'<table:table-row table:number-rows-repeated="2000">{ODS_CELL.format("")}'
        "</table:table-row>" * 90
    ),
    "ods-repeated-in-other-words": lambda: _ods(
        f"<table:table-row table:number-rows-repeated='1048576'>{ODS_CELL.format('')}"
        "</table:table-row>"
    ),
    "csv-one-line": lambda: b"Nom;Ville\n" + b"abcdefgh " * 2_000_000,
    "csv-one-cell": lambda: b'Nom;Ville\n"' + b"abcdefgh\n" * 2_000_000,
    "csv-million-columns": lambda: b";" * 999_999 + b"\na;b\n",
    "csv-million-columns-below": lambda: b"Nom;Ville\n" + b"a;" * 1_000_000,
    "csv-many-rows": lambda: b"a\n" * 2_000_000,
    "csv-nul": lambda: b"Nom;Ville\n" + b"\x00" * 5_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_soon_and_cheaply(name, in_english):
    data = HOSTILE[name]()
    read_workbook(io.BytesIO(b"Nom;Ville\na;b\n"))
    # The most that any child took so far: another one shows only where it took more.
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    began = time.monotonic()

    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(io.BytesIO(data))

    assert time.monotonic() - began < SECONDS * 2  # the machine may be busy with other tests
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after - before < MEGABYTES * 1024
    message = str(refused.value)
    assert 20 < len(message) < 400
    for inside in ("Traceback", "Error(", "/usr", str(site_settings.BASE_DIR), ".py", "panic"):
        assert inside not in message


GROWTH = """
import io, resource, sys
import django
django.setup()
from registry.spreadsheets.files import read_workbook
from tests.test_import_hostile import HOSTILE
files = [make() for make in HOSTILE.values()]
def held():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
before = held()
for data in files:
    try:
        read_workbook(io.BytesIO(data))
    except Exception:
        pass
print(held() - before)
"""


def test_process_of_the_site_hardly_grows():
    said = subprocess.run(
        [sys.executable, "-c", GROWTH],
        cwd=site_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cooperation_site.settings"},
    )

    assert int(said.stdout) < MEGABYTES


# Harmless, though they look it -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        _sheet_of(b"<a>" * 3_000_000),
        b'"' * 1_000_001 + b"\n",
        b'Nom;"' + b'""' * 500_000 + b'"\n',
        b"Nom\n" + b'"a\n' * 50_000,
        b"Nom;" + "é".encode() * 1_000_000,
    ],
    ids=["nested-xml", "quotes", "doubled-quotes", "open-quotes", "one-long-cell"],
)
def test_odd_text_is_read_or_refused_and_never_fails(data):
    began = time.monotonic()
    with contextlib.suppress(UnreadableFileError):
        read_workbook(io.BytesIO(data))

    assert time.monotonic() - began < SECONDS


# Limits ------------------------------------------------------------------------------------------


def test_memory_limit_is_named(settings, in_english):
    settings.IMPORT_READ_MEGABYTES = 128
    rows = [[f"œuvre {row} {column}" for column in range(20)] for row in range(20_000)]
    data = "\n".join(";".join(row) for row in rows).encode() * 7

    with pytest.raises(UnreadableFileError, match="128 MB"):
        read_workbook(io.BytesIO(data))


def test_time_limit_is_named(settings, in_english):
    settings.IMPORT_READ_SECONDS = 1
    cells = ";".join(f"a'é \u00a0{number}" for number in range(30))
    data = "\n".join(f"{cells}{row}" for row in range(100_000)).encode()

    with pytest.raises(UnreadableFileError, match="1 second"):
        read_workbook(io.BytesIO(data))


def test_refusal_in_the_users_language():
    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(io.BytesIO(b"%PDF-1.7"))

    assert "PDF" in str(refused.value)
    assert "classeur" in str(refused.value)


def test_reading_process_gets_nothing_of_the_sites_secrets(monkeypatch):
    """Its environment holds neither the secret key nor the address of the database."""
    given = {}
    popen = subprocess.Popen

    def spy(*arguments, **more):
        given.update(more["env"])
        return popen(*arguments, **more)

    monkeypatch.setattr(subprocess, "Popen", spy)
    read_workbook(io.BytesIO(b"Nom\na\n"))

    assert list(given) == ["LC_ALL"]


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archive_of_another_compression_is_no_crash(kind):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as opened:
        opened.writestr("xl/workbook.xml", "<w/>")

    with pytest.raises(UnreadableFileError):
        read_workbook(file)


def test_merged_areas_that_lie_over_one_another_are_read_at_once():
    areas = "".join(f'<mergeCell ref="A{row}:A1048576"/>' for row in range(2, 20_000))
    workbook = changed(
        xlsx([["Intitulé", "Type"], ["Accord", "Jumelage"], ["", "Jumelage"]]),
        SHEET,
        lambda xml: xml.replace(
            b"</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>".encode()
        ),
    )

    (sheet,) = read_workbook(io.BytesIO(workbook)).sheets

    assert sheet.rows[1:] == [["Accord", "Jumelage"], ["Accord", "Jumelage"]]


def test_rows_of_a_merged_area_that_say_nothing_else_stay_empty():
    """A kilobyte could fill two hundred thousand rows otherwise."""
    far = b'<row r="9000"><c r="A9000"><v>1</v></c></row></sheetData>'
    workbook = changed(
        xlsx([["Intitulé", "Type"], ["Accord", "Jumelage"]]),
        SHEET,
        lambda xml: xml.replace(
            b"</sheetData>",
            far + b'<mergeCells><mergeCell ref="B2:B9000"/></mergeCells>',
        ),
    )

    (sheet,) = read_workbook(io.BytesIO(workbook)).sheets

    assert sheet.rows[2:-1] == [[]] * 8_997
    assert sheet.rows[-1] == ["1", "Jumelage"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["", "Fantaisie"], ids=["same-record", "no-such-choice"])
def test_rows_that_are_nearly_all_refused_are_not_read_to_their_end(kind, monkeypatch, in_english):
    monkeypatch.setattr("registry.spreadsheets.resources.identifying.MOST_REFUSED", 20)
    rows = (f"Maison {number if kind else ''};{kind or number};France\n" for number in range(90))

    made = plan(csv("Nom;Type;Pays\n" + "".join(rows)))

    assert "Nearly all of the first 2" in made.problems[0].message
    assert len(made.problems) < 60


def test_many_remarks_below_a_table_are_left_out_at_once():
    rows = [["Nom", "Type", "Pays"], ["Bug", "Association", "France"], *[["* note"]] * 60_000]
    began = time.process_time()

    (table,) = recognise(Workbook([Sheet("Feuil1", rows)]), IMPORTED).tables

    assert len(table.rows) == 1
    assert time.process_time() - began < SECONDS


def test_rows_of_a_long_sheet_are_but_their_cells(monkeypatch):
    monkeypatch.setattr("registry.spreadsheets.totals.LONG", 0)
    workbook = Workbook([Sheet("Feuil1", [["Nom", "Pays", "Inutile"], ["Bug", "France", "x"]])])

    ((row,),) = (table.rows for table in recognise(workbook, IMPORTED).tables)

    assert (len(row), dict(row.fill())) == (0, {"name": "Bug", "country": "France"})


def test_notes_are_read_row_after_row_however_they_were_written():
    notes = Notes()
    for place, said in (((5, 2), "b"), ((2, 3), "a"), ((5, 1), 7)):
        notes[place] = said

    assert [list(notes.of_row(row)) for row in (2, 3, 5)] == [[(3, "a")], [], [(1, 7), (2, "b")]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"accords": [{"titre": "x"}]}', "JSON"),
        (b'[\n {"titre": "x"}\n]\n', "JSON"),
        (archive(**{"Index/Document.iwa": ""}), "Numbers"),
        (archive(**{"word/document.xml": "<document/>"}), "text document"),
    ],
)
def test_document_of_another_kind_is_called_so(data, said):
    with override("en"), pytest.raises(UnreadableFileError, match=said):
        read_workbook(io.BytesIO(data))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sign", [",", "a, ", "12/", "a : "], ids=["commas", "words", "slashes", "colons"]
)
def test_cell_full_of_signs_is_refused_soon(sign, in_english):
    cell = sign * (32_000 // len(sign))
    rows = "".join(f'Mission {number};2021;"{cell}";"{cell}";"{cell}"\n' for number in range(3))
    began = time.process_time()

    made = plan(csv("Délégation;Dates;Type;Participants;Étapes\n" + rows))

    assert made.problems
    assert time.process_time() - began < SECONDS


@pytest.mark.django_db
def test_cell_of_two_million_letters_is_not_folded_again_and_again(monkeypatch):
    """It is too long for a heading as for a name, and is compared with none of them."""
    lengths = []
    for module, name, whole in ((mapping, "fold", mapping.fold), (names, "name_key", name_key)):
        monkeypatch.setattr(
            module, name, lambda text, f=whole: lengths.append(len(text)) or f(text)
        )

    planned = plan(csv("Nom;Pays\n" + "a " * 990_000 + ";France\n"))

    assert [one.row for one in planned.problems] == [2]
    assert max(lengths) < 10_000


def test_wide_row_is_not_looked_at_whole_to_tell_it_from_a_note():
    cells = iter(["", "a", "b", "c"])

    assert recognition._is_more_than_a_note(cells)
    assert list(cells) == ["c"]


def test_long_column_of_one_value_is_not_looked_through():
    rows = [["1"]] * 4_000
    rows[3_000] = None  # whoever looks so far stumbles

    assert mapping._samples(rows, 0) == ["1"]
    assert mapping._samples([[]] * 4_000 + [["1"]], 0) == ["1"], "the first one is always found"


def test_rows_below_empty_ones_are_not_taken_to_pieces_as_headings(monkeypatch):
    looked_at = []
    monkeypatch.setattr(unfolding, "heading_key", looked_at.append)
    rows = [["Nom", "Pays"], *([[], ["Club", "Chez nous"]] * 50)]

    unfolding.unfold(Workbook([Sheet("F", rows)]), IMPORTED)

    assert not looked_at


def test_same_error_of_many_cells_is_kept_once():
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="e"><v>#REF!</v></c></row>' % (n, n) for n in (3, 4)
    )
    book = changed(
        xlsx([["Nom"], ["a"]]),
        SHEET,
        lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"),
    )

    (sheet,) = read_workbook(io.BytesIO(book)).sheets

    assert sheet.rows[2] == sheet.rows[3] == ["#REF!"]
    assert sheet.rows[2][0] is sheet.rows[3][0]
