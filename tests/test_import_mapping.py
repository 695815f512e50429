"""Headings and sheets that are not known: settled on the page of the import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry.models import Contribution, ImportJob, ImportProfile, Organisation
from registry.spreadsheets.mapping import IGNORED, Mapping, SheetMapping, heading_set
from tests import workbooks
from tests.factories import AuthorityFactory, UserFactory
from tests.spreadsheets import authority, bring_in, csv, plan, xlsx

pytestmark = pytest.mark.django_db

FILE = "Structure;Ville;Pays;Couleur;Qui nous sommes\nClub;Rennes;France;bleu;Un club\n"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "imports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "imports"},
        }
    }


@pytest.fixture
def officer(client):
    user = UserFactory()
    client.force_login(user)
    return user


def upload(client, content=FILE, name="clubs.csv"):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    data = {"file": file, "authority": authority().pk}
    client.post(reverse("admin:registry_importjob_add"), data)
    return ImportJob.objects.order_by("created_at").last()


def page(client, job) -> str:
    url = reverse("admin:registry_importjob_change", args=[job.pk])
    return client.get(url).content.decode()


def settle(client, job, **data):
    url = reverse("admin:registry_importjob_columns", args=[job.pk])
    client.post(url, data)
    job.refresh_from_db()
    return job


def said(headings, **kwargs) -> Mapping:
    return Mapping([SheetMapping(heading_set(headings), **kwargs)])


def test_unknown_column_is_asked_about_with_its_values(client, officer):
    job = upload(client)

    html = page(client, job)

    assert job.state == "refused"
    assert "Couleur" in html
    assert "bleu" in html
    assert 'name="column-0-3"' in html
    assert 'name="column-0-0"' not in html


def test_column_is_mapped_and_another_left_out(client, officer):
    job = upload(client)

    settle(client, job, **{"column-0-3": "-", "column-0-4": "summary"})

    assert job.state == "previewed"
    notice = next(text for text in job.report["notices"] if "Couleur" in text)
    assert "Qui nous sommes" in notice
    assert job.mapping["sheets"][0]["columns"] == {"couleur": "", "qui nous sommes": "summary"}


def test_settled_file_is_written_as_it_was_previewed(client, officer):
    job = settle(client, upload(client), **{"column-0-3": "-", "column-0-4": "summary"})

    url = reverse("admin:registry_importjob_confirm", args=[job.pk])
    client.post(url, {"digest": job.plan_digest})

    assert Organisation.objects.get(name="Club").summary == "Un club"


def test_answer_that_is_no_column_is_not_taken(client, officer):
    job = settle(client, upload(client), **{"column-0-3": "search_text", "column-0-4": "pk"})

    assert job.state == "refused"
    assert not job.mapping["sheets"]


def test_constant_fills_a_column_that_the_sheet_lacks(client, officer):
    job = upload(client, "Financeurs;Montant;Année\nVille de Rennes;500;2021\n")

    settle(client, job, **{"constant-0-0": "currency", "value-0-0": "CAD"})

    # Only a form whose file asks something shows; the view takes it all the same.
    assert job.mapping["sheets"][0]["constants"] == {"currency": "CAD"}
    assert "currency" not in job.report["notices"]


def test_constant_is_given_to_every_row():
    headings = ["Financeurs", "Montant", "Année"]
    mapping = said(headings, constants={"currency": "CAD"})

    bring_in(csv("Financeurs;Montant;Année\nVille;500;2021\nVille;700;2022\n"), mapping=mapping)

    assert list(Contribution.objects.values_list("currency", flat=True)) == ["CAD", "CAD"]


def test_constant_that_cannot_be_read_is_refused():
    mapping = said(["Financeurs", "Montant"], constants={"currency": "coquillages"})

    found = plan(csv("Financeurs;Montant\nVille;500\n"), mapping=mapping).problems

    assert [problem.value for problem in found] == ["coquillages"]


def test_sheet_of_unknown_headings_is_given_a_kind(client, officer):
    job = upload(client, "Qui;Où\nClub nautique;Rennes\n")
    assert 'name="kind-0"' in page(client, job)

    settle(client, job, **{"kind-0": "organisation"})
    assert 'name="column-0-0"' in page(client, job)
    settle(client, job, **{"column-0-0": "name", "column-0-1": "-"})

    assert job.state == "previewed"
    assert job.report["record_count"] == 1


def test_sheet_of_unknown_headings_is_left_out(client, officer):
    content = xlsx([["Nom"], ["Club"]], [["Alpha", "Beta"], ["1", "2"]]).getvalue()
    job = upload(client, content, "deux.xlsx")

    settle(client, job, **{"kind-1": "left_out"})

    assert job.state == "previewed"
    assert any("Feuille 2" in text for text in job.report["notices"])


def test_ignored_column_is_not_read():
    mapping = said(["Nom", "Type", "Présentation"], columns={"presentation": IGNORED})

    bring_in(csv("Nom;Type;Présentation\nClub;Association;Un mot\n"), mapping=mapping)

    assert Organisation.objects.get().summary == ""


def test_column_without_heading_is_told_by_its_letter():
    mapping = said(["Nom", "Type"], columns={"#C": "summary"})

    bring_in(csv("Nom;Type;\nClub;Association;Un mot\n"), mapping=mapping)

    assert Organisation.objects.get().summary == "Un mot"


def test_mapping_is_kept_under_a_name(client, officer):
    job = upload(client)

    settle(client, job, **{"column-0-3": "-", "column-0-4": "summary", "profile": "Clubs"})

    profile = ImportProfile.objects.get()
    assert (profile.name, profile.authority, profile.created_by) == ("Clubs", authority(), officer)


def test_profile_of_another_authority_is_not_replaced(client, officer):
    other = ImportProfile.objects.create(name="Clubs", authority=AuthorityFactory())

    settle(client, upload(client), **{"column-0-3": "-", "profile": "Clubs"})

    assert ImportProfile.objects.get() == other
    other.refresh_from_db()
    assert other.mapping == {}


def test_kept_mapping_reads_the_next_file_and_says_so(client, officer):
    settle(
        client, upload(client), **{"column-0-3": "-", "column-0-4": "summary", "profile": "Clubs"}
    )

    job = upload(client, FILE.replace("Club;", "Cercle;"))

    assert (job.state, job.profile) == ("previewed", "Clubs")
    assert any("Clubs" in text for text in job.report["notices"])


def test_stranger_cannot_settle_a_job(client, officer):
    job = upload(client)
    client.force_login(UserFactory(is_superuser=False))

    response = client.post(
        reverse("admin:registry_importjob_columns", args=[job.pk]), {"column-0-3": "-"}
    )

    assert response.status_code in (302, 403, 404)
    job.refresh_from_db()
    assert not job.mapping["sheets"]


@pytest.mark.appearance
def test_page_of_very_many_unknown_columns_stays_small(client, officer):
    headings = ";".join(f"Colonne inconnue {number}" for number in range(400))
    values = ";".join("x" * 300 for _number in range(400))

    job = upload(client, f"Nom;Ville;Pays;{headings}\nClub;Rennes;France;{values}\n")

    assert len(page(client, job).encode()) < 1_000_000


@pytest.mark.appearance
def test_page_of_unknown_columns_of_many_sheets_stays_small(client, officer):
    headings = ["Nom", "Ville", "Pays", *(f"Colonne inconnue {number}" for number in range(57))]
    sheets = {
        f"Clubs {n}": [headings, ["Club", "Rennes", "France"] + ["x" * 300] * 57] for n in range(8)
    }

    job = upload(client, workbooks.xlsx(sheets), "clubs.xlsx")

    html = page(client, job)
    assert len(html.encode()) < 1_000_000
    assert "Il y en a d’autres" in html


# Columns that were recognised, too ---------------------------------------------------------------


def columns_page(client, job) -> str:
    return client.get(reverse("admin:registry_importjob_columns", args=[job.pk])).content.decode()


def test_two_columns_of_one_meaning_are_asked_about(client, officer):
    job = upload(client, "Projet;Montant accordé;Montant octroyé\nFablab;5 €;6 €\n")

    html = page(client, job)

    assert job.state == "refused"
    assert 'name="column-0-1"' in html
    assert 'name="column-0-2"' in html
    settle(client, job, **{"column-0-2": "amount"})
    assert job.state == "previewed"
    assert any("Montant accordé" in notice for notice in job.report["notices"])
    confirm = reverse("admin:registry_importjob_confirm", args=[job.pk])
    client.post(confirm, {"digest": job.plan_digest})
    assert Contribution.objects.get().amount == 6


def test_recognised_column_is_read_otherwise(client, officer):
    job = upload(client, "Nom;Présentation\nClub;Un club\n")
    assert job.state == "previewed"

    html = columns_page(client, job)
    settle(client, job, **{"column-0-0": "name", "column-0-1": "internal_notes"})

    assert 'value="summary" selected' in " ".join(html.split())
    assert job.mapping["sheets"][0]["columns"] == {"presentation": "internal_notes"}
    changes = job.report["records"][0]["changes"]
    assert "Un club" in [change["after"] for change in changes]


def test_constant_is_given_though_every_heading_is_known(client, officer):
    job = upload(client, "Nom;Ville\nClub;Rimouski\n")

    settle(client, job, **{"constant-0-0": "country", "value-0-0": "Canada"})

    assert job.state == "previewed"
    assert 'value="Canada"' in columns_page(client, job)
    settle(client, job, **{"constant-0-0": "country", "value-0-0": ""})
    assert job.mapping["sheets"][0]["constants"] == {}


def test_recognised_sheet_is_given_another_kind(client, officer):
    job = upload(client, "Nom;Pays\nClub;France\n")

    settle(client, job, **{"kind-0": "place"})

    assert [sheet["kind"] for sheet in job.report["sheets"]] == ["place"]


@pytest.mark.appearance
def test_page_of_many_columns_stays_small(client, officer):
    headings = ";".join(f"Colonne {number}" for number in range(490))
    job = upload(client, f"Nom;Ville;{headings}\nClub;Rennes;{'x' * 70}\n")

    assert len(columns_page(client, job)) < 1_000_000
    assert len(page(client, job)) < 1_000_000
