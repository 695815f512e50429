"""The import in the administration: upload, preview, confirm, abandon; who may."""

import errno
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from registry.models import Authority, ImportJob, Organisation, Project
from registry.spreadsheets import jobs
from tests.factories import AuthorityFactory, OrganisationFactory, UserFactory
from tests.spreadsheets import RENNES, SUPPORT, authority, snapshot
from tests.workbooks import xlsx

pytestmark = pytest.mark.django_db

UPLOAD = "admin:registry_importjob_add"


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
    """Somebody who may import for the registry's own authority, and nothing else."""
    user = UserFactory(is_superuser=False)
    user.authorities.add(authority())
    user.user_permissions.add(Permission.objects.get(codename="add_importjob"))
    client.force_login(user)
    return user


@pytest.fixture
def admin(client):
    user = UserFactory()
    client.force_login(user)
    return user


def upload(client, path=RENNES, content=None, **data):
    file = SimpleUploadedFile(Path(path).name, content or Path(path).read_bytes())
    data = {"file": file, "authority": authority().pk} | data
    return client.post(reverse(UPLOAD), data, follow=True)


def confirm(client, job, digest=None):
    url = reverse("admin:registry_importjob_confirm", args=[job.pk])
    return client.post(url, {"digest": digest or job.plan_digest}, follow=True)


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_list_of_imports_leads_to_the_upload(client, admin):
    response = client.get(reverse("admin:registry_importjob_changelist"))

    assert reverse(UPLOAD) in response.content.decode()


def test_preview_shows_counts_and_changes_and_writes_nothing(client, officer):
    before = snapshot()

    response = upload(client)

    job = ImportJob.objects.get()
    assert response.redirect_chain[-1][0] == reverse(
        "admin:registry_importjob_change", args=[job.pk]
    )
    assert job.state == "previewed"
    assert "Rochester, du 3 au 6 avril 2024" in text(client.get(job_url(job) + "?page=1"))
    assert snapshot() == before


def job_url(job) -> str:
    return reverse("admin:registry_importjob_change", args=[job.pk])


def test_preview_is_paged(client, officer):
    content = "Nom\n" + "\n".join(f"Organisation {number:03d}" for number in range(120))
    upload(client, "liste.csv", content.encode())
    job = ImportJob.objects.get()

    first, last = (text(client.get(f"{job_url(job)}?page={page}")) for page in (1, 3))

    assert "Organisation 000" in first
    assert "Organisation 119" not in first
    assert "Organisation 119" in last


def test_confirmed_import_is_written_with_its_author(client, officer):
    upload(client)
    job = ImportJob.objects.get()

    response = confirm(client, job)

    job.refresh_from_db()
    assert job.state == "confirmed"
    assert Organisation.objects.count() == 29
    assert set(Organisation.objects.values_list("created_by", "status")) == {(officer.pk, "draft")}
    project = Project.objects.get(title="Digi@access")
    assert reverse("admin:registry_project_change", args=[project.pk]) in (
        response.content.decode()
    )


def test_second_upload_says_that_nothing_is_to_do(client, officer):
    upload(client, SUPPORT)
    confirm(client, ImportJob.objects.get())
    before = snapshot()

    response = upload(client, SUPPORT)

    job = ImportJob.objects.order_by("-created_at").first()
    assert (job.state, job.is_open) == ("unchanged", True)
    assert reverse("admin:registry_importjob_confirm", args=[job.pk]) not in (
        response.content.decode()
    )
    assert snapshot() == before


def test_refused_file_says_where_and_why(client, officer):
    response = upload(client, "liste.csv", b"Nom;Pays\nBug;Frnce\n")

    job = ImportJob.objects.get()
    assert job.state == "refused"
    assert "Frnce" in text(response)
    assert confirm(client, job).status_code == 200
    assert not Organisation.objects.exists()


def test_unreadable_file_keeps_no_job(client, officer):
    response = upload(client, "page.xlsx", b"<html><body>erreur</body></html>")

    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not ImportJob.objects.exists()


