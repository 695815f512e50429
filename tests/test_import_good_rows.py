"""Importing the good rows only; the refused ones come back as a workbook."""

import io

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from registry.models import Agreement, Organisation, Project
from tests.factories import UserFactory
from tests.spreadsheets import bring_in, csv, plan, xlsx
from tests.test_import_mapping import _own_storage, officer, page, upload  # noqa: F401

pytestmark = pytest.mark.django_db

FILE = "Projet;Période;Montant;Porteurs\nBon;2021;500;Club\nMauvais;2021;beaucoup;Cercle\n"


def sheet_of(content: bytes) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [tuple(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def good_rows(client, job, answer="yes"):
    client.post(reverse("admin:registry_importjob_good-rows", args=[job.pk]), {"good_rows": answer})
    job.refresh_from_db()
    return job


def confirm(client, job):
    url = reverse("admin:registry_importjob_confirm", args=[job.pk])
    client.post(url, {"digest": job.plan_digest})
    job.refresh_from_db()
    return job


def test_good_rows_come_in_and_the_others_do_not():
    planned = bring_in(csv(FILE), good_rows=True)

    assert [project.title for project in Project.objects.all()] == ["Bon"]
    assert [problem.row for problem in planned.left_out] == [3]


def test_record_that_only_a_refused_row_names_is_not_made():
    bring_in(csv(FILE), good_rows=True)

    assert [one.name for one in Organisation.objects.all()] == ["Club"]


def test_row_that_needs_a_refused_row_is_refused():
    agreements = [
        ["Intitulé", "Type", "Accord-cadre", "Date de signature"],
        ["Cadre", "Sorte inconnue", None, "2020"],
        ["Application", "Convention", "Cadre", "2021"],
        ["Autre", "Convention", None, "2022"],
    ]

    planned = bring_in(xlsx(agreements), good_rows=True)

    assert [one.title for one in Agreement.objects.all()] == ["Autre"]
    assert [problem.row for problem in planned.left_out] == [2, 3]
    assert [(sheet.new, sheet.refused) for sheet in planned.sheets] == [(1, 2)]


def test_problem_of_the_file_keeps_all_rows_out():
    planned = plan(csv("Nom;Ville;Mystère\nClub;;x\n"), good_rows=True)

    assert [problem.about for problem in planned.problems] == ["column"]
    assert not planned.left_out


def test_page_offers_the_good_rows_and_gives_the_others_back(client, officer):  # noqa: F811
    job = upload(client, FILE)
    assert "good-rows" in page(client, job)

    job = confirm(client, good_rows(client, job))
    response = client.get(reverse("admin:registry_importjob_refused", args=[job.pk]))

    head, *rows = sheet_of(b"".join(response.streaming_content))
    assert head[1:] == ("Projet", "Période", "Montant", "Porteurs")
    assert [row[1:] for row in rows] == [("Mauvais", 2021, "beaucoup", "Cercle")]
    assert "beaucoup" in rows[0][0]


def test_good_rows_are_previewed_before_they_are_written(client, officer):  # noqa: F811
    job = good_rows(client, upload(client, FILE))

    assert (job.state, job.report["left_out_rows"]) == ("previewed", 1)
    assert not Project.objects.exists()
    assert good_rows(client, job, "no").state == "refused"


def test_refused_rows_come_in_once_they_are_corrected(client, officer):  # noqa: F811
    job = confirm(client, good_rows(client, upload(client, FILE)))
    with job.refused_file.open("rb") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    book.worksheets[0]["D2"] = 700
    corrected = io.BytesIO()
    book.save(corrected)

    bring_in(corrected)

    assert Project.objects.get(title="Mauvais").contributions.get().amount == 700


def test_cell_that_looks_like_a_formula_comes_back_as_text(client, officer):  # noqa: F811
    job = upload(client, "Projet;Montant;Site web\n=1+1;beaucoup;+33 2 99\nBon;5;\n")

    job = confirm(client, good_rows(client, job))

    with job.refused_file.open("rb") as file:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
    assert sheet["D2"].value == "+33 2 99"


def test_long_number_and_its_zeros_come_back_as_written(client, officer):  # noqa: F811
    text = "Nom;SIRET;Site web\nClub;00512345678901;pas une adresse\nBon;;\n"

    job = confirm(client, good_rows(client, upload(client, text)))

    with job.refused_file.open("rb") as file:
        assert sheet_of(file.read())[1][2] == "00512345678901"


def test_refused_rows_are_for_their_importer_alone(client, officer):  # noqa: F811
    job = confirm(client, good_rows(client, upload(client, FILE)))
    client.force_login(UserFactory(is_superuser=False))

    response = client.get(reverse("admin:registry_importjob_refused", args=[job.pk]))

    assert response.status_code in (302, 403, 404)


def test_command_imports_the_good_rows_and_writes_the_others_beside(tmp_path, capsys):
    file = tmp_path / "projets.csv"
    file.write_text(FILE)

    with pytest.raises(SystemExit) as exit_:
        call_command("import_workbook", "--good-rows", str(file))

    assert exit_.value.code == 1
    assert [project.title for project in Project.objects.all()] == ["Bon"]
    [written] = tmp_path.glob("projets-*.xlsx")
    assert sheet_of(written.read_bytes())[1][1] == "Mauvais"


def test_rows_of_one_project_are_refused_together():
    projects = [["Projet", "Montant"], ["Un", 1], ["Un", 2], ["Un", "beaucoup"], ["Deux", 3]]
    grants = [["Projets", "Financeurs", "Montant"], ["Un", "Club", 5], ["Deux", "Club", 5]]

    planned = bring_in(xlsx(projects, grants), good_rows=True)

    assert [project.title for project in Project.objects.all()] == ["Deux"]
    left_out = sorted((problem.sheet, problem.row) for problem in planned.left_out)
    assert left_out == [("Feuille 1", 2), ("Feuille 1", 3), ("Feuille 1", 4), ("Feuille 2", 2)]


def test_rows_of_a_project_that_needs_a_refused_one_come_back_together():
    agreements = [["Intitulé", "Type"], ["Cadre", "Sorte inconnue"]]
    projects = [["Projet", "Accord", "Montant"], ["Un", "Cadre", 1], ["Un", "Cadre", 2]]

    planned = bring_in(xlsx(agreements, projects), good_rows=True)

    assert not Project.objects.exists()
    assert sorted(problem.row for problem in planned.left_out) == [2, 2, 3]
