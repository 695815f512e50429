"""Files of every usual kind, and those that are none."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from registry.spreadsheets.files import ErrorCell, read_workbook
from registry.spreadsheets.problems import UnreadableFileError
from tests.spreadsheets import SUPPORT, xlsx

TABLE = "Nom;Ville\nThéâtre de l’Île;Québec\nŒuvres réunies;Orléans\n"
EXPECTED = [["Nom", "Ville"], ["Théâtre de l’Île", "Québec"], ["Œuvres réunies", "Orléans"]]


def rows(data: bytes | io.BytesIO, sheet=0):
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    return read_workbook(file).sheets[sheet].rows


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(io.BytesIO(data))
    return str(refused.value)


def archive(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in parts.items():
            opened.writestr(name, text)
    return file.getvalue()


def changed(workbook: io.BytesIO, name: str, change) -> bytes:
    """The workbook with one part of its archive changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == name else data)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


# Texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_text_is_read_in_any_encoding_and_line_ending(encoding, ending):
    assert rows(TABLE.replace("\n", ending).encode(encoding)) == EXPECTED


@pytest.mark.parametrize("encoding", ["mac_roman", "utf-16-le", "utf-16-be"])
def test_text_without_a_mark_is_recognised(encoding):
    assert rows(TABLE.encode(encoding)) == EXPECTED


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize(
    "text", ["Nom;Pays\nGaspé;Canada", "Nom\nLycée de l'Érable", "a;b\nMontréal;"]
)
def test_few_accents_tell_the_encoding(encoding, text):
    assert rows(text.encode(encoding)) == [line.rstrip(";").split(";") for line in text.split("\n")]


def test_french_letters_of_iso_8859_15_are_read():
    text = "Nom\nÎle d'Œuvre à 5 €"

    assert rows(text.encode("iso8859_15")) == [[line] for line in text.split("\n")]


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis"])
def test_text_of_letters_that_cannot_be_told_is_refused(encoding):
    text = {"cp1251": "Название;Город\n", "shift_jis": "組織名;都市\n"}[encoding] * 20

    assert "UTF-8" in refusal(text.encode(encoding))


def test_letter_that_a_long_text_cannot_hold_is_refused_and_not_replaced():
    text = "Nom;Ville\n" + "Théâtre;Évry\n" * 120_000

    assert "UTF-8" in refusal(text.encode("cp1252") + b"a\x81b;Caen\n")


@pytest.mark.parametrize("delimiter", list(";,\t|^"))
def test_delimiter_is_found(delimiter):
    assert rows(TABLE.replace(";", delimiter).encode()) == EXPECTED


def test_delimiter_is_the_one_that_cuts_every_row_alike():
    assert len(rows(SUPPORT.read_bytes())[1]) == 6


def test_delimiter_is_not_what_lists_in_the_cells_have():
    text = "a|b|c\n" + "1|2|Rennes; Québec\n" * 6

    assert rows(text.encode())[1] == ["1", "2", "Rennes; Québec"]


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n",
        " a | b\n---+---\n 1 | 2\n",
        "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n",
    ],
)
def test_rules_of_a_table_drawn_with_letters_are_no_rows(text):
    filled = [[cell for cell in row if cell] for row in rows(text.encode())]

    assert [row for row in filled if row] == [["a", "b"], ["1", "2"]]


def test_declared_delimiter_keeps_the_numbers_of_rows():
    assert rows(b"sep=|\na|b\n1,5|2\n") == [[], ["a", "b"], ["1,5", "2"]]


def test_quoted_cell_keeps_its_line_break_and_delimiter():
    assert rows(b'a;b\r\n"un;\r\ndeux";c\r\n')[1] == ["un;\ndeux", "c"]


def test_no_break_spaces_and_invisible_marks_are_plain():
    assert rows("a;b\n20\u00a0000\u202f€;\ufeffNom\u200b\n".encode())[1] == ["20 000 €", "Nom"]


# Workbooks ---------------------------------------------------------------------------------------


def test_numbers_are_kept_as_written():
    table = rows(xlsx([[1958, 1234.5, 0.1 + 0.2, 21060004500392, "00123", True]]))

    assert table == [["1958", "1234.5", "0.3", "21060004500392", "00123", "true"]]


def test_dates_of_cells_are_days():
    table = rows(xlsx([[datetime.date(2024, 4, 9), datetime.datetime(2024, 4, 9, 10, 30)]]))  # noqa: DTZ001

    assert table == [[datetime.date(2024, 4, 9)] * 2]