def test_values_of_the_file_are_escaped(client, officer):
    response = upload(client, "liste.csv", b"Nom\n<script>alert(1)</script>\n")

    assert "<script>alert" not in response.content.decode()


def test_hostile_file_name_is_text(client, officer):
    file = SimpleUploadedFile("x", b"Nom\nBug\n")
    file._name = "../../etc/<b>pass\x1bwd.csv"
    job, _plan = jobs.start(file, file._name, authority(), officer)

    assert job.filename == "<b>passwd.csv"
    assert job.file.name == f"{job.pk}.bin"


@pytest.mark.parametrize("name", ["a" * 5_000 + ".csv", "é" * 5_000 + ".csv", " ", "\u202e.csv"])
def test_file_name_of_any_length_is_taken_and_shown(client, officer, name):
    form = (
        f'--x\r\nContent-Disposition: form-data; name="authority"\r\n\r\n{authority().pk}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        "Nom\nBug\n\r\n--x--\r\n"
    )
    response = client.post(
        reverse(UPLOAD), form.encode(), content_type="multipart/form-data; boundary=x", follow=True
    )

    assert response.status_code == 200
    assert 0 < len(ImportJob.objects.get().filename.strip()) <= 255


# Confirming --------------------------------------------------------------------------------------


def test_forged_confirmation_is_refused(client, officer):
    upload(client)
    job = ImportJob.objects.get()

    response = confirm(client, job, "0" * 64)

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    job.refresh_from_db()
    assert job.state == "previewed"
    assert not Organisation.objects.exists()


def test_replayed_confirmation_is_refused(client, officer):
    upload(client)
    job = ImportJob.objects.get()
    confirm(client, job)
    before = snapshot()

    confirm(client, job)

    assert snapshot() == before


@pytest.mark.parametrize("action", ["confirm", "abandon", "names", "good-rows"])
def test_address_of_an_action_leads_to_the_page_of_the_import(client, officer, action):
    upload(client)
    job = ImportJob.objects.get()

    response = client.get(reverse(f"admin:registry_importjob_{action}", args=[job.pk]))

    page = reverse("admin:registry_importjob_change", args=[job.pk])
    assertRedirects(response, page, fetch_redirect_response=False)
    job.refresh_from_db()
    assert job.state == "previewed"


def test_change_of_the_registry_asks_for_a_new_preview(client, officer):
    upload(client, SUPPORT)
    job = ImportJob.objects.get()
    old = job.plan_digest
    OrganisationFactory(name="Rennes Métropole", place=None)

    confirm(client, job)

    job.refresh_from_db()
    assert (job.state, Project.objects.count()) == ("previewed", 0)
    assert job.plan_digest != old
    confirm(client, job)
    assert Organisation.objects.filter(name="Rennes Métropole").count() == 1
    assert Project.objects.count() == 3


def test_confirmation_that_no_database_can_store_is_refused(client, officer):
    upload(client)
    job = ImportJob.objects.get()

    response = confirm(client, job, "\0")

    job.refresh_from_db()
    assert (response.status_code, job.state) == (200, "previewed")


def test_language_of_the_confirmation_does_not_matter(client, officer):
    upload(client)
    job = ImportJob.objects.get()

    client.post(f"/en/admin/registry/importjob/{job.pk}/confirm/", {"digest": job.plan_digest})

    job.refresh_from_db()
    assert job.state == "confirmed"


def test_abandoned_import_loses_its_file(client, officer):
    upload(client)
    job = ImportJob.objects.get()
    path = Path(job.file.path)

    client.post(reverse("admin:registry_importjob_abandon", args=[job.pk]))

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not path.exists()
    confirm(client, job)
    assert not Organisation.objects.exists()


def test_expired_file_is_forgotten(client, officer):
    from django.utils import timezone

    upload(client, SUPPORT)
    ImportJob.objects.update(expires_at=timezone.now())
    path = Path(ImportJob.objects.get().file.path)

    jobs.forget_expired_files()

    assert not path.exists()
    assert ImportJob.objects.get().state == "cancelled"


