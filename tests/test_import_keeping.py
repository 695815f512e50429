"""What a preview prepared is written as it is, as long as nobody wrote in between."""

import io
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import NameDecision, Organisation, OrganisationName, Project, Revision, User
from registry.models.imports import imports_storage
from registry.spreadsheets import jobs, keeping
from tests.factories import OrganisationFactory, UserFactory
from tests.spreadsheets import authority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "imports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "imports"},
        }
    }


@pytest.fixture
def plans(monkeypatch):
    """How often a file is planned."""
    plan_workbook, count = jobs.plan_workbook, []

    def counted(*arguments):
        count.append(1)
        return plan_workbook(*arguments)

    monkeypatch.setattr(jobs, "plan_workbook", counted)
    return count


def start(text="Nom;Sigle\nAgence nouvelle;AN\n", **kwargs):
    return jobs.start(io.BytesIO(text.encode()), "a.csv", authority(), **kwargs)[0]


def kept_basis(job) -> str:
    with keeping.kept(job) as prepared:
        return prepared.basis


def kept_plan(job) -> Path:
    return Path(imports_storage().path(f"{job.pk}.plan"))


def test_confirming_plans_nothing_where_nobody_wrote(plans):
    job = start()

    jobs.confirm(job, job.plan_digest)

    assert len(plans) == 1
    assert Organisation.objects.get().other_names.get().name == "AN"
    assert Revision.objects.get().record_id == Organisation.objects.get().pk
    assert not kept_plan(job).exists()


def test_page_leads_to_the_records_once_they_are_there(admin_client):
    job = start("Projet;Porteurs\nPasserelle;Atelier du pont\n")
    page = reverse("admin:registry_importjob_change", args=[job.pk])
    assert "/change/" not in admin_client.get(page).content.decode().partition("<main")[2]

    jobs.confirm(job, job.plan_digest)

    html = admin_client.get(page).content.decode()
    for record in (Project.objects.get(), Organisation.objects.get()):
        address = f"admin:registry_{record._meta.model_name}_change"
        assert reverse(address, args=[record.pk]) in html


def test_report_is_neither_read_nor_written_where_it_stays():
    job = start()

    with CaptureQueriesContext(connection) as queries:
        jobs.confirm(job, job.plan_digest)

    sql = " ".join(query["sql"] for query in queries)
    assert '"registry_importjob"."plan_digest"' in sql
    assert '"registry_importjob"."report", "registry_importjob"' not in sql
    assert '"report" = ' not in sql


@pytest.mark.parametrize(
    "write",
    [
        lambda other: OrganisationFactory(),
        lambda other: other.delete(),
        lambda other: other.save(),
        lambda other: OrganisationName.objects.create(organisation=other, name="X"),
        lambda other: NameDecision.objects.create(model_name="place", key="x", answer="new"),
    ],
    ids=["new", "deleted", "changed", "row", "decision"],
)
def test_file_is_planned_again_where_somebody_wrote(plans, write):
    other = OrganisationFactory(name="Toute autre chose")
    job = start()

    write(other)
    jobs.confirm(job, job.plan_digest)

    assert len(plans) == 2
    assert Organisation.objects.filter(name="Agence nouvelle").exists()


def test_file_is_planned_again_where_the_importer_has_other_rights(plans):
    user = UserFactory(is_superuser=False)
    job = start(user=user)

    user.authorities.add(authority())
    jobs.confirm(job, job.plan_digest)

    assert len(plans) == 2


def test_nothing_is_written_where_the_file_now_says_something_else():
    job = start()
    OrganisationFactory(name="Agence nouvelle")

    with pytest.raises(jobs.RegistryChangedError):
        jobs.confirm(job, job.plan_digest)

    assert not OrganisationName.objects.exists()


@pytest.mark.parametrize("forge", ["changed", "cut", "gone", "of another job"])
def test_forged_plan_is_not_written(plans, forge):
    job, other = start(), start("Nom\nFausse agence\n")
    path = kept_plan(job)
    content = path.read_bytes()
    if forge == "changed":
        path.write_bytes(content.replace(b"Agence nouvelle", b"Agence falsifie"))
    elif forge == "cut":
        path.write_bytes(content[:-60])
    elif forge == "gone":
        path.unlink()
    else:
        path.write_bytes(kept_plan(other).read_bytes())

    jobs.confirm(job, job.plan_digest)

    assert Organisation.objects.get().name == "Agence nouvelle"
    assert len(plans) == 3


def test_abandoned_job_keeps_no_plan():
    job = start()

    jobs.abandon(job)

    assert not kept_plan(job).exists()


def test_nothing_is_written_where_a_neighbour_is_gone_without_a_trace(plans, monkeypatch):
    user = UserFactory()
    job = start(user=user)
    monkeypatch.setattr(jobs, "basis", lambda _user: kept_basis(job))

    User.objects.filter(pk=user.pk).delete()
    with pytest.raises(jobs.RegistryChangedError):
        jobs.confirm(job, job.plan_digest)

    assert not Organisation.objects.exists()