def test_error_cell_is_an_error_and_not_empty():
    workbook = openpyxl.Workbook()
    workbook.active.append(["Nom", "Ville"])
    workbook.active.append(["a", "b"])
    workbook.active["B2"].value = "#REF!"
    workbook.active["B2"].data_type = "e"
    file = io.BytesIO()
    workbook.save(file)

    cell = rows(file.getvalue())[1][1]

    assert isinstance(cell, ErrorCell)
    assert cell == "#REF!"


def test_hidden_sheet_is_marked():
    workbook = openpyxl.Workbook()
    workbook.create_sheet("caché").sheet_state = "hidden"
    file = io.BytesIO()
    workbook.save(file)

    assert [sheet.hidden for sheet in read_workbook(io.BytesIO(file.getvalue())).sheets] == [
        False,
        True,
    ]


def test_opendocument_is_read():
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        '<office:spreadsheet><table:table table:name="Feuille"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>Nom</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="1958"><text:p>1958</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    data = archive(
        **{
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )

    assert rows(data) == [["Nom", "1958"]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_workbook_of_wide_letters_is_read(encoding):
    def widened(data: bytes) -> bytes:
        text = data.decode().replace("utf-8", "UTF-16").replace("UTF-8", "UTF-16")
        return text.encode(encoding)

    workbook = xlsx([["Nom", "Ville"], ["Cégep 🙂", "Québec"]])
    for part in (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"):
        workbook = io.BytesIO(changed(workbook, part, widened))

    assert rows(workbook.getvalue()) == [["Nom", "Ville"], ["Cégep 🙂", "Québec"]]


def test_wide_letters_hide_no_entities():
    hidden = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
    workbook = changed(xlsx([["Nom"], ["Cégep"]]), SHEET, lambda _data: hidden.encode("utf-16"))

    assert "entit" in refusal(workbook)


def test_kind_of_file_follows_its_content_not_its_name():
    assert rows(xlsx([["Nom"], ["a"]]).getvalue()) == [["Nom"], ["a"]]


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\n ",
        b"<!DOCTYPE html><table><tr><td>Nom</td></tr></table>",
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n....",
        b"PK\x03\x04 this is no archive",
        b"\x00\x01\x02\x03" * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        archive(**{"word/document.xml": "<w/>"}),
    ],
    ids=["empty", "blank", "html", "pdf", "png", "zip", "binary", "ole", "docx"],
)
def test_what_is_no_spreadsheet_is_refused_with_a_reason(data):
    assert len(refusal(data)) > 15


def test_truncated_workbook_is_refused():
    data = xlsx([["Nom"], *([f"n{number}"] for number in range(500))]).getvalue()

    assert refusal(data[: len(data) // 2])


def test_password_is_named():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")

    assert refusal(data) == refusal(data + b"\x00")
    assert "mot de passe" in refusal(data) or "password" in refusal(data)


def test_archive_that_inflates_is_refused(settings):
    settings.IMPORT_MAX_INFLATED_MEGABYTES = 5
    data = archive(**{"xl/workbook.xml": "<w/>", "xl/sharedStrings.xml": "a" * 6_000_000})

    assert len(data) < 20_000
    assert "5" in refusal(data)


def test_archive_that_inflates_too_well_is_refused():
    data = archive(**{"xl/workbook.xml": "<w/>", "xl/sharedStrings.xml": "a" * 30_000_000})

    assert "200" in refusal(data)


def test_lone_cell_on_the_last_row_is_refused():
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = changed(xlsx([["Nom"], ["a"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", far))

    assert "1048576" in refusal(data).replace("\u202f", "").replace("\xa0", "")


def test_formatted_but_empty_last_row_is_harmless():
    far = b'<row r="1048576" ht="12.8"><c r="A1048576" s="1"/></row></sheetData>'
    data = changed(xlsx([["Nom"], ["a"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", far))

    assert rows(data)[:2] == [["Nom"], ["a"]]


def test_entities_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = changed(xlsx([["Nom"]]), SHEET, lambda xml: bomb + xml)

    assert refusal(data)


def test_million_columns_are_refused():
    assert "1000000" in refusal(b";" * 999_999 + b"\n").replace("\u202f", "").replace("\xa0", "")


def test_too_many_rows_are_refused(settings):
    settings.IMPORT_MAX_ROWS = 10

    assert "10" in refusal(b"a;b\n" * 200)


def test_too_large_file_is_refused(settings):
    settings.IMPORT_MAX_MEGABYTES = 1

    assert "1" in refusal(b"a;b\n" * 300_000)