# Rights ------------------------------------------------------------------------------------------


def test_stranger_may_not_import(client):
    user = UserFactory(is_superuser=False)
    client.force_login(user)

    assert client.get(reverse(UPLOAD)).status_code == 403
    assert upload(client).status_code == 403
    assert not ImportJob.objects.exists()


def test_job_of_somebody_else_is_not_shown(client, officer):
    other = UserFactory(is_superuser=False)
    with RENNES.open("rb") as file:
        job, _plan = jobs.start(file, "r.xlsx", authority(), other)

    confirm(client, job)

    assert (
        job_url(job)
        not in client.get(reverse("admin:registry_importjob_changelist")).content.decode()
    )
    assert not Organisation.objects.exists()


def test_import_for_an_authority_of_others_is_refused(client, officer):
    other = AuthorityFactory()

    response = upload(client, authority=other.pk)

    assert response.context["form"].errors["authority"]
    assert not ImportJob.objects.exists()


def test_officer_may_not_publish_by_import(client, officer):
    upload(client, SUPPORT, publish="on")
    confirm(client, ImportJob.objects.get())

    assert not Project.objects.exclude(status="draft").exists()


def test_who_may_publish_publishes(client, officer):
    officer.user_permissions.add(Permission.objects.get(codename="publish_importjob"))
    upload(client, SUPPORT, publish="on")
    confirm(client, ImportJob.objects.get())

    assert set(Project.objects.values_list("status", flat=True)) == {"published"}


def test_user_without_authority_is_told(client, officer):
    officer.authorities.clear()

    response = client.get(reverse(UPLOAD))

    assert response.status_code == 200
    assert '<form method="post" enctype' not in response.content.decode()
    assert Authority.objects.exists()


@pytest.mark.appearance
def test_pages_stay_inside_their_budget(client, admin, django_assert_max_num_queries):
    upload(client)

    with django_assert_max_num_queries(8):
        client.get(job_url(ImportJob.objects.get()))
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:registry_importjob_changelist"))


def test_upload_that_the_disk_has_no_room_for_is_told(client, settings, monkeypatch, in_english):
    settings.FILE_UPLOAD_HANDLERS = ["registry.uploads.SpoolingUploadHandler"]

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    client.force_login(UserFactory())
    file = SimpleUploadedFile("a.csv", b"Nom\nBug\n")

    response = client.post(
        reverse("admin:registry_importjob_add"), {"file": file, "authority": authority().pk}
    )

    assert response.status_code == 200
    assert "disk is full" in response.content.decode()
    assert not ImportJob.objects.exists()


def test_records_that_cells_name_are_all_shown_page_by_page(client, officer, in_english):
    partners = "\n".join(f"Projet {number};Club {number:03d}" for number in range(450))
    file = SimpleUploadedFile("a.csv", f"Projet;Partenaires\n{partners}\n".encode())
    client.post(reverse(UPLOAD), {"file": file, "authority": authority().pk})
    url = reverse("admin:registry_importjob_change", args=[ImportJob.objects.get().pk])

    first = client.get(url).content.decode()
    last = client.get(url, {"show": "mentions", "page": 3}).content.decode()

    assert "?show=mentions" in first
    assert "Club 449" in last
    assert "Club 100" not in last


@pytest.mark.appearance
def test_page_of_hundreds_of_sheets_stays_small(client, admin):
    sheets = {f"F{number}": [["Nom", f"Truc {number}"], ["a", "b"]] for number in range(300)}

    response = upload(client, "a.xlsx", xlsx(sheets))

    assert len(response.content) < 500_000


def test_list_filtered_by_what_no_database_keeps_is_shown_whole(client):
    client.force_login(UserFactory())
    changelist = reverse("admin:registry_importjob_changelist")

    response = client.get(changelist, {"state__exact": "\0"})

    assert (response.status_code, response.url) == (302, f"{changelist}?e=1")
