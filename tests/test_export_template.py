"""The template workbook: complete, readable, and importable as it is and filled in."""

import io

import openpyxl
import pytest
from django.utils.translation import override

from registry.models import Agreement, Organisation, Project
from registry.spreadsheets.exporting.template import SHEETS, template, template_columns
from tests.spreadsheets import bring_in, plan

pytestmark = pytest.mark.django_db


def workbook(language="fr"):
    with override(language):
        return openpyxl.load_workbook(io.BytesIO(template()))


def saved(book) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


@pytest.mark.parametrize("language", ["fr", "en"])
def test_empty_template_is_nothing_to_import(language):
    with override(language):
        planned = plan(io.BytesIO(template()))

    assert planned.problems == []
    assert [sheet.model for sheet in planned.sheets] == [one._meta.model for one in SHEETS]
    assert planned.touched == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_example_rows_would_come_in_but_for_their_mark(language):
    """What the template shows as an example is right: without its mark it is imported."""
    book = workbook(language)
    for sheet in book:
        if sheet.cell(1, 1).value in ("Référence", "Reference"):
            sheet.cell(2, 1).value = None

    planned = plan(saved(book))

    assert [one.message for one in planned.problems] == []
    assert sum(sheet.new for sheet in planned.sheets) == len(SHEETS)


def test_filled_template_is_imported():
    book = workbook()
    sheets = {"Organisations": {"Nom": "Ville d'essai", "Pays": "France"}}
    sheets["Accords"] = {
        "Intitulé": "Entente d'essai",
        "Type": "Jumelage",
        "Parties": "Ville d'essai",
    }
    for name, cells in sheets.items():
        headings = [cell.value for cell in book[name][1]]
        for heading, value in cells.items():
            book[name].cell(3, headings.index(heading) + 1).value = value

    bring_in(saved(book))

    assert Agreement.objects.get().parties.get().organisation == Organisation.objects.get()
    assert not Project.objects.exists()


def test_template_has_notes_choices_and_a_frozen_heading():
    sheet = workbook()["Accords"]
    headings = [cell.value for cell in sheet[1]]
    kind = sheet.cell(1, headings.index("Type") + 1)

    lists = {
        str(cells): rule.formula1
        for rule in sheet.data_validations.dataValidation
        for cells in rule.sqref.ranges
    }
    assert kind.comment
    assert sheet.freeze_panes == "C2"
    assert any(cells.startswith(f"{kind.column_letter}2:") for cells in lists)
    assert len(headings) == len(template_columns(SHEETS[2]))


def test_choices_of_the_template_are_those_of_the_registry():
    book = workbook("en")
    values = [cell.value for cell in book[book.sheetnames[-1]]["A"]]

    assert {"France", "Twinning", "Outgoing", "EUR", "yes"} <= set(values)
